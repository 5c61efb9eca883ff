//! What the controller does not have yet.

use std::path::{Path, PathBuf};

use access::chain::Link;
use access::event::Event;
use rusqlite::{Connection, OptionalExtension, params};

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

    /// At most `limit` events that follow `after`. If `after` has been acknowledged and forgotten, those
    /// that follow the newest acknowledged one.
    ///
    /// # Errors
    /// If the file cannot be read, or an event in it makes no sense.
    pub fn pending(&mut self, after: u64, limit: usize) -> Result<Batch, DoorDbError> {
        let (previous, bodies) = self
            .read(to_sql(after), i64::try_from(limit).unwrap_or(i64::MAX))
            .map_err(|source| DoorDbError::Sql { path: self.path.clone(), source })?;
        let events = bodies.iter().map(|body| Event::from_bytes(body));
        Ok(Batch {
            previous,
            events: events
                .collect::<Result<_, _>>()
                .map_err(|_| DoorDbError::Content { path: self.path.clone(), what: "event" })?,
        })
    }

    /// In one transaction, so that a deletion cannot come between the link and its events.
    fn read(&mut self, after: i64, limit: i64) -> rusqlite::Result<(Link, Vec<Vec<u8>>)> {
        let transaction = self.connection.transaction()?;
        let (acknowledged, link): (i64, [u8; 32]) = transaction
            .prepare_cached("SELECT acknowledged, acknowledged_link FROM journal")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (after, link) = if from_sql(after) <= from_sql(acknowledged) {
            (acknowledged, Some(link))
        } else {
            let link = transaction
                .prepare_cached("SELECT link FROM event WHERE sequence = $1")?
                .query_row([after], |row| row.get(0))
                .optional()?;
            (after, link)
        };
        let Some(link) = link else {
            return Ok((Link::START, Vec::new()));
        };
        let bodies = transaction
            .prepare_cached("SELECT body FROM event WHERE sequence > $1 ORDER BY sequence LIMIT $2")?
            .query_map(params![after, limit], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok((Link(link), bodies))
    }
}
