//! Sessions of signed-in browsers, for the dashboard's session store.

use access::time::UtcMs;

use rusqlite::OptionalExtension;

use super::change;
use super::open::Wakes;
use super::{Actor, LIST_MAX, Site, SiteError, row};

/// Longest id of a session, in bytes.
const ID_LENGTH_MAX: usize = 128;

/// Heaviest session, in bytes. It holds who signed in, and little else.
const DATA_LENGTH_MAX: usize = 16 * 1024;

/// Whose session it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOf {
    /// The operator's name.
    pub operator: String,
    /// When they signed in.
    pub since: UtcMs,
    /// When they last asked for something, to the minute.
    pub seen: UtcMs,
}

/// A session as the list shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The digest of its id, under which it is kept.
    pub id: String,
    /// Whose it is.
    pub of: SessionOf,
}

impl std::fmt::Debug for SessionView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionView").field("of", &self.of).finish_non_exhaustive()
    }
}

impl Site {
    /// Keeps a session until it expires; one of the same id is replaced. `of` is missing until somebody has signed in.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] if id or data are too long.
    pub fn session_save(&self, id: &str, data: &[u8], of: Option<&SessionOf>, expires: UtcMs) -> Result<(), SiteError> {
        row::check_text("session", id, ID_LENGTH_MAX)?;
        if data.len() > DATA_LENGTH_MAX {
            return Err(SiteError::invalid("session", "too-long"));
        }
        self.write(Wakes::Nobody, |db| {
            row::prepare(
                db,
                "INSERT INTO session (id, data, expires_ms, operator, since_ms, seen_ms)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (id) DO UPDATE
                 SET data = excluded.data, expires_ms = excluded.expires_ms, operator = excluded.operator,
                     since_ms = excluded.since_ms, seen_ms = excluded.seen_ms",
            )?
            .execute((
                id,
                data,
                expires.0,
                of.map(|of| &of.operator),
                of.map(|of| of.since.0),
                of.map(|of| of.seen.0),
            ))?;
            Ok(())
        })
    }

    /// Keeps what a session has become. One that was ended meanwhile stays ended: a request that was on its way must not bring it
    /// back.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] if the data are too long.
    pub fn session_keep(&self, id: &str, data: &[u8], of: Option<&SessionOf>, expires: UtcMs) -> Result<(), SiteError> {
        if data.len() > DATA_LENGTH_MAX {
            return Err(SiteError::invalid("session", "too-long"));
        }
        self.write(Wakes::Nobody, |db| {
            row::prepare(
                db,
                "UPDATE session SET data = $1, expires_ms = $2, operator = $3, since_ms = $4, seen_ms = $5 WHERE id = $6",
            )?
            .execute((
                data,
                expires.0,
                of.map(|of| &of.operator),
                of.map(|of| of.since.0),
                of.map(|of| of.seen.0),
                id,
            ))?;
            Ok(())
        })
    }

    /// A session that has not expired.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn session_load(&self, id: &str, at: UtcMs) -> Result<Option<Vec<u8>>, SiteError> {
        self.read(|db| {
            Ok(row::prepare(db, "SELECT data FROM session WHERE id = $1 AND expires_ms > $2")?
                .query_row((id, at.0), |row| row.get(0))
                .optional()?)
        })
    }

    /// The sessions of one operator, or of all, that have not expired; newest first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn sessions(&self, operator: Option<&str>, at: UtcMs) -> Result<Vec<SessionView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT id, operator, since_ms, seen_ms FROM session
                 WHERE operator IS NOT NULL AND ($1 IS NULL OR operator = $1) AND expires_ms > $2
                 ORDER BY since_ms DESC, id LIMIT $3",
            )?;
            row::all(statement.query((operator, at.0, LIST_MAX))?, |row| {
                let of = SessionOf { operator: row.get(1)?, since: UtcMs(row.get(2)?), seen: UtcMs(row.get(3)?) };
                Ok(SessionView { id: row.get(0)?, of })
            })
        })
    }

    /// Ends a session from outside, of one operator or of whomever. It stands in the operators' log.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] if it is over, or not theirs.
    pub fn end_session(&self, actor: &Actor<'_>, id: &str, operator: Option<&str>) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            let whose: String = row::prepare(
                db,
                "DELETE FROM session WHERE id = $1 AND operator IS NOT NULL AND ($2 IS NULL OR operator = $2)
                 RETURNING operator",
            )?
            .query_row((id, operator), |row| row.get(0))
            .optional()?
            .ok_or_else(|| SiteError::not_found("session", ""))?;
            change::begin(db, actor, "session-end", &whose)?;
            Ok(())
        })
    }

    /// Forgets a session, if it is there.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn session_delete(&self, id: &str) -> Result<(), SiteError> {
        self.write(Wakes::Nobody, |db| {
            row::prepare(db, "DELETE FROM session WHERE id = $1")?.execute([id])?;
            Ok(())
        })
    }

    /// Forgets all sessions that have expired. Says how many.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn sessions_purge(&self, at: UtcMs) -> Result<u64, SiteError> {
        self.write(Wakes::Nobody, |db| {
            let purged = row::prepare(db, "DELETE FROM session WHERE expires_ms <= $1")?.execute([at.0])?;
            Ok(purged as u64)
        })
    }
}
