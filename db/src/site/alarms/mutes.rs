//! Muting: alarms of a kind are shown and not told for a time. It ends by itself, and shows until then.

use access::time::UtcMs;
use rusqlite::{Connection, Row};

use super::KIND_LENGTH_MAX;
use super::step::COMMENT_LENGTH_MAX;
use super::types::{MuteView, NewMute};
use crate::site::called::door_called;
use crate::site::open::Wakes;
use crate::site::{Actor, Site, SiteError, change, row};

/// Longest mute, in milliseconds: a week of building works. A longer silence is forgotten.
pub const MUTE_LENGTH_MAX_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// Most mutes at a time. More is a site that wants other channels, not more silence.
pub const MUTES_MAX: u32 = 500;

impl Site {
    /// Mutes a kind at a door, or everywhere, and returns the mute's number. A mute of the same kind at the same
    /// door ends: the new one takes its place. An alarm that is still not acknowledged when its mute ends is told
    /// then.
    ///
    /// # Errors
    /// [`SiteError::Invalid`]: `out-of-range` for the end, `too-many`, `unknown-door`, or for a text.
    pub fn mute_alarms(&self, actor: &Actor<'_>, new: &NewMute<'_>) -> Result<i64, SiteError> {
        row::check_text("kind", new.kind, KIND_LENGTH_MAX)?;
        row::check_text("reason", new.reason, COMMENT_LENGTH_MAX)?;
        let length = new.until.0.saturating_sub(actor.at.0);
        if !(1..=MUTE_LENGTH_MAX_MS).contains(&length) {
            return Err(SiteError::invalid("until", "out-of-range"));
        }
        self.write(Wakes::News, |db| {
            let door = new.door.map(|door| row::known_door(db, door)).transpose()?;
            row::prepare(
                db,
                "UPDATE alarm_mute SET ended_ms = $1
                 WHERE kind = $2 AND COALESCE(door, 0) = $3 AND ended_ms IS NULL AND until_ms > $1",
            )?
            .execute((actor.at.0, new.kind, door.unwrap_or(0)))?;
            let running: u32 =
                row::prepare(db, "SELECT COUNT(*) FROM alarm_mute WHERE ended_ms IS NULL AND until_ms > $1")?
                    .query_row([actor.at.0], |row| row.get(0))?;
            if running >= MUTES_MAX {
                return Err(SiteError::invalid("mute", "too-many"));
            }
            change::begin(db, actor, "alarm-mute", &about(new.kind, new.door.map(|door| door.as_str())))?;
            let id = row::prepare(
                db,
                "INSERT INTO alarm_mute (kind, door, from_ms, until_ms, reason, operator)
                 VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            )?
            .query_row((new.kind, door, actor.at.0, new.until.0, new.reason, actor.operator), |row| row.get(0))?;
            Ok(id)
        })
    }

    /// Ends a mute early. One that is over already is left as it is.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn unmute_alarms(&self, actor: &Actor<'_>, mute: i64) -> Result<(), SiteError> {
        self.write(Wakes::News, |db| {
            let mut statement = row::prepare(
                db,
                "SELECT m.kind, d.id, m.ended_ms IS NOT NULL OR m.until_ms <= $1
                 FROM alarm_mute m LEFT JOIN door d ON d.number = m.door WHERE m.id = $2",
            )?;
            let found = row::first(statement.query((actor.at.0, mute))?, |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, bool>(2)?))
            })?;
            let (kind, door, is_over) = found.ok_or_else(|| SiteError::not_found("mute", &mute))?;
            if is_over {
                return Ok(());
            }
            change::begin(db, actor, "alarm-unmute", &about(&kind, door.as_deref()))?;
            row::prepare(db, "UPDATE alarm_mute SET ended_ms = $1 WHERE id = $2")?.execute((actor.at.0, mute))?;
            Ok(())
        })
    }

    /// The mutes that hold now, the one that ends first first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn alarm_mutes(&self, now: UtcMs) -> Result<Vec<MuteView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                concat!(
                    "SELECT m.id, m.kind, d.id, ",
                    door_called!(),
                    ", m.from_ms, m.until_ms, m.reason, m.operator
                     FROM alarm_mute m LEFT JOIN door d ON d.number = m.door
                     WHERE m.ended_ms IS NULL AND m.until_ms > $1 ORDER BY m.until_ms, m.id LIMIT $2"
                ),
            )?;
            row::all(statement.query((now.0, MUTES_MAX))?, view)
        })
    }
}

/// Until when a kind is muted at a door, if it is.
pub(super) fn until(db: &Connection, kind: &str, door: Option<i64>, at: UtcMs) -> Result<Option<UtcMs>, SiteError> {
    let until: Option<i64> = row::prepare(
        db,
        "SELECT MAX(until_ms) FROM alarm_mute
         WHERE kind = $1 AND (door IS NULL OR door = $2) AND ended_ms IS NULL AND until_ms > $3",
    )?
    .query_row((kind, door, at.0), |row| row.get(0))?;
    Ok(until.map(UtcMs))
}

fn about(kind: &str, door: Option<&str>) -> String {
    door.map_or_else(|| kind.to_owned(), |door| format!("{kind} {door}"))
}

fn view(row: &Row<'_>) -> Result<MuteView, SiteError> {
    let has_door = row.get_ref(2)? != rusqlite::types::ValueRef::Null;
    Ok(MuteView {
        id: row.get(0)?,
        kind: row.get(1)?,
        door: has_door.then(|| row::door(row, 2)).transpose()?,
        door_name: row.get(3)?,
        from: UtcMs(row.get(4)?),
        until: UtcMs(row.get(5)?),
        reason: row.get(6)?,
        operator: row.get(7)?,
    })
}
