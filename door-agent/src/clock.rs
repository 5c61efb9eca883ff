//! The one place where the door looks at a clock. What it makes of it is [`access::reckon`]'s.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::reckon::{Reading, Reckoner, Step};
use access::time::{At, MonoMs, UtcMs};
use tokio::time::Instant;

/// systemd-timesyncd makes this file when it has set the clock after a boot.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";

/// Two looks at the door's own time around one at the system's that are further apart, in milliseconds, have been
/// interrupted, and would look like a clock that was set.
const LOOK_MS_MAX: u64 = 20;

/// How often a look that was interrupted is taken anew. A machine so busy is left with what it says.
const LOOKS_MAX: u32 = 3;

/// Tells the time, and how far to trust it.
///
/// The door's own time counts from the start of the agent. It does not count a suspended machine; a
/// door's board never sleeps.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    reckoner: Reckoner,
    synchronised: PathBuf,
    system: fn() -> UtcMs,
}

impl Clock {
    /// A clock that is not believed if it shows a time before `floor`, the latest that the door has known. Without a
    /// `battery` the operating system may show at its start what it has kept in a file, which is of the moment at which the
    /// power went.
    #[must_use]
    pub fn new(floor: UtcMs, battery: bool) -> Self {
        Self {
            start: Instant::now(),
            reckoner: Reckoner::new(floor, battery),
            synchronised: PathBuf::from(SYNCHRONISED),
            system,
        }
    }

    /// The same over another clock of the machine, which is synchronised while `synchronised` exists.
    #[cfg(feature = "trial")]
    #[must_use]
    pub fn of(system: fn() -> UtcMs, synchronised: PathBuf, floor: UtcMs, battery: bool) -> Self {
        Self { system, synchronised, ..Self::new(floor, battery) }
    }

    /// Now.
    #[must_use]
    pub fn at(&self) -> At {
        self.reckoner.at(&self.reading())
    }

    /// Takes note of the time, which is to be done every second. Says whether the system clock was set since.
    pub fn look(&mut self) -> Option<Step> {
        self.reckoner.look(&self.reading())
    }

    /// The controller's time, as it was at some moment since `sent`. Says whether that has set the time.
    pub fn signed(&mut self, sent: MonoMs, issued: UtcMs) -> Option<Step> {
        self.reckoner.signed(&self.reading(), sent, issued)
    }

    /// Whether civil time is one that nobody on the way can have set.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.reckoner.is_sure(&self.reading())
    }

    /// The door's own time at which the clock of the operating system counts from.
    #[must_use]
    pub fn instant(&self, mono: MonoMs) -> std::time::Instant {
        (self.start + Duration::from_millis(mono.0)).into_std()
    }

    fn reading(&self) -> Reading {
        let mut reading = self.look_once();
        for _ in 1..LOOKS_MAX {
            if self.mono().since(reading.mono) <= LOOK_MS_MAX {
                break;
            }
            reading = self.look_once();
        }
        reading
    }

    fn look_once(&self) -> Reading {
        // The file is looked at first: it takes longest.
        let synchronised = self.synchronised.exists();
        Reading { synchronised, mono: self.mono(), system: (self.system)() }
    }

    fn mono(&self) -> MonoMs {
        MonoMs(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

fn system() -> UtcMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::time::ClockTrust;

    const MAY: UtcMs = UtcMs(1_780_000_000_000);

    fn clock(floor: i64, synchronised: &str) -> Clock {
        Clock { system: || MAY, synchronised: PathBuf::from(synchronised), ..Clock::new(UtcMs(floor), false) }
    }

    #[test]
    fn the_file_of_the_operating_system_says_whether_the_network_has_set_the_clock() {
        assert_eq!(clock(MAY.0, "/nowhere").at().trust, ClockTrust::Kept);
        assert_eq!(clock(MAY.0, "/").at().trust, ClockTrust::Synchronised);
    }

    #[test]
    fn the_doors_own_time_counts_from_its_start_and_on_from_the_floor() {
        let clock = clock(MAY.0 + 3_600_000, "/");
        let at = clock.at();
        assert_eq!(at.trust, ClockTrust::Unknown);
        assert_eq!(at.utc.0 - MAY.0 - 3_600_000, i64::try_from(at.mono.0).unwrap());
        assert!(clock.instant(at.mono) <= std::time::Instant::now());
    }
}
