//! Denied too often.
//!
//! Each listed card is counted by itself, and all unlisted ones together: whoever tries many cards is stopped, and no
//! listed card ever pays for another. What was misread may be any card, also a listed one, and is left alone.

use alloc::vec::Vec;

use super::{Circumstances, LockoutBegins};
use crate::passage::Side;
use crate::reason::{Reason, Reasons};
use crate::time::MonoMs;
use crate::uid::Uid;

/// Most cards of which a door counts the denials: more than are denied at one door within an hour. The one whose last
/// denial is the oldest makes room.
pub const KEYS_MAX: usize = 64;

/// Denials that are nobody's fault, or the door's own: they are not counted if there is no other reason.
const NOT_COUNTED: Reasons = Reason::TRY_AGAIN.and(Reason::SECOND_CARD).and(Reasons::of(&[
    Reason::LockedDown,
    Reason::TimeUnknown,
    Reason::LockedOut,
    Reason::ListTooOld,
]));

/// The denials of a door.
#[derive(Debug, Default)]
pub(super) struct Lockouts(Vec<Counted>);

#[derive(Debug)]
struct Counted {
    key: Key,
    /// Oldest first; at most as many as lock out.
    denials: Vec<MonoMs>,
    until: Option<MonoMs>,
}

/// Against whom a denial counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Listed(Uid),
    /// All unlisted cards together.
    Unlisted,
}

impl Lockouts {
    /// Whether the card, with these reasons of its own, is locked out. It never is at the reader inside: whoever may leave leaves.
    pub(super) fn holds(&self, reasons: Reasons, around: &Circumstances<'_>) -> bool {
        let Some(key) = Key::of(reasons, around) else { return false };
        let counted = self.0.iter().find(|counted| counted.key == key);
        around.side == Side::In && counted.is_some_and(|counted| counted.is_out(around.at.mono))
    }

    /// Counts a denial, and says so if it was one too many.
    pub(super) fn denied(&mut self, reasons: Reasons, around: &Circumstances<'_>) -> Option<LockoutBegins> {
        // Without a list every card is unknown, and nobody has tried one that is not his.
        if reasons.contains(Reason::NoWhitelist) || reasons.without(NOT_COUNTED).is_empty() {
            return None;
        }
        let (key, now, settings) = (Key::of(reasons, around)?, around.at.mono, around.settings.lockout);
        let counted = self.counted(key)?;
        if counted.is_out(now) {
            return None;
        }
        counted.denials.retain(|at| now.since(*at) <= u64::from(settings.within_s) * 1_000);
        counted.denials.push(now);
        if counted.denials.len() < usize::from(settings.denials) {
            return None;
        }
        counted.denials.clear();
        counted.until = Some(now + u64::from(settings.for_s) * 1_000);
        Some(LockoutBegins { uid: key.uid(), for_s: settings.for_s })
    }

    fn counted(&mut self, key: Key) -> Option<&mut Counted> {
        // The one that was denied last stands last.
        let counted = match self.0.iter().position(|counted| counted.key == key) {
            Some(at) => self.0.remove(at),
            None => Counted { key, denials: Vec::new(), until: None },
        };
        if self.0.len() >= KEYS_MAX {
            self.0.remove(0);
        }
        self.0.push(counted);
        self.0.last_mut()
    }
}

impl Counted {
    fn is_out(&self, now: MonoMs) -> bool {
        self.until.is_some_and(|until| now < until)
    }
}

impl Key {
    /// None if no number was read, unless the card is of a kind that is never listed.
    fn of(reasons: Reasons, around: &Circumstances<'_>) -> Option<Self> {
        match around.uid {
            Some(uid) if around.listed => Some(Self::Listed(uid)),
            None if !reasons.contains(Reason::UnsupportedCard) => None,
            Some(_) | None => Some(Self::Unlisted),
        }
    }

    fn uid(self) -> Option<Uid> {
        match self {
            Self::Listed(uid) => Some(uid),
            Self::Unlisted => None,
        }
    }
}
