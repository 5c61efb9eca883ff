//! What is watched besides the leaf: the inputs, an exit button that does not come up, a contact that flutters.

use alloc::collections::VecDeque;

use super::{CONTACT_EDGES_MAX, CONTACT_EDGES_MS, CONTACT_QUIET_MS, EXIT_STUCK_MS};
use crate::event::{EventKind, Faults, Watched};
use crate::time::MonoMs;

/// What is watched.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// What the journal has been told.
    told: Faults,
    /// What the inputs say.
    inputs: Faults,
    exit_down_since: Option<MonoMs>,
    exit_is_stuck: bool,
    /// When the contact changed, oldest first; at most [`CONTACT_EDGES_MAX`].
    edges: VecDeque<MonoMs>,
    flutters: bool,
}

impl Watch {
    /// What is wrong, as the journal knows it.
    pub(super) fn faults(&self) -> Faults {
        self.told
    }

    pub(super) fn has(&self, watched: Watched) -> bool {
        self.told.has(watched)
    }

    pub(super) fn input(&mut self, watched: Watched, wrong: bool) {
        self.inputs.set(watched, wrong);
    }

    /// The exit button is down, or up; says whether it has just gone down.
    pub(super) fn exit(&mut self, down: bool, now: MonoMs) -> bool {
        let pressed = down && self.exit_down_since.is_none();
        self.exit_down_since = down.then(|| self.exit_down_since.unwrap_or(now));
        pressed
    }

    /// The contact has changed.
    pub(super) fn edge(&mut self, now: MonoMs) {
        let so_many_ago = self.edges.front().filter(|_| self.edges.len() >= CONTACT_EDGES_MAX).copied();
        if so_many_ago.is_some() {
            self.edges.pop_front();
        }
        self.edges.push_back(now);
        self.flutters |= so_many_ago.is_some_and(|at| now.since(at) <= CONTACT_EDGES_MS);
    }

    pub(super) fn pass_time(&mut self, now: MonoMs) {
        self.exit_is_stuck = self.exit_down_since.is_some_and(|since| now.since(since) >= EXIT_STUCK_MS);
        if self.quiet_at().is_none_or(|at| now >= at) {
            self.flutters = false;
        }
    }

    /// What the journal has yet to be told, one thing after the other until there is no more; it is taken as told.
    pub(super) fn tell(&mut self) -> Option<EventKind> {
        let mut wrong = self.inputs;
        wrong.set(Watched::ExitButton, self.exit_is_stuck || self.inputs.has(Watched::ExitButton));
        wrong.set(Watched::Contact, self.flutters || self.inputs.has(Watched::Contact));
        let changed = Watched::ALL.into_iter().find(|watched| wrong.has(*watched) != self.told.has(*watched))?;
        self.told.set(changed, wrong.has(changed));
        Some(if wrong.has(changed) { EventKind::Raised(changed) } else { EventKind::Cleared(changed) })
    }

    pub(super) fn deadline(&self) -> Option<MonoMs> {
        let stuck = self.exit_down_since.filter(|_| !self.exit_is_stuck).map(|since| since + EXIT_STUCK_MS);
        let quiet = self.quiet_at().filter(|_| self.flutters);
        [stuck, quiet].into_iter().flatten().min()
    }

    fn quiet_at(&self) -> Option<MonoMs> {
        self.edges.back().map(|last| *last + CONTACT_QUIET_MS)
    }
}
