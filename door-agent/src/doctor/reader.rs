//! Devices of the board, and whether a reader's chip answers.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use embedded_hal::spi::SpiDevice;
use mfrc522_emulator::{Config as EmulatorConfig, Emulator};
use service::doctor::Finding;

use crate::config::{Bus, HardwareConfig};
use crate::hardware;
use crate::reader::Hardware;
use crate::reader::chip::{Chip, ChipError};

/// A board up to the Raspberry Pi 4, and a Raspberry Pi 5.
const PINS: [&str; 2] = ["/dev/gpiomem", "/dev/gpiomem0"];

/// Nothing is polled.
const INTERVAL: Duration = Duration::ZERO;

/// Whether the devices are there, and whether they may be used.
pub(super) fn devices(hardware: &HardwareConfig) -> Vec<Finding> {
    let HardwareConfig::RaspberryPi { pins, .. } = hardware else {
        return vec![Finding::well("gpio", "the door is emulated, and has no pins")];
    };
    let mut findings = Vec::new();
    if pins.is_some() {
        let there = PINS.into_iter().find(|pins| Path::new(pins).exists());
        findings.push(there.map_or_else(no_pins, |pins| usable("gpio", pins, "gpio")));
    }
    for bus in buses(hardware) {
        let device = format!("/dev/spidev{}.{}", bus.number, bus.chip_select);
        findings.push(if Path::new(&device).exists() { usable("spi", &device, "spi") } else { no_bus(bus, &device) });
    }
    findings
}

fn buses(hardware: &HardwareConfig) -> impl Iterator<Item = Bus> {
    let (reader, out_reader) = match hardware {
        HardwareConfig::RaspberryPi { reader, out_reader, .. } => (Some(*reader), *out_reader),
        HardwareConfig::Emulated { .. } => (None, None),
    };
    reader.into_iter().chain(out_reader)
}

fn no_pins() -> Finding {
    Finding::wrong(
        "gpio",
        format!("this machine has neither {} nor {}", PINS[0], PINS[1]),
        "use a Raspberry Pi with the kernel of Raspberry Pi OS, or emulate the door (docs/EMULATOR.md)",
    )
}

fn no_bus(bus: Bus, device: &str) -> Finding {
    let remedy = match bus.number {
        0 => "put dtparam=spi=on into /boot/firmware/config.txt and reboot".to_owned(),
        number => format!("put dtoverlay=spi{number}-3cs into /boot/firmware/config.txt and reboot"),
    };
    Finding::wrong("spi", format!("there is no {device}"), remedy)
}

fn usable(check: &'static str, device: &str, group: &str) -> Finding {
    match OpenOptions::new().read(true).write(true).open(device) {
        Ok(_) => Finding::well(check, format!("{device} is there and may be used")),
        Err(error) => Finding::wrong(
            check,
            format!("{device} is there and cannot be used: {error}"),
            format!(
                "run this as root, or as an account of group {group}; the device's group is set by \
                 /usr/lib/udev/rules.d/60-kulku-door-agent.rules (udevadm control --reload && udevadm trigger)"
            ),
        ),
    }
}

/// Brings each chip up, and asks it whether it holds what it was told.
pub(super) fn probe(hardware: &HardwareConfig) -> Vec<Finding> {
    match hardware {
        HardwareConfig::Emulated { .. } => {
            vec![ask(hardware::emulated(Emulator::new(EmulatorConfig::default()), INTERVAL), "the emulated reader")]
        }
        HardwareConfig::RaspberryPi { .. } => buses(hardware)
            .map(|bus| {
                let what = format!("the reader on SPI {}, chip select {}", bus.number, bus.chip_select);
                ask(hardware::raspberry_pi(bus, INTERVAL), &what)
            })
            .collect(),
    }
}

fn ask<S: SpiDevice>(mut hardware: Hardware<S>, what: &str) -> Finding {
    const CHECK: &str = "reader";
    let bus = match (hardware.bus)() {
        Ok(bus) => bus,
        Err(reason) => return Finding::wrong(CHECK, reason, "first see to what is said of spi and gpio"),
    };
    match Chip::start(bus) {
        Ok(chip) => Finding::well(CHECK, format!("{what} answers and holds its settings ({})", maker(chip.version()))),
        Err(error) => {
            let hint = hint(&error);
            Finding::wrong(CHECK, format!("{what}: {error}"), hint)
        }
    }
}

/// What the version register tells of the chip (MFRC522 datasheet, 9.3.4.8; others are known from their readers).
fn maker(version: u8) -> String {
    match version {
        0x91 => "MFRC522 version 1.0".to_owned(),
        0x92 => "MFRC522 version 2.0".to_owned(),
        0x88 => "a Fudan FM17522, which works alike".to_owned(),
        other => format!("version {other:#04x}: a copy of the MFRC522 that we do not know"),
    }
}

/// Which wire to look at first.
fn hint(error: &ChipError) -> &'static str {
    match error {
        ChipError::Absent { first: 0x00, then: 0x00 } => {
            "the answer line is low throughout: measure 3.3 V at the module, see that RST (header pin 22) is high, and that \
             MISO (21) and GND are wired"
        }
        ChipError::Absent { first: 0xFF, then: 0xFF } => {
            "nobody drives the answer line: see that SDA/NSS of the module is on the configured chip select (24 for 0, 26 \
             for 1), and SCK on 23"
        }
        ChipError::Absent { .. } => {
            "noise: shorten the cable, lay a ground beside each signal, or lower clock_hz (docs/HARDWARE.md, readers' cables)"
        }
        ChipError::Lost { .. } => "the module has reset itself: give it 100 nF and 10 µF, and a supply of its own",
        ChipError::Bus(_) => "see that no other program uses the bus, then the wiring and power of the module",
    }
}

#[cfg(test)]
mod tests {
    use embedded_hal::spi::{ErrorKind, ErrorType, Operation};
    use service::doctor::Health;

    use super::*;

    /// A bus on which each bit of every answer is the same.
    struct Stuck(u8);

    impl ErrorType for Stuck {
        type Error = ErrorKind;
    }

    impl SpiDevice for Stuck {
        fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), ErrorKind> {
            for operation in operations {
                if let Operation::Read(bytes) | Operation::Transfer(bytes, _) | Operation::TransferInPlace(bytes) =
                    operation
                {
                    bytes.fill(self.0);
                }
            }
            Ok(())
        }
    }

    fn asked(level: u8) -> Finding {
        let bus = Box::new(move || Ok(Stuck(level)));
        ask(Hardware { bus, now: Box::new(|| Duration::ZERO), interval: INTERVAL }, "the reader")
    }

    #[test]
    fn a_line_that_is_stuck_is_told_from_one_that_nobody_drives() {
        let (low, high) = (asked(0x00), asked(0xFF));
        assert_eq!((low.health, high.health), (Health::Wrong, Health::Wrong));
        assert!(low.remedy.unwrap().contains("3.3 V"));
        assert!(high.remedy.unwrap().contains("chip select"));
    }

    #[test]
    fn a_bus_that_cannot_be_opened_says_what_comes_first() {
        let bus = Box::new(|| Err::<Stuck, _>("/dev/spidev0.0 cannot be opened".to_owned()));
        let found = ask(Hardware { bus, now: Box::new(|| Duration::ZERO), interval: INTERVAL }, "the reader");
        assert!(found.health == Health::Wrong && found.remedy.unwrap().contains("spi"));
    }

    #[test]
    fn a_chip_that_answers_is_named() {
        let found = ask(hardware::emulated(Emulator::new(EmulatorConfig::default()), INTERVAL), "the reader");
        assert!(found.health == Health::Well && found.found.contains("MFRC522"), "{found:?}");
    }

    #[test]
    fn a_bus_that_is_not_there_is_switched_on_where_boards_are_configured() {
        let bus = |number| Bus { number, chip_select: 7, clock_hz: 1_000_000, reset: None };
        let hardware = HardwareConfig::RaspberryPi { reader: bus(0), out_reader: Some(bus(1)), pins: None };
        let found = devices(&hardware);
        let remedies: Vec<_> = found.iter().filter_map(|finding| finding.remedy.as_deref()).collect();
        assert!(
            matches!(remedies[..], [first, second] if first.contains("spi=on") && second.contains("spi1-3cs")),
            "{found:?}"
        );
    }
}
