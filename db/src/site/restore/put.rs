//! Putting a backup back.
//!
//! ```text
//! FILE ──sound──▶ site.db.restore ──generations jump, on disk──▶ site.db.restoring
//! site.db ──kept──▶ site.db.before-N                            site.db.restoring ──▶ site.db
//! ```
//!
//! A power cut between the last two steps leaves `site.db.restoring`, with which no program opens the database: it does
//! not start with an empty one, nor with half of the old one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use access::time::UtcMs;
use rusqlite::TransactionBehavior;

use super::super::before::REPLACED;
use super::super::open::KIND;
use super::super::row::LIMIT_ALL;
use super::super::{Actor, SiteError, change, log};
use super::begin;
use super::make::{close, fill, new_file, remove, sync};
use super::sound::SoundBackup;
use crate::file::{self, FileError, beside, sync_folder_of};

/// What is put in the place of the database once it is whole stands beside it under this ending.
pub(in crate::site) const RESTORING: &str = ".restoring";

/// The same while it is made.
const MAKING: &str = ".restore";

/// A backup that was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutBack {
    /// Where what was there before is kept; none if nothing was there.
    pub kept: Option<PathBuf>,
    /// When the backup was made, if it says.
    pub made: Option<UtcMs>,
    /// The newest change in the backup.
    pub last_change: u64,
    /// The change from which generations go on.
    pub change: u64,
}

/// Why a backup was not put back. The database is as it was, unless the text says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The copy.
    #[error(transparent)]
    File(#[from] FileError),
    /// The system does not let us.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading or writing failed.
    #[error("the backup could not be put back: {0}")]
    Site(#[from] SiteError),
}

/// Lets the generations of a backup jump over everything that doors may have heard of, and puts it in the place of the
/// database, which is kept beside it. Whoever calls it holds the database's lock, so that no controller runs. From then on
/// doors are left alone until an operator has decided, see [`super::super::Site::decide`].
///
/// # Errors
/// [`RestoreError`].
pub fn put_back(
    backup: &SoundBackup,
    database: &Path,
    actor: &Actor<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<PutBack, RestoreError> {
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| RestoreError::Io { path, source }
    };
    let making = beside(database, MAKING);
    remove_with_logs(&making).and_then(|()| new_file(&making)).map_err(io(&making))?;
    let copy = fill(&backup.source, &making, |_| Ok(()), progress)?;
    copy.pragma_update(None, "journal_mode", "WAL").map_err(sql)?;
    close(copy)?;
    let mut connection = file::open(&making, &KIND)?;
    log::upgrade::bring_up(&mut connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
    let last_change = change::newest(&transaction)?;
    let name = backup.path.file_name().unwrap_or_default().to_string_lossy();
    let number = begin::begin(&transaction, actor, &name)?;
    log::changes::chain(&transaction, LIMIT_ALL)?;
    transaction.commit().map_err(sql)?;
    close(connection)?;
    sync(&making).map_err(io(&making))?;
    let kept = swap(&making, database, number).map_err(io(database))?;
    Ok(PutBack { kept, made: backup.made, last_change, change: number.cast_unsigned() })
}

/// The old one is kept with its write-ahead log, in which the newest of it may be.
fn swap(making: &Path, database: &Path, number: i64) -> io::Result<Option<PathBuf>> {
    let restoring = beside(database, RESTORING);
    fs::rename(making, &restoring)?;
    sync_folder_of(database)?;
    let kept = beside(database, &format!("{REPLACED}{number}"));
    let mut was_there = false;
    for ending in ["", "-wal", "-shm"] {
        match fs::rename(beside(database, ending), beside(&kept, ending)) {
            Ok(()) => was_there |= ending.is_empty(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    fs::rename(&restoring, database)?;
    sync_folder_of(database)?;
    Ok(was_there.then_some(kept))
}

fn remove_with_logs(path: &Path) -> io::Result<()> {
    ["", "-wal", "-shm", "-journal"].into_iter().try_for_each(|ending| remove(&beside(path, ending)))
}

fn sql(error: rusqlite::Error) -> RestoreError {
    RestoreError::Site(error.into())
}
