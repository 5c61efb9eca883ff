//! An MFRC522 reader chip and virtual MIFARE Classic cards behind embedded-hal.
//!
//! [`Emulator::spi`] is an [`embedded_hal::spi::SpiDevice`] with a register-level MFRC522 behind it: any driver runs
//! against it unmodified. In front of the chip's antenna lie [`VirtualCard`]s, which a test lays down and takes off.
//!
//! ```
//! use mfrc522::{Mfrc522, comm::blocking::spi::SpiInterface};
//! use mfrc522_emulator::{Emulator, VirtualCard};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::default();
//! let driver = Mfrc522::new(SpiInterface::new(emulator.spi()));
//! let mut driver = driver.init().map_err(|error| format!("{error:?}"))?;
//!
//! emulator.place(VirtualCard::classic_1k(&[0xDE, 0xAD, 0xBE, 0xEF])?)?;
//! let atqa = driver.reqa().map_err(|error| format!("{error:?}"))?;
//! let uid = driver.select(&atqa).map_err(|error| format!("{error:?}"))?;
//! assert_eq!(uid.as_bytes(), [0xDE, 0xAD, 0xBE, 0xEF]);
//! # Ok(())
//! # }
//! ```
//!
//! What goes wrong is planned by exchange. Here the data of a write is programmed and its acknowledgement lost:
//!
//! ```
//! # use mfrc522::{Mfrc522, comm::blocking::spi::SpiInterface};
//! # use mfrc522_emulator::{Emulator, FaultKind, Plan, VirtualCard};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::default();
//! # let driver = Mfrc522::new(SpiInterface::new(emulator.spi()));
//! # let mut driver = driver.init().map_err(|error| format!("{error:?}"))?;
//! let card = emulator.place(VirtualCard::classic_1k(&[0xDE, 0xAD, 0xBE, 0xEF])?)?;
//! emulator.set_plan(Plan::new(1).at(6, FaultKind::LoseAck { away_ms: Some(0) }));
//!
//! # let atqa = driver.reqa().map_err(|error| format!("{error:?}"))?;
//! # let uid = driver.select(&atqa).map_err(|error| format!("{error:?}"))?;
//! # driver.mf_authenticate(&uid, 4, &[0xFF; 6]).map_err(|error| format!("{error:?}"))?;
//! assert!(driver.mf_write(4, *b"written by hand!").is_err());
//! let card = emulator.remove(card).ok_or("no card")?;
//! assert_eq!(card.block(4), Some(*b"written by hand!"));
//! # Ok(())
//! # }
//! ```
//!
//! Time is virtual and moves with SPI traffic, so tests are fast and repeatable; [`Pace::RealTime`] ties it to the
//! wall. What is modelled, and what is not, is in the README.

mod air;
mod card;
mod chip;
mod clock;
mod crc;
#[cfg(feature = "dumps")]
mod dump;
mod emulator;
mod exchange;
mod fault;
mod field;
mod plan;
mod random;
mod spi;
mod transcript;
mod trials;
mod world;

pub use card::{BLOCKS_1K, BadUidLength, Fade, KeyType, Personality, VirtualCard};
pub use clock::{Pace, SpiCost};
pub use crc::{CRC_A_PRESET, crc_a};
#[cfg(feature = "dumps")]
pub use dump::{Dump, DumpError, DumpFault, Format, MAX_DUMP_BYTES};
pub use emulator::{CollisionCount, Config, Emulator, Version};
pub use fault::{Fault, Span};
pub use field::{CardId, FieldFull, MAX_CARDS};
pub use plan::{FaultKind, Plan, Torn};
pub use spi::{Spi, SpiError};
pub use transcript::{Frame, MAX_FRAMES, Side, Transcript};
