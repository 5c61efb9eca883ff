//! The log as evidence: rows with all that a stranger needs to compute the chain again.

use std::fmt;

use access::chain::Link;
use access::event::Event;
use access::time::UtcMs;
use rusqlite::Connection;

use super::seals::{self, Seal};
use super::stored::{self, Stored};
use crate::site::{Site, SiteError, row};

/// A row as the chain has it.
#[derive(Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Its number.
    pub row: u64,
    /// Whose event.
    pub door: String,
    /// The epoch of that door's journal.
    pub epoch: u64,
    /// Its place there.
    pub sequence: u64,
    /// When the controller got it.
    pub received: UtcMs,
    /// What happened.
    pub event: Event,
    /// The event without its card, as on the wire.
    pub body: Vec<u8>,
    /// To the card; none if there was none.
    pub commitment: Option<Vec<u8>>,
    /// The card, with its salt; none if there was none, and where it was erased.
    pub subject: Option<(Vec<u8>, Vec<u8>)>,
    /// In the chain of its door.
    pub link: Link,
    /// Whether it follows there upon the event before.
    pub link_ok: bool,
    /// What the head is computed from, beside the head before.
    pub digest: [u8; 32],
    /// The head after it.
    pub head: Link,
}

/// Card and person stay out of logs.
impl fmt::Debug for LogRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogRow").field("row", &self.row).field("door", &self.door).finish_non_exhaustive()
    }
}

impl Site {
    /// Rows from this one through that one, at most `limit` and [`super::LIST_MAX`](crate::site::LIST_MAX).
    ///
    /// # Errors
    /// [`SiteError::Corrupt`] for a row that is none any more: `log verify` tells more.
    pub fn log_rows(&self, from: u64, through: u64, limit: u32) -> Result<Vec<LogRow>, SiteError> {
        self.read(|db| stored::read(db, from, through, row::limit_of(limit))?.into_iter().map(view).collect())
    }

    /// The first and the last row that the controller received from `from` on and before `until`.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn log_span(&self, from: UtcMs, until: UtcMs) -> Result<Option<(u64, u64)>, SiteError> {
        self.read(|db| {
            let sql = "SELECT MIN(id), MAX(id) FROM event WHERE received_ms >= $1 AND received_ms < $2";
            let (first, last): (Option<i64>, Option<i64>) =
                row::prepare(db, sql)?.query_row((from.0, until.0), |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(first.zip(last).map(|(first, last)| (first.cast_unsigned(), last.cast_unsigned())))
        })
    }

    /// The seals that hold these rows in place: the newest one before `from`, if any, through the first one that
    /// covers `through`, if any; oldest first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn seals_around(&self, from: u64, through: u64) -> Result<Vec<Seal>, SiteError> {
        self.read(|db| {
            let bound = |row: u64| i64::try_from(row).unwrap_or(i64::MAX);
            let before = "SELECT COALESCE(MAX(number), 1) FROM log_seal WHERE row < $1";
            let first: i64 = row::prepare(db, before)?.query_row([bound(from)], |row| row.get(0))?;
            let after = "SELECT COALESCE(MIN(number), 9223372036854775807) FROM log_seal WHERE row >= $1";
            let last: i64 = row::prepare(db, after)?.query_row([bound(through)], |row| row.get(0))?;
            let found = seals::after(db, first.cast_unsigned() - 1, super::SEALS_MAX)?;
            Ok(found.into_iter().take_while(|seal| seal.number <= last.cast_unsigned()).collect())
        })
    }

    /// The link of the event before this one in the journal of its door; none if the log does not have it.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn link_before(&self, row: &LogRow) -> Result<Option<Link>, SiteError> {
        if row.sequence <= 1 {
            return Ok(Some(Link::START));
        }
        self.read(|db| link_of(db, &row.door, row.epoch, row.sequence - 1))
    }
}

fn link_of(db: &Connection, door: &str, epoch: u64, sequence: u64) -> Result<Option<Link>, SiteError> {
    let sql = "SELECT e.link FROM event e JOIN door d ON d.number = e.door
               WHERE d.id = $1 AND e.epoch = $2 AND e.sequence = $3";
    let mut statement = row::prepare(db, sql)?;
    row::first(statement.query((door, epoch.cast_signed(), sequence.cast_signed()))?, |r| row::link(r, 0))
}

fn view(stored: Stored) -> Result<LogRow, SiteError> {
    let corrupt = |_| SiteError::corrupt("row of the log");
    let (digest, link) = (stored.row(stored.id).map_err(corrupt)?.digest(), stored.link().map_err(corrupt)?);
    let event = Event::from_bytes(&stored.body).map_err(|_| SiteError::corrupt("event"))?;
    let head = stored.stored_head();
    Ok(LogRow {
        row: stored.id,
        door: stored.door.unwrap_or_default(),
        epoch: stored.epoch,
        sequence: stored.sequence,
        received: UtcMs(stored.received_ms),
        event,
        body: stored.body,
        commitment: stored.commitment,
        subject: stored.uid.zip(stored.salt),
        link,
        link_ok: stored.link_ok == 1,
        digest,
        head,
    })
}
