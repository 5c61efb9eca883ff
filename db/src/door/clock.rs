//! What a boot is to know of the time and of its list from the one before.

use access::time::UtcMs;
use rusqlite::{OptionalExtension, params};

use super::{DoorDbError, WhitelistStore};

/// What is known of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KnownTime {
    /// The latest civil time that the door has known.
    pub known: UtcMs,
    /// Civil time of the newest confirmation of its list, or a little before it; none if there was none.
    pub confirmed: Option<UtcMs>,
    /// Whether the door has told that its list is too old, and not yet that it was confirmed.
    pub too_old: bool,
}

impl WhitelistStore {
    /// As it was noted last; nothing is known of a new file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn known_time(&mut self) -> Result<KnownTime, DoorDbError> {
        self.transact(|transaction| {
            let found = transaction
                .query_row("SELECT known, confirmed, too_old FROM clock", [], |row| {
                    let (known, confirmed) = (UtcMs(row.get(0)?), row.get::<_, Option<i64>>(1)?.map(UtcMs));
                    Ok(KnownTime { known, confirmed, too_old: row.get(2)? })
                })
                .optional()?;
            Ok(found.unwrap_or_default())
        })
    }

    /// Takes note of it, also if it is earlier: signed time has put it right then.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_known_time(&mut self, time: &KnownTime) -> Result<(), DoorDbError> {
        self.transact(|transaction| {
            transaction.execute(
                "INSERT INTO clock (one, known, confirmed, too_old) VALUES (1, $1, $2, $3) \
                 ON CONFLICT (one) DO UPDATE SET known = excluded.known, confirmed = excluded.confirmed, \
                 too_old = excluded.too_old",
                params![time.known.0, time.confirmed.map(|at| at.0), time.too_old],
            )
        })
        .map(drop)
    }
}
