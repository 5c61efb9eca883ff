//! What happened at a door, with everything that a later reader needs to judge it.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::command::{Action, Refusal};
use crate::credential::block::Token;
use crate::decide::{Credential, Decision, Presented};
use crate::encode::{ChipClass, Outcome};
use crate::mode::Mode;
use crate::passage::{AreaId, Side};
use crate::reason::Reasons;
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
        /// Which reader.
        side: Side,
        /// What it was.
        presented: Presented,
        /// What was read of its credential.
        credential: Credential,
        /// What the door decided.
        decision: Decision,
        /// What the door noticed and let pass, such as a card that is inside already where that is only told.
        noted: Reasons,
        /// How the card's counter moved, at a door that moves it.
        rolling: Option<Rolling>,
    },
    /// The exit button was pressed.
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
    /// The door was opened after a card had been granted; the subject is the card.
    Entered {
        /// By which reader.
        side: Side,
    },
    /// A card had been granted, and the door was not opened; the subject is the card.
    NotEntered {
        /// By which reader.
        side: Side,
    },
    /// The door stands open longer than it may, and whoever stands there is warned.
    HeldWarning,
    /// And longer still.
    HeldOpen,
    /// It was held open, and has closed.
    HeldCleared,
    /// The door was opened without a release.
    ForcedOpen,
    /// It was forced, and has closed.
    ForcedCleared,
    /// Something that is watched has gone wrong.
    Raised(Watched),
    /// And is as it should be again.
    Cleared(Watched),
    /// Another mode is in force; [`Event::mode`] is the new one.
    ModeChanged {
        /// The one before.
        from: Mode,
        /// Why.
        cause: ModeCause,
    },
    /// A card was denied so often that it is locked out; the subject is the card, or none if unlisted cards are.
    LockedOut {
        /// For so many seconds.
        for_s: u16,
    },
    /// The door has heard that an operator has forgiven a card; the subject is the card.
    Forgiven {
        /// In which area.
        area: AreaId,
    },
    /// The first event of an epoch that follows another one at the same door.
    EpochBegan {
        /// The epoch before.
        before: u64,
        /// The last event of it that both have, as far as the door knows. What the door held beyond follows in this epoch;
        /// what the log has beyond was told by another copy of the journal.
        through: u64,
        /// Why.
        cause: EpochCause,
    },
    /// The journal was full, and so many events were not written into it. The oldest are kept, and the door went on.
    EventsDropped {
        /// How many.
        count: u32,
    },
    /// Civil time was set.
    ClockStepped {
        /// By how much; negative if it was set back.
        by_ms: i64,
        /// By whom.
        by: ClockSource,
    },
    /// The list has become older than it may.
    ListTooOld,
    /// The list has been confirmed again.
    ListConfirmed,
    /// A file of the door could not be read, and was made anew.
    Rebuilt {
        /// Which one.
        file: DoorFile,
    },
}

/// Why an epoch has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EpochCause {
    /// The controller has events of the epoch before that this journal does not have: it was restored from a copy.
    Behind,
    /// The journal and the controller's log say different things of the same events.
    Forked,
    /// The journal before could not be read to its end.
    Unreadable,
}

/// Who sets the clock of a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClockSource {
    /// The operating system, which asks the network or a person.
    System,
    /// The controller's signed time.
    Controller,
}

impl ClockSource {
    /// The stable code, for the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Controller => "controller",
        }
    }
}

/// The files of a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DoorFile {
    /// `whitelist.db`.
    Whitelist,
    /// `journal.db`.
    Journal,
}

/// What a door watches besides its contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Watched {
    /// The lid of the box.
    Tamper,
    /// The supply from the mains.
    Mains,
    /// The battery.
    Battery,
    /// The fire alarm system. It releases the exits by its own wires; the door only follows.
    Fire,
    /// The exit button, which somebody or something holds down.
    ExitButton,
    /// The door contact, whose wire is broken, or which flutters.
    Contact,
    /// The disk, which refuses to be written to: it is full, read-only or broken.
    Disk,
}

/// Why a mode has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModeCause {
    /// The controller has told a new state.
    Ordered,
    /// The clock: something has begun, or has ended.
    Time,
    /// The first card of a schedule that waits for one.
    FirstPerson,
    /// The agent started.
    Start,
}

impl Watched {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Tamper, Self::Mains, Self::Battery, Self::Fire, Self::ExitButton, Self::Contact, Self::Disk];

    /// The stable code, for the configuration, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Tamper => "tamper",
            Self::Mains => "mains",
            Self::Battery => "battery",
            Self::Fire => "fire",
            Self::ExitButton => "exit-button",
            Self::Contact => "contact",
            Self::Disk => "disk",
        }
    }

    /// What is watched under this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|watched| watched.code() == code)
    }
}

/// A set of [`Watched`] things that are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Faults(u16);

impl Faults {
    /// All is well.
    pub const NONE: Self = Self(0);

    /// From the bits of the wire or the database.
    #[must_use]
    pub fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// As bits.
    #[must_use]
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Sets one, or takes it out.
    pub fn set(&mut self, watched: Watched, wrong: bool) {
        let bit = 1 << watched as u8;
        self.0 = if wrong { self.0 | bit } else { self.0 & !bit };
    }

    /// Whether this one is wrong.
    #[must_use]
    pub fn has(self, watched: Watched) -> bool {
        self.0 & 1 << watched as u8 != 0
    }

    /// Those that this version has a name for.
    pub fn iter(self) -> impl Iterator<Item = Watched> {
        Watched::ALL.into_iter().filter(move |watched| self.has(*watched))
    }
}

impl EventKind {
    /// Every code that there is, in the order in which people are offered them.
    pub const CODES: &[&str] = &[
        "granted",
        "denied",
        "exit-pressed",
        "command-followed",
        "command-refused",
        "opened",
        "opened-unreleased",
        "closed",
        "journal-slow",
        "started",
        "stopped",
        "reader-blind",
        "reader-recovered",
        "whitelist-applied",
        "state-applied",
        "messages-refused",
        "encoded",
        "encoding-failed",
        "presented",
        "entered",
        "not-entered",
        "held-warning",
        "held-open",
        "held-cleared",
        "forced-open",
        "forced-cleared",
        "tamper",
        "tamper-cleared",
        "mains-lost",
        "mains-restored",
        "battery-low",
        "battery-good",
        "fire",
        "fire-cleared",
        "exit-button-stuck",
        "exit-button-freed",
        "contact-fault",
        "contact-mended",
        "mode-changed",
        "locked-out",
        "forgiven",
        "epoch-began",
        "events-dropped",
        "clock-stepped",
        "list-too-old",
        "list-confirmed",
        "file-rebuilt",
        "disk-refuses",
        "disk-mended",
    ];

    /// The stable code, one of [`EventKind::CODES`], for the database, the API and the sentences.
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
            Self::Entered { .. } => "entered",
            Self::NotEntered { .. } => "not-entered",
            Self::HeldWarning => "held-warning",
            Self::HeldOpen => "held-open",
            Self::HeldCleared => "held-cleared",
            Self::ForcedOpen => "forced-open",
            Self::ForcedCleared => "forced-cleared",
            Self::Raised(watched) => raised(*watched),
            Self::Cleared(watched) => cleared(*watched),
            Self::ModeChanged { .. } => "mode-changed",
            Self::LockedOut { .. } => "locked-out",
            Self::Forgiven { .. } => "forgiven",
            Self::EpochBegan { .. } => "epoch-began",
            Self::EventsDropped { .. } => "events-dropped",
            Self::ClockStepped { .. } => "clock-stepped",
            Self::ListTooOld => "list-too-old",
            Self::ListConfirmed => "list-confirmed",
            Self::Rebuilt { .. } => "file-rebuilt",
        }
    }
}

fn raised(watched: Watched) -> &'static str {
    match watched {
        Watched::Tamper => "tamper",
        Watched::Mains => "mains-lost",
        Watched::Battery => "battery-low",
        Watched::Fire => "fire",
        Watched::ExitButton => "exit-button-stuck",
        Watched::Contact => "contact-fault",
        Watched::Disk => "disk-refuses",
    }
}

fn cleared(watched: Watched) -> &'static str {
    match watched {
        Watched::Tamper => "tamper-cleared",
        Watched::Mains => "mains-restored",
        Watched::Battery => "battery-good",
        Watched::Fire => "fire-cleared",
        Watched::ExitButton => "exit-button-freed",
        Watched::Contact => "contact-mended",
        Watched::Disk => "disk-mended",
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
