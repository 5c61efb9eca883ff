//! What the machine hears of.

use super::Ticket;
use crate::command::{Action, Refusal};
use crate::decide::{Credential, Decision, Presented};
use crate::entry::Comfort;
use crate::event::{EventKind, ModeCause, Rolling, Watched};
use crate::mode::Mode;
use crate::passage::Side;
use crate::reason::Reasons;
use crate::signal::Signal;
use crate::uid::Uid;

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
    /// The time that [`Door::deadline`](super::Door::deadline) named has come.
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
