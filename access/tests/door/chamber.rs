//! Whether somebody could go through, which is what the other doors of a lock chamber ask.

use access::door::{Input, JOURNAL_WAIT_MS, OPENING_GRACE_MS};
use access::event::Watched;
use access::mode::Mode;

use crate::bench::{Bench, RELEASE_MS, granted};

/// Could be passed for so many milliseconds more, and not after that.
fn ends_after(bench: &mut Bench, ms: u64) {
    let _ = bench.wait(ms - 1);
    assert!(bench.could_be_passed(), "a millisecond before");
    let _ = bench.wait(1);
    assert!(!bench.could_be_passed());
}

#[test]
fn a_door_at_rest_cannot_be_passed() {
    assert!(!Bench::new().could_be_passed());
}

#[test]
fn a_grant_that_waits_for_the_disk_could_be_passed_and_so_could_its_release_with_its_grace() {
    let mut bench = Bench::new();
    let _ = bench.hear(Input::Tap(granted(1)));
    assert!(bench.could_be_passed() && !bench.is_released());
    ends_after(&mut bench, JOURNAL_WAIT_MS + RELEASE_MS + OPENING_GRACE_MS);
}

#[test]
fn an_exit_that_only_shunts_could_be_passed() {
    let mut bench = Bench::shunting();
    let _ = bench.hear(Input::Exit(true));
    assert!(!bench.is_released());
    ends_after(&mut bench, RELEASE_MS + OPENING_GRACE_MS);
}

#[test]
fn an_unlocked_door_could_be_passed() {
    let mut bench = Bench::new();
    let _ = bench.mode(Mode::Unlocked);
    assert!(bench.could_be_passed());
    let _ = bench.mode(Mode::Normal);
    ends_after(&mut bench, OPENING_GRACE_MS);
}

#[test]
fn an_open_door_could_be_passed_unless_its_contact_cannot_be_believed() {
    let mut bench = Bench::new();
    let _ = bench.open();
    let _ = bench.wait(3_600_000);
    assert!(bench.could_be_passed());
    let _ = bench.hear(Input::Watched(Watched::Contact, true));
    assert!(!bench.could_be_passed(), "a broken contact does not shut the chamber for ever");
    let _ = bench.hear(Input::Watched(Watched::Contact, false));
    let _ = bench.close();
    assert!(!bench.could_be_passed());
}
