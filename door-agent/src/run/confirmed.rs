//! The controller's answers to the door's statuses: what time it is, and that the list is the one that it should have.
//!
//! ```text
//!   status with nonce ──▶ … ──▶ answer with the same nonce ──▶ time, age of the list, receipt
//!                                a nonce of another connection, or none of the door's ──▶ nothing
//!   each second ──▶ clocks, age ──▶ events: a clock was set; the list is too old, or confirmed again
//!   every ten minutes, and when something has changed ──▶ the disk, for the next boot
//! ```

use access::age::{ListAge, Nonces};
use access::confirm::{Confirmation, Nonce};
use access::door::Input;
use access::event::{ClockSource, EventKind};
use access::reckon::Step;
use access::settings::Beyond;
use access::time::{At, MonoMs, UtcMs};
use access::whitelist::Generation;
use db::door::KnownTime;

use super::{DoorLoop, Shared};
use crate::enrol::SureTime;

/// How often the time goes to the disk, in milliseconds. A list is counted as so much older after a boot, and a box
/// without a clock begins by so much earlier; an SD card bears a write in ten minutes for its life.
const KEEP_EVERY_MS: u64 = 10 * 60_000;

/// A boot that does not know how old its list is says nothing of it for so long, in milliseconds: a board that was switched
/// off and on has its answer within seconds. What the list is worth meanwhile does not wait.
const TELL_AFTER_MS: u64 = 60_000;

/// Shortest time between two events about clocks that the same source has set, in milliseconds.
const STEPPED_EVERY_MS: u64 = 60_000;

/// What the door has asked, and what it knows of the answers.
#[derive(Debug, Default)]
pub(crate) struct Confirmed {
    nonces: Nonces,
    age: ListAge,
    /// Civil time of the newest confirmation, or a little before it.
    at: Option<UtcMs>,
    /// Whether it was in this boot.
    in_this_boot: bool,
    /// As of the last look.
    old_list: Option<Beyond>,
    /// Whether it has been told that the list is too old.
    too_old: bool,
    kept: MonoMs,
    unsaved: Option<KnownTime>,
    /// By whom clocks were set, and what is not told of it yet.
    steps: Vec<Stepped>,
}

/// What one of those who set clocks has done.
#[derive(Debug, Clone, Copy)]
struct Stepped {
    by: ClockSource,
    /// The sum of what is in no event yet.
    untold_ms: Option<i64>,
    told: Option<MonoMs>,
}

impl Confirmed {
    /// As the boot before has left it.
    pub(crate) fn found(time: KnownTime) -> Self {
        Self { age: ListAge::found(time.confirmed), at: time.confirmed, too_old: time.too_old, ..Self::default() }
    }

    /// A connection begins: answers to what was asked on another one do not count.
    pub(super) fn begin(&mut self) {
        self.nonces = Nonces::default();
    }

    /// A nonce for a status that is sent now. Without randomness there is none, and its answer will not count.
    pub(super) fn ask(&mut self, now: MonoMs) -> Nonce {
        let mut nonce = Nonce::default();
        match getrandom::fill(&mut nonce.0) {
            Ok(()) => self.nonces.sent(nonce, now),
            Err(error) => {
                tracing::error!(%error, "the operating system gives no randomness; no answer will be believed");
            }
        }
        nonce
    }

    /// Whether the list is older than it may be, as of the last look.
    pub(super) fn is_list_old(&self) -> bool {
        self.old_list.is_some()
    }

    /// Whether nobody passes for want of a newer list, as of the last look.
    pub(super) fn denies(&self) -> bool {
        self.old_list == Some(Beyond::Denies)
    }

    /// A clock was set.
    fn note(&mut self, step: Step) {
        let known = self.steps.iter_mut().find(|stepped| stepped.by == step.by);
        match known {
            Some(stepped) => stepped.untold_ms = Some(stepped.untold_ms.unwrap_or(0).saturating_add(step.by_ms)),
            // One of each source.
            None => self.steps.push(Stepped { by: step.by, untold_ms: Some(step.by_ms), told: None }),
        }
    }

    /// What is to be told now, at most one of each source.
    fn take_steps(&mut self, now: MonoMs) -> Vec<Step> {
        let due = |stepped: &&mut Stepped| stepped.told.is_none_or(|told| now.since(told) >= STEPPED_EVERY_MS);
        let take = |stepped: &mut Stepped| {
            let by_ms = stepped.untold_ms.take()?;
            stepped.told = Some(now);
            Some(Step { by_ms, by: stepped.by })
        };
        self.steps.iter_mut().filter(due).filter_map(take).collect()
    }

    /// What is to go to the disk; it is taken as saved.
    pub(super) fn take_unsaved(&mut self) -> Option<KnownTime> {
        self.unsaved.take()
    }
}

impl DoorLoop {
    pub(super) fn on_confirmed(&mut self, confirmation: &Confirmation, shared: &mut Shared) {
        let Some(sent) = self.facts.confirmed.nonces.answered(confirmation.nonce) else {
            tracing::debug!("an answer to nothing that this connection has asked is left alone");
            return;
        };
        let step = self.clock.signed(sent, confirmation.issued);
        self.tell_step(step, shared);
        self.tell_sure_time();
        let has = confirmation.whitelist == self.facts.whitelist
            && self.facts.state.generation >= confirmation.state
            && !confirmation.hold;
        if has {
            self.list_confirmed(sent, confirmation);
        }
        self.look_at_age(shared);
        self.rebuild_if_damaged(confirmation);
        self.on_receipt(&confirmation.receipt);
        self.on_hold(confirmation.hold);
    }

    fn tell_sure_time(&self) {
        if self.clock.is_sure() {
            let utc = self.clock.at().utc.second();
            self.sure.send_replace(Some(SureTime { utc, since: tokio::time::Instant::now() }));
        }
    }

    fn list_confirmed(&mut self, sent: MonoMs, confirmation: &Confirmation) {
        let way = i64::try_from(self.clock.at().mono.since(sent)).unwrap_or(i64::MAX);
        let known = &mut self.facts.confirmed;
        known.age.confirmed(sent, confirmation.issued, confirmation.expires);
        known.at = Some(UtcMs(confirmation.issued.0.saturating_sub(way)));
        if !std::mem::replace(&mut known.in_this_boot, true) {
            self.keep_time();
        }
    }

    /// What time alone brings, and what others do to the clocks.
    pub(super) fn look_at_clock(&mut self, shared: &mut Shared) {
        let step = self.clock.look();
        self.tell_step(step, shared);
        self.tell_steps(shared);
        self.look_at_age(shared);
        if self.clock.at().mono.since(self.facts.confirmed.kept) >= KEEP_EVERY_MS {
            self.keep_time();
        }
    }

    /// What holds of the list, if it is too old.
    pub(super) fn old_list(&self) -> Option<Beyond> {
        let age = self.facts.state.settings.age?;
        let known = &self.facts.confirmed.age;
        known.is_too_old(Some(age), self.clock.at(), self.clock.is_sure()).then_some(age.beyond)
    }

    /// For the controller: how old the list is at most.
    pub(super) fn confirmed_age_s(&self, now: At) -> Option<u32> {
        let ms = self.facts.confirmed.age.ago(now, self.clock.is_sure()).at_most_ms?;
        Some(u32::try_from(ms / 1_000).unwrap_or(u32::MAX))
    }

    /// What is known of the time goes to the disk.
    pub(super) fn keep_time(&mut self) {
        let at = self.clock.at();
        let known = &mut self.facts.confirmed;
        known.kept = at.mono;
        known.unsaved = Some(KnownTime { known: at.utc, confirmed: known.at, too_old: known.too_old });
    }

    fn tell_step(&mut self, step: Option<Step>, shared: &mut Shared) {
        let Some(Step { by_ms, by }) = step else { return };
        tracing::warn!(by_ms, ?by, "a clock was set");
        // What was on the disk may be what has been put right.
        self.keep_time();
        self.facts.confirmed.note(Step { by_ms, by });
        self.tell_steps(shared);
    }

    /// The first is told at once, those of the next minute together: a clock that is set each second is to fill no journal.
    fn tell_steps(&mut self, shared: &mut Shared) {
        let now = self.clock.at().mono;
        for Step { by_ms, by } in self.facts.confirmed.take_steps(now) {
            self.handle(Input::Note(EventKind::ClockStepped { by_ms, by }), shared);
        }
    }

    fn look_at_age(&mut self, shared: &mut Shared) {
        let (now, old_list) = (self.clock.at(), self.old_list());
        self.facts.confirmed.old_list = old_list;
        self.ask_soon();
        let too_old = old_list.is_some() && self.facts.whitelist.generation != Generation(0);
        // Only an answer says that the list is the newest again, and never that nobody knows any more how old it is.
        let is_known = match too_old {
            true => self.confirmed_age_s(now).is_some() || now.mono.0 >= TELL_AFTER_MS,
            false => self.facts.confirmed.in_this_boot,
        };
        if too_old == self.facts.confirmed.too_old || !is_known || self.desk.is_some() {
            return;
        }
        self.facts.confirmed.too_old = too_old;
        self.keep_time();
        tracing::warn!(too_old, "the age of the list has passed its limit, or the list was confirmed again");
        let kind = if too_old { EventKind::ListTooOld } else { EventKind::ListConfirmed };
        self.handle(Input::Note(kind), shared);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_each_second_is_told_once_a_minute_with_the_sum() {
        let mut known = Confirmed::default();
        let step = |by_ms, by| Step { by_ms, by };
        let mut told = Vec::new();
        for second in 0..=120 {
            known.note(step(2_000, ClockSource::System));
            told.extend(known.take_steps(MonoMs(second * 1_000)));
        }
        assert_eq!(told, [2_000, 120_000, 120_000].map(|by_ms| step(by_ms, ClockSource::System)));
        known.note(step(-5_000, ClockSource::Controller));
        assert_eq!(
            known.take_steps(MonoMs(121_000)),
            [step(-5_000, ClockSource::Controller)],
            "another's is told at once"
        );
        assert_eq!(known.take_steps(MonoMs(900_000)), []);
    }
}
