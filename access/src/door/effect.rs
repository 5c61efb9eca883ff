//! What the machine wants done.

use crate::event::EventKind;
use crate::passage::Side;
use crate::signal::Signal;
use crate::uid::Uid;

/// Names a record so that the journal's answer finds what waits for it. Counted by the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Something that the machine wants done, in the order given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Put this in the journal, and answer with [`Input::Recorded`](super::Input::Recorded) when it is on disk.
    Record {
        /// To answer with.
        ticket: Ticket,
        /// What happened.
        kind: EventKind,
        /// The card it is about.
        uid: Option<Uid>,
    },
    /// Drive the lock. A release that becomes longer, or shorter, is told again with what is left of it.
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
    /// Let people through until told otherwise: the mode is [`Mode::Unlocked`](crate::mode::Mode::Unlocked).
    Hold,
    /// Back to what it does without power or command.
    Rest,
}
