//! Changes on their way to one door, and when they were made.

use std::collections::VecDeque;
use std::time::Duration;

use access::whitelist::{Generation, WhitelistId};
use tokio::time::Instant;

use crate::distribute::{Desired, Reported};

/// Changes of one door that are told apart. Beyond it the newest ones count as one that was made with the first of them: a
/// door that is away for a week must not be remembered change by change.
const CHANGES_MAX: usize = 32;

/// What one door does not have yet.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    lists: Queue<WhitelistId>,
    states: Queue<Generation>,
}

/// A change that is in force at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reached {
    pub(crate) took: Duration,
    /// It blocked a card there, or took it off the list.
    pub(crate) takes: bool,
    /// The door was away in between, or was held back.
    pub(crate) late: bool,
}

/// A change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    /// When it was made.
    pub(crate) since: Instant,
    pub(crate) takes: bool,
    pub(crate) late: bool,
}

/// What each change leads to, oldest first.
#[derive(Debug)]
struct Queue<T>(VecDeque<(T, Change)>);

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl Pending {
    /// The door shall have this list.
    pub(crate) fn list(&mut self, to: WhitelistId, change: Change) {
        self.lists.push(to, change);
    }

    /// The door shall be in this state.
    pub(crate) fn state(&mut self, to: Generation, change: Change) {
        self.states.push(to, change);
    }

    /// The door is away: whatever it does not have yet comes late.
    pub(crate) fn away(&mut self) {
        self.lists.late();
        self.states.late();
    }

    /// The door tells what it has; `anew` on a new connection. What it lacks then without anybody knowing of a change was
    /// made while this program did not run, and is late as of now.
    pub(crate) fn heard(&mut self, anew: bool, desired: &Desired, has: &Reported, now: Instant) -> Vec<Reached> {
        if anew {
            self.away();
            let unknown = Change { since: now, takes: false, late: true };
            self.lists.begin(desired.whitelist, has.whitelist, unknown);
            self.states.begin(desired.state, has.state, unknown);
        }
        let lists = self.lists.reach(desired.whitelist, has.whitelist);
        let reached = lists.chain(self.states.reach(desired.state, has.state));
        let took = |change: &Change| now.saturating_duration_since(change.since);
        reached.map(|change| Reached { took: took(&change), takes: change.takes, late: change.late }).collect()
    }

    /// Since when the door lacks something; none if it has everything.
    pub(crate) fn oldest(&self) -> Option<Instant> {
        [self.lists.oldest(), self.states.oldest()].into_iter().flatten().min()
    }
}

impl<T: Copy + PartialEq> Queue<T> {
    fn push(&mut self, to: T, change: Change) {
        if self.0.len() < CHANGES_MAX {
            self.0.push_back((to, change));
        } else if let Some((newest, with)) = self.0.back_mut() {
            *newest = to;
            with.takes |= change.takes;
            with.late |= change.late;
        }
    }

    fn begin(&mut self, wanted: T, has: T, change: Change) {
        if self.0.is_empty() && wanted != has {
            self.0.push_back((wanted, change));
        }
    }

    fn late(&mut self) {
        self.0.iter_mut().for_each(|(_, change)| change.late = true);
    }

    /// Takes out what is in force: each change that led to what the door has, and those before it.
    fn reach(&mut self, wanted: T, has: T) -> impl Iterator<Item = Change> {
        let through = if wanted == has {
            self.0.len()
        } else {
            self.0.iter().position(|(to, _)| *to == has).map_or(0, |at| at + 1)
        };
        self.0.drain(..through).map(|(_, change)| change)
    }

    fn oldest(&self) -> Option<Instant> {
        self.0.front().map(|(_, change)| change.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(generation: u64) -> WhitelistId {
        WhitelistId { generation: Generation(generation), ..WhitelistId::default() }
    }

    fn wants(list_generation: u64, state: u64) -> Desired {
        Desired { whitelist: list(list_generation), state: Generation(state), ..Desired::default() }
    }

    fn has(list_generation: u64, state: u64) -> Reported {
        Reported { whitelist: list(list_generation), state: Generation(state), ..Reported::default() }
    }

    const fn change(since: Instant, takes: bool) -> Change {
        Change { since, takes, late: false }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn each_change_is_told_when_the_door_has_it_and_once() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        pending.list(list(2), change(start, false));
        pending.list(list(3), change(start + ms(10), true));
        pending.state(Generation(3), change(start + ms(10), false));
        assert_eq!(pending.oldest(), Some(start));
        let first = pending.heard(false, &wants(3, 3), &has(2, 1), start + ms(20));
        assert_eq!(first, [Reached { took: ms(20), takes: false, late: false }]);
        assert_eq!(pending.heard(false, &wants(3, 3), &has(2, 1), start + ms(25)), []);
        let second = pending.heard(false, &wants(3, 3), &has(3, 3), start + ms(30));
        let is = |takes| Reached { took: ms(20), takes, late: false };
        assert_eq!((second, pending.oldest()), (vec![is(true), is(false)], None));
    }

    #[test]
    fn a_door_that_was_away_in_between_comes_late_however_short_it_was() {
        for anew in [false, true] {
            let (mut pending, start) = (Pending::default(), Instant::now());
            pending.list(list(2), change(start, true));
            if !anew {
                pending.away();
            }
            let reached = pending.heard(anew, &wants(2, 1), &has(2, 1), start + ms(5));
            assert_eq!(reached, [Reached { took: ms(5), takes: true, late: true }], "{anew}");
        }
    }

    #[test]
    fn what_a_door_lacks_when_it_connects_is_late_as_of_then() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        assert_eq!(pending.heard(true, &wants(2, 2), &has(0, 2), start), []);
        assert_eq!(pending.oldest(), Some(start));
        let reached = pending.heard(false, &wants(2, 2), &has(2, 2), start + ms(9));
        assert_eq!(reached, [Reached { took: ms(9), takes: false, late: true }]);
        assert_eq!(pending.heard(true, &wants(2, 2), &has(2, 2), start + ms(10)), [], "nothing was lacking");
    }

    #[test]
    fn a_door_that_lacks_much_is_remembered_by_its_oldest_and_its_newest_changes() {
        let (mut pending, start) = (Pending::default(), Instant::now());
        for generation in 1..=1_000 {
            pending.list(list(generation), change(start + ms(generation), generation == 1_000));
        }
        assert_eq!(pending.oldest(), Some(start + ms(1)));
        let reached = pending.heard(false, &wants(1_000, 0), &has(1_000, 0), start + ms(1_000));
        assert_eq!((reached.len(), reached.last().unwrap().takes), (CHANGES_MAX, true));
        assert_eq!(reached.last().unwrap().took, ms(1_000 - 32));
    }
}
