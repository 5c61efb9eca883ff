//! The chip: brought up carefully, and asked what is in its field.
//!
//! Frames go through the unmodified driver's public `transceive`. Its own `select` is not used: it takes
//! several cards for one after another and hides the SAK byte, which tells a MIFARE Classic 1K from other
//! cards.

use access::decide::Presented;
use access::uid::Uid;
use embedded_hal::spi::SpiDevice;
use mfrc522::comm::blocking::spi::{DummyDelay, SpiInterface};
use mfrc522::{Error, Initialized, Mfrc522};

use super::crc::crc_a;
use crate::spi::{Budget, DeadlineError, DeadlineSpi, SharedSpi};

/// Registers that are reached past the driver (MFRC522 datasheet, 9.3).
const T_RELOAD_HIGH: u8 = 0x2C;
const T_RELOAD_LOW: u8 = 0x2D;
const VERSION: u8 = 0x37;

/// Ticks of 25 µs until a card counts as silent: 2 ms. While it is activated a card answers within 0.1 ms;
/// the driver's own 25 ms would be the time of every poll of an empty field.
const SILENCE_TICKS: u16 = 80;

/// Times that the version is read before the chip is believed to be there.
const VERSION_READS: usize = 3;

const WUPA: u8 = 0x52;
const SELECT_LEVELS: [u8; 3] = [0x93, 0x95, 0x97];
const ANTICOLLISION: u8 = 0x20;
const SELECT: u8 = 0x70;
const CASCADE_TAG: u8 = 0x88;
const SAK_CASCADE: u8 = 0x04;

/// Select acknowledge of a MIFARE Classic 1K; the second is of Infineon's.
const SAK_CLASSIC_1K: [u8; 2] = [0x08, 0x88];

type Bus<S> = SharedSpi<DeadlineSpi<S>>;
type Driver<S> = Mfrc522<SpiInterface<Bus<S>, DummyDelay>, Initialized>;

/// A chip that has been brought up.
pub(super) struct Chip<S: SpiDevice> {
    bus: Bus<S>,
    driver: Driver<S>,
    version: u8,
}

/// What was in the field when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// Nothing answered.
    Empty,
    /// Something answered.
    Something(Presented, Option<Uid>),
}

/// The chip does not work.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChipError {
    /// Nothing answers, or noise does.
    #[error(
        "no MFRC522 answers on the bus (its version reads {first:#04x}, then {then:#04x}); check its wiring and power"
    )]
    Absent { first: u8, then: u8 },
    /// The bus failed, or the chip did not come to an end.
    #[error("{0}")]
    Bus(String),
}

/// How a frame ended.
enum Frame<const N: usize> {
    Answer([u8; N]),
    Silence,
    Collision,
    Damaged,
}

impl<S: SpiDevice> Chip<S> {
    /// Brings the chip up. The driver's reset is not called before the chip has shown that it is there.
    pub(super) fn start(bus: S) -> Result<Self, ChipError> {
        let bus = SharedSpi::new(DeadlineSpi::new(bus, Budget::OPERATION));
        let version = present(&bus)?;
        bus.with(DeadlineSpi::begin);
        let driver =
            Mfrc522::new(SpiInterface::new(bus.clone())).init().map_err(|error| ChipError::Bus(text(error)))?;
        let [high, low] = SILENCE_TICKS.to_be_bytes();
        write(&bus, T_RELOAD_HIGH, high)?;
        write(&bus, T_RELOAD_LOW, low)?;
        Ok(Self { bus, driver, version })
    }

    /// Wakes what is in the field, and if it is one card reads its number and kind.
    ///
    /// The card is left selected, so that its sector can be read.
    pub(super) fn look(&mut self) -> Result<Sight, ChipError> {
        match self.frame::<2>(&[WUPA], 7)? {
            Frame::Silence => Ok(Sight::Empty),
            // Cards of different kinds give different answers at once.
            Frame::Collision => Ok(Sight::Something(Presented::Several, None)),
            Frame::Damaged => self.unreadable(),
            Frame::Answer(_) => self.select(),
        }
    }

    /// Sends the selected card to rest, so that the next look wakes it again.
    pub(super) fn halt(&mut self) -> Result<(), ChipError> {
        let [low, high] = crc_a(&[0x50, 0x00]);
        self.bus.with(DeadlineSpi::begin);
        // Silence is what a halted card gives; anything else the next look finds.
        match self.driver.transceive::<0>(&[0x50, 0x00, low, high], 0, 0) {
            Err(Error::Comm(error)) => Err(ChipError::Bus(bus_text(error))),
            _ => Ok(()),
        }
    }

    fn select(&mut self) -> Result<Sight, ChipError> {
        let mut uid = Vec::with_capacity(Uid::LENGTH_MAX);
        for level in SELECT_LEVELS {
            let number = match self.frame::<5>(&[level, ANTICOLLISION], 0)? {
                Frame::Answer(number) => number,
                Frame::Collision => return Ok(Sight::Something(Presented::Several, None)),
                Frame::Silence | Frame::Damaged => return self.unreadable(),
            };
            let [a, b, c, d, check] = number;
            if a ^ b ^ c ^ d != check {
                return self.unreadable();
            }
            let mut command = [level, SELECT, a, b, c, d, check, 0, 0];
            let crc = crc_a(&[level, SELECT, a, b, c, d, check]);
            for (to, from) in command.iter_mut().skip(7).zip(crc) {
                *to = from;
            }
            let Frame::Answer([sak, low, high]) = self.frame::<3>(&command, 0)? else {
                return self.unreadable();
            };
            if crc_a(&[sak]) != [low, high] {
                return self.unreadable();
            }
            if sak & SAK_CASCADE == 0 {
                uid.extend([a, b, c, d]);
                return Ok(card(sak, &uid));
            }
            if a != CASCADE_TAG {
                return self.unreadable();
            }
            uid.extend([b, c, d]);
        }
        self.unreadable()
    }

    /// One frame to the cards and one back, of exactly `N` bytes.
    fn frame<const N: usize>(&mut self, bytes: &[u8], last_bits: u8) -> Result<Frame<N>, ChipError> {
        self.bus.with(DeadlineSpi::begin);
        match self.driver.transceive::<N>(bytes, last_bits, 0) {
            Ok(data) if data.valid_bytes == N && data.valid_bits == 0 => Ok(Frame::Answer(data.buffer)),
            Ok(_) => Ok(Frame::Damaged),
            Err(Error::Timeout) => Ok(Frame::Silence),
            Err(Error::Collision) => Ok(Frame::Collision),
            Err(Error::Comm(error)) => Err(ChipError::Bus(bus_text(error))),
            Err(_) => Ok(Frame::Damaged),
        }
    }

    /// Noise may come from a card at the edge of the field, or from a wire that is stuck: then the
    /// version reads wrong as well.
    fn unreadable(&self) -> Result<Sight, ChipError> {
        let version = read(&self.bus, VERSION)?;
        if version == self.version {
            Ok(Sight::Something(Presented::Unreadable, None))
        } else {
            Err(ChipError::Absent { first: self.version, then: version })
        }
    }
}

fn card(sak: u8, uid: &[u8]) -> Sight {
    let presented = if SAK_CLASSIC_1K.contains(&sak) { Presented::Classic1k } else { Presented::Unsupported { sak } };
    Sight::Something(presented, Uid::new(uid).ok())
}

/// A wire that is stuck reads as zeros or ones, one that floats reads differently each time.
fn present<S: SpiDevice>(bus: &Bus<S>) -> Result<u8, ChipError> {
    let first = read(bus, VERSION)?;
    for _ in 1..VERSION_READS {
        let then = read(bus, VERSION)?;
        if then != first || matches!(then, 0x00 | 0xFF) {
            return Err(ChipError::Absent { first, then });
        }
    }
    Ok(first)
}

fn read<S: SpiDevice>(bus: &Bus<S>, register: u8) -> Result<u8, ChipError> {
    let mut bytes = [register << 1 | 0x80, 0];
    bus.with(DeadlineSpi::begin);
    bus.clone().transfer_in_place(&mut bytes).map_err(|error| ChipError::Bus(bus_text(error)))?;
    let [_, value] = bytes;
    Ok(value)
}

fn write<S: SpiDevice>(bus: &Bus<S>, register: u8, value: u8) -> Result<(), ChipError> {
    bus.with(DeadlineSpi::begin);
    bus.clone().write(&[register << 1, value]).map_err(|error| ChipError::Bus(bus_text(error)))
}

/// The driver's errors print as nothing.
fn text<E: std::fmt::Debug>(error: Error<DeadlineError<E>>) -> String {
    match error {
        Error::Comm(error) => bus_text(error),
        Error::Timeout => "the reader chip did not answer".to_owned(),
        _ => "the reader chip answered nonsense".to_owned(),
    }
}

fn bus_text<E: std::fmt::Debug>(error: DeadlineError<E>) -> String {
    match error {
        DeadlineError::Bus(error) => format!("the SPI bus failed: {error:?}"),
        DeadlineError::Spent => {
            "the reader chip did not come to an end within its budget; check its wiring and power".to_owned()
        }
    }
}
