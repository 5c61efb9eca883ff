//! What stands in a card's way, and what makes passing easier: sets of bits that a newer version may add to.

use serde::{Deserialize, Serialize};

use crate::reason::Reason;

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
    /// The revocation list of its certificate's issuer is too old to tell, and the site does not go on then.
    RevocationUnknown = 7,
    /// Paused, since it was not used for a long time.
    Inactive = 8,
}

impl Block {
    /// All that this version knows, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Blocked,
        Self::Suspended,
        Self::Revoked,
        Self::Retired,
        Self::Returned,
        Self::NotDelivered,
        Self::Cloned,
        Self::RevocationUnknown,
        Self::Inactive,
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
            Self::RevocationUnknown => Reason::RevocationUnknown,
            Self::Inactive => Reason::CardInactive,
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

/// A set of things that make passing easier and never admit; those that this version does not know are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Comfort(pub u16);

impl Comfort {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The lock stays released for longer.
    pub const LONG: Self = Self(1);

    /// Whether all of `other` are in it.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_bit_of_a_newer_version_is_kept_and_noticed() {
        let known = Block::ALL.iter().fold(Blocks::NONE, |all, block| all.with(*block));
        assert!(!known.has_unknown());
        assert!(Blocks::from_bits(0x8000).has_unknown());
        assert_eq!(Blocks::from_bits(0x8000).bits(), 0x8000);
    }
}
