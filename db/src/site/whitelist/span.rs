//! Windows as two numbers, so that they compare, meet and merge without cases: an open end is the farthest second.

use access::time::{UtcS, Window};

/// From a second up to, not including, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::site) struct Span {
    pub(in crate::site) from: i64,
    pub(in crate::site) until: i64,
}

impl Span {
    pub(in crate::site) const ALWAYS: Self = Self { from: i64::MIN, until: i64::MAX };

    pub(in crate::site) fn of(window: Window) -> Self {
        let from = window.from.map_or(i64::MIN, |from| from.0);
        let until = window.until.map_or(i64::MAX, |until| until.0);
        Self { from, until }
    }

    pub(in crate::site) fn window(self) -> Window {
        let bound = |bound: i64, open: i64| (bound != open).then_some(UtcS(bound));
        Window { from: bound(self.from, i64::MIN), until: bound(self.until, i64::MAX) }
    }

    pub(in crate::site) fn is_possible(self) -> bool {
        self.from < self.until
    }

    /// What both have; perhaps impossible.
    pub(in crate::site) fn meet(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.min(other.until) }
    }

    pub(in crate::site) fn covers(self, other: Self) -> bool {
        self.from <= other.from && self.until >= other.until
    }
}

/// Possible ones in order, those that touch or overlap made one.
pub(in crate::site) fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.is_possible());
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
            _ => merged.push(span),
        }
    }
    merged
}

/// What is left of a span without those, which are merged.
pub(in crate::site) fn is_more_than(span: Span, without: &[Span]) -> bool {
    let mut from = span.from;
    for gap in without {
        if gap.from > from {
            break;
        }
        from = from.max(gap.until);
    }
    from < span.until
}
