//! A card at a reader.
//!
//! ```text
//!            the number decides, or the door refuses it whatever is read
//!   Came ──────────────────────────────────────────────────────────▶ decided
//!     │ the door asks for the credential, and the entry could pass      ▲
//!     └──▶ the reader reads it ── Read, or READ_WAIT_MS are over ───────┘
//! ```
//!
//! What this door alone knows, such as who is inside, is asked when everything has been read.

use std::time::Duration;

use access::credential::rolling::IN_DOUBT_MAX;
use access::credential::sealed::{self, CardKeys};
use access::decide::{Credential, Presented, Question, could_pass, ends_soon, is_exempt, judge, judge_with};
use access::door::{Input, Tap};
use access::entry::Comfort;
use access::event::{EventKind, Rolling};
use access::local::{Circumstances, passback};
use access::passage::{AreaId, Passage, Passback, Side, Step};
use access::settings::{Beyond, Reading};
use access::signal::Signal;
use access::time::{At, MonoMs};
use access::uid::Uid;
use access::whitelist::Generation;
use db::door::{Found, Seen};
use tokio::time::Instant;

use super::show::BUSY_SHOWN_MS;
use super::{DoorLoop, Facts, Gate, Shared};
use crate::reader::tap::{Findings, Rolls, Task};
use crate::reader::{Report, Verdict};

/// Longest wait for a card to be read, in milliseconds. The reader gives up long before; this is for a reader
/// whose thread has died, so that the person is told something.
const READ_WAIT_MS: u64 = 1_000;

/// A card that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    number: u64,
    card: Card,
    issue: u8,
    since: MonoMs,
    /// Whether the person has been told to hold it there.
    busy: bool,
}

impl Waiting {
    fn due(&self) -> MonoMs {
        self.since + if self.busy { READ_WAIT_MS } else { BUSY_SHOWN_MS }
    }
}

/// What came.
#[derive(Debug, Clone, Copy)]
struct Card {
    side: Side,
    presented: Presented,
    uid: Option<Uid>,
    took: Duration,
    /// When the card answered, by the loop's own clock.
    since: Instant,
}

impl DoorLoop {
    pub(super) fn on_report(&mut self, side: Side, report: Report, shared: &mut Shared) {
        let now = self.clock.at().mono;
        match report {
            Report::Came { number, presented, uid, took, at } => {
                self.decide_unread(side, shared);
                let since = at.checked_sub(took).unwrap_or(at);
                self.on_card(number, Card { side, presented, uid, took, since }, shared);
            }
            Report::Read { number, findings, took } => self.on_read(side, number, &findings, took, shared),
            Report::Encoding { job, stage } => self.on_stage(job, stage),
            Report::Encoded { job, ended } => self.on_encoded(job, ended, shared),
            Report::Left => {
                if let Some(desk) = &mut self.desk {
                    desk.lifted();
                }
                if let Some(taps) = self.gate(side).and_then(|gate| gate.taps.as_mut()) {
                    taps.left(now);
                }
            }
            Report::Ready => self.on_reader(side, true),
            Report::Blind => {
                self.decide_unread(side, shared);
                self.on_reader(side, false);
                self.handle(Input::Note(EventKind::ReaderBlind), shared);
            }
            Report::Recovered => {
                self.on_reader(side, true);
                // The event names no reader: it says that nobody stands in front of a blind one any more.
                if !self.gates.iter().any(|gate| gate.blind) {
                    self.handle(Input::Note(EventKind::ReaderRecovered), shared);
                }
            }
        }
    }

    /// When something is to be done about cards that are being read.
    pub(super) fn read_deadline(&self) -> Option<MonoMs> {
        self.gates.iter().filter_map(|gate| gate.waiting.as_ref()).map(Waiting::due).min()
    }

    /// A card that takes long is to be held there; one that has been waited for long enough is decided on as it is.
    pub(super) fn expire_reading(&mut self, now: MonoMs, shared: &mut Shared) {
        for side in [Side::In, Side::Out] {
            let waiting = self.gate(side).and_then(|gate| gate.waiting.as_mut());
            let Some(waiting) = waiting.filter(|waiting| now >= waiting.due()) else { continue };
            if waiting.busy {
                self.decide_unread(side, shared);
            } else {
                waiting.busy = true;
                self.show(Signal::Busy, now);
            }
        }
    }

    fn gate(&mut self, side: Side) -> Option<&mut Gate> {
        self.gates.iter_mut().find(|gate| gate.side == side)
    }

    fn answer(&mut self, side: Side, number: u64, verdict: Verdict) {
        if let Some(gate) = self.gate(side) {
            gate.reader.answer(number, verdict);
        }
    }

    fn on_card(&mut self, number: u64, card: Card, shared: &mut Shared) {
        if self.desk.is_some() {
            self.on_desk_card(number, card.presented, card.uid, shared);
            return;
        }
        let found = self.look_up(card.presented, card.uid);
        match self.wanted(&card, &found, shared) {
            Wanted::Reading(uid, keys) => {
                let issue = keys.issue;
                let task = self.task(&uid, keys);
                self.answer(card.side, number, Verdict::Read(Box::new(task)));
                let since = self.clock.at().mono;
                if let Some(gate) = self.gate(card.side) {
                    gate.waiting = Some(Waiting { number, card, issue, since, busy: false });
                }
            }
            Wanted::Nothing(credential) => {
                self.answer(card.side, number, Verdict::Done);
                self.conclude(&card, credential, None, shared);
            }
        }
    }

    fn on_read(&mut self, side: Side, number: u64, findings: &Findings, took: Duration, shared: &mut Shared) {
        let waiting = self.gate(side).and_then(|gate| gate.waiting.take_if(|waiting| waiting.number == number));
        let Some(waiting) = waiting else { return };
        if let Some(uid) = &waiting.card.uid {
            let before = self.seen(uid, waiting.issue);
            self.memory.learn(uid, waiting.issue, before, findings);
        }
        let card = Card { took: waiting.card.took + took, ..waiting.card };
        self.conclude(&card, findings.credential, findings.rolling, shared);
    }

    fn decide_unread(&mut self, side: Side, shared: &mut Shared) {
        if let Some(waiting) = self.gate(side).and_then(|gate| gate.waiting.take()) {
            self.conclude(&waiting.card, Credential::Unreadable, None, shared);
        }
    }

    /// Looks the card up once more: a block that has come into force while it was read counts.
    fn conclude(&mut self, card: &Card, credential: Credential, rolling: Option<Rolling>, shared: &mut Shared) {
        let (found, at) = (self.look_up(card.presented, card.uid), self.clock.at());
        let question = Question { credential, ..self.facts.question(card, &found, at) };
        let beside = self.beside(card, shared);
        let verdict = self.local.judge(&judge(&question), &self.facts.around(card, &found, at, &beside));
        let decision = judge_with(&question, verdict.reasons);
        let signal = Signal::of(&decision, ends_soon(&question));
        self.figures.decided(card.since.elapsed());
        let term = found.entry.as_ref().and_then(|entry| entry.term_at(at.utc.second()));
        let tap = Tap {
            side: card.side,
            presented: card.presented,
            uid: card.uid,
            credential,
            decision,
            noted: verdict.noted,
            rolling,
            comfort: term.map_or(Comfort::NONE, |term| term.comfort),
            with: verdict.with,
            signal,
        };
        if let Some(taps) = self.gate(card.side).and_then(|gate| gate.taps.as_mut()) {
            taps.decided(decision, verdict.noted, signal, card.took);
        }
        if decision.granted() {
            self.on_granted(&tap, at, shared);
        }
        self.handle(Input::Tap(tap), shared);
        if let Some(begins) = verdict.lockout_begins {
            let kind = EventKind::LockedOut { for_s: begins.for_s };
            self.handle(begins.uid.map_or(Input::Note(kind), |uid| Input::NoteCard(kind, uid)), shared);
        }
    }

    /// The card counts as gone through, until it turns out that nobody did.
    fn on_granted(&mut self, tap: &Tap, at: At, shared: &mut Shared) {
        let settings = &self.facts.state.settings;
        let steps: Vec<(AreaId, Step)> =
            passback::steps(settings, tap.side).filter(|(area, _)| self.facts.rule(*area).is_some()).collect();
        for uid in [tap.uid, tap.with].into_iter().flatten() {
            shared.passages.grant(uid, (self.number, tap.side), &steps, at.utc);
        }
        self.somebody_came(tap.side, at);
    }

    /// What this door and the others know of the card.
    fn beside(&self, card: &Card, shared: &Shared) -> Beside {
        let known = |rule: &Passback| card.uid.and_then(|uid| shared.passages.latest(&uid, rule.area));
        Beside {
            passback: self.facts.state.passback.iter().map(|rule| (*rule, known(rule))).collect(),
            old_list: self.old_list(),
            interlocked: shared.interlocks(self.number),
            own_release: card.uid.is_some_and(|uid| self.door.awaits(uid, card.side)),
        }
    }

    /// What is to be read of a card.
    fn wanted(&self, card: &Card, found: &Found, shared: &Shared) -> Wanted {
        let nothing = Wanted::Nothing(Credential::NotAsked);
        let (Some(uid), Some(entry)) = (card.uid, &found.entry) else { return nothing };
        let at = self.clock.at();
        let question = self.facts.question(card, found, at);
        if !self.facts.state.settings.reading.asks_for_credential() || !could_pass(&question) {
            return nothing;
        }
        if self.local.refuses(&self.facts.around(card, found, at, &self.beside(card, shared))) {
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
    fn look_up(&mut self, presented: Presented, uid: Option<Uid>) -> Found {
        let (Presented::Classic1k, Some(uid)) = (presented, uid) else {
            return Found { generation: self.facts.whitelist.generation, ..Found::default() };
        };
        self.lookup.lookup(&uid).unwrap_or_else(|error| {
            tracing::error!(%error, "the whitelist cannot be read; the card is denied");
            self.facts.disk.damaged |= error.is_damage();
            Found { generation: Generation(0), ..Found::default() }
        })
    }

    fn on_reader(&mut self, side: Side, answers: bool) {
        let now = self.clock.at().mono;
        if let Some(gate) = self.gate(side) {
            (gate.answers, gate.blind) = (answers, !answers);
            if let Some(taps) = &mut gate.taps {
                taps.ready(now);
            }
        }
        self.send_status();
    }
}

impl Facts {
    /// May this card pass here and now, before anything is known of its credential?
    fn question<'a>(&'a self, card: &Card, found: &'a Found, at: At) -> Question<'a> {
        Question {
            presented: card.presented,
            entry: found.entry.as_ref(),
            credential: Credential::NotAsked,
            calendar: &found.calendar,
            door: &self.state,
            side: card.side,
            generation: found.generation,
            utc: at.utc,
            trust: at.trust,
        }
    }

    fn around<'a>(&'a self, card: &Card, found: &Found, at: At, beside: &'a Beside) -> Circumstances<'a> {
        let term = found.entry.as_ref().and_then(|entry| entry.term_at(at.utc.second()));
        Circumstances {
            side: card.side,
            uid: card.uid,
            listed: found.entry.is_some(),
            visitor: term.is_some_and(|term| term.visitor),
            settings: &self.state.settings,
            mode: self.mode,
            at,
            zone: &self.state.zone,
            passback: &beside.passback,
            old_list: beside.old_list,
            exempt: is_exempt(&self.question(card, found, at)),
            interlocked: beside.interlocked,
            own_release: beside.own_release,
        }
    }
}

/// What the doors know of a card beside its entry.
struct Beside {
    passback: Vec<(Passback, Option<Passage>)>,
    old_list: Option<Beyond>,
    interlocked: bool,
    own_release: bool,
}

enum Wanted {
    Reading(Uid, CardKeys),
    Nothing(Credential),
}
