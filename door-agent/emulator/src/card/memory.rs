//! The blocks of a card, and what a session may do with them.

use super::access::{Conditions, KeyType, TrailerRights};
use super::wear::{Fade, Wear, and, xor};
use crate::plan::Torn;

/// One block of a card.
pub(crate) type Block = [u8; 16];

/// A sector trailer as it leaves the factory: both keys FF, everything allowed to key A.
pub(crate) const TRANSPORT_TRAILER: Block =
    [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x80, 0x69, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

/// An open session: the sector, and the key it was opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) sector: usize,
    pub(crate) key: KeyType,
    /// Opened with the key that the chip's maker put in. It reads everything but keys, and writes nothing.
    pub(crate) backdoor: bool,
}

/// The operation is not allowed, or there is no such block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused;

/// EEPROM of four-block sectors.
#[derive(Clone)]
pub(crate) struct Memory {
    blocks: Vec<Block>,
    /// Blocks that were not written well.
    wear: Wear,
    /// Whether block 0 can be written like any other.
    pub(super) block_0_writable: bool,
    /// Keys that nobody knows, by sector and kind: what stands in their place opens nothing.
    lost_keys: Vec<(usize, KeyType)>,
}

impl Memory {
    pub(crate) fn new(blocks: Vec<Block>) -> Self {
        Self { blocks, wear: Wear::new(), block_0_writable: false, lost_keys: Vec::new() }
    }

    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    pub(crate) fn block(&self, block: usize) -> Option<Block> {
        self.blocks.get(block).copied()
    }

    pub(crate) fn set_block(&mut self, block: usize, data: Block) {
        if let Some(cell) = self.blocks.get_mut(block) {
            *cell = data;
            self.wear.heal(block);
            if block % 4 == 3 {
                self.lost_keys.retain(|(sector, _)| *sector != block / 4);
            }
        }
    }

    /// What a block reads as this time: unstable bits fall as they like.
    pub(crate) fn sense(&mut self, block: usize) -> Option<Block> {
        let data = self.block(block)?;
        Some(self.wear.sense(block, data))
    }

    /// Leaves a block as an interrupted programming does.
    pub(crate) fn tear(&mut self, block: usize, data: Block, torn: Torn, seed: u64) {
        let Some(old) = self.block(block) else { return };
        match torn {
            Torn::Prefix(length) => {
                self.set_block(block, merge(old, data, |at| at < usize::from(length)));
                self.wear.set_weak(block, old);
            }
            Torn::Weak => {
                self.set_block(block, data);
                self.wear.set_weak(block, old);
            }
            Torn::Unstable => self.set_unstable(block, old, data, seed),
            Torn::Erased => self.set_block(block, [0; 16]),
            Torn::Old => {}
        }
    }

    /// Lets weakly written bytes fade; how many blocks have changed.
    pub(crate) fn fade(&mut self, to: Fade) -> usize {
        let weak = self.wear.take_weak();
        let mut changed = 0;
        for (block, old) in weak {
            let Some(now) = self.block(block).filter(|now| *now != old) else { continue };
            changed += 1;
            match to {
                Fade::Old => self.set_block(block, old),
                Fade::Erased => {
                    let written = xor(now, old);
                    let faded = written.map(|byte| if byte == 0 { 0xFF } else { 0x00 });
                    self.set_block(block, and(now, faded));
                }
                Fade::Unstable { seed } => self.set_unstable(block, old, now, seed),
            }
        }
        changed
    }

    /// Between the old and the new content, by chance and for some bits anew with each reading.
    fn set_unstable(&mut self, block: usize, old: Block, new: Block, seed: u64) {
        let differs = xor(old, new);
        self.wear.heal(block);
        self.wear.seed(seed);
        let changed = self.wear.set_unstable(block, differs);
        if let Some(cell) = self.blocks.get_mut(block) {
            *cell = xor(old, and(differs, changed));
        }
    }

    /// Marks a key as one that nobody knows, until its trailer is written.
    #[cfg(feature = "dumps")]
    pub(crate) fn lose_key(&mut self, sector: usize, key: KeyType) {
        self.lost_keys.push((sector, key));
    }

    /// Key of the sector that a block lies in. `None` if there is no such block or its sector is locked for ever.
    pub(crate) fn key(&mut self, block: usize, key: KeyType) -> Option<[u8; 6]> {
        let trailer = self.sense(trailer_of(block))?;
        Conditions::of_trailer(&trailer)?;
        if self.lost_keys.contains(&(block / 4, key)) {
            return None;
        }
        let bytes = match key {
            KeyType::A => trailer.first_chunk::<6>(),
            KeyType::B => trailer.last_chunk::<6>(),
        };
        bytes.copied()
    }

    /// What a read gives: a trailer with the parts hidden that may not be read.
    pub(crate) fn read(&mut self, session: Session, block: usize) -> Result<Block, Refused> {
        if session.backdoor {
            return self.read_by_backdoor(session, block);
        }
        let conditions = self.conditions(session, block)?;
        let data = self.sense(block).ok_or(Refused)?;
        if block % 4 != 3 {
            let allowed = conditions.data_read(block % 4).admits(session.key);
            return allowed.then_some(data).ok_or(Refused);
        }
        let rights = conditions.trailer();
        if !rights.access_read.admits(session.key) {
            return Err(Refused);
        }
        let key_b_seen = rights.key_b_read.admits(session.key);
        Ok(merge([0; 16], data, |at| match at {
            0..6 => false,
            6..10 => true,
            _ => key_b_seen,
        }))
    }

    /// Whether a write to the block would change anything.
    pub(crate) fn may_write(&mut self, session: Session, block: usize) -> Result<(), Refused> {
        // The manufacturer's block is written once, in the factory.
        if block == 0 && !self.block_0_writable || session.backdoor {
            return Err(Refused);
        }
        let conditions = self.conditions(session, block)?;
        let allowed = if block % 4 == 3 {
            let rights = conditions.trailer();
            rights.keys_write.admits(session.key) || rights.access_write.admits(session.key)
        } else {
            conditions.data_write(block % 4).admits(session.key)
        };
        allowed.then_some(()).ok_or(Refused)
    }

    /// The block as a write by this session leaves it: of a trailer only the parts that may be written.
    pub(crate) fn written(&mut self, session: Session, block: usize, data: Block) -> Result<Block, Refused> {
        self.may_write(session, block)?;
        if block % 4 != 3 {
            return Ok(data);
        }
        let old = self.sense(block).ok_or(Refused)?;
        let TrailerRights { keys_write, access_write, .. } = self.conditions(session, block)?.trailer();
        let (keys, access) = (keys_write.admits(session.key), access_write.admits(session.key));
        Ok(merge(old, data, |at| match at {
            6..10 => access,
            _ => keys,
        }))
    }

    fn read_by_backdoor(&mut self, session: Session, block: usize) -> Result<Block, Refused> {
        let data = self.sense(block).filter(|_| block / 4 == session.sector).ok_or(Refused)?;
        Ok(merge([0; 16], data, |at| block % 4 != 3 || (6..10).contains(&at)))
    }

    /// Conditions of the sector, if the block lies in the session's and the session may touch anything.
    fn conditions(&mut self, session: Session, block: usize) -> Result<Conditions, Refused> {
        let trailer = self.sense(trailer_of(block)).ok_or(Refused)?;
        let conditions = Conditions::of_trailer(&trailer).ok_or(Refused)?;
        let powerless = session.key == KeyType::B && conditions.trailer().key_b_is_data();
        if powerless || block / 4 != session.sector {
            return Err(Refused);
        }
        Ok(conditions)
    }
}

/// The trailer of the sector that a block lies in.
fn trailer_of(block: usize) -> usize {
    block | 3
}

/// `new` where `from_new` says so, `old` elsewhere.
pub(crate) fn merge(old: Block, new: Block, from_new: impl Fn(usize) -> bool) -> Block {
    let mut merged = old;
    for (at, (cell, byte)) in merged.iter_mut().zip(new).enumerate() {
        if from_new(at) {
            *cell = byte;
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Session = Session { sector: 1, key: KeyType::A, backdoor: false };
    const B: Session = Session { sector: 1, key: KeyType::B, backdoor: false };

    fn memory(access: [u8; 3]) -> Memory {
        let mut blocks = vec![[0x11; 16]; 8];
        let mut trailer = [0xAA; 16];
        trailer[6..9].copy_from_slice(&access);
        trailer[9] = 0x69;
        trailer[10..].fill(0xBB);
        blocks[7] = trailer;
        blocks[3] = TRANSPORT_TRAILER;
        Memory::new(blocks)
    }

    #[test]
    fn key_a_never_leaves_the_card() {
        for access in [[0xFF, 0x07, 0x80], [0x7E, 0x17, 0x88]] {
            let trailer = memory(access).read(A, 7).unwrap();
            assert_eq!(trailer[..6], [0; 6]);
            assert_eq!(trailer[6..9], access);
        }
    }

    #[test]
    fn key_b_is_shown_in_transport_configuration_and_then_opens_nothing() {
        let mut memory = memory([0xFF, 0x07, 0x80]);
        assert_eq!(memory.read(A, 7).unwrap()[10..], [0xBB; 6]);
        for block in 4..8 {
            assert_eq!(memory.read(B, block), Err(Refused));
            assert_eq!(memory.may_write(B, block), Err(Refused));
        }
    }

    #[test]
    fn the_credential_layout_gives_key_a_just_what_a_door_needs() {
        let mut memory = memory([0x7E, 0x17, 0x88]);
        assert_eq!(memory.read(A, 7).unwrap()[10..], [0; 6], "key B hidden");
        for block in 4..7 {
            assert!(memory.read(A, block).is_ok());
            assert!(memory.may_write(B, block).is_ok());
        }
        assert_eq!(memory.may_write(A, 4), Err(Refused), "static block");
        assert_eq!(memory.may_write(A, 5), Ok(()));
        assert_eq!(memory.may_write(A, 7), Err(Refused), "trailer");
        let rekeyed = memory.written(B, 7, [0xCC; 16]).unwrap();
        assert_eq!(rekeyed, [0xCC; 16]);
    }

    #[test]
    fn a_frozen_part_of_a_trailer_survives_a_write() {
        // Condition 100: keys by key B, access bits never.
        let mut memory = memory([0xF7, 0x8F, 0x00]);
        let written = memory.written(B, 7, [0xCC; 16]).unwrap();
        assert_eq!(written[..6], [0xCC; 6]);
        assert_eq!(written[6..10], [0xF7, 0x8F, 0x00, 0x69]);
        assert_eq!(written[10..], [0xCC; 6]);
    }

    #[test]
    fn another_sector_the_manufacturers_block_and_a_locked_sector_are_refused() {
        let sector_0 = Session { sector: 0, key: KeyType::A, backdoor: false };
        assert_eq!(memory([0xFF, 0x07, 0x80]).read(sector_0, 4), Err(Refused));
        assert_eq!(memory([0xFF, 0x07, 0x80]).may_write(sector_0, 0), Err(Refused));
        assert_eq!(memory([0xFF, 0x07, 0x80]).read(A, 64), Err(Refused));
        let mut locked = memory([0xFF, 0xFF, 0xFF]);
        assert_eq!(locked.read(A, 4), Err(Refused));
        assert_eq!(locked.key(4, KeyType::A), None);
    }
}
