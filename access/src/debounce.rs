//! A wire that bounces, as one that does not.
//!
//! EN 60839-11-1 asks that whatever lasts longer than 400 ms be processed. A contact bounces for some milliseconds, a
//! wire beside a motor picks up pulses of some more: what does not stay for [`DEBOUNCE_MS`] has not been.

use crate::time::MonoMs;

/// How long a level must stay before it counts, in milliseconds. Reeds and buttons bounce for less than 20.
pub const DEBOUNCE_MS: u64 = 50;

/// Longest time between two samples, in milliseconds, for which a pulse of 400 ms that bounces for 40 ms at both ends
/// is certain to be seen.
pub const SAMPLE_EVERY_MS_MAX: u64 = 20;

/// The filter of one wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Debounce {
    level: bool,
    settle_ms: u64,
    /// Since when the wire has had the other level, if it has.
    other_since: Option<MonoMs>,
}

impl Debounce {
    /// A wire that has had this level for long.
    #[must_use]
    pub fn new(level: bool) -> Self {
        Self::settling(level, DEBOUNCE_MS)
    }

    /// A wire whose levels must stay for another time than [`DEBOUNCE_MS`], in milliseconds.
    #[must_use]
    pub fn settling(level: bool, settle_ms: u64) -> Self {
        Self { level, settle_ms, other_since: None }
    }

    /// The level that counts.
    #[must_use]
    pub fn level(&self) -> bool {
        self.level
    }

    /// The wire has this level now. Returns it if it counts from now on; once for each change. The same level may be
    /// told as often as one likes, so samples and edges serve alike.
    #[must_use]
    pub fn sample(&mut self, level: bool, now: MonoMs) -> Option<bool> {
        if level == self.level {
            self.other_since = None;
            return None;
        }
        let since = *self.other_since.get_or_insert(now);
        if now.since(since) < self.settle_ms {
            return None;
        }
        self.level = level;
        self.other_since = None;
        Some(level)
    }

    /// When to sample next, for whoever hears of edges only.
    #[must_use]
    pub fn deadline(&self) -> Option<MonoMs> {
        self.other_since.map(|since| since + self.settle_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// Samples a wire whose level is a function of time, and tells what was reported.
    fn reported(steps_ms: &[u64], level: impl Fn(u64) -> bool) -> Vec<bool> {
        let mut debounce = Debounce::new(false);
        let mut now = 0;
        let mut reported = Vec::new();
        for step in steps_ms {
            now += step;
            reported.extend(debounce.sample(level(now), MonoMs(now)));
        }
        reported
    }

    /// A pulse that begins at 200 ms; `bounces` are the milliseconds of its edges in which the wire shows the opposite.
    fn pulse(length_ms: u64, bounces: Vec<bool>) -> impl Fn(u64) -> bool {
        move |at| {
            let (begin, end) = (200, 200 + length_ms);
            let bouncing =
                |edge: u64| at.checked_sub(edge).and_then(|after| bounces.get(usize::try_from(after).unwrap()));
            (begin..end).contains(&at) ^ (bouncing(begin) == Some(&true) || bouncing(end) == Some(&true))
        }
    }

    proptest! {
        #[test]
        fn a_pulse_of_400_ms_with_bouncing_edges_is_reported_at_both_ends_and_nothing_else(
            length_ms in 400_u64..3_000,
            bounces in proptest::collection::vec(any::<bool>(), 0..=40),
            steps_ms in proptest::collection::vec(1..=SAMPLE_EVERY_MS_MAX, 5_000),
        ) {
            prop_assert_eq!(reported(&steps_ms, pulse(length_ms, bounces)), [true, false]);
        }

        #[test]
        fn a_pulse_of_less_than_50_ms_has_not_been(
            length_ms in 1..DEBOUNCE_MS,
            steps_ms in proptest::collection::vec(1..=SAMPLE_EVERY_MS_MAX, 500),
        ) {
            prop_assert_eq!(reported(&steps_ms, pulse(length_ms, Vec::new())), []);
        }
    }

    #[test]
    fn an_edge_and_a_look_at_the_deadline_are_enough() {
        let mut debounce = Debounce::new(false);
        assert_eq!(debounce.sample(true, MonoMs(7)), None);
        assert_eq!(debounce.sample(true, MonoMs(30)), None, "an edge told twice does not begin anew");
        assert_eq!(debounce.deadline(), Some(MonoMs(57)));
        assert_eq!(debounce.sample(true, MonoMs(57)), Some(true));
        assert_eq!((debounce.level(), debounce.deadline()), (true, None));
    }
}
