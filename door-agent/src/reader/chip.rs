//! The chip: brought up carefully, asked for single frames, and checked now and then.
//!
//! Frames go through the unmodified driver's public `transceive`; registers that the driver keeps to itself
//! are reached past it. What a card does with the frames is in [`super::select`] and [`super::sector`].

use std::time::Duration;

use embedded_hal::spi::{Operation, SpiDevice};
use mfrc522::comm::blocking::spi::{DummyDelay, SpiInterface};
use mfrc522::{Error, Initialized, Mfrc522};

use crate::spi::{Budget, DeadlineError, DeadlineSpi, Pace, SharedSpi};

/// Registers (MFRC522 datasheet, 9.3).
pub(super) mod at {
    pub(crate) const COMMAND: u8 = 0x01;
    pub(crate) const COM_IRQ: u8 = 0x04;
    pub(crate) const ERROR: u8 = 0x06;
    pub(crate) const STATUS_2: u8 = 0x08;
    pub(crate) const FIFO_DATA: u8 = 0x09;
    pub(crate) const FIFO_LEVEL: u8 = 0x0A;
    pub(crate) const BIT_FRAMING: u8 = 0x0D;
    pub(crate) const MODE: u8 = 0x11;
    pub(crate) const TX_CONTROL: u8 = 0x14;
    pub(crate) const T_MODE: u8 = 0x2A;
    pub(crate) const T_RELOAD_HIGH: u8 = 0x2C;
    pub(crate) const T_RELOAD_LOW: u8 = 0x2D;
    pub(crate) const VERSION: u8 = 0x37;
}

/// `PowerDown` of `CommandReg`.
const POWER_DOWN: u8 = 0x10;
/// `MFCrypto1On` of `Status2Reg`.
pub(super) const CRYPTO_1_ON: u8 = 0x08;
/// `Tx1RFEn` and `Tx2RFEn` of `TxControlReg`.
const ANTENNA_ON: u8 = 0x03;
/// `TxControlReg` after a reset, with the antenna off.
const ANTENNA_OFF: u8 = 0x80;

/// What the driver's `init` leaves in the registers that it sets once.
const T_MODE_SET: u8 = 0x80;
const MODE_SET: u8 = 0x3D;

/// Ticks of 25 µs until silence counts as silence, while cards are being looked for: a card answers a request
/// within 0.1 ms, and this is the time of every look at an empty field.
pub(super) const POLL_TICKS: u16 = 60;
/// The same for authentication and reading: 5 ms (MF1S50YYX_V1, 9).
pub(super) const SECTOR_TICKS: u16 = 200;
/// The same for the programming of a block: 10 ms (MF1S50YYX_V1, 9), and a little.
pub(super) const WRITE_TICKS: u16 = 408;

/// Times that the version is read before the chip is believed to be there.
const VERSION_READS: usize = 3;

/// A card without field for so long has forgotten what it was doing, and with field for so long is awake
/// (ISO/IEC 14443-3, 5: 5 ms each).
const FIELD_PAUSE: Duration = Duration::from_millis(5);

type Bus<S> = SharedSpi<DeadlineSpi<S>>;
type Driver<S> = Mfrc522<SpiInterface<Bus<S>, DummyDelay>, Initialized>;

/// A chip that has been brought up.
pub struct Chip<S: SpiDevice> {
    bus: Bus<S>,
    driver: Driver<S>,
    version: u8,
    /// What stands in the timer.
    ticks: u16,
}

/// The chip does not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChipError {
    /// Nothing answers, or noise does.
    #[error(
        "no MFRC522 answers on the bus (its version reads {first:#04x}, then {then:#04x}); check its wiring and power"
    )]
    Absent {
        /// What was read first.
        first: u8,
        /// And what later.
        then: u8,
    },
    /// A register has lost what was written to it.
    #[error(
        "the reader chip has lost its settings (register {register:#04x} reads {found:#04x}); check its power if this comes often"
    )]
    Lost {
        /// Which register.
        register: u8,
        /// What it holds.
        found: u8,
    },
    /// The bus failed, or the chip did not come to an end.
    #[error("{0}")]
    Bus(String),
}

/// What came back for one frame.
pub(super) enum Heard<const N: usize> {
    /// So many bytes; of the last one only so many bits, or 0 for all.
    Answer { bytes: [u8; N], count: usize, bits: usize },
    /// Nothing.
    Silence,
    /// Several cards at once.
    Collision,
    /// Something with an error in it.
    Damaged,
}

impl<S: SpiDevice> Chip<S> {
    /// Brings the chip up. The driver's reset is not called before the chip has shown that it is there.
    ///
    /// # Errors
    /// [`ChipError`] says what is missing.
    pub fn start(bus: S) -> Result<Self, ChipError> {
        Self::bring_up(SharedSpi::new(DeadlineSpi::new(bus, Budget::OPERATION)))
    }

    /// Resets the chip by command and sets it up anew; the field is off for a moment, too.
    ///
    /// # Errors
    /// [`ChipError`]: then only the reset line can help, or a human.
    pub fn restart(self) -> Result<Self, ChipError> {
        Self::bring_up(self.bus)
    }

    fn bring_up(bus: Bus<S>) -> Result<Self, ChipError> {
        let version = present(&bus)?;
        bus.with(DeadlineSpi::begin);
        let driver = Mfrc522::new(SpiInterface::new(bus.clone())).init().map_err(failed)?;
        let mut chip = Self { bus, driver, version, ticks: 0 };
        chip.begin();
        let [high, low] = POLL_TICKS.to_be_bytes();
        chip.put(at::T_RELOAD_HIGH, high)?;
        chip.put(at::T_RELOAD_LOW, low)?;
        chip.ticks = POLL_TICKS;
        chip.check()?;
        Ok(chip)
    }

    /// Whether the chip still holds what it was told. A version that reads well proves nothing: a chip that
    /// has reset itself shows it, and so does one whose cipher was left on.
    ///
    /// # Errors
    /// [`ChipError`] names the first register that is wrong.
    pub fn check(&mut self) -> Result<(), ChipError> {
        self.begin();
        let [high, low] = self.ticks.to_be_bytes();
        let expected = [
            (at::VERSION, 0xFF, self.version),
            (at::T_MODE, 0xFF, T_MODE_SET),
            (at::T_RELOAD_HIGH, 0xFF, high),
            (at::T_RELOAD_LOW, 0xFF, low),
            (at::MODE, 0xFF, MODE_SET),
            (at::TX_CONTROL, ANTENNA_ON, ANTENNA_ON),
            (at::STATUS_2, CRYPTO_1_ON, 0),
            (at::COMMAND, POWER_DOWN, 0),
        ];
        for (register, mask, value) in expected {
            let found = self.get(register)?;
            if found & mask != value {
                return Err(ChipError::Lost { register, found });
            }
        }
        Ok(())
    }

    /// Switches the field off for a moment: cards forget what they were doing, also those that rest.
    ///
    /// # Errors
    /// [`ChipError::Bus`].
    pub fn cycle_field(&mut self) -> Result<(), ChipError> {
        self.begin();
        self.put(at::STATUS_2, 0)?;
        self.put(at::TX_CONTROL, ANTENNA_OFF)?;
        self.wait(FIELD_PAUSE)?;
        self.put(at::TX_CONTROL, ANTENNA_OFF | ANTENNA_ON)?;
        self.wait(FIELD_PAUSE)
    }

    /// Ends the cipher. Whoever forgets that hears no card any more.
    ///
    /// # Errors
    /// [`ChipError::Bus`].
    pub fn stop_crypto(&mut self) -> Result<(), ChipError> {
        self.begin();
        self.put(at::STATUS_2, 0)
    }

    /// What the chip says that it is.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// Waits in the bus's own time.
    ///
    /// # Errors
    /// [`ChipError::Bus`].
    pub fn wait(&mut self, duration: Duration) -> Result<(), ChipError> {
        let delay_ns = u32::try_from(duration.as_nanos()).unwrap_or(u32::MAX);
        self.bus.transaction(&mut [Operation::DelayNs(delay_ns)]).map_err(bus_failed)
    }

    /// Sets how long silence is waited for, if it is not so already.
    pub(super) fn limit(&mut self, ticks: u16) -> Result<(), ChipError> {
        self.begin();
        let ([high, low], [high_now, low_now]) = (ticks.to_be_bytes(), self.ticks.to_be_bytes());
        if high != high_now {
            self.put(at::T_RELOAD_HIGH, high)?;
        }
        if low != low_now {
            self.put(at::T_RELOAD_LOW, low)?;
        }
        self.ticks = ticks;
        Ok(())
    }

    /// One frame to the cards, and what comes back. Of the frame's last byte so many bits are sent, or all for 0.
    pub(super) fn exchange<const N: usize>(
        &mut self,
        bytes: &[u8],
        last_bits: u8,
        pace: Option<Pace>,
    ) -> Result<Heard<N>, ChipError> {
        self.bus.with(|bus| bus.begin_at(pace));
        match self.driver.transceive::<N>(bytes, last_bits, 0) {
            Ok(data) => Ok(Heard::Answer { bytes: data.buffer, count: data.valid_bytes, bits: data.valid_bits }),
            Err(Error::Timeout) => Ok(Heard::Silence),
            Err(Error::Collision) => Ok(Heard::Collision),
            Err(Error::Comm(error)) => Err(bus_failed(error)),
            Err(_) => Ok(Heard::Damaged),
        }
    }

    /// Noise may come from a card at the edge of the field, or from a wire that is stuck: then the version
    /// reads wrong as well.
    pub(super) fn still_there(&mut self) -> Result<(), ChipError> {
        self.begin();
        let then = self.get(at::VERSION)?;
        if then == self.version { Ok(()) } else { Err(ChipError::Absent { first: self.version, then }) }
    }

    /// A whole budget for what follows.
    pub(super) fn begin(&self) {
        self.bus.with(DeadlineSpi::begin);
    }

    pub(super) fn get(&self, register: u8) -> Result<u8, ChipError> {
        read(&self.bus, register)
    }

    pub(super) fn put(&self, register: u8, value: u8) -> Result<(), ChipError> {
        self.send(&[register << 1, value])
    }

    /// An address and what goes there, in one transaction.
    pub(super) fn send(&self, bytes: &[u8]) -> Result<(), ChipError> {
        self.bus.clone().write(bytes).map_err(bus_failed)
    }
}

/// A wire that is stuck reads as zeros or ones, one that floats reads differently each time.
fn present<S: SpiDevice>(bus: &Bus<S>) -> Result<u8, ChipError> {
    bus.with(DeadlineSpi::begin);
    let first = read(bus, at::VERSION)?;
    for _ in 1..VERSION_READS {
        let then = read(bus, at::VERSION)?;
        if then != first || matches!(then, 0x00 | 0xFF) {
            return Err(ChipError::Absent { first, then });
        }
    }
    Ok(first)
}

fn read<S: SpiDevice>(bus: &Bus<S>, register: u8) -> Result<u8, ChipError> {
    let mut bytes = [register << 1 | 0x80, 0];
    bus.clone().transfer_in_place(&mut bytes).map_err(bus_failed)?;
    let [_, value] = bytes;
    Ok(value)
}

/// The driver's errors print as nothing.
fn failed<E: std::fmt::Debug>(error: Error<DeadlineError<E>>) -> ChipError {
    match error {
        Error::Comm(error) => bus_failed(error),
        Error::Timeout => ChipError::Bus("the reader chip did not answer".to_owned()),
        _ => ChipError::Bus("the reader chip answered nonsense".to_owned()),
    }
}

fn bus_failed<E: std::fmt::Debug>(error: DeadlineError<E>) -> ChipError {
    ChipError::Bus(match error {
        DeadlineError::Bus(error) => format!("the SPI bus failed: {error:?}"),
        DeadlineError::Spent => {
            "the reader chip did not come to an end within its budget; check its wiring and power".to_owned()
        }
    })
}
