//! Opening the site database, and the two ways into it: [`Site::read`] and [`Site::write`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use access::id::SiteId;
use rusqlite::{Connection, OptionalExtension, Transaction};
use tokio::sync::watch;

use super::BackupError;
use super::audit::Told;
use super::audit::thing::Seen;
use super::before;
use super::called::{self, Speaking};
use super::once::OnceKey;
use super::pools::Pools;
use super::restore::RESTORING;
use super::within::{Limit, Within};
use super::{Language, SiteError};
use crate::file::{self, FileError, Kind};

mod embedded {
    refinery::embed_migrations!("migrations/site");
}

pub(crate) const KIND: Kind = Kind {
    what: "site database",
    remedy: "put a backup back with `kulku-controller restore FILE`",
    application_id: u32::from_be_bytes(*b"KulS"),
    migrations: embedded::migrations::runner,
    teach: called::teach,
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
    /// It is of an older program, and the copy that is made before it is migrated finds no room.
    #[error(
        "{path} is of an older program, and a copy of it is made before it is migrated: {needs} MB must be free beside it, \
         and {free} MB are: make room (old logs and backups first) and start again; it is as it was"
    )]
    NoRoom {
        /// The file.
        path: PathBuf,
        /// What must be free, in MB.
        needs: u64,
        /// What is free, in MB.
        free: u64,
    },
    /// It is of an older program, and the copy that is made before it is migrated could not be made.
    #[error("{path} is of an older program, and was not migrated, since no copy of it could be made first: {source}")]
    NoCopy {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<BackupError>,
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
    /// What whoever reads speaks: how doors and areas are named.
    speaks: Option<Language>,
}

struct Inner {
    id: SiteId,
    told: Told,
    pools: Pools,
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
    /// Opens the database of a site; creates it if there is none, migrates it if it is older, with a copy of it beside it
    /// first ([`super::older`]).
    ///
    /// # Errors
    /// [`OpenError`], which names the file and the remedy.
    pub fn open(path: &Path, site: &SiteId) -> Result<Self, OpenError> {
        let restoring = file::beside(path, RESTORING);
        if restoring.exists() {
            return Err(OpenError::Restoring { path: restoring });
        }
        before::keep(path)?;
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
            speaks: None,
            inner: Arc::new(Inner {
                id: site.clone(),
                told,
                pools: Pools::open(path).map_err(failed)?,
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

    /// What whoever asks is limited to; nothing if they have the whole site.
    #[must_use]
    pub fn limit(&self) -> Option<&Limit> {
        self.within.as_deref().map(Within::limit)
    }

    /// The same site, read by somebody who speaks this language: doors and areas are named in it, or by their main names if
    /// there is no language, or no name in it.
    #[must_use]
    pub fn speaking(&self, language: Option<Language>) -> Self {
        Self { speaks: language, ..self.clone() }
    }

    /// How changes are told of.
    pub(super) fn told(&self) -> &Told {
        &self.inner.told
    }

    /// Reads one consistent state, beside any writer.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Transaction<'_>) -> Result<T, SiteError>) -> Result<T, SiteError> {
        let mut connection = self.inner.pools.reader(self.within.is_some())?;
        let transaction = connection.transaction()?;
        self.narrow(&transaction)?;
        let _speaking = Speaking::begin(self.speaks);
        read(&transaction)
    }

    /// Writes all or nothing. What was written is on disk when this returns, and only then is anybody
    /// woken.
    pub(super) fn write<T>(
        &self,
        wakes: Wakes,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, SiteError>,
    ) -> Result<T, SiteError> {
        let mut writer = self.inner.pools.writer(self.within.is_some())?;
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
        let mut writer = self.inner.pools.writer(self.within.is_some())?;
        let transaction = writer.begin()?;
        self.narrow(&transaction)?;
        self.check_seen(&transaction)?;
        let result = write(&transaction)?;
        transaction.rollback()?;
        Ok(result)
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
