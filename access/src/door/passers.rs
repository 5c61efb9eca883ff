//! Whose card was granted, and whether they went through.

use alloc::vec::Vec;

use super::{OPENING_GRACE_MS, PASSERS_MAX};
use crate::passage::Side;
use crate::time::MonoMs;
use crate::uid::Uid;

/// A card that was granted, with the one that waited for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) uid: Uid,
    pub(super) side: Side,
    pub(super) with: Option<Uid>,
}

/// Those whose releases run.
#[derive(Debug, Default)]
pub(super) struct Passers(Vec<Passer>);

#[derive(Debug, Clone, Copy)]
pub(super) struct Passer {
    pub(super) uid: Uid,
    pub(super) side: Side,
    until: MonoMs,
    /// When the first of the releases is over, whatever comes after it: a card that is handed back and laid there again
    /// and again is judged anew then. None once that is so.
    known_until: Option<MonoMs>,
    /// They need longer.
    long: bool,
    entered: bool,
    /// The card was laid there again, and the door may stand open for longer.
    prolonged: bool,
    /// Released while the door stood open, so that its closing does not end it.
    since_opening: bool,
}

/// A release for one card.
#[derive(Debug, Clone, Copy)]
pub(super) struct Release {
    pub(super) uid: Uid,
    pub(super) side: Side,
    pub(super) until: MonoMs,
    /// They need longer.
    pub(super) long: bool,
    /// The door stands open.
    pub(super) is_open: bool,
    /// See [`super::pending::Grant::again`].
    pub(super) again: Option<MonoMs>,
    pub(super) now: MonoMs,
}

impl Card {
    /// The cards that pass, in the order in which they were laid there.
    pub(super) fn uids(self) -> impl Iterator<Item = Uid> {
        self.with.into_iter().chain([self.uid])
    }

    pub(super) fn is(self, uid: Uid, side: Side) -> bool {
        self.side == side && self.uids().any(|one| one == uid)
    }
}

impl Passers {
    /// A release begins, or goes on, for a card. Returns one that has to make room and has not entered.
    pub(super) fn add(&mut self, release: Release) -> Option<Passer> {
        let Release { uid, side, until, long, is_open, again, now } = release;
        let until = until + OPENING_GRACE_MS;
        let known_until = Some(again.unwrap_or(until)).filter(|known_until| now < *known_until);
        if let Some(passer) = self.find(uid, side) {
            if passer.known_until.is_none() && again.is_none() {
                (passer.known_until, passer.entered, passer.prolonged) = (known_until, false, false);
            }
            (passer.until, passer.long) = (passer.until.max(until), passer.long || long);
            passer.since_opening |= is_open;
            return None;
        }
        let first = if self.0.len() >= PASSERS_MAX { Some(self.0.remove(0)) } else { None };
        let (entered, prolonged) = (false, again.is_some());
        self.0.push(Passer { uid, side, until, known_until, long, entered, prolonged, since_opening: is_open });
        first.filter(|first| !first.entered)
    }

    /// Until when the card, laid there again, does nothing new; none if it does something new by now.
    pub(super) fn known_until(&self, uid: Uid, side: Side) -> Option<MonoMs> {
        self.0.iter().find(|passer| passer.uid == uid && passer.side == side)?.known_until
    }

    /// Whether a release for the card may begin the time anew for which the door may stand open. One that is laid there
    /// again and again may once.
    pub(super) fn prolongs(&mut self, uid: Uid, side: Side, again: bool) -> bool {
        match self.find(uid, side).filter(|passer| again || passer.known_until.is_some()) {
            Some(passer) => !core::mem::replace(&mut passer.prolonged, true),
            None => !again,
        }
    }

    pub(super) fn has(&self, uid: Uid, side: Side) -> bool {
        self.0.iter().any(|passer| passer.uid == uid && passer.side == side)
    }

    /// Whether somebody who needs longer is among those who have not entered yet.
    pub(super) fn need_long(&self) -> bool {
        self.0.iter().any(|passer| passer.long && !passer.entered)
    }

    /// All who have not entered yet, oldest first; they have now.
    pub(super) fn enter(&mut self) -> Vec<Passer> {
        let mut entering = Vec::new();
        for passer in self.0.iter_mut().filter(|passer| !passer.entered) {
            passer.entered = true;
            entering.push(*passer);
        }
        entering
    }

    /// Those whose time is over and who have not entered.
    pub(super) fn pass_time(&mut self, now: MonoMs) -> Vec<Passer> {
        let over = self.0.iter().filter(|passer| now >= passer.until && !passer.entered).copied().collect();
        self.0.retain(|passer| now < passer.until);
        for passer in &mut self.0 {
            passer.known_until = passer.known_until.filter(|known_until| now < *known_until);
        }
        over
    }

    /// The releases of cards at the reader outside end now.
    pub(super) fn lock_down(&mut self, now: MonoMs) {
        for passer in self.0.iter_mut().filter(|passer| passer.side == Side::In) {
            passer.until = passer.until.min(now + OPENING_GRACE_MS);
        }
    }

    /// The door has opened: those who were let in before go when it closes.
    pub(super) fn open(&mut self) {
        self.0.iter_mut().for_each(|passer| passer.since_opening = false);
    }

    /// The door has closed behind them.
    pub(super) fn close(&mut self) {
        self.0.retain(|passer| !passer.entered || passer.since_opening);
    }

    pub(super) fn deadline(&self) -> Option<MonoMs> {
        self.0.iter().map(|passer| passer.known_until.map_or(passer.until, |known| known.min(passer.until))).min()
    }

    fn find(&mut self, uid: Uid, side: Side) -> Option<&mut Passer> {
        self.0.iter_mut().find(|passer| passer.uid == uid && passer.side == side)
    }
}
