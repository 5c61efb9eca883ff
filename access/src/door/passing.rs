//! From a grant to the entry, or to none.

use alloc::vec::Vec;

use super::passers::Release;
use super::pending::Grant;
use super::{Door, Effect, JOURNAL_WAIT_MS};
use crate::event::EventKind;
use crate::passage::Side;
use crate::signal::Signal;
use crate::time::MonoMs;
use crate::uid::Uid;

impl Door {
    pub(super) fn release(&mut self, grant: Grant, now: MonoMs, effects: &mut Vec<Effect>) {
        let times = if grant.long { &self.settings.long_times } else { &self.settings.times };
        if now.since(grant.since) > JOURNAL_WAIT_MS + u64::from(times.release_ms) {
            // The machine stood still for so long that whoever stood there has gone.
            self.void(grant, effects);
            return;
        }
        let is_open = self.leaf.is_open();
        let until = self.lock.release(grant.by, times.release_ms, is_open, now);
        self.drive(now, effects);
        effects.push(Effect::Show(grant.signal));
        if self.prolongs(&grant) {
            self.leaf.extend(grant.long, now);
        }
        if let Some(card) = grant.card {
            let (side, long, again) = (card.side, grant.long, grant.again);
            for uid in card.uids() {
                if let Some(first) = self.passers.add(Release { uid, side, until, long, is_open, again, now }) {
                    self.not_entered(first.uid, first.side, effects);
                }
            }
        }
        if is_open || !self.leaf.is_wired() || !self.is_contact_good() {
            self.enter(effects);
        }
    }

    fn prolongs(&mut self, grant: &Grant) -> bool {
        let again = grant.again.is_some();
        grant
            .card
            .is_none_or(|card| card.uids().filter(|uid| self.passers.prolongs(*uid, card.side, again)).count() > 0)
    }

    /// It comes to nothing. A card of which another release runs, or waits, is told of when that is over.
    pub(super) fn void(&mut self, grant: Grant, effects: &mut Vec<Effect>) {
        effects.push(Effect::Show(Signal::Denied));
        if let Some(card) = grant.card {
            for uid in card.uids().filter(|uid| !self.is_due(*uid, card.side)).collect::<Vec<_>>() {
                self.not_entered(uid, card.side, effects);
            }
        }
    }

    fn is_due(&self, uid: Uid, side: Side) -> bool {
        self.passers.has(uid, side) || self.pending.has(uid, side)
    }

    pub(super) fn enter(&mut self, effects: &mut Vec<Effect>) {
        for passer in self.passers.enter() {
            self.record(EventKind::Entered { side: passer.side }, Some(passer.uid), effects);
            effects.push(Effect::Passed(passer.uid, passer.side));
        }
    }

    pub(super) fn not_entered(&mut self, uid: Uid, side: Side, effects: &mut Vec<Effect>) {
        self.record(EventKind::NotEntered { side }, Some(uid), effects);
        effects.push(Effect::NotPassed(uid, side));
    }
}
