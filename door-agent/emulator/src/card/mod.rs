//! A virtual MIFARE Classic card: what it holds, and how it answers.
//!
//! ```text
//!             REQA, WUPA            SELECT of the last level          HLTA
//!   ┌──────┐ ──────────▶ ┌───────┐ ─────────────────────────▶ ┌────────┐ ─────▶ ┌──────┐
//!   │ Idle │             │ Ready │ ANTICOLLISION: stay         │ Active │        │ Halt │
//!   └──────┘ ◀────────── └───────┘ SELECT of a level: next     └────────┘        └──────┘
//!            all else                                               │  all else      │ WUPA
//!      ▲ ◀──────────────────────────────────────────────────────────┘                ▼ Ready
//! ```
//!
//! A card that was woken out of Halt falls back there, not to Idle. Without field everything but the memory is lost.
//! Crypto1 is not computed: a session is one bit on either side, and whoever disagrees hears noise.

pub(crate) mod access;
mod activation;
mod magic;
pub(crate) mod memory;
mod nonce;
mod protocol;
mod wear;

use std::fmt;

pub use access::KeyType;
pub use magic::Personality;
use memory::{Memory, TRANSPORT_TRAILER};
use protocol::Protocol;
pub use wear::Fade;

use crate::plan::Torn;

/// Blocks of a MIFARE Classic 1K.
pub const BLOCKS_1K: usize = 64;
/// Blocks of a MIFARE Mini.
const BLOCKS_MINI: usize = 20;
/// Select acknowledge of a MIFARE Classic 1K.
pub(crate) const SAK_1K: u8 = 0x08;
/// Select acknowledge of a MIFARE Mini.
pub(crate) const SAK_MINI: u8 = 0x09;

/// Time to program a block. Measured values lie between 2 and 5 ms.
const PROGRAMMING_US: u32 = 3_000;
/// The datasheet promises the acknowledgement of a write within 10 ms, so no card is slower.
const PROGRAMMING_MAX_US: u32 = 10_000;

/// The UID is not one of 4, 7 or 10 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a UID has 4, 7 or 10 bytes, not {0}")]
pub struct BadUidLength(pub usize);

/// A card that can be laid on the field.
#[derive(Clone)]
pub struct VirtualCard {
    pub(crate) identity: Identity,
    memory: Memory,
    protocol: Protocol,
    personality: Personality,
    programming_us: u32,
    programming: Option<Programming>,
}

/// What a card says of itself before anybody has a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) uid: Vec<u8>,
    pub(crate) atqa: [u8; 2],
    pub(crate) sak: u8,
}

/// A block on its way into the EEPROM.
#[derive(Clone)]
struct Programming {
    block: usize,
    data: [u8; 16],
    begun_ns: u64,
    done_ns: u64,
    /// How it is going to end, if it is going to be interrupted, and a seed for what is left to chance.
    torn: Option<(Torn, u64)>,
}

impl VirtualCard {
    /// A MIFARE Classic 1K as it leaves the factory: empty, all keys FF.
    ///
    /// # Errors
    /// The UID must have 4, 7 or 10 bytes.
    pub fn classic_1k(uid: &[u8]) -> Result<Self, BadUidLength> {
        Self::blank(uid, SAK_1K, BLOCKS_1K)
    }

    /// A MIFARE Mini: 5 sectors and SAK 09. It can be tapped; it is no MIFARE Classic 1K.
    ///
    /// # Errors
    /// The UID must have 4, 7 or 10 bytes.
    pub fn mini(uid: &[u8]) -> Result<Self, BadUidLength> {
        Self::blank(uid, SAK_MINI, BLOCKS_MINI)
    }

    /// The same card with another programming time, at most 10 ms.
    #[must_use]
    pub fn with_programming_us(mut self, programming_us: u32) -> Self {
        self.programming_us = programming_us.min(PROGRAMMING_MAX_US);
        self
    }

    /// The UID: 4, 7 or 10 bytes.
    #[must_use]
    pub fn uid(&self) -> &[u8] {
        &self.identity.uid
    }

    /// Answer to a request, in the order of the air: `[0x04, 0x00]` for a 4-byte UID.
    #[must_use]
    pub fn atqa(&self) -> [u8; 2] {
        self.identity.atqa
    }

    /// Select acknowledge after the last cascade level.
    #[must_use]
    pub fn sak(&self) -> u8 {
        self.identity.sak
    }

    /// All blocks, keys included: this is the EEPROM, not what a reader would see.
    #[must_use]
    pub fn blocks(&self) -> &[[u8; 16]] {
        self.memory.blocks()
    }

    /// One block of the EEPROM.
    #[must_use]
    pub fn block(&self, block: usize) -> Option<[u8; 16]> {
        self.memory.block(block)
    }

    /// Puts data into the EEPROM past all access bits, as a factory would. A block that the card lacks is ignored.
    pub fn set_block(&mut self, block: usize, data: [u8; 16]) {
        self.memory.set_block(block, data);
    }

    /// The same card with a chip of this kind.
    #[must_use]
    pub fn with_personality(mut self, personality: Personality) -> Self {
        self.personality = personality;
        self.memory.block_0_writable = personality.block_0_is_writable();
        self
    }

    /// What kind of chip it has.
    #[must_use]
    pub fn personality(&self) -> Personality {
        self.personality
    }

    /// Lets everything fade that an interrupted programming left weakly written. How many blocks have changed.
    pub fn fade(&mut self, to: Fade) -> usize {
        self.memory.fade(to)
    }

    /// A card with this identity and content. The UID has been checked where it came from.
    #[cfg(feature = "dumps")]
    pub(crate) fn from_identity(identity: Identity, blocks: &[[u8; 16]; BLOCKS_1K]) -> Self {
        Self::new(identity, blocks.to_vec())
    }

    /// Nobody knows this key, so nobody can use it, until the trailer is written.
    #[cfg(feature = "dumps")]
    pub(crate) fn lose_key(&mut self, sector: usize, key: KeyType) {
        self.memory.lose_key(sector, key);
    }

    fn new(identity: Identity, blocks: Vec<[u8; 16]>) -> Self {
        Self {
            memory: Memory::new(blocks),
            protocol: Protocol::new(&identity.uid),
            identity,
            personality: Personality::Genuine,
            programming_us: PROGRAMMING_US,
            programming: None,
        }
    }

    fn blank(uid: &[u8], sak: u8, blocks: usize) -> Result<Self, BadUidLength> {
        let atqa = match uid.len() {
            4 => [0x04, 0x00],
            7 => [0x44, 0x00],
            10 => [0x84, 0x00],
            other => return Err(BadUidLength(other)),
        };
        let identity = Identity { uid: uid.to_vec(), atqa, sak };
        let content = (0..blocks).map(|block| match block {
            0 => manufacturer_block(&identity),
            _ if block % 4 == 3 => TRANSPORT_TRAILER,
            _ => [0; 16],
        });
        let content = content.collect();
        Ok(Self::new(identity, content))
    }

    /// The field is gone, or the card is. A block that was being programmed is left torn: as a plan says, or its first
    /// bytes are new in proportion to the time it had, and the rest is old.
    pub(crate) fn power_off(&mut self, now_ns: u64) {
        self.settle(now_ns);
        if let Some(job) = self.programming.take() {
            let had = now_ns.saturating_sub(job.begun_ns).saturating_mul(16);
            let needed = job.done_ns.saturating_sub(job.begun_ns).max(1);
            let in_proportion = Torn::Prefix(u8::try_from(had / needed).unwrap_or(16));
            let (torn, seed) = job.torn.unwrap_or((in_proportion, 0));
            self.memory.tear(job.block, job.data, torn, seed);
        }
        self.protocol.power_off();
        self.adopt_block_0();
    }

    /// Plans how the programming that goes on now will be interrupted. When its energy fails: at once if it programs
    /// nothing.
    pub(crate) fn interrupt(&mut self, torn: Torn, seed: u64, now_ns: u64) -> u64 {
        match &mut self.programming {
            Some(job) => {
                job.torn = Some((torn, seed));
                job.begun_ns.midpoint(job.done_ns).max(now_ns)
            }
            None => now_ns,
        }
    }

    /// When it has done what it was told.
    pub(crate) fn busy_until_ns(&self, now_ns: u64) -> u64 {
        self.programming.as_ref().map_or(now_ns, |job| job.done_ns)
    }

    /// Begins to program a block; how long that takes.
    fn program(&mut self, block: usize, data: [u8; 16], now_ns: u64) -> u64 {
        let work_ns = u64::from(self.programming_us) * 1_000;
        let done_ns = now_ns.saturating_add(work_ns);
        self.programming = Some(Programming { block, data, begun_ns: now_ns, done_ns, torn: None });
        work_ns
    }

    /// Takes note of a programming that has come to its end.
    pub(crate) fn settle(&mut self, now_ns: u64) {
        if let Some(done) = self.programming.take_if(|job| job.torn.is_none() && job.done_ns <= now_ns) {
            self.memory.set_block(done.block, done.data);
        }
    }
}

impl fmt::Debug for VirtualCard {
    /// Without the memory, which holds keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualCard")
            .field("identity", &self.identity)
            .field("personality", &self.personality)
            .field("blocks", &self.memory.blocks().len())
            .finish_non_exhaustive()
    }
}

/// Block 0: UID, for a short one its check byte, SAK and ATQA, then the manufacturer's own bytes.
fn manufacturer_block(identity: &Identity) -> [u8; 16] {
    let mut content = identity.uid.clone();
    if let [a, b, c, d] = content[..] {
        content.push(a ^ b ^ c ^ d);
    }
    content.push(identity.sak);
    content.extend_from_slice(&identity.atqa);
    let mut block = [0; 16];
    for (cell, byte) in block.iter_mut().zip(content) {
        *cell = byte;
    }
    block
}
