//! The file as it is written: two forms, and no key that nobody knows.
//!
//! One door has its keys at the top. Several doors have them in `[[doors]]`. They are told apart before anything else,
//! so that an unknown key is named with its line in either form.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::Role;
use super::pins::{Level, LockKind};

/// The file.
pub(super) struct RawConfig {
    pub(super) poll_interval_ms: Option<u64>,
    pub(super) role: Role,
    pub(super) interlock: bool,
    pub(super) battery_clock: Option<bool>,
    pub(super) journal_megabytes: Option<u64>,
    pub(super) doors: Vec<RawDoor>,
    /// Whether it has `[[doors]]`; an error names the door by its number then.
    pub(super) several: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneDoor {
    poll_interval_ms: Option<u64>,
    battery_clock: Option<bool>,
    journal_megabytes: Option<u64>,
    #[serde(default)]
    role: Role,
    data: PathBuf,
    provisioning: PathBuf,
    reader: RawReader,
    out_reader: Option<RawReader>,
    io: RawIo,
    control: Option<RawControl>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeveralDoors {
    poll_interval_ms: Option<u64>,
    battery_clock: Option<bool>,
    journal_megabytes: Option<u64>,
    #[serde(default)]
    interlock: bool,
    doors: Vec<RawDoor>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDoor {
    pub(super) data: PathBuf,
    pub(super) provisioning: PathBuf,
    pub(super) reader: RawReader,
    pub(super) out_reader: Option<RawReader>,
    pub(super) io: RawIo,
    pub(super) control: Option<RawControl>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReader {
    pub(super) kind: ReaderKind,
    pub(super) bus: Option<u8>,
    pub(super) chip_select: Option<u8>,
    pub(super) clock_hz: Option<u32>,
    pub(super) reset_pin: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ReaderKind {
    Emulated,
    Rppal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIo {
    pub(super) kind: IoKind,
    pub(super) path: Option<PathBuf>,
    #[serde(rename = "lock")]
    pub(super) lock_kind: Option<LockKind>,
    pub(super) lock_pin: Option<u8>,
    pub(super) lock_active: Option<Level>,
    pub(super) green_pin: Option<u8>,
    pub(super) red_pin: Option<u8>,
    pub(super) buzzer_pin: Option<u8>,
    pub(super) contact_pin: Option<u8>,
    pub(super) contact_normal: Option<Level>,
    pub(super) contact_check_pin: Option<u8>,
    pub(super) exit_pin: Option<u8>,
    pub(super) exit_normal: Option<Level>,
    pub(super) tamper_pin: Option<u8>,
    pub(super) tamper_normal: Option<Level>,
    pub(super) mains_pin: Option<u8>,
    pub(super) mains_normal: Option<Level>,
    pub(super) battery_pin: Option<u8>,
    pub(super) battery_normal: Option<Level>,
    pub(super) fire_pin: Option<u8>,
    pub(super) fire_normal: Option<Level>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum IoKind {
    Memory,
    PinFile,
    Rppal,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawControl {
    pub(super) address: SocketAddr,
}

impl RawConfig {
    pub(super) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let several = toml::from_str::<toml::Table>(text)?.contains_key("doors");
        if several {
            toml::from_str::<SeveralDoors>(text).map(Into::into)
        } else {
            toml::from_str::<OneDoor>(text).map(Into::into)
        }
    }
}

impl From<OneDoor> for RawConfig {
    fn from(file: OneDoor) -> Self {
        let OneDoor { poll_interval_ms, battery_clock, journal_megabytes, role, .. } = file;
        let OneDoor { data, provisioning, reader, out_reader, io, control, .. } = file;
        let doors = vec![RawDoor { data, provisioning, reader, out_reader, io, control }];
        Self { poll_interval_ms, battery_clock, journal_megabytes, role, interlock: false, doors, several: false }
    }
}

impl From<SeveralDoors> for RawConfig {
    fn from(file: SeveralDoors) -> Self {
        let SeveralDoors { poll_interval_ms, battery_clock, journal_megabytes, interlock, doors } = file;
        let role = Role::Door;
        Self { poll_interval_ms, battery_clock, journal_megabytes, role, interlock, doors, several: true }
    }
}

impl RawReader {
    pub(super) fn has_bus(&self) -> bool {
        self.bus.is_some() || self.chip_select.is_some() || self.clock_hz.is_some() || self.reset_pin.is_some()
    }
}

impl RawIo {
    /// Whether any key of a pin, or of its level, is there.
    pub(super) fn has_pins(&self) -> bool {
        let pins = [
            self.lock_pin,
            self.green_pin,
            self.red_pin,
            self.buzzer_pin,
            self.contact_pin,
            self.contact_check_pin,
            self.exit_pin,
            self.tamper_pin,
            self.mains_pin,
            self.battery_pin,
            self.fire_pin,
        ];
        let levels = [
            self.lock_active,
            self.contact_normal,
            self.exit_normal,
            self.tamper_normal,
            self.mains_normal,
            self.battery_normal,
            self.fire_normal,
        ];
        self.lock_kind.is_some() || pins.iter().any(Option::is_some) || levels.iter().any(Option::is_some)
    }
}
