//! From the file as it is written to a configuration that the rest of the agent can rely on.

use std::net::SocketAddr;
use std::path::Path;

use service::credential::given;

use super::pins::{InputPin, Level, LockPin, Pins};
use super::raw::{IoKind, RawDoor, RawIo, RawReader, ReaderKind};
use super::{Bus, ConfigError, DoorConfig, EmulatedIo, HardwareConfig, Place, Role};
use crate::provisioning::Provisioning;

/// What a short ribbon cable carries safely.
const CLOCK_HZ: u32 = 1_000_000;
/// MFRC522 datasheet, 8.1.2.
const CLOCK_HZ_MAX: u32 = 10_000_000;

/// Where a value stands that is checked.
#[derive(Clone, Copy)]
pub(super) struct Check<'a> {
    /// The file.
    pub(super) path: &'a Path,
    /// The number of its `[[doors]]`, counted from 1, if it has any.
    pub(super) number: Option<usize>,
}

impl Check<'_> {
    /// One door, by itself.
    pub(super) fn door(self, raw: RawDoor, role: Role) -> Result<DoorConfig, ConfigError> {
        let Place { data, hardware } = self.place(&raw, role)?;
        self.that(data.is_dir(), "data", &format!("names no folder: {}; make it", data.display()))?;
        let provisioning = Provisioning::load(&given(self.folder().join(raw.provisioning)))?.renewed(&data);
        Ok(DoorConfig { data, provisioning, hardware })
    }

    /// The part of it that hangs on wires.
    pub(super) fn place(self, raw: &RawDoor, role: Role) -> Result<Place, ConfigError> {
        Ok(Place { data: self.folder().join(&raw.data), hardware: self.hardware(raw, role)? })
    }

    /// Relative paths count from here.
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    fn hardware(self, raw: &RawDoor, role: Role) -> Result<HardwareConfig, ConfigError> {
        self.that(
            (role == Role::Encoder) == (raw.io.kind == IoKind::None),
            "io.kind",
            "must be \"none\" for role = \"encoder\", which has no lock, and only there",
        )?;
        self.that(
            raw.out_reader.is_none() || role == Role::Door,
            "out_reader",
            "is for a door; an encoder has one reader",
        )?;
        self.that(
            raw.out_reader.as_ref().is_none_or(|out| out.kind == raw.reader.kind),
            "out_reader.kind",
            "must be the same as reader.kind: whoever lays emulated cards on one could open the other's lock",
        )?;
        self.that(
            raw.io.path.is_none() || raw.io.kind == IoKind::PinFile,
            "io.path",
            "is for io.kind = \"pin-file\" only; remove it",
        )?;
        match (raw.reader.kind, raw.io.kind) {
            (ReaderKind::Emulated, IoKind::None | IoKind::Memory) => self.emulated(raw, EmulatedIo::Memory),
            (ReaderKind::Emulated, IoKind::PinFile) => self.emulated(raw, self.pin_file(&raw.io)?),
            (ReaderKind::Rppal, IoKind::None | IoKind::Rppal) => self.raspberry_pi(raw),
            (ReaderKind::Emulated, IoKind::Rppal) => Err(self.wrong(
                "io.kind",
                "is \"rppal\" beside an emulated reader: anybody on this machine could release a real lock. Use \"memory\"",
            )),
            (ReaderKind::Rppal, IoKind::Memory | IoKind::PinFile) => Err(self.wrong(
                "io.kind",
                "is \"memory\" or \"pin-file\" beside a real reader: no lock would move. Use \"rppal\"",
            )),
        }
    }

    fn emulated(self, raw: &RawDoor, io: EmulatedIo) -> Result<HardwareConfig, ConfigError> {
        for (key, reader) in [("reader", Some(&raw.reader)), ("out_reader", raw.out_reader.as_ref())] {
            let wired = reader.is_some_and(RawReader::has_bus);
            self.that(!wired, key, "has keys of a bus, but an emulated reader has none")?;
        }
        self.that(
            io != EmulatedIo::Memory || !raw.io.has_pins(),
            "io",
            "has keys of pins, but wires in memory have none",
        )?;
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let control = raw.control.as_ref().map_or(any, |control| control.address);
        self.that(
            control.ip().is_loopback(),
            "control.address",
            "must be a loopback address such as 127.0.0.1:0, since whoever reaches it can open the emulated door",
        )?;
        Ok(HardwareConfig::Emulated { control, out_reader: raw.out_reader.is_some(), io })
    }

    fn pin_file(self, io: &RawIo) -> Result<EmulatedIo, ConfigError> {
        let Some(path) = &io.path else {
            return Err(self.wrong("io.path", "must name the file of pins for io.kind = \"pin-file\""));
        };
        Ok(EmulatedIo::PinFile { path: self.folder().join(path), pins: self.pins(io)? })
    }

    fn raspberry_pi(self, raw: &RawDoor) -> Result<HardwareConfig, ConfigError> {
        self.that(raw.control.is_none(), "control", "is for an emulated door only; remove it")?;
        let reader = self.bus(&raw.reader, "reader.clock_hz")?;
        let out_reader = raw.out_reader.as_ref().map(|out| self.bus(out, "out_reader.clock_hz")).transpose()?;
        let pins = if raw.io.kind == IoKind::None {
            self.that(!raw.io.has_pins(), "io", "has keys of pins, but an encoder has no wires")?;
            None
        } else {
            Some(self.pins(&raw.io)?)
        };
        Ok(HardwareConfig::RaspberryPi { reader, out_reader, pins })
    }

    fn bus(self, raw: &RawReader, clock_key: &str) -> Result<Bus, ConfigError> {
        let clock_hz = raw.clock_hz.unwrap_or(CLOCK_HZ);
        self.that(
            (1..=CLOCK_HZ_MAX).contains(&clock_hz),
            clock_key,
            "must be between 1 and 10000000, what the MFRC522 takes",
        )?;
        Ok(Bus {
            number: raw.bus.unwrap_or(0),
            chip_select: raw.chip_select.unwrap_or(0),
            clock_hz,
            reset: raw.reset_pin,
        })
    }

    fn pins(self, io: &RawIo) -> Result<Pins, ConfigError> {
        let (Some(pin), Some(active)) = (io.lock_pin, io.lock_active) else {
            return Err(self.wrong("io.lock_pin", "and io.lock_active must be given"));
        };
        let input = |key, pin: Option<u8>, normal: Option<Level>, usual| match (pin, normal) {
            (Some(pin), normal) => Ok(Some(InputPin { pin, normal: normal.unwrap_or(usual) })),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(self.wrong(key, "is the level of a pin that is not given")),
        };
        let pins = Pins {
            lock: LockPin { pin, active, kind: io.lock_kind.unwrap_or_default() },
            green: io.green_pin,
            red: io.red_pin,
            buzzer: io.buzzer_pin,
            contact: input("io.contact_normal", io.contact_pin, io.contact_normal, Level::Low)?,
            contact_check: io.contact_check_pin,
            // Open until it is pressed, so that a cut wire does not open the door.
            exit: input("io.exit_normal", io.exit_pin, io.exit_normal, Level::High)?,
            // Closed to ground while all is well, so that a cut wire tells.
            tamper: input("io.tamper_normal", io.tamper_pin, io.tamper_normal, Level::Low)?,
            mains: input("io.mains_normal", io.mains_pin, io.mains_normal, Level::Low)?,
            battery: input("io.battery_normal", io.battery_pin, io.battery_normal, Level::Low)?,
            fire: input("io.fire_normal", io.fire_pin, io.fire_normal, Level::Low)?,
        };
        self.that(
            pins.contact_check.is_none() || pins.contact.is_some(),
            "io.contact_check_pin",
            "is the second pole of a contact, and io.contact_pin is not given",
        )?;
        Ok(pins)
    }

    pub(super) fn that(self, holds: bool, key: &str, problem: &str) -> Result<(), ConfigError> {
        if holds { Ok(()) } else { Err(self.wrong(key, problem)) }
    }

    pub(super) fn wrong(self, key: &str, problem: &str) -> ConfigError {
        ConfigError::Value { path: self.path.to_path_buf(), key: self.at(key), problem: problem.to_owned() }
    }

    /// A key of this door, as an error names it.
    pub(super) fn at(self, key: &str) -> String {
        self.number.map_or_else(|| key.to_owned(), |number| format!("{key} in [[doors]] number {number}"))
    }
}
