//! The lock of one door, as a machine without a clock and without wires.
//!
//! ```text
//!            grant, command                  journal answers,
//!            (record it)                     or 50 ms are over
//!   Locked ─────────────────▶ Locked, pending ─────────────────▶ Released ──┐
//!    ▲  ▲ │                                                       ▲   │ ▲   │ another grant:
//!    │  │ │ exit button (released at once, recorded after)        │   │ └───┘ longer
//!    │  │ └───────────────────────────────────────────────────────┘   │
//!    │  └──────────── release time over ──────────────────────────────┤
//!    │                                                                │ contact opens
//!    │                                                                ▼
//!    └──────────── contact closes ◀───────────────────────────────── Open ──▶ held open (to come)
//!                                                                     ▲
//!   Locked ──────── contact opens without a release ──────────────────┘   ──▶ forced open (to come)
//! ```
//!
//! While a door stands open its lock stays released until the release time is over, and goes to rest at
//! once when the door closes, so that nobody slips in behind.
//!
//! A grant is pending until its event is on the disk. It never waits longer than [`JOURNAL_WAIT_MS`]: a
//! tired SD card must neither hide an entry nor keep a nurse out. The exit button waits for nothing.

use alloc::vec::Vec;

use crate::command::{Action, Refusal};
use crate::decide::{Credential, Decision, Presented};
use crate::entry::Comfort;
use crate::event::{EventKind, Faults, ModeCause, Rolling, Watched};
use crate::message::Leaf;
use crate::mode::Mode;
use crate::passage::Side;
use crate::reason::Reasons;
use crate::settings::DoorSettings;
use crate::signal::Signal;
use crate::time::MonoMs;
use crate::uid::Uid;

/// Longest wait for the journal before the lock is released all the same, in milliseconds.
pub const JOURNAL_WAIT_MS: u64 = 50;

/// Most releases that wait for the journal at once. A reader that read a card each millisecond would not
/// fill it; when it is full the oldest is released at once.
pub const PENDING_MAX: usize = 64;

/// Names a record so that the journal's answer finds what waits for it. Counted by the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Something that the machine hears of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Something was in front of a reader, and was decided.
    Tap(Tap),
    /// The exit button went down (`true`), or up.
    Exit(bool),
    /// A command arrived, and was checked.
    Command {
        /// Its id.
        id: u64,
        /// What it asks.
        action: Action,
        /// Why it must not be followed, if it must not.
        refused: Option<Refusal>,
    },
    /// The contact opened (`true`), or closed.
    Contact(bool),
    /// Something that is watched went wrong (`true`), or is well again.
    Watched(Watched, bool),
    /// This mode is in force, and why.
    Mode(Mode, ModeCause),
    /// The journal has this record on disk.
    Recorded(Ticket),
    /// Something else that belongs in the journal.
    Note(EventKind),
    /// The same, about a card.
    NoteCard(EventKind, Uid),
    /// The time that [`Door::deadline`] named has come.
    Tick,
}

/// A tap that was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tap {
    /// At which reader.
    pub side: Side,
    /// What was there.
    pub presented: Presented,
    /// Its number, if one was read.
    pub uid: Option<Uid>,
    /// What was read of its credential.
    pub credential: Credential,
    /// What was decided.
    pub decision: Decision,
    /// What was noticed and let pass.
    pub noted: Reasons,
    /// How the card's counter moved, if it did.
    pub rolling: Option<Rolling>,
    /// What makes passing easier for whoever holds it.
    pub comfort: Comfort,
    /// The card that was laid there before, waited for this one and passes with it. See
    /// [`crate::local::Verdict::with`].
    pub with: Option<Uid>,
    /// What to tell the person.
    pub signal: Signal,
}

/// Something that the machine wants done, in the order given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Put this in the journal, and answer with [`Input::Recorded`] when it is on disk.
    Record {
        /// To answer with.
        ticket: Ticket,
        /// What happened.
        kind: EventKind,
        /// The card it is about.
        uid: Option<Uid>,
    },
    /// Drive the lock.
    Lock(Drive),
    /// Show this to the person at the door, once.
    Show(Signal),
    /// The door was opened after this card had been granted at this reader.
    Passed(Uid, Side),
    /// This card had been granted at this reader, and nobody opened the door.
    NotPassed(Uid, Side),
}

/// Where to drive the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    /// Let people through, for so many milliseconds at most. The machine says [`Drive::Rest`] in time; this is for
    /// whoever drives the lock if the machine should hang.
    Release {
        /// At most.
        for_ms: u32,
    },
    /// Let people through until told otherwise: the mode is [`Mode::Unlocked`].
    Hold,
    /// Back to what it does without power or command.
    Rest,
}

/// The machine.
#[derive(Debug)]
pub struct Door {
    settings: DoorSettings,
    /// When the lock goes to rest; `None` while it is at rest.
    released_until: Option<MonoMs>,
    open: bool,
    pending: Vec<Pending>,
    tickets: u64,
}

#[derive(Debug, Clone, Copy)]
struct Pending {
    ticket: Ticket,
    since: MonoMs,
}

impl Door {
    /// A door whose lock is at rest and whose mode is [`Mode::Normal`], with its contact as it is; none if no contact is
    /// wired.
    #[must_use]
    pub fn new(settings: DoorSettings, contact: Option<bool>) -> Self {
        Self { settings, released_until: None, open: contact == Some(true), pending: Vec::new(), tickets: 0 }
    }

    /// The mode in force.
    #[must_use]
    pub fn mode(&self) -> Mode {
        Mode::Normal
    }

    /// Whether this card was granted at this reader and may still open the door: laid there again it does nothing new.
    #[must_use]
    pub fn awaits(&self, _uid: Uid, _side: Side) -> bool {
        self.is_released()
    }

    /// From now on these settings hold. A release that is running keeps its end.
    pub fn set(&mut self, settings: DoorSettings) {
        self.settings = settings;
    }

    /// Whether the lock is released.
    #[must_use]
    pub fn is_released(&self) -> bool {
        self.released_until.is_some()
    }

    /// Whether the door stands open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// How the leaf stands.
    #[must_use]
    pub fn leaf(&self) -> Leaf {
        if self.open { Leaf::Open } else { Leaf::Closed }
    }

    /// What is wrong with what is watched.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::NONE
    }

    /// When the machine wants a [`Input::Tick`], if nothing else happens before.
    #[must_use]
    pub fn deadline(&self) -> Option<MonoMs> {
        let pending = self.pending.first().map(|first| first.since + JOURNAL_WAIT_MS);
        [pending, self.released_until].into_iter().flatten().min()
    }

    /// Hears of something at `now`, and says what is to be done.
    #[must_use]
    pub fn handle(&mut self, input: Input, now: MonoMs) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.pass_time(now, &mut effects);
        match input {
            Input::Tap(tap) => {
                let Tap { side, presented, uid, credential, decision, noted, rolling, .. } = tap;
                let kind = EventKind::Tap { side, presented, credential, decision, noted, rolling };
                let ticket = self.record(kind, uid, &mut effects);
                if decision.granted() {
                    self.await_journal(ticket, now, &mut effects);
                } else {
                    effects.push(Effect::Show(Signal::Denied));
                }
            }
            Input::Exit(true) => {
                self.release(now, &mut effects);
                self.record(EventKind::ExitPressed, None, &mut effects);
            }
            Input::Command { id, action, refused } => self.command(id, action, refused, now, &mut effects),
            Input::Contact(true) if !self.open => {
                self.open = true;
                self.record(EventKind::Opened { released: self.is_released() }, None, &mut effects);
            }
            Input::Contact(false) if self.open => {
                self.open = false;
                self.rest(&mut effects);
                self.record(EventKind::Closed, None, &mut effects);
            }
            Input::Recorded(ticket) => self.recorded(ticket, now, &mut effects),
            Input::Note(kind) => {
                self.record(kind, None, &mut effects);
            }
            Input::NoteCard(kind, uid) => {
                self.record(kind, Some(uid), &mut effects);
            }
            Input::Exit(_) | Input::Contact(_) | Input::Watched(..) | Input::Mode(..) | Input::Tick => {}
        }
        effects
    }

    /// What the clock alone brings about: grants that have waited long enough, and the end of a release.
    fn pass_time(&mut self, now: MonoMs, effects: &mut Vec<Effect>) {
        while let Some(first) = self.pending.first().copied() {
            if now.since(first.since) < JOURNAL_WAIT_MS {
                break;
            }
            self.pending.remove(0);
            self.grant(now, effects);
            let waited_ms = u32::try_from(now.since(first.since)).unwrap_or(u32::MAX);
            self.record(EventKind::JournalSlow { waited_ms }, None, effects);
        }
        if self.released_until.is_some_and(|until| now >= until) {
            self.rest(effects);
        }
    }

    fn command(&mut self, id: u64, action: Action, refused: Option<Refusal>, now: MonoMs, effects: &mut Vec<Effect>) {
        let ticket = self.record(EventKind::Command { id, action, refused }, None, effects);
        match (refused, action) {
            (Some(_), _) => {}
            (None, Action::UnlockOnce) => self.await_journal(ticket, now, effects),
            (None, Action::TestSignal) => effects.push(Effect::Show(Signal::Test)),
        }
    }

    fn record(&mut self, kind: EventKind, uid: Option<Uid>, effects: &mut Vec<Effect>) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        effects.push(Effect::Record { ticket, kind, uid });
        ticket
    }

    fn await_journal(&mut self, ticket: Ticket, now: MonoMs, effects: &mut Vec<Effect>) {
        if self.pending.len() >= PENDING_MAX {
            self.pending.remove(0);
            self.grant(now, effects);
        }
        self.pending.push(Pending { ticket, since: now });
    }

    fn recorded(&mut self, ticket: Ticket, now: MonoMs, effects: &mut Vec<Effect>) {
        if let Some(place) = self.pending.iter().position(|pending| pending.ticket == ticket) {
            self.pending.remove(place);
            self.grant(now, effects);
        }
    }

    fn grant(&mut self, now: MonoMs, effects: &mut Vec<Effect>) {
        self.release(now, effects);
        effects.push(Effect::Show(Signal::Granted));
    }

    fn release(&mut self, now: MonoMs, effects: &mut Vec<Effect>) {
        let until = now + u64::from(self.settings.times.release_ms);
        if self.released_until.is_none() {
            effects.push(Effect::Lock(Drive::Release { for_ms: self.settings.times.release_ms }));
        }
        self.released_until = self.released_until.max(Some(until));
    }

    fn rest(&mut self, effects: &mut Vec<Effect>) {
        if self.released_until.take().is_some() {
            effects.push(Effect::Lock(Drive::Rest));
        }
    }
}
