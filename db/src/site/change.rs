//! The operator log, which is also what counts the generations.

use std::fmt;

use access::time::UtcMs;
use rusqlite::{Connection, Row};

use super::row::{LIMIT_ALL, all, limit_of, prepare};
use super::{Site, SiteError};

/// Longest name of an operator, in bytes.
pub(super) const OPERATOR_LENGTH_MAX: usize = 64;

/// Who changes something, and when. The caller reads the clock.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// The operator's name.
    pub operator: &'a str,
    /// When.
    pub at: UtcMs,
}

/// One line of the operator log.
#[derive(Clone, PartialEq, Eq)]
pub struct ChangeView {
    /// The generation that this change began.
    pub number: u64,
    /// When.
    pub at: UtcMs,
    /// Who.
    pub operator: String,
    /// Stable code of what was done, such as `card-block`.
    pub action: String,
    /// What it was done to, for people who may read the operator log.
    pub detail: String,
}

/// The detail may hold a card's number, which stays out of logs.
impl fmt::Debug for ChangeView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeView").field("number", &self.number).field("action", &self.action).finish_non_exhaustive()
    }
}

impl Site {
    /// The operator log, newest first; `before` continues a page.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn change_log(&self, before: Option<u64>, limit: u32) -> Result<Vec<ChangeView>, SiteError> {
        let before = before.map_or(LIMIT_ALL, |n| i64::try_from(n).unwrap_or(LIMIT_ALL));
        self.read(|db| {
            let mut statement = prepare(
                db,
                "SELECT number, at_ms, operator, action, detail FROM change
                 WHERE number < $1 ORDER BY number DESC LIMIT $2",
            )?;
            all(statement.query((before, limit_of(limit)))?, view)
        })
    }
}

fn view(row: &Row<'_>) -> Result<ChangeView, SiteError> {
    Ok(ChangeView {
        number: row.get::<_, i64>(0)?.cast_unsigned(),
        at: UtcMs(row.get(1)?),
        operator: row.get(2)?,
        action: row.get(3)?,
        detail: row.get(4)?,
    })
}

/// Begins a change inside a transaction and returns its number, for `since` and `until`. Numbers have no
/// gaps but where a backup was put back, since one transaction writes at a time.
pub(super) fn begin(db: &Connection, actor: &Actor<'_>, action: &str, detail: &str) -> Result<i64, SiteError> {
    begin_from(db, actor, action, detail, 0)
}

/// The same with a number of at least `least`: after a backup was put back, doors must not see a lower one than they
/// have.
pub(super) fn begin_from(
    db: &Connection,
    actor: &Actor<'_>,
    action: &str,
    detail: &str,
    least: i64,
) -> Result<i64, SiteError> {
    if actor.operator.len() > OPERATOR_LENGTH_MAX {
        return Err(SiteError::invalid("operator", "too-long"));
    }
    let number = prepare(
        db,
        "INSERT INTO change (number, at_ms, operator, action, detail)
             VALUES (MAX((SELECT COALESCE(MAX(number), 0) + 1 FROM change), $1), $2, $3, $4, $5)
             RETURNING number",
    )?
    .query_row((least, actor.at.0, actor.operator, action, detail), |row| row.get(0))?;
    Ok(number)
}

/// Says what a change is about, when that has its number only after the change has begun.
pub(super) fn about(db: &Connection, number: i64, detail: &str) -> Result<(), SiteError> {
    prepare(db, "UPDATE change SET detail = $1 WHERE number = $2")?.execute((detail, number))?;
    Ok(())
}

/// The number of the newest change; 0 if there is none.
pub(super) fn newest(db: &Connection) -> Result<u64, SiteError> {
    let number: i64 = prepare(db, "SELECT COALESCE(MAX(number), 0) FROM change")?.query_row([], |row| row.get(0))?;
    Ok(number.cast_unsigned())
}
