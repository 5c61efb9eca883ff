//! What the person at the door sees and hears, as rhythms.
//!
//! No signal may be told from another by its colour alone, nor by its sound alone: a porter who cannot tell red from
//! green, and a nurse beside a running saw, must both know. So signals differ by the rhythm of their light.
//!
//! A pattern is written as steps of lamps and milliseconds: `G300 .100 G300` is green for 300 ms, dark for 100 ms,
//! green for 300 ms. `G` is green, `R` is red, `B` is the buzzer, together as in `RB200`; `.` is nothing.
//!
//! | module | subject |
//! | --- | --- |
//! | [`pattern`] | lamps and milliseconds |
//! | [`set`] | which pattern a signal has, and which signals could be taken for each other |
//! | [`player`] | what is lit at which moment |

use serde::{Deserialize, Serialize};

use crate::decide::Decision;
use crate::reason::Reason;

pub mod pattern;
pub mod player;
mod rhythm;
pub mod set;

pub use pattern::{Lamps, Pattern, PatternError, Step};
pub use player::Player;
pub use set::SignalSet;

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

    /// What to tell whoever laid this card on the reader.
    #[must_use]
    pub fn of(decision: &Decision, ends_soon: bool) -> Self {
        let reasons = decision.reasons;
        let only = |some| reasons.without(some).is_empty();
        if decision.granted() {
            if ends_soon { Self::EndsSoon } else { Self::Granted }
        } else if only(Reason::SECOND_CARD) {
            Self::SecondCard
        } else if only(Reason::TRY_AGAIN) {
            Self::TryAgain
        } else if !reasons.within(Reason::FOR_GOOD).is_empty() {
            Self::DeniedForGood
        } else {
            Self::Denied
        }
    }

    /// Whether it is what an idle door shows.
    #[must_use]
    pub fn is_idle(self) -> bool {
        self.repeats() && self != Self::HeldWarning
    }

    /// Whether its pattern begins anew when it is over: those of an idle door, and the warning.
    #[must_use]
    pub fn repeats(self) -> bool {
        match self {
            Self::HeldWarning
            | Self::IdleUnlocked
            | Self::IdleLockedDown
            | Self::IdleOffline
            | Self::IdleOutOfOrder => true,
            Self::Granted
            | Self::EndsSoon
            | Self::Denied
            | Self::DeniedForGood
            | Self::TryAgain
            | Self::SecondCard
            | Self::Busy
            | Self::Test => false,
        }
    }

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
