//! Denied too often: the card, or all that are not listed; never another that is.

use access::local::{Local, LockoutBegins, lockout::KEYS_MAX};
use access::passage::Side;
use access::reason::{Reason, Reasons};
use proptest::prelude::*;

use crate::around::{Around, card};

fn deny(local: &mut Local, around: &Around, times: usize) -> Option<LockoutBegins> {
    (0..times).filter_map(|_| around.judge(local, Reason::OutsideSchedule).lockout_begins).next()
}

#[test]
fn the_fifth_denial_in_a_minute_locks_a_card_out_for_a_minute() {
    let (mut local, around) = (Local::default(), Around::new(1));
    assert_eq!(deny(&mut local, &around, 4), None);
    assert_eq!(around.granted(&mut local), []);
    assert_eq!(deny(&mut local, &around, 1), Some(LockoutBegins { uid: Some(card(1)), for_s: 60 }));
    assert_eq!(around.at(1_059).granted(&mut local), [Reason::LockedOut]);
    assert_eq!(deny(&mut local, &around, 20), None, "it begins once");
    assert_eq!(around.at(1_060).granted(&mut local), []);
}

#[test]
fn denials_of_more_than_a_minute_ago_are_forgotten() {
    for (apart_s, out) in [(15, true), (16, false)] {
        let (mut local, around) = (Local::default(), Around::new(1));
        let begun = (0..5).filter(|n| deny(&mut local, &around.at(1_000 + n * apart_s), 1).is_some()).count();
        assert_eq!(begun == 1, out, "{apart_s}");
    }
}

#[test]
fn unlisted_cards_are_counted_together_and_lock_out_no_listed_one() {
    let mut local = Local::default();
    let unlisted = |number| Around { listed: false, ..Around::new(number) };
    let begun: Vec<_> = (0..5).filter_map(|number| deny(&mut local, &unlisted(number), 1)).collect();
    assert_eq!(begun, [LockoutBegins { uid: None, for_s: 60 }]);
    let verdict = unlisted(9).judge(&mut local, Reason::UnknownCard);
    assert_eq!(verdict.reasons, Reason::LockedOut.into());
    assert_eq!(Around::new(1).granted(&mut local), []);
}

#[test]
fn whoever_taps_before_the_door_has_its_first_list_is_not_locked_out_when_it_comes() {
    let (mut local, unlisted) = (Local::default(), Around { listed: false, ..Around::new(1) });
    let without_a_list: Reasons = [Reason::NoWhitelist, Reason::UnknownCard].into_iter().collect();
    assert!((0..30).all(|_| unlisted.judge(&mut local, without_a_list).lockout_begins.is_none()));
    assert_eq!(unlisted.judge(&mut local, Reason::UnknownCard).reasons, Reasons::NONE);
}

fn nameless(reason: Reason, local: &mut Local) -> (Reasons, Option<LockoutBegins>) {
    let around = Around { uid: None, listed: false, ..Around::new(1) };
    let verdict = around.judge(local, reason);
    (verdict.reasons, verdict.lockout_begins)
}

#[test]
fn what_was_misread_is_asked_to_try_again_while_unlisted_cards_are_locked_out() {
    let mut local = Local::default();
    let unlisted = Around { listed: false, ..Around::new(1) };
    assert!(deny(&mut local, &unlisted, 5).is_some());
    for reason in [Reason::ReadFailed, Reason::SeveralCards] {
        assert_eq!(nameless(reason, &mut local), (Reasons::NONE, None), "{}", reason.code());
    }
    assert_eq!(nameless(Reason::UnsupportedCard, &mut local).0, Reason::LockedOut.into());
}

#[test]
fn nothing_without_a_number_is_counted_but_a_card_that_is_never_listed() {
    let mut local = Local::default();
    assert!((0..30).all(|_| nameless(Reason::OutsideSchedule, &mut local).1.is_none()));
    let begun: Vec<_> = (0..5).filter_map(|_| nameless(Reason::UnsupportedCard, &mut local).1).collect();
    assert_eq!(begun, [LockoutBegins { uid: None, for_s: 60 }]);
}

#[test]
fn what_is_nobodys_fault_is_not_counted() {
    let uncounted = [
        Reason::ReadFailed,
        Reason::SeveralCards,
        Reason::CredentialNotWritten,
        Reason::CredentialUnreadable,
        Reason::LockedDown,
    ];
    for reason in uncounted {
        let (mut local, around) = (Local::default(), Around::new(1));
        assert!((0..30).all(|_| around.judge(&mut local, reason).lockout_begins.is_none()), "{}", reason.code());
        let besides: Reasons = [reason, Reason::CardBlocked].into_iter().collect();
        assert!((0..5).any(|_| around.judge(&mut local, besides).lockout_begins.is_some()), "{}", reason.code());
    }
    let mut around = Around::new(1);
    around.settings.two_person_s = Some(10);
    let mut local = Local::default();
    assert!((0..30).all(|_| around.judge(&mut local, Reasons::NONE).lockout_begins.is_none()));
}

#[test]
fn whoever_may_leave_leaves() {
    let (mut local, around) = (Local::default(), Around::new(1));
    assert!(deny(&mut local, &around, 5).is_some());
    assert_eq!(Around { side: Side::Out, ..around }.granted(&mut local), []);
}

#[test]
fn what_a_door_remembers_is_bounded_by_forgetting_the_oldest() {
    let mut local = Local::default();
    assert!(deny(&mut local, &Around::new(0), 4).is_none());
    for number in 1..=u8::try_from(KEYS_MAX).unwrap() {
        assert!(deny(&mut local, &Around::new(number), 1).is_none());
    }
    assert!(deny(&mut local, &Around::new(0), 1).is_none(), "its four are forgotten");
}

proptest! {
    #[test]
    fn a_listed_card_never_pays_for_others(others in proptest::collection::vec((1_u8..20, any::<bool>(), 0_u64..9), 0..200)) {
        let (mut local, mut now) = (Local::default(), 1_000);
        for (number, listed, later) in others {
            now += later;
            let _ = deny(&mut local, &Around { listed, ..Around::new(number) }.at(now), 1);
            prop_assert_eq!(Around::new(0).at(now).granted(&mut local), []);
        }
    }
}
