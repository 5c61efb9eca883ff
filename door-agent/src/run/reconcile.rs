//! Whether the journal of this door is the one that the controller knows, and what is done if it is not.

use access::confirm::Receipt;
use access::door::Input;
use access::event::{DoorFile, EventKind};
use access::reconcile::Verdict;
use access::time::{At, MonoMs};
use db::door::Draft;

use super::{DoorLoop, Shared};
use crate::journal::{Beginning, JournalAnswer, Standing};

/// Shortest time between two attempts to rescue a journal, in milliseconds.
const RESCUE_EVERY_MS: u64 = 60_000;

impl DoorLoop {
    /// The controller has said what it has of the journal, in answer to one of this connection's statuses.
    pub(super) fn on_receipt(&mut self, receipt: &Receipt) {
        let verdict = match self.uplink.answer(receipt) {
            Ok(verdict) => verdict,
            Err(error) => return self.uplink.unreadable(&error),
        };
        match verdict {
            Verdict::Nothing => {}
            Verdict::Ask => self.send_status(),
            Verdict::Agreed { through } => {
                self.journal.agree(self.uplink.epoch(), through);
                self.uplink.pump(self.clock.at().mono);
            }
            Verdict::Begin { common, cause } => {
                tracing::warn!(
                    common,
                    ?cause,
                    "this journal is not the one that the controller knows; a new epoch begins"
                );
                let draft = self.draft(EventKind::Started, None, self.clock.at());
                let begins = |epoch| self.journal.begin(Beginning { epoch, common, cause, draft });
                if !new_epoch().is_some_and(begins) {
                    self.uplink.not_begun();
                }
            }
        }
    }

    pub(super) fn on_journal(&mut self, answer: JournalAnswer, shared: &mut Shared) {
        let tickets = match answer {
            JournalAnswer::Recorded { tickets, head, link, standing } => {
                (self.facts.journal_head, self.facts.journal_link) = (head, link);
                self.uplink.recorded(head);
                self.stands(standing);
                tickets
            }
            // What is dropped is declared to be; a door that may open does not wait for room.
            JournalAnswer::Dropped { tickets, standing } => {
                self.stands(standing);
                tickets
            }
            JournalAnswer::Stands(standing) => return self.stands(standing),
            JournalAnswer::Began { epoch, head, link, standing, rebuilt } => {
                return self.on_epoch((epoch, head, link), standing, rebuilt, shared);
            }
            JournalAnswer::Disk { refuses } => {
                self.facts.journal_refuses = refuses;
                return self.look_at_disk(shared);
            }
        };
        for ticket in tickets {
            self.handle(Input::Recorded(ticket), shared);
        }
        self.uplink.pump(self.clock.at().mono);
    }

    fn on_epoch(
        &mut self,
        (epoch, head, link): (u64, u64, access::chain::Link),
        standing: Standing,
        rebuilt: bool,
        shared: &mut Shared,
    ) {
        (self.facts.journal_head, self.facts.journal_link) = (head, link);
        self.facts.standing = standing;
        if let Err(error) = self.uplink.begun(epoch, standing.before, head) {
            self.uplink.unreadable(&error);
        }
        if rebuilt {
            self.handle(Input::Note(EventKind::Rebuilt { file: DoorFile::Journal }), shared);
        }
        self.send_status();
    }

    fn stands(&mut self, standing: Standing) {
        self.facts.standing = standing;
        self.uplink.forgotten(standing.before);
    }

    /// A journal that was found damaged while it was read is rescued.
    pub(super) fn look_at_journal(&mut self, now: MonoMs) {
        let early = self.facts.rescued.is_some_and(|at| now.since(at) < RESCUE_EVERY_MS);
        if early || !self.uplink.take_damaged() {
            return;
        }
        let Some(epoch) = new_epoch() else { return };
        self.facts.rescued = Some(now);
        self.journal.rescue(epoch, self.draft(EventKind::Started, None, self.clock.at()));
    }

    /// An event of now, as far as the door knows.
    pub(super) fn draft(&self, kind: EventKind, subject: Option<access::event::Subject>, at: At) -> Draft {
        let generation = match kind {
            EventKind::Tap { decision, .. } => decision.generation,
            _ => self.facts.whitelist.generation,
        };
        Draft {
            boot: self.boot,
            mono: at.mono,
            utc: at.utc,
            trust: at.trust,
            generation,
            state_generation: self.facts.state.generation,
            mode: self.facts.mode,
            kind,
            subject,
        }
    }
}

fn new_epoch() -> Option<u64> {
    getrandom::u64().inspect_err(|error| tracing::error!(%error, "no randomness, so no new epoch; trying later")).ok()
}
