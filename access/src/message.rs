//! Every message between a door and its controller. Each states a fact; none asks for an answer.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::encode::{EncodeJob, Stage};
use crate::event::{Event, Faults};
use crate::mode::Mode;
use crate::passage::Passages;
use crate::state::{Counters, DoorState};
use crate::time::{ClockTrust, MonoMs, UtcMs};
use crate::whitelist::{Generation, WhitelistId, WhitelistPart};

/// Most events in one report: with the longest event they fill a quarter of what a message may weigh.
pub const REPORT_EVENTS_MAX: usize = 500;

/// Longest name of an agent's version, in bytes.
pub const AGENT_LENGTH_MAX: usize = 32;

/// From a door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Up {
    /// How the door is. Sent after each connection, after each change of what is in force, and every
    /// [`STATUS_EVERY_MS`].
    Status(Status),
    /// What happened, oldest first. The envelope's link is of the event before the first.
    Events(Vec<Event>),
    /// The broker publishes this for a door whose connection breaks.
    Offline {
        /// The session that ended.
        session: u64,
    },
    /// An encoder is at this stage of a job. How the job ends is an event.
    Encoding {
        /// The job.
        job: u64,
        /// Where it stands.
        stage: Stage,
    },
}

/// Events that a journal is made to hold until they are acknowledged.
pub const JOURNAL_EVENTS_MAX: u64 = 1_000_000;

/// How the leaf of a door stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leaf {
    /// In its frame, or the door has no contact.
    Closed,
    /// Open, and that is in order.
    Open,
    /// Open for so long that whoever stands there is warned.
    HeldWarning,
    /// Open for so long that it is an alarm.
    HeldOpen,
    /// Opened without a release.
    Forced,
}

impl Leaf {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Closed, Self::Open, Self::HeldWarning, Self::HeldOpen, Self::Forced];

    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HeldWarning => "held-warning",
            Self::HeldOpen => "held-open",
            Self::Forced => "forced",
        }
    }

    /// How it stands under this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|leaf| leaf.code() == code)
    }
}

/// How often a door tells how it is, in milliseconds.
pub const STATUS_EVERY_MS: u64 = 30_000;

/// How a door is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Drawn at random for each connection.
    pub session: u64,
    /// The door's own time, by which commands expire.
    pub mono: MonoMs,
    /// Civil time as the door has it.
    pub utc: UtcMs,
    /// How far it is trusted.
    pub trust: ClockTrust,
    /// The oldest wire version that the agent understands.
    pub wire_min: u8,
    /// The newest.
    pub wire_max: u8,
    /// The agent's version; at most [`AGENT_LENGTH_MAX`] bytes.
    pub agent: String,
    /// The whitelist in force.
    pub whitelist: WhitelistId,
    /// The state in force.
    pub state_generation: Generation,
    /// The counters in force.
    pub counters_generation: Generation,
    /// The passages in force.
    pub passages_generation: Generation,
    /// The mode in force.
    pub mode: Mode,
    /// The newest event of the journal; 0 if there is none.
    pub journal_head: u64,
    /// Through which event the controller has acknowledged.
    pub journal_acknowledged: u64,
    /// How full the journal is, in hundredths of [`JOURNAL_EVENTS_MAX`].
    pub journal_percent: u8,
    /// Whether all its readers answer.
    pub reader: bool,
    /// Whether the lock is released.
    pub lock_released: bool,
    /// How the door stands.
    pub leaf: Leaf,
    /// What is wrong with it.
    pub faults: Faults,
    /// Messages refused since the boot.
    pub messages_refused: u32,
}

/// To a door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Down {
    /// Towards another whitelist.
    Whitelist(WhitelistPart),
    /// What the door shall be.
    State(DoorState),
    /// How far cards have counted elsewhere.
    Counters(Counters),
    /// What cards did at other doors.
    Passages(Passages),
    /// The controller has everything on disk through this event; the envelope's link is the head of its
    /// own log.
    Acknowledged {
        /// The epoch of the journal that is meant.
        epoch: u64,
        /// Through this event.
        through: u64,
    },
    /// Do this now.
    Command(Command),
    /// Write this card.
    Encode(EncodeJob),
}
