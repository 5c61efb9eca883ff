//! Who has gone into which area, as far as a door needs to know it: rules against passing back.
//!
//! ```text
//!            entered                           ┌───── entered again: violates the rule
//!   outside ─────────▶ inside ◀────────────────┘
//!      ▲                 │ left, or forgiven by an operator; or, for the rule alone, its time or the daily hour
//!      └─────────────────┘
//! ```
//!
//! Every door keeps the latest that it knows of each card: its own taps at once, those of the other doors of its
//! agent at once, those of other agents when the controller has told. A door never waits for the network, so it may
//! know less; the controller sees every double entry when both have been reported.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::time::UtcMs;
use crate::uid::Uid;
use crate::whitelist::Generation;

/// An area, as the site numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AreaId(pub u32);

/// Which of a door's readers: the one outside, where people come in, or the one inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Side {
    /// Coming in.
    In,
    /// Going out.
    Out,
}

impl Side {
    /// The stable code, for the configuration, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// The rule of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passback {
    /// Which area.
    pub area: AreaId,
    /// Whether a card that is inside is denied, or let in with an alarm.
    pub hard: bool,
    /// How long a card counts as inside, in seconds; until it leaves if there is none.
    pub within_s: Option<u32>,
    /// At which minute of the day all are forgiven, by the site's clock.
    pub forgiven_at: Option<u16>,
}

impl Passback {
    /// Most rules that one door can have: an area on each side.
    pub const RULES_MAX: usize = 2;
    /// Shortest time, in seconds.
    pub const WITHIN_S_MIN: u32 = 10;
    /// Longest time, in seconds: a day. Longer is until the card leaves.
    pub const WITHIN_S_MAX: u32 = 86_400;
    /// Minutes of a day.
    pub const FORGIVEN_AT_MAX: u16 = 24 * 60 - 1;
}

/// What a card last did in an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The card.
    pub uid: Uid,
    /// The area.
    pub area: AreaId,
    /// What.
    pub step: Step,
    /// When, by the clock of the door, but after everything that the door knew of the card.
    pub at: UtcMs,
}

/// What a card did in an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// It went in.
    Entered,
    /// It went out.
    Left,
    /// An operator has forgiven it.
    Forgiven,
}

impl Step {
    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Left => "left",
            Self::Forgiven => "forgiven",
        }
    }

    /// The step with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Entered, Self::Left, Self::Forgiven].into_iter().find(|step| step.code() == code)
    }
}

/// Most passages in one message.
pub const PASSAGES_MAX: usize = 2_000;

/// What cards did at other doors. A door takes what is newer than what it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passages {
    /// The stream's own generation after this message.
    pub generation: Generation,
    /// At most [`PASSAGES_MAX`]. The later one of a card counts, so their order does not matter.
    pub passages: Vec<Passage>,
}
