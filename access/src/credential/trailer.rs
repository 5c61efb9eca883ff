//! The sector trailer: two keys and the access conditions between them.
//!
//! MF1S50YYX_V1, section 8.7. A wrong bit pattern blocks a sector for ever, so conditions are only ever made by
//! [`Conditions::to_bytes`] and checked by [`Conditions::from_bytes`].

use super::block::Block;
use super::keys::SectorKey;

/// The three bits C1, C2, C3 of each of the four blocks, C1 as bit 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions(pub [u8; 4]);

/// The bytes contradict their own inverted copy, or a value has more than three bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the access bits contradict their inverted copy; a sector with them would be blocked for ever")]
pub struct ConditionsError;

impl Conditions {
    /// As delivered: key A does everything.
    pub const TRANSPORT: Self = Self([0b000, 0b000, 0b000, 0b001]);
    /// The directory: A reads, B writes.
    pub const DIRECTORY: Self = Self([0b100, 0b100, 0b100, 0b011]);
    /// Ours: the static block is written with B, the slots with A or B, the trailer with B.
    pub const CREDENTIAL: Self = Self([0b100, 0b000, 0b000, 0b011]);

    /// Bytes 6 to 8 of the trailer.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 3] {
        let plane = |bit: u8| self.0.iter().rev().fold(0_u8, |nibble, value| nibble << 1 | (value >> bit & 1));
        let (c1, c2, c3) = (plane(2), plane(1), plane(0));
        let inverted = |nibble: u8| !nibble & 0x0F;
        [inverted(c2) << 4 | inverted(c1), c1 << 4 | inverted(c3), c3 << 4 | c2]
    }

    /// Reads bytes 6 to 8 of a trailer.
    ///
    /// # Errors
    /// [`ConditionsError`] if they contradict themselves.
    pub fn from_bytes(bytes: [u8; 3]) -> Result<Self, ConditionsError> {
        let [six, seven, eight] = bytes;
        let (c1, c2, c3) = (seven >> 4, eight & 0x0F, eight >> 4);
        let mut values = [0; 4];
        for (block, value) in values.iter_mut().enumerate() {
            *value = (c1 >> block & 1) << 2 | (c2 >> block & 1) << 1 | (c3 >> block & 1);
        }
        let conditions = Self(values);
        if conditions.to_bytes() == [six, seven, eight] { Ok(conditions) } else { Err(ConditionsError) }
    }
}

/// The trailer's bytes: key A, access bits, general purpose byte, key B.
#[must_use]
pub fn trailer(key_a: SectorKey, conditions: Conditions, general_purpose: u8, key_b: SectorKey) -> Block {
    let bytes = key_a.0.into_iter().chain(conditions.to_bytes()).chain([general_purpose]).chain(key_b.0);
    let mut block = [0; 16];
    for (to, from) in block.iter_mut().zip(bytes) {
        *to = from;
    }
    block
}
