//! The loop: it owns everything that decides, and others send it messages.
//!
//! ```text
//!   reader thread ──reports──▶┌──────┐──verdicts──▶ reader thread
//!   wires ────────inputs─────▶│      │──drive, show──▶ wires
//!   journal thread ─recorded─▶│ loop │──append, acknowledge──▶ journal thread
//!   store thread ──in force──▶│      │──pieces──▶ store thread
//!   link ─────────messages───▶│      │──reports, status──▶ link
//!   control ──────requests───▶└──────┘──answers──▶ control (emulated door only)
//! ```
//!
//! The whitelist is looked up in the loop itself: one indexed read of a file that is mostly in memory takes
//! some tens of microseconds, handing it to another thread would take as long, and nothing in the
//! loop is more urgent than the person at the door. Whatever waits for a disk or for the network is
//! outside.

mod desk;
mod memory;
mod messages;
mod tap;
mod view;

use std::time::Instant;

use access::chain::Link;
use access::command::Followed;
use access::door::{Door, Drive, Effect, Input, Signal, Ticket};
use access::event::{EventKind, Subject};
use access::state::DoorState;
use access::time::{At, MonoMs};
use access::uid::Uid;
use access::whitelist::{Generation, WhitelistId};
use db::door::{Draft, Lookup};
use tokio::sync::{mpsc, watch};

use crate::clock::Clock;
use crate::control::Request;
use crate::downlink::Downlink;
use crate::io::{DoorIo, IoInput};
use crate::journal::{JournalAnswer, JournalThread};
use crate::provisioning::Provisioning;
use crate::reader::{Reader, Report};
use crate::store::{StoreAnswer, StoreOrder, StoreThread};
use crate::taps::Taps;
use crate::uplink::Uplink;

pub(crate) use desk::Desk;
pub(crate) use memory::Memory;
use tap::Waiting;

/// How long a signal is shown, in milliseconds: long enough to be seen by somebody who looks up late.
const SIGNAL_MS: u64 = 1_500;

/// Shortest time between two events about refused messages, in milliseconds. They are for a human, and a
/// flood of messages must not become a flood of events.
const REFUSED_EVERY_MS: u64 = 60_000;

/// A part of the agent has ended by itself.
#[derive(Debug, thiserror::Error)]
#[error("the {0} of this door has ended unexpectedly; the agent stops, so that it is started anew")]
pub struct PartDied(&'static str);

impl PartDied {
    /// The loop itself.
    pub(crate) const LOOP: Self = Self("loop");
}

/// Everything that the loop owns.
pub(crate) struct DoorLoop {
    pub(crate) clock: Clock,
    pub(crate) boot: u64,
    pub(crate) epoch: u64,
    pub(crate) door: Door,
    pub(crate) io: Box<dyn DoorIo>,
    pub(crate) reader: Reader,
    pub(crate) lookup: Lookup,
    pub(crate) journal: JournalThread,
    pub(crate) store: StoreThread,
    pub(crate) uplink: Uplink,
    pub(crate) downlink: Downlink,
    pub(crate) taps: Option<Taps>,
    pub(crate) identity: Provisioning,
    pub(crate) memory: Memory,
    /// At an encoder.
    pub(crate) desk: Option<Desk>,
    pub(crate) facts: Facts,
}

/// What the door knows of itself.
pub(crate) struct Facts {
    pub(crate) state: DoorState,
    pub(crate) whitelist: WhitelistId,
    pub(crate) counters: Generation,
    pub(crate) journal_head: u64,
    pub(crate) journal_link: Link,
    pub(crate) reader_answers: bool,
    pub(crate) network_up: bool,
    pub(crate) followed: Followed,
    /// Since the boot, and how many of them are in no event yet.
    pub(crate) refused: u32,
    pub(crate) refused_untold: u32,
    pub(crate) refused_told: Option<MonoMs>,
    pub(crate) signal: Option<(Signal, MonoMs)>,
    pub(crate) status_due: MonoMs,
    /// A card that is being read.
    pub(crate) waiting: Option<Waiting>,
    /// Messages for the store, until it has room.
    pub(crate) held: Option<StoreOrder>,
    pub(crate) exit_presses: u64,
}

/// Where the others send their messages.
pub(crate) struct Inboxes {
    pub(crate) reports: mpsc::Receiver<Report>,
    pub(crate) inputs: mpsc::Receiver<IoInput>,
    pub(crate) journal: mpsc::Receiver<JournalAnswer>,
    pub(crate) store: mpsc::Receiver<StoreAnswer>,
    pub(crate) link: mpsc::Receiver<link::Event>,
    pub(crate) control: mpsc::Receiver<Request>,
    pub(crate) stop: watch::Receiver<bool>,
}

impl DoorLoop {
    /// Runs until it is told to stop. The lock is at rest before and after.
    pub(crate) async fn run(mut self, mut inboxes: Inboxes) -> Result<(), PartDied> {
        self.handle(Input::Note(EventKind::Started));
        let ended = self.serve(&mut inboxes).await;
        self.drive(Drive::Rest);
        self.show(None);
        self.handle(Input::Note(EventKind::Stopped));
        self.remember();
        self.stop(inboxes).await;
        ended
    }

    async fn serve(&mut self, inboxes: &mut Inboxes) -> Result<(), PartDied> {
        let Some(store) = self.store.orders() else { return Ok(()) };
        loop {
            if self.facts.held.is_none() {
                self.facts.held = self.memory.take_unsaved().map(StoreOrder::Seen);
            }
            let due = tokio::time::Instant::from_std(self.deadline());
            // In the order of who must not wait: the person at the door first.
            tokio::select! {
                biased;
                _ = inboxes.stop.wait_for(|stop| *stop) => return Ok(()),
                report = inboxes.reports.recv() => self.on_report(report.ok_or(PartDied("reader"))?),
                answer = inboxes.journal.recv() => self.on_journal(answer.ok_or(PartDied("journal"))?),
                input = inboxes.inputs.recv() => self.on_input(input.ok_or(PartDied("wiring"))?),
                () = tokio::time::sleep_until(due) => self.on_time(),
                request = inboxes.control.recv() => self.on_request(request.ok_or(PartDied("control"))?),
                answer = inboxes.store.recv() => self.on_store(answer.ok_or(PartDied("whitelist"))?),
                room = store.reserve(), if self.facts.held.is_some() => {
                    if let (Ok(room), Some(order)) = (room, self.facts.held.take()) {
                        room.send(order);
                    }
                }
                event = inboxes.link.recv(), if self.facts.held.is_none() => {
                    self.on_link(event.ok_or(PartDied("link"))?);
                }
            }
        }
    }

    /// The threads end once nobody speaks to them. Their last answers need nobody.
    async fn stop(self, inboxes: Inboxes) {
        let Self { mut reader, mut journal, mut store, lookup, uplink, .. } = self;
        // The writers close their files last, and so bring the write-ahead logs home.
        drop((inboxes, lookup, uplink));
        let stop = move || {
            reader.stop();
            store.stop();
            journal.stop();
        };
        if tokio::task::spawn_blocking(stop).await.is_err() {
            tracing::error!("a thread of the door ended badly");
        }
    }

    /// The machine hears of something, and what it wants is done.
    pub(crate) fn handle(&mut self, input: Input) {
        let at = self.clock.at();
        let effects = self.door.handle(input, at.mono);
        self.perform(&effects, at);
    }

    fn perform(&mut self, effects: &[Effect], at: At) {
        for effect in effects {
            match *effect {
                Effect::Record { ticket, kind, uid } => self.record(ticket, kind, uid, at),
                Effect::Lock(drive) => self.drive(drive),
                Effect::Show(signal) => {
                    self.facts.signal = Some((signal, at.mono + SIGNAL_MS));
                    self.show(Some(signal));
                    let released = self.io.panel().released;
                    if let Some(taps) = &mut self.taps {
                        taps.shown(signal, released, at.mono);
                    }
                }
            }
        }
    }

    fn record(&mut self, ticket: Ticket, kind: EventKind, uid: Option<Uid>, at: At) {
        let generation = match kind {
            EventKind::Tap { decision, .. } => decision.generation,
            _ => self.facts.whitelist.generation,
        };
        let draft = Draft {
            boot: self.boot,
            mono: at.mono,
            utc: at.utc,
            trust: at.trust,
            generation,
            state_generation: self.facts.state.generation,
            mode: self.facts.state.mode_at(at.utc.second()),
            kind,
            subject: uid.map(|uid| Subject { uid, salt: salt() }),
        };
        self.journal.append(ticket, draft);
    }

    fn drive(&mut self, drive: Drive) {
        if let Err(error) = self.io.drive(drive) {
            tracing::error!(%error, "the lock does not obey");
        }
    }

    fn show(&mut self, signal: Option<Signal>) {
        if let Err(error) = self.io.show(signal) {
            tracing::error!(%error, "a signal cannot be shown");
        }
    }

    fn on_input(&mut self, input: IoInput) {
        let input = match input {
            IoInput::Opened => Input::Opened,
            IoInput::Closed => Input::Closed,
            IoInput::Exit => {
                self.facts.exit_presses += 1;
                Input::Exit
            }
        };
        self.handle(input);
    }

    fn on_journal(&mut self, answer: JournalAnswer) {
        let JournalAnswer::Recorded { tickets, head, link } = answer;
        self.facts.journal_head = head;
        self.facts.journal_link = link;
        for ticket in tickets {
            self.handle(Input::Recorded(ticket));
        }
        self.uplink.pump(head, self.clock.at().mono);
    }

    fn deadline(&self) -> Instant {
        let untold = (self.facts.refused_untold > 0)
            .then(|| self.facts.refused_told.map_or(MonoMs(0), |told| told + REFUSED_EVERY_MS));
        let due = [
            self.door.deadline(),
            self.facts.signal.map(|(_, until)| until),
            self.taps.as_ref().and_then(Taps::deadline),
            self.uplink.deadline(),
            self.read_deadline(),
            self.desk.as_ref().and_then(Desk::deadline),
            untold,
            Some(self.facts.status_due),
        ];
        let earliest = due.into_iter().flatten().min().unwrap_or(self.facts.status_due);
        self.clock.instant(earliest)
    }

    fn on_time(&mut self) {
        let now = self.clock.at().mono;
        self.handle(Input::Tick);
        if self.facts.signal.take_if(|(_, until)| now >= *until).is_some() {
            self.show(None);
        }
        if let Some(taps) = &mut self.taps {
            taps.tick(now);
        }
        self.expire_reading(now);
        self.expire_job(now);
        self.uplink.pump(self.facts.journal_head, now);
        self.tell_refused(now);
        if now >= self.facts.status_due {
            self.send_status();
        }
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
