//! Rows of the central log forget their card: the number and the salt of its commitment go, all else stays.

use access::time::UtcMs;
use rusqlite::Connection;

use super::holds::{self, HELD_EVENT};
use super::retention::{DECLARED_AT_ONCE, Erased, Retained, declare, done, progress};
use crate::site::{Actor, SiteError, row};

/// Passages that operators made, in one step.
const FORGIVEN_AT_ONCE: u32 = 500;

/// Which rows are of this kind beside all others.
fn of_kind(kind: Retained) -> &'static str {
    match kind {
        Retained::UnknownCards => "AND NOT EXISTS (SELECT 1 FROM card c WHERE c.uid = e.uid)",
        _ => "",
    }
}

/// Whether a step has something to do.
pub(super) fn is_due(db: &Connection, kind: Retained, cut: UtcMs, now: UtcMs) -> Result<bool, SiteError> {
    let at = progress(db, kind)?;
    let next: Option<i64> = {
        let mut statement = row::prepare(db, "SELECT received_ms FROM event WHERE id > $1 ORDER BY id LIMIT 1")?;
        row::first(statement.query([at.through])?, |r| Ok(r.get(0)?))?
    };
    let rows_are = next.is_some_and(|received| received < cut.0);
    Ok(rows_are || (kind == Retained::Events && any_forgiven(db, cut)? && !holds::any(db, now)?))
}

pub(super) fn step(
    db: &Connection,
    actor: &Actor<'_>,
    kind: Retained,
    cut: UtcMs,
    limit: u32,
) -> Result<Erased, SiteError> {
    let at = progress(db, kind)?;
    if kind == Retained::Events {
        forget_forgiven(db, cut, actor.at)?;
    }
    if at.through >= at.bound {
        let Some(last) = last_due(db, at.through, cut)? else { return Ok(Erased::default()) };
        if any_named(db, kind, at.through, last)? {
            declare(db, actor, kind, last)?;
        } else {
            done(db, kind, last, None)?;
        }
        return Ok(Erased { rows: 0, more: true });
    }
    let through = at.bound.min(at.through.saturating_add(i64::from(limit)));
    let through = match first_not_due(db, at.through, through, cut)? {
        Some(early) => early - 1,
        None => through,
    };
    if through <= at.through {
        return Ok(Erased::default());
    }
    let rows = erase(db, kind, (at.through, through), actor.at)?;
    let held = named(db, kind, at.through, through)?;
    done(db, kind, through, held)?;
    Ok(Erased { rows, more: true })
}

fn erase(db: &Connection, kind: Retained, (after, through): (i64, i64), now: UtcMs) -> Result<u32, SiteError> {
    let sql = format!(
        "UPDATE event AS e SET uid = NULL, salt = NULL
         WHERE e.id > $1 AND e.id <= $2 AND e.uid IS NOT NULL {} AND NOT {}",
        of_kind(kind),
        HELD_EVENT.replace("{now}", "$3"),
    );
    let rows = row::prepare(db, &sql)?.execute((after, through, now.0))?;
    // What was noted of the same taps with their cards beside goes with them.
    for table in ["passage", "step"] {
        let sql = format!(
            "DELETE FROM {table} WHERE event > $1 AND event <= $2
                 AND EXISTS (SELECT 1 FROM event e WHERE e.id = {table}.event AND e.uid IS NULL)"
        );
        row::prepare(db, &sql)?.execute((after, through))?;
    }
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}

/// The last row of those that follow and are due without one that is not between them. Rows are in the order in which
/// the controller received them; one that its clock has in the future waits, and those behind it too.
fn last_due(db: &Connection, after: i64, cut: UtcMs) -> Result<Option<i64>, SiteError> {
    let mut statement = row::prepare(db, "SELECT id, received_ms FROM event WHERE id > $1 ORDER BY id LIMIT $2")?;
    let mut rows = statement.query((after, DECLARED_AT_ONCE))?;
    let mut last = None;
    while let Some(r) = rows.next()? {
        if r.get::<_, i64>(1)? >= cut.0 {
            break;
        }
        last = Some(r.get(0)?);
    }
    Ok(last)
}

fn first_not_due(db: &Connection, after: i64, through: i64, cut: UtcMs) -> Result<Option<i64>, SiteError> {
    let sql = "SELECT MIN(id) FROM event WHERE id > $1 AND id <= $2 AND received_ms >= $3";
    Ok(row::prepare(db, sql)?.query_row((after, through, cut.0), |row| row.get(0))?)
}

/// The first row of the kind that still has its card.
fn named(db: &Connection, kind: Retained, after: i64, through: i64) -> Result<Option<i64>, SiteError> {
    let sql = format!(
        "SELECT e.id FROM event e NOT INDEXED WHERE e.id > $1 AND e.id <= $2 AND e.uid IS NOT NULL {}
         ORDER BY e.id LIMIT 1",
        of_kind(kind)
    );
    let mut statement = row::prepare(db, &sql)?;
    row::first(statement.query((after, through))?, |r| Ok(r.get(0)?))
}

fn any_named(db: &Connection, kind: Retained, after: i64, through: i64) -> Result<bool, SiteError> {
    Ok(named(db, kind, after, through)?.is_some())
}

fn any_forgiven(db: &Connection, cut: UtcMs) -> Result<bool, SiteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM passage WHERE event IS NULL AND at_ms < $1)";
    Ok(row::prepare(db, sql)?.query_row([cut.0], |row| row.get(0))?)
}

/// What operators have forgiven names cards and has no event. As long as any hold is on it stays: there is little of it.
fn forget_forgiven(db: &Connection, cut: UtcMs, now: UtcMs) -> Result<(), SiteError> {
    if holds::any(db, now)? {
        return Ok(());
    }
    let sql = "DELETE FROM passage WHERE id IN (SELECT id FROM passage WHERE event IS NULL AND at_ms < $1 LIMIT $2)";
    row::prepare(db, sql)?.execute((cut.0, FORGIVEN_AT_ONCE))?;
    Ok(())
}
