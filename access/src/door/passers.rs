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
struct Passer {
    card: Card,
    until: MonoMs,
    /// They need longer.
    long: bool,
    entered: bool,
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
    /// A card's release begins. Returns one that has to make room and has not entered.
    pub(super) fn add(&mut self, card: Card, until: MonoMs, long: bool) -> Option<Card> {
        let until = until + OPENING_GRACE_MS;
        let same = |passer: &&mut Passer| passer.card.uid == card.uid && passer.card.side == card.side;
        if let Some(passer) = self.0.iter_mut().find(same) {
            let with = card.with.or(passer.card.with);
            *passer = Passer { card: Card { with, ..card }, until, long: passer.long || long, ..*passer };
            return None;
        }
        let first = if self.0.len() >= PASSERS_MAX { Some(self.0.remove(0)) } else { None };
        self.0.push(Passer { card, until, long, entered: false });
        first.filter(|first| !first.entered).map(|first| first.card)
    }

    pub(super) fn has(&self, uid: Uid, side: Side) -> bool {
        self.0.iter().any(|passer| passer.card.is(uid, side))
    }

    /// Whether somebody who needs longer is among those who have not entered yet.
    pub(super) fn need_long(&self) -> bool {
        self.0.iter().any(|passer| passer.long && !passer.entered)
    }

    /// All who have not entered yet, oldest first; they have now.
    pub(super) fn enter(&mut self) -> Vec<Card> {
        let mut cards = Vec::new();
        for passer in self.0.iter_mut().filter(|passer| !passer.entered) {
            passer.entered = true;
            cards.push(passer.card);
        }
        cards
    }

    /// Those whose time is over and who have not entered.
    pub(super) fn pass_time(&mut self, now: MonoMs) -> Vec<Card> {
        let over = |passer: &&Passer| now >= passer.until && !passer.entered;
        let cards = self.0.iter().filter(over).map(|passer| passer.card).collect();
        self.0.retain(|passer| now < passer.until);
        cards
    }

    /// The releases of cards at the reader outside end now.
    pub(super) fn lock_down(&mut self, now: MonoMs) {
        for passer in self.0.iter_mut().filter(|passer| passer.card.side == Side::In) {
            passer.until = passer.until.min(now + OPENING_GRACE_MS);
        }
    }

    /// The door has closed behind them.
    pub(super) fn close(&mut self) {
        self.0.retain(|passer| !passer.entered);
    }

    pub(super) fn deadline(&self) -> Option<MonoMs> {
        self.0.iter().filter(|passer| !passer.entered).map(|passer| passer.until).min()
    }
}
