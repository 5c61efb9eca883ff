//! The readers that can be chosen: both drive the same code in [`crate::reader`].

use std::time::{Duration, Instant};

use mfrc522_emulator::{Emulator, Spi};
use rppal::gpio::{Gpio, OutputPin};
use rppal::spi::{Bus as RppalBus, Mode, SlaveSelect};

use crate::config::Bus;
use crate::reader::Hardware;
use crate::spi::rppal::{RppalSpi, wait};

/// The chip is held in reset for so long, and left alone for so long after it: its crystal has to start
/// (MFRC522 datasheet, 8.8.2).
const RESET: Duration = Duration::from_millis(50);

/// The reader of an emulated door, with its reset line wired. Its time is the emulator's.
#[must_use]
pub fn emulated(emulator: Emulator, interval: Duration) -> Hardware<Spi> {
    let clock = emulator.clone();
    let open = move || {
        emulator.reset_chip();
        Ok(emulator.spi())
    };
    Hardware { bus: Box::new(open), now: Box::new(move || clock.now()), interval }
}

/// An MFRC522 on a Raspberry Pi.
#[must_use]
pub fn raspberry_pi(bus: Bus, interval: Duration) -> Hardware<RppalSpi> {
    let start = Instant::now();
    // Kept, since dropping the pin would let go of the line.
    let mut reset: Option<OutputPin> = None;
    let open = move || {
        if let (Some(number), None) = (bus.reset, &reset) {
            let pin = Gpio::new().and_then(|gpio| gpio.get(number));
            let pin = pin.map_err(|error| format!("the reader's reset line (GPIO {number}): {error}"))?;
            reset = Some(pin.into_output_high());
        }
        if let Some(line) = &mut reset {
            line.set_low();
            wait(RESET);
            line.set_high();
            wait(RESET);
        }
        let (number, select) = (rppal_bus(bus.number)?, slave_select(bus.chip_select)?);
        let spi = rppal::spi::Spi::new(number, select, bus.clock_hz, Mode::Mode0);
        spi.map(RppalSpi::new).map_err(|error| {
            format!(
                "the reader's bus /dev/spidev{}.{} cannot be opened: {error}. Is SPI switched on?",
                bus.number, bus.chip_select
            )
        })
    };
    Hardware { bus: Box::new(open), now: Box::new(move || start.elapsed()), interval }
}

fn rppal_bus(number: u8) -> Result<RppalBus, String> {
    match number {
        0 => Ok(RppalBus::Spi0),
        1 => Ok(RppalBus::Spi1),
        3 => Ok(RppalBus::Spi3),
        4 => Ok(RppalBus::Spi4),
        5 => Ok(RppalBus::Spi5),
        6 => Ok(RppalBus::Spi6),
        other => Err(format!("a Raspberry Pi has no SPI bus {other} for a reader")),
    }
}

fn slave_select(line: u8) -> Result<SlaveSelect, String> {
    match line {
        0 => Ok(SlaveSelect::Ss0),
        1 => Ok(SlaveSelect::Ss1),
        2 => Ok(SlaveSelect::Ss2),
        other => Err(format!("an SPI bus has no chip select {other} for a reader")),
    }
}
