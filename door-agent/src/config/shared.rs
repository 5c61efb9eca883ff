//! What the doors of one agent must not share: pins, buses, folders and names.

use std::path::PathBuf;

use super::checks::Check;
use super::pins::{PIN_MAX, Pins, pins_of, unfit_for_lock};
use super::{Bus, ConfigError, DoorConfig, EmulatedIo, HardwareConfig};

/// What the doors before have taken.
#[derive(Default)]
pub(super) struct Taken {
    /// GPIO numbers, each with who has it.
    pins: Vec<(u8, String)>,
    /// Bus and chip select.
    readers: Vec<(u8, u8)>,
    folders: Vec<PathBuf>,
    /// Site and door.
    names: Vec<(String, String)>,
}

impl Taken {
    /// Takes what a door needs.
    pub(super) fn take(&mut self, check: Check<'_>, door: &DoorConfig) -> Result<(), ConfigError> {
        self.hardware(check, &door.hardware)?;
        // Two names of one folder are one folder.
        let folder = door.data.canonicalize().unwrap_or_else(|_| door.data.clone());
        check.that(!self.folders.contains(&folder), "data", "is the folder of another door as well")?;
        self.folders.push(folder);
        let name = (door.provisioning.site.as_str().to_owned(), door.provisioning.door.as_str().to_owned());
        check.that(!self.names.contains(&name), "provisioning", "is another door's as well")?;
        self.names.push(name);
        Ok(())
    }

    fn hardware(&mut self, check: Check<'_>, hardware: &HardwareConfig) -> Result<(), ConfigError> {
        match hardware {
            HardwareConfig::Emulated { io: EmulatedIo::Memory, .. } => Ok(()),
            HardwareConfig::Emulated { io: EmulatedIo::PinFile { pins, .. }, .. } => self.wires(check, pins),
            HardwareConfig::RaspberryPi { reader, out_reader, pins } => {
                self.reader(check, "reader", reader)?;
                out_reader.as_ref().map_or(Ok(()), |bus| self.reader(check, "out_reader", bus))?;
                pins.as_ref().map_or(Ok(()), |pins| self.wires(check, pins))
            }
        }
    }

    fn reader(&mut self, check: Check<'_>, key: &str, bus: &Bus) -> Result<(), ConfigError> {
        let place = (bus.number, bus.chip_select);
        let name = format!("bus {} and chip select {}", place.0, place.1);
        let problem = format!("has {name}, which another reader has as well");
        check.that(!self.readers.contains(&place), &format!("{key}.chip_select"), &problem)?;
        self.readers.push(place);
        for (pin, carries) in pins_of(bus) {
            let bus_pin = format!("the {carries} of bus {}", bus.number);
            // Readers on one bus share its pins.
            if !self.pins.contains(&(pin, bus_pin.clone())) {
                self.pin(check, &format!("{key}.bus"), pin, bus_pin)?;
            }
        }
        let key = format!("{key}.reset_pin");
        bus.reset.map_or(Ok(()), |pin| self.pin(check, &key, pin, check.at(&key)))
    }

    fn wires(&mut self, check: Check<'_>, pins: &Pins) -> Result<(), ConfigError> {
        for (key, pin) in pins.named() {
            self.pin(check, key, pin, check.at(key))?;
        }
        unfit_for_lock(pins.lock).map_or(Ok(()), |problem| Err(check.wrong("io.lock_pin", &problem)))
    }

    fn pin(&mut self, check: Check<'_>, key: &str, pin: u8, owner: String) -> Result<(), ConfigError> {
        check.that(pin <= PIN_MAX, key, "must be a GPIO number (BCM) between 0 and 27")?;
        if let Some((_, other)) = self.pins.iter().find(|(taken, _)| *taken == pin) {
            return Err(check.wrong(key, &format!("takes GPIO {pin}, which is taken by {other}")));
        }
        self.pins.push((pin, owner));
        Ok(())
    }
}
