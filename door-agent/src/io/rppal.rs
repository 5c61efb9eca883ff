//! The wires of a Raspberry Pi.

use std::time::Duration;

use access::door::{Drive, Signal};
use rppal::gpio::{Event, Gpio, InputPin, Level, OutputPin, Trigger};
use tokio::sync::mpsc;

use super::{DoorIo, IoError, IoInput, Panel, lamps};
use crate::config::{ActiveLevel, Pins};

/// Contacts and buttons bounce for a few milliseconds; a person presses for longer than this.
const DEBOUNCE: Duration = Duration::from_millis(30);

/// GPIO through rppal. Contact and exit button close to ground against a pull-up; an open contact reads
/// high.
#[derive(Debug)]
pub struct RppalIo {
    lock: OutputPin,
    lock_active: ActiveLevel,
    green: Option<OutputPin>,
    red: Option<OutputPin>,
    buzzer: Option<OutputPin>,
    exit: Option<InputPin>,
    contact: Option<InputPin>,
    panel: Panel,
}

impl RppalIo {
    /// Takes the pins. The lock is driven to rest before anything else.
    ///
    /// # Errors
    /// If this is no Raspberry Pi, or a pin belongs to somebody else.
    pub fn open(pins: &Pins) -> Result<Self, IoError> {
        let gpio = Gpio::new().map_err(|e| error("the GPIO of this machine", 0, &e))?;
        let pin = |what, number| gpio.get(number).map_err(|e| error(what, number, &e));
        let lock = pin("the lock", pins.lock)?;
        let lock = match pins.lock_active {
            ActiveLevel::High => lock.into_output_low(),
            ActiveLevel::Low => lock.into_output_high(),
        };
        let output = |what, number: Option<u8>| {
            number.map(|number| pin(what, number).map(rppal::gpio::Pin::into_output_low)).transpose()
        };
        let input = |what, number: Option<u8>| {
            number.map(|number| pin(what, number).map(rppal::gpio::Pin::into_input_pullup)).transpose()
        };
        Ok(Self {
            lock,
            lock_active: pins.lock_active,
            green: output("the green lamp", pins.green)?,
            red: output("the red lamp", pins.red)?,
            buzzer: output("the buzzer", pins.buzzer)?,
            exit: input("the exit button", pins.exit)?,
            contact: input("the contact", pins.contact)?,
            panel: Panel::default(),
        })
    }

    fn drive_lock(&mut self, released: bool) {
        let high = released == (self.lock_active == ActiveLevel::High);
        self.lock.write(if high { Level::High } else { Level::Low });
        self.panel.released = released;
    }
}

impl Drop for RppalIo {
    /// A GPIO output can keep its level after its process; the lock must not.
    fn drop(&mut self) {
        self.drive_lock(false);
    }
}

impl DoorIo for RppalIo {
    fn drive(&mut self, drive: Drive) -> Result<(), IoError> {
        self.drive_lock(drive == Drive::Release);
        Ok(())
    }

    fn show(&mut self, signal: Option<Signal>) -> Result<(), IoError> {
        self.panel = Panel { released: self.panel.released, ..lamps(signal) };
        let Panel { green, red, buzzer, .. } = self.panel;
        for (pin, on) in [(&mut self.green, green), (&mut self.red, red), (&mut self.buzzer, buzzer)] {
            if let Some(pin) = pin {
                pin.write(if on { Level::High } else { Level::Low });
            }
        }
        Ok(())
    }

    fn panel(&self) -> Panel {
        self.panel
    }

    fn contact_open(&self) -> bool {
        self.contact.as_ref().is_some_and(InputPin::is_high)
    }

    fn listen(&mut self, inputs: mpsc::Sender<IoInput>) -> Result<(), IoError> {
        let exit_inputs = inputs.clone();
        // The loop takes an input in microseconds. If it does not, a press more is no help.
        let on_exit = move |_: Event| {
            let _ = exit_inputs.try_send(IoInput::Exit);
        };
        let on_contact = move |event: Event| {
            let opened = event.trigger == Trigger::RisingEdge;
            let _ = inputs.try_send(if opened { IoInput::Opened } else { IoInput::Closed });
        };
        if let Some(pin) = &mut self.exit {
            let number = pin.pin();
            pin.set_async_interrupt(Trigger::FallingEdge, Some(DEBOUNCE), on_exit)
                .map_err(|e| error("the exit button", number, &e))?;
        }
        if let Some(pin) = &mut self.contact {
            let number = pin.pin();
            pin.set_async_interrupt(Trigger::Both, Some(DEBOUNCE), on_contact)
                .map_err(|e| error("the contact", number, &e))?;
        }
        Ok(())
    }
}

fn error(what: &str, pin: u8, reason: &rppal::gpio::Error) -> IoError {
    let what = if pin == 0 { what.to_owned() } else { format!("{what} (GPIO {pin})") };
    IoError { what, reason: format!("{reason}. Is this a Raspberry Pi, and may the agent use its GPIO?") }
}
