//! The field in front of the antenna, and the cards in it.

use std::collections::VecDeque;

use crate::air::Downlink;
use crate::card::VirtualCard;
use crate::fault::Fault;

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
}

/// The cards, and whether the reader feeds them.
#[derive(Debug)]
pub(crate) struct Field {
    present: Vec<Present>,
    left: VecDeque<(CardId, VirtualCard)>,
    powered: bool,
    start_ns: u64,
    next_id: u64,
    fault: Option<Fault>,
}

#[derive(Debug)]
struct Present {
    id: CardId,
    card: VirtualCard,
    /// When the card has started up, if it is fed.
    ready_ns: u64,
    leaves_ns: Option<u64>,
}

impl Field {
    /// `start_ns` is what a card needs from the first energy to its first answer.
    pub(crate) fn new(start_ns: u64) -> Self {
        Self { present: Vec::new(), left: VecDeque::new(), powered: false, start_ns, next_id: 1, fault: None }
    }

    pub(crate) fn set_fault(&mut self, fault: Option<Fault>) {
        self.fault = fault;
    }

    pub(crate) fn place(
        &mut self,
        card: VirtualCard,
        leaves_ns: Option<u64>,
        now_ns: u64,
    ) -> Result<CardId, FieldFull> {
        if self.present.len() >= MAX_CARDS {
            return Err(FieldFull);
        }
        let id = CardId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        self.present.push(Present { id, card, ready_ns: now_ns.saturating_add(self.start_ns), leaves_ns });
        Ok(id)
    }

    /// Takes a card off the field, or hands out one that has left by itself.
    pub(crate) fn take(&mut self, id: CardId, now_ns: u64) -> Option<VirtualCard> {
        if let Some(at) = self.present.iter().position(|present| present.id == id) {
            let mut card = self.present.remove(at).card;
            card.power_off(now_ns);
            return Some(card);
        }
        let at = self.left.iter().position(|(left, _)| *left == id)?;
        self.left.remove(at).map(|(_, card)| card)
    }

    /// Cards on the field with their UIDs, in the order in which they came.
    pub(crate) fn cards(&self) -> impl Iterator<Item = (CardId, &[u8])> {
        self.present.iter().map(|present| (present.id, present.card.uid()))
    }

    pub(crate) fn next_departure_ns(&self) -> Option<u64> {
        self.present.iter().filter_map(|present| present.leaves_ns).min()
    }

    /// Lets go of the cards whose time is over.
    pub(crate) fn depart(&mut self, now_ns: u64) -> Vec<CardId> {
        let over = |present: &mut Present| present.leaves_ns.is_some_and(|leaves| leaves <= now_ns);
        let gone: Vec<Present> = self.present.extract_if(.., over).collect();
        let ids = gone.iter().map(|present| present.id).collect();
        for mut present in gone {
            present.card.power_off(now_ns);
            if self.left.len() >= MAX_LEFT {
                self.left.pop_front();
            }
            self.left.push_back((present.id, present.card));
        }
        ids
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

    /// Every fed card hears a frame that ends now.
    pub(crate) fn deliver(&mut self, frame: &Downlink, now_ns: u64) -> Vec<Answer> {
        if !self.powered {
            return Vec::new();
        }
        let fault = self.fault;
        self.present
            .iter_mut()
            .filter(|present| present.ready_ns <= now_ns)
            .filter_map(|present| {
                let uplink = present.card.hear(frame, now_ns, fault)?;
                Some(Answer {
                    card: present.id,
                    bits: uplink.bits,
                    known_bits: uplink.known_bits,
                    work_ns: uplink.work_ns,
                })
            })
            .collect()
    }
}
