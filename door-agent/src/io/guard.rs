//! When a released lock ends by itself.
//!
//! The loop says when a release ends. Should it hang, this ends it: a release a little after its time, a hold soon
//! after it was renewed for the last time.
//!
//! ```text
//!            Release, Hold                        another order: its end counts
//!   Rest ───────────────────────▶ Released until ──┐
//!    ▲                              │  ▲           │
//!    │      Rest, or the end has come │  └─────────┘
//!    └──────────────────────────────┘
//! ```

use access::door::Drive;
use access::settings::Times;
use access::time::MonoMs;

/// A hold ends so many milliseconds after it was ordered for the last time. The loop renews it each second; a door that
/// a schedule unlocks must not stand open for long behind a loop that hangs, nor flutter behind one that is busy.
pub const HOLD_RENEW_MS: u64 = 5_000;

/// A release ends so many milliseconds after its time if the loop has not ended it. The loop is seldom a few
/// milliseconds late, and whoever is at the handle then must not be cut short.
pub(super) const RELEASE_MARGIN_MS: u64 = 500;

/// Until when the lock may be released.
#[derive(Debug, Default)]
pub(super) struct Guard {
    until: Option<MonoMs>,
}

impl Guard {
    /// Hears of an order.
    pub(super) fn order(&mut self, drive: Drive, now: MonoMs) {
        self.until = match drive {
            Drive::Rest => None,
            Drive::Hold => Some(now + HOLD_RENEW_MS),
            // Whatever the loop asks for, a release has a longest time.
            Drive::Release { for_ms } => Some(now + (u64::from(for_ms.min(Times::RELEASE_MS_MAX)) + RELEASE_MARGIN_MS)),
        };
    }

    /// Whether the lock may be released now. Once an end has come it stays.
    pub(super) fn released(&mut self, now: MonoMs) -> bool {
        self.until = self.until.filter(|until| now < *until);
        self.until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: MonoMs = MonoMs(1_000);
    const RELEASE: Drive = Drive::Release { for_ms: 5_000 };

    #[test]
    fn a_release_ends_by_itself_a_little_after_its_time() {
        let mut guard = Guard::default();
        assert!(!guard.released(AT));
        guard.order(RELEASE, AT);
        assert!(guard.released(AT + (5_000 + RELEASE_MARGIN_MS - 1)));
        assert!(!guard.released(AT + (5_000 + RELEASE_MARGIN_MS)));
        assert!(!guard.released(AT), "an end that has come stays");
    }

    #[test]
    fn a_release_has_a_longest_time_whatever_is_asked_for() {
        let mut guard = Guard::default();
        guard.order(Drive::Release { for_ms: u32::MAX }, AT);
        assert!(!guard.released(AT + (u64::from(Times::RELEASE_MS_MAX) + RELEASE_MARGIN_MS)));
    }

    /// A lockdown ends what cards have released, and leaves what the exit button has.
    #[test]
    fn the_last_order_counts_also_if_its_end_is_earlier() {
        let mut guard = Guard::default();
        guard.order(Drive::Release { for_ms: 15_000 }, AT);
        guard.order(RELEASE, AT);
        assert!(!guard.released(AT + (5_000 + RELEASE_MARGIN_MS)));
    }

    #[test]
    fn a_hold_ends_unless_it_is_renewed() {
        let mut guard = Guard::default();
        guard.order(Drive::Hold, AT);
        guard.order(Drive::Hold, AT + 4_000);
        assert!(guard.released(AT + (4_000 + HOLD_RENEW_MS - 1)));
        assert!(!guard.released(AT + (4_000 + HOLD_RENEW_MS)));
    }

    #[test]
    fn rest_ends_everything() {
        for drive in [RELEASE, Drive::Hold] {
            let mut guard = Guard::default();
            guard.order(drive, AT);
            guard.order(Drive::Rest, AT);
            assert!(!guard.released(AT));
        }
    }
}
