//! When a card was last let in at a door. Rights that nobody uses are found by it.

use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::Connection;

use crate::site::called::door_called;
use crate::site::open::Wakes;
use crate::site::{GroupId, PersonId, Site, SiteError, row};

/// How a door is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorUse {
    /// Which door.
    pub door: DoorId,
    /// What people call it.
    pub name: String,
    /// When anybody was last let in; `None` if nobody ever was, or it is forgotten.
    pub last: Option<UtcMs>,
    /// Cards that were let in since the instant that was asked for.
    pub cards: u64,
}

impl Site {
    /// All doors with their last use and the number of cards since an instant, the longest unused first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn door_uses(&self, since: UtcMs) -> Result<Vec<DoorUse>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                concat!(
                    "SELECT d.id, ",
                    door_called!(),
                    ", (SELECT MAX(u.last_ms) FROM door_use u WHERE u.door = d.number) AS last,
                        (SELECT COUNT(*) FROM door_use u WHERE u.door = d.number AND u.last_ms >= $1)
                 FROM door d WHERE d.kind = 'door' ORDER BY last, d.id"
                ),
            )?;
            row::all(statement.query([since.0])?, |r| {
                Ok(DoorUse {
                    door: row::door(r, 0)?,
                    name: r.get(1)?,
                    last: r.get::<_, Option<i64>>(2)?.map(UtcMs),
                    cards: r.get::<_, i64>(3)?.cast_unsigned(),
                })
            })
        })
    }

    /// When any card that a person ever had was last let in at a door that the rules of a group speak of.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn group_last_used(&self, group: GroupId, person: PersonId) -> Result<Option<UtcMs>, SiteError> {
        self.read(|db| {
            let sql = "SELECT MAX(u.last_ms) FROM door_use u
                       WHERE u.uid IN (SELECT uid FROM holding WHERE person = $1)
                         AND u.door IN (SELECT a.door FROM rule_state r JOIN area_door a ON a.area = r.area
                                        WHERE r.grp = $2 AND r.until IS NULL AND a.until IS NULL)";
            let last: Option<i64> = row::prepare(db, sql)?.query_row((person.0, group.0), |r| r.get(0))?;
            Ok(last.map(UtcMs))
        })
    }

    /// Forgets uses before an instant, at most so many at once, and says how many they were: a report about rights need
    /// not know more of anybody's movements than the log does.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn forget_uses(&self, before: UtcMs, limit: u32) -> Result<usize, SiteError> {
        self.write(Wakes::Nobody, |db| {
            let sql = "DELETE FROM door_use WHERE rowid IN (SELECT rowid FROM door_use WHERE last_ms < $1 LIMIT $2)";
            Ok(row::prepare(db, sql)?.execute((before.0, limit))?)
        })
    }
}

/// Notes a granted tap. A door that was away tells of its taps late.
pub(in crate::site) fn used(db: &Connection, uid: &Uid, door: i64, at: UtcMs) -> Result<(), SiteError> {
    row::prepare(
        db,
        "INSERT INTO door_use (uid, door, last_ms) VALUES ($1, $2, $3)
         ON CONFLICT (uid, door) DO UPDATE SET last_ms = excluded.last_ms WHERE excluded.last_ms > door_use.last_ms",
    )?
    .execute((uid.as_bytes(), door, at.0))?;
    Ok(())
}

/// When a card was last let in at a door.
pub(super) fn last(db: &Connection, uid: &Uid, door: i64) -> Result<Option<UtcMs>, SiteError> {
    let mut statement = row::prepare(db, "SELECT last_ms FROM door_use WHERE uid = $1 AND door = $2")?;
    row::first(statement.query((uid.as_bytes(), door))?, |r| Ok(UtcMs(r.get(0)?)))
}

/// Where and when a card was last let in anywhere.
pub(super) fn last_anywhere(db: &Connection, uid: &Uid) -> Result<Option<(DoorId, String, UtcMs)>, SiteError> {
    let mut statement = row::prepare(
        db,
        concat!(
            "SELECT d.id, ",
            door_called!(),
            ", u.last_ms FROM door_use u JOIN door d ON d.number = u.door
             WHERE u.uid = $1 ORDER BY u.last_ms DESC LIMIT 1"
        ),
    )?;
    row::first(statement.query([uid.as_bytes()])?, |r| Ok((row::door(r, 0)?, r.get(1)?, UtcMs(r.get(2)?))))
}
