//! What a run did, for whoever has to find out why it failed.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::time;

/// Lines that are kept; the last ones tell.
const LINES_MAX: usize = 4_000;

/// What a run did.
#[derive(Debug, Default)]
pub struct Trace {
    /// Whether it is kept at all: a run that passes needs none.
    on: bool,
    lines: RefCell<VecDeque<String>>,
}

impl Trace {
    /// Kept, or not.
    #[must_use]
    pub fn new(on: bool) -> Self {
        Self { on, lines: RefCell::default() }
    }

    /// Notes something.
    pub fn say(&self, line: impl FnOnce() -> String) {
        if !self.on {
            return;
        }
        let mut lines = self.lines.borrow_mut();
        lines.push_back(format!("{:>8} ms  {}", time::elapsed_ms(), line()));
        if lines.len() > LINES_MAX {
            lines.pop_front();
        }
    }

    /// All that was kept.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.lines.borrow().iter().cloned().collect()
    }
}
