//! The blocks of a card, and what a session may do with them.

use super::access::{Conditions, KeyType, TrailerRights};

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
}

/// The operation is not allowed, or there is no such block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused;

/// EEPROM of four-block sectors.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Memory {
    blocks: Vec<Block>,
    /// Keys that nobody knows, by sector and kind: what stands in their place opens nothing.
    lost_keys: Vec<(usize, KeyType)>,
}

impl Memory {
    pub(crate) fn new(blocks: Vec<Block>) -> Self {
        Self { blocks, lost_keys: Vec::new() }
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
            if block % 4 == 3 {
                self.lost_keys.retain(|(sector, _)| *sector != block / 4);
            }
        }
    }

    /// Marks a key as one that nobody knows, until its trailer is written.
    #[cfg(feature = "dumps")]
    pub(crate) fn lose_key(&mut self, sector: usize, key: KeyType) {
        self.lost_keys.push((sector, key));
    }

    /// Key of the sector that a block lies in. `None` if there is no such block or its sector is locked for ever.
    pub(crate) fn key(&self, block: usize, key: KeyType) -> Option<[u8; 6]> {
        let trailer = self.block(trailer_of(block))?;
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
    pub(crate) fn read(&self, session: Session, block: usize) -> Result<Block, Refused> {
        let conditions = self.conditions(session, block)?;
        let data = self.block(block).ok_or(Refused)?;
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
    pub(crate) fn may_write(&self, session: Session, block: usize) -> Result<(), Refused> {
        // The manufacturer's block is written once, in the factory.
        if block == 0 {
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
    pub(crate) fn written(&self, session: Session, block: usize, data: Block) -> Result<Block, Refused> {
        self.may_write(session, block)?;
        if block % 4 != 3 {
            return Ok(data);
        }
        let old = self.block(block).ok_or(Refused)?;
        let TrailerRights { keys_write, access_write, .. } = self.conditions(session, block)?.trailer();
        let (keys, access) = (keys_write.admits(session.key), access_write.admits(session.key));
        Ok(merge(old, data, |at| match at {
            6..10 => access,
            _ => keys,
        }))
    }

    /// Conditions of the sector, if the block lies in the session's and the session may touch anything.
    fn conditions(&self, session: Session, block: usize) -> Result<Conditions, Refused> {
        let trailer = self.block(trailer_of(block)).ok_or(Refused)?;
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

    const A: Session = Session { sector: 1, key: KeyType::A };
    const B: Session = Session { sector: 1, key: KeyType::B };

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
        let memory = memory([0xFF, 0x07, 0x80]);
        assert_eq!(memory.read(A, 7).unwrap()[10..], [0xBB; 6]);
        for block in 4..8 {
            assert_eq!(memory.read(B, block), Err(Refused));
            assert_eq!(memory.may_write(B, block), Err(Refused));
        }
    }

    #[test]
    fn the_credential_layout_gives_key_a_just_what_a_door_needs() {
        let memory = memory([0x7E, 0x17, 0x88]);
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
        let memory = memory([0xF7, 0x8F, 0x00]);
        let written = memory.written(B, 7, [0xCC; 16]).unwrap();
        assert_eq!(written[..6], [0xCC; 6]);
        assert_eq!(written[6..10], [0xF7, 0x8F, 0x00, 0x69]);
        assert_eq!(written[10..], [0xCC; 6]);
    }

    #[test]
    fn another_sector_the_manufacturers_block_and_a_locked_sector_are_refused() {
        let sector_0 = Session { sector: 0, key: KeyType::A };
        assert_eq!(memory([0xFF, 0x07, 0x80]).read(sector_0, 4), Err(Refused));
        assert_eq!(memory([0xFF, 0x07, 0x80]).may_write(sector_0, 0), Err(Refused));
        assert_eq!(memory([0xFF, 0x07, 0x80]).read(A, 64), Err(Refused));
        let locked = memory([0xFF, 0xFF, 0xFF]);
        assert_eq!(locked.read(A, 4), Err(Refused));
        assert_eq!(locked.key(4, KeyType::A), None);
    }
}
