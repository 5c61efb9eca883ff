//! The emulator's time.
//!
//! Everything happens in virtual nanoseconds that each SPI byte moves forward, so a 25 ms time-out of the chip costs
//! a test some microseconds and always comes at the same place. In real time the same clock is tied to the wall:
//!
//! ```text
//!   before a transaction   virtual = max(virtual, wall)      what happened while nobody talked to the chip
//!   after a transaction    virtual - wall > 1 ms ?  sleep    the chip is not faster than it would be
//! ```

use std::time::{Duration, Instant};

/// How virtual time relates to the wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Time passes only with SPI traffic and with [`Emulator::wait`](crate::Emulator::wait). Deterministic.
    #[default]
    Virtual,
    /// Time passes as on the wall, also while nobody talks to the chip.
    RealTime,
}

/// What SPI traffic costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpiCost {
    /// SPI clock in Hz; 0 makes bytes free of cost.
    pub clock_hz: u32,
    /// Overhead of each chip-select window in nanoseconds: system call, driver, chip select.
    pub transaction_ns: u32,
}

impl SpiCost {
    /// No cost at all: what remains is the time on the air.
    ///
    /// A program that polls would then wait for ever, so asking again for a register that only time can change moves
    /// the clock to the next thing that happens in it.
    pub const FREE: Self = Self { clock_hz: 0, transaction_ns: 0 };

    /// 4 MHz and 20 µs a transaction, about what `spidev` on a Raspberry Pi does.
    pub const RASPBERRY_PI: Self = Self { clock_hz: 4_000_000, transaction_ns: 20_000 };

    /// Whether traffic does not move the clock by itself.
    #[must_use]
    pub fn is_free(self) -> bool {
        self.clock_hz == 0 && self.transaction_ns == 0
    }

    pub(crate) fn byte_ns(self) -> u64 {
        8_000_000_000_u64.checked_div(u64::from(self.clock_hz)).unwrap_or(0)
    }
}

impl Default for SpiCost {
    fn default() -> Self {
        Self::RASPBERRY_PI
    }
}

/// A shorter sleep than this is not worth a system call: the operating system would overshoot it.
const SLEEP_FROM: Duration = Duration::from_millis(1);

/// Virtual time, tied to the wall or not.
#[derive(Debug)]
pub(crate) struct Clock {
    now_ns: u64,
    origin: Option<Instant>,
}

impl Clock {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            now_ns: 0,
            origin: match pace {
                Pace::Virtual => None,
                Pace::RealTime => Some(Instant::now()),
            },
        }
    }

    pub(crate) fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// Moves forward; a clock never goes back.
    pub(crate) fn set_ns(&mut self, now_ns: u64) {
        self.now_ns = self.now_ns.max(now_ns);
    }

    /// What the wall says, if it counts.
    pub(crate) fn wall_ns(&self) -> Option<u64> {
        let elapsed = self.origin?.elapsed().as_nanos();
        Some(u64::try_from(elapsed).unwrap_or(u64::MAX))
    }

    /// How long to sleep until the wall has caught up.
    pub(crate) fn ahead(&self) -> Option<Duration> {
        let ahead = Duration::from_nanos(self.now_ns.saturating_sub(self.wall_ns()?));
        (ahead > SLEEP_FROM).then_some(ahead)
    }
}

/// Lets the wall catch up with virtual time.
#[expect(
    clippy::disallowed_methods,
    reason = "real time on demand is what this clock is for; virtual time never comes here"
)]
pub(crate) fn sleep(ahead: Duration) {
    std::thread::sleep(ahead);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_at_4_mhz_takes_two_microseconds() {
        assert_eq!(SpiCost::RASPBERRY_PI.byte_ns(), 2_000);
        assert_eq!(SpiCost::FREE.byte_ns(), 0);
    }

    #[test]
    fn virtual_time_never_sleeps_and_never_goes_back() {
        let mut clock = Clock::new(Pace::Virtual);
        clock.set_ns(5_000_000_000);
        clock.set_ns(1);
        assert_eq!((clock.now_ns(), clock.ahead()), (5_000_000_000, None));
    }

    #[test]
    fn real_time_sleeps_only_when_far_ahead() {
        let mut clock = Clock::new(Pace::RealTime);
        clock.set_ns(3_600_000_000_000);
        assert!(clock.ahead() > Some(Duration::from_secs(3_000)));
        let behind = Clock::new(Pace::RealTime);
        assert_eq!(behind.ahead(), None);
    }
}
