//! Which version of the wire is spoken, where two programs may be one version apart and neither knows of the other before it
//! has heard it.
//!
//! ```text
//! door        the oldest that it knows ── Status, with all that it understands ──▶ controller
//! door        ◀── the newest that both understand ── controller
//! door        what it was answered in ──▶ controller
//!             the oldest again, on a new connection or when nobody answers
//! ```
//!
//! So whichever is upgraded first, each says only what the other understands; and whoever goes back is understood again.

use crate::envelope::{WIRE_CURRENT, WIRE_MIN};

/// Statuses in a row without a believed word of the controller, after which a door takes it for one that does not understand
/// it. One is lost now and then, and statuses may come closer together than answers.
const UNHEARD_MAX: u8 = 3;

/// A version that this program understands and speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wire(u8);

impl Wire {
    /// The oldest.
    pub const OLDEST: Self = Self(WIRE_MIN);
    /// The newest.
    pub const NEWEST: Self = Self(WIRE_CURRENT);

    /// The version of byte 0 of a message; none if this program does not understand it.
    #[must_use]
    pub fn known(version: u8) -> Option<Self> {
        Self::common(version, version)
    }

    /// The newest that this program and one that understands these have in common.
    #[must_use]
    pub fn common(min: u8, max: u8) -> Option<Self> {
        common((WIRE_MIN, WIRE_CURRENT), (min, max)).map(Self)
    }

    /// As it stands in byte 0.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }
}

fn common(ours: (u8, u8), theirs: (u8, u8)) -> Option<u8> {
    let newest = ours.1.min(theirs.1);
    (newest >= ours.0 && newest >= theirs.0).then_some(newest)
}

/// What a door speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    now: Wire,
    unheard: u8,
}

/// A new connection: who is at its other end, nobody knows yet.
impl Default for Spoken {
    fn default() -> Self {
        Self { now: Wire::OLDEST, unheard: 0 }
    }
}

impl Spoken {
    /// What is spoken now.
    #[must_use]
    pub fn now(self) -> Wire {
        self.now
    }

    /// The controller was believed, in this version: it is there, and understands it.
    pub fn heard(&mut self, wire: Wire) {
        *self = Self { now: wire, unheard: 0 };
    }

    /// A status is about to be sent, which the controller answers if it understands it.
    pub fn asks(&mut self) {
        self.unheard = self.unheard.saturating_add(1);
        if self.unheard > UNHEARD_MAX {
            self.now = Wire::OLDEST;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program of today and the next one, as far as this goes: the next understands both.
    const TODAY: (u8, u8) = (1, 1);
    const NEXT: (u8, u8) = (1, 2);

    fn understands(program: (u8, u8), wire: Wire) -> bool {
        (program.0..=program.1).contains(&wire.number())
    }

    /// One status of the door; whether the controller has understood it, and the door the answer.
    fn talk(door: (u8, u8), spoken: &mut Spoken, controller: (u8, u8)) -> bool {
        spoken.asks();
        if !understands(controller, spoken.now()) {
            return false;
        }
        let answer = Wire(common(controller, door).unwrap());
        assert!(understands(door, answer), "a door is told what it does not understand");
        spoken.heard(answer);
        true
    }

    #[test]
    fn whichever_is_upgraded_first_the_first_status_is_understood_and_both_speak_the_newest_that_both_know() {
        for (door, controller, newest) in [(TODAY, TODAY, 1), (NEXT, TODAY, 1), (TODAY, NEXT, 1), (NEXT, NEXT, 2)] {
            let mut spoken = Spoken::default();
            assert!(talk(door, &mut spoken, controller) && talk(door, &mut spoken, controller));
            assert_eq!(spoken.now(), Wire(newest), "{door:?} {controller:?}");
        }
    }

    #[test]
    fn a_controller_that_was_gone_back_to_is_understood_after_some_statuses_also_if_it_says_nothing_by_itself() {
        let mut spoken = Spoken::default();
        assert!(talk(NEXT, &mut spoken, NEXT));
        let lost = (0..10).take_while(|_| !talk(NEXT, &mut spoken, TODAY)).count();
        assert_eq!(lost, usize::from(UNHEARD_MAX));
        assert!(talk(NEXT, &mut spoken, NEXT), "and the newer one again");
        assert_eq!(spoken.now(), Wire(2));
    }

    #[test]
    fn programs_without_a_common_version_have_none() {
        assert_eq!([common((2, 3), (1, 1)), common((1, 1), (2, 3)), common((1, 2), (2, 1))], [None, None, None]);
        assert_eq!(common((1, 2), (2, 3)), Some(2));
        assert_eq!(
            (Wire::known(WIRE_CURRENT), Wire::known(WIRE_CURRENT + 1), Wire::known(0)),
            (Some(Wire::NEWEST), None, None)
        );
    }
}
