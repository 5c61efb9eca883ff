//! Alarms: what a human must look at and acknowledge.

use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;

use rusqlite::{Connection, OptionalExtension, Row};

use super::open::Wakes;
use super::{Actor, Site, SiteError, row};

/// Longest code of an alarm, in bytes.
const KIND_LENGTH_MAX: usize = 64;

/// An alarm. It is open until somebody acknowledges it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmView {
    /// Its number.
    pub id: i64,
    /// Stable code, such as `chain-broken`.
    pub kind: String,
    /// Where; none if it is about the site.
    pub door: Option<DoorId>,
    /// What people call that door.
    pub door_name: Option<String>,
    /// The event that raised it last.
    pub event: Option<i64>,
    /// The event that contradicts it, if it takes two to raise the alarm, such as two taps of one card
    /// that cannot both be of one card. Both are to be shown side by side.
    pub other_event: Option<i64>,
    /// When it was raised first.
    pub first: UtcMs,
    /// When it was raised last.
    pub last: UtcMs,
    /// How often.
    pub count: u32,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<(String, UtcMs)>,
}

impl Site {
    /// Raises an alarm. While one of the same kind at the same door is open, that one is counted up.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door or the event, [`SiteError::Invalid`] for a kind that is
    /// empty or too long.
    pub fn raise_alarm(
        &self,
        kind: &str,
        door: Option<&DoorId>,
        event: Option<i64>,
        at: UtcMs,
    ) -> Result<(), SiteError> {
        row::check_text("kind", kind, KIND_LENGTH_MAX)?;
        self.write(Wakes::News, |db| {
            let door = door.map(|door| row::need_door(db, door)).transpose()?;
            if let Some(event) = event {
                row::prepare(db, "SELECT 1 FROM event WHERE id = $1")?
                    .query_row([event], |_| Ok(()))
                    .optional()?
                    .ok_or_else(|| SiteError::not_found("event", &event))?;
            }
            raise(db, &Raised { door, event, ..Raised::new(kind, at) })
        })
    }

    /// Alarms, newest first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn alarms(&self, open_only: bool, limit: u32) -> Result<Vec<AlarmView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT a.id, a.kind, d.id, d.name, a.event, a.first_ms, a.last_ms, a.count,
                        a.acknowledged_by, a.acknowledged_ms, a.other_event
                 FROM alarm a LEFT JOIN door d ON d.number = a.door
                 WHERE NOT $1 OR a.acknowledged_ms IS NULL
                 ORDER BY a.last_ms DESC, a.id DESC LIMIT $2",
            )?;
            row::all(statement.query((open_only, row::limit_of(limit)))?, view)
        })
    }

    /// Notes that somebody has looked at an alarm. The first to do so stays noted.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn acknowledge_alarm(&self, actor: &Actor<'_>, id: i64) -> Result<(), SiteError> {
        self.write(Wakes::News, |db| {
            let updated = row::prepare(
                db,
                "UPDATE alarm SET
                         acknowledged_by = COALESCE(acknowledged_by, $1),
                         acknowledged_ms = COALESCE(acknowledged_ms, $2)
                     WHERE id = $3",
            )?
            .execute((actor.operator, actor.at.0, id))?;
            if updated == 0 {
                return Err(SiteError::not_found("alarm", &id));
            }
            Ok(())
        })
    }
}

/// What raises an alarm.
pub(super) struct Raised<'a> {
    pub(super) kind: &'a str,
    pub(super) at: UtcMs,
    pub(super) door: Option<i64>,
    pub(super) event: Option<i64>,
    pub(super) other_event: Option<i64>,
    /// Alarms about different cards are different alarms.
    pub(super) uid: Option<&'a Uid>,
}

impl<'a> Raised<'a> {
    pub(super) fn new(kind: &'a str, at: UtcMs) -> Self {
        Self { kind, at, door: None, event: None, other_event: None, uid: None }
    }
}

/// Raises an alarm inside a transaction. The two events of one that takes two always belong together.
pub(super) fn raise(db: &Connection, raised: &Raised<'_>) -> Result<(), SiteError> {
    row::prepare(
        db,
        "INSERT INTO alarm (kind, door, event, other_event, uid, first_ms, last_ms, count)
         VALUES ($1, $2, $3, $4, $5, $6, $6, 1)
         ON CONFLICT (kind, COALESCE(door, 0), COALESCE(uid, x'')) WHERE acknowledged_ms IS NULL DO UPDATE
         SET count = MIN(alarm.count + 1, 4294967295), last_ms = excluded.last_ms,
             other_event = CASE WHEN excluded.event IS NULL THEN alarm.other_event
                                ELSE excluded.other_event END,
             event = COALESCE(excluded.event, alarm.event)",
    )?
    .execute((
        raised.kind,
        raised.door,
        raised.event,
        raised.other_event,
        raised.uid.map(Uid::as_bytes),
        raised.at.0,
    ))?;
    Ok(())
}

fn view(row: &Row<'_>) -> Result<AlarmView, SiteError> {
    let acknowledged = match row.get::<_, Option<String>>(8)? {
        Some(operator) => Some((operator, UtcMs(row.get(9)?))),
        None => None,
    };
    let has_door = row.get_ref(2)? != rusqlite::types::ValueRef::Null;
    Ok(AlarmView {
        id: row.get(0)?,
        kind: row.get(1)?,
        door: has_door.then(|| row::door(row, 2)).transpose()?,
        door_name: row.get(3)?,
        event: row.get(4)?,
        other_event: row.get(10)?,
        first: UtcMs(row.get(5)?),
        last: UtcMs(row.get(6)?),
        count: row.get(7)?,
        acknowledged,
    })
}
