//! What our sector on a card holds, and what it proves.
//!
//! A card number can be copied with a telephone; the credential makes that useless, and makes a copy of the
//! whole card show itself. `docs/CREDENTIAL.md` describes every byte, `docs/SECURITY.md` what it cannot do.
//!
//! | module | subject |
//! | --- | --- |
//! | [`keys`] | from the masters of a site to the keys of one card |
//! | [`block`] | the three data blocks: one static, two that take turns |
//! | [`trailer`] | keys and access conditions of the sector |
//! | [`mad`] | the directory in sector 0 that may name our sector |
//! | [`sealed`] | what a door is given for one card, encrypted for that door |
//! | [`rolling`] | is this the one card, an older copy, or a damaged one |

pub mod block;
pub mod keys;
pub mod mad;
pub mod rolling;
pub mod sealed;
pub mod trailer;

/// A sector of a MIFARE Classic 1K: 0 to 15. Sector 0 holds the manufacturer's block and is never ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Sector(u8);

/// Not a sector that could be ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a credential lies in one of the sectors 1 to 15 of a MIFARE Classic 1K, not in {0}")]
pub struct SectorError(pub u8);

impl Sector {
    /// The last one.
    pub const LAST: Self = Self(15);

    /// The number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// The address of its first block; the three others follow.
    #[must_use]
    pub fn first_block(self) -> u8 {
        self.0 * 4
    }
}

impl TryFrom<u8> for Sector {
    type Error = SectorError;
    fn try_from(number: u8) -> Result<Self, SectorError> {
        if (1..=15).contains(&number) { Ok(Self(number)) } else { Err(SectorError(number)) }
    }
}

impl From<Sector> for u8 {
    fn from(sector: Sector) -> u8 {
        sector.0
    }
}
