//! What is left of a pattern for somebody who sees no colour and hears nothing: light and dark.

use alloc::vec::Vec;

use super::pattern::Pattern;

/// How far people count flashes at a glance; beyond it there are many.
const COUNTED_MAX: usize = 4;

/// A dark that is longer than this, in milliseconds, ends a group of flashes.
const PAUSE_MS_MIN: u32 = 500;

/// Two lengths can be told apart if one is so many times the other, and ..
const TOLD_APART_TIMES: u32 = 2;

/// .. so much longer, in milliseconds.
const TOLD_APART_MS: u32 = 100;

/// A group of flashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rhythm {
    flashes_ms: Vec<u32>,
    /// The dark between them.
    gaps_ms: Vec<u32>,
    /// The dark until the group comes again, if it does.
    pause_ms: Option<u32>,
}

impl Rhythm {
    pub(super) fn of(pattern: &Pattern, repeats: bool) -> Self {
        let runs = runs(pattern);
        if repeats { Self::repeating(runs) } else { Self::group(&runs, None) }
    }

    /// Nothing is to be seen of it.
    pub(super) fn is_dark(&self) -> bool {
        self.flashes_ms.is_empty()
    }

    pub(super) fn looks_like(&self, other: &Self) -> bool {
        let alike = |one: &[u32], other: &[u32]| one.iter().zip(other).all(|(one, other)| !told_apart(*one, *other));
        let count = |rhythm: &Self| rhythm.flashes_ms.len().min(COUNTED_MAX + 1);
        let by_pause = self.pause_ms.zip(other.pause_ms).is_some_and(|(one, other)| told_apart(one, other));
        count(self) == count(other)
            && !by_pause
            && alike(&self.flashes_ms, &other.flashes_ms)
            && alike(&self.gaps_ms, &other.gaps_ms)
    }

    fn repeating(mut runs: Vec<(bool, u32)>) -> Self {
        let longest = |runs: &[(bool, u32)]| {
            let dark = runs.iter().enumerate().filter(|(_, (lit, _))| !lit);
            dark.max_by_key(|(_, (_, ms))| *ms).map(|(at, (_, ms))| (at, *ms))
        };
        // Where the pattern begins anew, its last run goes on as its first.
        if runs.len() > 1
            && runs.first().map(|(lit, _)| *lit) == runs.last().map(|(lit, _)| *lit)
            && let (Some((_, ms)), Some((_, first))) = (runs.pop(), runs.first_mut())
        {
            *first += ms;
        }
        match longest(&runs) {
            None => Self::group(&[(true, u32::MAX)], None),
            Some((at, pause_ms)) => {
                let after = (at + 1) % runs.len();
                runs.rotate_left(after);
                if pause_ms >= PAUSE_MS_MIN {
                    return Self::group(&runs, Some(pause_ms));
                }
                // Without a pause the flashes go on for ever.
                let endless: Vec<_> = runs.iter().copied().cycle().take(runs.len() * (COUNTED_MAX + 1)).collect();
                Self::group(&endless, None)
            }
        }
    }

    fn group(runs: &[(bool, u32)], pause_ms: Option<u32>) -> Self {
        let first = runs.iter().position(|(lit, _)| *lit).unwrap_or(runs.len());
        let last = runs.iter().rposition(|(lit, _)| *lit).map_or(first, |at| at + 1);
        let shown = runs.get(first..last).unwrap_or_default();
        let lengths = |of: bool| shown.iter().filter(move |(lit, _)| *lit == of).map(|(_, ms)| *ms).collect();
        Self { flashes_ms: lengths(true), gaps_ms: lengths(false), pause_ms }
    }
}

/// Light and dark in turns.
fn runs(pattern: &Pattern) -> Vec<(bool, u32)> {
    let mut runs: Vec<(bool, u32)> = Vec::new();
    for step in &pattern.0 {
        match runs.last_mut() {
            Some((lit, ms)) if *lit == step.lamps.shine() => *ms += u32::from(step.ms),
            _ => runs.push((step.lamps.shine(), u32::from(step.ms))),
        }
    }
    runs
}

fn told_apart(one_ms: u32, other_ms: u32) -> bool {
    let (short, long) = (one_ms.min(other_ms), one_ms.max(other_ms));
    long >= short.saturating_mul(TOLD_APART_TIMES) && long - short >= TOLD_APART_MS
}
