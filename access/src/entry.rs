//! What a door knows about one card.

use core::fmt;

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

pub use crate::blocks::{Block, Blocks, Comfort};
use crate::time::{Position, UtcS, Window};
use crate::uid::Uid;

/// Most grants that one card may have at one door. Rules that say the same are merged before they are
/// sent, so a person in dozens of groups still needs few.
pub const GRANTS_MAX: usize = 24;

/// Longest sealed key block, in bytes: key A, a digest of the static block, the rolling key and a tag need 56;
/// the rest is for what a later version adds.
pub const SEALED_KEYS_LENGTH_MAX: usize = 96;

/// Most times of holding in one entry: the one that is, and those that are planned. Those that are over are
/// left out when the next is made.
pub const TERMS_MAX: usize = 4;

/// Longest entry in canonical bytes, so that a piece of a list has a known number of entries and still fits one
/// message. A usual entry has about 120.
pub const ENTRY_LENGTH_MAX: usize = 1_000;

/// Most windows of one [`Condition`]: people come back to a house, but not more often than this.
pub const CONDITION_WINDOWS_MAX: usize = 12;

/// One card at one door: every condition that must hold, side by side, so that a denial can name all
/// that fail. There is no name and no personal identifier here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The chip.
    pub uid: Uid,
    /// The card's own validity.
    pub card: Window,
    /// Its certificate's validity.
    pub certificate: Window,
    /// What has been put in its way.
    pub blocks: Blocks,
    /// Whom it belongs to and when, without saying whom. They do not overlap.
    pub terms: Vec<Term>,
    /// Keys to the card's credential, encrypted for this door.
    pub keys: Option<SealedKeys>,
}

/// A time for which the card belongs to one holder, with all that depends on the holder. A backup card goes
/// from person to person, and what one may do is nothing to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// When the card belongs to this holder.
    pub holding: Window,
    /// The holder's right to practise.
    pub right_to_practise: Condition,
    /// The holder's employment.
    pub employment: Condition,
    /// When the holder may pass here. One that holds is enough.
    pub grants: Vec<Grant>,
    /// When the holder may not pass here, whatever the grants say.
    pub refusals: Vec<Grant>,
    /// When a lockdown does not hold the holder back here. This alone lets nobody in.
    pub exemptions: Vec<Grant>,
    /// Whether the holder is a visitor, who needs an escort where the door wants one.
    pub visitor: bool,
    /// What makes passing easier and never admits.
    pub comfort: Comfort,
}

impl Term {
    /// A holder whom nothing limits and nothing grants.
    #[must_use]
    pub fn always() -> Self {
        Self {
            holding: Window::ALWAYS,
            right_to_practise: Condition::NotNeeded,
            employment: Condition::NotNeeded,
            grants: Vec::new(),
            refusals: Vec::new(),
            exemptions: Vec::new(),
            visitor: false,
            comfort: Comfort::NONE,
        }
    }
}

/// Something that a card of this kind needs of its holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// A card of this kind does without.
    NotNeeded,
    /// It must hold, which it does in one of these windows; none at all if there is no record of it.
    Needed(Vec<Window>),
}

impl Condition {
    /// Where an instant lies: within if one of the windows holds, before if one is still to come. `None` if
    /// there is no window at all.
    #[must_use]
    pub fn position(&self, at: UtcS) -> Option<Position> {
        let Self::Needed(windows) = self else { return Some(Position::Within) };
        let positions = || windows.iter().map(|window| window.position(at));
        [Position::Within, Position::Before, Position::After].into_iter().find(|some| positions().any(|at| at == *some))
    }

    /// Until when it goes on holding without a break, which is `Some(None)` if it has no end; `None` if it does not
    /// hold.
    #[must_use]
    pub fn holds_until(&self, at: UtcS) -> Option<Option<UtcS>> {
        let Self::Needed(windows) = self else { return Some(None) };
        let mut until = at;
        // One that holds ends later, so no window is met twice.
        while let Some(window) = windows.iter().find(|window| window.position(until) == Position::Within) {
            match window.until {
                Some(end) => until = end,
                None => return Some(None),
            }
        }
        (until > at).then_some(Some(until))
    }
}

/// A permission to pass, by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// From when until when.
    pub window: Window,
    /// And then only during this schedule.
    pub schedule: ScheduleId,
}

/// A schedule as this door numbers it. A number that the door has no schedule for never holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ScheduleId(pub u16);

impl ScheduleId {
    /// At all times.
    pub const ALWAYS: Self = Self(0);
}

/// Keys of one card, encrypted for one door; the door's credential module opens them. Opaque here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct SealedKeys(pub Vec<u8>);

impl fmt::Debug for SealedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedKeys({} bytes)", self.0.len())
    }
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// See [`GRANTS_MAX`].
    #[error("an entry has {0} grants; {GRANTS_MAX} is the most")]
    Grants(usize),
    /// See [`TERMS_MAX`].
    #[error("an entry has {0} holders; {TERMS_MAX} is the most")]
    Terms(usize),
    /// See [`CONDITION_WINDOWS_MAX`].
    #[error("a condition has {0} windows; {CONDITION_WINDOWS_MAX} is the most")]
    Windows(usize),
    /// See [`SEALED_KEYS_LENGTH_MAX`].
    #[error("an entry's sealed keys have {0} bytes; {SEALED_KEYS_LENGTH_MAX} is the most")]
    Keys(usize),
    /// See [`ENTRY_LENGTH_MAX`].
    #[error("an entry has {0} bytes; {ENTRY_LENGTH_MAX} is the most")]
    Length(usize),
    /// The bytes are not an entry.
    #[error("the bytes are not an entry of this version")]
    Encoding,
}

impl Entry {
    /// A card that nothing limits, with nobody.
    #[must_use]
    pub fn new(uid: Uid) -> Self {
        Self {
            uid,
            card: Window::ALWAYS,
            certificate: Window::ALWAYS,
            blocks: Blocks::NONE,
            terms: Vec::new(),
            keys: None,
        }
    }

    /// A card that may pass in these windows, whoever holds it.
    #[must_use]
    pub fn granting(uid: Uid, windows: impl IntoIterator<Item = Window>) -> Self {
        let always = |window| Grant { window, schedule: ScheduleId::ALWAYS };
        let term = Term { grants: windows.into_iter().map(always).collect(), ..Term::always() };
        Self { terms: alloc::vec![term], ..Self::new(uid) }
    }

    /// The holder at an instant; if the card is with nobody then, the next one, or else the last.
    #[must_use]
    pub fn term_at(&self, at: UtcS) -> Option<&Term> {
        let position = |term: &&Term| term.holding.position(at);
        let within = self.terms.iter().find(|term| position(term) == Position::Within);
        let next = || self.terms.iter().filter(|t| position(t) == Position::Before).min_by_key(|t| t.holding.from);
        within.or_else(next).or_else(|| self.terms.iter().max_by_key(|term| term.holding.until))
    }

    /// The canonical bytes: what is digested, stored at the door and sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing plain data to memory cannot fail in postcard; an empty result would not decode.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads canonical bytes back and checks the bounds.
    ///
    /// # Errors
    /// [`EntryError`] if they are not one whole entry within its bounds.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EntryError> {
        let (entry, rest) = postcard::take_from_bytes::<Self>(bytes).map_err(|_| EntryError::Encoding)?;
        if !rest.is_empty() {
            return Err(EntryError::Encoding);
        }
        entry.check()?;
        Ok(entry)
    }

    /// Checks the bounds that the type cannot express.
    ///
    /// # Errors
    /// The first bound that is passed.
    pub fn check(&self) -> Result<(), EntryError> {
        if self.terms.len() > TERMS_MAX {
            return Err(EntryError::Terms(self.terms.len()));
        }
        self.terms.iter().try_for_each(Term::check)?;
        match (&self.keys, self.to_bytes().len()) {
            (Some(keys), _) if keys.0.len() > SEALED_KEYS_LENGTH_MAX => Err(EntryError::Keys(keys.0.len())),
            (_, length) if length > ENTRY_LENGTH_MAX => Err(EntryError::Length(length)),
            _ => Ok(()),
        }
    }

    /// Within its bounds, with room for keys, whatever a site's rules say about one card at one door. What is
    /// left out admits nobody who would not have been admitted with it: planned holders go first, then grants;
    /// refusals that are too many become one that always holds.
    #[must_use]
    pub fn fitted(mut self) -> Self {
        self.terms.truncate(TERMS_MAX);
        for term in &mut self.terms {
            term.grants.truncate(GRANTS_MAX);
            term.exemptions.truncate(GRANTS_MAX);
            if term.refusals.len() > GRANTS_MAX {
                term.refusals = alloc::vec![Grant { window: Window::ALWAYS, schedule: ScheduleId::ALWAYS }];
            }
            for condition in [&mut term.right_to_practise, &mut term.employment] {
                if let Condition::Needed(windows) = condition {
                    windows.truncate(CONDITION_WINDOWS_MAX);
                }
            }
        }
        while self.to_bytes().len() > ENTRY_LENGTH_MAX - SEALED_KEYS_LENGTH_MAX {
            match self.terms.as_mut_slice() {
                [term] if !term.exemptions.is_empty() => term.exemptions.truncate(term.exemptions.len() / 2),
                [term] if !term.grants.is_empty() => term.grants.truncate(term.grants.len() / 2),
                // Refusals and conditions alone never weigh so much: see the test.
                [_] | [] => break,
                _ => self.terms.truncate(self.terms.len() - 1),
            }
        }
        self
    }
}

impl Term {
    fn check(&self) -> Result<(), EntryError> {
        let too_many = |grants: &Vec<Grant>| grants.len() > GRANTS_MAX;
        if let Some(grants) =
            [&self.grants, &self.refusals, &self.exemptions].into_iter().find(|grants| too_many(grants))
        {
            return Err(EntryError::Grants(grants.len()));
        }
        for condition in [&self.right_to_practise, &self.employment] {
            match condition {
                Condition::Needed(windows) if windows.len() > CONDITION_WINDOWS_MAX => {
                    return Err(EntryError::Windows(windows.len()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::UtcS;
    use std::format;

    #[test]
    fn a_usual_entry_with_keys_fits_the_budget_of_the_wire() {
        let window = Window::new(UtcS(1_800_000_000), UtcS(1_900_000_000));
        let mut entry = Entry::granting(Uid::new(&[1; 7]).unwrap(), [Window::ALWAYS]);
        (entry.card, entry.certificate) = (window, window);
        let term = entry.terms.first_mut().unwrap();
        term.holding = Window { until: None, ..window };
        term.right_to_practise = Condition::Needed(alloc::vec![window]);
        term.grants.push(Grant { window: Window::ALWAYS, schedule: ScheduleId(3) });
        entry.keys = Some(SealedKeys(alloc::vec![0; 56]));
        assert!(entry.to_bytes().len() <= 128, "{}", entry.to_bytes().len());
    }

    #[test]
    fn a_card_between_two_holders_is_judged_as_the_next_ones_and_after_all_as_the_last_ones() {
        let mut entry = Entry::new(Uid::new(&[1; 4]).unwrap());
        let held = |from, until| Term { holding: Window::new(UtcS(from), UtcS(until)), ..Term::always() };
        entry.terms = alloc::vec![held(10, 20), held(30, 40)];
        let from = |at| entry.term_at(UtcS(at)).unwrap().holding.from.unwrap().0;
        assert_eq!([0, 10, 19, 20, 30, 40].map(from), [10, 10, 10, 30, 30, 30]);
        assert_eq!(Entry::new(entry.uid).term_at(UtcS(0)), None);
    }

    #[test]
    fn truncated_and_prolonged_entries_are_refused() {
        let bytes = Entry::new(Uid::new(&[1; 4]).unwrap()).to_bytes();
        for end in 0..bytes.len() {
            assert_eq!(Entry::from_bytes(&bytes[..end]), Err(EntryError::Encoding));
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(Entry::from_bytes(&longer), Err(EntryError::Encoding));
        assert!(Entry::from_bytes(&bytes).is_ok());
    }

    #[test]
    fn bounds_are_enforced_when_bytes_come_in() {
        let uid = Uid::new(&[1; 4]).unwrap();
        let mut entry = Entry::granting(uid, alloc::vec![Window::ALWAYS; GRANTS_MAX + 1]);
        assert_eq!(Entry::from_bytes(&entry.to_bytes()), Err(EntryError::Grants(GRANTS_MAX + 1)));
        entry.terms = alloc::vec![Term::always(); TERMS_MAX + 1];
        assert_eq!(Entry::from_bytes(&entry.to_bytes()), Err(EntryError::Terms(TERMS_MAX + 1)));
        let windows = Condition::Needed(alloc::vec![Window::ALWAYS; CONDITION_WINDOWS_MAX + 1]);
        entry.terms = alloc::vec![Term { employment: windows, ..Term::always() }];
        assert_eq!(Entry::from_bytes(&entry.to_bytes()), Err(EntryError::Windows(CONDITION_WINDOWS_MAX + 1)));
        entry.terms.clear();
        entry.keys = Some(SealedKeys(alloc::vec![0; SEALED_KEYS_LENGTH_MAX + 1]));
        assert_eq!(Entry::from_bytes(&entry.to_bytes()), Err(EntryError::Keys(SEALED_KEYS_LENGTH_MAX + 1)));
    }

    #[test]
    fn the_heaviest_entry_is_cut_to_its_bounds_and_keeps_its_refusals() {
        let heavy = Window::new(UtcS(4_000_000_000), UtcS(4_100_000_000));
        let grant = Grant { window: heavy, schedule: ScheduleId(u16::MAX) };
        let windows = alloc::vec![heavy; CONDITION_WINDOWS_MAX + 1];
        let term = Term {
            holding: heavy,
            right_to_practise: Condition::Needed(windows.clone()),
            employment: Condition::Needed(windows),
            grants: alloc::vec![grant; 99],
            refusals: alloc::vec![grant; GRANTS_MAX],
            exemptions: alloc::vec![grant; 99],
            ..Term::always()
        };
        let mut entry = Entry::new(Uid::new(&[1; 10]).unwrap());
        entry.terms = alloc::vec![term; 9];
        let mut fitted = entry.fitted();
        assert_eq!(fitted.terms.first().unwrap().refusals.len(), GRANTS_MAX);
        fitted.keys = Some(SealedKeys(alloc::vec![0; SEALED_KEYS_LENGTH_MAX - 2]));
        assert_eq!(fitted.check(), Ok(()));
    }

    #[test]
    fn sealed_keys_do_not_show_in_debug() {
        assert_eq!(format!("{:?}", SealedKeys(alloc::vec![0xAB; 5])), "SealedKeys(5 bytes)");
    }
}
