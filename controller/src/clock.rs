//! The only place that reads the clock of the machine.

use std::time::{SystemTime, UNIX_EPOCH};

use access::time::UtcMs;

/// Civil time, for the database and the people who read it. Durations come from tokio's clock.
pub(crate) fn utc_now() -> UtcMs {
    #[cfg(feature = "trial")]
    if let Some(pretended) = crate::trial::pretended() {
        return pretended;
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    UtcMs(since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}
