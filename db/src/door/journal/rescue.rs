//! A journal that cannot be read to its end: what reads goes into a new one, under a new epoch.
//!
//! ```text
//!   journal.db ── begun ──▶ .rescuing ── what reads ──▶ .rescue ── complete ──▶ journal.db
//!                               └─ kept, and read again from its start after a power cut ── complete ──▶ .damaged-1 … 3
//! ```
//!
//! The damaged file is moved aside and kept, since a person with other tools may read more of it. Of an event that reads,
//! the link is compared where the event before it reads as well: what was changed on the disk is not told as true.

use std::path::{Path, PathBuf};

use access::chain::{Link, link};
use access::confirm::LogHead;
use access::event::{EpochCause, Event};
use access::time::UtcMs;
use rusqlite::{Connection, OptionalExtension, ffi, params};

use super::{Draft, Journal};
use crate::door::{DoorDbError, from_sql, schema, to_sql};
use crate::file;

/// Places after one that does not read which are tried one by one. A page holds fewer events.
const TRIED_ONE_BY_ONE: i64 = 128;

/// Events that go into the new journal at once.
const BATCH: usize = 1_000;

/// What the damaged file is called until all that reads of it is in another one.
const ORIGINAL: &str = ".rescuing";

/// What the new file is called until it is complete.
const BUILT: &str = ".rescue";

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
    /// Whether the base is what it was. If not, nobody knows which events are acknowledged, and all are taken over.
    based: bool,
}

impl Journal {
    /// Opens the file as [`Journal::open`]. One that is damaged is moved aside, and what reads of it is taken over into a
    /// new one, which begins with an [`access::event::EventKind::EpochBegan`] of `draft`'s time. A rescue that was begun and
    /// not finished goes on.
    ///
    /// # Errors
    /// If the file cannot be used for another cause than damage, such as a disk that refuses; [`DoorDbError::Unrescued`] if
    /// it is damaged, and the disk does not take another one.
    pub fn open_or_rescue(path: &Path, new_epoch: u64, draft: &Draft) -> Result<Opened, DoorDbError> {
        if is_under_way(path) {
            return Self::rescue(path, new_epoch, draft);
        }
        let opened = Self::open(path, new_epoch).or_else(|error| {
            // Once more: a sector may read at the second attempt.
            if error.is_damage() { Self::open(path, new_epoch) } else { Err(error) }
        });
        match opened {
            Ok(journal) => Ok(Opened { journal, rescued: None }),
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "the journal is damaged; what reads of it is taken over into a new one");
                Self::rescue(path, new_epoch, draft)
            }
            Err(error) => Err(error),
        }
    }

    /// Takes over what reads of a damaged file. If this fails, it may be called again with the same path, also after the end
    /// of the program: it begins anew with the same damaged file.
    ///
    /// # Errors
    /// [`DoorDbError::Unrescued`] if the disk refuses.
    pub fn rescue(path: &Path, new_epoch: u64, draft: &Draft) -> Result<Opened, DoorDbError> {
        Self::rescue_on(path, new_epoch, draft).map_err(|error| DoorDbError::Unrescued(Box::new(error)))
    }

    /// The number of the newest boot that a journal has counted, if that reads; also while it waits to be rescued.
    #[must_use]
    pub fn last_boot(path: &Path) -> u64 {
        let boot = |path: &Path| {
            let connection = schema::open_reader(path).ok()?;
            connection.query_row("SELECT boot FROM journal", [], |row| row.get(0).map(from_sql)).ok()
        };
        boot(&original(path)).or_else(|| boot(path)).unwrap_or(0)
    }

    /// Reads everything once, on a connection of its own.
    ///
    /// # Errors
    /// If something does not read, or makes no sense.
    pub fn verify(&self) -> Result<(), DoorDbError> {
        let content = || DoorDbError::Content { path: self.path.clone(), what: "event" };
        let read = |connection: &Connection| {
            let mut sound = super::read_head(connection)?.is_newest(connection)?;
            let mut select = connection.prepare("SELECT body, link FROM event ORDER BY place")?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let (body, _link): (Vec<u8>, [u8; 32]) = (row.get(0)?, row.get(1)?);
                sound &= Event::from_bytes(&body).is_ok();
            }
            Ok(sound)
        };
        let connection = schema::open_reader(&self.path)?;
        let sound = read(&connection).map_err(|source| DoorDbError::Sql { path: self.path.clone(), source })?;
        if sound { Ok(()) } else { Err(content()) }
    }

    fn rescue_on(path: &Path, new_epoch: u64, draft: &Draft) -> Result<Opened, DoorDbError> {
        let original = original(path);
        // Both are there once the new one is complete.
        if !(original.exists() && path.exists()) {
            if path.exists() {
                file::rename_whole(path, &original)?;
            }
            Self::build(path, &original, new_epoch, draft)?;
        }
        let aside = original.exists().then(|| file::move_aside_as(path, &original)).transpose()?;
        let journal = Self::open(path, new_epoch)?;
        // All but the beginning.
        let taken_over = journal.head.sequence.saturating_sub(1);
        Ok(Opened { journal, rescued: aside.map(|aside| (aside, taken_over)) })
    }

    /// Makes the new journal beside its place, and moves it there when it is complete.
    fn build(path: &Path, original: &Path, new_epoch: u64, draft: &Draft) -> Result<(), DoorDbError> {
        let new = file::beside(path, BUILT);
        file::remove_whole(&new)?;
        // What was there before is taken over though there is more than may be.
        let mut journal = Self::open(&new, new_epoch)?.bounded(u64::MAX, u64::MAX);
        let source = original.exists().then(|| schema::open_damaged(original, &new)).flatten();
        let said = source.as_ref().and_then(said);
        journal.take_over(said.as_ref(), draft)?;
        let (before, through) = said.map_or((0, 0), |said| (said.epoch, said.acknowledged));
        let kind = access::event::EventKind::EpochBegan { before, through, cause: EpochCause::Unreadable };
        journal.append(&[Draft { kind, subject: None, ..*draft }])?;
        if let Some(source) = &source {
            journal.take_events(source, said.as_ref())?;
        }
        journal.close()?;
        let moved = || {
            // Of a file that is not there any more.
            file::remove_whole(path)?;
            std::fs::rename(&new, path)
                .and_then(|()| file::sync_folder_of(path))
                .map_err(|source| file::unreadable(path, source))
        };
        Ok(moved()?)
    }

    /// Brings the log beside the file home, so that one name can be moved.
    fn close(self) -> Result<(), DoorDbError> {
        let Self { path, connection, .. } = self;
        let home = || {
            let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if busy { Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)) } else { Ok(()) }
        };
        let closed = home().and_then(|()| connection.close().map_err(|(_, error)| error));
        closed.map_err(|source| DoorDbError::Sql { path, source })
    }

    /// What the damaged file said of itself, and a boot that is not before `draft`'s.
    fn take_over(&mut self, said: Option<&Said>, draft: &Draft) -> Result<(), DoorDbError> {
        let (last_utc, log) = said.map_or((0, LogHead::default()), |said| (said.last_utc, said.log));
        let boot = said.map_or(0, |said| said.boot).max(draft.boot);
        self.transact(|transaction| {
            transaction.execute(
                "UPDATE journal SET boot = $1, last_utc = $2, log_row = $3, log_link = $4",
                params![to_sql(boot), last_utc, to_sql(log.row), log.link.0],
            )
        })?;
        (self.head.last_utc, self.head.log) = (UtcMs(last_utc), log);
        self.note_dropped(said.map_or(0, |said| said.dropped))
    }

    fn take_events(&mut self, source: &Connection, said: Option<&Said>) -> Result<(), DoorDbError> {
        let first = said.filter(|said| said.based).map_or(-1, |said| {
            let acknowledged = said.base.saturating_add(to_sql(said.acknowledged));
            // At the first place of an epoch is its own beginning, which is none of what happened.
            said.next.map_or(acknowledged, |next| next.saturating_add(1))
        });
        let mut reader = Reader { source, after: first, known: None, said: said.copied() };
        let mut drafts = Vec::new();
        loop {
            let event = reader.next();
            let ended = event.is_none();
            drafts.extend(event.map(|event| Draft::of(&event)));
            if ended || drafts.len() == BATCH {
                self.append(&drafts)?;
                drafts.clear();
            }
            if ended {
                return Ok(());
            }
        }
    }
}

/// The damaged file while it is rescued.
fn original(path: &Path) -> PathBuf {
    file::beside(path, ORIGINAL)
}

/// Whether a rescue was begun, and perhaps finished, but for the damaged file, which has not found its last name. The power
/// may have gone when the log had been moved, and the file had not.
fn is_under_way(path: &Path) -> bool {
    let original = original(path);
    original.exists() || file::beside(&original, "-wal").exists()
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

/// Place, bytes and link of an event.
type Row = (i64, Vec<u8>, [u8; 32]);

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

    fn row(&self) -> rusqlite::Result<Option<Row>> {
        self.source
            .prepare_cached("SELECT place, body, link FROM event WHERE place > $1 ORDER BY place LIMIT 1")?
            .query_row([self.after], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()
    }

    /// The event of a row, unless it does not read or is not what was once written.
    fn take(&mut self, place: i64, body: &[u8], stored: [u8; 32]) -> Option<Event> {
        let event = Event::from_bytes(body).ok()?;
        let known = self.known.replace((place, Link(stored)));
        let said = self.said.filter(|said| said.based && said.next.is_none());
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
    let sql = "SELECT epoch, base, boot, acknowledged, last_utc, dropped, log_row, log_link, head FROM journal";
    let (said, head) = source
        .query_row(sql, [], |row| {
            let head: i64 = row.get(8)?;
            let said = Said {
                epoch: from_sql(row.get(0)?),
                base: row.get(1)?,
                boot: from_sql(row.get(2)?),
                acknowledged: from_sql(row.get(3)?),
                last_utc: row.get(4)?,
                dropped: from_sql(row.get(5)?),
                log: LogHead { row: from_sql(row.get(6)?), link: Link(row.get(7)?) },
                next,
                based: true,
            };
            Ok((said, head))
        })
        .ok()?;
    Some(Said { based: next.is_some() || is_based(source, &said, head).unwrap_or(true), ..said })
}

/// Whether the newest event has the number that the base gives to it: the head says so, or its link. Nothing if neither can
/// say anything.
fn is_based(source: &Connection, said: &Said, head: i64) -> Option<bool> {
    let sql = "SELECT place, body, link FROM event ORDER BY place DESC LIMIT 2";
    let mut select = source.prepare(sql).ok()?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).ok()?;
    let rows: Vec<(i64, Vec<u8>, [u8; 32])> = rows.collect::<rusqlite::Result<_>>().ok()?;
    let [(place, body, stored), (before, _, previous)] = rows.as_slice() else { return None };
    if said.base.checked_add(head) == Some(*place) {
        return Some(true);
    }
    let event = Event::from_bytes(body).ok().filter(|_| before.checked_add(1) == Some(*place))?;
    let event = Event { sequence: from_sql(place.saturating_sub(said.base)), ..event };
    Some(link(Link(*previous), said.epoch, &event) == Link(*stored))
}
