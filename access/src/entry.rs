//! What a door knows about one card.

use core::fmt;

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::reason::Reason;
use crate::time::Window;
use crate::uid::Uid;

/// Most grants that one card may have at one door. Rules that say the same are merged before they are
/// sent, so a person in dozens of groups still needs few.
pub const GRANTS_MAX: usize = 32;

/// Longest sealed key block, in bytes: key A, a digest of the static block, the rolling key, a nonce
/// and a tag need 86.
pub const SEALED_KEYS_LENGTH_MAX: usize = 96;

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
    /// The holder's right to practise.
    pub right_to_practise: Window,
    /// The holder's employment.
    pub employment: Window,
    /// The time for which the card belongs to its holder.
    pub holding: Window,
    /// What has been put in its way.
    pub blocks: Blocks,
    /// When it may pass here. One that holds is enough.
    pub grants: Vec<Grant>,
    /// Keys to the card's credential, encrypted for this door.
    pub keys: Option<SealedKeys>,
    /// Bits that add comfort and never admission (such as a longer release); unknown ones are ignored.
    pub attributes: u16,
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

/// One obstacle. The numbers are bits on the wire and never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Block {
    /// Blocked for good, for example lost.
    Blocked = 0,
    /// Paused, for example forgotten at home.
    Suspended = 1,
    /// Its certificate is on the revocation list.
    Revoked = 2,
    /// At the end of its life.
    Retired = 3,
    /// Given back and with nobody.
    Returned = 4,
    /// Ordered, or not yet handed over.
    NotDelivered = 5,
    /// Two copies of it have been seen.
    Cloned = 6,
}

impl Block {
    /// All that this version knows, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Blocked,
        Self::Suspended,
        Self::Revoked,
        Self::Retired,
        Self::Returned,
        Self::NotDelivered,
        Self::Cloned,
    ];

    /// Why a tap is denied because of it.
    #[must_use]
    pub fn reason(self) -> Reason {
        match self {
            Self::Blocked => Reason::CardBlocked,
            Self::Suspended => Reason::CardSuspended,
            Self::Revoked => Reason::CertificateRevoked,
            Self::Retired => Reason::CardRetired,
            Self::Returned => Reason::CardReturned,
            Self::NotDelivered => Reason::CardNotDelivered,
            Self::Cloned => Reason::CardCloned,
        }
    }
}

/// A set of [`Block`]s. Bits that this version does not know stay and deny: a newer controller has its
/// reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Blocks(u16);

impl Blocks {
    /// Nothing in the way.
    pub const NONE: Self = Self(0);

    /// From the bits of the wire or the database.
    #[must_use]
    pub fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// As bits.
    #[must_use]
    pub fn bits(self) -> u16 {
        self.0
    }

    /// With one more.
    #[must_use]
    pub fn with(self, block: Block) -> Self {
        Self(self.0 | 1 << block as u8)
    }

    /// Whether this one is set.
    #[must_use]
    pub fn contains(self, block: Block) -> bool {
        self.0 & 1 << block as u8 != 0
    }

    /// Whether a bit is set that this version has no name for.
    #[must_use]
    pub fn has_unknown(self) -> bool {
        Block::ALL.iter().fold(self.0, |rest, block| rest & !(1 << *block as u8)) != 0
    }

    /// Whether nothing is in the way.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
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
    /// See [`SEALED_KEYS_LENGTH_MAX`].
    #[error("an entry's sealed keys have {0} bytes; {SEALED_KEYS_LENGTH_MAX} is the most")]
    Keys(usize),
    /// The bytes are not an entry.
    #[error("the bytes are not an entry of this version")]
    Encoding,
}

impl Entry {
    /// A card that nothing limits and nothing grants.
    #[must_use]
    pub fn new(uid: Uid) -> Self {
        Self {
            uid,
            card: Window::ALWAYS,
            certificate: Window::ALWAYS,
            right_to_practise: Window::ALWAYS,
            employment: Window::ALWAYS,
            holding: Window::ALWAYS,
            blocks: Blocks::NONE,
            grants: Vec::new(),
            keys: None,
            attributes: 0,
        }
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
        if self.grants.len() > GRANTS_MAX {
            return Err(EntryError::Grants(self.grants.len()));
        }
        match &self.keys {
            Some(keys) if keys.0.len() > SEALED_KEYS_LENGTH_MAX => Err(EntryError::Keys(keys.0.len())),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::UtcS;
    use std::format;

    #[test]
    fn a_block_bit_of_a_newer_version_is_kept_and_noticed() {
        let known = Block::ALL.iter().fold(Blocks::NONE, |all, block| all.with(*block));
        assert!(!known.has_unknown());
        assert!(Blocks::from_bits(0x8000).has_unknown());
        assert_eq!(Blocks::from_bits(0x8000).bits(), 0x8000);
    }

    #[test]
    fn an_entry_with_everything_but_keys_fits_the_budget_of_the_wire() {
        let window = Window::new(UtcS(1_800_000_000), UtcS(1_900_000_000));
        let mut entry = Entry::new(Uid::new(&[1; 7]).unwrap());
        (entry.card, entry.certificate, entry.right_to_practise) = (window, window, window);
        (entry.employment, entry.holding) = (window, window);
        entry.grants.push(Grant { window: Window::ALWAYS, schedule: ScheduleId(3) });
        assert!(entry.to_bytes().len() <= 80, "{}", entry.to_bytes().len());
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
        let mut entry = Entry::new(Uid::new(&[1; 4]).unwrap());
        entry.grants = alloc::vec![Grant { window: Window::ALWAYS, schedule: ScheduleId::ALWAYS }; GRANTS_MAX + 1];
        assert_eq!(Entry::from_bytes(&entry.to_bytes()), Err(EntryError::Grants(GRANTS_MAX + 1)));
        entry.grants.clear();
        entry.keys = Some(SealedKeys(alloc::vec![0; SEALED_KEYS_LENGTH_MAX + 1]));
        assert_eq!(Entry::from_bytes(&entry.to_bytes()), Err(EntryError::Keys(SEALED_KEYS_LENGTH_MAX + 1)));
    }

    #[test]
    fn sealed_keys_do_not_show_in_debug() {
        assert_eq!(format!("{:?}", SealedKeys(alloc::vec![0xAB; 5])), "SealedKeys(5 bytes)");
    }
}
