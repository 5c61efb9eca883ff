//! The central log as a chain: every row seals all before it, the operator log has a chain of its own, and a
//! signature a day seals both.
//!
//! ```text
//! event 1 ─▶ head 1 ─▶ head 2 ─▶ … ─▶ head n ──▶ acknowledgements ──▶ doors keep it
//! change 1 ─▶ head 1 ─▶ …        ─▶ head m ─┐
//!                                   head n ─┴─▶ seal of the day
//! ```
//!
//! Whoever changes, removes or adds a row must compute every later head anew, and then no seal fits and the doors know
//! another head.

use access::confirm::LogHead;
use rusqlite::{Connection, OptionalExtension};

use super::{Site, SiteError, row};

pub(super) mod chain;
pub(super) mod changes;
mod check;
mod check_changes;
mod check_seals;
mod explain;
mod export;
mod seals;
mod stored;
mod types;
pub(super) mod upgrade;

pub use check::LogCheck;
pub use export::LogRow;
pub use seals::Seal;
pub use types::{Checked, Damage, Harm, LogPart, LogSummary};

/// Most seals of one piece of evidence: some three years of days.
const SEALS_MAX: u32 = 1_000;

impl Site {
    /// The newest row of the central log, and its head; row 0 while there is none.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn log_head(&self) -> Result<LogHead, SiteError> {
        self.read(|db| stored_head(db))
    }

    /// Whether the log has this row with this head. A door that has been told of one that it has not tells that the
    /// log was cut or rewritten. Row 0 says nothing.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn log_has(&self, head: LogHead) -> Result<bool, SiteError> {
        self.read(|db| has(db, head))
    }
}

/// See [`Site::log_has`].
pub(super) fn has(db: &Connection, head: LogHead) -> Result<bool, SiteError> {
    let Ok(id) = i64::try_from(head.row) else { return Ok(false) };
    if id == 0 {
        return Ok(true);
    }
    let known: Option<Option<[u8; 32]>> =
        row::prepare(db, "SELECT head FROM event WHERE id = $1")?.query_row([id], |row| row.get(0)).optional()?;
    Ok(known.flatten() == Some(head.link.0))
}

/// What the log's next row follows. If rows were added behind our back or taken away, that is not where the chain says
/// that it ends: what doors tell is stored all the same, after what is there, and verifying names the place.
pub(super) fn end(db: &Connection) -> Result<LogHead, SiteError> {
    let log = stored_head(db)?;
    let newest: i64 = row::prepare(db, "SELECT COALESCE(MAX(id), 0) FROM event")?.query_row([], |row| row.get(0))?;
    if newest.cast_unsigned() == log.row {
        return Ok(log);
    }
    tracing::error!(row = log.row, newest, "the log does not end where it should; `log verify` tells more");
    Ok(LogHead { row: newest.cast_unsigned().max(log.row), ..log })
}

pub(super) fn stored_head(db: &Connection) -> Result<LogHead, SiteError> {
    Ok(row::prepare(db, "SELECT log_row, log_head FROM site WHERE id = 1")?.query_row([], |row| {
        Ok(LogHead { row: row.get::<_, i64>(0)?.cast_unsigned(), link: access::chain::Link(row.get(1)?) })
    })?)
}

pub(super) fn store_head(db: &Connection, log: LogHead) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE site SET log_row = $1, log_head = $2 WHERE id = 1")?
        .execute((log.row.cast_signed(), log.link.0))?;
    Ok(())
}
