//! The random numbers of a card.
//!
//! A MIFARE Classic has a shift register of 16 bits, `x^16 + x^14 + x^13 + x^11 + 1`, and sends 32 of its bits as a
//! nonce. Published sessions are test vectors: a nonce must continue itself by that rule.

use crate::air::bytes_of;

/// The nonce of clones that always send the same one.
pub(crate) const STATIC_NONCE: [u8; 4] = [0x01, 0x20, 0x01, 0x45];

/// The shift register; bit 0 goes over the air first.
#[derive(Clone, Debug)]
pub(crate) struct NonceGenerator(u16);

impl NonceGenerator {
    /// Two cards must not draw the same nonces, and a run must be repeatable: the UID is the seed.
    pub(crate) fn new(uid: &[u8]) -> Self {
        let hash = uid.iter().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        let [_, _, high, low] = hash.to_be_bytes();
        // Zero would stay zero.
        Self(u16::from_be_bytes([high, low]) | 1)
    }

    /// The next 32 bits. The register has a period of 65535, so one nonce never follows itself.
    pub(crate) fn next(&mut self) -> [u8; 4] {
        let bits: Vec<bool> = (0..32).map(|_| self.step()).collect();
        bytes_of(&bits, 0).try_into().unwrap_or(STATIC_NONCE)
    }

    fn step(&mut self) -> bool {
        let out = self.0 & 1 == 1;
        let fed_back = (self.0 ^ self.0 >> 2 ^ self.0 >> 3 ^ self.0 >> 5) & 1;
        self.0 = self.0 >> 1 | fed_back << 15;
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The register at the beginning of a nonce.
    fn from_nonce(nonce: [u8; 4]) -> NonceGenerator {
        NonceGenerator(u16::from_le_bytes([nonce[0], nonce[1]]))
    }

    #[test]
    fn published_nonces_continue_themselves() {
        for nonce in [[0xCE, 0x84, 0x42, 0x61], [0x82, 0xA4, 0x16, 0x6C], STATIC_NONCE] {
            assert_eq!(from_nonce(nonce).next(), nonce, "{nonce:02X?}");
        }
    }

    #[test]
    fn no_nonce_follows_itself_and_cards_differ() {
        let mut generator = NonceGenerator::new(&[1, 2, 3, 4]);
        let first = generator.next();
        let mut last = first;
        for _ in 0..65_535 {
            let next = generator.next();
            assert_ne!(next, last);
            last = next;
        }
        assert_ne!(NonceGenerator::new(&[1, 2, 3, 5]).next(), first);
        assert_ne!(NonceGenerator::new(&[]).next(), [0; 4]);
    }
}
