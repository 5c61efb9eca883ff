//! A door without wires, for the emulated reader.

use access::door::{Drive, Signal};
use tokio::sync::mpsc;

use super::{DoorIo, IoError, IoInput, Panel, lamps};

/// Remembers what it is told to drive. Its contact and its button are the control's.
#[derive(Debug, Default)]
pub struct MemoryIo {
    panel: Panel,
}

impl DoorIo for MemoryIo {
    fn drive(&mut self, drive: Drive) -> Result<(), IoError> {
        self.panel.released = drive == Drive::Release;
        Ok(())
    }

    fn show(&mut self, signal: Option<Signal>) -> Result<(), IoError> {
        self.panel = Panel { released: self.panel.released, ..lamps(signal) };
        Ok(())
    }

    fn panel(&self) -> Panel {
        self.panel
    }

    fn contact_open(&self) -> bool {
        false
    }

    fn listen(&mut self, _inputs: mpsc::Sender<IoInput>) -> Result<(), IoError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_leaves_the_lock_alone_and_a_lock_the_lamps() {
        let mut io = MemoryIo::default();
        io.drive(Drive::Release).unwrap();
        io.show(Some(Signal::Denied)).unwrap();
        let denied = Panel { released: true, red: true, buzzer: true, green: false };
        assert_eq!(io.panel(), denied);
        io.drive(Drive::Rest).unwrap();
        assert_eq!(io.panel(), Panel { released: false, ..denied });
        io.show(None).unwrap();
        assert_eq!(io.panel(), Panel::default());
    }
}
