//! The two small streams of desired state: what a door shall be, and how far cards have counted.
//!
//! Each has its own generation, so that a lockdown never waits behind whitelist chunks and a tap's
//! counter never moves the whitelist.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::time::UtcS;
use crate::uid::Uid;
use crate::whitelist::Generation;

/// What a door shall be, for the time being. Small, and sent whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorState {
    /// Counted by the site's changes, like a whitelist's, but compared only with its own kind.
    pub generation: Generation,
    /// How the door behaves.
    pub mode: Mode,
    /// When it goes back to [`Mode::Normal`], by the door's own clock; open if it stays.
    pub mode_until: Option<UtcS>,
    /// How this door is set up.
    pub settings: DoorSettings,
}

/// How a door behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Cards decide.
    Normal,
    /// No card passes; exits stay free.
    LockedDown,
}

impl Mode {
    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::LockedDown => "locked-down",
        }
    }

    /// The mode with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Normal, Self::LockedDown].into_iter().find(|mode| mode.code() == code)
    }
}

/// How a door is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorSettings {
    /// How long the lock stays released, in milliseconds. EN 60839-11-1 asks for at least 3,000.
    pub release_ms: u32,
    /// What is read of a card.
    pub reading: Reading,
}

impl DoorSettings {
    /// Shortest release. Less and a person with gloves on does not reach the handle.
    pub const RELEASE_MS_MIN: u32 = 500;
    /// Longest release. More is a mode, not a release.
    pub const RELEASE_MS_MAX: u32 = 120_000;
}

/// What a door reads of a card before it decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading {
    /// The number only, which a telephone can copy: weak, and shown so.
    UidOnly,
    /// The credential in our sector as well. A copy of the whole card passes.
    Sector,
    /// And its counter moves at each tap. The door opens before the write, a few times in a row even if the
    /// write stays in doubt.
    RollingLenient,
    /// And its counter moves at each tap. The door opens when the write has been read back.
    RollingStrict,
}

impl Reading {
    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UidOnly => "uid-only",
            Self::Sector => "sector",
            Self::RollingLenient => "sector-rolling-lenient",
            Self::RollingStrict => "sector-rolling-strict",
        }
    }

    /// Whether the credential is read at all.
    #[must_use]
    pub fn asks_for_credential(self) -> bool {
        self != Self::UidOnly
    }

    /// Whether the card's counter moves.
    #[must_use]
    pub fn rolls(self) -> bool {
        matches!(self, Self::RollingLenient | Self::RollingStrict)
    }

    /// The reading with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::UidOnly, Self::Sector, Self::RollingLenient, Self::RollingStrict]
            .into_iter()
            .find(|reading| reading.code() == code)
    }
}

impl Default for DoorState {
    /// What a door is before it has been told anything.
    fn default() -> Self {
        Self {
            generation: Generation(0),
            mode: Mode::Normal,
            mode_until: None,
            settings: DoorSettings { release_ms: 5_000, reading: Reading::UidOnly },
        }
    }
}

impl DoorState {
    /// The mode at this second.
    #[must_use]
    pub fn mode_at(&self, at: UtcS) -> Mode {
        if self.mode_until.is_some_and(|until| at >= until) { Mode::Normal } else { self.mode }
    }
}

/// Most counters in one message.
pub const COUNTERS_MAX: usize = 4_000;

/// How far the rolling counters of some cards have come, as other doors have seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// The stream's own generation after this message.
    pub generation: Generation,
    /// At most [`COUNTERS_MAX`]. A counter never goes back, so their order does not matter.
    pub counters: Vec<Counter>,
}

/// The rolling counter of one card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// The chip.
    pub uid: Uid,
    /// Which encoding of it: a newer one begins anew.
    pub issue: u8,
    /// The highest value that has been committed.
    pub value: u32,
    /// The nonce that stands beside that value on the card.
    pub nonce: u16,
}
