//! The lock: how long it is released, and what it has been told.

use super::{Drive, OPENING_GRACE_MS};
use crate::settings::Times;
use crate::time::MonoMs;

/// The lock.
#[derive(Debug, Default)]
pub(super) struct Lock {
    /// By a card at the reader outside; a lockdown ends it.
    by_card_until: Option<MonoMs>,
    /// By the exit button, a card at the reader inside or a command; nothing but time and a closing door end it.
    otherwise_until: Option<MonoMs>,
    /// The mode is unlocked.
    holds: bool,
    /// Until when a card at the reader outside makes an opening be in order, without its grace.
    in_order_by_card_until: Option<MonoMs>,
    /// And anything else, also if it does not release the lock.
    in_order_otherwise_until: Option<MonoMs>,
    driven: Driven,
}

/// On whose behalf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A card at the reader outside.
    Card,
    /// Anything that a lockdown does not hold back.
    Otherwise,
}

/// What the lock was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Driven {
    #[default]
    Rest,
    Until(MonoMs),
    Hold,
}

impl Lock {
    /// Releases it, and says until when. One that is released for longer already stays so.
    pub(super) fn release(&mut self, by: By, release_ms: u32, now: MonoMs) -> MonoMs {
        let until = now + u64::from(release_ms.min(Times::RELEASE_MS_MAX));
        let (released, in_order) = match by {
            By::Card => (&mut self.by_card_until, &mut self.in_order_by_card_until),
            By::Otherwise => (&mut self.otherwise_until, &mut self.in_order_otherwise_until),
        };
        *released = (*released).max(Some(until));
        *in_order = (*in_order).max(Some(until));
        until
    }

    /// Lets the opening that follows be in order, without touching the lock.
    pub(super) fn shunt(&mut self, release_ms: u32, now: MonoMs) {
        let until = now + u64::from(release_ms.min(Times::RELEASE_MS_MAX));
        self.in_order_otherwise_until = self.in_order_otherwise_until.max(Some(until));
    }

    /// The mode is unlocked, or is not any more.
    pub(super) fn hold(&mut self, holds: bool, now: MonoMs) {
        if self.holds && !holds {
            self.in_order_otherwise_until = self.in_order_otherwise_until.max(Some(now));
        }
        self.holds = holds;
    }

    /// Ends what cards at the reader outside have released.
    pub(super) fn lock_down(&mut self, now: MonoMs) {
        self.by_card_until = None;
        self.in_order_by_card_until = self.in_order_by_card_until.map(|until| until.min(now));
    }

    /// The door has closed behind whoever went through.
    pub(super) fn close(&mut self) {
        (self.by_card_until, self.otherwise_until) = (None, None);
        (self.in_order_by_card_until, self.in_order_otherwise_until) = (None, None);
    }

    pub(super) fn pass_time(&mut self, now: MonoMs) {
        for until in [&mut self.by_card_until, &mut self.otherwise_until] {
            *until = until.filter(|until| now < *until);
        }
    }

    pub(super) fn is_released(&self) -> bool {
        self.holds || self.until().is_some()
    }

    /// Whether an opening that is heard of now is in order.
    pub(super) fn authorises(&self, now: MonoMs) -> bool {
        let until = self.in_order_by_card_until.max(self.in_order_otherwise_until);
        self.holds || until.is_some_and(|until| now < until + OPENING_GRACE_MS)
    }

    /// What the lock has to be told, if anything.
    pub(super) fn drive(&mut self, now: MonoMs) -> Option<Drive> {
        let wanted = match (self.holds, self.until()) {
            (true, _) => Driven::Hold,
            (false, Some(until)) => Driven::Until(until),
            (false, None) => Driven::Rest,
        };
        if core::mem::replace(&mut self.driven, wanted) == wanted {
            return None;
        }
        Some(match wanted {
            Driven::Hold => Drive::Hold,
            Driven::Rest => Drive::Rest,
            Driven::Until(until) => Drive::Release { for_ms: u32::try_from(until.since(now)).unwrap_or(u32::MAX) },
        })
    }

    pub(super) fn deadline(&self) -> Option<MonoMs> {
        [self.by_card_until, self.otherwise_until].into_iter().flatten().min()
    }

    fn until(&self) -> Option<MonoMs> {
        self.by_card_until.max(self.otherwise_until)
    }
}
