//! The agent's configuration file.
//!
//! [`Config::load`] reads TOML into a raw form that refuses unknown keys, and checks it into a form that
//! the rest of the agent can rely on. Every error names the file and the key.
//!
//! | module | subject |
//! | --- | --- |
//! | `raw` | the two forms of the file |
//! | `checks` | one door by itself |
//! | `shared` | what doors of one agent must not share |
//! | `pins` | the wires of a door |

mod checks;
mod pins;
mod raw;
mod shared;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use access::message::JOURNAL_BYTES_MAX;
use serde::Deserialize;

use crate::provisioning::{Provisioning, ProvisioningError};
use checks::Check;
use raw::RawConfig;
use shared::Taken;

pub use pins::{InputPin, Level, LockKind, LockPin, PIN_MAX, Pins};

/// From one look at an empty field to the next. A card is noticed after half of it on average, and the bus
/// is busy for a hundredth of the time.
const POLL_INTERVAL_MS: u64 = 22;
const POLL_INTERVAL_MS_MAX: u64 = 1_000;

const MEGABYTE: u64 = 1024 * 1024;

/// Most doors of one agent: the header of a Raspberry Pi has pins for so many locks with their inputs.
pub const DOORS_MAX: usize = 4;

/// A configuration that has been checked.
#[derive(Debug)]
pub struct Config {
    /// The doors of this agent, between one and [`DOORS_MAX`]; an encoder counts as one.
    pub doors: Vec<DoorConfig>,
    /// What the agent is for.
    pub role: Role,
    /// From one look at an empty field to the next.
    pub poll_interval: Duration,
    /// No door of this agent is released while another stands open or is released.
    pub interlock: bool,
    /// The machine has a clock with a battery, so that its time is believed after a boot.
    pub battery_clock: bool,
    /// Bytes that the journal of each door may take on its disk.
    pub journal_bytes: u64,
}

/// One door of an agent.
#[derive(Debug)]
pub struct DoorConfig {
    /// Folder of the door's database. It exists, and is no other door's.
    pub data: PathBuf,
    /// Who this door is, and how it reaches its controller.
    pub provisioning: Provisioning,
    /// Readers and wires.
    pub hardware: HardwareConfig,
}

/// Where the wires of a door are: all that is needed to drive its lock to rest.
#[derive(Debug)]
pub struct Place {
    /// Folder of the door's database. An agent that runs has taken it.
    pub data: PathBuf,
    /// Readers and wires.
    pub hardware: HardwareConfig,
}

/// What an agent is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It decides at its doors.
    #[default]
    Door,
    /// It writes cards at a desk: a reader and no lock.
    Encoder,
}

/// Which readers, and which wires. An emulated card can never drive a real lock: there is no way to say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HardwareConfig {
    /// Readers and cards in memory, with a control on a loopback address.
    Emulated {
        /// Where the control listens; port 0 picks a free one.
        control: SocketAddr,
        /// Whether there is a reader inside as well.
        out_reader: bool,
        /// What stands for the wires; memory at an encoder.
        io: EmulatedIo,
    },
    /// MFRC522 chips and wires on a Raspberry Pi.
    RaspberryPi {
        /// The bus of the reader outside.
        reader: Bus,
        /// The bus of the reader inside, if there is one.
        out_reader: Option<Bus>,
        /// The door's wires; none at an encoder.
        pins: Option<Pins>,
    },
}

/// What stands for the wires of an emulated door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmulatedIo {
    /// Variables.
    Memory,
    /// A file of pin levels that outlives the process, for tests. No real lock can hang on it.
    PinFile {
        /// The file.
        path: PathBuf,
        /// Which of its pins.
        pins: Pins,
    },
}

/// The SPI bus of an MFRC522.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bus {
    /// 0 is the one on the header.
    pub number: u8,
    /// Chip select line.
    pub chip_select: u8,
    /// Clock.
    pub clock_hz: u32,
    /// GPIO of the reset line, if it is wired.
    pub reset: Option<u8>,
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {} cannot be read: {reason}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// It is no TOML, or has a key that nobody knows.
    #[error("the configuration {} is wrong: {reason}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Line, key and fault.
        reason: String,
    },
    /// A value makes no sense.
    #[error("the configuration {} is wrong: {key} {problem}", path.display())]
    Value {
        /// Which file.
        path: PathBuf,
        /// Which key.
        key: String,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// The provisioning file is wrong.
    #[error(transparent)]
    Provisioning(#[from] ProvisioningError),
}

impl Config {
    /// Reads and checks the file, and the provisioning files that it names. Relative paths in it count from
    /// its own folder.
    ///
    /// # Errors
    /// Names the file and the key.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::check(path, read(path)?)
    }

    /// Where the wires of its doors are, and nothing else: a data folder or a provisioning file that is gone must not
    /// keep a lock released.
    ///
    /// # Errors
    /// Names the file and the key.
    pub fn places(path: &Path) -> Result<Vec<Place>, ConfigError> {
        let raw = read(path)?;
        let check = |number| Check { path, number: raw.several.then_some(number) };
        (1..).zip(&raw.doors).map(|(number, door)| check(number).place(door, raw.role)).collect()
    }

    fn check(path: &Path, raw: RawConfig) -> Result<Self, ConfigError> {
        let file = Check { path, number: None };
        let poll_interval_ms = raw.poll_interval_ms.unwrap_or(POLL_INTERVAL_MS);
        file.that(
            (1..=POLL_INTERVAL_MS_MAX).contains(&poll_interval_ms),
            "poll_interval_ms",
            "must be between 1 and 1000",
        )?;
        let count = raw.doors.len();
        file.that(
            (1..=DOORS_MAX).contains(&count),
            "doors",
            &format!("are {count}; between 1 and {DOORS_MAX} are allowed"),
        )?;
        file.that(!raw.interlock || count > 1, "interlock", "is for two doors or more")?;
        let megabytes = raw.journal_megabytes.unwrap_or(JOURNAL_BYTES_MAX / MEGABYTE);
        file.that(
            (1..=JOURNAL_BYTES_MAX / MEGABYTE).contains(&megabytes),
            "journal_megabytes",
            &format!("must be between 1 and {}", JOURNAL_BYTES_MAX / MEGABYTE),
        )?;
        let mut taken = Taken::default();
        let mut doors = Vec::with_capacity(count);
        for (number, door) in (1..).zip(raw.doors) {
            let check = Check { path, number: raw.several.then_some(number) };
            let door = check.door(door, raw.role)?;
            taken.take(check, &door)?;
            doors.push(door);
        }
        let poll_interval = Duration::from_millis(poll_interval_ms);
        // Doors without wires are emulated on a PC, which has such a clock.
        let emulated = || doors.iter().all(|door| matches!(door.hardware, HardwareConfig::Emulated { .. }));
        let battery_clock = raw.battery_clock.unwrap_or_else(emulated);
        Ok(Self {
            doors,
            role: raw.role,
            poll_interval,
            interlock: raw.interlock,
            battery_clock,
            journal_bytes: megabytes * MEGABYTE,
        })
    }
}

fn read(path: &Path) -> Result<RawConfig, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::Unreadable { path: path.to_path_buf(), reason: error.to_string() })?;
    RawConfig::parse(&text).map_err(|error| ConfigError::Syntax {
        path: path.to_path_buf(),
        reason: error.to_string().trim_end().to_owned(),
    })
}
