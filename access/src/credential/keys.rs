//! From the masters of a site to the keys of one card.
//!
//! ```text
//! key = HMAC-SHA256(master, label ‖ key version ‖ site length ‖ site ‖ UID length ‖ UID ‖ sector)
//!
//! label        kulku/key-a/v1   kulku/key-b/v1   kulku/static/v1   kulku/rolling/v1
//! taken        first 6 bytes    first 6 bytes    all 32            first 16 bytes
//! ```
//!
//! Six bytes is all that the chip takes. A key that leaks opens one card; only a master opens all, and
//! masters never leave the controller.

use core::fmt;

use hmac::Mac;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Sector;
use crate::envelope::keyed;
use crate::id::SiteId;
use crate::uid::Uid;

/// Which generation of masters a card was encoded with. Four bits on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct KeyVersion(u8);

impl KeyVersion {
    /// The highest that the card has room for.
    pub const MAX: u8 = 15;

    /// Checks the number.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (number <= Self::MAX).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }
}

/// The masters of one key version of a site. They exist in one module of the controller.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Masters {
    key_a: [u8; 32],
    key_b: [u8; 32],
    fixed: [u8; 32],
    rolling: [u8; 32],
}

/// A MIFARE Classic key.
#[derive(Clone, Copy, PartialEq, Eq, Zeroize)]
pub struct SectorKey(pub [u8; 6]);

/// Proves that a static block was written by the site, for this chip.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct StaticKey(pub [u8; 32]);

/// Proves that a slot was written by a door of the site, for this chip.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RollingKey(pub [u8; 16]);

/// Which card, at which site, in which sector, under which masters.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The site.
    pub site: &'a SiteId,
    /// The chip.
    pub uid: &'a Uid,
    /// The sector.
    pub sector: Sector,
    /// The masters' version.
    pub version: KeyVersion,
}

impl Masters {
    /// From 128 bytes that were drawn at random: key A, key B, static, rolling.
    #[must_use]
    pub fn new(bytes: &[u8; 128]) -> Self {
        let mut masters = Self { key_a: [0; 32], key_b: [0; 32], fixed: [0; 32], rolling: [0; 32] };
        let parts = [&mut masters.key_a, &mut masters.key_b, &mut masters.fixed, &mut masters.rolling];
        for (to, from) in parts.into_iter().zip(bytes.chunks_exact(32)) {
            to.copy_from_slice(from);
        }
        masters
    }

    /// Reads the credential's blocks, and writes the two slots.
    #[must_use]
    pub fn key_a(&self, place: &Place<'_>) -> SectorKey {
        SectorKey(first(&derive(&self.key_a, b"kulku/key-a/v1", place)))
    }

    /// Writes everything, the trailer included. Never at a door.
    #[must_use]
    pub fn key_b(&self, place: &Place<'_>) -> SectorKey {
        SectorKey(first(&derive(&self.key_b, b"kulku/key-b/v1", place)))
    }

    /// Seals the static block. Never at a door.
    #[must_use]
    pub fn static_key(&self, place: &Place<'_>) -> StaticKey {
        StaticKey(derive(&self.fixed, b"kulku/static/v1", place))
    }

    /// Seals the slots.
    #[must_use]
    pub fn rolling_key(&self, place: &Place<'_>) -> RollingKey {
        RollingKey(first(&derive(&self.rolling, b"kulku/rolling/v1", place)))
    }
}

fn derive(master: &[u8; 32], label: &[u8], place: &Place<'_>) -> [u8; 32] {
    let length = |bytes: &[u8]| [u8::try_from(bytes.len()).unwrap_or(u8::MAX)];
    let (site, uid) = (place.site.as_str().as_bytes(), place.uid.as_bytes());
    keyed(master)
        .chain_update(label)
        .chain_update([place.version.0])
        .chain_update(length(site))
        .chain_update(site)
        .chain_update(length(uid))
        .chain_update(uid)
        .chain_update([place.sector.number()])
        .finalize()
        .into_bytes()
        .into()
}

fn first<const N: usize>(bytes: &[u8; 32]) -> [u8; N] {
    let mut taken = [0; N];
    for (to, from) in taken.iter_mut().zip(bytes) {
        *to = *from;
    }
    taken
}

macro_rules! hidden {
    ($($name:ident),*) => { $(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
    )* };
}

hidden!(Masters, SectorKey, StaticKey, RollingKey);
