//! What a decision shows.

use access::decide::Decision;
use access::reason::{Reason, Reasons};
use access::signal::Signal;
use access::whitelist::Generation;

fn shown(reasons: &[Reason], ends_soon: bool) -> Signal {
    Signal::of(&Decision { reasons: Reasons::of(reasons), generation: Generation(1) }, ends_soon)
}

#[test]
fn each_answer_has_its_signal() {
    assert_eq!(shown(&[], false), Signal::Granted);
    assert_eq!(shown(&[], true), Signal::EndsSoon);
    assert_eq!(shown(&[Reason::UnknownCard], true), Signal::Denied);
    assert_eq!(shown(&[Reason::OutsideSchedule], false), Signal::Denied);
    assert_eq!(shown(&[Reason::LockedOut], false), Signal::Denied);
    assert_eq!(shown(&[Reason::ReadFailed], false), Signal::TryAgain);
    assert_eq!(shown(&[Reason::ReadFailed, Reason::LockedDown], false), Signal::Denied);
    assert_eq!(shown(&[Reason::SecondPersonNeeded, Reason::EscortNeeded], false), Signal::SecondCard);
    assert_eq!(shown(&[Reason::OutsideSchedule, Reason::CardCloned], false), Signal::DeniedForGood);
    assert_eq!(
        Signal::of(&Decision { reasons: Reasons::from_bits(1 << 63), generation: Generation(1) }, false),
        Signal::Denied
    );
}

#[test]
fn what_cannot_be_mended_by_waiting_or_trying_is_in_no_other_set() {
    assert!(Reason::FOR_GOOD.within(Reason::TRY_AGAIN).is_empty());
    assert!(Reason::FOR_GOOD.within(Reason::LOCAL).is_empty());
    assert!(Reason::SECOND_CARD.without(Reason::LOCAL).is_empty());
}
