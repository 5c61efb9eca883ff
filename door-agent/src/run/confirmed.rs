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
use access::event::EventKind;
use access::reckon::Step;
use access::settings::Beyond;
use access::time::{At, MonoMs, UtcMs};
use access::whitelist::Generation;
use db::door::KnownTime;

use super::{DoorLoop, Shared};

/// How often the time goes to the disk, in milliseconds. A list is counted as so much older after a boot, and a box
/// without a clock begins by so much earlier; an SD card bears a write in ten minutes for its life.
const KEEP_EVERY_MS: u64 = 10 * 60_000;

/// A boot that does not know how old its list is says nothing of it for so long, in milliseconds: a board that was switched
/// off and on has its answer within seconds. What the list is worth meanwhile does not wait.
const TELL_AFTER_MS: u64 = 60_000;

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

    /// Whether nobody passes for want of a newer list, as of the last look.
    pub(super) fn denies(&self) -> bool {
        self.old_list == Some(Beyond::Denies)
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
        let has = confirmation.whitelist == self.facts.whitelist
            && self.facts.state.generation >= confirmation.state
            && !confirmation.hold;
        if has {
            self.list_confirmed(sent, confirmation);
        }
        self.look_at_age(shared);
        self.on_receipt(&confirmation.receipt, shared);
        self.on_hold(confirmation.hold);
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
        self.handle(Input::Note(EventKind::ClockStepped { by_ms, by }), shared);
    }

    fn look_at_age(&mut self, shared: &mut Shared) {
        let (now, old_list) = (self.clock.at(), self.old_list());
        self.facts.confirmed.old_list = old_list;
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
