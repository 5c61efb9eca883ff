//! What releases the lock, and what ends that.

use access::command::{Action, Refusal};
use access::door::{Effect, Input, JOURNAL_WAIT_MS, PENDING_MAX};
use access::event::EventKind;
use access::mode::Mode;
use access::settings::{DoorSettings, Times};
use access::signal::Signal;
use access::time::MonoMs;

use crate::bench::{Bench, LONG_RELEASE_MS, RELEASE_MS, denied, granted, out, slow, ticket, unlock};

const RELEASED: [&str; 2] = ["RELEASE 5000", "(granted)"];

#[test]
fn a_grant_is_on_disk_before_the_lock_is_released_and_rests_when_its_time_is_over() {
    let mut bench = Bench::new();
    let effects = bench.raw(Input::Tap(granted(1)));
    assert!(matches!(effects[..], [Effect::Record { .. }]), "nothing but the record yet");
    bench.now += 3;
    assert_eq!(bench.hear(Input::Recorded(ticket(&effects))), RELEASED);
    let end = bench.now + RELEASE_MS;
    assert_eq!(bench.door.deadline(), Some(MonoMs(end)));
    assert_eq!(bench.wait(RELEASE_MS - 1), [""; 0]);
    assert_eq!(bench.wait(1), ["REST"]);
}

#[test]
fn a_silent_disk_does_not_keep_the_lock_shut_and_is_reported() {
    let mut bench = Bench::new();
    let first = ticket(&bench.raw(Input::Tap(granted(1))));
    assert_eq!(bench.wait(JOURNAL_WAIT_MS - 1), [""; 0]);
    assert_eq!(bench.wait(1), ["RELEASE 5000", "(granted)", "journal-slow"]);
    assert_eq!(bench.hear(Input::Recorded(first)), [""; 0], "the late answer releases nothing again");
}

#[test]
fn a_grant_of_long_ago_releases_nothing_since_nobody_stands_there_any_more() {
    let mut bench = Bench::new();
    let _ = bench.hear(Input::Tap(granted(1)));
    bench.now += 3_600_000;
    assert_eq!(bench.hear(Input::Tick), ["(denied)", "not-entered 1", "not passed 1 in", "journal-slow"]);
}

#[test]
fn a_denied_card_is_answered_at_once_and_touches_no_lock() {
    assert_eq!(Bench::new().hear(Input::Tap(denied(1))), ["denied 1", "(denied)"]);
}

#[test]
fn the_exit_button_waits_for_no_disk_and_one_that_is_held_down_releases_once() {
    let mut bench = Bench::new();
    assert_eq!(bench.hear(Input::Exit(true)), ["RELEASE 5000", "exit-pressed"]);
    assert_eq!(bench.hear(Input::Exit(true)), [""; 0]);
    assert_eq!(bench.wait(RELEASE_MS), ["REST"]);
    assert_eq!(bench.hear(Input::Exit(true)), [""; 0]);
    let _ = bench.hear(Input::Exit(false));
    assert_eq!(bench.hear(Input::Exit(true)), ["RELEASE 5000", "exit-pressed"]);
}

#[test]
fn an_exit_button_that_only_shunts_leaves_the_lock_alone() {
    let mut bench = Bench::shunting();
    assert_eq!(bench.hear(Input::Exit(true)), ["exit-pressed"]);
    assert_eq!(bench.open(), ["opened"]);
    assert!(!bench.is_released());
}

#[test]
fn a_refused_command_is_recorded_and_not_followed() {
    let mut bench = Bench::new();
    let effects = bench.raw(unlock(Some(Refusal::Expired)));
    assert_eq!(bench.hear(Input::Recorded(ticket(&effects))), [""; 0]);
    let effects = bench.raw(unlock(None));
    assert_eq!(bench.hear(Input::Recorded(ticket(&effects))), RELEASED);
    let test = Input::Command { id: 2, action: Action::TestSignal, refused: None };
    assert_eq!(bench.hear(test), ["command-followed", "(test)"]);
}

#[test]
fn closing_the_door_locks_it() {
    let mut bench = Bench::new();
    let _ = bench.hear(Input::Exit(true));
    assert_eq!(bench.open(), ["opened"]);
    assert_eq!(bench.close(), ["REST", "closed"]);
}

#[test]
fn what_is_released_while_the_door_stands_open_outlasts_its_closing_and_one_opening() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    let _ = bench.open();
    bench.now += 4_000;
    let _ = bench.grant(granted(2));
    bench.now += 500;
    assert_eq!(bench.close(), ["closed"], "the leaf fell shut before the second");
    assert!(bench.is_released());
    bench.now += 500;
    assert_eq!(bench.open(), ["opened"]);
    assert_eq!(bench.close(), ["REST", "closed"], "nobody slips in behind them");
}

#[test]
fn an_exit_press_while_the_leaf_swings_shut_is_not_lost() {
    let mut bench = Bench::new();
    let _ = bench.grant(slow(1));
    let _ = bench.open();
    let _ = bench.hear(Input::Exit(true));
    assert_eq!(bench.close(), ["RELEASE 5000", "closed"], "the longer release was over with the opening");
    assert_eq!(bench.wait(RELEASE_MS - 1), [""; 0]);
    assert_eq!(bench.wait(1), ["REST"]);
    let mut bench = Bench::shunting();
    let _ = bench.hear(Input::Exit(true));
    let _ = bench.hear(Input::Exit(false));
    let _ = bench.open();
    let _ = bench.hear(Input::Exit(true));
    let _ = bench.close();
    assert_eq!(bench.open(), ["opened"]);
    let _ = bench.close();
    assert_eq!(bench.open(), ["opened-unreleased", "forced-open"], "one opening for each press");
}

#[test]
fn a_lockdown_also_ends_what_a_card_outside_released_while_the_door_stood_open() {
    let mut bench = Bench::new();
    let _ = bench.hear(Input::Exit(true));
    let _ = bench.open();
    let _ = bench.grant(granted(1));
    let _ = bench.mode(Mode::LockedDown);
    assert_eq!(bench.close(), ["REST", "closed"]);
}

#[test]
fn a_second_grant_makes_the_release_longer_and_tells_the_lock_how_long() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    bench.now += 4_000;
    assert_eq!(bench.grant(granted(2)), RELEASED);
    assert_eq!(bench.wait(RELEASE_MS - 1), ["not-entered 1", "not passed 1 in"]);
    assert_eq!(bench.wait(1), ["REST"]);
}

#[test]
fn people_who_need_longer_have_longer_and_an_ordinary_card_does_not_cut_it_short() {
    let mut bench = Bench::new();
    assert_eq!(bench.grant(slow(1)), ["RELEASE 15000", "(granted)"]);
    assert_eq!(bench.grant(granted(2)), ["(granted)"]);
    let _ = bench.wait(LONG_RELEASE_MS - 1);
    assert!(bench.is_released());
    let _ = bench.wait(1);
    assert!(!bench.is_released());
}

#[test]
fn no_setting_releases_the_lock_for_longer_than_the_bound() {
    let times = Times { release_ms: u32::MAX, ..Times::DEFAULT };
    let mut bench = Bench::with(DoorSettings { times, ..DoorSettings::default() }, Some(false));
    assert_eq!(bench.grant(granted(1)), ["RELEASE 120000", "(granted)"]);
}

#[test]
fn settings_that_change_leave_a_release_its_end() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    bench.door.set(DoorSettings { times: Times { release_ms: 500, ..Times::DEFAULT }, ..DoorSettings::default() });
    let _ = bench.wait(RELEASE_MS - 1);
    assert!(bench.is_released());
    let _ = bench.wait(1);
    assert!(!bench.is_released());
}

#[test]
fn a_flood_of_grants_is_bounded_and_none_is_forgotten() {
    let mut bench = Bench::new();
    let shown = |effects: Vec<Effect>| effects.iter().filter(|e| **e == Effect::Show(Signal::Granted)).count();
    assert_eq!((0..PENDING_MAX + 10).map(|_| shown(bench.raw(Input::Tap(granted(1))))).sum::<usize>(), 10);
}

#[test]
fn an_unlocked_door_is_held_and_locks_when_that_ends() {
    let mut bench = Bench::new();
    assert_eq!(bench.mode(Mode::Unlocked), ["HOLD", "mode-changed"]);
    assert_eq!(bench.mode(Mode::Unlocked), [""; 0]);
    assert_eq!(bench.wait(3_600_000), [""; 0]);
    assert_eq!(bench.open(), ["opened"]);
    assert_eq!(bench.close(), ["closed"], "it stays unlocked when it closes");
    assert_eq!(bench.mode(Mode::Locked), ["REST", "mode-changed"]);
}

#[test]
fn a_release_goes_on_when_the_unlocked_mode_ends_beneath_it() {
    for mode in [Mode::Normal, Mode::Locked] {
        let mut bench = Bench::new();
        let _ = bench.mode(Mode::Unlocked);
        assert_eq!(bench.grant(granted(1)), ["(granted)"]);
        bench.now += 1_000;
        assert_eq!(bench.mode(mode), ["RELEASE 4000", "mode-changed"]);
        assert_eq!(bench.wait(4_000), ["REST"]);
    }
}

#[test]
fn a_lockdown_ends_the_releases_of_cards_outside_and_no_others() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    assert_eq!(bench.mode(Mode::LockedDown), ["REST", "mode-changed"]);
    let mut bench = Bench::new();
    let _ = bench.hear(Input::Exit(true));
    let _ = bench.grant(slow(1));
    assert_eq!(bench.mode(Mode::LockedDown), ["RELEASE 5000", "mode-changed"], "the exit button's goes on");
    let mut bench = Bench::new();
    let _ = bench.grant(out(1));
    assert_eq!(bench.mode(Mode::LockedDown), ["mode-changed"], "and that of a card on its way out");
    let mut bench = Bench::new();
    let _ = bench.mode(Mode::Unlocked);
    let _ = bench.grant(granted(1));
    assert_eq!(bench.mode(Mode::LockedDown), ["REST", "mode-changed"], "also beneath the unlocked mode");
}

#[test]
fn a_grant_that_waits_for_the_disk_when_a_lockdown_begins_releases_nothing() {
    let mut bench = Bench::new();
    let waiting = ticket(&bench.raw(Input::Tap(granted(1))));
    assert_eq!(bench.mode(Mode::LockedDown), ["mode-changed", "(denied)", "not-entered 1", "not passed 1 in"]);
    assert_eq!(bench.hear(Input::Recorded(waiting)), [""; 0]);
}

#[test]
fn during_a_lockdown_exits_exempted_cards_and_an_operators_command_work() {
    let mut bench = Bench::new();
    let _ = bench.mode(Mode::LockedDown);
    assert_eq!(bench.hear(Input::Exit(true)), ["RELEASE 5000", "exit-pressed"]);
    assert_eq!(bench.wait(RELEASE_MS), ["REST"]);
    assert_eq!(bench.grant(granted(1)), RELEASED);
    assert_eq!(bench.wait(RELEASE_MS), ["REST"]);
    let effects = bench.raw(unlock(None));
    assert_eq!(bench.hear(Input::Recorded(ticket(&effects))), RELEASED.map(str::to_owned));
}

#[test]
fn a_change_of_mode_says_what_was_before() {
    let mut bench = Bench::new();
    let effects = bench.raw(Input::Mode(Mode::Locked, access::event::ModeCause::Time));
    let expected = EventKind::ModeChanged { from: Mode::Normal, cause: access::event::ModeCause::Time };
    assert!(matches!(effects[0], Effect::Record { kind, .. } if kind == expected));
    assert_eq!(bench.door.mode(), Mode::Locked);
}
