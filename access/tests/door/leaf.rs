//! Open, held open, forced open: each is raised once and cleared once.

use access::door::{Input, OPENING_GRACE_MS};
use access::event::Watched;
use access::message::Leaf;
use access::mode::Mode;
use access::settings::DoorSettings;

use crate::bench::{Bench, RELEASE_MS, granted, slow};

#[test]
fn a_door_that_stands_open_warns_then_alarms_and_is_cleared_when_it_closes() {
    let mut bench = Bench::new();
    let _ = bench.hear(Input::Exit(true));
    let _ = bench.hear(Input::Exit(false));
    let _ = bench.open();
    assert_eq!(bench.wait(14_999), ["REST"]);
    assert_eq!(bench.leaf(), Leaf::Open);
    assert_eq!(bench.wait(1), ["held-warning", "(held-warning)"]);
    assert_eq!(bench.leaf(), Leaf::HeldWarning);
    assert_eq!(bench.wait(14_999), [""; 0]);
    assert_eq!(bench.wait(1), ["held-open"]);
    assert_eq!(bench.leaf(), Leaf::HeldOpen);
    assert_eq!(bench.wait(3_600_000), [""; 0]);
    assert_eq!(bench.close(), ["closed", "held-cleared"]);
    assert_eq!(bench.leaf(), Leaf::Closed);
}

#[test]
fn a_door_that_closes_after_the_warning_was_not_held() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    let _ = bench.open();
    let _ = bench.wait(20_000);
    assert_eq!(bench.close(), ["closed"]);
}

#[test]
fn a_clock_that_jumps_over_both_times_tells_both() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    let _ = bench.open();
    bench.now += 7_200_000;
    assert_eq!(bench.hear(Input::Tick), ["REST", "held-warning", "(held-warning)", "held-open"]);
}

#[test]
fn whoever_needs_longer_may_hold_it_open_longer() {
    let mut bench = Bench::new();
    let _ = bench.grant(slow(1));
    let _ = bench.open();
    assert_eq!(bench.wait(44_999), ["REST"]);
    assert_eq!(bench.wait(1), ["held-warning", "(held-warning)"]);
}

#[test]
fn a_further_grant_begins_the_time_anew_before_the_alarm_and_not_after_it() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    let _ = bench.open();
    let _ = bench.wait(20_000);
    assert_eq!(bench.leaf(), Leaf::HeldWarning);
    let _ = bench.grant(granted(2));
    assert_eq!(bench.leaf(), Leaf::Open);
    assert_eq!(bench.wait(14_999), ["REST"]);
    assert_eq!(bench.wait(1), ["held-warning", "(held-warning)"]);
    let _ = bench.wait(15_000);
    let _ = bench.grant(granted(3));
    assert_eq!(bench.leaf(), Leaf::HeldOpen);
}

#[test]
fn a_card_that_is_laid_there_again_and_again_begins_the_time_anew_once() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    let _ = bench.open();
    for _ in 0..4 {
        let _ = bench.wait(1_000);
        let _ = bench.grant(granted(1));
    }
    let _ = bench.wait(11_999);
    assert_eq!(bench.leaf(), Leaf::Open);
    let _ = bench.wait(1);
    assert_eq!(bench.leaf(), Leaf::HeldWarning, "15 s after the first of the four");
}

#[test]
fn nobody_minds_an_open_door_while_it_is_unlocked_or_in_a_fire_and_the_time_counts_from_then() {
    for fire in [false, true] {
        let mut bench = Bench::new();
        let change = |bench: &mut Bench, on| match (fire, on) {
            (true, _) => bench.hear(Input::Watched(Watched::Fire, on)),
            (false, true) => bench.mode(Mode::Unlocked),
            (false, false) => bench.mode(Mode::Normal),
        };
        let _ = change(&mut bench, true);
        let _ = bench.open();
        assert_eq!(bench.wait(3_600_000), [""; 0]);
        let _ = change(&mut bench, false);
        assert_eq!(bench.wait(14_999), [""; 0]);
        assert_eq!(bench.wait(1), ["held-warning", "(held-warning)"]);
        let _ = change(&mut bench, true);
        assert_eq!(bench.leaf(), Leaf::Open, "the warning is over");
        let _ = change(&mut bench, false);
        let _ = bench.wait(30_000);
        let _ = change(&mut bench, true);
        assert_eq!(bench.close(), ["closed", "held-cleared"]);
    }
}

#[test]
fn a_door_that_opens_by_itself_was_forced_once_until_it_closes() {
    let mut bench = Bench::new();
    assert_eq!(bench.open(), ["opened-unreleased", "forced-open"]);
    assert_eq!(bench.open(), [""; 0], "a contact that says it twice is heard once");
    assert_eq!(bench.leaf(), Leaf::Forced);
    assert_eq!(bench.wait(3_600_000), [""; 0]);
    let _ = bench.mode(Mode::Unlocked);
    let _ = bench.hear(Input::Watched(Watched::Fire, true));
    assert_eq!(bench.leaf(), Leaf::Forced);
    assert_eq!(bench.close(), ["closed", "forced-cleared"]);
}

#[test]
fn an_opening_is_in_order_by_release_shunt_mode_or_fire() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    assert_eq!(bench.open()[0], "opened");
    let mut bench = Bench::new();
    let _ = bench.mode(Mode::Unlocked);
    assert_eq!(bench.open(), ["opened"]);
    let mut bench = Bench::new();
    let _ = bench.hear(Input::Watched(Watched::Fire, true));
    assert_eq!(bench.open(), ["opened-unreleased"]);
    assert_eq!(bench.leaf(), Leaf::Open);
    let mut bench = Bench::shunting();
    let _ = bench.hear(Input::Exit(true));
    let _ = bench.mode(Mode::LockedDown);
    let _ = bench.wait(RELEASE_MS - 1);
    assert_eq!(bench.open(), ["opened"], "a lockdown keeps nobody from leaving");
    let _ = bench.close();
    assert_eq!(bench.open(), ["opened-unreleased", "forced-open"], "one opening");
}

/// The contact is heard of late, since it is not to bounce.
#[test]
fn whoever_opened_at_the_last_moment_of_a_release_has_not_forced_the_door() {
    for (late_ms, forced) in [(OPENING_GRACE_MS - 1, false), (OPENING_GRACE_MS, true)] {
        let mut bench = Bench::new();
        let _ = bench.hear(Input::Exit(true));
        let _ = bench.wait(RELEASE_MS + late_ms);
        assert_eq!(bench.open().contains(&"forced-open".into()), forced, "{late_ms}");
        let mut bench = Bench::new();
        let _ = bench.mode(Mode::Unlocked);
        let _ = bench.mode(Mode::LockedDown);
        let _ = bench.wait(late_ms);
        assert_eq!(bench.open().contains(&"forced-open".into()), forced, "{late_ms}");
    }
}

#[test]
fn a_door_found_open_at_the_start_is_not_forced_and_its_time_counts_from_the_first_look() {
    let mut bench = Bench::with(DoorSettings::default(), Some(true));
    assert_eq!(bench.leaf(), Leaf::Open);
    bench.now = 900_000;
    assert_eq!(bench.hear(Input::Tick), [""; 0]);
    assert_eq!(bench.wait(14_999), [""; 0]);
    assert_eq!(bench.wait(15_001), ["held-warning", "(held-warning)", "held-open"]);
    assert_eq!(bench.close(), ["closed", "held-cleared"]);
}
