//! The leaf of the door, as its contact tells.

use crate::event::EventKind;
use crate::message::Leaf as Shown;
use crate::settings::{DoorSettings, Times};
use crate::time::MonoMs;

/// The leaf.
#[derive(Debug)]
pub(super) struct Leaf {
    wired: bool,
    open: bool,
    /// What the journal has been told, which is not every flutter of a contact that is at fault.
    told_open: bool,
    state: State,
}

/// Drawn in the parent module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    Open(Held),
    Warned(Held),
    HeldOpen,
    Forced,
}

/// For how long the door stands open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    /// Since when it counts; not at all while nobody watches.
    since: Option<MonoMs>,
    /// Somebody who needs longer has opened it.
    long: bool,
}

impl Leaf {
    /// As it is found; none if no contact is wired. One that stands open is not forced: nobody knows.
    pub(super) fn new(contact: Option<bool>) -> Self {
        let open = contact == Some(true);
        let state = if open { State::Open(Held { since: None, long: false }) } else { State::Closed };
        Self { wired: contact.is_some(), open, told_open: open, state }
    }

    pub(super) fn is_wired(&self) -> bool {
        self.wired
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    pub(super) fn shown(&self) -> Shown {
        match self.state {
            State::Closed => Shown::Closed,
            State::Open(_) => Shown::Open,
            State::Warned(_) => Shown::HeldWarning,
            State::HeldOpen => Shown::HeldOpen,
            State::Forced => Shown::Forced,
        }
    }

    /// The contact is so; says whether that is new.
    pub(super) fn hears(&mut self, open: bool) -> bool {
        self.wired && core::mem::replace(&mut self.open, open) != open
    }

    /// Whether the journal has yet to be told how the contact is; it is taken as told.
    pub(super) fn tells(&mut self) -> bool {
        core::mem::replace(&mut self.told_open, self.open) != self.open
    }

    /// It has opened; says if that was by force.
    pub(super) fn opens(&mut self, in_order: bool, long: bool) -> Option<EventKind> {
        self.state = if in_order { State::Open(Held { since: None, long }) } else { State::Forced };
        (!in_order).then_some(EventKind::ForcedOpen)
    }

    /// It has closed, which ends whatever was wrong.
    pub(super) fn closes(&mut self) -> Option<EventKind> {
        self.leave(State::Closed)
    }

    /// The contact cannot be believed any more.
    pub(super) fn doubt(&mut self) -> Option<EventKind> {
        let open = State::Open(Held { since: None, long: false });
        self.leave(if self.open { open } else { State::Closed })
    }

    /// Somebody was granted while it stood open: whoever goes through last closes it.
    pub(super) fn extend(&mut self, long: bool, now: MonoMs) {
        if let State::Open(held) | State::Warned(held) = self.state {
            self.state = State::Open(Held { since: held.since.map(|_| now), long: held.long || long });
        }
    }

    /// What the time brings, one thing after the other until there is no more. Whether anybody is watching depends on
    /// the mode, a fire and the contact.
    pub(super) fn pass_time(&mut self, watched: bool, settings: &DoorSettings, now: MonoMs) -> Option<EventKind> {
        match self.state {
            State::Open(held) | State::Warned(held) if !watched => {
                self.state = State::Open(Held { since: None, ..held });
                None
            }
            State::Open(held) => {
                let since = held.since.unwrap_or(now);
                let held = Held { since: Some(since), ..held };
                let warned = now.since(since) >= u64::from(held.times(settings).held_warning_ms);
                self.state = if warned { State::Warned(held) } else { State::Open(held) };
                warned.then_some(EventKind::HeldWarning)
            }
            State::Warned(held @ Held { since: Some(since), .. })
                if now.since(since) >= u64::from(held.times(settings).held_alarm_ms) =>
            {
                self.state = State::HeldOpen;
                Some(EventKind::HeldOpen)
            }
            _ => None,
        }
    }

    pub(super) fn deadline(&self, watched: bool, settings: &DoorSettings) -> Option<MonoMs> {
        match self.state {
            // Found open at the start: the time counts from the first look.
            State::Open(Held { since: None, .. }) => watched.then_some(MonoMs(0)),
            State::Open(held) => Some(held.since? + u64::from(held.times(settings).held_warning_ms)),
            State::Warned(held) => Some(held.since? + u64::from(held.times(settings).held_alarm_ms)),
            State::Closed | State::HeldOpen | State::Forced => None,
        }
    }

    fn leave(&mut self, state: State) -> Option<EventKind> {
        match core::mem::replace(&mut self.state, state) {
            State::HeldOpen => Some(EventKind::HeldCleared),
            State::Forced => Some(EventKind::ForcedCleared),
            State::Closed | State::Open(_) | State::Warned(_) => None,
        }
    }
}

impl Held {
    fn times(self, settings: &DoorSettings) -> &Times {
        if self.long { &settings.long_times } else { &settings.times }
    }
}
