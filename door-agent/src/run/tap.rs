//! A card at the reader.

use std::time::Duration;

use access::decide::{Credential, Presented, Question, decide};
use access::door::Input;
use access::entry::Entry;
use access::event::EventKind;
use access::uid::Uid;
use access::whitelist::Generation;

use super::DoorLoop;
use crate::reader::{Report, Verdict};

impl DoorLoop {
    pub(super) fn on_report(&mut self, report: Report) {
        if let (Some(taps), Report::Ready | Report::Blind | Report::Recovered) = (&mut self.taps, report) {
            taps.ready(self.clock.at().mono);
        }
        match report {
            Report::Came { number, presented, uid, took } => self.on_card(number, presented, uid, took),
            Report::Read { .. } | Report::Encoding { .. } | Report::Encoded { .. } => {}
            Report::Left => {
                let now = self.clock.at().mono;
                if let Some(taps) = &mut self.taps {
                    taps.left(now);
                }
            }
            Report::Ready => {
                self.facts.reader_answers = true;
                self.send_status();
            }
            Report::Blind => self.on_reader(false, EventKind::ReaderBlind),
            Report::Recovered => self.on_reader(true, EventKind::ReaderRecovered),
        }
    }

    /// The first step: the number decides. Reading the sector will ask
    /// [`access::decide::could_pass`] here, and give the reader the entry's keys instead of
    /// [`Verdict::Done`].
    fn on_card(&mut self, number: u64, presented: Presented, uid: Option<Uid>, took: Duration) {
        let at = self.clock.at();
        let (generation, entry) = self.look_up(presented, uid);
        let credential = Credential::NotAsked;
        let decision = decide(&Question {
            presented,
            entry: entry.as_ref(),
            credential,
            door: &self.facts.state,
            generation,
            utc: at.utc,
            trust: at.trust,
        });
        self.reader.answer(number, Verdict::Done);
        if let Some(taps) = &mut self.taps {
            taps.decided(decision, took);
        }
        self.handle(Input::Tap { presented, uid, credential, decision, rolling: None });
    }

    /// A whitelist that cannot be read is none: generation 0 denies, and says why.
    fn look_up(&self, presented: Presented, uid: Option<Uid>) -> (Generation, Option<Entry>) {
        let (Presented::Classic1k, Some(uid)) = (presented, uid) else {
            return (self.facts.whitelist.generation, None);
        };
        self.lookup.lookup(&uid).unwrap_or_else(|error| {
            tracing::error!(%error, "the whitelist cannot be read; the card is denied");
            (Generation(0), None)
        })
    }

    fn on_reader(&mut self, answers: bool, note: EventKind) {
        self.facts.reader_answers = answers;
        self.handle(Input::Note(note));
        self.send_status();
    }
}
