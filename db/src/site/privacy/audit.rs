//! The operator log forgets to whom something was done, and why; who did what and when stays, since the chain has it in
//! the clear. Commands forget who gave them, and searches and decided requests go.

use access::time::UtcMs;
use rusqlite::Connection;

use super::holds::{HELD_ACT, any};
use super::retention::{DECLARED_AT_ONCE, Erased, Retained, declare, done, progress};
use crate::site::log::changes;
use crate::site::{Actor, SiteError, row};

/// Whether a step has something to do.
pub(super) fn is_due(db: &Connection, cut: UtcMs, now: UtcMs) -> Result<bool, SiteError> {
    let at = progress(db, Retained::Audit)?;
    let next = {
        let mut statement = row::prepare(db, "SELECT at_ms FROM change WHERE number > $1 ORDER BY number LIMIT 1")?;
        row::first(statement.query([at.through])?, |r| Ok(r.get::<_, i64>(0)?))?
    };
    Ok(next.is_some_and(|made| made < cut.0) || (any_beside(db, cut)? && !any(db, now)?))
}

pub(super) fn step(db: &Connection, actor: &Actor<'_>, cut: UtcMs, limit: u32) -> Result<Erased, SiteError> {
    let beside = if any(db, actor.at)? { 0 } else { forget_beside(db, cut, limit)? };
    let at = progress(db, Retained::Audit)?;
    if at.through >= at.bound {
        let Some(last) = last_due(db, at.through, i64::MAX, cut, DECLARED_AT_ONCE)? else {
            return Ok(Erased { rows: beside, more: beside >= limit });
        };
        declare(db, actor, Retained::Audit, last)?;
        return Ok(Erased { rows: beside, more: true });
    }
    let Some(through) = last_due(db, at.through, at.bound, cut, limit)? else {
        return Ok(Erased { rows: beside, more: beside >= limit });
    };
    let held = HELD_ACT.replace("{at}", "c.at_ms");
    let rows = changes::erase(db, (at.through, through), &held, actor.at)?;
    done(db, Retained::Audit, through, changes::first_kept(db, (at.through, through))?)?;
    Ok(Erased { rows: rows.saturating_add(beside), more: true })
}

/// The last of the next so many changes that are due, not beyond `bound`.
fn last_due(db: &Connection, after: i64, bound: i64, cut: UtcMs, most: u32) -> Result<Option<i64>, SiteError> {
    let sql = "SELECT number, at_ms FROM change WHERE number > $1 AND number <= $2 ORDER BY number LIMIT $3";
    let mut statement = row::prepare(db, sql)?;
    let mut rows = statement.query((after, bound, most))?;
    let mut last = None;
    while let Some(r) = rows.next()? {
        if r.get::<_, i64>(1)? >= cut.0 {
            break;
        }
        last = Some(r.get(0)?);
    }
    Ok(last)
}

fn any_beside(db: &Connection, cut: UtcMs) -> Result<bool, SiteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM command WHERE operator <> '' AND requested_ms < $1)
                   OR EXISTS (SELECT 1 FROM movement_search WHERE at_ms < $1)
                   OR EXISTS (SELECT 1 FROM access_request r JOIN change c ON c.number = r.until WHERE c.at_ms < $1)";
    Ok(row::prepare(db, sql)?.query_row([cut.0], |row| row.get(0))?)
}

/// What lies beside the operator log. Says how many rows.
fn forget_beside(db: &Connection, cut: UtcMs, limit: u32) -> Result<u32, SiteError> {
    let commands = "UPDATE command SET operator = '', reason = '' WHERE id IN (
                        SELECT id FROM command WHERE operator <> '' AND requested_ms < $1 LIMIT $2)";
    let searches = "DELETE FROM movement_search WHERE id IN (
                        SELECT id FROM movement_search WHERE at_ms < $1 LIMIT $2)";
    let requests = "DELETE FROM access_request WHERE id IN (
                        SELECT r.id FROM access_request r JOIN change c ON c.number = r.until WHERE c.at_ms < $1 LIMIT $2)";
    let mut rows = 0;
    for sql in [commands, searches, requests] {
        rows += row::prepare(db, sql)?.execute((cut.0, limit))?;
    }
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}
