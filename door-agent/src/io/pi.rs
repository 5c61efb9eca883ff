//! The pins of a Raspberry Pi, through rppal.
//!
//! What rppal 0.22 does, from its source: `into_output_low` and `into_output_high` write the level's register first and
//! the direction after it, so that the pin never shows the other level; a pin that is an output already, since an
//! earlier life of the agent has left it so, gets the level only. Both write registers that are mapped into the
//! process, which nothing restores when the process dies. Dropping an `OutputPin` makes it what it was before, an input
//! as a rule, unless `reset_on_drop` is off; dropping an `InputPin` switches its pull-up off as well.
//! `reset_on_drop` is off here for all pins: a lock whose pin becomes an input is left to whatever pulls at it, and a
//! fail-safe lock opens. The lock's level at the end is set, not left.

use std::collections::BTreeMap;

use rppal::gpio::{InputPin, OutputPin, Pin};

use super::IoError;
use super::gpio::{Gpio, GpioError};
use crate::config::Level;

/// Pins of this machine. No two of them in one process have the same pin.
#[derive(Debug)]
pub(super) struct PiGpio {
    gpio: rppal::gpio::Gpio,
    outputs: BTreeMap<u8, OutputPin>,
    inputs: BTreeMap<u8, InputPin>,
}

impl PiGpio {
    pub(super) fn open() -> Result<Self, IoError> {
        let gpio = rppal::gpio::Gpio::new()
            .map_err(|e| IoError { what: "the GPIO of this machine".to_owned(), reason: told(&e) })?;
        Ok(Self { gpio, outputs: BTreeMap::new(), inputs: BTreeMap::new() })
    }

    fn pin(&self, pin: u8) -> Result<Pin, GpioError> {
        self.gpio.get(pin).map_err(|e| GpioError(told(&e)))
    }
}

impl Gpio for PiGpio {
    fn output(&mut self, pin: u8, level: Level) -> Result<(), GpioError> {
        let taken = self.pin(pin)?;
        let mut output = match level {
            Level::Low => taken.into_output_low(),
            Level::High => taken.into_output_high(),
        };
        output.set_reset_on_drop(false);
        self.outputs.insert(pin, output);
        Ok(())
    }

    fn input(&mut self, pin: u8) -> Result<(), GpioError> {
        let mut input = self.pin(pin)?.into_input_pullup();
        input.set_reset_on_drop(false);
        self.inputs.insert(pin, input);
        Ok(())
    }

    fn write(&mut self, pin: u8, level: Level) -> Result<(), GpioError> {
        let output = self.outputs.get_mut(&pin).ok_or_else(|| GpioError("it is no output".to_owned()))?;
        output.write(match level {
            Level::Low => rppal::gpio::Level::Low,
            Level::High => rppal::gpio::Level::High,
        });
        Ok(())
    }

    fn read(&self, pin: u8) -> Result<Level, GpioError> {
        let input = self.inputs.get(&pin).ok_or_else(|| GpioError("it is no input".to_owned()))?;
        Ok(if input.is_high() { Level::High } else { Level::Low })
    }
}

fn told(error: &rppal::gpio::Error) -> String {
    format!("{error}. Is this a Raspberry Pi, and may the agent use its GPIO?")
}
