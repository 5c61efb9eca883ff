//! A journal that cannot be read to its end: what reads goes into a new one, under a new epoch.
//!
//! The damaged file is moved aside and kept, since a person with other tools may read more of it. Of an event that reads,
//! the link is compared where the event before it reads as well: what was changed on the disk is not told as true.

use std::path::{Path, PathBuf};

use access::chain::{Link, link};
use access::confirm::LogHead;
use access::event::{EpochCause, Event};
use access::time::UtcMs;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Draft, Journal};
use crate::door::{DoorDbError, from_sql, schema, to_sql};
use crate::file;

/// Places after one that does not read which are tried one by one. A page holds fewer events.
const TRIED_ONE_BY_ONE: i64 = 64;

/// Events that go into the new journal at once.
const BATCH: usize = 1_000;

/// A journal that was opened, and how.
#[derive(Debug)]
pub struct Opened {
    /// To write to.
    pub journal: Journal,
    /// Where the damaged file lies now, if it was one, and how many events of it were rescued.
    pub rescued: Option<(PathBuf, u64)>,
}

/// What the damaged file says of itself; nothing, where even that does not read.
#[derive(Clone, Copy)]
struct Said {
    epoch: u64,
    base: i64,
    boot: u64,
    acknowledged: u64,
    last_utc: i64,
    dropped: u64,
    log: LogHead,
    /// The base of an epoch that had begun to take over.
    next: Option<i64>,
}

impl Journal {
    /// Opens the file as [`Journal::open`]. One that is damaged is moved aside, and what reads of it is taken over into a
    /// new one, which begins with an [`access::event::EventKind::EpochBegan`] of `draft`'s time.
    ///
    /// # Errors
    /// If the file cannot be used for another cause than damage, such as a disk that refuses.
    pub fn open_or_rescue(path: &Path, new_epoch: u64, draft: &Draft) -> Result<Opened, DoorDbError> {
        match Self::open(path, new_epoch) {
            Ok(journal) => Ok(Opened { journal, rescued: None }),
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "the journal is damaged; what reads of it is taken over into a new one");
                Self::rescue(path, new_epoch, draft)
            }
            Err(error) => Err(error),
        }
    }

    /// Takes over what reads of a damaged file.
    ///
    /// # Errors
    /// If the disk refuses. The damaged file may have been moved aside then.
    pub fn rescue(path: &Path, new_epoch: u64, draft: &Draft) -> Result<Opened, DoorDbError> {
        let aside = file::move_aside(path)?;
        let mut journal = Self::open(path, new_epoch)?;
        let source = schema::open_damaged(&aside, path);
        let said = source.as_ref().and_then(said);
        if let Some(said) = said {
            journal.take_over(&said)?;
        }
        let (before, through) = said.map_or((0, 0), |said| (said.epoch, said.acknowledged));
        let kind = access::event::EventKind::EpochBegan { before, through, cause: EpochCause::Unreadable };
        journal.append(&[Draft { kind, subject: None, ..*draft }])?;
        let mut rescued = 0;
        if let Some(source) = &source {
            rescued = journal.take_events(source, said.as_ref())?;
        }
        Ok(Opened { journal, rescued: Some((aside, rescued)) })
    }

    fn take_over(&mut self, said: &Said) -> Result<(), DoorDbError> {
        let Said { boot, last_utc, dropped, log, .. } = *said;
        self.transact(|transaction| {
            transaction.execute(
                "UPDATE journal SET boot = $1, last_utc = $2, log_row = $3, log_link = $4",
                params![to_sql(boot), last_utc, to_sql(log.row), log.link.0],
            )
        })?;
        (self.head.last_utc, self.head.log) = (UtcMs(last_utc), log);
        self.note_dropped(dropped)
    }

    fn take_events(&mut self, source: &Connection, said: Option<&Said>) -> Result<u64, DoorDbError> {
        let first = said.map_or(-1, |said| {
            let acknowledged = said.base.saturating_add(to_sql(said.acknowledged));
            // At the first place of an epoch is its own beginning, which is none of what happened.
            said.next.map_or(acknowledged, |next| next.saturating_add(1))
        });
        let mut reader = Reader { source, after: first, known: None, said: said.copied() };
        let (mut drafts, mut rescued) = (Vec::new(), 0);
        loop {
            let event = reader.next();
            let ended = event.is_none();
            drafts.extend(event.map(|event| Draft::of(&event)));
            if ended || drafts.len() == BATCH {
                self.append(&drafts)?;
                rescued += drafts.len() as u64;
                drafts.clear();
            }
            if ended {
                return Ok(rescued);
            }
        }
    }
}

impl Draft {
    fn of(event: &Event) -> Self {
        Self {
            boot: event.boot,
            mono: event.mono,
            utc: event.utc,
            trust: event.trust,
            generation: event.generation,
            state_generation: event.state_generation,
            mode: event.mode,
            kind: event.kind,
            subject: event.subject,
        }
    }
}

/// The events of a damaged file, in their order, as far as they read.
struct Reader<'a> {
    source: &'a Connection,
    after: i64,
    /// The place and link of the newest that fits.
    known: Option<(i64, Link)>,
    said: Option<Said>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Event> {
        let mut missed = 0_i64;
        loop {
            match self.row() {
                Ok(None) => return None,
                Ok(Some((place, body, link))) => {
                    self.after = place;
                    let fits = self.take(place, &body, link);
                    if fits.is_some() {
                        return fits;
                    }
                }
                Err(_) => {
                    missed += 1;
                    let step = if missed <= TRIED_ONE_BY_ONE { 1 } else { missed };
                    missed = missed.saturating_add(step / 2);
                    self.after = self.after.checked_add(step)?;
                }
            }
        }
    }

    fn row(&self) -> rusqlite::Result<Option<(i64, Vec<u8>, [u8; 32])>> {
        self.source
            .prepare_cached("SELECT place, body, link FROM event WHERE place > $1 ORDER BY place LIMIT 1")?
            .query_row([self.after], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()
    }

    /// The event of a row, unless it does not read or is not what was once written.
    fn take(&mut self, place: i64, body: &[u8], stored: [u8; 32]) -> Option<Event> {
        let event = Event::from_bytes(body).ok()?;
        let known = self.known.replace((place, Link(stored)));
        let said = self.said.filter(|said| said.next.is_none());
        if let (Some((at, previous)), Some(said)) = (known, said)
            && at.saturating_add(1) == place
        {
            let sequence = from_sql(place.saturating_sub(said.base));
            let event = Event { sequence, ..event };
            if link(previous, said.epoch, &event) != Link(stored) {
                return None;
            }
        }
        Some(event)
    }
}

fn said(source: &Connection) -> Option<Said> {
    let next = source.query_row("SELECT base FROM next", [], |row| row.get(0)).optional().unwrap_or(None);
    let sql = "SELECT epoch, base, boot, acknowledged, last_utc, dropped, log_row, log_link FROM journal";
    source
        .query_row(sql, [], |row| {
            Ok(Said {
                epoch: from_sql(row.get(0)?),
                base: row.get(1)?,
                boot: from_sql(row.get(2)?),
                acknowledged: from_sql(row.get(3)?),
                last_utc: row.get(4)?,
                dropped: from_sql(row.get(5)?),
                log: LogHead { row: from_sql(row.get(6)?), link: Link(row.get(7)?) },
                next,
            })
        })
        .ok()
}
