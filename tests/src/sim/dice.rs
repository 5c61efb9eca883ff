//! Chance that can be had again: the same seed, the same throws.

use std::cell::Cell;

/// SplitMix64.
#[derive(Debug)]
pub struct Dice(Cell<u64>);

impl Dice {
    /// All throws follow from the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D))
    }

    /// Any number.
    pub fn any(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.0.set(state);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `end`, which is at least 1.
    pub fn below(&self, end: u64) -> u64 {
        self.any() % end.max(1)
    }

    /// From `from` to `to`, both included.
    pub fn between(&self, from: u64, to: u64) -> u64 {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// So often in a hundred.
    pub fn percent(&self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        let length = u64::try_from(from.len()).unwrap_or(1);
        from.get(usize::try_from(self.below(length)).unwrap_or(0))
    }
}
