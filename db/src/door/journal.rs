//! The writer of `journal.db`: what happened, numbered, chained and on disk before it is told.
//!
//! ```text
//!   places   …  │ kept though acknowledged │ not acknowledged │
//!               ▲ before                   ▲ acknowledged     ▲ head
//! ```
//!
//! What is acknowledged is kept for a while, for a site that is restored from a backup, and is the first to go when room
//! is short. What is not acknowledged is never deleted. When there is no room at all, the newest events are not written
//! but counted, and the first event that finds room again says how many there were.

use std::path::{Path, PathBuf};

use access::chain::{Link, link};
use access::confirm::LogHead;
use access::event::{Event, EventKind, Subject};
use access::message::{JOURNAL_BYTES_MAX, JOURNAL_EVENTS_MAX};
use access::mode::Mode;
use access::reconcile::{Held, KEEP_ACKNOWLEDGED};
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::whitelist::Generation;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{DoorDbError, from_sql, schema, to_sql};

mod epoch;
mod rescue;

pub use epoch::Moved;
pub use rescue::Opened;

/// Events that are deleted at once, so that no grant waits behind a long deletion.
const SWEEP_ROWS: i64 = 1_000;

/// What an event takes at most, with its link and what SQLite adds.
const ROW_BYTES_MAX: u64 = 320;

/// What the tree of events may grow by beside them, when its pages are split.
const SPLIT_BYTES: u64 = 4 * 4_096;

/// The one writing connection to `journal.db`.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    connection: Connection,
    head: Head,
    room: Room,
}

/// The journal as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JournalStart {
    /// Names this life of the journal.
    pub epoch: u64,
    /// The newest event; 0 if there is none.
    pub head: u64,
    /// Its link.
    pub head_link: Link,
    /// Through which event the controller has acknowledged.
    pub acknowledged: u64,
    /// The event before the oldest that is held.
    pub before: u64,
    /// The latest civil time that the door has known.
    pub last_utc: UtcMs,
    /// The newest head of the central log that the door was told.
    pub log: LogHead,
    /// A new epoch has been ordered and is not in force.
    pub beginning: bool,
}

impl JournalStart {
    /// What there is to compare with the controller's log.
    #[must_use]
    pub fn held(&self) -> Held {
        Held { before: self.before, acknowledged: self.acknowledged, head: self.head }
    }
}

/// An event before it has a number.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    /// See [`Event`].
    pub boot: u64,
    /// See [`Event`].
    pub mono: MonoMs,
    /// See [`Event`].
    pub utc: UtcMs,
    /// See [`Event`].
    pub trust: ClockTrust,
    /// See [`Event`].
    pub generation: Generation,
    /// See [`Event`].
    pub state_generation: Generation,
    /// See [`Event`].
    pub mode: Mode,
    /// See [`Event`].
    pub kind: EventKind,
    /// See [`Event`].
    pub subject: Option<Subject>,
}

/// What became of an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledged {
    /// The controller has everything through this event now, and the journal may forget it.
    Through(u64),
    /// It was of another epoch, told nothing new, or spoke of events that do not exist.
    Ignored,
}

/// What the next event is linked to. Kept in memory, and taken over only after the commit.
#[derive(Debug, Clone, Copy)]
struct Head {
    epoch: u64,
    /// The place of an event less its number.
    base: i64,
    sequence: u64,
    link: Link,
    acknowledged: u64,
    before: u64,
    last_utc: UtcMs,
    dropped: u64,
    log: LogHead,
    beginning: bool,
}

/// What the journal may take, and takes.
#[derive(Debug, Clone, Copy)]
struct Room {
    events_max: u64,
    bytes_max: u64,
    /// Pages in use.
    used: u64,
}

impl Journal {
    /// Opens the file, or makes it with `new_epoch`, which must be drawn at random: it tells this life of the
    /// journal from every other.
    ///
    /// # Errors
    /// If the file cannot be used; the message names it.
    pub fn open(path: &Path, new_epoch: u64) -> Result<Self, DoorDbError> {
        let connection = schema::open_journal(path)?;
        let sql = |source| DoorDbError::Sql { path: path.to_path_buf(), source };
        // A disk that takes nothing need not keep the agent from starting.
        let exists: bool =
            connection.query_row("SELECT EXISTS (SELECT 1 FROM journal)", [], |row| row.get(0)).map_err(sql)?;
        if !exists {
            let first = "INSERT INTO journal (one, epoch, boot, head, head_link, acknowledged, before_link, last_utc) \
                         VALUES (1, $1, 0, 0, $2, 0, $2, 0)";
            connection.execute(first, params![to_sql(new_epoch), Link::START.0]).map_err(sql)?;
        }
        let head = read_head(&connection).map_err(sql)?;
        if !head.is_newest(&connection).map_err(sql)? {
            return Err(DoorDbError::Content { path: path.to_path_buf(), what: "newest event other than it was" });
        }
        let used = used(&connection).map_err(sql)?;
        let room = Room { events_max: JOURNAL_EVENTS_MAX, bytes_max: JOURNAL_BYTES_MAX, used };
        Ok(Self { path: path.to_path_buf(), connection, head, room })
    }

    /// Sets other bounds than [`JOURNAL_EVENTS_MAX`] events without acknowledgement and [`JOURNAL_BYTES_MAX`] on the disk.
    #[must_use]
    pub fn bounded(mut self, events_max: u64, bytes_max: u64) -> Self {
        (self.room.events_max, self.room.bytes_max) = (events_max, bytes_max);
        self
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names this life of the journal.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.head.epoch
    }

    /// The journal as it is.
    #[must_use]
    pub fn start(&self) -> JournalStart {
        let Head { epoch, sequence, link, acknowledged, before, last_utc, log, beginning, .. } = self.head;
        JournalStart { epoch, head: sequence, head_link: link, acknowledged, before, last_utc, log, beginning }
    }

    /// How full it is, in hundredths: of what it may hold without acknowledgement, by events or by bytes, whichever is
    /// more.
    #[must_use]
    pub fn percent(&self) -> u8 {
        let waiting = self.head.waiting();
        let rows = self.head.sequence.saturating_sub(self.head.before).max(1);
        let bytes = u128::from(self.room.used) * u128::from(waiting) / u128::from(rows);
        let of = |part: u128, whole: u64| part.saturating_mul(100) / u128::from(whole.max(1));
        let percent = of(u128::from(waiting), self.room.events_max).max(of(bytes, self.room.bytes_max));
        let percent = u8::try_from(percent).unwrap_or(u8::MAX);
        if self.head.dropped > 0 { percent.max(100) } else { percent }
    }

    /// Counts a boot, and returns its number.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_boot(&mut self) -> Result<u64, DoorDbError> {
        self.begin_boot_from(0)
    }

    /// The same, with a number that is at least `floor`: a journal that was copied back from an image has counted fewer
    /// boots than the controller has heard of, and would not be heard.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_boot_from(&mut self, floor: u64) -> Result<u64, DoorDbError> {
        self.transact(|transaction| {
            let sql = "UPDATE journal SET boot = max(boot + 1, $1) RETURNING boot";
            transaction.query_row(sql, [to_sql(floor)], |row| row.get::<_, i64>(0).map(from_sql))
        })
    }

    /// The number of a boot that the disk does not let the journal count. The next one is higher only by its `floor`, so that
    /// must be the time.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn uncounted_boot(&self, floor: u64) -> Result<u64, DoorDbError> {
        self.connection
            .query_row("SELECT max(boot + 1, $1) FROM journal", [to_sql(floor)], |row| {
                row.get::<_, i64>(0).map(from_sql)
            })
            .map_err(|source| DoorDbError::Sql { path: self.path.clone(), source })
    }

    /// Numbers the drafts, chains them and has them on disk, all or none. If events were dropped since the last time, an
    /// event before them says how many.
    ///
    /// # Errors
    /// [`DoorDbError::JournalFull`], or if the file cannot be written.
    pub fn append(&mut self, drafts: &[Draft]) -> Result<Vec<(Event, Link)>, DoorDbError> {
        let Some(first) = drafts.first() else { return Ok(Vec::new()) };
        let told = (self.head.dropped > 0).then(|| Draft {
            kind: EventKind::EventsDropped { count: u32::try_from(self.head.dropped).unwrap_or(u32::MAX) },
            subject: None,
            ..*first
        });
        self.make_room(drafts.len() + usize::from(told.is_some()))?;
        let mut head = self.head;
        head.dropped = 0;
        let events: Vec<(Event, Link)> = told.iter().chain(drafts).map(|draft| head.take(draft)).collect();
        self.transact(|transaction| {
            let mut insert = transaction.prepare_cached("INSERT INTO event (place, body, link) VALUES ($1, $2, $3)")?;
            for (event, link) in &events {
                insert.execute(params![head.place(event.sequence), event.to_bytes(), link.0])?;
            }
            transaction
                .prepare_cached("UPDATE journal SET head = $1, head_link = $2, last_utc = $3, dropped = 0")?
                .execute(params![to_sql(head.sequence), head.link.0, head.last_utc.0])?;
            Ok(())
        })?;
        self.head = head;
        Ok(events)
    }

    /// Notes that so many events found no room, on disk.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_dropped(&mut self, count: u64) -> Result<(), DoorDbError> {
        let dropped = self.head.dropped.saturating_add(count);
        self.transact(|transaction| transaction.execute("UPDATE journal SET dropped = $1", [to_sql(dropped)]))?;
        self.head.dropped = dropped;
        Ok(())
    }

    /// Notes that the controller has everything through this event on its disk, and how far its log has grown.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn acknowledge(&mut self, epoch: u64, through: u64, log: LogHead) -> Result<Acknowledged, DoorDbError> {
        let news = through > self.head.acknowledged && through <= self.head.sequence;
        if epoch != self.head.epoch || !news {
            return Ok(Acknowledged::Ignored);
        }
        self.set_acknowledged(through, log)?;
        Ok(Acknowledged::Through(through))
    }

    /// Notes that the controller has everything through this event and nothing after it, whatever it had acknowledged. What
    /// is not held any more cannot be told again.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn agree(&mut self, epoch: u64, through: u64) -> Result<(), DoorDbError> {
        let through = through.clamp(self.head.before, self.head.sequence);
        if epoch != self.head.epoch || through == self.head.acknowledged {
            return Ok(());
        }
        self.set_acknowledged(through, self.head.log)
    }

    fn set_acknowledged(&mut self, through: u64, log: LogHead) -> Result<(), DoorDbError> {
        let log = if log.row > self.head.log.row { log } else { self.head.log };
        self.transact(|transaction| {
            transaction
                .prepare_cached("UPDATE journal SET acknowledged = $1, log_row = $2, log_link = $3")?
                .execute(params![to_sql(through), to_sql(log.row), log.link.0])
        })?;
        (self.head.acknowledged, self.head.log) = (through, log);
        Ok(())
    }

    /// Deletes some events that need not be kept; `true` if there may be more to do.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn sweep(&mut self) -> Result<bool, DoorDbError> {
        // Whatever is acknowledged makes room for what is not.
        let short = self.room.used > self.room.bytes_max / 2;
        let keep = if short { 0 } else { KEEP_ACKNOWLEDGED };
        self.delete(self.head.acknowledged.saturating_sub(keep))
    }

    /// Room for so many more events, by deleting what is acknowledged if there is none otherwise.
    fn make_room(&mut self, events: usize) -> Result<(), DoorDbError> {
        let events = u64::try_from(events).unwrap_or(u64::MAX);
        if self.head.waiting().saturating_add(events) > self.room.events_max {
            return Err(DoorDbError::JournalFull);
        }
        let more = events.saturating_mul(ROW_BYTES_MAX).saturating_add(SPLIT_BYTES);
        while self.room.used.saturating_add(more) > self.room.bytes_max {
            let before = self.head.before;
            if !self.delete(self.head.acknowledged)? && self.head.before == before {
                return Err(DoorDbError::JournalFull);
            }
        }
        Ok(())
    }

    /// Deletes at most [`SWEEP_ROWS`] events through `through`; `true` if there may be more to do.
    fn delete(&mut self, through: u64) -> Result<bool, DoorDbError> {
        if self.head.beginning {
            return Ok(false);
        }
        let head = self.head;
        let (before, more) = self.transact(|transaction| delete_some(transaction, &head, through))?;
        self.head.before = before;
        Ok(more)
    }

    /// All that `act` does is on disk afterwards, or nothing of it.
    fn transact<T>(&mut self, act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, DoorDbError> {
        let path = &self.path;
        let work = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = act(&transaction)?;
            let used = used(&transaction)?;
            transaction.commit()?;
            self.room.used = used;
            Ok(result)
        };
        work().map_err(|source| DoorDbError::Sql { path: path.clone(), source })
    }
}

impl Head {
    /// The draft as the next event, with its link.
    fn take(&mut self, draft: &Draft) -> (Event, Link) {
        self.sequence += 1;
        let event = draft.numbered(self.sequence);
        self.link = link(self.link, self.epoch, &event);
        self.last_utc = latest(self.last_utc, draft);
        (event, self.link)
    }

    fn place(&self, sequence: u64) -> i64 {
        self.base.saturating_add(to_sql(sequence))
    }

    /// Whether the newest event that is there, if any is, is the one that is said to be. One that is not would be written
    /// again under its number.
    fn is_newest(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let newest: Option<(i64, [u8; 32])> = connection
            .prepare_cached("SELECT place, link FROM event ORDER BY place DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        // An epoch that begins has linked some anew.
        let linked = |link| self.beginning || Link(link) == self.link;
        Ok(newest.is_none_or(|(place, link)| place == self.place(self.sequence) && linked(link)))
    }

    fn waiting(&self) -> u64 {
        self.sequence.saturating_sub(self.acknowledged)
    }
}

impl Draft {
    fn numbered(&self, sequence: u64) -> Event {
        Event {
            sequence,
            boot: self.boot,
            mono: self.mono,
            utc: self.utc,
            trust: self.trust,
            generation: self.generation,
            state_generation: self.state_generation,
            mode: self.mode,
            kind: self.kind,
            subject: self.subject,
        }
    }
}

/// The floor below which a clock is not believed. A synchronised clock also lowers it: a clock that was
/// once set to the wrong century must not end every card's validity for good.
fn latest(known: UtcMs, draft: &Draft) -> UtcMs {
    match draft.trust {
        ClockTrust::Synchronised => draft.utc,
        ClockTrust::Kept => known.max(draft.utc),
        ClockTrust::Unknown => known,
    }
}

/// The number of the event before the oldest one, whose place is `oldest`, in a journal with this base and head.
pub(super) fn before(base: i64, head: u64, oldest: Option<i64>) -> u64 {
    oldest.map_or(head, |oldest| from_sql(oldest.saturating_sub(base).saturating_sub(1).max(0)))
}

fn read_head(connection: &Connection) -> rusqlite::Result<Head> {
    let oldest = oldest(connection)?;
    let beginning = connection.query_row("SELECT EXISTS (SELECT 1 FROM next)", [], |row| row.get(0))?;
    let sql = "SELECT epoch, base, head, head_link, acknowledged, last_utc, dropped, log_row, log_link FROM journal";
    connection.query_row(sql, [], |row| {
        let (base, sequence) = (row.get(1)?, from_sql(row.get(2)?));
        Ok(Head {
            epoch: from_sql(row.get(0)?),
            base,
            sequence,
            link: Link(row.get(3)?),
            acknowledged: from_sql(row.get(4)?),
            before: before(base, sequence, oldest),
            last_utc: UtcMs(row.get(5)?),
            dropped: from_sql(row.get(6)?),
            log: LogHead { row: from_sql(row.get(7)?), link: Link(row.get(8)?) },
            beginning,
        })
    })
}

/// The place of the oldest event.
pub(super) fn oldest(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT place FROM event ORDER BY place LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()
}

/// Bytes of the pages in use. What is free in the file is used before the file grows.
fn used(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name| connection.prepare_cached(name)?.query_row([], |row| row.get::<_, i64>(0).map(from_sql));
    let pages = pragma("PRAGMA page_count")?.saturating_sub(pragma("PRAGMA freelist_count")?);
    Ok(pages.saturating_mul(pragma("PRAGMA page_size")?))
}

/// What earlier epochs have left, and then the oldest events through `through`; what is before the oldest then.
fn delete_some(transaction: &Transaction<'_>, head: &Head, through: u64) -> rusqlite::Result<(u64, bool)> {
    let left = oldest(transaction)?.filter(|oldest| *oldest <= head.place(through));
    let Some(oldest) = left else { return Ok((head.before, false)) };
    let batch = oldest.saturating_add(SWEEP_ROWS - 1);
    let mut delete = transaction.prepare_cached("DELETE FROM event WHERE place <= $1")?;
    if oldest <= head.base {
        delete.execute([batch.min(head.base)])?;
        return Ok((head.before, true));
    }
    let end = batch.min(head.place(through));
    transaction
        .prepare_cached("UPDATE journal SET before_link = (SELECT link FROM event WHERE place = $1)")?
        .execute([end])?;
    delete.execute([end])?;
    Ok((from_sql(end.saturating_sub(head.base)), end < head.place(through)))
}
