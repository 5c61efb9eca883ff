//! What the thread of the wires does, as a machine without a clock.
//!
//! The lock is at rest from the first moment that its pin is an output until the last, except while the
//! [`Guard`] lets it be released. Whoever holds this drops it at the end, however that comes, and the lock is at rest.

use access::door::Drive;
use access::signal::Lamps;
use access::time::MonoMs;

use super::gpio::{Gpio, GpioError};
use super::guard::Guard;
use super::line::Line;
use super::{IoError, IoInput, Levels};
use crate::config::{Level, LockPin, Pins};

/// The pins of one door.
pub(super) struct Wires<G: Gpio> {
    gpio: G,
    lock: LockPin,
    guard: Guard,
    /// Where the lock was driven to; unknown after an attempt that failed.
    released: Option<bool>,
    green: Lamp,
    red: Lamp,
    buzzer: Lamp,
    lines: Vec<Line>,
}

struct Lamp {
    name: &'static str,
    pin: Option<u8>,
}

impl<G: Gpio> Wires<G> {
    /// Takes the pins, the lock first: whatever an earlier life of the agent has left it at, it goes to rest.
    pub(super) fn take(mut gpio: G, pins: &Pins) -> Result<Self, IoError> {
        take_lock(&mut gpio, pins.lock)?;
        let lamp = |name, pin| Lamp { name, pin };
        let (green, red) = (lamp("the green lamp", pins.green), lamp("the red lamp", pins.red));
        let buzzer = lamp("the buzzer", pins.buzzer);
        for Lamp { name, pin } in [&green, &red, &buzzer] {
            pin.map_or(Ok(()), |pin| gpio.output(pin, Level::Low).map_err(|e| error(name, pin, &e)))?;
        }
        let lines = Line::all(pins);
        for (name, pin) in lines.iter().flat_map(Line::pins) {
            gpio.input(pin).map_err(|e| error(name, pin, &e))?;
        }
        Ok(Self { gpio, lock: pins.lock, guard: Guard::default(), released: Some(false), green, red, buzzer, lines })
    }

    /// Takes the inputs as they stand for where they start.
    pub(super) fn settle(&mut self) -> Levels {
        let mut levels = Levels::default();
        for line in &mut self.lines {
            line.settle(&self.gpio, &mut levels);
        }
        levels
    }

    /// Drives the lock.
    pub(super) fn drive(&mut self, drive: Drive, now: MonoMs) {
        self.guard.order(drive, now);
        self.follow(now);
    }

    /// Lights lamps.
    pub(super) fn light(&mut self, lamps: Lamps) {
        for (Lamp { name, pin }, on) in
            [(&self.green, lamps.green), (&self.red, lamps.red), (&self.buzzer, lamps.buzzer)]
        {
            let Some(pin) = *pin else { continue };
            if let Err(e) = self.gpio.write(pin, if on { Level::High } else { Level::Low }) {
                tracing::error!("{}", error(name, pin, &e));
            }
        }
    }

    /// What time brings about, and what is seen at the inputs. `tell` says whether there was room for it; if not, it
    /// is told at a later step.
    pub(super) fn step(&mut self, now: MonoMs, mut tell: impl FnMut(IoInput) -> bool) {
        self.follow(now);
        for line in &mut self.lines {
            line.sample(&self.gpio, now);
            line.tell(&mut tell);
        }
    }

    /// Whether the lock is released, as far as is known.
    pub(super) fn is_released(&self) -> bool {
        self.released != Some(false)
    }

    /// Drives the lock where the guard lets it be. What failed is tried again at the next step.
    fn follow(&mut self, now: MonoMs) {
        let released = self.guard.released(now);
        if self.released == Some(released) {
            return;
        }
        let level = if released { self.lock.released() } else { self.lock.locked() };
        let driven = self.gpio.write(self.lock.pin, level);
        if let (Err(e), Some(_)) = (&driven, self.released) {
            tracing::error!("{}", error("the lock", self.lock.pin, e));
        }
        self.released = driven.is_ok().then_some(released);
    }
}

impl<G: Gpio> Drop for Wires<G> {
    /// A pin keeps its level after its process; the lock must not be left released, nor a lamp lit.
    fn drop(&mut self) {
        self.drive(Drive::Rest, MonoMs(0));
        self.light(Lamps::default());
    }
}

/// The lock alone, at rest from its first moment as an output.
pub(super) fn take_lock(gpio: &mut impl Gpio, lock: LockPin) -> Result<(), IoError> {
    gpio.output(lock.pin, lock.locked()).map_err(|e| error("the lock", lock.pin, &e))
}

pub(super) fn error(name: &str, pin: u8, reason: &GpioError) -> IoError {
    IoError { what: format!("{name} (GPIO {pin})"), reason: reason.to_string() }
}
