//! What pages and the command line see of a restored site.

use std::fmt;

use access::entry::Blocks;
use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::Generation;

/// What an operator decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Cards that a door keeps out are kept out here, and doors that are locked down stay so.
    KeepOut,
    /// The backup is right in everything, also where it lets in whom a door keeps out.
    Accept,
}

impl Decision {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::KeepOut => "keep-out",
            Self::Accept => "accept",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::KeepOut, Self::Accept].into_iter().find(|decision| decision.code() == code)
    }
}

/// In what a door and this file differ about a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differs {
    /// Something is in its way at the door, and not here.
    Blocked,
    /// It passes at the door as this file has it, and the door does not list it any more.
    Unlisted,
    /// The door lets it in, and this file does not list it there.
    OnlyThere,
    /// Something is in its way here, and not at the door any more.
    Unblocked,
}

impl Differs {
    /// All of them, what matters most first.
    pub const ALL: [Self; 4] = [Self::Blocked, Self::Unlisted, Self::OnlyThere, Self::Unblocked];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Unlisted => "unlisted",
            Self::OnlyThere => "only-there",
            Self::Unblocked => "unblocked",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|differs| differs.code() == code)
    }

    /// Whether [`Decision::KeepOut`] keeps the card out.
    #[must_use]
    pub fn keeps_out(self) -> bool {
        matches!(self, Self::Blocked | Self::Unlisted)
    }
}

/// How it stands with a file that was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredView {
    /// The change that this was.
    pub change: Generation,
    /// When.
    pub at: UtcMs,
    /// By whom.
    pub operator: String,
    /// When the backup was made; none if the file does not say.
    pub made: Option<UtcMs>,
    /// The newest change in the backup. Doors with a later one know more.
    pub last_change: Generation,
    /// What was decided; none while it waits for an operator.
    pub decision: Option<Decision>,
    /// The doors that were in the backup.
    pub doors: Vec<RestoredDoor>,
    /// How many cards there are, in the order of [`Differs::ALL`].
    pub cards: [u32; Differs::ALL.len()],
}

impl RestoredView {
    /// Whether it waits for an operator.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.decision.is_none()
    }

    /// How many doors are left alone.
    #[must_use]
    pub fn held(&self) -> usize {
        self.doors.iter().filter(|door| !door.released).count()
    }
}

/// A door of a restored site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredDoor {
    /// Which.
    pub door: DoorId,
    /// What people call it.
    pub name: String,
    /// Whether it is connected.
    pub online: bool,
    /// The generation of the list that it has in force, if it has said so since then.
    pub generation: Option<Generation>,
    /// When it had told all of it.
    pub told: Option<UtcMs>,
    /// Whether its list is newer than the backup.
    pub newer: bool,
    /// Whether it has said since then that it is locked down.
    pub locked_down: bool,
    /// Whether it is sent what it should have.
    pub released: bool,
}

/// A card about which doors that are newer than the backup differ from this file.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    /// The card.
    pub uid: Uid,
    /// In what they differ.
    pub differs: Differs,
    /// What is in its way at doors; none if they do not list it.
    pub there: Option<Blocks>,
    /// What is in its way here; none if this file does not know the card.
    pub here: Option<Blocks>,
    /// At how many doors.
    pub doors: u32,
    /// Who holds it here, if anybody.
    pub holder: Option<String>,
}

/// A card's number stays out of logs.
impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known")
            .field("differs", &self.differs)
            .field("there", &self.there)
            .field("here", &self.here)
            .field("doors", &self.doors)
            .finish_non_exhaustive()
    }
}

/// What a decision did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decided {
    /// Cards that were blocked or suspended.
    pub cards: u32,
    /// Doors that stay locked down.
    pub lockdowns: u32,
    /// Cards that a door keeps out and that were left as they are: the door never listed them, or another lets them in.
    pub left: u32,
    /// Doors that are left alone: they have not told, or they keep out more cards than is believed without a look.
    pub waiting: u32,
}

/// What became of a piece of what a door tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The door is not asked, or had told it already.
    NotAsked,
    /// More pieces are to come.
    Kept,
    /// The pieces do not make the list that they name; they are forgotten.
    Mismatch,
    /// All is told and compared. Whether the door may follow again now, since it was decided before.
    All {
        /// Whether it may.
        released: bool,
    },
}
