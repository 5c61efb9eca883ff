//! The lock: how long it is released, and what it has been told.

use super::{Drive, OPENING_GRACE_MS};
use crate::settings::Times;
use crate::time::MonoMs;

/// The lock.
#[derive(Debug, Default)]
pub(super) struct Lock {
    causes: Causes,
    /// Those of them that came while the door stood open. Its closing does not end them: whoever was let in last may
    /// find the leaf falling shut before them.
    since_opening: Causes,
    /// The mode is unlocked.
    holds: bool,
    driven: Driven,
}

/// Until when each lets people through.
#[derive(Debug, Clone, Copy, Default)]
struct Causes {
    /// A card at the reader outside; a lockdown ends it.
    by_card_until: Option<MonoMs>,
    /// The exit button, a card at the reader inside or a command; nothing but time and a closing door end it.
    otherwise_until: Option<MonoMs>,
    /// Until when a card at the reader outside makes an opening be in order, without its grace.
    in_order_by_card_until: Option<MonoMs>,
    /// And anything else, also if it does not release the lock.
    in_order_otherwise_until: Option<MonoMs>,
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
    pub(super) fn release(&mut self, by: By, release_ms: u32, is_open: bool, now: MonoMs) -> MonoMs {
        let until = now + u64::from(release_ms.min(Times::RELEASE_MS_MAX));
        for causes in self.causes(is_open) {
            causes.release(by, until);
        }
        until
    }

    /// Lets the opening that follows be in order, without touching the lock.
    pub(super) fn shunt(&mut self, release_ms: u32, is_open: bool, now: MonoMs) {
        let until = now + u64::from(release_ms.min(Times::RELEASE_MS_MAX));
        for causes in self.causes(is_open) {
            causes.shunt(until);
        }
    }

    /// The mode is unlocked, or is not any more.
    pub(super) fn hold(&mut self, holds: bool, now: MonoMs) {
        if self.holds && !holds {
            self.causes.shunt(now);
        }
        self.holds = holds;
    }

    /// Ends what cards at the reader outside have released.
    pub(super) fn lock_down(&mut self, now: MonoMs) {
        for causes in self.causes(true) {
            causes.by_card_until = None;
            causes.in_order_by_card_until = causes.in_order_by_card_until.map(|until| until.min(now));
        }
    }

    /// The door has opened: what let it be opened ends when it closes.
    pub(super) fn open(&mut self) {
        self.since_opening = Causes::default();
    }

    /// The door has closed behind whoever went through.
    pub(super) fn close(&mut self) {
        self.causes = core::mem::take(&mut self.since_opening);
    }

    pub(super) fn pass_time(&mut self, now: MonoMs) {
        for causes in self.causes(true) {
            for until in [&mut causes.by_card_until, &mut causes.otherwise_until] {
                *until = until.filter(|until| now < *until);
            }
        }
    }

    pub(super) fn is_released(&self) -> bool {
        self.holds || self.until().is_some()
    }

    /// Whether an opening that is heard of now is in order.
    pub(super) fn authorises(&self, now: MonoMs) -> bool {
        let until = self.causes.in_order_by_card_until.max(self.causes.in_order_otherwise_until);
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
        [self.causes.by_card_until, self.causes.otherwise_until].into_iter().flatten().min()
    }

    fn until(&self) -> Option<MonoMs> {
        self.causes.by_card_until.max(self.causes.otherwise_until)
    }

    fn causes(&mut self, is_open: bool) -> impl Iterator<Item = &mut Causes> {
        let since_opening = is_open.then_some(&mut self.since_opening);
        [&mut self.causes].into_iter().chain(since_opening)
    }
}

impl Causes {
    fn release(&mut self, by: By, until: MonoMs) {
        let (released, in_order) = match by {
            By::Card => (&mut self.by_card_until, &mut self.in_order_by_card_until),
            By::Otherwise => (&mut self.otherwise_until, &mut self.in_order_otherwise_until),
        };
        *released = (*released).max(Some(until));
        *in_order = (*in_order).max(Some(until));
    }

    fn shunt(&mut self, until: MonoMs) {
        self.in_order_otherwise_until = self.in_order_otherwise_until.max(Some(until));
    }
}
