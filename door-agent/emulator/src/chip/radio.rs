//! The contactless side: frames go out, answers come in.
//!
//! ```text
//!           StartSend, MFAuthent                end of frame: cards hear it         nobody answers
//!   Quiet ─────────────────────▶ Sending ─────────────────────────────┬─────────▶ Listening
//!     ▲                           ▲                                   │ answers
//!     │                           │ nonce came: send the proof        ▼
//!     └───────────────────────────┴────────────────────────────── Receiving
//!        answer received: FIFO, errors, interrupts
//! ```

use std::time::Duration;

use super::Chip;
use super::command::{TRANSCEIVE, TRANSMIT};
use super::reception::Reception;
use super::registers::{
    COLL_POS_NOT_VALID, CRC_ENABLE, CRYPTO_1_ON, RECEIVER_OFF, VALUES_AFTER_COLL, at, com_irq, error,
};
use super::timer::Timer;
use crate::CardId;
use crate::air::{self, Downlink, TIMER_STOP_BITS, bytes_of};
use crate::crc;
use crate::emulator::CollisionCount;
use crate::exchange::Delivery;
use crate::field::Field;
use crate::transcript::{Frame, Side};

/// The contactless side between two events.
#[derive(Debug, Default)]
pub(super) struct Radio {
    state: State,
    /// Before this moment the next frame must not begin: cards need a pause after their answer.
    guard_until_ns: u64,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Quiet,
    Sending {
        frame: Downlink,
        purpose: Purpose,
        ends_ns: u64,
    },
    Listening,
    Receiving(Reception),
}

/// What a frame is sent for.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    Transmit,
    Transceive,
    /// First half of an authentication; with what the second half needs.
    Challenge {
        key: [u8; 6],
        uid: [u8; 4],
    },
    Proof,
}

impl Radio {
    pub(super) fn next_event_ns(&self) -> Option<u64> {
        match &self.state {
            State::Quiet | State::Listening => None,
            State::Sending { ends_ns, .. } => Some(*ends_ns),
            State::Receiving(reception) => Some(reception.next_event_ns()),
        }
    }

    /// A command was ended: what is on the air is of no interest any more.
    pub(super) fn silence(&mut self) {
        self.state = State::Quiet;
    }

    /// A card stops in the middle of its answer.
    pub(super) fn cut(&mut self, card: CardId, now_ns: u64) {
        if let State::Receiving(reception) = &mut self.state {
            reception.cut(card, now_ns);
        }
    }

    /// `ModemState` of `Status2Reg`.
    pub(super) fn modem_state(&self, command: u8) -> u8 {
        match &self.state {
            State::Quiet if command == TRANSCEIVE => 0b001,
            State::Quiet => 0b000,
            State::Sending { .. } => 0b011,
            State::Listening => 0b101,
            State::Receiving(_) => 0b110,
        }
    }
}

impl Chip {
    /// Sends what is in the FIFO. With nothing in it the transmitter has nothing to do.
    pub(super) fn start_send(&mut self, now_ns: u64) {
        let mut bytes = self.fifo.drain();
        self.fifo_changed();
        if bytes.is_empty() {
            return;
        }
        if self.registers.has(at::TX_MODE, CRC_ENABLE) {
            let crc = crc::update(Self::crc_preset(&self.registers), &bytes);
            bytes.extend_from_slice(&crc.to_le_bytes());
        }
        let frame = Downlink::Frame {
            bytes,
            last_bits: self.registers.get(at::BIT_FRAMING) & 0x07,
            encrypted: self.registers.has(at::STATUS_2, CRYPTO_1_ON),
        };
        self.registers.set(at::ERROR, 0);
        let purpose = if self.command == TRANSMIT { Purpose::Transmit } else { Purpose::Transceive };
        self.send(frame, purpose, now_ns);
    }

    /// First half of `MFAuthent`. `parameters` are command, block, key and four bytes of the UID.
    pub(super) fn send_challenge(&mut self, parameters: &[u8; 12], encrypted: bool, now_ns: u64) {
        let [command, block, k0, k1, k2, k3, k4, k5, uid @ ..] = *parameters;
        let frame = Downlink::Frame { bytes: crc::with_crc(&[command, block]), last_bits: 0, encrypted };
        let purpose = Purpose::Challenge { key: [k0, k1, k2, k3, k4, k5], uid };
        self.send(frame, purpose, now_ns);
    }

    /// Does what is due on the air.
    pub(super) fn pass_radio(&mut self, field: &mut Field, now_ns: u64) {
        if self.radio.next_event_ns().is_none_or(|due| due > now_ns) {
            return;
        }
        match std::mem::take(&mut self.radio.state) {
            State::Sending { frame, purpose, .. } => self.sent(&frame, purpose, field, now_ns),
            State::Receiving(mut reception) if reception.ends_ns() > now_ns => {
                if Timer::is_automatic(&self.registers) {
                    self.timer.stop(now_ns);
                }
                reception.timer_stopped = true;
                self.radio.state = State::Receiving(reception);
            }
            State::Receiving(reception) => self.received(&reception, field, now_ns),
            State::Quiet | State::Listening => {}
        }
    }

    fn send(&mut self, frame: Downlink, purpose: Purpose, now_ns: u64) {
        let begins_ns = now_ns.max(self.radio.guard_until_ns);
        self.radio.state = State::Sending { ends_ns: begins_ns.saturating_add(frame.air_ns()), frame, purpose };
    }

    fn sent(&mut self, frame: &Downlink, purpose: Purpose, field: &mut Field, now_ns: u64) {
        self.registers.raise(at::COM_IRQ, com_irq::TX);
        if Timer::is_automatic(&self.registers) {
            self.timer.start(&self.registers, now_ns);
        }
        let Delivery { mut answers, resets_chip } = field.deliver(frame, now_ns);
        if resets_chip {
            self.power_on_reset(field, now_ns);
            return;
        }
        if matches!(purpose, Purpose::Transmit) {
            self.finish();
            return;
        }
        let deaf = self.registers.has(at::COMMAND, RECEIVER_OFF);
        answers.retain(|answer| !deaf && !answer.bits.is_empty());
        let Some(work_ns) = answers.iter().map(|answer| answer.work_ns).min() else {
            self.radio.state = State::Listening;
            return;
        };
        self.radio.state = State::Receiving(Reception {
            purpose,
            sent_bits: frame.bits(),
            begins_ns: now_ns.saturating_add(air::answer_delay_ns()).saturating_add(work_ns),
            answers,
            timer_stopped: false,
        });
    }

    fn received(&mut self, reception: &Reception, field: &mut Field, now_ns: u64) {
        self.radio.guard_until_ns = now_ns.saturating_add(air::guard_ns());
        let (bits, collision) = reception.superpose();
        if bits.len() < TIMER_STOP_BITS {
            // Too short to be taken for an answer.
            self.radio.state = State::Listening;
            return;
        }
        let heard = bytes_of(&bits, u8::try_from(reception.known_bits() % 8).unwrap_or(0));
        let encrypted = self.registers.has(at::STATUS_2, CRYPTO_1_ON);
        field.note_answer(Frame {
            begins: Duration::from_nanos(reception.begins_ns),
            lasts: Duration::from_nanos(now_ns.saturating_sub(reception.begins_ns)),
            from: Side::Card,
            exchange: None,
            bits: bits.len(),
            bytes: heard,
            encrypted,
            collided: collision.is_some(),
            faults: Vec::new(),
        });
        let damaged = reception.answers.iter().any(|answer| answer.damaged);
        let parity_error = reception.answers.iter().any(|answer| answer.parity_error);
        match reception.purpose {
            Purpose::Transmit => {}
            Purpose::Transceive => {
                self.received_frame(reception, bits, collision);
                if parity_error {
                    self.fail(error::PARITY);
                }
            }
            Purpose::Challenge { .. } | Purpose::Proof if collision.is_some() => {
                self.authentication_failed(error::COLLISION);
            }
            Purpose::Challenge { .. } | Purpose::Proof if bits.len() != 32 => {
                self.authentication_failed(error::PROTOCOL);
            }
            Purpose::Challenge { .. } | Purpose::Proof if parity_error => {
                self.authentication_failed(error::PARITY);
            }
            Purpose::Proof if damaged => self.authentication_failed(error::PROTOCOL),
            Purpose::Challenge { key, mut uid } => {
                if damaged {
                    // The reader answers to a nonce that the card never sent, which no card accepts.
                    uid = uid.map(|byte| !byte);
                }
                self.send(Downlink::Proof { key, uid }, Purpose::Proof, now_ns);
            }
            Purpose::Proof => {
                self.registers.raise(at::STATUS_2, CRYPTO_1_ON);
                self.finish();
            }
        }
    }

    fn authentication_failed(&mut self, error: u8) {
        self.fail(error);
        self.finish();
    }

    /// Puts an answer into the FIFO, with everything that may be wrong with it.
    fn received_frame(&mut self, reception: &Reception, mut bits: Vec<bool>, collision: Option<usize>) {
        let align = self.registers.get(at::BIT_FRAMING) >> 4 & 0x07;
        self.note_collision(reception, align, collision);
        if let Some(index) = collision
            && !self.registers.has(at::COLL, VALUES_AFTER_COLL)
        {
            bits.iter_mut().skip(index).for_each(|bit| *bit = false);
        }
        let mut bytes = bytes_of(&bits, align);
        if self.registers.has(at::RX_MODE, CRC_ENABLE) {
            let preset = Self::crc_preset(&self.registers);
            let whole = bits.len().is_multiple_of(8);
            match bytes.split_last_chunk::<2>() {
                Some((data, received)) if whole && crc::update(preset, data).to_le_bytes() == *received => {
                    bytes.truncate(data.len());
                }
                _ => self.fail(error::CRC),
            }
        }
        let last_bits = u8::try_from((usize::from(align) + bits.len()) % 8).unwrap_or(0);
        let control = self.registers.get(at::CONTROL) & !0x07 | last_bits;
        self.registers.set(at::CONTROL, control);
        bytes.into_iter().for_each(|byte| self.fifo.push(byte));
        self.fifo_changed();
        if self.fifo.overflowed() {
            self.registers.raise(at::COM_IRQ, com_irq::ERROR);
        }
        self.registers.raise(at::COM_IRQ, com_irq::RX);
    }

    /// `CollPos` shows the 32nd bit as 0 and cannot show any later one.
    fn note_collision(&mut self, reception: &Reception, align: u8, collision: Option<usize>) {
        let keep = self.registers.get(at::COLL) & VALUES_AFTER_COLL;
        let Some(index) = collision else {
            self.registers.set(at::COLL, keep | COLL_POS_NOT_VALID);
            return;
        };
        let before = match self.collision_count {
            CollisionCount::FromAlignedByte => usize::from(align),
            CollisionCount::FromFirstUidBit => reception.sent_bits.saturating_sub(16),
        };
        let position = match u8::try_from(before + index + 1) {
            Ok(position @ 1..=32) => position & 0x1F,
            _ => COLL_POS_NOT_VALID,
        };
        self.registers.set(at::COLL, keep | position);
        self.fail(error::COLLISION);
    }
}
