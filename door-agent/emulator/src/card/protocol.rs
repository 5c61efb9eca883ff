//! How a card answers: activation (ISO/IEC 14443-3) and the commands of MIFARE Classic.

use super::access::KeyType;
use super::memory::{Refused, Session};
use super::{Programming, VirtualCard};
use crate::air::{Downlink, Uplink, bits_of};
use crate::crc::{checked, with_crc};
use crate::fault::Fault;

/// Acknowledgement of a write.
const ACK: u8 = 0xA;
/// The operation is not allowed.
const NAK_OPERATION: u8 = 0x4;
/// The frame was damaged.
const NAK_CRC: u8 = 0x5;

/// First byte of a level that is not the last (ISO/IEC 14443-3, 6.5.4).
const CASCADE_TAG: u8 = 0x88;
/// Select acknowledge of a level that is not the last.
const SAK_CASCADE: u8 = 0x04;

/// Where the card is between two frames.
#[derive(Clone, Debug)]
pub(crate) struct Protocol {
    state: State,
    /// Woken out of Halt, where it falls back to.
    from_halt: bool,
    link: Link,
    /// State of the card's random number generator.
    random: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Ready { level: usize },
    Active,
    Halt,
}

/// What an active card waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Plain,
    Challenged(Session),
    Open(Session),
    WriteData(Session, usize),
}

impl Link {
    /// Whether frames go through the cipher.
    fn encrypted(self) -> bool {
        matches!(self, Self::Open(_) | Self::WriteData(..))
    }
}

impl Protocol {
    pub(crate) fn new(uid: &[u8]) -> Self {
        // Two cards must not draw the same nonces, and a run must be repeatable: the UID is the seed.
        let seed = uid.iter().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        Self { state: State::Idle, from_halt: false, link: Link::Plain, random: seed | 1 }
    }

    pub(crate) fn power_off(&mut self) {
        self.state = State::Idle;
        self.from_halt = false;
        self.link = Link::Plain;
    }

    fn fall_back(&mut self) {
        self.state = if self.from_halt { State::Halt } else { State::Idle };
        self.link = Link::Plain;
    }

    fn nonce(&mut self) -> [u8; 4] {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        self.random.to_be_bytes()
    }
}

impl VirtualCard {
    /// Hears a frame that ended at `now_ns`, and answers or stays silent.
    pub(crate) fn hear(&mut self, frame: &Downlink, now_ns: u64, fault: Option<Fault>) -> Option<Uplink> {
        self.settle(now_ns);
        if self.programming.is_some() {
            return None;
        }
        match frame {
            Downlink::Proof { key, uid } => self.prove(key, uid),
            Downlink::Frame { bytes, last_bits, encrypted } => {
                if *encrypted != self.protocol.link.encrypted() {
                    // Noise: a card at rest ignores it, any other gives up.
                    return self.give_up();
                }
                match (bytes.as_slice(), last_bits) {
                    ([short], 7) => self.short_frame(short & 0x7F),
                    _ => self.long_frame(bytes, *last_bits, now_ns, fault),
                }
            }
        }
    }

    /// REQA and WUPA.
    fn short_frame(&mut self, command: u8) -> Option<Uplink> {
        let wakes = match self.protocol.state {
            State::Idle => command == 0x26 || command == 0x52,
            State::Halt => command == 0x52,
            // A card that is under way takes them for an error.
            State::Ready { .. } | State::Active => false,
        };
        if !wakes {
            return self.give_up();
        }
        self.protocol.from_halt = self.protocol.state == State::Halt;
        self.protocol.state = State::Ready { level: 0 };
        Some(Uplink::bytes(&self.identity.atqa))
    }

    fn long_frame(&mut self, bytes: &[u8], last_bits: u8, now_ns: u64, fault: Option<Fault>) -> Option<Uplink> {
        match self.protocol.state {
            State::Idle | State::Halt => None,
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

    fn command(&mut self, bytes: &[u8], now_ns: u64, fault: Option<Fault>) -> Option<Uplink> {
        let link = self.protocol.link;
        let Some(data) = checked(bytes) else {
            return match link {
                Link::Plain | Link::Challenged(_) => self.give_up(),
                Link::Open(_) | Link::WriteData(..) => self.refuse(NAK_CRC),
            };
        };
        match (link, data) {
            (Link::WriteData(session, block), data) => self.write(session, block, data, now_ns, fault),
            (_, [0x60, block]) => self.challenge(*block, KeyType::A),
            (_, [0x61, block]) => self.challenge(*block, KeyType::B),
            (_, [0x50, 0x00]) => {
                self.protocol.state = State::Halt;
                self.protocol.link = Link::Plain;
                None
            }
            (Link::Open(session), [0x30, block]) => self.read(session, *block),
            (Link::Open(session), [0xA0, block]) => self.begin_write(session, *block),
            (Link::Plain, [0x30 | 0xA0, _]) | (Link::Open(_), _) => self.refuse(NAK_OPERATION),
            _ => self.give_up(),
        }
    }

    fn challenge(&mut self, block: u8, key: KeyType) -> Option<Uplink> {
        let block = usize::from(block);
        if self.memory.block(block).is_none() {
            return self.refuse(NAK_OPERATION);
        }
        self.protocol.link = Link::Challenged(Session { sector: block / 4, key });
        Some(Uplink::bytes(&self.protocol.nonce()))
    }

    /// The second half of an authentication. A reader with the wrong key gets silence.
    fn prove(&mut self, key: &[u8; 6], uid: &[u8; 4]) -> Option<Uplink> {
        let Link::Challenged(session) = self.protocol.link else {
            return self.give_up();
        };
        // Into the cipher goes the last level of the UID, which for seven bytes is UID3 to UID6.
        let own_uid = self.identity.uid.last_chunk::<4>();
        let own_key = self.memory.key(session.sector * 4, session.key);
        if own_uid != Some(uid) || own_key.as_ref() != Some(key) {
            return self.give_up();
        }
        self.protocol.link = Link::Open(session);
        Some(Uplink::bytes(&self.protocol.nonce()))
    }

    fn read(&mut self, session: Session, block: u8) -> Option<Uplink> {
        match self.memory.read(session, usize::from(block)) {
            Ok(data) => Some(Uplink::bytes(&with_crc(&data))),
            Err(Refused) => self.refuse(NAK_OPERATION),
        }
    }

    fn begin_write(&mut self, session: Session, block: u8) -> Option<Uplink> {
        let block = usize::from(block);
        match self.memory.may_write(session, block) {
            Ok(()) => {
                self.protocol.link = Link::WriteData(session, block);
                Some(Uplink::nibble(ACK))
            }
            Err(Refused) => self.refuse(NAK_OPERATION),
        }
    }

    fn write(
        &mut self,
        session: Session,
        block: usize,
        data: &[u8],
        now_ns: u64,
        fault: Option<Fault>,
    ) -> Option<Uplink> {
        if fault == Some(Fault::WriteDataRefused) {
            return self.refuse(NAK_CRC);
        }
        let Ok(data) = <[u8; 16]>::try_from(data) else {
            return self.refuse(NAK_CRC);
        };
        let Ok(data) = self.memory.written(session, block, data) else {
            return self.refuse(NAK_OPERATION);
        };
        let work_ns = u64::from(self.programming_us) * 1_000;
        self.protocol.link = Link::Open(session);
        self.programming = Some(Programming { block, data, begun_ns: now_ns, done_ns: now_ns.saturating_add(work_ns) });
        Some(Uplink { work_ns, ..Uplink::nibble(ACK) })
    }

    /// After a refusal a card must be selected again.
    fn refuse(&mut self, nak: u8) -> Option<Uplink> {
        self.protocol.fall_back();
        Some(Uplink::nibble(nak))
    }

    fn give_up(&mut self) -> Option<Uplink> {
        match self.protocol.state {
            State::Idle | State::Halt => {}
            State::Ready { .. } | State::Active => self.protocol.fall_back(),
        }
        None
    }
}
