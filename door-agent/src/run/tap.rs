//! A card at the reader.
//!
//! ```text
//!            the number decides
//!   Came ──────────────────────────────────────────────────────────▶ decided
//!     │ the door asks for the credential, and the entry could pass      ▲
//!     └──▶ the reader reads it ── Read, or READ_WAIT_MS are over ───────┘
//! ```

use std::time::Duration;

use access::credential::rolling::IN_DOUBT_MAX;
use access::credential::sealed::{self, CardKeys};
use access::decide::{Credential, Presented, Question, could_pass, judge};
use access::door::Input;
use access::event::{EventKind, Rolling};
use access::state::Reading;
use access::time::MonoMs;
use access::uid::Uid;
use access::whitelist::Generation;
use db::door::{Found, Seen};

use super::DoorLoop;
use crate::reader::tap::{Findings, Rolls, Task};
use crate::reader::{Report, Verdict};

/// Longest wait for a card to be read, in milliseconds. The reader gives up long before; this is for a reader
/// whose thread has died, so that the person is told something.
const READ_WAIT_MS: u64 = 1_000;

/// A card that is being read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    number: u64,
    card: Card,
    issue: u8,
    until: MonoMs,
}

/// What came.
#[derive(Debug, Clone, Copy)]
struct Card {
    presented: Presented,
    uid: Option<Uid>,
    took: Duration,
}

impl DoorLoop {
    pub(super) fn on_report(&mut self, report: Report) {
        if let (Some(taps), Report::Ready | Report::Blind | Report::Recovered) = (&mut self.taps, report) {
            taps.ready(self.clock.at().mono);
        }
        match report {
            Report::Came { number, presented, uid, took } => {
                self.decide_unread();
                self.on_card(number, Card { presented, uid, took });
            }
            Report::Read { number, findings, took } => self.on_read(number, &findings, took),
            Report::Encoding { job, stage } => self.on_stage(job, stage),
            Report::Encoded { job, ended } => self.on_encoded(job, ended),
            Report::Left => {
                let now = self.clock.at().mono;
                if let Some(desk) = &mut self.desk {
                    desk.lifted();
                }
                if let Some(taps) = &mut self.taps {
                    taps.left(now);
                }
            }
            Report::Ready => {
                self.facts.reader_answers = true;
                self.send_status();
            }
            Report::Blind => {
                self.decide_unread();
                self.on_reader(false, EventKind::ReaderBlind);
            }
            Report::Recovered => self.on_reader(true, EventKind::ReaderRecovered),
        }
    }

    /// When a card that is being read is decided on at the latest.
    pub(super) fn read_deadline(&self) -> Option<MonoMs> {
        self.facts.waiting.map(|waiting| waiting.until)
    }

    /// A card that has been waited for long enough is decided on as it is.
    pub(super) fn expire_reading(&mut self, now: MonoMs) {
        if self.read_deadline().is_some_and(|until| now >= until) {
            self.decide_unread();
        }
    }

    fn on_card(&mut self, number: u64, card: Card) {
        if self.desk.is_some() {
            self.on_desk_card(number, card.presented, card.uid);
            return;
        }
        let found = self.look_up(card.presented, card.uid);
        match self.wanted(&card, &found) {
            Wanted::Reading(uid, keys) => {
                let issue = keys.issue;
                let task = self.task(&uid, keys);
                self.reader.answer(number, Verdict::Read(Box::new(task)));
                let until = self.clock.at().mono + READ_WAIT_MS;
                self.facts.waiting = Some(Waiting { number, card, issue, until });
            }
            Wanted::Nothing(credential) => {
                self.reader.answer(number, Verdict::Done);
                self.conclude(&card, credential, None);
            }
        }
    }

    fn on_read(&mut self, number: u64, findings: &Findings, took: Duration) {
        let Some(waiting) = self.facts.waiting.take_if(|waiting| waiting.number == number) else { return };
        if let Some(uid) = &waiting.card.uid {
            let before = self.seen(uid, waiting.issue);
            self.memory.learn(uid, waiting.issue, before, findings);
        }
        let card = Card { took: waiting.card.took + took, ..waiting.card };
        self.conclude(&card, findings.credential, findings.rolling);
    }

    fn decide_unread(&mut self) {
        if let Some(waiting) = self.facts.waiting.take() {
            self.conclude(&waiting.card, Credential::Unreadable, None);
        }
    }

    /// Looks the card up once more: a block that has come into force while it was read counts.
    fn conclude(&mut self, card: &Card, credential: Credential, rolling: Option<Rolling>) {
        let found = self.look_up(card.presented, card.uid);
        let decision = judge(&Question { credential, ..self.question(card.presented, &found) });
        if let Some(taps) = &mut self.taps {
            taps.decided(decision, card.took);
        }
        self.handle(Input::Tap { presented: card.presented, uid: card.uid, credential, decision, rolling });
    }

    /// May this card pass here and now, before anything is known of its credential?
    fn question<'a>(&'a self, presented: Presented, found: &'a Found) -> Question<'a> {
        let at = self.clock.at();
        Question {
            presented,
            entry: found.entry.as_ref(),
            credential: Credential::NotAsked,
            calendar: &found.calendar,
            door: &self.facts.state,
            generation: found.generation,
            utc: at.utc,
            trust: at.trust,
        }
    }

    /// What is to be read of a card.
    fn wanted(&self, card: &Card, found: &Found) -> Wanted {
        let nothing = Wanted::Nothing(Credential::NotAsked);
        let (Some(uid), Some(entry)) = (card.uid, &found.entry) else { return nothing };
        let question = self.question(card.presented, found);
        if !self.facts.state.settings.reading.asks_for_credential() || !could_pass(&question) {
            return nothing;
        }
        let Some(keys) = &entry.keys else { return Wanted::Nothing(Credential::NotEncoded) };
        match sealed::open(&self.identity.key, &uid, keys) {
            Ok(keys) => Wanted::Reading(uid, keys),
            Err(error) => {
                tracing::error!(%error, "a card's keys cannot be opened; the card is denied");
                Wanted::Nothing(Credential::Unreadable)
            }
        }
    }

    fn task(&self, uid: &Uid, keys: CardKeys) -> Task {
        let reading = self.facts.state.settings.reading;
        let rolls = reading.rolls().then(|| {
            let seen = self.seen(uid, keys.issue);
            let doubtful = seen.is_some_and(|seen| seen.in_doubt >= IN_DOUBT_MAX);
            Rolls {
                seen: seen.map(|seen| seen.token),
                strict: reading == Reading::RollingStrict || doubtful,
                door: self.identity.key.clone(),
            }
        });
        Task { keys, rolls }
    }

    /// A memory that cannot be read is none: the door insists on less then, and the centre still sees a fork.
    fn seen(&self, uid: &Uid, issue: u8) -> Option<Seen> {
        let stored = self.lookup.seen(uid).unwrap_or_else(|error| {
            tracing::error!(%error, "what was seen of a card cannot be read");
            None
        });
        self.memory.of(uid, issue, stored)
    }

    /// A whitelist that cannot be read is none: generation 0 denies, and says why.
    fn look_up(&self, presented: Presented, uid: Option<Uid>) -> Found {
        let (Presented::Classic1k, Some(uid)) = (presented, uid) else {
            return Found { generation: self.facts.whitelist.generation, ..Found::default() };
        };
        self.lookup.lookup(&uid).unwrap_or_else(|error| {
            tracing::error!(%error, "the whitelist cannot be read; the card is denied");
            Found { generation: Generation(0), ..Found::default() }
        })
    }

    fn on_reader(&mut self, answers: bool, note: EventKind) {
        self.facts.reader_answers = answers;
        self.handle(Input::Note(note));
        self.send_status();
    }
}

enum Wanted {
    Reading(Uid, CardKeys),
    Nothing(Credential),
}
