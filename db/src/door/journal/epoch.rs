//! A new epoch: the events that it takes over are linked anew, some at a time, so that no grant waits behind them.
//!
//! ```text
//!   begin ──▶ the beginning is written at the place of the last common event; the old epoch goes on
//!   move_on ─▶ the next thousand are linked … ──▶ the last are, and the new epoch is in force: one transaction
//! ```
//!
//! A power cut between any two of these loses nothing: the journal finds in its file how far it had come.

use access::chain::{Link, link};
use access::event::{EpochCause, Event, EventKind};
use rusqlite::{Transaction, params};

use super::{Draft, Head, Journal, oldest};
use crate::door::{DoorDbError, from_sql, to_sql};

/// Events that are linked anew at once.
const MOVE_ROWS: usize = 1_000;

/// How far a new epoch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// None is about to begin.
    Nothing,
    /// There is more to do.
    Some,
    /// It is in force now.
    All,
}

/// What is written of an epoch that is about to begin.
struct Next {
    epoch: u64,
    base: i64,
    place: i64,
    link: Link,
}

/// What became of a step.
enum Step {
    Done(Moved, Option<Head>),
    /// An event cannot be read.
    Unreadable,
}

impl Journal {
    /// Orders a new epoch, which takes over everything after `common`. `epoch` must be drawn at random; `draft` tells when
    /// it began, and its kind and subject do not count. [`Journal::move_on`] does the work.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin(&mut self, epoch: u64, common: u64, cause: EpochCause, draft: &Draft) -> Result<(), DoorDbError> {
        if self.head.beginning {
            return Ok(());
        }
        let head = self.head;
        let common = common.clamp(head.before, head.sequence);
        let kind = EventKind::EpochBegan { before: head.epoch, through: common, cause };
        let event = Draft { kind, subject: None, ..*draft }.numbered(1);
        let (place, link) = (head.place(common), link(Link::START, epoch, &event));
        self.transact(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO event (place, body, link) VALUES ($1, $2, $3)",
                params![place, event.to_bytes(), link.0],
            )?;
            transaction.execute(
                "INSERT INTO next (one, epoch, base, place, link) VALUES (1, $1, $2, $3, $4)",
                params![to_sql(epoch), place.saturating_sub(1), place, link.0],
            )
        })?;
        self.head.beginning = true;
        Ok(())
    }

    /// Takes over some events into the epoch that is about to begin.
    ///
    /// # Errors
    /// If the file cannot be written, or an event in it makes no sense.
    pub fn move_on(&mut self) -> Result<Moved, DoorDbError> {
        if !self.head.beginning {
            return Ok(Moved::Nothing);
        }
        let head = self.head;
        match self.transact(|transaction| step(transaction, &head))? {
            Step::Done(moved, head) => {
                self.head = head.unwrap_or(self.head);
                Ok(moved)
            }
            Step::Unreadable => Err(DoorDbError::Content { path: self.path.clone(), what: "event" }),
        }
    }
}

fn step(transaction: &Transaction<'_>, head: &Head) -> rusqlite::Result<Step> {
    let mut next = transaction.query_row("SELECT epoch, base, place, link FROM next", [], |row| {
        Ok(Next { epoch: from_sql(row.get(0)?), base: row.get(1)?, place: row.get(2)?, link: Link(row.get(3)?) })
    })?;
    let rows: Vec<(i64, Vec<u8>)> = transaction
        .prepare_cached("SELECT place, body FROM event WHERE place > $1 ORDER BY place LIMIT $2")?
        .query_map(params![next.place, i64::try_from(MOVE_ROWS).unwrap_or(i64::MAX)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut update = transaction.prepare_cached("UPDATE event SET link = $1 WHERE place = $2")?;
    for (place, body) in &rows {
        let Ok(event) = Event::from_bytes(body) else { return Ok(Step::Unreadable) };
        let event = Event { sequence: from_sql(place.saturating_sub(next.base)), ..event };
        (next.place, next.link) = (*place, link(next.link, next.epoch, &event));
        update.execute(params![next.link.0, place])?;
    }
    if rows.len() == MOVE_ROWS {
        transaction.execute("UPDATE next SET place = $1, link = $2", params![next.place, next.link.0])?;
        return Ok(Step::Done(Moved::Some, None));
    }
    let Next { epoch, base, place, link } = next;
    let sequence = from_sql(place.saturating_sub(base));
    transaction.execute_batch("DELETE FROM next")?;
    transaction.execute(
        "UPDATE journal SET epoch = $1, base = $2, head = $3, head_link = $4, acknowledged = 0, before_link = $5",
        params![to_sql(epoch), base, to_sql(sequence), link.0, Link::START.0],
    )?;
    let before = super::before(base, sequence, oldest(transaction)?);
    let head = Head { epoch, base, sequence, link, acknowledged: 0, before, beginning: false, ..*head };
    Ok(Step::Done(Moved::All, Some(head)))
}
