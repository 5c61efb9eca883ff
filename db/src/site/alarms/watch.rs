//! What the controller looks at again and again: how doors are, in one query.

use access::id::DoorId;
use access::settings::Age;
use access::time::{ClockTrust, UtcMs};
use access::whitelist::{Generation, WhitelistId};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::raise::{Raised, clear, is_lasting, raise};
use crate::site::open::Wakes;
use crate::site::{Site, SiteError, doors, row};

/// How a door is, as far as alarms hang on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorWatch {
    /// Which door.
    pub door: DoorId,
    /// Whether it is connected.
    pub online: bool,
    /// When it was last known to be there.
    pub last_seen: UtcMs,
    /// How far its clock is ahead of the controller's, with the way of the message in it, in milliseconds.
    pub clock_offset_ms: i64,
    /// How far it trusts its clock.
    pub trust: ClockTrust,
    /// The whitelist and the state that it has in force.
    pub in_force: (WhitelistId, Generation),
    /// Those that the controller last compiled for it.
    pub wanted: Option<(WhitelistId, Generation)>,
    /// How full its journal is, in hundredths.
    pub journal_percent: u8,
    /// When its list was last confirmed, as far as it has told.
    pub confirmed: Option<UtcMs>,
    /// How old its list may become.
    pub age: Option<Age>,
}

/// Whether something is wrong with a door, or with the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Code of the alarm.
    pub kind: &'static str,
    /// At which door.
    pub door: Option<DoorId>,
    /// Whether it is wrong.
    pub wrong: bool,
}

impl Site {
    /// How all doors are that have ever been heard of. Encoders are no doors: a desk is switched off at night.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn watch_doors(&self) -> Result<Vec<DoorWatch>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT d.id, s.online, s.last_seen_ms, s.clock_offset_ms, s.trust, s.list_generation, s.list_digest,
                        s.list_entries, s.state_generation, w.list_generation, w.list_digest, w.list_entries,
                        w.state_generation, s.journal_percent, s.confirmed_ms, x.age_limit_s, x.age_beyond
                 FROM door d JOIN door_status s ON s.door = d.number
                 JOIN door_setting x ON x.door = d.number AND x.until IS NULL
                 LEFT JOIN door_wanted w ON w.door = d.number
                 WHERE d.kind = 'door' ORDER BY d.number",
            )?;
            row::all(statement.query([])?, watch)
        })
    }

    /// Raises the alarms of what is wrong, unless they are there and their cause lasts, and notes of the others that
    /// their cause is gone. One transaction.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for a door; then nothing is noted.
    pub fn note_conditions(&self, conditions: &[Condition], at: UtcMs) -> Result<(), SiteError> {
        let all_known = self.read(|db| {
            let mut known = true;
            for condition in conditions {
                let door = condition.door.as_ref().map(|door| row::need_door(db, door)).transpose()?;
                known &= is_lasting(db, condition.kind, door)? == condition.wrong;
            }
            Ok(known)
        })?;
        if all_known {
            return Ok(());
        }
        self.write(Wakes::News, |db| {
            for Condition { kind, door, wrong } in conditions {
                let door = door.as_ref().map(|door| row::need_door(db, door)).transpose()?;
                match (*wrong, is_lasting(db, kind, door)?) {
                    (true, false) => raise(db, &Raised { door, ..Raised::new(kind, at) })?,
                    (false, true) => clear(db, kind, door, None, at)?,
                    (true, true) | (false, false) => {}
                }
            }
            Ok(())
        })
    }
}

fn watch(row: &Row<'_>) -> Result<DoorWatch, SiteError> {
    let generation = |column: usize| row.get::<_, i64>(column).map(|number| Generation(number.cast_unsigned()));
    let wanted = match row.get_ref(9)? {
        ValueRef::Null => None,
        _ => Some((row::whitelist_id(row, 9)?, generation(12)?)),
    };
    let trust: String = row.get(4)?;
    Ok(DoorWatch {
        door: row::door(row, 0)?,
        online: row.get(1)?,
        last_seen: UtcMs(row.get(2)?),
        clock_offset_ms: row.get(3)?,
        trust: row::trust_from_code(&trust).ok_or(SiteError::corrupt("clock"))?,
        in_force: (row::whitelist_id(row, 5)?, generation(8)?),
        wanted,
        journal_percent: row.get(13)?,
        confirmed: row.get::<_, Option<i64>>(14)?.map(UtcMs),
        age: doors::read_age(row, 15)?,
    })
}
