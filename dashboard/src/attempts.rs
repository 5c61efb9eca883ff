//! How soon a name may try to sign in again after wrong passwords.

use std::collections::HashMap;
#[expect(clippy::disallowed_types, reason = "a counter of attempts, forgotten at restart; no door depends on it")]
use std::sync::Mutex;

use access::time::UtcMs;

/// Wrong passwords that cost nothing: people mistype.
const FREE: u32 = 4;
/// The wait after the first that costs, doubled by each that follows.
const WAIT_MS: i64 = 2_000;
/// The longest wait. Longer would let a stranger keep an officer out of the dashboard at will.
const WAIT_MS_MAX: i64 = 60_000;
/// After this long without a wrong password, a name is forgotten.
const FORGOTTEN_MS: i64 = 15 * 60_000;
/// Names remembered at once. Names that nobody has are remembered too, so the number needs a bound.
const NAMES_MAX: usize = 1_024;

/// Wrong passwords by name.
#[derive(Debug, Default)]
#[expect(clippy::disallowed_types, reason = "a counter of attempts, forgotten at restart; no door depends on it")]
pub(crate) struct Attempts(Mutex<HashMap<String, Failed>>);

#[derive(Debug, Clone, Copy)]
struct Failed {
    times: u32,
    last: UtcMs,
}

impl Failed {
    fn free_at(self) -> UtcMs {
        if self.times <= FREE {
            return self.last;
        }
        let doublings = (self.times - FREE - 1).min(16);
        UtcMs(self.last.0 + (WAIT_MS << doublings).min(WAIT_MS_MAX))
    }
}

impl Attempts {
    /// Milliseconds that this name still has to wait; 0 if it may try now, and then the try is noted as
    /// failed before its password is looked at. A hundred tries at once so count as a hundred.
    pub(crate) fn begin(&self, name: &str, now: UtcMs) -> i64 {
        self.with(|names| {
            let wait_ms = names.get(name).map_or(0, |failed| (failed.free_at().0 - now.0).clamp(0, WAIT_MS_MAX));
            if wait_ms == 0 {
                note(names, name, now);
            }
            wait_ms
        })
    }

    /// Forgets the name after the right password.
    pub(crate) fn succeeded(&self, name: &str) {
        self.with(|names| names.remove(name));
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Failed>) -> T) -> T {
        // Nothing in here can panic half-way, so a poisoned map is still whole.
        work(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

fn note(names: &mut HashMap<String, Failed>, name: &str, now: UtcMs) {
    names.retain(|_, failed| now.0 - failed.last.0 < FORGOTTEN_MS);
    if names.len() >= NAMES_MAX
        && !names.contains_key(name)
        && let Some(oldest) = names.iter().min_by_key(|(_, failed)| failed.last).map(|(name, _)| name.clone())
    {
        names.remove(&oldest);
    }
    let failed = names.entry(name.to_owned()).or_insert(Failed { times: 0, last: now });
    failed.times = failed.times.saturating_add(1);
    failed.last = now;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_mistakes_are_free_and_then_the_wait_doubles_up_to_a_minute() {
        let attempts = Attempts::default();
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..12 {
            let wait_ms = attempts.begin("maija", UtcMs(now));
            waits.push(wait_ms);
            if wait_ms > 0 {
                now += wait_ms;
                assert_eq!(attempts.begin("maija", UtcMs(now - 1)), 1);
                assert_eq!(attempts.begin("maija", UtcMs(now)), 0);
            }
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(attempts.begin("matti", UtcMs(now)), 0);
        attempts.succeeded("maija");
        assert_eq!(attempts.begin("maija", UtcMs(now)), 0);
    }

    #[test]
    fn a_flood_of_names_takes_no_more_than_its_bound() {
        let attempts = Attempts::default();
        for number in 0..3_000_i64 {
            attempts.begin(&number.to_string(), UtcMs(number));
        }
        assert_eq!(attempts.with(|names| names.len()), NAMES_MAX);
    }

    #[test]
    fn a_name_is_forgotten_after_a_quiet_while() {
        let attempts = Attempts::default();
        attempts.begin("maija", UtcMs(0));
        attempts.begin("matti", UtcMs(FORGOTTEN_MS));
        assert_eq!(attempts.with(|names| names.len()), 1);
    }
}
