//! Making a backup beside a controller that runs, and putting one back.
//!
//! ```text
//! back_up    site.db ──pages of one moment──▶ OUT.part ──checked, on disk──▶ OUT
//!
//! put_back   FILE ──checked──▶ site.db.restore ──generations jump, on disk──▶ site.db.restoring
//!            site.db ──kept──▶ site.db.before-N                              site.db.restoring ──▶ site.db
//! ```
//!
//! A power cut between the last two steps leaves `site.db.restoring`, with which no program opens the database: it does
//! not start with an empty one, nor with half of the old one.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use access::id::SiteId;
use access::time::UtcMs;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, TransactionBehavior};

use super::super::open::KIND;
use super::super::row::LIMIT_ALL;
use super::super::{Actor, SiteError, change, log, row};
use super::begin;
use crate::file::{self, FileError, beside, sync_folder_of};

/// What is put in the place of the database once it is whole stands beside it under this ending.
pub(in crate::site) const RESTORING: &str = ".restoring";

/// The same while it is made.
const MAKING: &str = ".restore";

/// Pages that are copied at once: 4 MiB, some ten milliseconds of a disk that the intake waits for as well.
const STEP_PAGES: i32 = 1_024;

/// Pause after each step, in which the disk is the others'.
const PAUSE: Duration = Duration::from_millis(5);

/// Longest wait for a step that finds the file locked.
const LOCKED_TRIES: u32 = 1_000;

/// A backup that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupDone {
    /// Its length.
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
    /// The backup.
    #[error(transparent)]
    File(#[from] FileError),
    /// It belongs to another site.
    #[error("{path} is a backup of site {found}, not of {expected}: choose another file")]
    OtherSite {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: String,
        /// Whose it should be.
        expected: SiteId,
    },
    /// The backup is not sound.
    #[error("{path} is not sound ({problem}), and was not put back: choose an earlier one")]
    Unsound {
        /// The file.
        path: PathBuf,
        /// What SQLite found first.
        problem: String,
    },
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

/// Copies the database of one moment into a new file that only its owner may read, while others go on using it, checks
/// the copy, and gives it its name once it is on the disk. `program` is the version that makes it. `progress` hears
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
        let done = fill(
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
        if let Some(problem) = problem(&done.0)? {
            return Err(BackupError::Unsound { path: database.to_path_buf(), problem });
        }
        close(done.0)?;
        sync(&part).map_err(io(&part))?;
        fs::rename(&part, out).and_then(|()| sync_folder_of(out)).map_err(io(out))?;
        let bytes = fs::metadata(out).map_err(io(out))?.len();
        Ok(BackupDone { bytes, ..done.1 })
    })();
    if made.is_err() {
        // What cannot be removed says by its name that it is no backup.
        let _ = remove(&part);
    }
    made
}

/// The first schema whose rows of the log have heads.
const SCHEMA_WITH_CHAIN: i64 = 7;

/// The first schema with the table `backup`.
const SCHEMA_WITH_BACKUP: i64 = 8;

/// Checks a backup, lets its generations jump over everything that doors may have heard of, and puts it in the place of
/// the database, which is kept beside it. Whoever calls it holds the database's lock, so that no controller runs. From
/// then on doors are left alone until an operator has decided, see [`super::super::Site::decide`].
///
/// # Errors
/// [`RestoreError`].
pub fn put_back(
    backup: &Path,
    database: &Path,
    site: &SiteId,
    actor: &Actor<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<PutBack, RestoreError> {
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| RestoreError::Io { path, source }
    };
    let source = file::connect_to(backup, &KIND)?;
    let found: String = source.query_row("SELECT name FROM site WHERE id = 1", [], |r| r.get(0)).map_err(sql)?;
    if found != site.as_str() {
        let path = backup.to_path_buf();
        return Err(RestoreError::OtherSite { path, found, expected: site.clone() });
    }
    if let Some(problem) = problem(&source)? {
        return Err(RestoreError::Unsound { path: backup.to_path_buf(), problem });
    }
    let making = beside(database, MAKING);
    remove_with_logs(&making).and_then(|()| new_file(&making)).map_err(io(&making))?;
    let (copy, _) = fill(&source, &making, |_| Ok(()), progress)?;
    copy.pragma_update(None, "journal_mode", "WAL").map_err(sql)?;
    close(copy)?;
    let mut connection = file::open(&making, &KIND)?;
    log::upgrade::bring_up(&mut connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
    let last_change = change::newest(&transaction)?;
    let made: Option<i64> = row::first(
        row::prepare(&transaction, "SELECT made_ms FROM backup WHERE id = 1")?.query([]).map_err(sql)?,
        |r| Ok(r.get(0)?),
    )?;
    let name = backup.file_name().unwrap_or_default().to_string_lossy();
    let number = begin::begin(&transaction, actor, &name)?;
    log::changes::chain(&transaction, LIMIT_ALL)?;
    transaction.commit().map_err(sql)?;
    close(connection)?;
    sync(&making).map_err(io(&making))?;
    let kept = swap(&making, database, number).map_err(io(database))?;
    Ok(PutBack { kept, made: made.map(UtcMs), last_change, change: number.cast_unsigned() })
}

/// The old one is kept with its write-ahead log, in which the newest of it may be.
fn swap(making: &Path, database: &Path, number: i64) -> io::Result<Option<PathBuf>> {
    let restoring = beside(database, RESTORING);
    fs::rename(making, &restoring)?;
    sync_folder_of(database)?;
    let kept = beside(database, &format!(".before-{number}"));
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

/// Copies the pages of one moment, and lets `mark` write into the copy.
fn fill(
    source: &Connection,
    to: &Path,
    mark: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(Connection, BackupDone), SiteError> {
    let mut copy = Connection::open_with_flags(to, file::flags())?;
    // Without a transaction of its own each write of another would make the copy begin anew.
    source.execute_batch("BEGIN")?;
    let change = change::newest(source)?;
    let row: i64 = source.query_row("SELECT COALESCE(MAX(id), 0) FROM event", [], |r| r.get(0))?;
    copy_pages(source, &mut copy, progress)?;
    source.execute_batch("COMMIT")?;
    // One file, that can be carried away.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    mark(&copy)?;
    let schema = file::schema(&copy)?;
    Ok((copy, BackupDone { bytes: 0, schema, change, row: row.cast_unsigned() }))
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

/// What SQLite finds first that contradicts itself in a file.
pub(super) fn problem(connection: &Connection) -> Result<Option<String>, SiteError> {
    let found = connection.query_row("PRAGMA integrity_check(1)", [], |r| r.get::<_, String>(0));
    let found = match found {
        Ok(found) => found,
        Err(error) if is_damage(&error) => return Ok(Some(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    if found != "ok" {
        return Ok(Some(found));
    }
    if file::schema(connection)? >= SCHEMA_WITH_CHAIN && !log_ends(connection)? {
        return Ok(Some("the log does not end where its chain says".to_owned()));
    }
    let mut statement = row::prepare(connection, "PRAGMA foreign_key_check")?;
    row::first(statement.query([])?, |r| Ok(format!("a row of {} belongs to nothing", r.get::<_, String>(0)?)))
}

/// Whether the newest row is the one that the chain ends with; `log verify` looks at all of them.
fn log_ends(connection: &Connection) -> Result<bool, SiteError> {
    let sql = "SELECT s.log_chain <> 2 OR (s.log_row = (SELECT COALESCE(MAX(id), 0) FROM event)
                      AND (s.log_row = 0 OR s.log_head = (SELECT e.head FROM event e WHERE e.id = s.log_row)))
               FROM site s WHERE s.id = 1";
    Ok(connection.query_row(sql, [], |r| r.get(0))?)
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// Only its owner may read it: the keys of doors are in it.
fn new_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map(drop)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove_with_logs(path: &Path) -> io::Result<()> {
    ["", "-wal", "-shm", "-journal"].into_iter().try_for_each(|ending| remove(&beside(path, ending)))
}

fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn close(connection: Connection) -> Result<(), SiteError> {
    connection.close().map_err(|(_, error)| error.into())
}

fn sql(error: rusqlite::Error) -> RestoreError {
    RestoreError::Site(error.into())
}
