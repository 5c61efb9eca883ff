//! The connections to the site database: those that read, the one that writes, and the same for operators who are limited.

use std::path::Path;
use std::time::Duration;

use r2d2::{Pool, PooledConnection};
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{SiteError, called, within};
use crate::file;

/// Pages that are read at once. Each connection costs memory and three file handles.
const READERS_MAX: u32 = 8;

/// The same for operators who are limited to a part of the site: there are few at once, and none at most sites.
const NARROW_READERS_MAX: u32 = 4;

/// Pages that the writer keeps at hand, in KiB: the ends of the log's indexes, each of which an event touches somewhere else.
const WRITER_CACHE_KIB: i64 = 64 * 1024;

/// The same for a reader.
const READER_CACHE_KIB: i64 = 8 * 1024;

/// Pages of the write-ahead log until they are written to their places, 64 MiB: fifty doors touch the same pages again and
/// again, and each is written to its place once for all of them.
const WAL_PAGES: u32 = 16 * 1024;

/// How long a caller waits for a connection before it hears that the file is busy. Longer than a
/// statement waits, so that the cause is told.
const CONNECTION_WAIT: Duration = Duration::from_secs(10);

/// All of them.
pub(super) struct Pools {
    readers: Pool<SqliteConnectionManager>,
    /// One connection, so that writers of this process queue here and not in SQLite's busy handler,
    /// which sleeps.
    writer: Pool<SqliteConnectionManager>,
    /// The same for operators who are limited: see [`super::within`]. Opened when the first of them comes.
    narrow_readers: Pool<SqliteConnectionManager>,
    narrow_writer: Pool<SqliteConnectionManager>,
}

impl Pools {
    pub(super) fn open(path: &Path) -> Result<Self, SiteError> {
        Ok(Self {
            readers: pool(path, READERS_MAX, Kept::Reader)?,
            writer: pool(path, 1, Kept::Writer)?,
            narrow_readers: pool(path, NARROW_READERS_MAX, Kept::NarrowReader)?,
            narrow_writer: pool(path, 1, Kept::NarrowWriter)?,
        })
    }

    /// A connection that reads.
    pub(super) fn reader(&self, narrow: bool) -> Result<PooledConnection<SqliteConnectionManager>, SiteError> {
        let readers = if narrow { &self.narrow_readers } else { &self.readers };
        readers.get().map_err(|_| SiteError::Busy)
    }

    /// The connection that writes. Whoever is limited has one of their own, and waits for the same turn.
    pub(super) fn writer(&self, narrow: bool) -> Result<Writer, SiteError> {
        let turn = self.writer.get().map_err(|_| SiteError::Busy)?;
        let own = narrow.then(|| self.narrow_writer.get().map_err(|_| SiteError::Busy)).transpose()?;
        Ok(Writer { turn, own })
    }
}

/// The turn to write, and what to write through if that is another connection.
pub(super) struct Writer {
    turn: PooledConnection<SqliteConnectionManager>,
    own: Option<PooledConnection<SqliteConnectionManager>>,
}

impl Writer {
    pub(super) fn begin(&mut self) -> Result<Transaction<'_>, SiteError> {
        let connection = self.own.as_mut().unwrap_or(&mut self.turn);
        Ok(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

/// What a connection is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Reader,
    Writer,
    NarrowReader,
    NarrowWriter,
}

impl Kept {
    fn reads(self) -> bool {
        matches!(self, Self::Reader | Self::NarrowReader)
    }

    /// A narrow reader writes what is within into its own memory, so the file itself refuses, and not the connection.
    fn flags(self) -> OpenFlags {
        let flags = file::flags();
        if self == Self::NarrowReader {
            flags.difference(OpenFlags::SQLITE_OPEN_READ_WRITE) | OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            flags
        }
    }

    fn set_up(self, connection: &Connection) -> rusqlite::Result<()> {
        file::configure(connection)?;
        called::teach(connection)?;
        // What is erased is overwritten, where that costs no page more.
        connection.pragma_update(None, "secure_delete", "FAST")?;
        connection.pragma_update(
            None,
            "cache_size",
            -(if self.reads() { READER_CACHE_KIB } else { WRITER_CACHE_KIB }),
        )?;
        connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
        connection.pragma_update(None, "query_only", self == Self::Reader)?;
        match self {
            Self::Reader | Self::Writer => Ok(()),
            Self::NarrowReader => within::narrow_reader(connection),
            Self::NarrowWriter => within::narrow_writer(connection),
        }
    }
}

fn pool(path: &Path, size: u32, kept: Kept) -> Result<Pool<SqliteConnectionManager>, SiteError> {
    let manager = SqliteConnectionManager::file(path)
        .with_flags(kept.flags())
        .with_init(move |connection| kept.set_up(connection));
    let at_once = u32::from(matches!(kept, Kept::Reader | Kept::Writer));
    Pool::builder()
        .max_size(size)
        .min_idle(Some(at_once))
        .max_lifetime(None)
        .idle_timeout(None)
        .test_on_check_out(false)
        .connection_timeout(CONNECTION_WAIT)
        .build(manager)
        .map_err(|error| SiteError::Storage(Box::new(error)))
}
