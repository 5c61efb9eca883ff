//! Opening the site database, and the two ways into it: [`Site::read`] and [`Site::write`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use access::id::SiteId;
use r2d2::{Pool, PooledConnection};
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use tokio::sync::watch;

use super::SiteError;
use super::audit::Told;
use super::audit::thing::Seen;
use super::once::OnceKey;
use super::restore::RESTORING;
use super::within::{self, Within};
use crate::file::{self, FileError, Kind};

mod embedded {
    refinery::embed_migrations!("migrations/site");
}

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

pub(super) const KIND: Kind = Kind {
    what: "site database",
    remedy: "put a backup back with `kulku-controller restore FILE`",
    application_id: u32::from_be_bytes(*b"KulS"),
    migrations: embedded::migrations::runner,
};

/// Why the site database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file itself.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file belongs to another site.
    #[error(
        "{path} is the database of site {found}, not of {expected}: correct the site's name or the path in the configuration"
    )]
    OtherSite {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: String,
        /// Whose it should be.
        expected: SiteId,
    },
    /// A power cut came while a backup was put back.
    #[error(
        "{path} is there: a backup was being put back when the machine or the program stopped; do it again with `kulku-controller restore FILE`"
    )]
    Restoring {
        /// The file that was to take its place.
        path: PathBuf,
    },
    /// SQLite reads it, and finds that it contradicts itself.
    #[error(
        "{path} is damaged ({problem}): keep a copy of it, and put a backup back with `kulku-controller restore FILE`; doors go on deciding meanwhile, and keep what happens"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found first.
        problem: String,
    },
    /// The file is sound, and reading it failed.
    #[error("{path} could not be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SiteError,
    },
}

/// The site database. Clones share it.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
    /// What has to be as it was seen for anything to be written.
    seen: Option<Seen>,
    /// What is being done once: its changes are marked.
    doing: Option<OnceKey>,
    /// What there is of it for whoever asks, if not all.
    within: Option<Arc<Within>>,
}

struct Inner {
    id: SiteId,
    told: Told,
    readers: Pool<SqliteConnectionManager>,
    /// One connection, so that writers of this process queue here and not in SQLite's busy handler,
    /// which sleeps.
    writer: Pool<SqliteConnectionManager>,
    /// The same for operators who are limited: see [`super::within`]. Opened when the first of them comes.
    narrow_readers: Pool<SqliteConnectionManager>,
    narrow_writer: Pool<SqliteConnectionManager>,
    changes: watch::Sender<u64>,
    news: watch::Sender<u64>,
    requests: watch::Sender<u64>,
}

/// Whom a transaction wakes once it is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wakes {
    /// Nobody.
    Nobody,
    /// Those who wait for [`Site::changes`], if there is a new change.
    Changes,
    /// Those who wait for [`Site::news`]; and as always those who wait for changes, if there is one.
    News,
    /// Those who wait for [`Site::requests`] and [`Site::news`].
    Requests,
}

impl Site {
    /// Opens the database of a site; creates it if there is none, migrates it if it is older.
    ///
    /// # Errors
    /// [`OpenError`], which names the file and the remedy.
    pub fn open(path: &Path, site: &SiteId) -> Result<Self, OpenError> {
        let restoring = file::beside(path, RESTORING);
        if restoring.exists() {
            return Err(OpenError::Restoring { path: restoring });
        }
        let mut connection = file::open(path, &KIND)?;
        let failed = |source: SiteError| OpenError::Read { path: path.to_path_buf(), source };
        let found = owner(&connection, site).map_err(failed)?;
        if found != site.as_str() {
            return Err(OpenError::OtherSite { path: path.to_path_buf(), found, expected: site.clone() });
        }
        super::log::upgrade::bring_up(&mut connection).map_err(failed)?;
        let newest = super::change::newest(&connection).map_err(failed)?;
        let told = Told::read(&connection).map_err(failed)?;
        Ok(Self {
            seen: None,
            doing: None,
            within: None,
            inner: Arc::new(Inner {
                id: site.clone(),
                told,
                readers: pool(path, READERS_MAX, Kept::Reader).map_err(failed)?,
                writer: pool(path, 1, Kept::Writer).map_err(failed)?,
                narrow_readers: pool(path, NARROW_READERS_MAX, Kept::NarrowReader).map_err(failed)?,
                narrow_writer: pool(path, 1, Kept::NarrowWriter).map_err(failed)?,
                changes: watch::Sender::new(newest),
                news: watch::Sender::new(0),
                requests: watch::Sender::new(0),
            }),
        })
    }

    /// Whose it is.
    #[must_use]
    pub fn id(&self) -> &SiteId {
        &self.inner.id
    }

    /// The newest change number, as a wake-up: readers read again.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Counts up at each intake, status, alarm and command result.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<u64> {
        self.inner.news.subscribe()
    }

    /// Counts up at each requested command and each requested encoding.
    #[must_use]
    pub fn requests(&self) -> watch::Receiver<u64> {
        self.inner.requests.subscribe()
    }

    /// The same site, which writes only while a thing is as it was seen.
    pub(super) fn guarded(&self, seen: Seen) -> Self {
        Self { seen: Some(seen), ..self.clone() }
    }

    /// The same site, which marks what it changes as done by this request.
    pub(super) fn marking(&self, key: OnceKey) -> Self {
        Self { doing: Some(key), ..self.clone() }
    }

    /// The same site, as far as it is there for somebody who is limited to a part of it.
    #[must_use]
    pub fn within(&self, within: Arc<Within>) -> Self {
        Self { within: Some(within), ..self.clone() }
    }

    /// How changes are told of.
    pub(super) fn told(&self) -> &Told {
        &self.inner.told
    }

    /// Reads one consistent state, beside any writer.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Transaction<'_>) -> Result<T, SiteError>) -> Result<T, SiteError> {
        let readers = if self.within.is_some() { &self.inner.narrow_readers } else { &self.inner.readers };
        let mut connection = readers.get().map_err(|_| SiteError::Busy)?;
        let transaction = connection.transaction()?;
        self.narrow(&transaction)?;
        read(&transaction)
    }

    /// Writes all or nothing. What was written is on disk when this returns, and only then is anybody
    /// woken.
    pub(super) fn write<T>(
        &self,
        wakes: Wakes,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, SiteError>,
    ) -> Result<T, SiteError> {
        let mut writer = self.writer()?;
        let transaction = writer.begin()?;
        self.narrow(&transaction)?;
        self.check_seen(&transaction)?;
        let before = super::change::newest(&transaction)?;
        let result = write(&transaction)?;
        let newest = super::change::newest(&transaction)?;
        if newest > before {
            self.inner.told.note(&transaction, before)?;
            super::log::changes::chain(&transaction, super::row::LIMIT_ALL)?;
            super::states::touch(&transaction, before, newest)?;
            super::counters::tell(&transaction, before, newest)?;
            super::passages::tell(&transaction, before, newest)?;
            if let Some(key) = &self.doing {
                super::once::mark(&transaction, key, newest)?;
            }
        }
        transaction.commit()?;
        self.wake(wakes, newest);
        Ok(result)
    }

    /// Writes, looks at what that makes, and takes it back. Others cannot write meanwhile.
    pub(super) fn try_out<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, SiteError>,
    ) -> Result<T, SiteError> {
        let mut writer = self.writer()?;
        let transaction = writer.begin()?;
        self.narrow(&transaction)?;
        self.check_seen(&transaction)?;
        let result = write(&transaction)?;
        transaction.rollback()?;
        Ok(result)
    }

    /// The connection that writes. Whoever is limited has one of their own, and waits for the same turn.
    fn writer(&self) -> Result<Writer, SiteError> {
        let turn = self.inner.writer.get().map_err(|_| SiteError::Busy)?;
        let narrow = self.within.as_ref().map(|_| self.inner.narrow_writer.get().map_err(|_| SiteError::Busy));
        Ok(Writer { turn, narrow: narrow.transpose()? })
    }

    fn narrow(&self, db: &Connection) -> Result<(), SiteError> {
        self.within.as_ref().map_or(Ok(()), |within| within.fill(db))
    }

    fn check_seen(&self, db: &Connection) -> Result<(), SiteError> {
        self.seen.as_ref().map_or(Ok(()), |seen| seen.check(db))
    }

    fn wake(&self, wakes: Wakes, newest: u64) {
        let count_up = |sender: &watch::Sender<u64>| {
            sender.send_modify(|count| *count = count.wrapping_add(1));
        };
        self.inner.changes.send_if_modified(|known| {
            let is_new = newest > *known;
            *known = newest.max(*known);
            is_new
        });
        match wakes {
            Wakes::Nobody | Wakes::Changes => {}
            Wakes::News => count_up(&self.inner.news),
            Wakes::Requests => {
                count_up(&self.inner.requests);
                count_up(&self.inner.news);
            }
        }
    }
}

/// The turn to write, and what to write through if that is another connection.
struct Writer {
    turn: PooledConnection<SqliteConnectionManager>,
    narrow: Option<PooledConnection<SqliteConnectionManager>>,
}

impl Writer {
    fn begin(&mut self) -> Result<Transaction<'_>, SiteError> {
        let connection = self.narrow.as_mut().unwrap_or(&mut self.turn);
        Ok(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

/// Whose file this is; a new one becomes ours.
fn owner(connection: &Connection, site: &SiteId) -> Result<String, SiteError> {
    let found = connection.query_row("SELECT name FROM site WHERE id = 1", [], |row| row.get(0)).optional()?;
    if let Some(found) = found {
        return Ok(found);
    }
    let sql = "INSERT INTO site (id, name, log_head, log_chain) VALUES (1, $1, $2, 2)";
    connection.execute(sql, (site.as_str(), [0_u8; 32]))?;
    Ok(site.as_str().to_owned())
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
