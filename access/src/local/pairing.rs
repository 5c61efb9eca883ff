//! Two people, or a visitor and an escort.
//!
//! ```text
//!              a card that would be granted
//!   nobody ──────────────────────────────────▶ somebody waits ──────▶ both pass
//!     ▲          "one card more"                 │       another card, in time, and
//!     └──────────────────────────────────────────┘       the two make a pair
//!                     time is over
//! ```
//!
//! Two people are any two cards. A visitor needs somebody who is none: before, after, or as the other of two.

use crate::reason::{Reason, Reasons};
use crate::settings::DoorSettings;
use crate::time::MonoMs;
use crate::uid::Uid;

/// Somebody whose card would be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) uid: Uid,
    pub(super) visitor: bool,
    pub(super) since: MonoMs,
}

/// Who waits at a door, and who could be an escort.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    waits: Option<Person>,
    /// When somebody who is no visitor was last granted.
    escort_since: Option<MonoMs>,
}

/// What is still needed, or who passes as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pair {
    pub(super) reasons: Reasons,
    pub(super) with: Option<Uid>,
}

impl Pairing {
    pub(super) fn judge(&mut self, person: Person, settings: &DoorSettings) -> Pair {
        let in_time = |since: MonoMs, seconds: Option<u16>| {
            seconds.is_some_and(|seconds| person.since.since(since) <= u64::from(seconds) * 1_000)
        };
        let other = self.waits.filter(|waits| waits.uid != person.uid);
        let second = other.filter(|other| in_time(other.since, settings.two_person_s));
        let escorts = |other: &Person| other.visitor != person.visitor && in_time(other.since, settings.escort_s);
        let companion = second.or(other.filter(escorts));
        let escort_is_in = self.escort_since.is_some_and(|since| in_time(since, settings.escort_s));
        let escorted = escort_is_in || companion.is_some_and(|companion| !companion.visitor);

        let mut pair = Pair::default();
        if settings.two_person_s.is_some() && second.is_none() {
            pair.reasons.insert(Reason::SecondPersonNeeded);
        }
        if settings.escort_s.is_some() && person.visitor && !escorted {
            pair.reasons.insert(Reason::EscortNeeded);
        }
        if !pair.reasons.is_empty() {
            self.waits = Some(person);
            return pair;
        }
        pair.with = companion.map(|companion| companion.uid);
        self.waits = None;
        if !person.visitor || companion.is_some_and(|companion| !companion.visitor) {
            self.escort_since = Some(person.since);
        }
        pair
    }
}
