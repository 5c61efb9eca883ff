//! A door without wires, for the emulated reader.

use access::door::Drive;
use access::signal::Lamps;
use tokio::sync::mpsc;

use super::{DoorIo, IoError, IoInput, Levels, Panel};

/// Remembers what it is told to drive. Its inputs are the control's.
#[derive(Debug, Default)]
pub struct MemoryIo {
    panel: Panel,
    /// Kept, since a sender that is gone means that the wires are lost.
    inputs: Option<mpsc::Sender<IoInput>>,
}

impl DoorIo for MemoryIo {
    fn drive(&mut self, drive: Drive) -> Result<(), IoError> {
        self.panel.released = drive != Drive::Rest;
        Ok(())
    }

    fn lamps(&mut self, lamps: Lamps) -> Result<(), IoError> {
        self.panel.lamps = lamps;
        Ok(())
    }

    fn panel(&self) -> Panel {
        self.panel
    }

    fn levels(&self) -> Levels {
        Levels { contact: Some(false), ..Levels::default() }
    }

    fn listen(&mut self, inputs: mpsc::Sender<IoInput>) -> Result<(), IoError> {
        self.inputs = Some(inputs);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lamps_leave_the_lock_alone_and_a_lock_the_lamps() {
        let mut io = MemoryIo::default();
        let red = Lamps { red: true, buzzer: true, green: false };
        io.drive(Drive::Release { for_ms: 5_000 }).unwrap();
        io.lamps(red).unwrap();
        assert_eq!(io.panel(), Panel { released: true, lamps: red });
        io.drive(Drive::Rest).unwrap();
        assert_eq!(io.panel(), Panel { released: false, lamps: red });
        io.lamps(Lamps::default()).unwrap();
        assert_eq!(io.panel(), Panel::default());
    }
}
