//! How long something took, counted by class: many of it take the room of one, and a percentile is known to a class.

use core::time::Duration;

use serde::{Deserialize, Serialize};

/// Upper ends of the classes, in milliseconds; what took longer is in one more. From what a reader alone needs for a bare
/// number to a door that hears of a change after a minute; where people notice a difference, steps are of a half or less.
/// They are on the wire: other ones are another message.
pub const BOUNDS_MS: [u32; CLASSES - 1] =
    [2, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000];

/// How many classes there are.
pub const CLASSES: usize = 20;

/// How often something took how long. Counts stop at their highest value and never begin anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Latencies {
    /// Of each class, the fastest first.
    pub counts: [u64; CLASSES],
    /// All of them together, in microseconds.
    pub sum_us: u64,
}

/// The class that something is in: longer than the one, and at most as long as the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// In milliseconds; none for the fastest class.
    pub above_ms: Option<u32>,
    /// In milliseconds; none for the slowest class.
    pub at_most_ms: Option<u32>,
}

impl Latencies {
    /// Counts one.
    pub fn record(&mut self, took: Duration) {
        let class = BOUNDS_MS.iter().position(|bound| took <= Duration::from_millis(u64::from(*bound)));
        if let Some(count) = self.counts.get_mut(class.unwrap_or(CLASSES - 1)) {
            *count = count.saturating_add(1);
        }
        self.sum_us = self.sum_us.saturating_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Counts these as well.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more);
        }
        self.sum_us = self.sum_us.saturating_add(other.sum_us);
    }

    /// What has come since these were counted; none if they are no earlier count of the same.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Option<Self> {
        let mut since = Self { sum_us: self.sum_us.checked_sub(earlier.sum_us)?, ..Self::default() };
        for ((since, now), before) in since.counts.iter_mut().zip(self.counts).zip(earlier.counts) {
            *since = now.checked_sub(before)?;
        }
        Some(since)
    }

    /// The class that the fastest so many hundredths end in: of a sorted list the one at place `hundredths · n / 100`,
    /// rounded up. None if there is nothing.
    #[must_use]
    pub fn percentile(&self, hundredths: u8) -> Option<Class> {
        let place = (u128::from(self.count()) * u128::from(hundredths)).div_ceil(100).max(1);
        let mut through = 0_u128;
        let class = self.counts.iter().position(|count| {
            through += u128::from(*count);
            through >= place
        })?;
        let above_ms = class.checked_sub(1).and_then(|below| BOUNDS_MS.get(below)).copied();
        Some(Class { above_ms, at_most_ms: BOUNDS_MS.get(class).copied() })
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use proptest::prelude::*;

    fn of(took_us: &[u64]) -> Latencies {
        let mut all = Latencies::default();
        took_us.iter().for_each(|us| all.record(Duration::from_micros(*us)));
        all
    }

    #[test]
    fn bounds_ascend_and_a_bound_is_of_the_class_that_it_ends() {
        assert!(BOUNDS_MS.is_sorted_by(|a, b| a < b));
        for bound in BOUNDS_MS {
            let us = u64::from(bound) * 1_000;
            assert_eq!(of(&[us]).percentile(50).unwrap().at_most_ms, Some(bound));
            assert_eq!(of(&[us + 1]).percentile(50).unwrap().above_ms, Some(bound));
        }
    }

    #[test]
    fn of_nothing_there_is_no_percentile_and_the_slowest_class_has_no_end() {
        assert_eq!(Latencies::default().percentile(99), None);
        let slow = of(&[60_000_001]).percentile(1).unwrap();
        assert_eq!(slow, Class { above_ms: Some(60_000), at_most_ms: None });
        assert_eq!(of(&[0]).percentile(0), Some(Class { above_ms: None, at_most_ms: Some(2) }));
    }

    #[test]
    fn counts_stop_at_their_highest_value() {
        let full = Latencies { counts: [u64::MAX; CLASSES], sum_us: u64::MAX };
        let mut more = full;
        more.add(&full);
        more.record(Duration::MAX);
        assert_eq!((more, more.count()), (full, u64::MAX));
        assert!(more.percentile(100).is_some());
    }

    proptest! {
        #[test]
        fn a_percentile_of_a_sorted_list_lies_in_the_class_that_is_told(
            mut took_us in proptest::collection::vec(0_u64..100_000_000, 1..400),
            hundredths in 1_u8..=100,
        ) {
            let told = of(&took_us).percentile(hundredths).unwrap();
            took_us.sort_unstable();
            let place = (took_us.len() * usize::from(hundredths)).div_ceil(100);
            let exact = took_us[place - 1];
            prop_assert!(told.above_ms.is_none_or(|above| exact > u64::from(above) * 1_000), "{exact} {told:?}");
            prop_assert!(told.at_most_ms.is_none_or(|most| exact <= u64::from(most) * 1_000), "{exact} {told:?}");
        }

        #[test]
        fn what_came_since_and_what_was_before_are_all(
            before in proptest::collection::vec(0_u64..100_000_000, 0..50),
            after in proptest::collection::vec(0_u64..100_000_000, 0..50),
        ) {
            let all: Vec<u64> = before.iter().chain(&after).copied().collect();
            let (before, after, all) = (of(&before), of(&after), of(&all));
            prop_assert_eq!(all.since(&before), Some(after));
            let mut sum = before;
            sum.add(&after);
            prop_assert_eq!(sum, all);
            prop_assert_eq!(before.since(&all).is_some(), before == all);
        }
    }
}
