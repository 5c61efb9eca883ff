//! Frames between reader and card, and the time they take at 106 kbit/s (ISO/IEC 14443-2 and -3).
//!
//! Times are counted in cycles of the 13.56 MHz carrier, because the standard defines them so, and turned into
//! nanoseconds once. A bit (elementary time unit, etu) lasts 128 cycles, 9.44 µs.

/// Carrier cycles in one elementary time unit.
const ETU_CYCLES: u64 = 128;

/// From the end of a reader's frame to the first edge of the answer: 71 µs (MF1S50YYX datasheet).
///
/// The standard counts from the last pause instead: 1236 cycles after a last bit 1, 1172 after a last bit 0. The
/// difference is just where in the last bits that pause lies, so that measured from the frame's end both are the same.
const ANSWER_DELAY_CYCLES: u64 = 963;

/// From the end of an answer to the next frame of the reader: at least 1172 cycles, 86.4 µs.
const GUARD_CYCLES: u64 = 1172;

/// Start of frame.
const START_ETU: u64 = 1;
/// A reader ends a frame with a logic 0 and a bit of silence, a card with a bit of silence.
const READER_END_ETU: u64 = 2;
const CARD_END_ETU: u64 = 1;

/// Bits of an answer after which the receiver stops the timer: the start bit and four data bits.
pub(crate) const TIMER_STOP_BITS: usize = 4;

/// See [`ANSWER_DELAY_CYCLES`].
pub(crate) fn answer_delay_ns() -> u64 {
    cycles_ns(ANSWER_DELAY_CYCLES)
}

/// See [`GUARD_CYCLES`].
pub(crate) fn guard_ns() -> u64 {
    cycles_ns(GUARD_CYCLES)
}

/// Nanoseconds that a number of carrier cycles takes (13.56 MHz, exactly 339 cycles in 25 µs).
pub(crate) fn cycles_ns(cycles: u64) -> u64 {
    cycles.saturating_mul(25_000) / 339
}

/// What the reader sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Downlink {
    /// A frame of bytes; of the last one only `last_bits` bits are sent, or all of it if that is 0.
    Frame {
        bytes: Vec<u8>,
        last_bits: u8,
        /// Sent through the Crypto1 unit. Only a card that is in the same session understands it.
        encrypted: bool,
    },
    /// The second half of an authentication: the reader's nonce and its answer, eight bytes. The cipher is not
    /// computed; whether both sides would come to the same stream is decided by what goes into it.
    Proof { key: [u8; 6], uid: [u8; 4] },
}

impl Downlink {
    /// Data bits of the frame, without parity.
    pub(crate) fn bits(&self) -> usize {
        match self {
            Self::Frame { bytes, last_bits, .. } => match last_bits {
                0 => bytes.len() * 8,
                bits => bytes.len().saturating_sub(1) * 8 + usize::from(*bits),
            },
            Self::Proof { .. } => 64,
        }
    }

    /// How long the frame occupies the air. A byte that is not complete has no parity bit.
    pub(crate) fn air_ns(&self) -> u64 {
        let bits = self.bits();
        etu_ns(START_ETU + count(bits + bits / 8) + READER_END_ETU)
    }
}

/// What a card sends: bits in the order of the air, least significant bit of a byte first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Uplink {
    pub(crate) bits: Vec<bool>,
    /// In an anticollision answer, the bits of the first byte that the reader has sent already. It completes that
    /// byte, so its parity bit follows early.
    pub(crate) known_bits: usize,
    /// Time that the card needs beyond the usual delay, for programming.
    pub(crate) work_ns: u64,
}

impl Uplink {
    pub(crate) fn bytes(bytes: &[u8]) -> Self {
        Self { bits: bits_of(bytes), known_bits: 0, work_ns: 0 }
    }

    /// A four-bit acknowledgement.
    pub(crate) fn nibble(value: u8) -> Self {
        Self { bits: bits_of(&[value]).into_iter().take(4).collect(), known_bits: 0, work_ns: 0 }
    }
}

/// How long an answer of so many data bits takes, the end of the frame included.
pub(crate) fn answer_ns(known_bits: usize, bits: usize) -> u64 {
    answer_part_ns(known_bits, bits) + etu_ns(CARD_END_ETU)
}

/// From the first edge of an answer until so many data bits of it have arrived.
pub(crate) fn answer_part_ns(known_bits: usize, bits: usize) -> u64 {
    etu_ns(START_ETU + count(bits + (known_bits % 8 + bits) / 8))
}

/// Bits of bytes in the order of the air.
pub(crate) fn bits_of(bytes: &[u8]) -> Vec<bool> {
    bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1)).collect()
}

/// Bytes of bits in the order of the air, the first bit at position `align` of the first byte.
pub(crate) fn bytes_of(bits: &[bool], align: u8) -> Vec<u8> {
    let lead = std::iter::repeat_n(false, usize::from(align % 8));
    let all: Vec<bool> = lead.chain(bits.iter().copied()).collect();
    all.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |sum, (bit, set)| sum | u8::from(*set) << bit)).collect()
}

fn etu_ns(etu: u64) -> u64 {
    cycles_ns(etu * ETU_CYCLES)
}

/// Frames are at most a few hundred bits long.
fn count(bits: usize) -> u64 {
    u64::try_from(bits).unwrap_or(u64::MAX / ETU_CYCLES / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: usize, last_bits: u8) -> u64 {
        Downlink::Frame { bytes: vec![0; bytes], last_bits, encrypted: false }.air_ns()
    }

    #[test]
    fn frame_lengths_are_those_of_the_datasheet() {
        assert_eq!(frame(1, 7) / 1000, 94, "short frame, 10 etu");
        assert_eq!(frame(4, 0) / 1000, 368, "four bytes");
        assert_eq!(frame(18, 0) / 1000, 1557, "eighteen bytes");
        assert_eq!(answer_ns(0, 18 * 8) / 1000, 1548, "block and its CRC");
        assert_eq!(answer_ns(0, 4) / 1000, 56, "acknowledgement, 6 etu");
    }

    #[test]
    fn exchanges_take_what_the_standard_gives() {
        let exchange = |pcd, picc: usize| (pcd + answer_delay_ns() + answer_ns(0, picc * 8)) / 1000;
        assert_eq!(exchange(frame(1, 7), 2), 354, "REQA");
        assert_eq!(exchange(frame(2, 0), 5), 712, "ANTICOLLISION");
        assert_eq!(exchange(frame(9, 0), 3), 1137, "SELECT");
        assert_eq!(exchange(frame(4, 0), 18), 1987, "READ");
    }

    #[test]
    fn bits_and_bytes_are_inverse() {
        let bytes = [0x93, 0x70, 0x01, 0xFF];
        assert_eq!(bytes_of(&bits_of(&bytes), 0), bytes);
        assert_eq!(bytes_of(&[true, false, true], 4), [0x50]);
        assert_eq!(bytes_of(&[true; 5], 4), [0xF0, 0x01]);
    }
}
