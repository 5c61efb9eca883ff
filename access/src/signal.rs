//! What the person at the door sees and hears, as rhythms.
//!
//! No signal may be told from another by its colour alone, nor by its sound alone: a porter who cannot tell red from
//! green, and a nurse beside a running saw, must both know. So signals differ by the rhythm of their light.
//!
//! A pattern is written as steps of lamps and milliseconds: `G300 .100 G300` is green for 300 ms, dark for 100 ms,
//! green for 300 ms. `G` is green, `R` is red, `B` is the buzzer, together as in `RB200`; `.` is nothing.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Signal {
    /// Come in.
    Granted,
    /// Come in; and the card ends soon.
    EndsSoon,
    /// No.
    Denied,
    /// No, and trying again will not help: see security.
    DeniedForGood,
    /// The card left too early, or there were two: try again.
    TryAgain,
    /// One card more: a second person, or an escort.
    SecondCard,
    /// The card is being read; hold it there.
    Busy,
    /// The door stands open too long.
    HeldWarning,
    /// All lamps and the buzzer, once.
    Test,
    /// While nothing else is shown: the door stands unlocked.
    IdleUnlocked,
    /// While nothing else is shown: locked down.
    IdleLockedDown,
    /// While nothing else is shown: the door decides alone, since it does not reach the controller.
    IdleOffline,
    /// While nothing else is shown: the reader does not answer, or the door has no whitelist.
    IdleOutOfOrder,
}

/// What is lit or sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lamps {
    /// The green lamp shines.
    pub green: bool,
    /// The red lamp shines.
    pub red: bool,
    /// The buzzer sounds.
    pub buzzer: bool,
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is lit or sounds.
    pub lamps: Lamps,
    /// For how long, in milliseconds.
    pub ms: u16,
}

/// Steps, one after the other. Those of an idle signal and of the warning begin anew when they are over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern(pub Vec<Step>);

/// The patterns of a site that differ from those that are built in; at most one of each signal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignalSet(pub Vec<(Signal, Pattern)>);

impl Signal {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Granted,
        Self::EndsSoon,
        Self::Denied,
        Self::DeniedForGood,
        Self::TryAgain,
        Self::SecondCard,
        Self::Busy,
        Self::HeldWarning,
        Self::Test,
        Self::IdleUnlocked,
        Self::IdleLockedDown,
        Self::IdleOffline,
        Self::IdleOutOfOrder,
    ];

    /// The stable code, for the database, the emulated door and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::EndsSoon => "ends-soon",
            Self::Denied => "denied",
            Self::DeniedForGood => "denied-for-good",
            Self::TryAgain => "try-again",
            Self::SecondCard => "second-card",
            Self::Busy => "busy",
            Self::HeldWarning => "held-warning",
            Self::Test => "test",
            Self::IdleUnlocked => "idle-unlocked",
            Self::IdleLockedDown => "idle-locked-down",
            Self::IdleOffline => "idle-offline",
            Self::IdleOutOfOrder => "idle-out-of-order",
        }
    }

    /// The signal with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.code() == code)
    }
}

/// A pattern is out of its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// See [`Pattern::STEPS_MAX`].
    #[error("a pattern has {0} steps; between 1 and {max} are allowed", max = Pattern::STEPS_MAX)]
    Steps(usize),
    /// See [`Pattern::STEP_MS_MIN`] and [`Pattern::STEP_MS_MAX`].
    #[error("a step of a pattern lasts {0} ms; between {min} and {max} are allowed",
        min = Pattern::STEP_MS_MIN, max = Pattern::STEP_MS_MAX)]
    StepMs(u16),
    /// A signal has two patterns.
    #[error("a signal has two patterns")]
    Twice,
}

impl Pattern {
    /// Most steps: nobody counts further.
    pub const STEPS_MAX: usize = 12;
    /// Shortest step, in milliseconds: less is not seen.
    pub const STEP_MS_MIN: u16 = 50;
    /// Longest step, in milliseconds: the pause of an idle signal.
    pub const STEP_MS_MAX: u16 = 5_000;

    /// Checks its bounds.
    ///
    /// # Errors
    /// The first that is passed.
    pub fn check(&self) -> Result<(), PatternError> {
        if self.0.is_empty() || self.0.len() > Self::STEPS_MAX {
            return Err(PatternError::Steps(self.0.len()));
        }
        let odd = self.0.iter().find(|step| !(Self::STEP_MS_MIN..=Self::STEP_MS_MAX).contains(&step.ms));
        odd.map_or(Ok(()), |step| Err(PatternError::StepMs(step.ms)))
    }
}

impl SignalSet {
    /// Checks the bounds of each pattern.
    ///
    /// # Errors
    /// The first that is passed.
    pub fn check(&self) -> Result<(), PatternError> {
        let twice = |(at, (signal, _)): (usize, &(Signal, Pattern))| {
            self.0.iter().take(at).any(|(earlier, _)| earlier == signal)
        };
        if self.0.iter().enumerate().any(twice) {
            return Err(PatternError::Twice);
        }
        self.0.iter().try_for_each(|(_, pattern)| pattern.check())
    }
}
