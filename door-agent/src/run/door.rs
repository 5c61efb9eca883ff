//! One door of the agent.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use access::calendar::Calendar;
use access::chain::Link;
use access::command::Followed;
use access::confirm::LogHead;
use access::door::{Door, Drive, Effect, Input, Ticket};
use access::event::{DoorFile, EventKind, ModeCause, Subject};
use access::local::Local;
use access::mode::Mode;
use access::passage::{AreaId, Passage, Passback};
use access::state::DoorState;
use access::time::{At, MonoMs};
use access::uid::Uid;
use access::whitelist::{Generation, WhitelistId};
use db::door::Lookup;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::watch;

use super::confirmed::Confirmed;
use super::disk::StoreDisk;
use super::inboxes::Said;
use super::mode::FirstPerson;
use super::show::Show;
use super::status::Condition;
use super::{Desk, Gate, Memory, PartDied, Shared, TapFigures, Telling};
use crate::cards::Cards;
use crate::clock::Clock;
use crate::downlink::Downlink;
use crate::enrol::SureTime;
use crate::io::{DoorIo, IoInput};
use crate::journal::{JournalThread, Standing};
use crate::provisioning::Provisioning;
use crate::store::{StoreOrder, StoreThread};
use crate::taps::Taps;
use crate::uplink::Uplink;

/// Shortest time between two events about refused messages, in milliseconds. They are for a human, and a
/// flood of messages must not become a flood of events.
pub(super) const REFUSED_EVERY_MS: u64 = 60_000;

/// Passages of this agent that wait for a disk. More than pass its doors while a disk hangs; beyond it the oldest is
/// only in memory, and forgotten with it.
const PASSAGES_UNSAVED_MAX: usize = 512;

/// Messages that wait for a disk that hangs while the link is heard all the same, so that a lockdown behind them comes
/// through. Each is at most as large as a message of the link.
pub(super) const HELD_MAX: usize = 16;

/// Everything that the loop owns of one door.
pub(crate) struct DoorLoop {
    /// Its place among the doors of the agent, from 0.
    pub(crate) number: usize,
    pub(crate) clock: Clock,
    /// The time for whoever renews the door's certificate.
    pub(crate) sure: watch::Sender<Option<SureTime>>,
    pub(crate) boot: u64,
    pub(crate) door: Door,
    pub(crate) io: Box<dyn DoorIo>,
    /// One outside, and perhaps one inside.
    pub(crate) gates: Vec<Gate>,
    /// Beside an emulated door.
    pub(crate) cards: Cards,
    pub(crate) lookup: Lookup,
    pub(crate) journal: JournalThread,
    pub(crate) store: StoreThread,
    pub(crate) uplink: Uplink,
    pub(crate) downlink: Downlink,
    pub(crate) identity: Provisioning,
    pub(crate) memory: Memory,
    pub(crate) local: Local,
    /// At an encoder.
    pub(crate) desk: Option<Desk>,
    pub(crate) show: Show,
    /// To a controller that asks what the door knows.
    pub(crate) telling: Telling,
    /// How long taps took.
    pub(crate) figures: TapFigures,
    pub(crate) facts: Facts,
}

/// What the door knows of itself.
pub(crate) struct Facts {
    pub(crate) state: DoorState,
    pub(crate) whitelist: WhitelistId,
    /// Of the whitelist in force.
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) counters: Generation,
    pub(crate) passages: Generation,
    pub(crate) first_person: FirstPerson,
    pub(crate) mode: Mode,
    pub(super) mode_due: MonoMs,
    pub(super) first_person_came: bool,
    /// The lock is released until the door is told otherwise, and must be told again and again.
    pub(super) held_released: bool,
    pub(crate) journal_head: u64,
    pub(crate) journal_link: Link,
    pub(super) standing: Standing,
    /// The newest head of the central log.
    pub(super) log: LogHead,
    /// Whether the disk refuses what happened.
    pub(super) journal_refuses: bool,
    pub(super) disk: StoreDisk,
    /// Files that could not be read at the start, and were made anew.
    rebuilt: Vec<DoorFile>,
    /// When a damaged journal was last ordered to be rescued.
    pub(super) rescued: Option<MonoMs>,
    /// How old the list is, and what the controller has been asked.
    pub(crate) confirmed: Confirmed,
    pub(super) network_up: bool,
    /// Since when there is no connection, if there is none.
    pub(super) offline_since: Option<MonoMs>,
    pub(super) followed: Followed,
    /// Since the boot, and how many of them are in no event yet.
    pub(super) refused: u32,
    refused_untold: u32,
    refused_told: Option<MonoMs>,
    pub(super) status_due: MonoMs,
    pub(super) status_sent: MonoMs,
    /// As the newest status told it.
    pub(super) told: Option<Condition>,
    /// For the store, until it has room; at most [`HELD_MAX`], and what the door itself wants to keep.
    pub(super) held: VecDeque<StoreOrder>,
    passages_unsaved: Vec<Passage>,
    pub(super) exit_presses: u64,
}

/// What a door finds on its disk when it starts.
pub(crate) struct Found {
    pub(crate) state: DoorState,
    pub(crate) whitelist: WhitelistId,
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) counters: Generation,
    pub(crate) passages: Generation,
    pub(crate) first_person: FirstPerson,
    pub(crate) confirmed: Confirmed,
    pub(crate) journal_head: u64,
    pub(crate) journal_link: Link,
    pub(crate) standing: Standing,
    pub(crate) log: LogHead,
    pub(crate) rebuilt: Vec<DoorFile>,
    /// Something in the whitelist's file does not read, and the list does.
    pub(crate) damaged: bool,
}

impl From<Found> for Facts {
    fn from(found: Found) -> Self {
        let Found { state, whitelist, calendar, counters, passages, first_person, confirmed, .. } = found;
        let Found { journal_head, journal_link, standing, log, rebuilt, damaged, .. } = found;
        Self {
            state,
            whitelist,
            calendar,
            counters,
            passages,
            first_person,
            confirmed,
            mode: Mode::Normal,
            mode_due: MonoMs(0),
            first_person_came: false,
            held_released: false,
            journal_head,
            journal_link,
            standing,
            log,
            journal_refuses: false,
            disk: StoreDisk::found(damaged),
            rebuilt,
            rescued: None,
            network_up: true,
            offline_since: Some(MonoMs(0)),
            followed: Followed::default(),
            refused: 0,
            refused_untold: 0,
            refused_told: None,
            status_due: MonoMs(0),
            status_sent: MonoMs(0),
            told: None,
            held: VecDeque::new(),
            passages_unsaved: Vec::new(),
            exit_presses: 0,
        }
    }
}

impl Facts {
    /// The rule of an area beside the door, if there is one.
    pub(super) fn rule(&self, area: AreaId) -> Option<&Passback> {
        self.state.passback.iter().find(|rule| rule.area == area)
    }
}

impl DoorLoop {
    /// The door begins to decide.
    pub(super) fn begin(&mut self, shared: &mut Shared) {
        self.handle(Input::Note(EventKind::Started), shared);
        for file in std::mem::take(&mut self.facts.rebuilt) {
            self.handle(Input::Note(EventKind::Rebuilt { file }), shared);
        }
        self.look_at_clock(shared);
        self.look_at_disk(shared);
        let levels = self.io.levels();
        if levels.exit {
            self.door.hold_exit(self.clock.at().mono);
        }
        for watched in levels.faults.iter() {
            self.handle(Input::Watched(watched, true), shared);
        }
        self.look_at_mode(ModeCause::Start, shared);
        self.settle();
    }

    /// And ends. The lock goes to rest last: a grant that has waited long enough releases it whatever the machine hears.
    pub(super) fn end(&mut self, shared: &mut Shared) {
        self.handle(Input::Note(EventKind::Stopped), shared);
        self.keep_time();
        // What does not find room now is forgotten: the door insists on less then, never on more.
        let _ = self.feed_store();
        self.drive(Drive::Rest);
        self.darken();
    }

    /// Waits for its threads. The inboxes must be gone.
    pub(super) fn stop(self) {
        let Self { gates, mut journal, mut store, lookup, uplink, .. } = self;
        // The writers close their files last, and so bring the write-ahead logs home.
        drop((lookup, uplink));
        gates.into_iter().for_each(|mut gate| gate.reader.stop());
        store.stop();
        journal.stop();
    }

    pub(super) fn on_said(&mut self, said: Said, shared: &mut Shared) {
        match said {
            Said::Report(side, report) => self.on_report(side, report, shared),
            Said::Journal(answer) => self.on_journal(answer, shared),
            Said::Input(input) => self.on_input(input, shared),
            Said::Request(request) => self.on_request(request, shared),
            Said::Store(answer) => self.on_store(answer, shared),
            Said::Link(event) => self.on_link(event, shared),
        }
    }

    /// The machine hears of something, and what it wants is done.
    pub(super) fn handle(&mut self, input: Input, shared: &mut Shared) {
        let at = self.clock.at();
        let effects = self.door.handle(input, at.mono);
        self.perform(&effects, at, shared);
    }

    fn perform(&mut self, effects: &[Effect], at: At, shared: &mut Shared) {
        for effect in effects {
            match *effect {
                Effect::Record { ticket, kind, uid } => self.record(ticket, kind, uid, at),
                Effect::Lock(drive) => self.drive(drive),
                Effect::Passed(uid, side) => shared.passages.passed(&uid, (self.number, side)),
                Effect::NotPassed(uid, side) => shared.passages.not_passed(&uid, (self.number, side)),
                Effect::Show(signal) => {
                    self.show(signal, at.mono);
                    let released = self.io.panel().released;
                    self.each_taps(|taps| taps.shown(signal, released, at.mono));
                }
            }
        }
    }

    fn record(&mut self, ticket: Ticket, kind: EventKind, uid: Option<Uid>, at: At) {
        let subject = uid.map(|uid| Subject { uid, salt: salt() });
        let draft = self.draft(kind, subject, at);
        self.journal.append(ticket, draft);
    }

    pub(super) fn drive(&mut self, drive: Drive) {
        self.facts.held_released = drive == Drive::Hold;
        if let Err(error) = self.io.drive(drive) {
            tracing::error!(%error, "the lock does not obey");
        }
    }

    pub(super) fn each_taps(&mut self, act: impl FnMut(&mut Taps)) {
        self.gates.iter_mut().filter_map(|gate| gate.taps.as_mut()).for_each(act);
    }

    pub(super) fn on_input(&mut self, input: IoInput, shared: &mut Shared) {
        let input = match input {
            IoInput::Contact(open) => Input::Contact(open),
            IoInput::Exit(down) => {
                self.facts.exit_presses += u64::from(down);
                Input::Exit(down)
            }
            IoInput::Watched(watched, wrong) => Input::Watched(watched, wrong),
        };
        self.handle(input, shared);
    }

    /// Whether somebody could pass now, or could as soon as the journal has answered.
    pub(super) fn is_passable(&self) -> bool {
        self.door.could_be_passed(self.clock.at().mono)
    }

    /// Gives the store what waits for it. `false` if there is no room for another message of the controller, and the
    /// link is not to be heard.
    pub(super) fn feed_store(&mut self) -> Result<bool, PartDied> {
        loop {
            let Some(order) = self.facts.held.pop_front().or_else(|| self.own_order()) else { return Ok(true) };
            match self.store.order(order) {
                Ok(()) => self.facts.disk.full_since = None,
                // Its answer to what it has will wake the loop.
                Err(TrySendError::Full(order)) => {
                    self.facts.held.push_front(order);
                    let now = self.clock.at().mono;
                    self.facts.disk.full_since.get_or_insert(now);
                    return Ok(self.facts.held.len() < HELD_MAX || self.disk_hangs());
                }
                Err(TrySendError::Closed(_)) => return Err(PartDied::STORE),
            }
        }
    }

    fn own_order(&mut self) -> Option<StoreOrder> {
        if let Some(time) = self.facts.confirmed.take_unsaved() {
            return Some(StoreOrder::Time(time));
        }
        if let Some(at) = self.facts.first_person.unsaved.take() {
            return Some(StoreOrder::FirstPerson(at));
        }
        if !self.facts.passages_unsaved.is_empty() {
            return Some(StoreOrder::OwnPassages(std::mem::take(&mut self.facts.passages_unsaved)));
        }
        self.memory.take_unsaved().map(StoreOrder::Seen)
    }

    /// Something that happened at a door of this agent, if this door has a rule for it.
    pub(super) fn keep_passage(&mut self, passage: &Passage) {
        if self.facts.rule(passage.area).is_none() {
            return;
        }
        let unsaved = &mut self.facts.passages_unsaved;
        if unsaved.len() >= PASSAGES_UNSAVED_MAX {
            tracing::error!("a passage is kept in memory only: the disk has not taken {PASSAGES_UNSAVED_MAX} others");
            unsaved.remove(0);
        }
        unsaved.push(*passage);
    }

    pub(super) fn deadline(&self) -> Instant {
        let now = self.clock.at().mono;
        let untold = (self.facts.refused_untold > 0)
            .then(|| self.facts.refused_told.map_or(MonoMs(0), |told| told + REFUSED_EVERY_MS));
        let due = [
            self.door.deadline(),
            self.show_deadline(now),
            self.gates.iter().filter_map(|gate| gate.taps.as_ref()?.deadline()).min(),
            self.uplink.deadline(),
            self.read_deadline(),
            self.desk.as_ref().and_then(Desk::deadline),
            self.telling.deadline(),
            self.figures_deadline(),
            untold,
            self.disk_deadline(),
            Some(self.mode_deadline()),
        ];
        let earliest = due.into_iter().flatten().fold(self.facts.status_due, MonoMs::min);
        self.clock.instant(earliest)
    }

    pub(super) fn on_time(&mut self, shared: &mut Shared) {
        let now = self.clock.at().mono;
        self.handle(Input::Tick, shared);
        if now >= self.mode_deadline() {
            self.look_at_clock(shared);
            self.look_at_mode(ModeCause::Time, shared);
        }
        self.each_taps(|taps| taps.tick(now));
        self.expire_reading(now, shared);
        self.expire_job(now, shared);
        self.uplink.pump(now);
        self.look_at_journal(now);
        self.look_at_disk(shared);
        self.try_disk(now);
        self.tell_refused(now, shared);
        self.tell_list(now);
        self.tell_figures(now);
        self.light(now);
        if now >= self.facts.status_due {
            self.send_status();
        }
    }

    pub(super) fn refuse(&mut self, shared: &mut Shared) {
        self.facts.refused = self.facts.refused.saturating_add(1);
        self.facts.refused_untold = self.facts.refused_untold.saturating_add(1);
        self.tell_refused(self.clock.at().mono, shared);
    }

    /// The first is told at once, those of the next minute together.
    fn tell_refused(&mut self, now: MonoMs, shared: &mut Shared) {
        let early = self.facts.refused_told.is_some_and(|told| now.since(told) < REFUSED_EVERY_MS);
        if self.facts.refused_untold == 0 || early {
            return;
        }
        let count = std::mem::take(&mut self.facts.refused_untold);
        self.facts.refused_told = Some(now);
        self.handle(Input::Note(EventKind::MessagesRefused { count }), shared);
    }
}

/// Without randomness the number could be guessed from the chain; with it or without, what happened must
/// not be hidden.
fn salt() -> [u8; 16] {
    let mut salt = [0; 16];
    if let Err(error) = getrandom::fill(&mut salt) {
        tracing::error!(%error, "the operating system gives no randomness; an event goes without");
    }
    salt
}
