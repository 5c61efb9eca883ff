//! The drawing of `life`, pair by pair.

use super::*;
use Life::{Active, Blocked, Delivered, Ordered, Retired, Returned, Suspended};
use Transition as T;

/// Everything that is possible; every other pair is refused.
const POSSIBLE: [(Life, Transition, Life); 18] = [
    (Ordered, T::Deliver, Delivered),
    (Ordered, T::Retire, Retired),
    (Delivered, T::Activate, Active),
    (Delivered, T::HandOut, Active),
    (Delivered, T::Block, Blocked),
    (Delivered, T::Retire, Retired),
    (Active, T::Suspend, Suspended),
    (Active, T::Block, Blocked),
    (Active, T::Return, Returned),
    (Active, T::Retire, Retired),
    (Suspended, T::Resume, Active),
    (Suspended, T::Block, Blocked),
    (Suspended, T::Return, Returned),
    (Suspended, T::Retire, Retired),
    (Blocked, T::Reinstate, Active),
    (Blocked, T::Retire, Retired),
    (Returned, T::HandOut, Active),
    (Returned, T::Retire, Retired),
];

#[test]
fn every_pair_of_life_and_transition_leads_where_the_drawing_says() {
    for life in Life::ALL {
        for transition in Transition::ALL {
            let drawn = POSSIBLE.iter().find(|(from, by, _)| (*from, *by) == (life, transition));
            match (step(life, transition), drawn) {
                (Ok(to), Some((_, _, drawn))) => assert_eq!(to, *drawn, "{life:?} {transition:?}"),
                (Err(Refusal::AlreadySo), None) => assert_eq!(transition.to(), life),
                (Err(Refusal::Is(is)), None) => assert_eq!(is, life),
                (got, _) => panic!("{life:?} {transition:?}: {got:?}"),
            }
        }
    }
}

#[test]
fn nothing_leads_out_of_retired_and_only_a_mistake_out_of_blocked() {
    assert!(Transition::ALL.iter().all(|transition| step(Retired, *transition).is_err()));
    let out: Vec<_> = Transition::ALL.into_iter().filter(|transition| step(Blocked, *transition).is_ok()).collect();
    assert_eq!(out, [T::Reinstate, T::Retire]);
    assert_eq!(T::Reinstate.causes(), [Cause::Mistake]);
}

#[test]
fn only_an_active_card_has_nothing_in_its_way() {
    for life in Life::ALL {
        for cause in Cause::ALL {
            assert_eq!(life.blocks(cause).is_empty(), life == Active, "{life:?} {cause:?}");
        }
    }
    assert_eq!(Suspended.block(Cause::Inactive), Some(Block::Inactive));
}

#[test]
fn codes_are_distinct_and_read_back() {
    assert!(Life::ALL.iter().all(|life| Life::from_code(life.code()) == Some(*life)));
    assert!(Transition::ALL.iter().all(|some| Transition::from_code(some.code()) == Some(*some)));
    assert!(Cause::ALL.iter().all(|cause| Cause::from_code(cause.code()) == Some(*cause)));
}
