//! The writer of `journal.db`: what happened, numbered, chained and on disk before it is told.

use std::path::{Path, PathBuf};

use access::chain::{Link, link};
use access::event::{Event, EventKind, Subject};
use access::message::JOURNAL_EVENTS_MAX;
use access::mode::Mode;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::whitelist::Generation;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{DoorDbError, from_sql, schema, to_sql};

/// Events that are deleted at once, so that no grant waits behind a long deletion.
const SWEEP_ROWS: i64 = 1_000;

/// The one writing connection to `journal.db`.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    connection: Connection,
    head: Head,
}

/// The journal as it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalStart {
    /// Names this life of the journal.
    pub epoch: u64,
    /// The newest event; 0 if there is none.
    pub head: u64,
    /// Its link.
    pub head_link: Link,
    /// Through which event the controller has acknowledged.
    pub acknowledged: u64,
    /// The latest civil time that the door has known.
    pub last_utc: UtcMs,
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
    sequence: u64,
    link: Link,
    acknowledged: u64,
    last_utc: UtcMs,
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
        connection
            .execute(
                "INSERT INTO journal VALUES (1, $1, 0, 0, $2, 0, $2, 0) ON CONFLICT DO NOTHING",
                params![to_sql(new_epoch), Link::START.0],
            )
            .map_err(sql)?;
        let head = read_head(&connection).map_err(sql)?;
        Ok(Self { path: path.to_path_buf(), connection, head })
    }

    /// Names this life of the journal.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.head.epoch
    }

    /// The journal as it is.
    #[must_use]
    pub fn start(&self) -> JournalStart {
        JournalStart {
            epoch: self.head.epoch,
            head: self.head.sequence,
            head_link: self.head.link,
            acknowledged: self.head.acknowledged,
            last_utc: self.head.last_utc,
        }
    }

    /// Counts a boot, and returns its number.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_boot(&mut self) -> Result<u64, DoorDbError> {
        self.transact(|transaction| {
            transaction.query_row("UPDATE journal SET boot = boot + 1 RETURNING boot", [], |row| {
                row.get::<_, i64>(0).map(from_sql)
            })
        })
    }

    /// Numbers the drafts, chains them and has them on disk, all or none.
    ///
    /// # Errors
    /// [`DoorDbError::JournalFull`], or if the file cannot be written.
    pub fn append(&mut self, drafts: &[Draft]) -> Result<Vec<(Event, Link)>, DoorDbError> {
        let waiting = self.head.sequence.saturating_sub(self.head.acknowledged);
        let more = u64::try_from(drafts.len()).unwrap_or(u64::MAX);
        if waiting.saturating_add(more) > JOURNAL_EVENTS_MAX {
            return Err(DoorDbError::JournalFull);
        }
        let mut head = self.head;
        let events: Vec<(Event, Link)> = drafts.iter().map(|draft| head.take(draft)).collect();
        self.transact(|transaction| {
            let mut insert =
                transaction.prepare_cached("INSERT INTO event (sequence, body, link) VALUES ($1, $2, $3)")?;
            for (event, link) in &events {
                insert.execute(params![to_sql(event.sequence), event.to_bytes(), link.0])?;
            }
            transaction
                .prepare_cached("UPDATE journal SET head = $1, head_link = $2, last_utc = $3")?
                .execute(params![to_sql(head.sequence), head.link.0, head.last_utc.0])?;
            Ok(())
        })?;
        self.head = head;
        Ok(events)
    }

    /// Notes that the controller has everything through this event on its disk, and forgets some of it;
    /// [`Journal::sweep`] forgets the rest.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn acknowledge(&mut self, epoch: u64, through: u64) -> Result<Acknowledged, DoorDbError> {
        let known = self.head.acknowledged..=self.head.sequence;
        if epoch != self.head.epoch || !known.contains(&through) || through == *known.start() {
            return Ok(Acknowledged::Ignored);
        }
        self.transact(|transaction| {
            transaction.execute(
                "UPDATE journal SET acknowledged = $1, \
                 acknowledged_link = (SELECT link FROM event WHERE sequence = $1)",
                [to_sql(through)],
            )?;
            delete_some(transaction, through)
        })?;
        self.head.acknowledged = through;
        Ok(Acknowledged::Through(through))
    }

    /// Deletes some events that the controller has; `true` if there may be more to do.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn sweep(&mut self) -> Result<bool, DoorDbError> {
        let through = self.head.acknowledged;
        self.transact(|transaction| delete_some(transaction, through))
    }

    /// All that `act` does is on disk afterwards, or nothing of it.
    fn transact<T>(&mut self, act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, DoorDbError> {
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

impl Head {
    /// The draft as the next event, with its link.
    fn take(&mut self, draft: &Draft) -> (Event, Link) {
        self.sequence += 1;
        let event = Event {
            sequence: self.sequence,
            boot: draft.boot,
            mono: draft.mono,
            utc: draft.utc,
            trust: draft.trust,
            generation: draft.generation,
            state_generation: draft.state_generation,
            mode: draft.mode,
            kind: draft.kind,
            subject: draft.subject,
        };
        self.link = link(self.link, self.epoch, &event);
        self.last_utc = latest(self.last_utc, draft);
        (event, self.link)
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

fn read_head(connection: &Connection) -> rusqlite::Result<Head> {
    connection.query_row("SELECT epoch, head, head_link, acknowledged, last_utc FROM journal", [], |row| {
        Ok(Head {
            epoch: from_sql(row.get(0)?),
            sequence: from_sql(row.get(1)?),
            link: Link(row.get(2)?),
            acknowledged: from_sql(row.get(3)?),
            last_utc: UtcMs(row.get(4)?),
        })
    })
}

fn delete_some(transaction: &Transaction<'_>, through: u64) -> rusqlite::Result<bool> {
    let oldest: Option<i64> = transaction
        .prepare_cached("SELECT sequence FROM event ORDER BY sequence LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(oldest) = oldest.filter(|oldest| *oldest <= to_sql(through)) else {
        return Ok(false);
    };
    let end = to_sql(through).min(oldest.saturating_add(SWEEP_ROWS - 1));
    transaction.prepare_cached("DELETE FROM event WHERE sequence <= $1")?.execute([end])?;
    Ok(end < to_sql(through))
}
