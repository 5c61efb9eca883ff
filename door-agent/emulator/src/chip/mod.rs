//! The MFRC522 at its registers.
//!
//! Reads and writes come from SPI and take effect at once. What takes time is written down with the moment at which
//! it will be done, and [`Chip::pass`] does it when the clock gets there:
//!
//! ```text
//!   write ──▶ command ──▶ crc result, wake-up      at a moment
//!                    └──▶ radio: frame sent ──▶ cards answer ──▶ answer received
//!                                     └──▶ timer: starts, stops at the fifth bit, expires
//! ```

mod command;
mod fifo;
mod radio;
mod reception;
pub(crate) mod registers;
mod self_test;
mod timer;

use crate::emulator::CollisionCount;
use crate::field::Field;
use fifo::Fifo;
use radio::Radio;
use registers::{CRYPTO_1_ON, POWER_DOWN, RECEIVER_OFF, Registers, at, com_irq, error};
use timer::Timer;

/// Clock cycles of the 27.12 MHz oscillator until the chip is awake: 1024, 37.7 µs (MFRC522, 8.6.2).
const WAKE_NS: u64 = 37_758;

/// Size of the internal buffer that `Mem` copies.
const INTERNAL_BUFFER: usize = 25;

/// The chip.
#[derive(Debug)]
pub(crate) struct Chip {
    registers: Registers,
    fifo: Fifo,
    timer: Timer,
    radio: Radio,
    command: u8,
    /// Until when the chip is waking up; `u64::MAX` while it is powered down.
    asleep_until_ns: Option<u64>,
    crc_done_ns: Option<u64>,
    internal: [u8; INTERNAL_BUFFER],
    random: u32,
    version: u8,
    collision_count: CollisionCount,
}

impl Chip {
    pub(crate) fn new(version: u8, collision_count: CollisionCount) -> Self {
        Self {
            registers: Registers::reset(version),
            fifo: Fifo::default(),
            timer: Timer::default(),
            radio: Radio::default(),
            command: 0,
            asleep_until_ns: None,
            crc_done_ns: None,
            internal: [0; INTERNAL_BUFFER],
            random: 0x2545_F491,
            version,
            collision_count,
        }
    }

    /// A reset by brown-out or electrostatic discharge: back to reset values, field off, and it is awake in no time.
    pub(crate) fn power_on_reset(&mut self, field: &mut Field, now_ns: u64) {
        *self = Self::new(self.version, self.collision_count);
        self.switch_field(field, now_ns);
    }

    /// What SPI reads at an address.
    pub(crate) fn read(&mut self, address: u8, now_ns: u64) -> u8 {
        match address {
            at::COMMAND => {
                let power_down = if self.asleep_until_ns.is_some() { POWER_DOWN } else { 0 };
                self.registers.get(at::COMMAND) & RECEIVER_OFF | power_down | self.command
            }
            at::ERROR => self.errors(),
            at::STATUS_1 => self.status_1(),
            at::STATUS_2 => self.registers.get(at::STATUS_2) & 0xF8 | self.radio.modem_state(self.command),
            at::FIFO_DATA => self.read_fifo(),
            at::FIFO_LEVEL => self.fifo.level(),
            at::T_COUNTER_HIGH => self.timer.counter(now_ns).to_be_bytes()[0],
            at::T_COUNTER_LOW => self.timer.counter(now_ns).to_be_bytes()[1],
            _ => self.registers.get(address),
        }
    }

    /// What SPI writes to an address.
    pub(crate) fn write(&mut self, address: u8, value: u8, field: &mut Field, now_ns: u64) {
        match address {
            at::COMMAND => self.write_command(value, field, now_ns),
            at::COM_IRQ => {
                // What a restarting timer did not tell before belongs to the interrupt that is cleared now.
                self.timer.expire(now_ns);
                self.registers.write_irq(at::COM_IRQ, value);
            }
            at::DIV_IRQ => self.registers.write_irq(at::DIV_IRQ, value),
            at::STATUS_2 => {
                // Only an authentication can switch the cipher on; software can only switch it off.
                if value & CRYPTO_1_ON == 0 {
                    self.registers.lower(at::STATUS_2, CRYPTO_1_ON);
                }
                self.registers.write(at::STATUS_2, value);
            }
            at::FIFO_DATA => self.write_fifo(value, now_ns),
            at::FIFO_LEVEL => {
                if value & 0x80 != 0 {
                    self.fifo.flush();
                    self.fifo_changed();
                }
            }
            at::CONTROL => self.write_control(value, now_ns),
            at::BIT_FRAMING => {
                self.registers.write(at::BIT_FRAMING, value);
                if value & 0x80 != 0 && self.command == command::TRANSCEIVE {
                    self.start_send(now_ns);
                }
            }
            at::TX_CONTROL => {
                self.registers.write(at::TX_CONTROL, value);
                self.switch_field(field, now_ns);
            }
            _ => self.registers.write(address, value),
        }
    }

    /// When something happens next.
    pub(crate) fn next_event_ns(&self) -> Option<u64> {
        // A restarting timer whose interrupt is already up has nothing to tell.
        let timer_told = self.timer.restarts() && self.registers.has(at::COM_IRQ, com_irq::TIMER);
        [
            self.timer.expires_ns().filter(|_| !timer_told),
            self.asleep_until_ns.filter(|until| *until != u64::MAX),
            self.crc_done_ns,
            self.radio.next_event_ns(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Does what is due at `now_ns`.
    pub(crate) fn pass(&mut self, field: &mut Field, now_ns: u64) {
        let woken = self.asleep_until_ns.take_if(|until| *until <= now_ns);
        if woken.is_some() {
            self.switch_field(field, now_ns);
        }
        if self.crc_done_ns.take_if(|done| *done <= now_ns).is_some() {
            self.registers.raise(at::DIV_IRQ, registers::DIV_IRQ_CRC);
        }
        // The air comes first: an answer that begins just as the timer runs out still counts.
        self.pass_radio(field, now_ns);
        if self.timer.expire(now_ns) {
            self.registers.raise(at::COM_IRQ, com_irq::TIMER);
        }
    }

    /// The antenna drives a field if the chip is awake and either transmitter pin is on.
    fn switch_field(&mut self, field: &mut Field, now_ns: u64) {
        let on = self.asleep_until_ns.is_none() && self.registers.has(at::TX_CONTROL, 0x03);
        for card in field.set_power(on, now_ns) {
            self.radio.cut(card, now_ns);
        }
    }

    /// A card has left.
    pub(crate) fn card_left(&mut self, card: crate::CardId, now_ns: u64) {
        self.radio.cut(card, now_ns);
    }

    fn errors(&self) -> u8 {
        let overflow = if self.fifo.overflowed() { error::BUFFER_OVERFLOW } else { 0 };
        self.registers.get(at::ERROR) | overflow
    }

    fn status_1(&self) -> u8 {
        let water_level = self.registers.get(at::WATER_LEVEL);
        let enabled = self.registers.get(0x02) & 0x7F & self.registers.get(at::COM_IRQ) != 0
            || self.registers.get(0x03) & 0x14 & self.registers.get(at::DIV_IRQ) != 0;
        let crc_ready = self.crc_done_ns.is_none();
        let crc_ok = self.registers.get(at::CRC_HIGH) | self.registers.get(at::CRC_LOW) == 0;
        u8::from(crc_ok) << 6
            | u8::from(crc_ready) << 5
            | u8::from(enabled) << 4
            | u8::from(self.timer.is_running()) << 3
            | u8::from(self.fifo.is_high(water_level)) << 1
            | u8::from(self.fifo.is_low(water_level))
    }

    fn write_control(&mut self, value: u8, now_ns: u64) {
        if value & 0x80 != 0 {
            self.timer.stop(now_ns);
        }
        if value & 0x40 != 0 {
            self.timer.start(&self.registers, now_ns);
        }
    }

    fn read_fifo(&mut self) -> u8 {
        if self.command == command::MF_AUTHENT {
            self.fail(error::WRITE);
            return 0;
        }
        let byte = self.fifo.pop();
        self.fifo_changed();
        byte
    }

    fn write_fifo(&mut self, byte: u8, now_ns: u64) {
        if self.command == command::MF_AUTHENT {
            self.fail(error::WRITE);
            return;
        }
        self.fifo.push(byte);
        if self.fifo.overflowed() {
            self.registers.raise(at::COM_IRQ, com_irq::ERROR);
        }
        self.fifo_changed();
        if self.command == command::CALC_CRC && !self.is_testing() {
            self.calculate_crc(now_ns);
        }
    }

    /// The alerts of the water level are raised whenever the buffer moves.
    fn fifo_changed(&mut self) {
        let water_level = self.registers.get(at::WATER_LEVEL);
        if self.fifo.is_low(water_level) {
            self.registers.raise(at::COM_IRQ, com_irq::LOW_ALERT);
        }
        if self.fifo.is_high(water_level) {
            self.registers.raise(at::COM_IRQ, com_irq::HIGH_ALERT);
        }
    }

    fn fail(&mut self, error: u8) {
        self.registers.raise(at::ERROR, error);
        self.registers.raise(at::COM_IRQ, com_irq::ERROR);
    }
}
