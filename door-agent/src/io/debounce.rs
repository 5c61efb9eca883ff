//! A level that has stood long enough.

use access::time::MonoMs;

/// Takes samples of a level, and follows it once it has stood.
pub(super) struct Debounce {
    level: bool,
    settle_ms: u64,
    /// Since when the samples have been at the other level.
    other_since: Option<MonoMs>,
}

impl Debounce {
    pub(super) fn new(level: bool, settle_ms: u64) -> Self {
        Self { level, settle_ms, other_since: None }
    }

    /// The level that counts.
    pub(super) fn level(&self) -> bool {
        self.level
    }

    /// Whether this sample makes the level change.
    pub(super) fn sample(&mut self, level: bool, now: MonoMs) -> bool {
        if level == self.level {
            self.other_since = None;
            return false;
        }
        let since = *self.other_since.get_or_insert(now);
        let stood = now.since(since) >= self.settle_ms;
        if stood {
            self.level = level;
            self.other_since = None;
        }
        stood
    }
}
