//! What time it is at a door, and how far that is to be trusted.
//!
//! A board without a battery starts with any time at all. What it has: its own time, which nobody sets; the clock of its
//! operating system, which the network or a person sets; and the controller's signed time.
//!
//! ```text
//!   signed time in this boot   between its answer's issue and the door's question, counted on by the door's own time:
//!                              the system clock is believed within it, and set aside outside        Synchronised
//!   system clock at or after   believed: with a battery, or set by the network                      Synchronised
//!   the floor                  else                                                                 Kept
//!   system clock before it     the floor counts on by the door's own time                           Unknown
//! ```
//!
//! The **floor** is the latest time that was believed, on disk through a boot, counted on within it. Whoever sets a clock
//! back changes nothing: what is over stays over. A clock that was once set to the wrong year has poisoned the floor; the
//! network cannot lower it, since the network may be a thief's. Only signed time does.

use crate::event::ClockSource;
use crate::time::{At, ClockTrust, MonoMs, UtcMs};

/// 2026-01-01T00:00:00Z: this program did not exist before, so a clock that says so is wrong.
pub const FIRST_UTC: UtcMs = UtcMs(1_767_225_600_000);

/// How far clocks that are set by the network may be apart, in milliseconds. More is a step, and an event.
pub const STEP_MS: i64 = 1_000;

/// A crystal, and whoever trims the door's own time to the network's, err by less than one part in so many.
const DRIFT: i64 = 2_000;

/// What the clocks of a machine show in one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The machine's own time.
    pub mono: MonoMs,
    /// The clock of the operating system.
    pub system: UtcMs,
    /// Whether the operating system says that the network has set it since the boot.
    pub synchronised: bool,
}

/// Civil time was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// By how much; negative if back.
    pub by_ms: i64,
    /// By whom. [`ClockSource::System`]: the system clock was set, whether it is believed or not.
    /// [`ClockSource::Controller`]: signed time has put it right, or has set it aside from now on.
    pub by: ClockSource,
}

/// Tells the time at one door, in one boot.
#[derive(Debug, Clone)]
pub struct Reckoner {
    battery: bool,
    /// The latest that was believed. Time is not before it, nor much slower than the door's own time since.
    floor: Mark,
    signed: Option<Signed>,
    /// What the system clock showed at the last look.
    system: Option<Mark>,
    /// The system clock contradicts signed time.
    set_aside: bool,
}

/// Civil time at a moment of the machine's own.
#[derive(Debug, Clone, Copy)]
struct Mark {
    mono: MonoMs,
    utc: UtcMs,
}

/// The controller's time at a moment of the machine's own: not before, not after.
#[derive(Debug, Clone, Copy)]
struct Signed {
    mono: MonoMs,
    from: UtcMs,
    to: UtcMs,
}

impl Reckoner {
    /// For a machine that was known to have reached `floor`. With a `battery` its clock goes on while it is off.
    #[must_use]
    pub fn new(floor: UtcMs, battery: bool) -> Self {
        let floor = Mark { mono: MonoMs(0), utc: floor.max(FIRST_UTC) };
        Self { battery, floor, signed: None, system: None, set_aside: false }
    }

    /// What time it is.
    #[must_use]
    pub fn at(&self, reading: &Reading) -> At {
        let Reading { mono, system, synchronised } = *reading;
        let counted = self.floor.on(mono);
        let not_behind = system >= FIRST_UTC && later(system, STEP_MS) >= self.floor.slow(mono);
        let believed = system.max(self.floor.utc);
        let (utc, trust) = match self.signed.map(|signed| signed.on(mono)) {
            Some(signed) if not_behind && self.fits(signed, system) => (believed, ClockTrust::Synchronised),
            Some(signed) => (signed.nearest(counted).max(self.floor.utc), ClockTrust::Synchronised),
            None if not_behind && (self.battery || synchronised) => (believed, ClockTrust::Synchronised),
            None if not_behind => (believed, ClockTrust::Kept),
            None => (counted, ClockTrust::Unknown),
        };
        At { mono, utc, trust }
    }

    /// Takes note of what the clocks show, which is to be done every second or so: the floor rises with time, and a clock
    /// that was set is told. Nothing that was set more slowly than [`STEP_MS`] in a look is.
    pub fn look(&mut self, reading: &Reading) -> Option<Step> {
        let stepped = self.stepped(reading);
        let at = self.at(reading);
        self.floor = Mark { mono: reading.mono, utc: at.utc.max(self.floor.slow(reading.mono)) };
        self.system = Some(Mark { mono: reading.mono, utc: reading.system });
        let newly = self.set_aside(reading);
        let aside = newly.then_some(Step { by_ms: between(reading.system, at.utc), by: ClockSource::Controller });
        stepped.or(aside)
    }

    /// The controller's time, as it was between the moment `sent`, at which the door asked, and now. It alone sets the
    /// time back. Time before [`FIRST_UTC`] is of a controller that has none, and is left alone.
    pub fn signed(&mut self, reading: &Reading, sent: MonoMs, issued: UtcMs) -> Option<Step> {
        if issued < FIRST_UTC {
            return None;
        }
        let before = self.at(reading).utc;
        let way = i64::try_from(reading.mono.since(sent)).unwrap_or(i64::MAX);
        let new = Signed { mono: reading.mono, from: issued, to: later(issued, way) };
        // A controller whose clock was set has the last word.
        let signed = self.signed.and_then(|old| old.on(reading.mono).and(new)).unwrap_or(new);
        self.signed = Some(signed);
        let far = !signed.widened(STEP_MS).has(before);
        let newly = self.set_aside(reading);
        let after = if far && !self.set_aside { reading.system } else { signed.nearest(before) };
        self.floor = Mark { mono: reading.mono, utc: after };
        let by_ms = if newly && !far { between(reading.system, after) } else { between(before, after) };
        (newly || by_ms.saturating_abs() >= STEP_MS).then_some(Step { by_ms, by: ClockSource::Controller })
    }

    /// Whether the time is one that nobody on the way can have set: signed in this boot, or of a clock with a battery.
    /// What depends on how much time has passed at most since something before the boot needs it, and what lets people in
    /// without a card.
    #[must_use]
    pub fn is_sure(&self, reading: &Reading) -> bool {
        self.signed.is_some() || (self.battery && self.at(reading).trust == ClockTrust::Synchronised)
    }

    fn stepped(&self, reading: &Reading) -> Option<Step> {
        let last = self.system?;
        let by_ms = between(last.on(reading.mono), reading.system);
        let leeway = later(UtcMs(STEP_MS), elapsed(last.mono, reading.mono) / DRIFT).0;
        (by_ms.saturating_abs() >= leeway).then_some(Step { by_ms, by: ClockSource::System })
    }

    /// Whether the system clock is set aside from now on, and was not before.
    fn set_aside(&mut self, reading: &Reading) -> bool {
        let before = self.set_aside;
        self.set_aside = self.signed.is_some_and(|signed| !self.fits(signed.on(reading.mono), reading.system));
        self.set_aside && !before
    }

    /// One that was set aside has to come closer than one that never was, so that it does not come and go.
    fn fits(&self, signed: Signed, system: UtcMs) -> bool {
        signed.widened(if self.set_aside { STEP_MS / 2 } else { STEP_MS }).has(system)
    }
}

impl Mark {
    /// Counted on.
    fn on(self, mono: MonoMs) -> UtcMs {
        later(self.utc, elapsed(self.mono, mono))
    }

    /// Counted on by a clock that is as slow as one may be.
    fn slow(self, mono: MonoMs) -> UtcMs {
        let elapsed = elapsed(self.mono, mono);
        later(self.utc, elapsed - elapsed / DRIFT)
    }
}

impl Signed {
    /// Counted on, and less exact by what a crystal errs.
    fn on(self, mono: MonoMs) -> Self {
        let elapsed = elapsed(self.mono, mono);
        Self { mono, from: later(self.from, elapsed), to: later(self.to, elapsed) }.widened(elapsed / DRIFT)
    }

    fn widened(self, ms: i64) -> Self {
        Self { from: later(self.from, -ms), to: later(self.to, ms), ..self }
    }

    /// What both say; nothing if they contradict each other.
    fn and(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), to: self.to.min(other.to), ..other };
        (both.from <= both.to).then_some(both)
    }

    fn has(self, utc: UtcMs) -> bool {
        (self.from..=self.to).contains(&utc)
    }

    fn nearest(self, utc: UtcMs) -> UtcMs {
        utc.clamp(self.from, self.to)
    }
}

fn elapsed(from: MonoMs, to: MonoMs) -> i64 {
    i64::try_from(to.since(from)).unwrap_or(i64::MAX)
}

fn later(utc: UtcMs, ms: i64) -> UtcMs {
    UtcMs(utc.0.saturating_add(ms))
}

fn between(from: UtcMs, to: UtcMs) -> i64 {
    to.0.saturating_sub(from.0)
}
