//! An encoder: jobs come over the link, and cards are laid on the reader.
//!
//! ```text
//!   job comes ──▶ Waiting ──── its card lies there ────▶ Writing ──▶ ended: an event
//!                    │ another job, or its time is over                ▲
//!                    └─────────────── untouched ───────────────────────┘
//! ```
//!
//! There is one job at a time: somebody stands there with one card. A card for which there is nothing to do is told,
//! so that the page knows which card lies there.

use access::decide::Presented;
use access::door::Input;
use access::encode::{ChipClass, EncodeJob, Outcome, Stage, Work};
use access::event::EventKind;
use access::time::MonoMs;
use access::uid::Uid;

use super::{DoorLoop, Shared};
use crate::reader::encode::Ended;
use crate::reader::{Job, Verdict};

/// What an encoder is about.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    job: Option<Current>,
    lying: Option<Uid>,
}

#[derive(Debug)]
struct Current {
    id: u64,
    uid: Uid,
    expires: MonoMs,
    /// Until the reader has it.
    work: Option<Work>,
}

impl Desk {
    /// The card is off the reader.
    pub(crate) fn lifted(&mut self) {
        self.lying = None;
    }

    /// When a job that waits for its card is over.
    pub(crate) fn deadline(&self) -> Option<MonoMs> {
        self.job.as_ref().filter(|job| job.work.is_some()).map(|job| job.expires)
    }
}

impl DoorLoop {
    /// A job has come. At a door there is nothing to write with.
    pub(super) fn on_job(&mut self, job: &EncodeJob, shared: &mut Shared) {
        let Some(desk) = &mut self.desk else {
            tracing::warn!("a job for an encoder came to a door");
            self.refuse(shared);
            return;
        };
        let writing = desk.job.as_ref().is_some_and(|job| job.work.is_none());
        let now = self.clock.at().mono;
        let meant = job.is_for(self.boot, self.uplink.session().unwrap_or(0), now);
        let work = Work::unseal(&job.sealed, &self.identity.key, &job.uid);
        let (false, true, Ok(work)) = (writing, meant, work) else {
            self.tell_ended(job.id, job.uid, Outcome::Refused, ChipClass::Unknown, shared);
            return;
        };
        let current = Current { id: job.id, uid: job.uid, expires: job.expires, work: Some(work) };
        if let Some(former) = desk.job.replace(current) {
            self.tell_ended(former.id, former.uid, Outcome::Untouched, ChipClass::Unknown, shared);
        }
        if !self.begin_job(shared) {
            self.on_stage(job.id, Stage::Waiting);
        }
    }

    /// Something was laid on the encoder.
    pub(super) fn on_desk_card(&mut self, number: u64, presented: Presented, uid: Option<Uid>, shared: &mut Shared) {
        let Some(desk) = &mut self.desk else { return };
        desk.lying = uid.filter(|_| presented == Presented::Classic1k);
        let idle = desk.job.is_none();
        if self.begin_job(shared) {
            return;
        }
        if let Some(gate) = self.gates.first() {
            gate.reader.answer(number, Verdict::Done);
        }
        if let Some(uid) = uid.filter(|_| idle) {
            self.handle(Input::NoteCard(EventKind::Presented, uid), shared);
        }
    }

    pub(super) fn on_stage(&mut self, job: u64, stage: Stage) {
        self.uplink.encoding(job, stage, self.facts.journal_link);
    }

    pub(super) fn on_encoded(&mut self, job: u64, ended: Ended, shared: &mut Shared) {
        let Some(desk) = &mut self.desk else { return };
        if let Some(current) = desk.job.take_if(|current| current.id == job) {
            self.tell_ended(job, current.uid, ended.outcome, ended.chip, shared);
        }
        let now = self.clock.at().mono;
        self.each_taps(|taps| taps.written(now));
    }

    pub(super) fn expire_job(&mut self, now: MonoMs, shared: &mut Shared) {
        let Some(desk) = &mut self.desk else { return };
        if desk.deadline().is_some_and(|until| now >= until)
            && let Some(job) = desk.job.take()
        {
            self.tell_ended(job.id, job.uid, Outcome::Untouched, ChipClass::Unknown, shared);
        }
    }

    /// Gives the job to the reader if its card lies there.
    fn begin_job(&mut self, shared: &mut Shared) -> bool {
        let Some(desk) = &mut self.desk else { return false };
        let lying = desk.lying;
        let Some(current) = desk.job.as_mut().filter(|job| Some(job.uid) == lying) else { return false };
        let (id, uid) = (current.id, current.uid);
        let Some(work) = current.work.take() else { return false };
        if self.gates.first().is_some_and(|gate| gate.reader.encode(Job { id, uid, work })) {
            return true;
        }
        desk.job = None;
        self.tell_ended(id, uid, Outcome::Untouched, ChipClass::Unknown, shared);
        false
    }

    fn tell_ended(&mut self, job: u64, uid: Uid, outcome: Outcome, chip: ChipClass, shared: &mut Shared) {
        tracing::info!(outcome = outcome.code(), chip = chip.code(), "a job of the encoder has ended");
        self.handle(Input::NoteCard(EventKind::Encoded { job, outcome, chip }, uid), shared);
    }
}
