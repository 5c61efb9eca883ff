//! Whether the list in force is still the one that was put in force.
//!
//! A card of flash memory that wears out may change what lies on it, and SQLite has no checksums over it. The digest of the
//! list tells: it is computed anew, some entries at a time, and compared.

use std::path::Path;

use access::calendar::Calendar;
use access::whitelist::WhitelistId;
use rusqlite::{OptionalExtension as _, params};

use super::whitelist::current;
use super::{DoorDbError, JOURNAL_FILE, WhitelistStore, schema};
use crate::file;

/// Looks through one of a door's files for pages that contradict each other, and changes nothing. A file that is not
/// there is no fault: it is made when the door first runs.
///
/// # Errors
/// If it is damaged, foreign, of a newer program, or cannot be read.
pub fn look_through(path: &Path) -> Result<(), DoorDbError> {
    if !path.exists() {
        return Ok(());
    }
    let kind = if path.ends_with(JOURNAL_FILE) { &schema::JOURNAL } else { &schema::WHITELIST };
    let connection = file::connect_to(path, kind)?;
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    match found {
        Ok(found) if found == "ok" => Ok(()),
        Ok(_) => Err(DoorDbError::Content { path: path.to_path_buf(), what: "page" }),
        Err(source) => Err(DoorDbError::Sql { path: path.to_path_buf(), source }),
    }
}

/// Entries that are looked at at once.
const CHECK_ROWS: usize = 2_000;

/// A check on its way. It begins anew when another list is in force.
#[derive(Debug, Default)]
pub struct Check {
    of: Option<WhitelistId>,
    after: Vec<u8>,
    sum: WhitelistId,
}

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// There is more to look at.
    Some,
    /// The list is what it was.
    Sound,
    /// It is not.
    Damaged,
}

impl WhitelistStore {
    /// Looks at some entries.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn check(&mut self, check: &mut Check) -> Result<Checked, DoorDbError> {
        self.transact(|transaction| {
            let in_force = current(transaction)?;
            let list: i64 = transaction.query_row("SELECT active FROM meta", [], |row| row.get(0))?;
            if check.of != Some(in_force) {
                let sum = WhitelistId { generation: in_force.generation, ..WhitelistId::default() };
                *check = Check { of: Some(in_force), after: Vec::new(), sum };
                let body: Option<Vec<u8>> = transaction
                    .query_row("SELECT body FROM calendar WHERE list = $1", [list], |row| row.get(0))
                    .optional()?;
                let calendar = body.map_or_else(|| Ok(Calendar::default()), |bytes| Calendar::from_bytes(&bytes));
                let Ok(calendar) = calendar else { return Ok(Checked::Damaged) };
                check.sum.replace_calendar(&Calendar::default(), &calendar);
            }
            let rows: Vec<(Vec<u8>, Vec<u8>)> = transaction
                .prepare_cached("SELECT uid, body FROM entry WHERE list = $1 AND uid > $2 ORDER BY uid LIMIT $3")?
                .query_map(params![list, check.after, i64::try_from(CHECK_ROWS).unwrap_or(i64::MAX)], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect::<rusqlite::Result<_>>()?;
            rows.iter().for_each(|(_, body)| check.sum.replace(None, Some(body)));
            let ended = rows.len() < CHECK_ROWS;
            if let Some((uid, _)) = rows.into_iter().next_back() {
                check.after = uid;
            }
            Ok(match ended {
                false => Checked::Some,
                true if check.sum == in_force => Checked::Sound,
                true => Checked::Damaged,
            })
        })
    }

    /// Finds out whether the disk takes something, by writing what is there already.
    ///
    /// # Errors
    /// If it does not.
    pub fn try_to_write(&mut self) -> Result<(), DoorDbError> {
        self.transact(|transaction| {
            transaction.execute_batch("UPDATE meta SET entries = entries; UPDATE state SET generation = generation")
        })
    }

    /// Moves a damaged file aside and makes a new one, in which there is nothing yet. Nobody may have it open for writing: who
    /// closes it then takes the log of the new one away.
    ///
    /// # Errors
    /// If the system or the disk does not let us.
    pub fn make_anew(path: &Path) -> Result<Self, DoorDbError> {
        if path.exists() {
            file::move_aside(path)?;
        }
        Self::open(path)
    }
}
