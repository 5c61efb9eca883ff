//! The 64-byte buffer between SPI and air.

use std::collections::VecDeque;

/// Size of the buffer (MFRC522, 8.3).
pub(crate) const CAPACITY: usize = 64;

/// First in, first out, and it remembers that it once was too small.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fifo {
    bytes: VecDeque<u8>,
    overflowed: bool,
}

impl Fifo {
    /// A byte that does not fit is lost.
    pub(crate) fn push(&mut self, byte: u8) {
        if self.bytes.len() < CAPACITY {
            self.bytes.push_back(byte);
        } else {
            self.overflowed = true;
        }
    }

    /// An empty buffer reads as zero.
    pub(crate) fn pop(&mut self) -> u8 {
        self.bytes.pop_front().unwrap_or(0)
    }

    /// Empties the buffer for the transmitter.
    pub(crate) fn drain(&mut self) -> Vec<u8> {
        self.bytes.drain(..).collect()
    }

    /// `FlushBuffer`: empties it and forgets the overflow.
    pub(crate) fn flush(&mut self) {
        self.bytes.clear();
        self.overflowed = false;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// 0 to 64.
    pub(crate) fn level(&self) -> u8 {
        u8::try_from(self.bytes.len()).unwrap_or(u8::MAX)
    }

    pub(crate) fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// At most so many bytes are in it (`LoAlert`).
    pub(crate) fn is_low(&self, water_level: u8) -> bool {
        self.level() <= water_level
    }

    /// At most so many bytes are free (`HiAlert`).
    pub(crate) fn is_high(&self, water_level: u8) -> bool {
        CAPACITY.saturating_sub(self.bytes.len()) <= usize::from(water_level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixty_fifth_byte_is_lost_and_remembered_until_flushed() {
        let mut fifo = Fifo::default();
        (0..65).for_each(|byte| fifo.push(byte));
        assert_eq!((fifo.level(), fifo.overflowed()), (64, true));
        assert_eq!(fifo.pop(), 0);
        assert_eq!(fifo.drain().last(), Some(&63));
        fifo.flush();
        assert_eq!((fifo.pop(), fifo.overflowed()), (0, false));
    }
}
