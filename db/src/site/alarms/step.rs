//! The history of an alarm, and what of it goes into the outbox.

use access::time::UtcMs;
use rusqlite::Connection;

use super::outbox;
use super::types::StepKind;
use crate::site::{SiteError, row};

/// Longest comment, in bytes.
pub const COMMENT_LENGTH_MAX: usize = 1_000;

/// Most steps of one alarm that are kept: the first, and the newest. A door that flutters must not fill the disk.
pub(super) const STEPS_MAX: i64 = 200;

/// A step to be.
pub(super) struct Step<'a> {
    pub(super) alarm: i64,
    pub(super) at: UtcMs,
    pub(super) what: StepKind,
    pub(super) who: Option<&'a str>,
    pub(super) comment: &'a str,
}

impl Step<'_> {
    /// One that happens by itself.
    pub(super) fn by_itself(alarm: i64, at: UtcMs, what: StepKind) -> Self {
        Self { alarm, at, what, who: None, comment: "" }
    }
}

/// Notes a step and queues what is to be told of it.
pub(super) fn take(db: &Connection, step: &Step<'_>) -> Result<(), SiteError> {
    let comment = (!step.comment.is_empty()).then_some(step.comment);
    let id: i64 = row::prepare(
        db,
        "INSERT INTO alarm_step (alarm, at_ms, what, who, comment) VALUES ($1, $2, $3, $4, $5) RETURNING id",
    )?
    .query_row((step.alarm, step.at.0, step.what.code(), step.who, comment), |row| row.get(0))?;
    prune(db, step.alarm)?;
    match step.what {
        StepKind::Raised | StepKind::Reopened | StepKind::Reminded | StepKind::Closed => outbox::queue(db, step, id),
        StepKind::Acknowledged | StepKind::Owner | StepKind::Over | StepKind::Again => Ok(()),
    }
}

/// Refuses a comment that is too long or reads otherwise than it is stored. It may be empty, and have lines.
pub(super) fn check_comment(comment: &str) -> Result<(), SiteError> {
    if comment.trim().is_empty() {
        return Ok(());
    }
    row::check_text("comment", &comment.replace(['\r', '\n', '\t'], " "), COMMENT_LENGTH_MAX)
}

/// Steps that something else refers to stay.
fn prune(db: &Connection, alarm: i64) -> Result<(), SiteError> {
    let count: i64 =
        row::prepare(db, "SELECT COUNT(*) FROM alarm_step WHERE alarm = $1")?.query_row([alarm], |row| row.get(0))?;
    if count > STEPS_MAX {
        row::prepare(
            db,
            "DELETE FROM alarm_step WHERE id = (
                 SELECT s.id FROM alarm_step s
                 WHERE s.alarm = $1 AND s.id > (SELECT MIN(first.id) FROM alarm_step first WHERE first.alarm = $1)
                   AND s.who IS NULL AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.step = s.id)
                 ORDER BY s.id LIMIT 1)",
        )?
        .execute([alarm])?;
    }
    Ok(())
}
