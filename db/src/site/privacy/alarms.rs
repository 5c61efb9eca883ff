//! Closed alarms forget their card, and what was written about them; kind, door and times stay.

use access::time::UtcMs;
use rusqlite::Connection;

use super::holds::HELD_ALARM;
use super::retention::{Erased, Retained};
use crate::site::{Actor, SiteError, change, row};

/// Stands for an operator that was erased, so that an alarm that somebody closed does not look like one that closed by
/// itself.
const SOMEBODY: &str = "–";

/// Whether any alarm is due.
pub(super) fn is_due(db: &Connection, cut: UtcMs, now: UtcMs) -> Result<bool, SiteError> {
    Ok(!due(db, cut, now, 1)?.is_empty())
}

pub(super) fn step(db: &Connection, actor: &Actor<'_>, cut: UtcMs, limit: u32) -> Result<Erased, SiteError> {
    let alarms = due(db, cut, actor.at, limit)?;
    if alarms.is_empty() {
        return Ok(Erased::default());
    }
    change::begin(db, actor, Retained::Alarms.action(), &alarms.len().to_string())?;
    let named = |column: &str| format!("{column} = CASE WHEN {column} IS NULL THEN NULL ELSE '{SOMEBODY}' END");
    let alarm = format!(
        "UPDATE alarm SET erased = 1, uid = NULL, acknowledged_comment = NULL, closed_comment = NULL, {}, {}, {}
         WHERE id = $1",
        named("owner"),
        named("acknowledged_by"),
        named("closed_by"),
    );
    let steps = format!("UPDATE alarm_step SET comment = NULL, {} WHERE alarm = $1", named("who"));
    for id in &alarms {
        row::prepare(db, &alarm)?.execute([id])?;
        row::prepare(db, &steps)?.execute([id])?;
    }
    let rows = u32::try_from(alarms.len()).unwrap_or(u32::MAX);
    Ok(Erased { rows, more: rows >= limit })
}

fn due(db: &Connection, cut: UtcMs, now: UtcMs, limit: u32) -> Result<Vec<i64>, SiteError> {
    let sql = format!(
        "SELECT a.id FROM alarm a WHERE a.closed_ms < $1 AND a.closed_ms IS NOT NULL AND a.erased = 0 AND NOT {}
         ORDER BY a.closed_ms LIMIT $3",
        HELD_ALARM.replace("{now}", "$2")
    );
    let mut statement = row::prepare(db, &sql)?;
    row::all(statement.query((cut.0, now.0, limit))?, |r| Ok(r.get(0)?))
}
