//! One input: from the level of a pin to what is told of it.
//!
//! ```text
//!   pin ──level──▶ as it should be? ──▶ debounced ──edges──▶ told, when the loop has room
//! ```

use access::debounce::{DEBOUNCE_MS, Debounce};
use access::event::Watched;
use access::time::MonoMs;

use super::gpio::{Gpio, GpioError};
use super::{IoInput, Levels};
use crate::config::{InputPin, Level, Pins};

/// Both poles of a contact stand at one level for a moment while it switches; for so long only if a wire is broken.
const BROKEN_MS: u64 = 1_000;

/// One input of a door.
pub(super) struct Line {
    what: What,
    source: Source,
    debounce: Debounce,
    /// Edges that were not told yet, 2 at most: of more, a level and the one before it are all that matters.
    untold: u8,
    unreadable: bool,
}

#[derive(Clone, Copy)]
enum What {
    Contact,
    Exit,
    Watched(Watched),
}

#[derive(Clone, Copy)]
enum Source {
    /// The pin is not at its normal level.
    Pin(InputPin),
    /// Both are at the same level.
    Equal(u8, u8),
}

impl Line {
    /// All of a door's.
    pub(super) fn all(pins: &Pins) -> Vec<Self> {
        let line = |what, pin: Option<InputPin>| pin.map(|pin| Self::new(what, Source::Pin(pin), DEBOUNCE_MS));
        let poles = pins.contact.zip(pins.contact_check).map(|(contact, check)| Source::Equal(contact.pin, check));
        [
            line(What::Contact, pins.contact),
            poles.map(|poles| Self::new(What::Watched(Watched::Contact), poles, BROKEN_MS)),
            line(What::Exit, pins.exit),
            line(What::Watched(Watched::Tamper), pins.tamper),
            line(What::Watched(Watched::Mains), pins.mains),
            line(What::Watched(Watched::Battery), pins.battery),
            line(What::Watched(Watched::Fire), pins.fire),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn new(what: What, source: Source, settle_ms: u64) -> Self {
        Self { what, source, debounce: Debounce::settling(false, settle_ms), untold: 0, unreadable: false }
    }

    /// The pins that are this line's own, with its name.
    pub(super) fn pins(&self) -> Option<(&'static str, u8)> {
        let name = match self.what {
            What::Contact => "the contact",
            What::Exit => "the exit button",
            What::Watched(watched) => watched.code(),
        };
        match self.source {
            Source::Pin(InputPin { pin, .. }) | Source::Equal(_, pin) => Some((name, pin)),
        }
    }

    /// Takes the level as it stands for where it starts. A broken contact is no start: it takes its time to be told.
    pub(super) fn settle(&mut self, gpio: &impl Gpio, levels: &mut Levels) {
        if matches!(self.source, Source::Equal(..)) {
            return;
        }
        let Some(on) = self.read(gpio) else { return };
        self.debounce = Debounce::new(on);
        match self.what {
            What::Contact => levels.contact = Some(on),
            What::Exit => levels.exit = on,
            What::Watched(watched) => levels.faults.set(watched, on),
        }
    }

    /// Looks at the pin.
    pub(super) fn sample(&mut self, gpio: &impl Gpio, now: MonoMs) {
        let Some(on) = self.read(gpio) else { return };
        if self.debounce.sample(on, now).is_some() {
            self.untold = if self.untold < 2 { self.untold + 1 } else { 1 };
        }
    }

    /// Tells the edges that were not told yet, as long as there is room.
    pub(super) fn tell(&mut self, tell: &mut impl FnMut(IoInput) -> bool) {
        while self.untold > 0 {
            // The last of them brought the level that stands, and each one before it the other.
            let on = self.debounce.level() == (self.untold == 1);
            let input = match self.what {
                What::Contact => IoInput::Contact(on),
                What::Exit => IoInput::Exit(on),
                What::Watched(watched) => IoInput::Watched(watched, on),
            };
            if !tell(input) {
                return;
            }
            self.untold -= 1;
        }
    }

    /// A pin that cannot be read stays as it was last seen; the first time is worth a word.
    fn read(&mut self, gpio: &impl Gpio) -> Option<bool> {
        let read = self.source.read(gpio);
        if let (Err(error), false, Some((name, pin))) = (&read, self.unreadable, self.pins()) {
            tracing::error!("{name} (GPIO {pin}) cannot be read: {error}");
        }
        self.unreadable = read.is_err();
        read.ok()
    }
}

impl Source {
    fn read(self, gpio: &impl Gpio) -> Result<bool, GpioError> {
        let level = |pin| -> Result<Level, GpioError> { gpio.read(pin) };
        Ok(match self {
            Self::Pin(InputPin { pin, normal }) => level(pin)? != normal,
            Self::Equal(one, other) => level(one)? == level(other)?,
        })
    }
}
