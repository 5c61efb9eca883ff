//! What a person asks of a door now.
//!
//! A command is bound to one boot and one session of the door and ends by the door's own clock, so that
//! a message that was delayed, kept or repeated by a broker opens nothing.

use serde::{Deserialize, Serialize};

use crate::time::MonoMs;

/// Longest life of a command. Who asked has walked away by then.
pub const COMMAND_LIFE_MS_MAX: u64 = 10_000;

/// A request to one door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Drawn at random by the controller. The door's event about it carries it back.
    pub id: u64,
    /// The boot of the door that is meant, as its status told.
    pub boot: u64,
    /// The session of the door that is meant, as its status told.
    pub session: u64,
    /// The door's own time at which the command is void.
    pub expires: MonoMs,
    /// What to do.
    pub action: Action,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Release the lock as for a granted card.
    UnlockOnce,
    /// Show all signals once, so that somebody at the door can say what works.
    TestSignal,
}

impl Action {
    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnlockOnce => "unlock-once",
            Self::TestSignal => "test-signal",
        }
    }
}

/// Why a door did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// It came too late, or would live longer than [`COMMAND_LIFE_MS_MAX`].
    #[error("the command came too late")]
    Expired,
    /// The door has started anew since.
    #[error("the command was meant for an earlier boot of the door")]
    OtherBoot,
    /// The door has connected anew since.
    #[error("the command was meant for an earlier session of the door")]
    OtherSession,
    /// It was done already.
    #[error("the command was done already")]
    Repeated,
    /// Another door of the lock chamber is open or released.
    #[error("another door of the lock chamber is open or released")]
    Interlocked,
}

impl Command {
    /// Whether the door is to follow it now. Whether it has done so before is the caller's to know.
    ///
    /// # Errors
    /// The [`Refusal`] to report.
    pub fn check(&self, boot: u64, session: u64, now: MonoMs) -> Result<(), Refusal> {
        if self.boot != boot {
            Err(Refusal::OtherBoot)
        } else if self.session != session {
            Err(Refusal::OtherSession)
        } else if now >= self.expires || self.expires.since(now) > COMMAND_LIFE_MS_MAX {
            Err(Refusal::Expired)
        } else {
            Ok(())
        }
    }
}

/// The ids of the commands that a door has followed in this session; bounded, since none lives long.
#[derive(Debug)]
pub struct Followed {
    ids: [Option<u64>; Followed::KEPT],
    next: usize,
}

impl Default for Followed {
    fn default() -> Self {
        Self { ids: [None; Self::KEPT], next: 0 }
    }
}

impl Followed {
    /// More than a person can send within [`COMMAND_LIFE_MS_MAX`].
    const KEPT: usize = 64;

    /// Notes this one.
    ///
    /// # Errors
    /// [`Refusal::Repeated`] if it is noted already.
    pub fn note(&mut self, id: u64) -> Result<(), Refusal> {
        if self.ids.contains(&Some(id)) {
            return Err(Refusal::Repeated);
        }
        if let Some(place) = self.ids.get_mut(self.next) {
            *place = Some(id);
        }
        self.next = (self.next + 1) % Self::KEPT;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: Command =
        Command { id: 1, boot: 2, session: 3, expires: MonoMs(20_000), action: Action::UnlockOnce };

    #[test]
    fn only_this_boot_this_session_and_this_moment_are_followed() {
        assert_eq!(COMMAND.check(2, 3, MonoMs(19_999)), Ok(()));
        assert_eq!(COMMAND.check(2, 3, MonoMs(10_000)), Ok(()));
        assert_eq!(COMMAND.check(9, 3, MonoMs(19_999)), Err(Refusal::OtherBoot));
        assert_eq!(COMMAND.check(2, 9, MonoMs(19_999)), Err(Refusal::OtherSession));
        assert_eq!(COMMAND.check(2, 3, MonoMs(20_000)), Err(Refusal::Expired));
    }

    #[test]
    fn a_command_that_would_live_too_long_is_not_followed() {
        assert_eq!(COMMAND.check(2, 3, MonoMs(9_999)), Err(Refusal::Expired));
    }

    #[test]
    fn a_repeated_command_is_followed_once() {
        let mut followed = Followed::default();
        assert_eq!(followed.note(7), Ok(()));
        assert_eq!(followed.note(7), Err(Refusal::Repeated));
        assert_eq!(followed.note(8), Ok(()));
    }
}
