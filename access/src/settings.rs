//! How a door is set up.

use serde::{Deserialize, Serialize};

use crate::mode::Unlock;
use crate::passage::AreaId;

/// How a door is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorSettings {
    /// What is read of a card.
    pub reading: Reading,
    /// How long the door waits for people.
    pub times: Times,
    /// How long it waits for people who need longer.
    pub long_times: Times,
    /// What the exit button does.
    pub exit_button: ExitButton,
    /// When the door stands unlocked.
    pub unlock: Option<Unlock>,
    /// Two different cards are needed, the second within so many seconds.
    pub two_person_s: Option<u16>,
    /// A visitor needs somebody who is none, whose card follows within so many seconds.
    pub escort_s: Option<u16>,
    /// What happens after repeated denials.
    pub lockout: Lockout,
    /// How old the list may become; none if it may be of any age.
    pub age: Option<Age>,
    /// What a grant of hours is worth while the door does not know the time.
    pub unknown_time: UnknownTime,
    /// The area that a card at the reader outside leads into. Rules against passing back speak of it.
    pub leads_into: Option<AreaId>,
    /// The area that it leads out of; a card at the reader inside leads into this one.
    pub leads_out_of: Option<AreaId>,
}

/// How long a door waits for somebody, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// How long the lock stays released. EN 60839-11-1 asks for at least 3,000 where the system defines it.
    pub release_ms: u32,
    /// How long the door may stand open before it warns whoever stands there.
    pub held_warning_ms: u32,
    /// How long before it is an alarm; more than [`Times::held_warning_ms`].
    pub held_alarm_ms: u32,
}

/// What the exit button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitButton {
    /// It releases the lock.
    Releases,
    /// The handle opens the lock by itself; the button only says that the opening which follows is in order.
    Shunts,
}

/// How old a door's list may become without a confirmation of the controller, and what holds beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// So many seconds, between [`Age::LIMIT_S_MIN`] and [`Age::LIMIT_S_MAX`].
    pub limit_s: u32,
    /// What holds for a card at the reader outside afterwards. Leaving is free, whatever the age.
    pub beyond: Beyond,
}

/// What a door does with a list that is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Beyond {
    /// It goes on, and tells.
    GoesOn,
    /// Only those who pass a lockdown pass.
    ExemptOnly,
    /// Nobody passes.
    Denies,
}

/// What a grant of hours is worth at a door that does not know the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnknownTime {
    /// Nothing: whoever may pass at some hours only does not pass.
    Denies,
    /// It counts as within its hours.
    Allows,
}

/// What happens after repeated denials of one card, or of cards that are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockout {
    /// So many.
    pub denials: u8,
    /// Within so many seconds.
    pub within_s: u16,
    /// Lock it out for so many seconds.
    pub for_s: u16,
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

/// A value is out of its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} of a door is out of its bounds")]
pub struct SettingsError(
    /// Which, as it is called in the API.
    pub &'static str,
);

impl DoorSettings {
    /// Shortest time in which a second card may be asked for, in seconds.
    pub const SECOND_CARD_S_MIN: u16 = 3;
    /// Longest: whoever comes later begins anew.
    pub const SECOND_CARD_S_MAX: u16 = 120;

    /// Checks the bounds that the types cannot express.
    ///
    /// # Errors
    /// The first value that is out of its bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        self.times.check()?;
        self.long_times.check().map_err(|SettingsError(what)| match what {
            "release_ms" => SettingsError("long_release_ms"),
            "held_warning_ms" => SettingsError("long_held_warning_ms"),
            _ => SettingsError("long_held_alarm_ms"),
        })?;
        self.lockout.check()?;
        if self.age.is_some_and(|age| !(Age::LIMIT_S_MIN..=Age::LIMIT_S_MAX).contains(&age.limit_s)) {
            return Err(SettingsError("age_limit_s"));
        }
        let second = Self::SECOND_CARD_S_MIN..=Self::SECOND_CARD_S_MAX;
        let fits = |seconds: Option<u16>| seconds.is_none_or(|seconds| second.contains(&seconds));
        match (fits(self.two_person_s), fits(self.escort_s)) {
            (false, _) => Err(SettingsError("two_person_s")),
            (_, false) => Err(SettingsError("escort_s")),
            _ if self.leads_into.is_some() && self.leads_into == self.leads_out_of => {
                Err(SettingsError("leads_out_of"))
            }
            _ => Ok(()),
        }
    }
}

impl Default for DoorSettings {
    fn default() -> Self {
        Self {
            reading: Reading::UidOnly,
            times: Times::DEFAULT,
            long_times: Times::DEFAULT_LONG,
            exit_button: ExitButton::Releases,
            unlock: None,
            two_person_s: None,
            escort_s: None,
            lockout: Lockout::DEFAULT,
            age: Some(Age::DEFAULT),
            unknown_time: UnknownTime::Denies,
            leads_into: None,
            leads_out_of: None,
        }
    }
}

impl Times {
    /// For most people.
    pub const DEFAULT: Self = Self { release_ms: 5_000, held_warning_ms: 15_000, held_alarm_ms: 30_000 };
    /// For people who need longer.
    pub const DEFAULT_LONG: Self = Self { release_ms: 15_000, held_warning_ms: 45_000, held_alarm_ms: 60_000 };
    /// Shortest release. Less and a person with gloves on does not reach the handle.
    pub const RELEASE_MS_MIN: u32 = 500;
    /// Longest release. More is a mode, not a release.
    pub const RELEASE_MS_MAX: u32 = 120_000;
    /// Shortest time until a door that stands open warns.
    pub const HELD_MS_MIN: u32 = 1_000;
    /// Longest time until it is an alarm.
    pub const HELD_MS_MAX: u32 = 3_600_000;

    fn check(&self) -> Result<(), SettingsError> {
        let held = Self::HELD_MS_MIN..=Self::HELD_MS_MAX;
        if !(Self::RELEASE_MS_MIN..=Self::RELEASE_MS_MAX).contains(&self.release_ms) {
            Err(SettingsError("release_ms"))
        } else if !held.contains(&self.held_warning_ms) {
            Err(SettingsError("held_warning_ms"))
        } else if !held.contains(&self.held_alarm_ms) || self.held_alarm_ms <= self.held_warning_ms {
            Err(SettingsError("held_alarm_ms"))
        } else {
            Ok(())
        }
    }
}

impl Age {
    /// Of an outer door: a long weekend. It goes on beyond, since nobody has said what it keeps.
    pub const DEFAULT: Self = Self { limit_s: 72 * 3_600, beyond: Beyond::GoesOn };
    /// Shortest: ten statuses, so that a broker that restarts is no alarm.
    pub const LIMIT_S_MIN: u32 = 300;
    /// Longest: a leap year.
    pub const LIMIT_S_MAX: u32 = 366 * 86_400;
}

impl Beyond {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::GoesOn, Self::ExemptOnly, Self::Denies];

    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::GoesOn => "goes-on",
            Self::ExemptOnly => "exempt-only",
            Self::Denies => "denies",
        }
    }

    /// What holds under this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|beyond| beyond.code() == code)
    }
}

impl UnknownTime {
    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Denies => "denies",
            Self::Allows => "allows",
        }
    }

    /// What holds under this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Denies, Self::Allows].into_iter().find(|rule| rule.code() == code)
    }
}

impl ExitButton {
    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Releases => "releases",
            Self::Shunts => "shunts",
        }
    }

    /// What the button does under this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Releases, Self::Shunts].into_iter().find(|button| button.code() == code)
    }
}

impl Lockout {
    /// Five in a minute, for a minute.
    pub const DEFAULT: Self = Self { denials: 5, within_s: 60, for_s: 60 };
    /// Fewest denials: two are a slip of the hand.
    pub const DENIALS_MIN: u8 = 3;
    /// Most, which bounds what a door remembers.
    pub const DENIALS_MAX: u8 = 20;
    /// Longest time, in seconds.
    pub const SECONDS_MAX: u16 = 3_600;

    fn check(&self) -> Result<(), SettingsError> {
        let seconds = 1..=Self::SECONDS_MAX;
        if !(Self::DENIALS_MIN..=Self::DENIALS_MAX).contains(&self.denials) {
            Err(SettingsError("lockout_denials"))
        } else if !seconds.contains(&self.within_s) {
            Err(SettingsError("lockout_within_s"))
        } else if !seconds.contains(&self.for_s) {
            Err(SettingsError("lockout_for_s"))
        } else {
            Ok(())
        }
    }
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
