//! The table of section 3 of the page: numbers, text, lists and enums as bytes.

/// Writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writer(pub Vec<u8>);

/// Reads; nothing once the bytes have run out or make no sense.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(pub &'a [u8]);

impl Writer {
    /// `u8`, and `bool` as 0 or 1.
    pub fn byte(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    /// `u16`, `u32`, `u64`, lengths and variants.
    pub fn number(&mut self, mut value: u64) -> &mut Self {
        while value >= 0x80 {
            self.0.push(u8::try_from(value & 0x7F).unwrap_or_default() | 0x80);
            value >>= 7;
        }
        self.byte(u8::try_from(value).unwrap_or_default())
    }

    /// `i32` and `i64`.
    pub fn signed(&mut self, value: i64) -> &mut Self {
        self.number((value << 1 ^ value >> 63).cast_unsigned())
    }

    /// Text and bytes of any length.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.number(u64::try_from(value.len()).unwrap_or(u64::MAX)).array(value)
    }

    /// Bytes of a length that both sides know.
    pub fn array(&mut self, value: &[u8]) -> &mut Self {
        self.0.extend_from_slice(value);
        self
    }
}

impl<'a> Reader<'a> {
    /// `u8`, and `bool`.
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// `u16`, `u32`, `u64`, lengths and variants.
    pub fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// `i32` and `i64`.
    pub fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// Text and bytes of any length.
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.array(length)
    }

    /// Bytes of a length that both sides know.
    pub fn array(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// What is there or not, read by `read`.
    pub fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => Some(Some(read(self)?)),
            _ => None,
        }
    }
}
