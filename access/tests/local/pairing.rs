//! Two people, or a visitor and an escort.

use access::local::Local;
use access::mode::Mode;
use access::passage::Side;
use access::reason::{Reason, Reasons};

use crate::around::{Around, card};

fn two(number: u8) -> Around {
    let mut around = Around::new(number);
    around.settings.two_person_s = Some(10);
    around
}

fn escorted(number: u8, visitor: bool) -> Around {
    let mut around = Around { visitor, ..Around::new(number) };
    around.settings.escort_s = Some(10);
    around
}

#[test]
fn the_second_of_two_different_cards_is_granted_and_the_first_passes_with_it() {
    let mut local = Local::default();
    assert_eq!(two(1).granted(&mut local), [Reason::SecondPersonNeeded]);
    assert_eq!(two(1).granted(&mut local), [Reason::SecondPersonNeeded], "the same card twice is one person");
    let verdict = two(2).judge(&mut local, Reasons::NONE);
    assert_eq!((verdict.reasons, verdict.with), (Reasons::NONE, Some(card(1))));
    assert_eq!(two(3).granted(&mut local), [Reason::SecondPersonNeeded], "a third begins anew");
}

#[test]
fn the_second_card_comes_in_time_or_is_the_first() {
    for (late_s, granted) in [(10, true), (11, false)] {
        let mut local = Local::default();
        let _ = two(1).granted(&mut local);
        assert_eq!(two(2).at(1_000 + late_s).granted(&mut local).is_empty(), granted);
    }
}

#[test]
fn a_card_that_would_be_denied_is_no_second_and_no_first() {
    let mut local = Local::default();
    let _ = two(1).judge(&mut local, Reason::CardBlocked);
    assert_eq!(two(2).granted(&mut local), [Reason::SecondPersonNeeded]);
    let verdict = two(3).judge(&mut local, Reason::CardBlocked);
    assert_eq!(verdict.reasons, Reasons::NONE, "its own reason is enough");
}

#[test]
fn exits_unlocked_doors_and_a_release_that_runs_need_nobody_else() {
    for around in [
        Around { side: Side::Out, visitor: true, ..two(1) },
        Around { mode: Mode::Unlocked, visitor: true, ..two(1) },
        Around { own_release: true, visitor: true, ..two(1) },
    ] {
        assert_eq!(around.granted(&mut Local::default()), []);
    }
}

#[test]
fn a_visitor_waits_for_an_escort_and_passes_with_it() {
    let mut local = Local::default();
    assert_eq!(escorted(1, true).granted(&mut local), [Reason::EscortNeeded]);
    assert_eq!(escorted(2, true).granted(&mut local), [Reason::EscortNeeded], "another visitor is no escort");
    let verdict = escorted(3, false).judge(&mut local, Reasons::NONE);
    assert_eq!((verdict.reasons, verdict.with), (Reasons::NONE, Some(card(2))));
}

#[test]
fn visitors_follow_an_escort_in_time() {
    for (late_s, granted) in [(10, true), (11, false)] {
        let mut local = Local::default();
        assert_eq!(escorted(1, false).granted(&mut local), []);
        assert_eq!(escorted(2, true).at(1_000 + late_s).granted(&mut local).is_empty(), granted);
    }
}

#[test]
fn where_two_are_needed_and_one_is_a_visitor_the_other_is_the_escort() {
    let both = |number, visitor| Around { visitor, settings: two_and_escort(), ..Around::new(number) };
    for visitors in [[true, false], [false, true]] {
        let mut local = Local::default();
        assert!(!both(1, visitors[0]).granted(&mut local).is_empty());
        assert_eq!(both(2, visitors[1]).granted(&mut local), []);
    }
    let mut local = Local::default();
    assert_eq!(both(1, true).granted(&mut local), [Reason::SecondPersonNeeded, Reason::EscortNeeded]);
    assert_eq!(both(2, true).granted(&mut local), [Reason::EscortNeeded]);
}

fn two_and_escort() -> access::settings::DoorSettings {
    access::settings::DoorSettings { escort_s: Some(10), ..two(1).settings }
}
