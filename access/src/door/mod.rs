//! The whole opening of one door, as a machine without a clock and without wires.
//!
//! **The lock.** What releases it, and what ends that:
//!
//! ```text
//!              card, command               journal answers, or
//!              (record it)                 JOURNAL_WAIT_MS are over
//!   Locked ───────────────────▶ Pending ──────────────────────────▶ Released ─┐ another one:
//!    ▲ ▲ │                        │ lockdown, for cards from          ▲ │ ▲   │ longer
//!    │ │ │                        │ outside; or far too late          │ │ └───┘
//!    │ │ │◀───────────────────────┘                                   │ │
//!    │ │ └── exit button (released at once, recorded after) ──────────┘ │
//!    │ └──── time is over; the door closes (ends what ──────────────────┘
//!    │       was released before it opened);
//!    │       lockdown, for cards from outside
//!    │
//!    └─────▶ Held, while the mode is unlocked. A release that runs goes on beneath it.
//! ```
//!
//! **The leaf**, if a contact is wired:
//!
//! ```text
//!                                                          a grant: the time begins anew
//!                opens, and it is in order               ┌────────────────────────────────┐
//!   Closed ────────────────────────────────────▶ Open ◀──┴── held: warning                │
//!    ▲ ▲ ▲ ▲                                      │ │ held_warning_ms ▲ │ held_alarm_ms   │
//!    │ │ │ │            closes                    │ └─────────────────┘ ▼                 │
//!    │ │ │ └──────────────────────────────────────┘                  held: alarm ─────────┘ no more
//!    │ │ └──────────── closes, held cleared ◀────────────────────────────┘
//!    │ │
//!    │ └────────────── closes, forced cleared ◀──── Forced
//!    │                                                ▲
//!    └── opens, and nothing makes it be in order ─────┘
//!
//!   in order: released, or the exit button shunts, or the mode is unlocked, or fire. Held: not while unlocked, nor in a fire.
//!   contact fault (its wire says so, or it flutters): what was forced or held is cleared, nothing new is raised.
//! ```
//!
//! **Whoever was granted**: *released* until the door opens (*entered*), or the release is over (*not entered*). At a
//! door whose contact is missing or at fault, and at one that stands open already, the release is the entry.
//!
//! While a door stands open its lock stays released until the release time is over, and goes to rest at
//! once when the door closes, so that nobody slips in behind. What was released while it stood open keeps its end:
//! that is for somebody who is still to come, and before whom the leaf may fall shut.
//!
//! A grant is pending until its event is on the disk. It never waits longer than [`JOURNAL_WAIT_MS`]: a
//! tired SD card must neither hide an entry nor keep a nurse out. The exit button waits for nothing. Fire drives no
//! lock: the hardware has released the exits by itself.

use alloc::vec::Vec;

use crate::command::{Action, Refusal};
use crate::entry::Comfort;
use crate::event::{EventKind, Faults, ModeCause, Watched};
use crate::message::Leaf as Shown;
use crate::mode::Mode;
use crate::passage::Side;
use crate::settings::{DoorSettings, ExitButton};
use crate::signal::Signal;
use crate::time::MonoMs;
use crate::uid::Uid;

mod bounds;
mod contact;
mod effect;
mod input;
mod leaf;
mod lock;
mod passers;
mod passing;
mod pending;
mod watch;

pub use bounds::{
    CONTACT_EDGES_MAX, CONTACT_EDGES_MS, CONTACT_QUIET_MS, EXIT_STUCK_MS, JOURNAL_WAIT_MS, OPENING_GRACE_MS,
    PASSERS_MAX, PENDING_MAX,
};
pub use effect::{Drive, Effect, Ticket};
pub use input::{Input, Tap};

use leaf::Leaf;
use lock::{By, Lock};
use passers::{Card, Passers};
use pending::{Grant, Pending};
use watch::Watch;

/// The machine.
#[derive(Debug)]
pub struct Door {
    settings: DoorSettings,
    mode: Mode,
    lock: Lock,
    leaf: Leaf,
    watch: Watch,
    pending: Pending,
    passers: Passers,
    tickets: u64,
}

impl Door {
    /// A door whose lock is at rest and whose mode is [`Mode::Normal`], with its contact as it is; none if no contact is
    /// wired.
    #[must_use]
    pub fn new(settings: DoorSettings, contact: Option<bool>) -> Self {
        Self {
            settings,
            mode: Mode::Normal,
            lock: Lock::default(),
            leaf: Leaf::new(contact),
            watch: Watch::default(),
            pending: Pending::default(),
            passers: Passers::default(),
            tickets: 0,
        }
    }

    /// From now on these settings hold. A release that is running keeps its end.
    pub fn set(&mut self, settings: DoorSettings) {
        self.settings = settings;
    }

    /// The exit button is down when the machine begins. That is no press; if it does not come up, it is stuck.
    pub fn hold_exit(&mut self, now: MonoMs) {
        let _ = self.watch.exit(true, now);
    }

    /// The mode in force.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether the lock is released.
    #[must_use]
    pub fn is_released(&self) -> bool {
        self.lock.is_released()
    }

    /// Whether the door stands open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.leaf.is_open()
    }

    /// Whether somebody could go through now, or is about to be let through: the other doors of a lock chamber stay shut
    /// meanwhile. A contact at fault does not count, or it would keep them shut until somebody mends it.
    #[must_use]
    pub fn could_be_passed(&self, now: MonoMs) -> bool {
        let open = self.is_open() && self.is_contact_good();
        open || self.is_released() || self.lock.authorises(now) || self.pending.waits()
    }

    /// How the leaf stands.
    #[must_use]
    pub fn leaf(&self) -> Shown {
        self.leaf.shown()
    }

    /// What is wrong with what is watched.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.watch.faults()
    }

    /// Whether this card was granted at this reader and its release still runs: laid there again it does nothing new.
    /// That it is laid there again makes this last no longer, or one card would let in many.
    #[must_use]
    pub fn awaits(&self, uid: Uid, side: Side) -> bool {
        self.passers.known_until(uid, side).is_some() || self.pending.has_new(uid, side)
    }

    /// When the machine wants a [`Input::Tick`], if nothing else happens before.
    #[must_use]
    pub fn deadline(&self) -> Option<MonoMs> {
        let leaf = self.leaf.deadline(self.is_watched(), &self.settings);
        let others = [self.pending.deadline(), self.lock.deadline(), self.passers.deadline(), self.watch.deadline()];
        others.into_iter().chain([leaf]).flatten().min()
    }

    /// Hears of something at `now`, and says what is to be done.
    #[must_use]
    pub fn handle(&mut self, input: Input, now: MonoMs) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.pass_time(now, &mut effects);
        match input {
            Input::Tap(tap) => self.tap(tap, now, &mut effects),
            Input::Exit(down) => self.exit(down, now, &mut effects),
            Input::Command { id, action, refused } => self.command(id, action, refused, now, &mut effects),
            Input::Contact(open) => self.contact(open, now, &mut effects),
            Input::Watched(watched, wrong) => self.watch.input(watched, wrong),
            Input::Mode(mode, cause) => self.change_mode(mode, cause, now, &mut effects),
            Input::Recorded(ticket) => {
                if let Some(grant) = self.pending.take(ticket) {
                    self.release(grant, now, &mut effects);
                }
            }
            Input::Note(kind) => {
                self.record(kind, None, &mut effects);
            }
            Input::NoteCard(kind, uid) => {
                self.record(kind, Some(uid), &mut effects);
            }
            Input::Tick => {}
        }
        self.settle(now, &mut effects);
        effects
    }

    /// What the clock alone brings about: grants that have waited long enough, and the end of a release.
    fn pass_time(&mut self, now: MonoMs, effects: &mut Vec<Effect>) {
        while let Some(grant) = self.pending.overdue(now) {
            self.release(grant, now, effects);
            let waited_ms = u32::try_from(now.since(grant.since)).unwrap_or(u32::MAX);
            self.record(EventKind::JournalSlow { waited_ms }, None, effects);
        }
        self.lock.pass_time(now);
        self.drive(now, effects);
        for passer in self.passers.pass_time(now) {
            self.not_entered(passer.uid, passer.side, effects);
        }
        self.watch.pass_time(now);
        self.settle(now, effects);
    }

    /// What follows from what has just changed.
    fn settle(&mut self, now: MonoMs, effects: &mut Vec<Effect>) {
        self.tell_watched(now, effects);
        while let Some(kind) = self.leaf.pass_time(self.is_watched(), &self.settings, now) {
            self.record(kind, None, effects);
            if kind == EventKind::HeldWarning {
                effects.push(Effect::Show(Signal::HeldWarning));
            }
        }
    }

    fn tell_watched(&mut self, now: MonoMs, effects: &mut Vec<Effect>) {
        while let Some(kind) = self.watch.tell() {
            self.record(kind, None, effects);
            match kind {
                EventKind::Raised(Watched::Contact) => self.doubt_contact(effects),
                EventKind::Cleared(Watched::Contact) => self.believe_contact(now, effects),
                _ => {}
            }
        }
    }

    fn tap(&mut self, tap: Tap, now: MonoMs, effects: &mut Vec<Effect>) {
        let Tap { side, presented, uid, credential, decision, noted, rolling, comfort, with, signal } = tap;
        let kind = EventKind::Tap { side, presented, credential, decision, noted, rolling };
        let ticket = self.record(kind, uid, effects);
        if !decision.granted() {
            effects.push(Effect::Show(signal));
            return;
        }
        let card = uid.map(|uid| Card { uid, side, with });
        let by = if side == Side::In { By::Card } else { By::Otherwise };
        let again = uid.and_then(|uid| self.passers.known_until(uid, side));
        let grant = Grant { ticket, since: now, by, card, long: comfort.has(Comfort::LONG), signal, again };
        self.await_journal(grant, now, effects);
    }

    fn command(&mut self, id: u64, action: Action, refused: Option<Refusal>, now: MonoMs, effects: &mut Vec<Effect>) {
        let ticket = self.record(EventKind::Command { id, action, refused }, None, effects);
        match (refused, action) {
            (Some(_), _) => {}
            (None, Action::UnlockOnce) => {
                let signal = Signal::Granted;
                let (by, card, again) = (By::Otherwise, None, None);
                let grant = Grant { ticket, since: now, by, card, long: false, signal, again };
                self.await_journal(grant, now, effects);
            }
            (None, Action::TestSignal) => effects.push(Effect::Show(Signal::Test)),
        }
    }

    fn exit(&mut self, down: bool, now: MonoMs, effects: &mut Vec<Effect>) {
        if !self.watch.exit(down, now) {
            self.watch.pass_time(now);
            return;
        }
        let (release_ms, is_open) = (self.settings.times.release_ms, self.leaf.is_open());
        match self.settings.exit_button {
            ExitButton::Releases => {
                self.lock.release(By::Otherwise, release_ms, is_open, now);
                self.drive(now, effects);
            }
            ExitButton::Shunts => self.lock.shunt(release_ms, is_open, now),
        }
        self.record(EventKind::ExitPressed, None, effects);
    }

    fn change_mode(&mut self, mode: Mode, cause: ModeCause, now: MonoMs, effects: &mut Vec<Effect>) {
        if mode == self.mode {
            return;
        }
        let from = core::mem::replace(&mut self.mode, mode);
        self.lock.hold(mode == Mode::Unlocked, now);
        if mode == Mode::LockedDown {
            self.lock.lock_down(now);
            self.passers.lock_down(now);
        }
        self.drive(now, effects);
        self.record(EventKind::ModeChanged { from, cause }, None, effects);
        if mode == Mode::LockedDown {
            while let Some(grant) = self.pending.take_outside() {
                self.void(grant, effects);
            }
        }
    }

    fn await_journal(&mut self, grant: Grant, now: MonoMs, effects: &mut Vec<Effect>) {
        if let Some(first) = self.pending.add(grant) {
            self.release(first, now, effects);
        }
    }

    fn drive(&mut self, now: MonoMs, effects: &mut Vec<Effect>) {
        effects.extend(self.lock.drive(now).map(Effect::Lock));
    }

    fn record_some(&mut self, kind: Option<EventKind>, effects: &mut Vec<Effect>) {
        if let Some(kind) = kind {
            self.record(kind, None, effects);
        }
    }

    fn record(&mut self, kind: EventKind, uid: Option<Uid>, effects: &mut Vec<Effect>) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        effects.push(Effect::Record { ticket, kind, uid });
        ticket
    }

    /// Whether anybody minds how long the door stands open.
    fn is_watched(&self) -> bool {
        self.mode != Mode::Unlocked && !self.watch.has(Watched::Fire) && self.is_contact_good()
    }
}
