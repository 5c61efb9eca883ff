//! EEPROM after an interrupted programming: bits that read by chance, and blocks that will not keep what they hold.
//!
//! What silicon does here is not published for MIFARE Classic; on sister products such bits were seen. A write that
//! completes makes a block good again.

use super::memory::Block;
use crate::random::Random;

/// What weakly written bytes turn into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fade {
    /// What the block held before the write.
    Old,
    /// Zeros.
    Erased,
    /// Bits that read by chance each time.
    Unstable {
        /// Chance is repeatable.
        seed: u64,
    },
}

/// The blocks that are not good. Each has one entry at most in each list, so the lists are no longer than the card.
#[derive(Clone, Debug)]
pub(crate) struct Wear {
    /// Bits that read by chance.
    unstable: Vec<(usize, Block)>,
    /// What a weakly written block held before.
    weak: Vec<(usize, Block)>,
    random: Random,
}

impl Wear {
    pub(crate) fn new() -> Self {
        Self { unstable: Vec::new(), weak: Vec::new(), random: Random::new(0) }
    }

    /// A block was written well.
    pub(crate) fn heal(&mut self, block: usize) {
        self.unstable.retain(|(other, _)| *other != block);
        self.weak.retain(|(other, _)| *other != block);
    }

    pub(crate) fn seed(&mut self, seed: u64) {
        self.random = Random::new(seed);
    }

    pub(crate) fn set_weak(&mut self, block: usize, old: Block) {
        self.weak.push((block, old));
    }

    /// Which of the bits read by chance: some of them, and at least one if there are any. Where the others stand is
    /// left to chance too and returned: a set bit has the new value.
    pub(crate) fn set_unstable(&mut self, block: usize, bits: Block) -> Block {
        let chance = self.random.block();
        let mut mask = and(bits, chance);
        if mask == [0; 16] {
            mask = bits;
        }
        self.unstable.push((block, mask));
        self.random.block()
    }

    /// What a block reads as this time.
    pub(crate) fn sense(&mut self, block: usize, data: Block) -> Block {
        match self.unstable.iter().find(|(other, _)| *other == block) {
            Some((_, mask)) => xor(data, and(*mask, self.random.block())),
            None => data,
        }
    }

    /// Takes the list of weakly written blocks, each with what it held before.
    pub(crate) fn take_weak(&mut self) -> Vec<(usize, Block)> {
        std::mem::take(&mut self.weak)
    }
}

pub(crate) fn and(a: Block, b: Block) -> Block {
    combine(a, b, |a, b| a & b)
}

pub(crate) fn xor(a: Block, b: Block) -> Block {
    combine(a, b, |a, b| a ^ b)
}

fn combine(mut a: Block, b: Block, with: impl Fn(u8, u8) -> u8) -> Block {
    for (cell, byte) in a.iter_mut().zip(b) {
        *cell = with(*cell, byte);
    }
    a
}
