//! What happened at a door, with everything that a later reader needs to judge it.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::command::{Action, Refusal};
use crate::credential::block::Token;
use crate::decide::{Credential, Decision, Presented};
use crate::encode::{ChipClass, Outcome};
use crate::state::Mode;
use crate::time::{ClockTrust, MonoMs, UtcMs};
use crate::uid::Uid;
use crate::whitelist::Generation;

/// One entry of a door's journal. With its door and epoch, its sequence names it for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// 1 for the first of an epoch, and one more for each that follows.
    pub sequence: u64,
    /// The boot of the door, counted by its journal.
    pub boot: u64,
    /// The door's own time since that boot.
    pub mono: MonoMs,
    /// Civil time as the door had it.
    pub utc: UtcMs,
    /// How far it was trusted.
    pub trust: ClockTrust,
    /// The generation of the whitelist in force.
    pub generation: Generation,
    /// The generation of the door's state in force.
    pub state_generation: Generation,
    /// The mode in force.
    pub mode: Mode,
    /// What happened.
    pub kind: EventKind,
    /// The card, if one was read. Kept apart from the rest so that it can be forgotten later.
    pub subject: Option<Subject>,
}

/// Whose card it was. The chain holds only a commitment to it, so the number can be erased from the
/// log without breaking the chain.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The chip.
    pub uid: Uid,
    /// Drawn at random for this event: without it the commitment could be found by trying all numbers.
    pub salt: [u8; 16],
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({:?})", self.uid)
    }
}

/// How the counter of a card's credential moved at a tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rolling {
    /// Which encoding of the card.
    pub issue: u8,
    /// Where it stood; nothing if no slot could be read.
    pub found: Option<Token>,
    /// Where it stands, read back; nothing if nothing was written or the write stayed in doubt.
    pub written: Option<Token>,
    /// The slot that was written could not be read before.
    pub stepped_in: bool,
}

/// What happened. New kinds are added at the end and need a new wire version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// Something was in front of the reader, and the door decided.
    Tap {
        /// What it was.
        presented: Presented,
        /// What was read of its credential.
        credential: Credential,
        /// What the door decided.
        decision: Decision,
        /// How the card's counter moved, at a door that moves it.
        rolling: Option<Rolling>,
    },
    /// The exit button released the lock.
    ExitPressed,
    /// A command was followed, or refused.
    Command {
        /// Its id.
        id: u64,
        /// What it asked.
        action: Action,
        /// Why not, if not.
        refused: Option<Refusal>,
    },
    /// The contact opened. Without a release before it, somebody used a key, or force.
    Opened {
        /// Whether the lock was released.
        released: bool,
    },
    /// The contact closed.
    Closed,
    /// The disk did not answer in time, and the lock was released before the grant was on it.
    JournalSlow {
        /// How long the door waited.
        waited_ms: u32,
    },
    /// The agent started.
    Started,
    /// The agent stopped as it was told to.
    Stopped,
    /// The reader does not answer.
    ReaderBlind,
    /// The reader answers again.
    ReaderRecovered,
    /// A whitelist took effect; [`Event::generation`] is its generation.
    WhitelistApplied,
    /// A state took effect; [`Event::state_generation`] is its generation.
    StateApplied,
    /// Messages to the door were refused since the last such event. A few may be noise; many, an attack.
    MessagesRefused {
        /// How many.
        count: u32,
    },
    /// A job of an encoder ended; the subject is the card.
    Encoded {
        /// The job.
        job: u64,
        /// How.
        outcome: Outcome,
        /// What the chip is.
        chip: ChipClass,
    },
    /// A card was laid on an encoder that had nothing to write; the subject is the card.
    Presented,
}

impl EventKind {
    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Tap { decision, .. } if decision.granted() => "granted",
            Self::Tap { .. } => "denied",
            Self::ExitPressed => "exit-pressed",
            Self::Command { refused: None, .. } => "command-followed",
            Self::Command { refused: Some(_), .. } => "command-refused",
            Self::Opened { released: true } => "opened",
            Self::Opened { released: false } => "opened-unreleased",
            Self::Closed => "closed",
            Self::JournalSlow { .. } => "journal-slow",
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::ReaderBlind => "reader-blind",
            Self::ReaderRecovered => "reader-recovered",
            Self::WhitelistApplied => "whitelist-applied",
            Self::StateApplied => "state-applied",
            Self::MessagesRefused { .. } => "messages-refused",
            Self::Encoded { outcome: Outcome::Done, .. } => "encoded",
            Self::Encoded { .. } => "encoding-failed",
            Self::Presented => "presented",
        }
    }
}

impl Event {
    /// The bytes as they stand in the journal and on the wire.
    #[must_use]
    pub fn to_bytes(&self) -> alloc::vec::Vec<u8> {
        // Writing plain data to memory cannot fail in postcard; an empty result would not decode.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads [`Event::to_bytes`] back.
    ///
    /// # Errors
    /// If the bytes are not one whole event of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EventError> {
        match postcard::take_from_bytes::<Self>(bytes) {
            Ok((event, [])) => Ok(event),
            _ => Err(EventError),
        }
    }
}

/// The bytes are not an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not an event of this version")]
pub struct EventError;
