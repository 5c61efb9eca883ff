//! The agent's configuration file.
//!
//! [`Config::load`] reads TOML into a raw form that refuses unknown keys, and checks it into a form that
//! the rest of the agent can rely on. Every error names the file and the key.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::provisioning::{Provisioning, ProvisioningError};

/// From one look at an empty field to the next. A card is noticed after half of it on average, and the bus
/// is busy for a hundredth of the time.
const POLL_INTERVAL_MS: u64 = 22;
const POLL_INTERVAL_MS_MAX: u64 = 1_000;

/// What a short ribbon cable carries safely.
const CLOCK_HZ: u32 = 1_000_000;
/// MFRC522 datasheet, 8.1.2.
const CLOCK_HZ_MAX: u32 = 10_000_000;

/// Pins of the header of a Raspberry Pi.
const PIN_MAX: u8 = 27;

/// A configuration that has been checked.
#[derive(Debug)]
pub struct Config {
    /// Folder of the door's database. It must exist.
    pub data: PathBuf,
    /// Who this door is, and how it reaches its controller.
    pub provisioning: Provisioning,
    /// Reader and wires.
    pub hardware: HardwareConfig,
    /// From one look at an empty field to the next.
    pub poll_interval: Duration,
    /// What the agent is for.
    pub role: Role,
}

/// What an agent is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It decides at a door.
    #[default]
    Door,
    /// It writes cards at a desk: a reader and no lock.
    Encoder,
}

/// Which reader, and which wires. An emulated card can never drive a real lock: there is no way to say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HardwareConfig {
    /// A reader, cards and a lock in memory, with a control on a loopback address.
    Emulated {
        /// Where the control listens; port 0 picks a free one.
        control: SocketAddr,
    },
    /// An MFRC522 and wires on a Raspberry Pi.
    RaspberryPi {
        /// The reader's bus.
        bus: Bus,
        /// The door's wires; none at an encoder.
        pins: Option<Pins>,
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

/// GPIO numbers (BCM) of the door's wires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pins {
    /// The lock.
    pub lock: u8,
    /// What releases it.
    pub lock_active: ActiveLevel,
    /// Green lamp.
    pub green: Option<u8>,
    /// Red lamp.
    pub red: Option<u8>,
    /// Buzzer.
    pub buzzer: Option<u8>,
    /// Exit button.
    pub exit: Option<u8>,
    /// Door contact.
    pub contact: Option<u8>,
}

/// Which level of the pin releases the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActiveLevel {
    /// High, with a pull-down so that a dead board rests.
    High,
    /// Low.
    Low,
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
        key: &'static str,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// The provisioning file is wrong.
    #[error(transparent)]
    Provisioning(#[from] ProvisioningError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    data: PathBuf,
    provisioning: PathBuf,
    poll_interval_ms: Option<u64>,
    #[serde(default)]
    role: Role,
    reader: RawReader,
    io: RawIo,
    control: Option<RawControl>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReader {
    kind: ReaderKind,
    bus: Option<u8>,
    chip_select: Option<u8>,
    clock_hz: Option<u32>,
    reset_pin: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ReaderKind {
    Emulated,
    Rppal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIo {
    kind: IoKind,
    lock_pin: Option<u8>,
    lock_active: Option<ActiveLevel>,
    green_pin: Option<u8>,
    red_pin: Option<u8>,
    buzzer_pin: Option<u8>,
    exit_pin: Option<u8>,
    contact_pin: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum IoKind {
    Memory,
    Rppal,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawControl {
    address: SocketAddr,
}

impl RawIo {
    fn has_pins(&self) -> bool {
        let pins = [self.lock_pin, self.green_pin, self.red_pin, self.buzzer_pin, self.exit_pin, self.contact_pin];
        self.lock_active.is_some() || pins.iter().any(Option::is_some)
    }
}

impl Config {
    /// Reads and checks the file, and the provisioning file that it names. Relative paths in it count from
    /// its own folder.
    ///
    /// # Errors
    /// Names the file and the key.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable { path: path.to_path_buf(), reason: error.to_string() })?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let raw: RawConfig = toml::from_str(text).map_err(|error| ConfigError::Syntax {
            path: path.to_path_buf(),
            reason: error.to_string().trim_end().to_owned(),
        })?;
        let check = Check(path);
        let hardware = check.hardware(&raw)?;
        let poll_interval_ms = raw.poll_interval_ms.unwrap_or(POLL_INTERVAL_MS);
        check.that(
            (1..=POLL_INTERVAL_MS_MAX).contains(&poll_interval_ms),
            "poll_interval_ms",
            "must be between 1 and 1000",
        )?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let data = folder.join(raw.data);
        check.that(data.is_dir(), "data", &format!("names no folder: {}; make it", data.display()))?;
        Ok(Self {
            data,
            provisioning: Provisioning::load(&folder.join(raw.provisioning))?,
            hardware,
            poll_interval: Duration::from_millis(poll_interval_ms),
            role: raw.role,
        })
    }
}

/// Checks values of the file at this path.
struct Check<'a>(&'a Path);

impl Check<'_> {
    fn hardware(&self, raw: &RawConfig) -> Result<HardwareConfig, ConfigError> {
        self.that(
            (raw.role == Role::Encoder) == (raw.io.kind == IoKind::None),
            "io.kind",
            "must be \"none\" for role = \"encoder\", which has no lock, and only there",
        )?;
        match (raw.reader.kind, raw.io.kind) {
            (ReaderKind::Emulated, IoKind::None) => self.emulated(raw),
            (ReaderKind::Rppal, IoKind::None) => {
                self.that(!raw.io.has_pins(), "io", "has keys of pins, but an encoder has no wires")?;
                Ok(HardwareConfig::RaspberryPi { bus: self.bus(raw)?, pins: None })
            }
            (ReaderKind::Emulated, IoKind::Memory) => self.emulated(raw),
            (ReaderKind::Rppal, IoKind::Rppal) => self.raspberry_pi(raw),
            (ReaderKind::Emulated, IoKind::Rppal) => Err(self.wrong(
                "io.kind",
                "is \"rppal\" beside an emulated reader: anybody on this machine could release a real lock. Use \"memory\"",
            )),
            (ReaderKind::Rppal, IoKind::Memory) => Err(self.wrong(
                "io.kind",
                "is \"memory\" beside a real reader: no lock would move. Use \"rppal\"",
            )),
        }
    }

    fn emulated(&self, raw: &RawConfig) -> Result<HardwareConfig, ConfigError> {
        let RawReader { bus, chip_select, clock_hz, reset_pin, .. } = raw.reader;
        let wired = bus.is_some() || chip_select.is_some() || clock_hz.is_some() || reset_pin.is_some();
        self.that(!wired, "reader", "has keys of a bus, but an emulated reader has none")?;
        self.that(!raw.io.has_pins(), "io", "has keys of pins, but wires in memory have none")?;
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let control = raw.control.as_ref().map_or(any, |control| control.address);
        self.that(
            control.ip().is_loopback(),
            "control.address",
            "must be a loopback address such as 127.0.0.1:0, since whoever reaches it can open the emulated door",
        )?;
        Ok(HardwareConfig::Emulated { control })
    }

    fn bus(&self, raw: &RawConfig) -> Result<Bus, ConfigError> {
        self.that(raw.control.is_none(), "control", "is for an emulated door only; remove it")?;
        let clock_hz = raw.reader.clock_hz.unwrap_or(CLOCK_HZ);
        self.that(
            (1..=CLOCK_HZ_MAX).contains(&clock_hz),
            "reader.clock_hz",
            "must be between 1 and 10000000, what the MFRC522 takes",
        )?;
        Ok(Bus {
            number: raw.reader.bus.unwrap_or(0),
            chip_select: raw.reader.chip_select.unwrap_or(0),
            clock_hz,
            reset: raw.reader.reset_pin,
        })
    }

    fn raspberry_pi(&self, raw: &RawConfig) -> Result<HardwareConfig, ConfigError> {
        let bus = self.bus(raw)?;
        let io = &raw.io;
        let (Some(lock), Some(lock_active)) = (io.lock_pin, io.lock_active) else {
            return Err(self.wrong("io.lock_pin", "and io.lock_active must be given"));
        };
        let pins = Pins {
            lock,
            lock_active,
            green: io.green_pin,
            red: io.red_pin,
            buzzer: io.buzzer_pin,
            exit: io.exit_pin,
            contact: io.contact_pin,
        };
        self.pins(&pins, bus.reset)?;
        Ok(HardwareConfig::RaspberryPi { bus, pins: Some(pins) })
    }

    /// No pin out of range, and none given twice.
    fn pins(&self, pins: &Pins, reset: Option<u8>) -> Result<(), ConfigError> {
        let named = [
            ("io.lock_pin", Some(pins.lock)),
            ("io.green_pin", pins.green),
            ("io.red_pin", pins.red),
            ("io.buzzer_pin", pins.buzzer),
            ("io.exit_pin", pins.exit),
            ("io.contact_pin", pins.contact),
            ("reader.reset_pin", reset),
        ];
        let mut taken = Vec::new();
        for (key, pin) in named {
            let Some(pin) = pin else { continue };
            self.that(pin <= PIN_MAX, key, "must be a GPIO number (BCM) between 0 and 27")?;
            self.that(!taken.contains(&pin), key, "is the pin of another key as well")?;
            taken.push(pin);
        }
        Ok(())
    }

    fn that(&self, holds: bool, key: &'static str, problem: &str) -> Result<(), ConfigError> {
        if holds { Ok(()) } else { Err(self.wrong(key, problem)) }
    }

    fn wrong(&self, key: &'static str, problem: &str) -> ConfigError {
        ConfigError::Value { path: self.0.to_path_buf(), key, problem: problem.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROVISIONING: &str = r#"{"format":1,"site":"hospital","door":"pharmacy","key_id":1,
        "key":"0707070707070707070707070707070707070707070707070707070707070707",
        "mqtt":{"host":"127.0.0.1","port":1883}}"#;
    const EMULATED: &str =
        "data = \".\"\nprovisioning = \"door.json\"\nreader.kind = \"emulated\"\nio.kind = \"memory\"\n";
    const PI: &str = include_str!("../example.toml");

    fn load(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("door.json"), PROVISIONING).unwrap();
        let path = folder.path().join("agent.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(text: &str, parts: &[&str]) {
        let error = load(text).unwrap_err();
        for part in parts {
            assert!(error.contains(part), "{part:?} is not in: {error}");
        }
    }

    #[test]
    fn an_emulated_door_needs_four_keys() {
        let config = load(EMULATED).unwrap();
        assert_eq!(config.hardware, HardwareConfig::Emulated { control: "127.0.0.1:0".parse().unwrap() });
        assert_eq!(config.provisioning.door.as_str(), "pharmacy");
    }

    #[test]
    fn the_example_for_a_raspberry_pi_is_understood() {
        let text = PI.replace("/var/lib/kulku-door", ".").replace("/etc/kulku/door.json", "door.json");
        let config = load(&text).unwrap();
        assert!(matches!(config.hardware, HardwareConfig::RaspberryPi { .. }));
    }

    #[test]
    fn an_unknown_key_is_refused_by_name_with_its_file() {
        refused(&format!("{EMULATED}pol_interval = 3\n"), &["agent.toml", "pol_interval"]);
        refused(&format!("{EMULATED}[control]\nadress = \"127.0.0.1:0\"\n"), &["agent.toml", "adress"]);
    }

    #[test]
    fn an_emulated_reader_never_stands_beside_a_real_lock() {
        refused(&EMULATED.replace("memory", "rppal"), &["io.kind", "real lock"]);
        let pi = PI.replace("[io]\nkind = \"rppal\"", "[io]\nkind = \"memory\"");
        refused(&pi, &["io.kind", "no lock would move"]);
        refused(&format!("{EMULATED}io.lock_pin = 5\n"), &["io"]);
    }

    #[test]
    fn an_encoder_has_a_reader_and_no_lock() {
        let desk = EMULATED.replace("\"memory\"", "\"none\"");
        let config = load(&format!("role = \"encoder\"\n{desk}")).unwrap();
        assert_eq!(config.role, Role::Encoder);
        refused(&format!("role = \"encoder\"\n{EMULATED}"), &["io.kind", "none"]);
        refused(&desk, &["io.kind", "encoder"]);
        let pi = PI.replace("[io]\nkind = \"rppal\"", "[io]\nkind = \"none\"");
        refused(&format!("role = \"encoder\"\n{pi}"), &["io", "no wires"]);
        refused(&format!("role = \"desk\"\n{EMULATED}"), &["agent.toml"]);
    }

    #[test]
    fn the_control_stays_on_this_machine() {
        refused(&format!("{EMULATED}control.address = \"0.0.0.0:8000\"\n"), &["control.address", "loopback"]);
    }

    #[test]
    fn a_pin_is_used_once() {
        let text = PI.replace("/var/lib/kulku-door", ".").replace("green_pin = 22", "green_pin = 17");
        refused(&text, &["io.green_pin", "another key"]);
    }

    #[test]
    fn missing_files_and_folders_are_named() {
        refused(&EMULATED.replace("\".\"", "\"nowhere\""), &["data", "nowhere"]);
        refused(&EMULATED.replace("door.json", "other.json"), &["other.json"]);
        let error = Config::load(Path::new("no-such.toml")).unwrap_err().to_string();
        assert!(error.contains("no-such.toml"), "{error}");
    }
}
