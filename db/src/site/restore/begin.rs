//! The beginning: generations jump over everything that doors may have heard of, and doors are left alone.

use rusqlite::Connection;

use super::super::alarms::{self, Raised};
use super::super::{Actor, SiteError, change, row};

/// Declares that this file was put back. Whoever signed in before has to sign in again, and what the doors said to the
/// file before is kept only as far as it keeps old messages out.
pub(super) fn begin(db: &Connection, actor: &Actor<'_>, detail: &str) -> Result<i64, SiteError> {
    let last_change = change::newest(db)?.cast_signed();
    let made: Option<i64> =
        row::first(row::prepare(db, "SELECT made_ms FROM backup WHERE id = 1")?.query([])?, |r| Ok(r.get(0)?))?;
    let number = change::begin_from(db, actor, "restore", detail, actor.at.0)?;
    row::prepare(
        db,
        "INSERT INTO restored (change, made_ms, last_change, last_row)
         VALUES ($1, $2, $3, (SELECT COALESCE(MAX(id), 0) FROM event))",
    )?
    .execute((number, made, last_change))?;
    db.execute_batch(
        "DELETE FROM backup; DELETE FROM session; DELETE FROM door_wanted;
         DELETE FROM restored_card; DELETE FROM restored_piece; DELETE FROM restored_door;
         INSERT INTO restored_door (door) SELECT number FROM door WHERE kind = 'door';
         UPDATE door_status SET online = 0;
         UPDATE command SET state = 'expired' WHERE state IN ('requested', 'sent');
         UPDATE encode_job SET state = 'expired' WHERE state = 'requested';",
    )?;
    touch_states(db, number)?;
    alarms::raise(db, &Raised::new("site-restored", actor.at))?;
    Ok(number)
}

/// The states of all doors are as of this change, and so not older than what a door has in force.
pub(super) fn touch_states(db: &Connection, change: i64) -> Result<(), SiteError> {
    row::prepare(
        db,
        "INSERT INTO state_change (change, door) SELECT $1, number FROM door WHERE true
         ON CONFLICT (door, change) DO NOTHING",
    )?
    .execute([change])?;
    Ok(())
}
