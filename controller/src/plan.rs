//! When a place is tried next.
//!
//! ```text
//!          well: after `every`
//!      ┌────────────────────────┐
//!      ▼                        │
//!  waiting ──────due──────▶ trying
//!      ▲                        │
//!      └────────────────────────┘
//!          fault: after 30 s, then twice as long each time, and never longer than `every`
//! ```

use std::time::{Duration, Instant};

/// The wait after the first fault in a row.
const FIRST_RETRY: Duration = Duration::from_secs(30);

/// When a place is tried next.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    every: Duration,
    due: Instant,
    faults: u32,
}

impl Plan {
    /// It is due now.
    pub(crate) fn new(every: Duration, now: Instant) -> Self {
        Self { every, due: now, faults: 0 }
    }

    pub(crate) fn is_due(&self, now: Instant) -> bool {
        now >= self.due
    }

    /// Somebody knows that there is something new.
    pub(crate) fn hurry(&mut self, now: Instant) {
        self.due = now;
    }

    pub(crate) fn well(&mut self, now: Instant) {
        self.faults = 0;
        self.due = now + self.every;
    }

    pub(crate) fn fault(&mut self, now: Instant) {
        let wait = FIRST_RETRY.saturating_mul(1_u32.checked_shl(self.faults).unwrap_or(u32::MAX));
        self.faults = self.faults.saturating_add(1);
        self.due = now + wait.min(self.every);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_place_is_tried_at_its_interval_and_a_faulty_one_after_waits_that_double_up_to_it() {
        let start = Instant::now();
        let hour = Duration::from_secs(3_600);
        let mut plan = Plan::new(hour, start);
        assert!(plan.is_due(start));
        plan.well(start);
        assert!(!plan.is_due(start + hour - Duration::from_millis(1)) && plan.is_due(start + hour));
        let mut waits = Vec::new();
        for _ in 0..40 {
            plan.fault(start);
            waits.push((plan.due - start).as_secs());
        }
        assert_eq!(waits.get(..9).unwrap(), [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(waits.last(), Some(&3_600));
        plan.well(start);
        plan.fault(start);
        assert_eq!(plan.due - start, FIRST_RETRY, "one good answer and the waits begin anew");
        plan.hurry(start);
        assert!(plan.is_due(start));
    }

    #[test]
    fn a_fault_never_makes_the_wait_longer_than_the_interval() {
        let start = Instant::now();
        let minute = Duration::from_secs(10);
        let mut plan = Plan::new(minute, start);
        plan.fault(start);
        assert_eq!(plan.due - start, minute);
    }
}
