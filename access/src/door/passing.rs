//! From a grant to the entry, or to none.

use alloc::vec::Vec;

use super::passers::Card;
use super::pending::Grant;
use super::{Door, Effect, JOURNAL_WAIT_MS};
use crate::event::EventKind;
use crate::signal::Signal;
use crate::time::MonoMs;

impl Door {
    pub(super) fn release(&mut self, grant: Grant, now: MonoMs, effects: &mut Vec<Effect>) {
        let times = if grant.long { &self.settings.long_times } else { &self.settings.times };
        if now.since(grant.since) > JOURNAL_WAIT_MS + u64::from(times.release_ms) {
            // The machine stood still for so long that whoever stood there has gone.
            self.void(grant, effects);
            return;
        }
        let until = self.lock.release(grant.by, times.release_ms, now);
        self.drive(now, effects);
        effects.push(Effect::Show(grant.signal));
        self.leaf.extend(grant.long, now);
        let pushed_out = grant.card.and_then(|card| self.passers.add(card, until, grant.long));
        if let Some(card) = pushed_out {
            self.not_entered(card, effects);
        }
        if self.leaf.is_open() || !self.leaf.is_wired() || !self.is_contact_good() {
            self.enter(effects);
        }
    }

    pub(super) fn void(&mut self, grant: Grant, effects: &mut Vec<Effect>) {
        effects.push(Effect::Show(Signal::Denied));
        if let Some(card) = grant.card {
            self.not_entered(card, effects);
        }
    }

    pub(super) fn enter(&mut self, effects: &mut Vec<Effect>) {
        for card in self.passers.enter() {
            for uid in card.uids() {
                self.record(EventKind::Entered { side: card.side }, Some(uid), effects);
                effects.push(Effect::Passed(uid, card.side));
            }
        }
    }

    pub(super) fn not_entered(&mut self, card: Card, effects: &mut Vec<Effect>) {
        for uid in card.uids() {
            self.record(EventKind::NotEntered { side: card.side }, Some(uid), effects);
            effects.push(Effect::NotPassed(uid, card.side));
        }
    }
}
