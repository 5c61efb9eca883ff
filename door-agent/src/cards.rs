//! The virtual cards beside emulated doors.
//!
//! Doors of one process may share them: a card is one thing, lies on one reader at a time, and carries what was
//! written to it to the next.

use std::collections::BTreeMap;
#[expect(clippy::disallowed_types, reason = "virtual cards are the world around the doors, not their state")]
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mfrc522_emulator::VirtualCard;

/// Virtual cards of one pool, about 2 KB each.
pub const CARDS_MAX: usize = 4_096;

/// Virtual cards by name; clones share them.
#[derive(Debug, Clone, Default)]
#[expect(clippy::disallowed_types, reason = "virtual cards are the world around the doors, not their state")]
pub struct Cards(Arc<Mutex<BTreeMap<String, Card>>>);

#[derive(Debug)]
struct Card {
    body: VirtualCard,
    /// Whether it lies on a reader; then `body` is as it was before.
    away: bool,
}

/// Why cards cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotHere {
    /// There is none of this name.
    Unknown(String),
    /// It lies on another reader.
    Away(String),
}

impl Cards {
    /// Takes a card in; one of the same name is replaced. `false` if there is no room.
    pub fn put(&self, name: String, body: VirtualCard) -> bool {
        let mut cards = self.lock();
        let room = cards.len() < CARDS_MAX || cards.contains_key(&name);
        if room {
            cards.insert(name, Card { body, away: false });
        }
        room
    }

    /// A card as it is, or as it was before it was laid on the reader that it lies on.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<VirtualCard> {
        self.lock().get(name).map(|card| card.body.clone())
    }

    /// All of them, by name.
    pub(crate) fn list<T>(&self, view: impl Fn(&str, &VirtualCard) -> T) -> Vec<T> {
        self.lock().iter().map(|(name, card)| view(name, &card.body)).collect()
    }

    /// Whether there is a card of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.lock().contains_key(name)
    }

    /// Takes these up, all of them or none.
    pub(crate) fn take(&self, names: &[String]) -> Result<Vec<VirtualCard>, NotHere> {
        let mut cards = self.lock();
        for name in names {
            match cards.get(name) {
                None => return Err(NotHere::Unknown(name.clone())),
                Some(card) if card.away => return Err(NotHere::Away(name.clone())),
                Some(_) => {}
            }
        }
        Ok(names
            .iter()
            .filter_map(|name| {
                let card = cards.get_mut(name)?;
                card.away = true;
                Some(card.body.clone())
            })
            .collect())
    }

    /// Lays a card back, with what was written to it; as it was, if the reader has not given it back.
    pub(crate) fn give_back(&self, name: &str, body: Option<VirtualCard>) {
        if let Some(card) = self.lock().get_mut(name) {
            card.away = false;
            if let Some(body) = body {
                card.body = body;
            }
        }
    }

    /// A thread that died with the cards in its hand has left a whole map behind: nothing is done by halves.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Card>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Vec<(String, VirtualCard)>> for Cards {
    fn from(cards: Vec<(String, VirtualCard)>) -> Self {
        let pool = Self::default();
        for (name, body) in cards {
            pool.put(name, body);
        }
        pool
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_card_lies_on_one_reader_at_a_time_and_comes_back_with_what_was_written() {
        let cards = Cards::default();
        let (here, there) = (cards.clone(), cards.clone());
        cards.put("a".into(), VirtualCard::classic_1k(&[1, 2, 3, 4]).unwrap());
        let mut body = here.take(&names(&["a"])).unwrap().remove(0);
        assert_eq!(there.take(&names(&["a"])).unwrap_err(), NotHere::Away("a".into()));
        body.set_block(4, [7; 16]);
        here.give_back("a", Some(body));
        assert_eq!(there.take(&names(&["a"])).unwrap().remove(0).block(4), Some([7; 16]));
    }

    #[test]
    fn of_several_cards_all_are_taken_or_none() {
        let cards = Cards::default();
        cards.put("a".into(), VirtualCard::classic_1k(&[1, 2, 3, 4]).unwrap());
        assert_eq!(cards.take(&names(&["a", "b"])).unwrap_err(), NotHere::Unknown("b".into()));
        assert!(cards.take(&names(&["a"])).is_ok());
    }
}
