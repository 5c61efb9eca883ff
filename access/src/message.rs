//! Every message between a door and its controller. Each states a fact; none asks for an answer.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::encode::{EncodeJob, Stage};
use crate::event::Event;
use crate::state::{Counters, DoorState, Mode};
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
    /// The mode in force.
    pub mode: Mode,
    /// The newest event of the journal; 0 if there is none.
    pub journal_head: u64,
    /// Through which event the controller has acknowledged.
    pub journal_acknowledged: u64,
    /// Whether the reader answers.
    pub reader: bool,
    /// Whether the lock is released.
    pub lock_released: bool,
    /// Whether the contact is open.
    pub contact_open: bool,
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
