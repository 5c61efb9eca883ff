//! The one place where the door looks at a clock.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use access::time::{At, ClockTrust, MonoMs, UtcMs};
use tokio::time::Instant;

/// 2026-01-01T00:00:00Z: this program did not exist before, so a clock that says so is wrong.
const FIRST_UTC: UtcMs = UtcMs(1_767_225_600_000);

/// systemd-timesyncd makes this file when it has set the clock after a boot.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";

/// Tells the time, and how far to trust it.
///
/// The door's own time counts from the start of the agent. It does not count a suspended machine; a
/// door's board never sleeps.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    floor: UtcMs,
    /// Whether the machine's own clock goes on while it is off.
    battery: bool,
    synchronised: PathBuf,
    system: fn() -> UtcMs,
}

impl Clock {
    /// A clock that is not believed if it shows a time before `last_utc`, the latest that the journal
    /// has known. Without a `battery` the operating system may show at its start what it has kept in a file, which is
    /// of the moment at which the power went.
    #[must_use]
    pub fn new(last_utc: UtcMs, battery: bool) -> Self {
        Self {
            start: Instant::now(),
            floor: last_utc.max(FIRST_UTC),
            battery,
            synchronised: PathBuf::from(SYNCHRONISED),
            system,
        }
    }

    /// The same over another clock of the machine, which is synchronised while `synchronised` exists.
    #[cfg(feature = "trial")]
    #[must_use]
    pub fn of(system: fn() -> UtcMs, synchronised: PathBuf, last_utc: UtcMs, battery: bool) -> Self {
        Self { system, synchronised, ..Self::new(last_utc, battery) }
    }

    /// Now.
    ///
    /// Without a clock to trust, time counts on from the latest that was known: what was over then
    /// is over.
    #[must_use]
    pub fn at(&self) -> At {
        let since_start = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mono = MonoMs(since_start);
        let utc = (self.system)();
        // A synchronised clock is believed over the journal, which may have seen a wrong one.
        if utc >= FIRST_UTC && self.synchronised.exists() {
            return At { mono, utc, trust: ClockTrust::Synchronised };
        }
        if utc >= self.floor {
            let trust = if self.battery { ClockTrust::Synchronised } else { ClockTrust::Kept };
            return At { mono, utc, trust };
        }
        let elapsed = i64::try_from(since_start).unwrap_or(i64::MAX);
        At { mono, utc: UtcMs(self.floor.0.saturating_add(elapsed)), trust: ClockTrust::Unknown }
    }

    /// The door's own time at which the clock of the operating system counts from.
    #[must_use]
    pub fn instant(&self, mono: MonoMs) -> std::time::Instant {
        (self.start + std::time::Duration::from_millis(mono.0)).into_std()
    }
}

fn system() -> UtcMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAY: UtcMs = UtcMs(1_780_000_000_000);

    fn clock(last_utc: i64, system: fn() -> UtcMs, synchronised: &str) -> Clock {
        Clock { system, synchronised: PathBuf::from(synchronised), ..Clock::new(UtcMs(last_utc), false) }
    }

    #[test]
    fn a_clock_that_is_not_behind_is_kept() {
        let at = clock(MAY.0, || MAY, "/nowhere").at();
        assert_eq!((at.utc, at.trust), (MAY, ClockTrust::Kept));
    }

    #[test]
    fn a_clock_with_a_battery_is_believed_unless_it_is_behind() {
        let trust = |last_utc| Clock { battery: true, ..clock(last_utc, || MAY, "/nowhere") }.at().trust;
        assert_eq!(trust(MAY.0), ClockTrust::Synchronised);
        assert_eq!(trust(MAY.0 + 5_000), ClockTrust::Unknown, "its battery is empty");
    }

    #[test]
    fn a_clock_before_the_latest_known_time_is_not_believed_and_that_time_counts_on() {
        let at = clock(MAY.0 + 5_000, || MAY, "/nowhere").at();
        assert_eq!(at.trust, ClockTrust::Unknown);
        assert!(at.utc.0 >= MAY.0 + 5_000, "{:?}", at.utc);
    }

    #[test]
    fn a_clock_that_was_never_set_is_not_believed_even_if_it_is_called_synchronised() {
        let at = clock(0, || UtcMs(1_000), "/").at();
        assert_eq!(at.trust, ClockTrust::Unknown);
        assert!(at.utc >= FIRST_UTC);
    }

    #[test]
    fn a_synchronised_clock_is_believed_even_behind_the_journal() {
        let at = clock(MAY.0 + 5_000, || MAY, "/").at();
        assert_eq!((at.utc, at.trust), (MAY, ClockTrust::Synchronised));
    }
}
