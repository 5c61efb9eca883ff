//! What the door drives and hears: lock, lamps, buzzer, contact, exit button.

mod memory;
mod rppal;

use access::door::{Drive, Signal};
use tokio::sync::mpsc;

pub use memory::MemoryIo;
pub use rppal::RppalIo;

/// Inputs that may wait for the loop. Contacts are debounced before, so more would be a broken wire.
pub const INPUTS_MAX: usize = 64;

/// Something was done at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IoInput {
    /// The contact opened.
    Opened,
    /// The contact closed.
    Closed,
    /// The exit button went down.
    Exit,
}

/// What is driven now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Panel {
    /// The lock lets people in.
    pub released: bool,
    /// The green lamp shines.
    pub green: bool,
    /// The red lamp shines.
    pub red: bool,
    /// The buzzer sounds.
    pub buzzer: bool,
}

/// An output could not be driven.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be driven: {reason}")]
pub struct IoError {
    /// Which output, with its pin.
    pub what: String,
    /// What the operating system says.
    pub reason: String,
}

/// The wires of one door.
pub trait DoorIo: Send {
    /// Drives the lock.
    ///
    /// # Errors
    /// If the output cannot be driven.
    fn drive(&mut self, drive: Drive) -> Result<(), IoError>;

    /// Shows a signal until the next call; `None` is darkness and silence.
    ///
    /// # Errors
    /// If an output cannot be driven.
    fn show(&mut self, signal: Option<Signal>) -> Result<(), IoError>;

    /// What is driven now.
    fn panel(&self) -> Panel;

    /// Whether the contact is open.
    fn contact_open(&self) -> bool;

    /// From now on inputs are told here.
    ///
    /// # Errors
    /// If an input cannot be watched.
    fn listen(&mut self, inputs: mpsc::Sender<IoInput>) -> Result<(), IoError>;
}

/// The lamps of a signal, lock apart.
fn lamps(signal: Option<Signal>) -> Panel {
    match signal {
        None => Panel::default(),
        Some(Signal::Granted) => Panel { green: true, ..Panel::default() },
        Some(Signal::Denied) => Panel { red: true, buzzer: true, ..Panel::default() },
        Some(Signal::Test) => Panel { green: true, red: true, buzzer: true, ..Panel::default() },
    }
}
