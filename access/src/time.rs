//! Instants and windows. Nothing here reads a clock.

use core::ops::Add;

use serde::{Deserialize, Serialize};

/// Civil time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct UtcMs(pub i64);

impl UtcMs {
    /// The whole second that this instant lies in.
    #[must_use]
    pub fn second(self) -> UtcS {
        UtcS(self.0.div_euclid(1000))
    }
}

/// Civil time: seconds since 1970-01-01T00:00:00Z. The unit of validity windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct UtcS(pub i64);

/// A machine's own time: milliseconds since its boot, never set back, also counted during suspend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct MonoMs(pub u64);

impl Add<u64> for MonoMs {
    type Output = Self;
    fn add(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

impl MonoMs {
    /// Milliseconds from `earlier` to `self`; 0 if it is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// How far a door trusts its civil time. A Raspberry Pi has no clock of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ClockTrust {
    /// Nothing has set the clock since the boot, and what it shows may be years off.
    Unknown,
    /// The clock is not before the latest time that the door has on disk, but nobody has confirmed it: it may be behind
    /// by as long as the machine was off.
    Kept,
    /// The operating system says that the clock is synchronised, or the machine's configuration says that its clock has
    /// a battery and goes on while the machine is off.
    Synchronised,
}

/// Now, as one loop of one machine sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The machine's own time, for durations.
    pub mono: MonoMs,
    /// Civil time, for validity.
    pub utc: UtcMs,
    /// How far civil time is trusted.
    pub trust: ClockTrust,
}

/// A time during which something holds: from its first second up to, not including, its end. An end
/// that is left out is open.
///
/// On the wire each end is one number, since windows are most of what an entry weighs: 0 if it is open, else one
/// more than the zigzag of its second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub struct Window {
    /// First second.
    pub from: Option<UtcS>,
    /// First second after the end.
    pub until: Option<UtcS>,
}

impl From<Window> for (u64, u64) {
    fn from(window: Window) -> Self {
        let pack = |end: Option<UtcS>| end.map_or(0, |UtcS(s)| (s << 1 ^ s >> 63).cast_unsigned().saturating_add(1));
        (pack(window.from), pack(window.until))
    }
}

impl From<(u64, u64)> for Window {
    fn from((from, until): (u64, u64)) -> Self {
        let second = |zigzag: u64| UtcS((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed());
        let unpack = |packed: u64| packed.checked_sub(1).map(second);
        Self { from: unpack(from), until: unpack(until) }
    }
}

/// Where an instant lies in relation to a [`Window`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// The window has not begun.
    Before,
    /// The window holds.
    Within,
    /// The window is over.
    After,
}

impl Window {
    /// Holds always.
    pub const ALWAYS: Self = Self { from: None, until: None };

    /// A window with both ends.
    #[must_use]
    pub fn new(from: UtcS, until: UtcS) -> Self {
        Self { from: Some(from), until: Some(until) }
    }

    /// Where `at` lies. A window whose end is not after its beginning is over as soon as its end is
    /// reached and not begun until then, so it never holds.
    #[must_use]
    pub fn position(&self, at: UtcS) -> Position {
        if self.until.is_some_and(|until| at >= until) {
            Position::After
        } else if self.from.is_some_and(|from| at < from) {
            Position::Before
        } else {
            Position::Within
        }
    }

    /// Whether the window can hold at some instant.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        match (self.from, self.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_with_its_first_second_and_ends_before_its_last() {
        let window = Window::new(UtcS(100), UtcS(200));
        assert_eq!(window.position(UtcS(99)), Position::Before);
        assert_eq!(window.position(UtcS(100)), Position::Within);
        assert_eq!(window.position(UtcS(199)), Position::Within);
        assert_eq!(window.position(UtcS(200)), Position::After);
    }

    #[test]
    fn a_reversed_or_empty_window_never_holds() {
        for window in [Window::new(UtcS(200), UtcS(100)), Window::new(UtcS(100), UtcS(100))] {
            assert!(!window.is_possible());
            for at in 0..300 {
                assert_ne!(window.position(UtcS(at)), Position::Within);
            }
        }
    }

    #[test]
    fn the_ends_of_a_window_come_back_from_the_wire() {
        for s in [0, 1, -1, 1_800_000_000, -2_000_000_000, i64::MAX - 1, i64::MIN / 2] {
            for window in [Window { from: Some(UtcS(s)), until: None }, Window::new(UtcS(s), UtcS(-s))] {
                assert_eq!(Window::from(<(u64, u64)>::from(window)), window);
            }
        }
        assert_eq!(postcard::to_allocvec(&Window::ALWAYS).unwrap(), [0, 0]);
    }

    #[test]
    fn a_time_before_1970_is_rounded_down_not_towards_zero() {
        assert_eq!(UtcMs(-1).second(), UtcS(-1));
        assert_eq!(UtcMs(999).second(), UtcS(0));
    }
}
