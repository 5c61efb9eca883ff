//! Pins in a file, for tests. No real lock can hang on it.
//!
//! The file holds mode and level of each of the 28 pins of a header, and outlives the process, as the registers of a
//! Raspberry Pi do. One line is one pin, each of the same length, so that each side writes bytes of its own and needs no lock:
//!
//! ```text
//! 05 in  up 1 0      GPIO 5: an input, pulled up, whose register holds 1, and whose wire is at ground
//! 17 out -- 1 -      GPIO 17: an output at high; nothing outside drives its wire
//! ```
//!
//! The agent writes mode, pull and register; whoever stands for the world outside writes the last column: `0`, `1`, or
//! `-` for an open wire. Beside it, in a file with `.log` at its end, is every change that the agent made, in order:
//! `17 level 0`, `17 out`, `05 in`.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::IoError;
use super::gpio::{Gpio, GpioError};
use crate::config::{Level, PIN_MAX};

const LINE: usize = "05 in  up 1 0\n".len();
const MODE: usize = "05 ".len();
const REGISTER: usize = "05 in  up ".len();
const WIRE: usize = "05 in  up 1 ".len();

/// Most bytes of the log. A test needs a few hundred; an agent that somebody runs on such a file for long stops writing it.
const LOG_BYTES_MAX: u64 = 1 << 20;

/// A header of pins in a file.
#[derive(Debug)]
pub struct PinFile {
    pins: File,
    log: File,
}

impl PinFile {
    /// Opens the file, and makes it if it is not there: all pins are inputs then, with open wires and no pull.
    ///
    /// # Errors
    /// If it cannot be opened or made, or is another file.
    pub fn open(path: &Path) -> Result<Self, IoError> {
        let fail = |reason: String| IoError { what: format!("the file of pins {}", path.display()), reason };
        make(path).map_err(|e| fail(e.to_string()))?;
        let pins = OpenOptions::new().read(true).write(true).open(path).map_err(|e| fail(e.to_string()))?;
        let length = pins.metadata().map_err(|e| fail(e.to_string()))?.len();
        if length != fresh().len() as u64 {
            return Err(fail(format!("it has {length} bytes, and is another file; choose another io.path")));
        }
        let log = OpenOptions::new().append(true).create(true).open(log_path(path));
        Ok(Self { pins, log: log.map_err(|e| fail(e.to_string()))? })
    }

    /// Drives a wire from outside, or leaves it open: what a door, a hand or another machine does.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn drive_wire(&self, pin: u8, level: Option<Level>) -> Result<(), GpioError> {
        self.put(pin, WIRE, level.map_or(b"-".as_slice(), digit))
    }

    fn put(&self, pin: u8, column: usize, bytes: &[u8]) -> Result<(), GpioError> {
        self.pins.write_all_at(bytes, place(pin, column)?).map_err(|e| GpioError(e.to_string()))
    }

    fn log(&self, line: &str) -> Result<(), GpioError> {
        let fail = |e: std::io::Error| GpioError(format!("the log beside the file of pins: {e}"));
        if self.log.metadata().map_err(fail)?.len() >= LOG_BYTES_MAX {
            return Ok(());
        }
        (&self.log).write_all(format!("{line}\n").as_bytes()).map_err(fail)
    }
}

impl Gpio for PinFile {
    fn output(&mut self, pin: u8, level: Level) -> Result<(), GpioError> {
        self.write(pin, level)?;
        self.put(pin, MODE, b"out --")?;
        self.log(&format!("{pin:02} out"))
    }

    fn input(&mut self, pin: u8) -> Result<(), GpioError> {
        self.put(pin, MODE, b"in  up")?;
        self.log(&format!("{pin:02} in"))
    }

    fn write(&mut self, pin: u8, level: Level) -> Result<(), GpioError> {
        self.put(pin, REGISTER, digit(level))?;
        self.log(&format!("{pin:02} level {}", if level == Level::High { 1 } else { 0 }))
    }

    fn read(&self, pin: u8) -> Result<Level, GpioError> {
        let mut wire = [0];
        self.pins.read_exact_at(&mut wire, place(pin, WIRE)?).map_err(|e| GpioError(e.to_string()))?;
        match &wire {
            // What hangs on nothing is pulled up.
            b"1" | b"-" => Ok(Level::High),
            b"0" => Ok(Level::Low),
            _ => Err(GpioError("its wire is neither 0, 1 nor -".to_owned())),
        }
    }
}

/// Where the changes are, in order.
#[must_use]
pub fn log_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".log");
    name.into()
}

fn make(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(fresh().as_bytes()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn fresh() -> String {
    (0..=PIN_MAX).map(|pin| format!("{pin:02} in  -- 0 -\n")).collect()
}

fn place(pin: u8, column: usize) -> Result<u64, GpioError> {
    if pin > PIN_MAX {
        return Err(GpioError(format!("there is no GPIO {pin}")));
    }
    Ok((usize::from(pin) * LINE + column) as u64)
}

fn digit(level: Level) -> &'static [u8] {
    match level {
        Level::High => b"1",
        Level::Low => b"0",
    }
}
