//! Commands to doors: asked for by operators, sent by the controller, answered by events.
//!
//! ```text
//! requested ──sent──▶ sent ──event──▶ followed | refused
//!     │                 └──too late──▶ expired ──event──▶ followed | refused
//!     ├──not connected──▶ door-away
//!     └──too late──▶ expired
//! ```
//!
//! A door's own event has the last word: a command that was given up may have been followed all the same.

use access::command::Action;
use access::id::DoorId;
use access::time::UtcMs;

use super::{Actor, Site, SiteError};

/// A command and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandView {
    /// Drawn at random.
    pub id: u64,
    /// To which door.
    pub door: DoorId,
    /// What to do.
    pub action: Action,
    /// Who asked.
    pub operator: String,
    /// When.
    pub requested: UtcMs,
    /// What became of it.
    pub state: CommandState,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandState {
    /// Asked for, and not sent yet.
    Requested,
    /// On its way.
    Sent,
    /// The door did it.
    Followed,
    /// The door did not; the stable code says why: `expired`, `other-boot`, `other-session`, `repeated`.
    Refused(String),
    /// The door was not connected, and nothing was kept for it.
    DoorAway,
    /// Nothing came back in time.
    Expired,
}

impl Site {
    /// Asks the controller to send a command. It is noted with its operator and is not a change: it
    /// decides nothing later.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn request_command(&self, actor: &Actor<'_>, door: &DoorId, action: Action) -> Result<CommandView, SiteError> {
        let _ = (actor, door, action);
        Err(SiteError::Busy)
    }

    /// Commands in state [`CommandState::Requested`], oldest first; at most [`super::LIST_MAX`].
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn commands_requested(&self) -> Result<Vec<CommandView>, SiteError> {
        Err(SiteError::Busy)
    }

    /// Moves a command on. Says whether it moved: one that has come to its end stays as it is.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn set_command_state(&self, id: u64, state: CommandState, at: UtcMs) -> Result<bool, SiteError> {
        let _ = (id, state, at);
        Err(SiteError::Busy)
    }

    /// One command.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn command(&self, id: u64) -> Result<CommandView, SiteError> {
        let _ = id;
        Err(SiteError::Busy)
    }
}
