//! Alarms, read.

use access::time::UtcMs;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::KIND_LENGTH_MAX;
use super::types::{AlarmCounts, AlarmDetail, AlarmFilter, AlarmKey, AlarmState, AlarmStep, AlarmView, Closed, Done};
use crate::site::called::door_called;
use crate::site::{Site, SiteError, events, row};

/// Columns of [`view`]; the first parameter is now.
macro_rules! select_alarms {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.kind, d.id, ",
            door_called!(),
            ", a.event, a.other_event, a.first_ms, a.last_ms, a.count, a.over_ms,
                    a.owner, a.acknowledged_by, a.acknowledged_ms, a.acknowledged_comment, a.closed_ms, a.closed_by,
                    a.closed_comment, a.reminded,
                    (SELECT MAX(m.until_ms) FROM alarm_mute m
                     WHERE m.kind = a.kind AND (m.door IS NULL OR m.door = a.door) AND m.ended_ms IS NULL
                       AND m.until_ms > $1)
             FROM alarm a LEFT JOIN door d ON d.number = a.door ",
            $rest
        )
    };
}

impl Site {
    /// Alarms, the one that was raised last first. `now` says which are muted.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] for an unknown door or a kind that is too long.
    pub fn alarms(&self, filter: &AlarmFilter, now: UtcMs, limit: u32) -> Result<Vec<AlarmView>, SiteError> {
        if let Some(kind) = &filter.kind {
            row::check_text("kind", kind, KIND_LENGTH_MAX)?;
        }
        self.read(|db| {
            let door = filter.door.as_ref().map(|door| row::known_door(db, door)).transpose()?;
            let after = filter.after.unwrap_or(AlarmKey { last: UtcMs(i64::MAX), id: i64::MAX });
            let mut statement = row::prepare(
                db,
                select_alarms!(
                    "WHERE ($2 OR a.closed_ms IS NULL) AND ($3 IS NULL OR a.kind = $3) AND ($4 IS NULL OR a.door = $4)
                       AND (a.last_ms, a.id) < ($5, $6)
                       AND ($7 IS NULL OR $7 = CASE WHEN a.closed_ms IS NOT NULL THEN 'closed'
                                                    WHEN a.acknowledged_ms IS NOT NULL THEN 'acknowledged'
                                                    ELSE 'open' END)
                     ORDER BY a.last_ms DESC, a.id DESC LIMIT $8"
                ),
            )?;
            let limit = row::limit_of(limit);
            let state = filter.state.map(AlarmState::code);
            let key = (now.0, filter.closed_too, &filter.kind, door, after.last.0, after.id, state, limit);
            row::all(statement.query(key)?, view)
        })
    }

    /// An alarm with its history and the events behind it.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn alarm(&self, id: i64, now: UtcMs) -> Result<AlarmDetail, SiteError> {
        self.read(|db| {
            let alarm = one(db, id, now)?;
            let mut statement =
                row::prepare(db, "SELECT id, at_ms, what, who, comment FROM alarm_step WHERE alarm = $1 ORDER BY id")?;
            let steps = row::all(statement.query([id])?, |row| {
                Ok(AlarmStep {
                    id: row.get(0)?,
                    at: UtcMs(row.get(1)?),
                    what: row.get(2)?,
                    who: row.get(3)?,
                    comment: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
                })
            })?;
            Ok(AlarmDetail { alarm, steps, events: events::of_alarm(db, id)? })
        })
    }

    /// How many alarms there are.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn alarm_counts(&self, now: UtcMs) -> Result<AlarmCounts, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT COUNT(*), COUNT(CASE WHEN a.acknowledged_ms IS NULL THEN 1 END),
                        COUNT(CASE WHEN EXISTS (
                            SELECT 1 FROM alarm_mute m
                            WHERE m.kind = a.kind AND (m.door IS NULL OR m.door = a.door) AND m.ended_ms IS NULL
                              AND m.until_ms > $1) THEN 1 END),
                        (SELECT COUNT(*) FROM notification WHERE state = 'dead')
                 FROM alarm a WHERE a.closed_ms IS NULL",
            )?;
            Ok(statement.query_row([now.0], |row| {
                Ok(AlarmCounts {
                    open: row.get(0)?,
                    unacknowledged: row.get(1)?,
                    muted: row.get(2)?,
                    dead_letters: row.get(3)?,
                })
            })?)
        })
    }
}

/// One alarm inside a transaction.
pub(super) fn one(db: &Connection, id: i64, now: UtcMs) -> Result<AlarmView, SiteError> {
    let mut statement = row::prepare(db, select_alarms!("WHERE a.id = $2"))?;
    row::first(statement.query((now.0, id))?, view)?.ok_or_else(|| SiteError::not_found("alarm", &id))
}

fn view(row: &Row<'_>) -> Result<AlarmView, SiteError> {
    let has_door = row.get_ref(2)? != ValueRef::Null;
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let acknowledged = match text(11)? {
        Some(who) => Some(Done { who, at: UtcMs(row.get(12)?), comment: text(13)?.unwrap_or_default() }),
        None => None,
    };
    let closed = match row.get::<_, Option<i64>>(14)? {
        Some(at) => Some(Closed { who: text(15)?, at: UtcMs(at), comment: text(16)?.unwrap_or_default() }),
        None => None,
    };
    Ok(AlarmView {
        id: row.get(0)?,
        kind: row.get(1)?,
        door: has_door.then(|| row::door(row, 2)).transpose()?,
        door_name: row.get(3)?,
        event: row.get(4)?,
        other_event: row.get(5)?,
        first: UtcMs(row.get(6)?),
        last: UtcMs(row.get(7)?),
        count: row.get(8)?,
        over: row.get::<_, Option<i64>>(9)?.map(UtcMs),
        owner: row.get(10)?,
        acknowledged,
        closed,
        reminded: row.get(17)?,
        muted_until: row.get::<_, Option<i64>>(18)?.map(UtcMs),
    })
}
