//! Access bits of a sector: who may read and write which block (MF1S50YYX, 8.7).

/// Which key a session was opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// Key A, the first six bytes of the sector trailer.
    A,
    /// Key B, its last six bytes.
    B,
}

/// The keys that a right is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    None,
    A,
    B,
    Both,
}

impl Keys {
    pub(crate) fn admits(self, key: KeyType) -> bool {
        match self {
            Self::None => false,
            Self::A => key == KeyType::A,
            Self::B => key == KeyType::B,
            Self::Both => true,
        }
    }
}

/// The condition C1 C2 C3 of each block of a sector, as a number 0 to 7; the fourth is the trailer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conditions([u8; 4]);

impl Conditions {
    /// Reads the conditions from a sector trailer.
    ///
    /// `None` if the bits do not agree with their complements. The card then locks the sector for ever.
    pub(crate) fn of_trailer(trailer: &[u8; 16]) -> Option<Self> {
        let [_, _, _, _, _, _, inverse_c2_c1, c1_inverse_c3, c3_c2, ..] = *trailer;
        let (c1, c2, c3) = (c1_inverse_c3 >> 4, c3_c2 & 0x0F, c3_c2 >> 4);
        let agrees = inverse_c2_c1 & 0x0F == !c1 & 0x0F
            && inverse_c2_c1 >> 4 == !c2 & 0x0F
            && c1_inverse_c3 & 0x0F == !c3 & 0x0F;
        let condition = |block: u8| (c1 >> block & 1) << 2 | (c2 >> block & 1) << 1 | c3 >> block & 1;
        agrees.then(|| Self([0, 1, 2, 3].map(condition)))
    }

    /// Who may read data block 0, 1 or 2 of the sector.
    pub(crate) fn data_read(self, block: usize) -> Keys {
        match self.of(block) {
            0b000 | 0b010 | 0b100 | 0b110 | 0b001 => Keys::Both,
            0b011 | 0b101 => Keys::B,
            _ => Keys::None,
        }
    }

    /// Who may write data block 0, 1 or 2 of the sector.
    pub(crate) fn data_write(self, block: usize) -> Keys {
        match self.of(block) {
            0b000 => Keys::Both,
            0b100 | 0b110 | 0b011 => Keys::B,
            _ => Keys::None,
        }
    }

    /// The rights to the parts of the trailer.
    pub(crate) fn trailer(self) -> TrailerRights {
        let rights = |keys_write, access_read, access_write, key_b_read| TrailerRights {
            keys_write,
            access_read,
            access_write,
            key_b_read,
        };
        match self.of(3) {
            0b000 => rights(Keys::A, Keys::A, Keys::None, Keys::A),
            0b010 => rights(Keys::None, Keys::A, Keys::None, Keys::A),
            0b001 => rights(Keys::A, Keys::A, Keys::A, Keys::A),
            0b100 => rights(Keys::B, Keys::Both, Keys::None, Keys::None),
            0b011 => rights(Keys::B, Keys::Both, Keys::B, Keys::None),
            0b101 => rights(Keys::None, Keys::Both, Keys::B, Keys::None),
            _ => rights(Keys::None, Keys::Both, Keys::None, Keys::None),
        }
    }

    fn of(self, block: usize) -> u8 {
        self.0.get(block).copied().unwrap_or(0b111)
    }
}

/// Who may do what with a sector trailer. Key A can never be read, and both keys are written by the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrailerRights {
    pub(crate) keys_write: Keys,
    pub(crate) access_read: Keys,
    pub(crate) access_write: Keys,
    pub(crate) key_b_read: Keys,
}

impl TrailerRights {
    /// A key B that can be read is data, and a session opened with it may touch nothing.
    pub(crate) fn key_b_is_data(self) -> bool {
        self.key_b_read != Keys::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trailer(access: [u8; 3]) -> [u8; 16] {
        let mut block = [0xFF; 16];
        block[6..9].copy_from_slice(&access);
        block
    }

    #[test]
    fn known_layouts_are_decoded() {
        let cases = [
            ([0xFF, 0x07, 0x80], [0b000, 0b000, 0b000, 0b001]),
            ([0x78, 0x77, 0x88], [0b100, 0b100, 0b100, 0b011]),
            ([0x7F, 0x07, 0x88], [0b000, 0b000, 0b000, 0b011]),
            ([0x7E, 0x17, 0x88], [0b100, 0b000, 0b000, 0b011]),
            ([0x6F, 0x07, 0x89], [0b010, 0b000, 0b000, 0b011]),
            ([0x0F, 0x00, 0xFF], [0b011, 0b011, 0b011, 0b011]),
            ([0x07, 0x87, 0x8F], [0b010, 0b010, 0b010, 0b111]),
        ];
        for (bytes, conditions) in cases {
            let decoded = Conditions::of_trailer(&trailer(bytes));
            assert_eq!(decoded, Some(Conditions(conditions)), "{bytes:02X?}");
        }
    }

    #[test]
    fn one_wrong_bit_is_a_format_violation() {
        for bit in 0..24 {
            let mut access = [0x7E, 0x17, 0x88];
            access[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Conditions::of_trailer(&trailer(access)), None, "bit {bit}");
        }
    }

    #[test]
    fn data_block_table_is_the_datasheets() {
        use Keys::{B, Both, None};
        let table = [
            (0b000, Both, Both),
            (0b010, Both, None),
            (0b100, Both, B),
            (0b110, Both, B),
            (0b001, Both, None),
            (0b011, B, B),
            (0b101, B, None),
            (0b111, None, None),
        ];
        for (condition, read, write) in table {
            let conditions = Conditions([condition; 4]);
            assert_eq!(conditions.data_read(1), read, "{condition:03b}");
            assert_eq!(conditions.data_write(1), write, "{condition:03b}");
        }
    }

    #[test]
    fn key_b_is_data_exactly_where_the_trailer_shows_it() {
        let readable: Vec<u8> =
            (0..8).filter(|condition| Conditions([*condition; 4]).trailer().key_b_is_data()).collect();
        assert_eq!(readable, [0b000, 0b001, 0b010]);
    }
}
