//! What the controller does not have yet, and what it is asked about.

use std::path::{Path, PathBuf};

use access::chain::Link;
use access::event::Event;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::journal::{before, oldest};
use super::{DoorDbError, from_sql, schema, to_sql};

/// A reading connection to `journal.db`. The writer never makes it wait.
#[derive(Debug)]
pub struct Pending {
    path: PathBuf,
    connection: Connection,
}

/// Events in a row, and what the first of them is linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The link of the event before the first.
    pub previous: Link,
    /// Oldest first; empty if there are none.
    pub events: Vec<Event>,
}

impl Pending {
    /// Opens a file that a [`super::Journal`] has opened before.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(path: &Path) -> Result<Self, DoorDbError> {
        Ok(Self { connection: schema::open_reader(path)?, path: path.to_path_buf() })
    }

    /// Opens what lies under the same name now.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn reopen(&mut self) -> Result<(), DoorDbError> {
        *self = Self::open(&self.path)?;
        Ok(())
    }

    /// At most `limit` events that follow `after`. If `after` is not held any more, those that follow the newest event
    /// that is not.
    ///
    /// # Errors
    /// If the file cannot be read, or an event in it makes no sense.
    pub fn pending(&mut self, after: u64, limit: usize) -> Result<Batch, DoorDbError> {
        let (previous, bodies) = self
            .read(after, i64::try_from(limit).unwrap_or(i64::MAX))
            .map_err(|source| DoorDbError::Sql { path: self.path.clone(), source })?;
        let events = bodies
            .iter()
            .map(|(sequence, body)| Event::from_bytes(body).map(|event| Event { sequence: *sequence, ..event }));
        Ok(Batch {
            previous,
            events: events
                .collect::<Result<_, _>>()
                .map_err(|_| DoorDbError::Content { path: self.path.clone(), what: "event" })?,
        })
    }

    /// The link of an event, or of the one before the oldest; nothing for others.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn link(&mut self, sequence: u64) -> Result<Option<Link>, DoorDbError> {
        let mut work = || {
            let transaction = self.connection.transaction()?;
            Numbering::read(&transaction)?.link(&transaction, sequence)
        };
        work().map_err(|source| DoorDbError::Sql { path: self.path.clone(), source })
    }

    /// In one transaction, so that a deletion cannot come between the link and its events.
    fn read(&mut self, after: u64, limit: i64) -> rusqlite::Result<Bodies> {
        let transaction = self.connection.transaction()?;
        let numbering = Numbering::read(&transaction)?;
        let after = after.max(numbering.before);
        let Some(link) = numbering.link(&transaction, after)? else {
            return Ok((Link::START, Vec::new()));
        };
        let bodies = transaction
            .prepare_cached("SELECT place, body FROM event WHERE place > $1 ORDER BY place LIMIT $2")?
            .query_map(params![numbering.place(after), limit], |row| {
                Ok((from_sql(row.get::<_, i64>(0)?.saturating_sub(numbering.base)), row.get(1)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok((link, bodies))
    }
}

/// The link before the first of some events, and their numbers with their bytes.
type Bodies = (Link, Vec<(u64, Vec<u8>)>);

/// How the events of the epoch in force are numbered.
struct Numbering {
    base: i64,
    /// The event before the oldest, and its link.
    before: u64,
    before_link: Link,
}

impl Numbering {
    fn read(transaction: &Transaction<'_>) -> rusqlite::Result<Self> {
        let oldest = oldest(transaction)?;
        transaction.prepare_cached("SELECT base, head, before_link FROM journal")?.query_row([], |row| {
            let (base, head) = (row.get(0)?, from_sql(row.get(1)?));
            let before = before(base, head, oldest);
            let before_link = if before == 0 { Link::START } else { Link(row.get(2)?) };
            Ok(Self { base, before, before_link })
        })
    }

    fn place(&self, sequence: u64) -> i64 {
        self.base.saturating_add(to_sql(sequence))
    }

    fn link(&self, transaction: &Transaction<'_>, sequence: u64) -> rusqlite::Result<Option<Link>> {
        if sequence == self.before {
            return Ok(Some(self.before_link));
        }
        if sequence < self.before {
            return Ok(None);
        }
        transaction
            .prepare_cached("SELECT link FROM event WHERE place = $1")?
            .query_row([self.place(sequence)], |row| row.get(0).map(Link))
            .optional()
    }
}
