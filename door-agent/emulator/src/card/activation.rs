//! Activation: how a reader finds out who is there and chooses one card (ISO/IEC 14443-3, 6).

use super::VirtualCard;
use super::protocol::State;
use crate::air::{Downlink, Uplink, bits_of};
use crate::crc::{checked, with_crc};
use crate::fault::Fault;

/// First byte of a level that is not the last (ISO/IEC 14443-3, 6.5.4).
const CASCADE_TAG: u8 = 0x88;
/// Select acknowledge of a level that is not the last.
const SAK_CASCADE: u8 = 0x04;

impl VirtualCard {
    /// REQA and WUPA.
    pub(super) fn short_frame(&mut self, command: u8) -> Option<Uplink> {
        if let Some(answer) = self.knock(command) {
            return Some(answer);
        }
        let wakes = match self.protocol.state {
            State::Idle => command == 0x26 || command == 0x52,
            State::Halt => command == 0x52,
            // A card that is under way takes them for an error.
            State::Ready { .. } | State::Active | State::Knocked => false,
        };
        if !wakes {
            return self.give_up();
        }
        self.protocol.from_halt = self.protocol.state == State::Halt;
        self.protocol.state = State::Ready { level: 0 };
        Some(Uplink::bytes(&self.identity.atqa))
    }

    pub(super) fn long_frame(
        &mut self,
        bytes: &[u8],
        last_bits: u8,
        now_ns: u64,
        fault: Option<Fault>,
    ) -> Option<Uplink> {
        match self.protocol.state {
            State::Idle | State::Halt => None,
            State::Knocked if last_bits == 0 => self.second_knock(bytes),
            State::Knocked => self.give_up(),
            State::Ready { level } => self.anticollision(level, bytes, last_bits, fault),
            State::Active if last_bits != 0 => self.give_up(),
            State::Active => self.command(bytes, now_ns, fault),
        }
    }

    /// ANTICOLLISION and SELECT of the cascade level that the card is at.
    fn anticollision(&mut self, level: usize, bytes: &[u8], last_bits: u8, fault: Option<Fault>) -> Option<Uplink> {
        let own = self.level(level);
        let [code, valid_bits, rest @ ..] = bytes else {
            return self.give_up();
        };
        if Some(code) != [0x93, 0x95, 0x97].get(level) {
            return self.give_up();
        }
        if *valid_bits == 0x70 {
            return self.select(level, own, bytes);
        }
        let known = usize::from(valid_bits >> 4).saturating_sub(2) * 8 + usize::from(valid_bits & 0x07);
        let heard: Vec<bool> = bits_of(rest).into_iter().take(known).collect();
        let sent = Downlink::Frame { bytes: rest.to_vec(), last_bits, encrypted: false };
        if sent.bits() != known || known >= 40 {
            return self.give_up();
        }
        let mut bits = bits_of(&own);
        if !bits.starts_with(&heard) {
            return None;
        }
        bits.drain(..known);
        if let (Some(Fault::CheckByteDamaged), Some(last)) = (fault, bits.last_mut()) {
            *last = !*last;
        }
        Some(Uplink { bits, known_bits: known, work_ns: 0 })
    }

    fn select(&mut self, level: usize, own: [u8; 5], bytes: &[u8]) -> Option<Uplink> {
        match checked(bytes) {
            Some([_, _, uid @ ..]) if *uid == own => {}
            _ => return self.give_up(),
        }
        let last = self.identity.uid.len() == 4 + 3 * level;
        let sak = if last {
            self.protocol.state = State::Active;
            self.identity.sak
        } else {
            self.protocol.state = State::Ready { level: level + 1 };
            SAK_CASCADE
        };
        Some(Uplink::bytes(&with_crc(&[sak])))
    }

    /// The five bytes of a cascade level: four of the UID, or the tag and three, and their check byte.
    fn level(&self, level: usize) -> [u8; 5] {
        let rest = self.identity.uid.get(3 * level..).unwrap_or_default();
        let [a, b, c, d] = match *rest {
            [a, b, c, d] => [a, b, c, d],
            [a, b, c, ..] => [CASCADE_TAG, a, b, c],
            _ => [0; 4],
        };
        [a, b, c, d, a ^ b ^ c ^ d]
    }
}
