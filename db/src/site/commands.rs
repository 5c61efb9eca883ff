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

use access::command::Refusal;
use rusqlite::{Connection, Row};

use super::open::Wakes;
use super::{Actor, LIST_MAX, Site, SiteError, change, modes, row};

/// Longest code of a refusal, in bytes.
const REFUSAL_LENGTH_MAX: usize = 64;

/// Most commands that wait for the controller. It takes them within milliseconds, so more means that it
/// does not run, and a command that nobody takes must not open a door later.
const WAITING_MAX: i64 = 100;

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
    /// Why; empty for old ones.
    pub reason: String,
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
    /// The door did not; the stable code says why: `expired`, `other-boot`, `other-session`, `repeated`,
    /// `interlocked`.
    Refused(String),
    /// The door was not connected, and nothing was kept for it.
    DoorAway,
    /// Nothing came back in time.
    Expired,
}

impl CommandState {
    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Sent => "sent",
            Self::Followed => "followed",
            Self::Refused(_) => "refused",
            Self::DoorAway => "door-away",
            Self::Expired => "expired",
        }
    }
}

impl Site {
    /// Asks the controller to send a command. It decides nothing later, and stands in the operator log all the same.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door; [`SiteError::Invalid`] if too many commands wait, or with `reason`.
    pub fn request_command(
        &self,
        actor: &Actor<'_>,
        door: &DoorId,
        action: Action,
        reason: &str,
    ) -> Result<CommandView, SiteError> {
        modes::check_reason(reason)?;
        let id = random()?;
        self.write(Wakes::Requests, |db| {
            let number = row::need_door(db, door)?;
            let waiting: i64 = row::prepare(db, "SELECT COUNT(*) FROM command WHERE state = 'requested'")?
                .query_row([], |row| row.get(0))?;
            if waiting >= WAITING_MAX {
                return Err(SiteError::invalid("command", "too-many"));
            }
            row::prepare(
                db,
                "INSERT INTO command (id, door, action, operator, requested_ms, state, changed_ms, reason)
                 VALUES ($1, $2, $3, $4, $5, 'requested', $5, $6)",
            )?
            .execute((id.cast_signed(), number, action.code(), actor.operator, actor.at.0, reason))?;
            change::begin(db, actor, "door-command", &format!("{door} {} {reason}", action.code()))?;
            one(db, id)
        })
    }

    /// Commands in state [`CommandState::Requested`], oldest first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn commands_requested(&self) -> Result<Vec<CommandView>, SiteError> {
        self.read(|db| {
            let mut statement =
                row::prepare(db, select_commands!("c.state = 'requested' ORDER BY c.requested_ms, c.id LIMIT $1"))?;
            row::all(statement.query([LIST_MAX])?, view)
        })
    }

    /// Moves a command on. Says whether it moved: one that has come to its end stays as it is.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn set_command_state(&self, id: u64, state: CommandState, at: UtcMs) -> Result<bool, SiteError> {
        let (code, refusal) = (state.code(), refusal_of(state)?);
        self.write(Wakes::News, |db| {
            one(db, id)?;
            let moved = row::prepare(
                db,
                "UPDATE command SET state = $1, refusal = $2, changed_ms = $3
                     WHERE id = $4 AND state <> $1
                       AND (state = 'requested' OR (state = 'sent' AND $1 <> 'requested'))",
            )?
            .execute((code, refusal, at.0, id.cast_signed()))?;
            Ok(moved > 0)
        })
    }

    /// The latest commands to a door, newest first.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn commands_of(&self, door: &DoorId, limit: u32) -> Result<Vec<CommandView>, SiteError> {
        self.read(|db| {
            let door = row::need_door(db, door)?;
            let mut statement =
                row::prepare(db, select_commands!("c.door = $1 ORDER BY c.requested_ms DESC, c.id LIMIT $2"))?;
            row::all(statement.query((door, row::limit_of(limit)))?, view)
        })
    }

    /// One command.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn command(&self, id: u64) -> Result<CommandView, SiteError> {
        self.read(|db| one(db, id))
    }
}

/// What a door's event says became of a command of that door: the last word, except that the first such
/// event stays. A command that is not known is nobody's.
pub(super) fn answered(
    db: &Connection,
    door: i64,
    id: u64,
    refused: Option<Refusal>,
    at: UtcMs,
) -> Result<(), SiteError> {
    let (state, refusal) = match refused {
        None => ("followed", None),
        Some(refusal) => ("refused", Some(refusal_code(refusal))),
    };
    row::prepare(
        db,
        "UPDATE command SET state = $1, refusal = $2, changed_ms = $3
         WHERE id = $4 AND door = $5 AND state NOT IN ('followed', 'refused')",
    )?
    .execute((state, refusal, at.0, id.cast_signed(), door))?;
    Ok(())
}

macro_rules! select_commands {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, d.id, c.action, c.operator, c.requested_ms, c.state, c.refusal, c.reason
             FROM command c JOIN door d ON d.number = c.door WHERE ",
            $rest
        )
    };
}
use select_commands;

fn one(db: &Connection, id: u64) -> Result<CommandView, SiteError> {
    let mut statement = row::prepare(db, select_commands!("c.id = $1"))?;
    row::first(statement.query([id.cast_signed()])?, view)?.ok_or_else(|| SiteError::not_found("command", &id))
}

fn view(row: &Row<'_>) -> Result<CommandView, SiteError> {
    let (action, state): (String, String) = (row.get(2)?, row.get(5)?);
    let action = [Action::UnlockOnce, Action::TestSignal].into_iter().find(|known| known.code() == action);
    let state = match state.as_str() {
        "requested" => Some(CommandState::Requested),
        "sent" => Some(CommandState::Sent),
        "followed" => Some(CommandState::Followed),
        "refused" => Some(CommandState::Refused(row.get(6)?)),
        "door-away" => Some(CommandState::DoorAway),
        "expired" => Some(CommandState::Expired),
        _ => None,
    };
    Ok(CommandView {
        id: row.get::<_, i64>(0)?.cast_unsigned(),
        door: row::door(row, 1)?,
        action: action.ok_or(SiteError::corrupt("command"))?,
        operator: row.get(3)?,
        reason: row.get(7)?,
        requested: UtcMs(row.get(4)?),
        state: state.ok_or(SiteError::corrupt("command"))?,
    })
}

fn refusal_of(state: CommandState) -> Result<Option<String>, SiteError> {
    let CommandState::Refused(code) = state else {
        return Ok(None);
    };
    row::check_text("refusal", &code, REFUSAL_LENGTH_MAX)?;
    Ok(Some(code))
}

fn refusal_code(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Expired => "expired",
        Refusal::OtherBoot => "other-boot",
        Refusal::OtherSession => "other-session",
        Refusal::Repeated => "repeated",
        Refusal::Interlocked => "interlocked",
    }
}

/// A guess at an id must not hit another's command or job.
pub(super) fn random() -> Result<u64, SiteError> {
    getrandom::u64().map_err(|error| SiteError::Storage(Box::new(error)))
}
