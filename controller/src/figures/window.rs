//! What was counted lately, in slots: a slot that has gone by is forgotten as a whole.

use std::collections::VecDeque;
use std::time::Duration;

use access::latency::Latencies;

/// How far back a window reaches: its slots that are over, and the one that goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    slot: Duration,
    slots: u64,
}

/// The last hour, to ten minutes. With six slots more or less of 170 bytes for each measure of a door a thousand doors stay
/// within some 17 MB, whatever happens at them.
pub(crate) const HOUR: Span = Span { slot: Duration::from_secs(10 * 60), slots: 6 };

/// The last day, to two hours.
pub(crate) const DAY: Span = Span { slot: Duration::from_secs(2 * 60 * 60), slots: 12 };

/// Counts of one measure at one door; at most one more than the slots of its span.
#[derive(Debug, Clone, Default)]
pub(crate) struct Window {
    /// By their numbers since the beginning, ascending; those in which nothing was counted are left out.
    slots: VecDeque<(u64, Latencies)>,
}

impl Span {
    /// Where the window begins that ends now: from one slot less than its length ago to its length ago, and never before
    /// the counting began.
    pub(crate) fn begins(self, now: Duration) -> Duration {
        Duration::from_secs(self.slot.as_secs().saturating_mul(self.first(now)))
    }

    fn number(self, now: Duration) -> u64 {
        now.as_secs().checked_div(self.slot.as_secs()).unwrap_or(0)
    }

    fn first(self, now: Duration) -> u64 {
        self.number(now).saturating_sub(self.slots)
    }
}

impl Window {
    /// Counts these now.
    pub(crate) fn add(&mut self, span: Span, now: Duration, news: &Latencies) {
        let (first, number) = (span.first(now), span.number(now));
        self.slots.retain(|(slot, _)| *slot >= first);
        match self.slots.back_mut() {
            Some((newest, counted)) if *newest >= number => counted.add(news),
            _ => self.slots.push_back((number, *news)),
        }
    }

    /// All that it reaches back to.
    pub(crate) fn within(&self, span: Span, now: Duration) -> Latencies {
        let first = span.first(now);
        let mut all = Latencies::default();
        self.slots.iter().filter(|(slot, _)| *slot >= first).for_each(|(_, counted)| all.add(counted));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one() -> Latencies {
        let mut one = Latencies::default();
        one.record(Duration::from_millis(7));
        one
    }

    proptest! {
        /// Whatever comes when: what is told is exactly what came since the window's beginning, which is never longer ago
        /// than the span and one slot, nor shorter than the span once there was so much.
        #[test]
        fn a_window_tells_what_came_since_its_beginning_and_holds_no_more(
            steps in proptest::collection::vec(0_u64..40_000, 1..200),
            is_day in any::<bool>(),
        ) {
            let span = if is_day { DAY } else { HOUR };
            let (mut window, mut now, mut came) = (Window::default(), Duration::ZERO, Vec::new());
            for step in steps {
                now += Duration::from_secs(step);
                window.add(span, now, &one());
                came.push(now);
                let begins = span.begins(now);
                let expected = came.iter().filter(|at| **at >= begins).count();
                prop_assert_eq!(window.within(span, now).count(), u64::try_from(expected).unwrap());
                let length = span.slot * u32::try_from(span.slots).unwrap();
                prop_assert!(now - begins < length + span.slot);
                prop_assert!(now < length || now - begins >= length);
                prop_assert!(window.slots.len() <= usize::try_from(span.slots).unwrap() + 1);
            }
        }
    }

    #[test]
    fn what_is_over_is_told_no_more_also_when_nothing_comes_after_it() {
        let mut window = Window::default();
        window.add(HOUR, Duration::from_secs(599), &one());
        assert_eq!(window.within(HOUR, Duration::from_secs(70 * 60 - 1)).count(), 1);
        assert_eq!(window.within(HOUR, Duration::from_secs(70 * 60)).count(), 0);
    }
}
