//! The three data blocks of the sector: one static, two slots that take turns.
//!
//! ```text
//! static   0      layout version (high nibble, 1) and key version (low nibble)
//!          1-2    site tag: first two bytes of SHA-256(site)
//!          3-6    credential id, little-endian
//!          7      issue number: how often this chip has been encoded, modulo 256
//!          8-15   HMAC-SHA256(static key, "static" ‖ bytes 0-7), first 8 bytes
//!
//! slot     0      layout version, 1
//!          1      1 if the sibling could not be read when this was written, else 0
//!          2-5    counter, little-endian
//!          6-7    nonce, little-endian
//!          8-15   HMAC-SHA256(rolling key, "slot" ‖ slot number ‖ issue number ‖ bytes 0-7), first 8 bytes
//! ```
//!
//! The keys are diversified by site, UID and sector, so a block copied to another chip, sector or slot does
//! not verify; the issue number does the same for the slots of an earlier encoding of the same chip.

use hmac::Mac;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::keys::{KeyVersion, RollingKey, StaticKey};
use super::rolling::Reading;
use crate::envelope::keyed;
use crate::id::SiteId;

/// A block of a MIFARE Classic card.
pub type Block = [u8; 16];

/// The layout that this code writes.
const LAYOUT: u8 = 1;

/// What the static block says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Static {
    /// The masters that the card was encoded with.
    pub version: KeyVersion,
    /// Tells sites apart before a key is tried; proves nothing.
    pub site_tag: [u8; 2],
    /// Drawn by the controller for each encoding.
    pub credential: u32,
    /// Counted up with each encoding of the chip.
    pub issue: u8,
}

/// Where a card's counter stands: what the newer valid slot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Token {
    /// One more with each committed write.
    pub counter: u32,
    /// Tells two writes of the same counter apart.
    pub nonce: u16,
}

/// Which of the two slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The sector's second block.
    A,
    /// The sector's third block.
    B,
}

impl Slot {
    /// The other one.
    #[must_use]
    pub fn sibling(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// The block within the sector.
    #[must_use]
    pub fn block(self) -> u8 {
        match self {
            Self::A => 1,
            Self::B => 2,
        }
    }
}

/// The first two bytes of SHA-256 over the site's name.
#[must_use]
pub fn site_tag(site: &SiteId) -> [u8; 2] {
    let [a, b, ..] = <[u8; 32]>::from(Sha256::digest(site.as_str().as_bytes()));
    [a, b]
}

impl Static {
    /// The block's bytes.
    #[must_use]
    pub fn to_block(&self, key: &StaticKey) -> Block {
        let [tag_0, tag_1] = self.site_tag;
        let [id_0, id_1, id_2, id_3] = self.credential.to_le_bytes();
        let head = [LAYOUT << 4 | self.version.number(), tag_0, tag_1, id_0, id_1, id_2, id_3, self.issue];
        join(head, mac(&key.0, &[b"static", &head]))
    }

    /// Reads a block whose MAC fits.
    #[must_use]
    pub fn from_block(block: &Block, key: &StaticKey) -> Option<Self> {
        let (head, seal) = split(block);
        let fits = bool::from(mac(&key.0, &[b"static", &head]).ct_eq(&seal));
        let [layout, tag_0, tag_1, id_0, id_1, id_2, id_3, issue] = head;
        (fits && layout >> 4 == LAYOUT).then_some(())?;
        Some(Self {
            version: KeyVersion::new(layout & 0x0F)?,
            site_tag: [tag_0, tag_1],
            credential: u32::from_le_bytes([id_0, id_1, id_2, id_3]),
            issue,
        })
    }
}

impl Reading {
    /// The slot's bytes.
    #[must_use]
    pub fn to_block(self, key: &RollingKey, slot: Slot, issue: u8) -> Block {
        let [c_0, c_1, c_2, c_3] = self.token.counter.to_le_bytes();
        let [n_0, n_1] = self.token.nonce.to_le_bytes();
        let head = [LAYOUT, u8::from(self.stepped_in), c_0, c_1, c_2, c_3, n_0, n_1];
        join(head, slot_mac(key, slot, issue, &head))
    }

    /// Reads a slot whose MAC fits.
    #[must_use]
    pub fn from_block(block: &Block, key: &RollingKey, slot: Slot, issue: u8) -> Option<Self> {
        let (head, seal) = split(block);
        let fits = bool::from(slot_mac(key, slot, issue, &head).ct_eq(&seal));
        let [layout, flags, c_0, c_1, c_2, c_3, n_0, n_1] = head;
        let token = Token { counter: u32::from_le_bytes([c_0, c_1, c_2, c_3]), nonce: u16::from_le_bytes([n_0, n_1]) };
        (fits && layout == LAYOUT && flags <= 1).then_some(Self { token, stepped_in: flags == 1 })
    }
}

/// What a door compares the static block with, without being able to make one: SHA-256 over the block,
/// first 16 bytes.
#[must_use]
pub fn static_digest(block: &Block) -> [u8; 16] {
    let mut digest = [0; 16];
    for (to, from) in digest.iter_mut().zip(<[u8; 32]>::from(Sha256::digest(block))) {
        *to = from;
    }
    digest
}

fn slot_mac(key: &RollingKey, slot: Slot, issue: u8, head: &[u8; 8]) -> [u8; 8] {
    let mut padded = [0; 32];
    for (to, from) in padded.iter_mut().zip(key.0) {
        *to = from;
    }
    mac(&padded, &[b"slot", &[slot.block(), issue], head])
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 8] {
    let mut mac = keyed(key);
    parts.iter().for_each(|part| mac.update(part));
    let mut taken = [0; 8];
    for (to, from) in taken.iter_mut().zip(mac.finalize().into_bytes()) {
        *to = from;
    }
    taken
}

fn join(head: [u8; 8], seal: [u8; 8]) -> Block {
    let mut block = [0; 16];
    for (to, from) in block.iter_mut().zip(head.into_iter().chain(seal)) {
        *to = from;
    }
    block
}

fn split(block: &Block) -> ([u8; 8], [u8; 8]) {
    let (mut head, mut seal) = ([0; 8], [0; 8]);
    for (to, from) in head.iter_mut().chain(seal.iter_mut()).zip(block) {
        *to = *from;
    }
    (head, seal)
}
