//! What a door drives and hears: lock, lamps, buzzer, contact, exit button, and what is watched.
//!
//! | module | subject |
//! | --- | --- |
//! | `memory` | a door without wires |
//! | `wired` | a door with wires: the thread that owns them |
//! | `wires` | what that thread does, as a machine without a clock |
//! | `guard` | when a released lock ends by itself |
//! | [`line`] | one input |
//! | `rest`(mod@rest) | the lock alone, after an agent that died |
//! | [`gpio`], `pi`, [`pin_file`] | the pins below: a Raspberry Pi's, or a file's |

pub mod gpio;
mod guard;
mod line;
mod memory;
mod pi;
pub mod pin_file;
mod rest;
#[cfg(test)]
mod tests;
mod wired;
mod wires;

use access::door::Drive;
use access::event::{Faults, Watched};
use access::signal::Lamps;
use tokio::sync::mpsc;

use crate::config::{EmulatedIo, HardwareConfig};

use pi::PiGpio;
use pin_file::PinFile;

pub use guard::HOLD_RENEW_MS;
pub use memory::MemoryIo;
pub use rest::{RestError, rest};
pub use wired::WiredIo;

/// Inputs that may wait for the loop. They are debounced before, so more would be a broken wire; what finds no room
/// is told later.
pub const INPUTS_MAX: usize = 64;

/// Something was done at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IoInput {
    /// The contact opened (`true`), or closed.
    Contact(bool),
    /// The exit button went down (`true`), or up.
    Exit(bool),
    /// Something that is watched went wrong (`true`), or is well again.
    Watched(Watched, bool),
}

/// The inputs as they stood when the wires were opened. Only what changes afterwards is told as an [`IoInput`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels {
    /// Whether the door stands open; nothing if it has no contact.
    pub contact: Option<bool>,
    /// Whether the exit button is down. That is no press: a button that is stuck must not open the door at each start.
    pub exit: bool,
    /// What is wrong with what is watched.
    pub faults: Faults,
}

/// What is driven now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Panel {
    /// The lock lets people in.
    pub released: bool,
    /// Lamps and buzzer.
    pub lamps: Lamps,
}

/// A wire does not obey, or cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be driven: {reason}")]
pub struct IoError {
    /// Which, with its pin.
    pub what: String,
    /// Why, and what to do.
    pub reason: String,
}

/// The wires of one door. Its lock is at rest when this is made, and goes to rest when it is dropped.
pub trait DoorIo: Send {
    /// Drives the lock. A release ends by itself a little after its time. [`Drive::Hold`] ends unless it is ordered
    /// again within [`HOLD_RENEW_MS`].
    ///
    /// # Errors
    /// If the order cannot be passed on: the wires are lost, and the lock is at rest or goes there.
    fn drive(&mut self, drive: Drive) -> Result<(), IoError>;

    /// Lights these lamps until the next call.
    ///
    /// # Errors
    /// If the order cannot be passed on.
    fn lamps(&mut self, lamps: Lamps) -> Result<(), IoError>;

    /// What is driven now.
    fn panel(&self) -> Panel;

    /// The inputs as they stood at the start.
    fn levels(&self) -> Levels;

    /// From now on inputs are told here. The sender is kept as long as the wires live; that it is gone means that they
    /// are lost.
    ///
    /// # Errors
    /// If the order cannot be passed on.
    fn listen(&mut self, inputs: mpsc::Sender<IoInput>) -> Result<(), IoError>;
}

/// Opens the wires of one door. Its lock is driven to rest before anything else.
///
/// # Errors
/// If a pin cannot be had.
pub fn open(hardware: &HardwareConfig) -> Result<Box<dyn DoorIo>, IoError> {
    Ok(match hardware {
        HardwareConfig::RaspberryPi { pins: Some(pins), .. } => Box::new(WiredIo::open(PiGpio::open()?, pins)?),
        HardwareConfig::Emulated { io: EmulatedIo::PinFile { path, pins }, .. } => {
            Box::new(WiredIo::open(PinFile::open(path)?, pins)?)
        }
        // An encoder has no lock either.
        HardwareConfig::Emulated { io: EmulatedIo::Memory, .. } | HardwareConfig::RaspberryPi { pins: None, .. } => {
            Box::new(MemoryIo::default())
        }
    })
}
