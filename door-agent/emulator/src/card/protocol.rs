//! How a selected card answers: the commands of MIFARE Classic (MF1S50YYX, 9).

use super::VirtualCard;
use super::access::KeyType;
use super::memory::{Refused, Session};
use super::nonce::NonceGenerator;
use crate::air::{Downlink, Uplink};
use crate::crc::{checked, with_crc};
use crate::fault::Fault;

/// Acknowledgement of a write.
pub(super) const ACK: u8 = 0xA;
/// The operation is not allowed.
pub(super) const NAK_OPERATION: u8 = 0x4;
/// The frame was damaged.
const NAK_CRC: u8 = 0x5;

/// Where the card is between two frames.
#[derive(Clone, Debug)]
pub(crate) struct Protocol {
    pub(super) state: State,
    /// Woken out of Halt, where it falls back to.
    pub(super) from_halt: bool,
    pub(super) link: Link,
    nonces: NonceGenerator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Idle,
    Ready {
        level: usize,
    },
    Active,
    Halt,
    /// A magic card that heard the first half of its unlocking.
    Knocked,
}

/// What an active card waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Plain,
    Challenged(Session),
    Open(Session),
    WriteData(Session, usize),
    /// A magic card without any lock, and without cipher.
    Unlocked,
    UnlockedWrite(usize),
}

impl Link {
    /// Whether frames go through the cipher.
    fn encrypted(self) -> bool {
        matches!(self, Self::Open(_) | Self::WriteData(..))
    }
}

impl Protocol {
    pub(crate) fn new(uid: &[u8]) -> Self {
        Self { state: State::Idle, from_halt: false, link: Link::Plain, nonces: NonceGenerator::new(uid) }
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

    /// Refuses whatever it has just heard, without acting on it: what a plan asks for.
    pub(crate) fn refuse_for_once(&mut self, nak: u8) -> Option<Uplink> {
        self.give_up();
        Some(Uplink::nibble(nak))
    }

    pub(super) fn command(&mut self, bytes: &[u8], now_ns: u64, fault: Option<Fault>) -> Option<Uplink> {
        let link = self.protocol.link;
        let Some(data) = checked(bytes) else {
            return match link {
                Link::Open(_) | Link::WriteData(..) => self.refuse(NAK_CRC),
                _ => self.give_up(),
            };
        };
        match (link, data) {
            (Link::WriteData(session, block), data) => self.write(session, block, data, now_ns, fault),
            (Link::UnlockedWrite(block), data) => self.write_unlocked(block, data, now_ns),
            (_, [0x50, 0x00]) => {
                self.protocol.state = State::Halt;
                self.protocol.link = Link::Plain;
                None
            }
            (Link::Unlocked, data) => self.unlocked_command(data),
            (_, [0x60, block]) => self.challenge(*block, KeyType::A, false),
            (_, [0x61, block]) => self.challenge(*block, KeyType::B, false),
            (_, [code, block]) if self.personality.backdoor_key(*code).is_some() => {
                self.challenge(*block, KeyType::A, true)
            }
            (Link::Open(session), [0x30, block]) => self.read(session, *block),
            (Link::Open(session), [0xA0, block]) => self.begin_write(session, *block),
            (Link::Plain, data) if self.personality.is_chatty() => self.chat(data),
            (Link::Plain, [0x30 | 0xA0, _]) | (Link::Open(_), _) => self.refuse(NAK_OPERATION),
            _ => self.give_up(),
        }
    }

    fn challenge(&mut self, block: u8, key: KeyType, backdoor: bool) -> Option<Uplink> {
        let block = usize::from(block);
        if self.memory.block(block).is_none() {
            return self.refuse(NAK_OPERATION);
        }
        self.protocol.link = Link::Challenged(Session { sector: block / 4, key, backdoor });
        Some(Uplink::bytes(&self.nonce()))
    }

    fn nonce(&mut self) -> [u8; 4] {
        self.personality.fixed_nonce().unwrap_or_else(|| self.protocol.nonces.next())
    }

    /// The second half of an authentication. A reader with the wrong key gets silence.
    fn prove(&mut self, key: &[u8; 6], uid: &[u8; 4]) -> Option<Uplink> {
        let Link::Challenged(session) = self.protocol.link else {
            return self.give_up();
        };
        // Into the cipher goes the last level of the UID, which for seven bytes is UID3 to UID6.
        let own_uid = self.identity.uid.last_chunk::<4>();
        let own_key = match session.backdoor {
            true => self.personality.any_backdoor_key(),
            false => self.memory.key(session.sector * 4, session.key),
        };
        if own_uid != Some(uid) || own_key.as_ref() != Some(key) {
            return self.give_up();
        }
        self.protocol.link = Link::Open(session);
        Some(Uplink::bytes(&self.nonce()))
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
        self.protocol.link = Link::Open(session);
        let work_ns = self.program(block, data, now_ns);
        Some(Uplink { work_ns, ..Uplink::nibble(ACK) })
    }

    /// After a refusal a card must be selected again.
    pub(super) fn refuse(&mut self, nak: u8) -> Option<Uplink> {
        self.protocol.fall_back();
        Some(Uplink::nibble(nak))
    }

    pub(super) fn give_up(&mut self) -> Option<Uplink> {
        match self.protocol.state {
            State::Idle | State::Halt => {}
            State::Ready { .. } | State::Active | State::Knocked => self.protocol.fall_back(),
        }
        None
    }
}
