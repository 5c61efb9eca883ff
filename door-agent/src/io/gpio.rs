//! The pins below a door's wires.
//!
//! [`WiredIo`](super::WiredIo) is the same code above either: the registers of a Raspberry Pi, or a file.

use crate::config::Level;

/// Pins that one door has for itself. They keep mode and level when this is dropped, and when the process dies.
pub trait Gpio: Send {
    /// Makes a pin an output. It has this level from its first moment as an output.
    ///
    /// # Errors
    /// If the pin cannot be had.
    fn output(&mut self, pin: u8, level: Level) -> Result<(), GpioError>;

    /// Makes a pin an input that reads high while nothing is connected.
    ///
    /// # Errors
    /// If the pin cannot be had.
    fn input(&mut self, pin: u8) -> Result<(), GpioError>;

    /// Sets the level of an output.
    ///
    /// # Errors
    /// If it is none, or cannot be set.
    fn write(&mut self, pin: u8, level: Level) -> Result<(), GpioError>;

    /// The level of an input.
    ///
    /// # Errors
    /// If it is none, or cannot be read.
    fn read(&self, pin: u8) -> Result<Level, GpioError>;
}

/// A pin does not obey.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct GpioError(
    /// Why, and what to do.
    pub String,
);
