//! One run: its seed, its cases, and what each may take.

use std::sync::{MutexGuard, PoisonError};

use super::MEMORY;
use super::mutate::Chance;

/// Cases of a reader that only looks at bytes.
pub(crate) const MANY: u32 = 10_000;
/// Cases of a reader that decrypts, or behind which is a file or a socket.
pub(crate) const FEW: u32 = 1_000;

/// The usual seed, always the same, so that a change is to blame for what fails.
const SEED: u64 = 1;

/// How often a case is measured that seems to take too much.
const MEASURED_MAX: usize = 5;

#[expect(clippy::disallowed_types, reason = "it holds nothing; it only keeps tests apart")]
static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// That no other test of this program goes on.
pub(crate) struct Alone(#[expect(dead_code, reason = "it is held, not read")] MutexGuard<'static, ()>);

/// Waits for the others. Memory is counted for the whole program, so a test is alone from its first line: another
/// one's samples, made meanwhile, would be counted as what this one's reader takes.
pub(crate) fn alone() -> Alone {
    Alone(ALONE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The case that is being tried. It is shown if it panics.
struct Case<'a> {
    seed: u64,
    number: u32,
    bytes: &'a [u8],
}

impl Drop for Case<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let hex: String = self.bytes.iter().take(4_096).map(|byte| format!("{byte:02x}")).collect();
            eprintln!("KULKU_FUZZ_SEED={} case {} of {} bytes: {hex}", self.seed, self.number, self.bytes.len());
        }
    }
}

/// Tries `cases` changed samples. `read` says whether the case was accepted as valid; a run in which none was, or all
/// were, has tried nothing.
#[track_caller]
pub(crate) fn run(_alone: &Alone, samples: &[Vec<u8>], cases: u32, mut read: impl FnMut(&[u8], &mut Chance) -> bool) {
    let seed = set("KULKU_FUZZ_SEED").unwrap_or(SEED);
    let cases = cases.saturating_mul(set("KULKU_FUZZ_TIMES").unwrap_or(1) as u32);
    let mut chance = Chance(seed);
    let mut accepted = 0_u32;
    for number in 0..cases {
        let bytes = chance.mutated(samples);
        let _case = Case { seed, number, bytes: &bytes };
        accepted += u32::from(read(&bytes, &mut chance));
    }
    eprintln!("seed {seed}: {accepted} of {cases} cases were valid");
    assert!(accepted > 0 && accepted < cases, "seed {seed}: {accepted} of {cases} cases were valid: nothing was tried");
}

/// What `read` gives, if it takes no more memory than `limit` bytes, counting also what it gives back. The harness takes
/// some now and then, so a case that took too much is tried again; what takes too much each time takes too much.
#[track_caller]
pub(crate) fn within<T>(limit: usize, mut read: impl FnMut() -> T) -> T {
    let mut least = usize::MAX;
    for _ in 0..MEASURED_MAX {
        let before = MEMORY.total_allocated();
        let result = read();
        least = least.min(MEMORY.total_allocated() - before);
        if least <= limit {
            return result;
        }
    }
    panic!("it took {least} bytes of memory; {limit} is the bound");
}

fn set(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
