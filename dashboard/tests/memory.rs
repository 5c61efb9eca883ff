//! Sign-ins take no more memory than their bound, however many there are. A file of its own, since it
//! looks at the whole process.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper of a test that cannot go on must fail it")]

use std::fs;

use futures_util::future::join_all;
use futures_util::poll;

/// What [`ATTEMPTS`] may add: the two pieces of memory of 19 MiB that are kept, and some for threads.
const GROWTH_KB_MAX: u64 = 64 * 1024;
const ATTEMPTS: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_sign_ins_at_once_take_no_more_memory_than_two() {
    let before = resident_kb();
    // Names that nobody has, as a stranger makes them up: each costs as much as a real one.
    let attempts = (0..ATTEMPTS).map(|_| tokio::spawn(dashboard::password::verify("wrong", None)));
    for answer in join_all(attempts).await {
        assert!(!answer.unwrap());
    }
    let grown = resident_kb().saturating_sub(before);
    assert!(grown <= GROWTH_KB_MAX, "{grown} kB more than before");
}

#[tokio::test]
async fn who_leaves_before_the_answer_makes_no_room_for_more() {
    let before = resident_kb();
    for _ in 0..ATTEMPTS {
        let mut attempt = Box::pin(dashboard::password::verify("wrong", None));
        assert!(poll!(attempt.as_mut()).is_pending());
    }
    // The turns come back once the threads are through.
    assert!(!dashboard::password::verify("wrong", None).await);
    let grown = peak_kb().saturating_sub(before);
    assert!(grown <= GROWTH_KB_MAX, "{grown} kB more than before");
}

fn resident_kb() -> u64 {
    status_kb("VmRSS:")
}

fn peak_kb() -> u64 {
    status_kb("VmHWM:")
}

fn status_kb(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).expect("a process has a size");
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
