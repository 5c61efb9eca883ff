//! Making a backup beside a controller that runs.
//!
//! ```text
//! site.db ──pages of one moment──▶ OUT.part ──checked, digest behind it, on disk──▶ OUT
//! ```

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use access::time::UtcMs;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::super::SiteError;
use super::super::open::KIND;
use super::sound::{holds, problem};
use super::{SCHEMA_WITH_BACKUP, digest};
use crate::file::{self, FileError, beside, sync_folder_of};

/// Pages that are copied at once: 4 MiB, some ten milliseconds of a disk that the intake waits for as well.
const STEP_PAGES: i32 = 1_024;

/// Pause after each step, in which the disk is the others'.
const PAUSE: Duration = Duration::from_millis(5);

/// Longest wait for a step that finds the file locked.
const LOCKED_TRIES: u32 = 1_000;

/// A backup that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupDone {
    /// Its length, with its digest.
    pub bytes: u64,
    /// Its schema.
    pub schema: i64,
    /// The newest change in it.
    pub change: u64,
    /// The newest row of the log in it.
    pub row: u64,
}

/// Why a backup was not made. Nothing is left behind.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is there, and might be the only good one.
    #[error("{path} is there already, and nothing is written over: name another file")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The system does not let us.
    #[error("{path}: {source}; choose a place with room and rights for it")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The copy is not sound, and so the database is not either.
    #[error(
        "the copy of {path} is not sound ({problem}), and was thrown away: the database is damaged; restore an earlier backup"
    )]
    Unsound {
        /// The database.
        path: PathBuf,
        /// What SQLite found first.
        problem: String,
    },
    /// Reading or writing failed.
    #[error("the backup could not be made: {0}")]
    Site(#[from] SiteError),
}

/// Copies the database of one moment into a new file that only its owner may read, while others go on using it, checks
/// the copy, writes its digest behind it, and gives it its name once it is on the disk. `program` is the version that makes it. `progress` hears
/// how many pages are left, of how many.
///
/// # Errors
/// [`BackupError`].
pub fn back_up(
    database: &Path,
    out: &Path,
    program: &str,
    at: UtcMs,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<BackupDone, BackupError> {
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| BackupError::Io { path, source }
    };
    if out.try_exists().map_err(io(out))? {
        return Err(BackupError::Exists { path: out.to_path_buf() });
    }
    let source = file::connect_to(database, &KIND)?;
    let part = beside(out, ".part");
    remove(&part).and_then(|()| new_file(&part)).map_err(io(&part))?;
    let made = (|| {
        let copy = fill(
            &source,
            &part,
            |copy| {
                let sql = "INSERT INTO backup (id, made_ms, program) VALUES (1, $1, $2)
                       ON CONFLICT (id) DO UPDATE SET made_ms = excluded.made_ms, program = excluded.program";
                // A file of an older schema has no place for it, and is a good backup all the same.
                let has_place = file::schema(copy)? >= SCHEMA_WITH_BACKUP;
                if has_place {
                    copy.execute(sql, (at.0, program))?;
                }
                Ok(())
            },
            progress,
        )?;
        if let Some(problem) = problem(&copy)? {
            return Err(BackupError::Unsound { path: database.to_path_buf(), problem });
        }
        let done = holds(&copy, 0)?;
        close(copy)?;
        digest::append(&part).map_err(io(&part))?;
        sync(&part).map_err(io(&part))?;
        fs::rename(&part, out).and_then(|()| sync_folder_of(out)).map_err(io(out))?;
        let bytes = fs::metadata(out).map_err(io(out))?.len();
        Ok(BackupDone { bytes, ..done })
    })();
    if made.is_err() {
        // What cannot be removed says by its name that it is no backup.
        let _ = remove(&part);
    }
    made
}

/// Copies the pages of one moment, and lets `mark` write into the copy.
pub(super) fn fill(
    source: &Connection,
    to: &Path,
    mark: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Connection, SiteError> {
    let mut copy = Connection::open_with_flags(to, file::flags())?;
    // Without a transaction of its own each write of another would make the copy begin anew.
    source.execute_batch("BEGIN")?;
    // Only a read begins it, and fixes the moment.
    file::schema(source)?;
    copy_pages(source, &mut copy, progress)?;
    source.execute_batch("COMMIT")?;
    // One file, that can be carried away.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    mark(&copy)?;
    Ok(copy)
}

fn copy_pages(source: &Connection, copy: &mut Connection, progress: &mut dyn FnMut(u64, u64)) -> Result<(), SiteError> {
    let backup = Backup::new(source, copy)?;
    let mut locked = 0;
    loop {
        match backup.step(STEP_PAGES)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {
                locked = 0;
                let pages = backup.progress();
                let number = |pages: i32| u64::try_from(pages).unwrap_or(0);
                progress(number(pages.remaining), number(pages.pagecount));
            }
            _ if locked >= LOCKED_TRIES => return Err(SiteError::Busy),
            _ => locked += 1,
        }
        // Nobody wakes this thread: others get the file in between.
        std::thread::park_timeout(PAUSE);
    }
}

/// Only its owner may read it: the keys of doors are in it.
pub(super) fn new_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map(drop)
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

pub(super) fn close(connection: Connection) -> Result<(), SiteError> {
    connection.close().map_err(|(_, error)| error.into())
}
