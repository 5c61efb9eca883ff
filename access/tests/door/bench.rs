//! A door on a bench: inputs by hand, effects by name.

use access::command::{Action, Refusal};
use access::decide::{Credential, Decision, Presented};
use access::door::{Door, Drive, Effect, Input, Tap, Ticket};
use access::entry::Comfort;
use access::event::ModeCause;
use access::message::Leaf;
use access::mode::Mode;
use access::passage::Side;
use access::reason::{Reason, Reasons};
use access::settings::{DoorSettings, ExitButton};
use access::signal::Signal;
use access::time::MonoMs;
use access::uid::Uid;
use access::whitelist::Generation;

pub(crate) const RELEASE_MS: u64 = 5_000;
pub(crate) const LONG_RELEASE_MS: u64 = 15_000;

pub(crate) fn card(number: u8) -> Uid {
    Uid::new(&[number, 2, 3, 4]).unwrap()
}

pub(crate) fn tap(uid: Uid, reasons: Reasons) -> Tap {
    Tap {
        side: Side::In,
        presented: Presented::Classic1k,
        uid: Some(uid),
        credential: Credential::NotAsked,
        decision: Decision { reasons, generation: Generation(1) },
        noted: Reasons::NONE,
        rolling: None,
        comfort: Comfort::NONE,
        with: None,
        signal: if reasons.is_empty() { Signal::Granted } else { Signal::Denied },
    }
}

pub(crate) fn granted(number: u8) -> Tap {
    tap(card(number), Reasons::NONE)
}

pub(crate) fn out(number: u8) -> Tap {
    Tap { side: Side::Out, ..granted(number) }
}

pub(crate) fn slow(number: u8) -> Tap {
    Tap { comfort: Comfort::LONG, ..granted(number) }
}

pub(crate) fn denied(number: u8) -> Tap {
    tap(card(number), Reason::CardBlocked.into())
}

pub(crate) fn unlock(refused: Option<Refusal>) -> Input {
    Input::Command { id: 1, action: Action::UnlockOnce, refused }
}

/// A door, the time at it, and what it has done.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) door: Door,
    pub(crate) now: u64,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(DoorSettings::default(), Some(false))
    }

    pub(crate) fn with(settings: DoorSettings, contact: Option<bool>) -> Self {
        Self { door: Door::new(settings, contact), now: 1_000 }
    }

    pub(crate) fn shunting() -> Self {
        Self::with(DoorSettings { exit_button: ExitButton::Shunts, ..DoorSettings::default() }, Some(false))
    }

    pub(crate) fn raw(&mut self, input: Input) -> Vec<Effect> {
        self.door.handle(input, MonoMs(self.now))
    }

    pub(crate) fn hear(&mut self, input: Input) -> Vec<String> {
        self.raw(input).iter().map(name).collect()
    }

    /// So many milliseconds later, with a tick at each deadline between, as the loop does it.
    pub(crate) fn wait(&mut self, ms: u64) -> Vec<String> {
        let (until, mut told) = (self.now + ms, Vec::new());
        while let Some(at) = self.door.deadline().filter(|at| at.0 <= until) {
            self.now = self.now.max(at.0);
            told.extend(self.hear(Input::Tick));
        }
        self.now = until;
        told.extend(self.hear(Input::Tick));
        told
    }

    pub(crate) fn open(&mut self) -> Vec<String> {
        self.hear(Input::Contact(true))
    }

    pub(crate) fn close(&mut self) -> Vec<String> {
        self.hear(Input::Contact(false))
    }

    pub(crate) fn mode(&mut self, mode: Mode) -> Vec<String> {
        self.hear(Input::Mode(mode, ModeCause::Ordered))
    }

    /// A tap whose record is on disk at once; what is told is what follows the disk's answer.
    pub(crate) fn grant(&mut self, tap: Tap) -> Vec<String> {
        let ticket = ticket(&self.raw(Input::Tap(tap)));
        self.hear(Input::Recorded(ticket))
    }

    pub(crate) fn leaf(&self) -> Leaf {
        self.door.leaf()
    }

    pub(crate) fn could_be_passed(&self) -> bool {
        self.door.could_be_passed(MonoMs(self.now))
    }

    pub(crate) fn is_released(&self) -> bool {
        self.door.is_released()
    }
}

pub(crate) fn ticket(effects: &[Effect]) -> Ticket {
    effects.iter().find_map(|e| if let Effect::Record { ticket, .. } = e { Some(*ticket) } else { None }).unwrap()
}

/// An effect in a word: what is recorded by its code, with the first byte of the card.
pub(crate) fn name(effect: &Effect) -> String {
    let number = |uid: &Uid| uid.as_bytes()[0];
    match effect {
        Effect::Record { kind, uid: Some(uid), .. } => format!("{} {}", kind.code(), number(uid)),
        Effect::Record { kind, uid: None, .. } => kind.code().into(),
        Effect::Lock(Drive::Release { for_ms }) => format!("RELEASE {for_ms}"),
        Effect::Lock(Drive::Hold) => "HOLD".into(),
        Effect::Lock(Drive::Rest) => "REST".into(),
        Effect::Show(signal) => format!("({})", signal.code()),
        Effect::Passed(uid, side) => format!("passed {} {}", number(uid), side.code()),
        Effect::NotPassed(uid, side) => format!("not passed {} {}", number(uid), side.code()),
    }
}
