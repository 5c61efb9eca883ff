//! Commands of `CommandReg` (MFRC522, section 10).

use super::registers::{CRYPTO_1_ON, DIV_IRQ_CRC, POWER_DOWN, RECEIVER_OFF, Registers, at, com_irq, error};
use super::{Chip, WAKE_NS, self_test};
use crate::air::cycles_ns;
use crate::crc;
use crate::field::Field;

pub(super) const IDLE: u8 = 0x0;
const MEM: u8 = 0x1;
const GENERATE_RANDOM_ID: u8 = 0x2;
pub(super) const CALC_CRC: u8 = 0x3;
pub(super) const TRANSMIT: u8 = 0x4;
const NO_COMMAND_CHANGE: u8 = 0x7;
const RECEIVE: u8 = 0x8;
pub(super) const TRANSCEIVE: u8 = 0xC;
pub(super) const MF_AUTHENT: u8 = 0xE;
const SOFT_RESET: u8 = 0xF;

/// The CRC coprocessor works on whole bytes; that it takes one cycle for each is an assumption.
const CRC_CYCLES_PER_BYTE: u64 = 1;

/// Bytes that `GenerateRandomID` makes.
const RANDOM_ID_LEN: usize = 10;

/// Bytes that `MFAuthent` takes from the FIFO: command, block, key, and four of the UID.
const AUTHENT_LEN: usize = 12;

impl Chip {
    pub(super) fn write_command(&mut self, value: u8, field: &mut Field, now_ns: u64) {
        self.registers.set(at::COMMAND, value & RECEIVER_OFF);
        let sleep = value & POWER_DOWN != 0;
        match (sleep, self.asleep_until_ns) {
            (true, _) => {
                self.asleep_until_ns = Some(u64::MAX);
                self.radio.silence();
                self.switch_field(field, now_ns);
            }
            (false, Some(u64::MAX)) => self.asleep_until_ns = Some(now_ns.saturating_add(WAKE_NS)),
            (false, _) => {}
        }
        let command = value & 0x0F;
        if command == NO_COMMAND_CHANGE {
            return;
        }
        // A new command ends the one before it, without IdleIRq.
        self.crc_done_ns = None;
        self.radio.silence();
        self.command = IDLE;
        if command == SOFT_RESET {
            self.soft_reset(field, now_ns);
        } else if self.asleep_until_ns.is_none() && command != IDLE {
            self.registers.set(at::ERROR, 0);
            self.start(command, now_ns);
        }
    }

    /// Ends a command that has come to its end by itself.
    pub(super) fn finish(&mut self) {
        self.command = IDLE;
        self.registers.raise(at::COM_IRQ, com_irq::IDLE);
    }

    /// Feeds the FIFO into the CRC coprocessor. The command goes on for bytes that come later.
    pub(super) fn calculate_crc(&mut self, now_ns: u64) {
        let data = self.fifo.drain();
        self.fifo_changed();
        let register = u16::from_be_bytes([self.registers.get(at::CRC_HIGH), self.registers.get(at::CRC_LOW)]);
        self.store_crc(crc::update(register, &data));
        self.calculated(data.len(), now_ns);
    }

    /// The coprocessor is busy for so many bytes.
    fn calculated(&mut self, bytes: usize, now_ns: u64) {
        let cycles = CRC_CYCLES_PER_BYTE * u64::try_from(bytes).unwrap_or(0).max(1);
        self.registers.lower(at::DIV_IRQ, DIV_IRQ_CRC);
        self.crc_done_ns = Some(now_ns.saturating_add(cycles_ns(cycles)));
    }

    /// The preset that `ModeReg` chooses.
    pub(super) fn crc_preset(registers: &Registers) -> u16 {
        match registers.get(at::MODE) & 0x03 {
            0 => 0x0000,
            1 => crc::CRC_A_PRESET,
            2 => 0xA671,
            _ => 0xFFFF,
        }
    }

    fn start(&mut self, command: u8, now_ns: u64) {
        match command {
            MEM => self.mem(),
            GENERATE_RANDOM_ID => self.generate_random_id(),
            CALC_CRC if self.is_testing() => {
                self.command = CALC_CRC;
                self.self_test();
                self.calculated(self_test::STEPS, now_ns);
            }
            CALC_CRC => {
                self.command = CALC_CRC;
                self.store_crc(Self::crc_preset(&self.registers));
                self.calculate_crc(now_ns);
            }
            TRANSMIT => {
                self.command = TRANSMIT;
                self.start_send(now_ns);
            }
            RECEIVE | TRANSCEIVE => self.command = command,
            MF_AUTHENT => self.start_authentication(now_ns),
            // Reserved codes do nothing.
            _ => {}
        }
    }

    fn soft_reset(&mut self, field: &mut Field, now_ns: u64) {
        let (version, collision_count, internal) = (self.version, self.collision_count, self.internal);
        *self = Self::new(version, collision_count);
        // The internal buffer survives a soft reset (MFRC522, 10.3.1.9).
        self.internal = internal;
        self.asleep_until_ns = Some(now_ns.saturating_add(WAKE_NS));
        self.switch_field(field, now_ns);
    }

    /// Copies the FIFO into the internal buffer, or the internal buffer into an empty FIFO.
    fn mem(&mut self) {
        if self.fifo.is_empty() {
            self.internal.into_iter().for_each(|byte| self.fifo.push(byte));
        } else {
            for (cell, byte) in self.internal.iter_mut().zip(self.fifo.drain()) {
                *cell = byte;
            }
        }
        self.fifo_changed();
        self.finish();
    }

    fn generate_random_id(&mut self) {
        for cell in self.internal.iter_mut().take(RANDOM_ID_LEN) {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 17;
            self.random ^= self.random << 5;
            *cell = self.random.to_be_bytes()[0];
        }
        self.finish();
    }

    fn start_authentication(&mut self, now_ns: u64) {
        let bytes = self.fifo.drain();
        self.fifo_changed();
        let Some((parameters, _)) = bytes.split_first_chunk::<AUTHENT_LEN>() else {
            self.fail(error::PROTOCOL);
            self.finish();
            return;
        };
        self.command = MF_AUTHENT;
        let encrypted = self.registers.has(at::STATUS_2, CRYPTO_1_ON);
        self.send_challenge(parameters, encrypted, now_ns);
    }

    fn store_crc(&mut self, crc: u16) {
        let [high, low] = crc.to_be_bytes();
        self.registers.set(at::CRC_HIGH, high);
        self.registers.set(at::CRC_LOW, low);
    }
}
