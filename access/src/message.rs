//! Every message between a door and its controller. Each states a fact; none asks for an answer.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::confirm::{Confirmation, LogHead, Nonce};
use crate::encode::{EncodeJob, Stage};
use crate::entry::Blocks;
use crate::envelope::{WIRE_CURRENT, WIRE_MIN};
use crate::event::{Event, Faults};
use crate::latency::Latencies;
use crate::mode::Mode;
use crate::passage::Passages;
use crate::state::{Counters, DoorState};
use crate::time::{ClockTrust, MonoMs, UtcMs};
use crate::uid::Uid;
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
    /// What the door has in force, card by card. Said to a controller that has said [`Confirmation::hold`]: after a restored
    /// backup the doors know more than it does.
    Listed(Listed),
    /// How long taps took. Sent without an acknowledgement; see [`Figures`].
    Figures(Figures),
}

/// How long a door took to decide, counted since its agent began: a message that is lost is made up for by the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// For how long it has counted, in seconds, rounded up.
    pub for_s: u32,
    /// From the look in which a card answered until it was granted or denied.
    pub taps: Latencies,
}

/// Most cards in one piece of [`Listed`].
pub const LISTED_CARDS_MAX: usize = 5_000;

/// A piece of what a door has in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Of which whitelist.
    pub whitelist: WhitelistId,
    /// Counted from 0.
    pub index: u32,
    /// How many pieces there are; one for an empty list.
    pub count: u32,
    /// The cards in the order of their bytes, each with what is in its way. At most [`LISTED_CARDS_MAX`].
    pub cards: Vec<(Uid, Blocks)>,
}

/// Events that a journal has room for until they are acknowledged.
pub const JOURNAL_EVENTS_MAX: u64 = 1_000_000;

/// Bytes that a journal may take on a disk. A million events with their links, none of them of the shortest kind, take
/// less; whoever gives the door a smaller disk sets less.
pub const JOURNAL_BYTES_MAX: u64 = 512 * 1024 * 1024;

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
    /// Drawn at random for this status. The controller's answer repeats it; see [`Confirmation`].
    pub nonce: Nonce,
    /// Seconds since the newest confirmation that the door had what it should have; none if it never had one, or does not
    /// know how long ago that was.
    pub confirmed_age_s: Option<u32>,
    /// The newest head of the central log that the door has been told of.
    pub log: LogHead,
    /// The oldest event that the door still holds; one more than the head if it holds none.
    pub journal_oldest: u64,
    /// The event whose link the door wants to be told, to find out whether its journal is the one that the controller
    /// knows. See [`crate::reconcile`].
    pub probe: u64,
    /// The newest event of the journal; 0 if there is none.
    pub journal_head: u64,
    /// Through which event the controller has acknowledged.
    pub journal_acknowledged: u64,
    /// How full the journal is, in hundredths of what it may hold, by events or by bytes, whichever is more.
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

impl Status {
    /// What a box says of a door when it has just been put up: closed, nothing in force, nothing in its journal.
    #[must_use]
    pub fn of_new_box(agent: &str) -> Self {
        Self {
            session: 1,
            mono: MonoMs(1),
            utc: UtcMs(1),
            trust: ClockTrust::Kept,
            wire_min: WIRE_MIN,
            wire_max: WIRE_CURRENT,
            agent: String::from(agent),
            whitelist: WhitelistId::default(),
            state_generation: Generation(0),
            counters_generation: Generation(0),
            passages_generation: Generation(0),
            mode: Mode::Normal,
            nonce: Nonce::default(),
            confirmed_age_s: None,
            log: LogHead::default(),
            journal_oldest: 1,
            probe: 0,
            journal_head: 0,
            journal_acknowledged: 0,
            journal_percent: 0,
            reader: true,
            lock_released: false,
            leaf: Leaf::Closed,
            faults: Faults::NONE,
            messages_refused: 0,
        }
    }
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
    /// The controller has everything on disk through this event.
    Acknowledged {
        /// The epoch of the journal that is meant.
        epoch: u64,
        /// Through this event.
        through: u64,
        /// The head of the central log. Doors keep the newest, so that a log whose end was cut off is found out.
        log: LogHead,
    },
    /// Do this now.
    Command(Command),
    /// Write this card.
    Encode(EncodeJob),
    /// The answer to a status.
    Confirmed(Confirmation),
}
