//! The field in front of the antenna, and the cards in it.

use std::collections::VecDeque;

use crate::card::VirtualCard;
use crate::exchange::Disturbance;
use crate::transcript::Transcript;

/// Cards that fit in front of an antenna. A real field feeds fewer.
pub const MAX_CARDS: usize = 8;

/// Cards that have left by themselves and can still be taken back; older ones are forgotten.
const MAX_LEFT: usize = 16;

/// Names a card on the field. Two cards may have the same UID; clones are what this is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CardId(u64);

/// There is no room for another card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_CARDS} cards lie on the field already; take one off first")]
pub struct FieldFull;

/// What one card answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) card: CardId,
    pub(crate) bits: Vec<bool>,
    pub(crate) known_bits: usize,
    pub(crate) work_ns: u64,
    /// It does not arrive as it was sent; the reader sees so at once if a parity bit tells.
    pub(crate) damaged: bool,
    pub(crate) parity_error: bool,
}

/// The cards, and whether the reader feeds them.
///
/// ```text
///              its time is over, or taken off for good
///   present ─────────────────────────────────────────▶ left (until it is taken, or forgotten)
///      │  ▲
///      ▼  │ its time away is over
///     away        taken off for a while: keeps its place
/// ```
#[derive(Debug)]
pub(crate) struct Field {
    pub(super) present: Vec<Present>,
    /// With the moment at which each comes back.
    away: Vec<(u64, Present)>,
    left: VecDeque<(CardId, VirtualCard)>,
    pub(super) powered: bool,
    start_ns: u64,
    next_id: u64,
    pub(crate) disturbance: Disturbance,
    pub(crate) transcript: Transcript,
}

#[derive(Debug)]
pub(super) struct Present {
    pub(super) id: CardId,
    pub(super) card: VirtualCard,
    /// When the card has started up, if it is fed.
    pub(super) ready_ns: u64,
    leaves_ns: Option<u64>,
    trip: Option<Trip>,
}

/// A removal that is planned.
#[derive(Clone, Copy, Debug)]
struct Trip {
    leaves_ns: u64,
    returns_ns: Option<u64>,
}

impl Present {
    /// Plans that the card is taken off, for so many milliseconds or for good.
    pub(super) fn take_off(&mut self, leaves_ns: u64, away_ms: Option<u32>) {
        let returns_ns = away_ms.map(|ms| leaves_ns.saturating_add(u64::from(ms) * 1_000_000));
        if self.trip.is_none_or(|trip| leaves_ns < trip.leaves_ns) {
            self.trip = Some(Trip { leaves_ns, returns_ns });
        }
    }
}

impl Field {
    /// `start_ns` is what a card needs from the first energy to its first answer.
    pub(crate) fn new(start_ns: u64) -> Self {
        Self {
            present: Vec::new(),
            away: Vec::new(),
            left: VecDeque::new(),
            powered: false,
            start_ns,
            next_id: 1,
            disturbance: Disturbance::default(),
            transcript: Transcript::default(),
        }
    }

    /// How many cards can be laid down. One that is away for a moment keeps its place.
    pub(crate) fn room(&self) -> usize {
        MAX_CARDS.saturating_sub(self.present.len() + self.away.len())
    }

    pub(crate) fn place(
        &mut self,
        card: VirtualCard,
        leaves_ns: Option<u64>,
        now_ns: u64,
    ) -> Result<CardId, FieldFull> {
        if self.room() == 0 {
            return Err(FieldFull);
        }
        let id = CardId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let ready_ns = now_ns.saturating_add(self.start_ns);
        self.present.push(Present { id, card, ready_ns, leaves_ns, trip: None });
        Ok(id)
    }

    /// Takes a card off the field, or hands out one that is away or has left by itself.
    pub(crate) fn take(&mut self, id: CardId, now_ns: u64) -> Option<VirtualCard> {
        if let Some(at) = self.present.iter().position(|present| present.id == id) {
            let mut card = self.present.remove(at).card;
            card.power_off(now_ns);
            return Some(card);
        }
        if let Some(at) = self.away.iter().position(|(_, away)| away.id == id) {
            return Some(self.away.remove(at).1.card);
        }
        let at = self.left.iter().position(|(left, _)| *left == id)?;
        self.left.remove(at).map(|(_, card)| card)
    }

    /// Cards on the field with their UIDs, in the order in which they came.
    pub(crate) fn cards(&self) -> impl Iterator<Item = (CardId, &[u8])> {
        self.present.iter().map(|present| (present.id, present.card.uid()))
    }

    /// A card that has not been forgotten, wherever it is.
    pub(crate) fn card_mut(&mut self, id: CardId) -> Option<&mut VirtualCard> {
        let present = self.present.iter_mut().map(|present| (present.id, &mut present.card));
        let away = self.away.iter_mut().map(|(_, away)| (away.id, &mut away.card));
        let left = self.left.iter_mut().map(|(id, card)| (*id, card));
        present.chain(away).chain(left).find(|(other, _)| *other == id).map(|(_, card)| card)
    }

    /// When a card comes or goes next.
    pub(crate) fn next_event_ns(&self) -> Option<u64> {
        let departures = self.present.iter().filter_map(|present| present.leaves_ns);
        let trips = self.present.iter().filter_map(|present| Some(present.trip?.leaves_ns));
        let returns = self.away.iter().map(|(returns_ns, _)| *returns_ns);
        departures.chain(trips).chain(returns).min()
    }

    /// Lets cards come and go; those that lost their energy are returned.
    pub(crate) fn pass(&mut self, now_ns: u64) -> Vec<CardId> {
        let mut gone = Vec::new();
        let taken_off = |present: &mut Present| present.trip.is_some_and(|trip| trip.leaves_ns <= now_ns);
        let off: Vec<Present> = self.present.extract_if(.., taken_off).collect();
        for mut present in off {
            gone.push(present.id);
            present.card.power_off(now_ns);
            match present.trip.take().and_then(|trip| trip.returns_ns) {
                Some(returns_ns) => self.away.push((returns_ns, present)),
                None => self.leave(present),
            }
        }
        let back: Vec<_> = self.away.extract_if(.., |(returns_ns, _)| *returns_ns <= now_ns).collect();
        for (_, mut present) in back {
            present.ready_ns = now_ns.saturating_add(self.start_ns);
            self.present.push(present);
        }
        let over = |present: &mut Present| present.leaves_ns.is_some_and(|leaves| leaves <= now_ns);
        let held: Vec<Present> = self.present.extract_if(.., over).collect();
        for mut present in held {
            gone.push(present.id);
            present.card.power_off(now_ns);
            self.leave(present);
        }
        gone
    }

    /// Switches the field; the cards that lost their energy are returned.
    pub(crate) fn set_power(&mut self, on: bool, now_ns: u64) -> Vec<CardId> {
        if on == self.powered {
            return Vec::new();
        }
        self.powered = on;
        for present in &mut self.present {
            present.card.power_off(now_ns);
            present.ready_ns = now_ns.saturating_add(self.start_ns);
        }
        self.present.iter().map(|present| present.id).collect()
    }

    fn leave(&mut self, present: Present) {
        if self.left.len() >= MAX_LEFT {
            self.left.pop_front();
        }
        self.left.push_back((present.id, present.card));
    }
}
