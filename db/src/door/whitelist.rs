//! The writer of `whitelist.db`: which list is in force, the door's state, the counters.

use std::path::{Path, PathBuf};

use access::state::{Counter, Counters, DoorState};
use access::uid::Uid;
use access::whitelist::{Digest, Generation, WhitelistId, WhitelistPart};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::apply::{self, Applied};
use super::{DoorDbError, from_sql, schema, to_sql};

/// Most cards whose counters a door keeps: as many as a whitelist may list.
pub const COUNTERS_ROWS_MAX: u32 = super::WHITELIST_ENTRIES_MAX;

/// Rows of a dead list that are deleted at once. More than one part brings, so that lists which are
/// begun and never finished cannot pile up.
const SWEEP_ROWS: u32 = 2_000;

/// The one writing connection to `whitelist.db`.
#[derive(Debug)]
pub struct WhitelistStore {
    path: PathBuf,
    connection: Connection,
}

/// What became of a state that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateApplied {
    /// It is in force now.
    InForce,
    /// It was in force already.
    Unchanged,
    /// It is older than the one in force, or has its number and another content.
    Stale,
    /// A value is out of its bounds.
    OutOfBounds,
}

impl WhitelistStore {
    /// Opens the file, or makes it, and brings its tables up to date.
    ///
    /// # Errors
    /// If the file cannot be used; the message names it.
    pub fn open(path: &Path) -> Result<Self, DoorDbError> {
        Ok(Self { connection: schema::open_whitelist(path)?, path: path.to_path_buf() })
    }

    /// The list in force.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn current(&mut self) -> Result<WhitelistId, DoorDbError> {
        self.transact(current)
    }

    /// Takes a piece of a whitelist. What it does happens in one transaction, so that a power cut
    /// leaves either the old list or the new one.
    ///
    /// # Errors
    /// If the file cannot be written. A piece that does not fit is no error but [`Applied::Refused`].
    pub fn apply(&mut self, part: &WhitelistPart) -> Result<Applied, DoorDbError> {
        let applied = self.transact(|transaction| apply::apply(transaction, part))?;
        self.sweep()?;
        Ok(applied)
    }

    /// Deletes some rows of lists that are not needed any more; `true` if there may be more to do.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn sweep(&mut self) -> Result<bool, DoorDbError> {
        self.transact(|transaction| {
            let dead: Option<i64> = transaction
                .prepare_cached("SELECT list FROM dead_list ORDER BY list LIMIT 1")?
                .query_row([], |row| row.get(0))
                .optional()?;
            let Some(list) = dead else { return Ok(false) };
            let deleted = transaction
                .prepare_cached(
                    "DELETE FROM entry WHERE list = $1 AND uid IN \
                     (SELECT uid FROM entry WHERE list = $1 LIMIT $2)",
                )?
                .execute(params![list, SWEEP_ROWS])?;
            if deleted == 0 {
                transaction.execute("DELETE FROM dead_list WHERE list = $1", [list])?;
            }
            Ok(true)
        })
    }

    /// The door's state in force; the default if it has never been told one.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn state(&mut self) -> Result<DoorState, DoorDbError> {
        let stored: Option<Vec<u8>> = self
            .transact(|transaction| transaction.query_row("SELECT body FROM state", [], |row| row.get(0)).optional())?;
        let Some(body) = stored else { return Ok(DoorState::default()) };
        match postcard::take_from_bytes::<DoorState>(&body) {
            Ok((state, [])) => Ok(state),
            _ => Err(DoorDbError::Content { path: self.path.clone(), what: "door state" }),
        }
    }

    /// Puts a newer state in force.
    ///
    /// # Errors
    /// If the file cannot be written. A state that does not fit is no error, see [`StateApplied`].
    pub fn set_state(&mut self, state: &DoorState) -> Result<StateApplied, DoorDbError> {
        let current = self.state()?;
        if *state == current {
            return Ok(StateApplied::Unchanged);
        }
        if state.generation <= current.generation {
            return Ok(StateApplied::Stale);
        }
        if state.check().is_err() {
            return Ok(StateApplied::OutOfBounds);
        }
        // Writing plain data to memory cannot fail in postcard; an empty body would be refused when it is read.
        let body = postcard::to_allocvec(state).unwrap_or_default();
        self.transact(|transaction| {
            transaction
                .execute(
                    "INSERT INTO state (one, generation, body) VALUES (1, $1, $2) \
                     ON CONFLICT (one) DO UPDATE SET generation = excluded.generation, body = excluded.body",
                    params![to_sql(state.generation.0), body],
                )
                .map(|_| StateApplied::InForce)
        })
    }

    /// The generation of the counters in force.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn counters_generation(&mut self) -> Result<Generation, DoorDbError> {
        self.transact(counters_generation)
    }

    /// How far a card has counted, if it is known.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn counter(&mut self, uid: &Uid) -> Result<Option<Counter>, DoorDbError> {
        self.transact(|transaction| {
            transaction
                .prepare_cached("SELECT issue, value, nonce FROM counter WHERE uid = $1")?
                .query_row([uid.as_bytes()], |row| {
                    Ok(Counter { uid: *uid, issue: row.get(0)?, value: row.get(1)?, nonce: row.get(2)? })
                })
                .optional()
        })
    }

    /// Takes over how far cards have counted elsewhere. No counter goes back, so old news does no harm.
    /// Cards beyond [`COUNTERS_ROWS_MAX`] are left out.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn raise_counters(&mut self, counters: &Counters) -> Result<Generation, DoorDbError> {
        self.transact(|transaction| {
            let rows: u32 = transaction.query_row("SELECT count(*) FROM counter", [], |row| row.get(0))?;
            let room = usize::try_from(COUNTERS_ROWS_MAX.saturating_sub(rows)).unwrap_or(0);
            let mut raise = transaction.prepare_cached(
                "INSERT INTO counter (uid, issue, value, nonce) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (uid) DO UPDATE SET issue = excluded.issue, value = excluded.value, \
                 nonce = excluded.nonce, \
                 in_doubt = CASE WHEN excluded.issue = counter.issue THEN counter.in_doubt ELSE 0 END \
                 WHERE (excluded.issue, excluded.value) > (counter.issue, counter.value)",
            )?;
            for counter in counters.counters.iter().take(room) {
                raise.execute(params![counter.uid.as_bytes(), counter.issue, counter.value, counter.nonce])?;
            }
            let generation = counters_generation(transaction)?.max(counters.generation);
            transaction.execute("UPDATE meta SET counters_generation = $1", [to_sql(generation.0)])?;
            Ok(generation)
        })
    }

    /// Which file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All that `act` does is on disk afterwards, or nothing of it.
    pub(super) fn transact<T>(
        &mut self,
        act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, DoorDbError> {
        let path = &self.path;
        let work = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = act(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        work().map_err(|source| DoorDbError::Sql { path: path.clone(), source })
    }
}

/// The list in force, as `meta` has it.
pub(super) fn current(transaction: &Transaction<'_>) -> rusqlite::Result<WhitelistId> {
    transaction
        .prepare_cached("SELECT generation, digest, entries FROM meta WHERE one = 1")?
        .query_row([], |row| read_id(row, 0))
}

/// Generation, digest and number of entries from three columns in a row.
pub(super) fn read_id(row: &Row<'_>, first: usize) -> rusqlite::Result<WhitelistId> {
    Ok(WhitelistId {
        generation: Generation(from_sql(row.get(first)?)),
        digest: Digest::from_bytes(row.get(first + 1)?),
        entries: row.get(first + 2)?,
    })
}

fn counters_generation(transaction: &Transaction<'_>) -> rusqlite::Result<Generation> {
    transaction.query_row("SELECT counters_generation FROM meta", [], |row| Ok(Generation(from_sql(row.get(0)?))))
}
