//! Whoever was granted enters, or does not.

use access::door::{Input, OPENING_GRACE_MS, PASSERS_MAX, Tap};
use access::mode::Mode;
use access::passage::Side;
use access::settings::DoorSettings;

use crate::bench::{Bench, RELEASE_MS, card, granted, out, ticket};

#[test]
fn a_granted_card_enters_when_the_door_opens() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    assert!(bench.door.awaits(card(1), Side::In));
    assert_eq!(bench.open(), ["opened", "entered 1", "passed 1 in"]);
    assert!(bench.door.awaits(card(1), Side::In), "its release still runs: laid there again it does nothing new");
    let _ = bench.close();
    assert!(!bench.door.awaits(card(1), Side::In));
}

#[test]
fn a_granted_card_that_opens_nothing_has_not_entered() {
    let mut bench = Bench::new();
    let _ = bench.grant(out(1));
    assert_eq!(bench.wait(RELEASE_MS + OPENING_GRACE_MS - 1), ["REST"]);
    assert_eq!(bench.wait(1), ["not-entered 1", "not passed 1 out"]);
    assert!(!bench.door.awaits(card(1), Side::Out));
    assert_eq!(bench.wait(60_000), [""; 0]);
}

#[test]
fn all_who_were_granted_enter_in_their_order_and_each_once() {
    let mut bench = Bench::new();
    for tap in [granted(3), out(1), granted(2), granted(3)] {
        let _ = bench.grant(tap);
    }
    let passed = ["opened", "entered 3", "passed 3 in", "entered 1", "passed 1 out", "entered 2", "passed 2 in"];
    assert_eq!(bench.open(), passed);
    let _ = bench.grant(granted(3));
    assert_eq!(bench.wait(60_000).iter().filter(|told| told.contains("entered")).count(), 0);
}

#[test]
fn whoever_is_granted_at_an_open_door_enters_at_the_release() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    let _ = bench.open();
    assert_eq!(bench.grant(granted(2)), ["(granted)", "entered 2", "passed 2 in"]);
}

#[test]
fn whoever_was_let_in_at_an_open_door_that_fell_shut_may_lay_the_card_there_again_until_it_has_opened() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    let _ = bench.open();
    let _ = bench.grant(granted(2));
    let _ = bench.close();
    assert!(!bench.door.awaits(card(1), Side::In) && bench.door.awaits(card(2), Side::In));
    let _ = bench.wait(RELEASE_MS + OPENING_GRACE_MS - 1);
    assert!(bench.door.awaits(card(2), Side::In));
    assert_eq!(bench.wait(1), [""; 0], "it has entered");
    assert!(!bench.door.awaits(card(2), Side::In));
    let _ = bench.grant(granted(1));
    let _ = bench.open();
    let _ = bench.grant(granted(2));
    let _ = bench.close();
    let _ = bench.open();
    let _ = bench.close();
    assert!(!bench.door.awaits(card(2), Side::In));
}

#[test]
fn the_card_that_waited_passes_with_the_one_that_came() {
    let mut bench = Bench::new();
    let pair = Tap { with: Some(card(1)), ..granted(2) };
    let _ = bench.grant(pair);
    assert!(bench.door.awaits(card(1), Side::In) && bench.door.awaits(card(2), Side::In));
    assert_eq!(bench.open(), ["opened", "entered 1", "passed 1 in", "entered 2", "passed 2 in"]);
    let mut bench = Bench::new();
    let _ = bench.grant(pair);
    let told = bench.wait(60_000);
    assert_eq!(told, ["REST", "not-entered 1", "not passed 1 in", "not-entered 2", "not passed 2 in"]);
}

#[test]
fn without_a_contact_the_release_is_the_entry_and_there_is_nothing_to_be_held_or_forced() {
    let mut bench = Bench::with(DoorSettings::default(), None);
    assert_eq!(bench.grant(granted(1)), ["RELEASE 5000", "(granted)", "entered 1", "passed 1 in"]);
    assert_eq!(bench.open(), [""; 0]);
    assert_eq!(bench.wait(3_600_000), ["REST"]);
}

#[test]
fn a_lockdown_ends_the_waiting_of_cards_outside_after_the_contact_could_have_told() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    let _ = bench.grant(out(2));
    let _ = bench.mode(Mode::LockedDown);
    assert_eq!(bench.wait(OPENING_GRACE_MS), ["not-entered 1", "not passed 1 in"]);
    assert_eq!(bench.open(), ["opened", "entered 2", "passed 2 out"]);
}

#[test]
fn more_cards_than_a_door_remembers_push_out_the_oldest() {
    let mut bench = Bench::new();
    let most = u8::try_from(PASSERS_MAX).unwrap();
    for number in 0..most {
        let _ = bench.grant(granted(number));
    }
    let told = bench.grant(granted(most));
    assert_eq!(told, ["(granted)", "not-entered 0", "not passed 0 in"]);
    assert_eq!(bench.open().len(), 1 + 2 * PASSERS_MAX);
}

#[test]
fn a_card_that_is_handed_back_and_laid_there_again_is_judged_anew_when_its_first_release_is_over() {
    for contact in [Some(false), None] {
        let mut bench = Bench::with(DoorSettings::default(), contact);
        let _ = bench.grant(granted(1));
        let _ = bench.open();
        let _ = bench.wait(4_000);
        let _ = bench.grant(granted(1));
        let _ = bench.wait(RELEASE_MS + OPENING_GRACE_MS - 4_000 - 1);
        assert!(bench.door.awaits(card(1), Side::In));
        let last = ticket(&bench.raw(Input::Tap(granted(1))));
        let _ = bench.wait(1);
        assert!(bench.is_released() && !bench.door.awaits(card(1), Side::In), "though its release goes on");
        let _ = bench.hear(Input::Recorded(last));
        assert!(!bench.door.awaits(card(1), Side::In), "nor does one that was on its way to the disk begin it anew");
        let told = bench.grant(granted(1));
        assert_eq!(told, ["(granted)", "entered 1", "passed 1 in"], "judged anew, it passes anew");
        assert!(bench.door.awaits(card(1), Side::In));
    }
}

#[test]
fn a_card_whose_record_is_on_its_way_to_the_disk_is_awaited() {
    let mut bench = Bench::new();
    let _ = bench.hear(Input::Tap(granted(1)));
    assert!(bench.door.awaits(card(1), Side::In) && !bench.door.awaits(card(1), Side::Out));
}
