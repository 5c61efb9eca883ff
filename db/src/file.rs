//! Opening a database file: made whole or not at all, and refused by name if it is damaged, foreign or
//! from the future.
//!
//! ```text
//! nothing there ──▶ made beside its place, migrated, then moved there
//! there         ──▶ header read ──▶ connection, migrations ──▶ ready
//!                        └─▶ empty | truncated | foreign        └─▶ newer | damaged
//! ```

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use refinery::Runner;
use rusqlite::{Connection, OpenFlags};

mod damage;
mod header;

pub use damage::{is_damage, mend_first_page, move_aside};
pub(crate) use damage::{move_aside_as, reading_twice, remove_whole, rename_whole};

/// How long a statement waits for another writer before it reports that the file is busy. Our own
/// transactions take milliseconds; a backup by another process may take seconds.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// Prepared statements that a connection keeps. More than this crate has for one file.
const STATEMENTS_KEPT: usize = 128;

/// A kind of database file.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// What people call it, such as `site database`.
    pub what: &'static str,
    /// What a person does about a damaged one, such as `restore a backup`.
    pub remedy: &'static str,
    /// SQLite's `application_id`, by which a file of another kind is told.
    pub application_id: u32,
    /// The migrations that this program knows.
    pub migrations: fn() -> Runner,
    /// Gives a connection the functions that this program's statements ask for.
    pub teach: fn(&Connection) -> rusqlite::Result<()>,
}

/// Why a database file cannot be opened. Every text names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system does not let us.
    #[error(
        "{path} cannot be opened: {source}: check the path in the configuration and this user's rights to the file and its folder"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No byte in it, so it is not what we left there.
    #[error("{path} is empty, so it was truncated: {remedy}, or remove the file to start anew")]
    Empty {
        /// The file.
        path: PathBuf,
        /// What to do.
        remedy: &'static str,
    },
    /// Its end is missing.
    #[error("{path} is truncated: it has {has} bytes and needs {needs}: {remedy}")]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes that are there.
        has: u64,
        /// Bytes that its header speaks of.
        needs: u64,
        /// What to do.
        remedy: &'static str,
    },
    /// Not ours.
    #[error("{path} is not a {what} of Kulku: correct the path in the configuration, or move the file away")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// Written by a newer program.
    #[error(
        "{path} has schema {found} and this program knows schemas up to {known}: start the newer program, or restore a backup of before the upgrade"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema in the file.
        found: i64,
        /// The newest schema of this program.
        known: i64,
    },
    /// SQLite does not read it, or it could not be migrated.
    #[error("{path} cannot be used as a {what}: {source}: {remedy} if this stays so")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
        /// What SQLite said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Opens a file for writing and brings its schema up to date; makes it if there is none.
///
/// # Errors
/// [`FileError`].
pub fn open(path: &Path, kind: &Kind) -> Result<Connection, FileError> {
    match fs::metadata(path) {
        Ok(_) => header::check(path, kind)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path, kind)?,
        Err(source) => return Err(unreadable(path, source)),
    }
    let mut connection = connect(path, kind).map_err(|error| unusable(path, kind, error))?;
    migrate(&mut connection, path, kind)?;
    Ok(connection)
}

/// Connects to a file that is there, as it is: nothing is migrated.
///
/// # Errors
/// [`FileError`], also if a newer program has written it.
pub fn connect_to(path: &Path, kind: &Kind) -> Result<Connection, FileError> {
    header::check(path, kind)?;
    let connection = connect(path, kind).map_err(|error| unusable(path, kind, error))?;
    check_schema(&connection, path, kind)?;
    Ok(connection)
}

/// The schema of a file that is there, and the newest that this program knows. Nothing is migrated.
///
/// # Errors
/// [`FileError`], also if a newer program has written it.
pub(crate) fn schemas(path: &Path, kind: &Kind) -> Result<(i64, i64), FileError> {
    header::check(path, kind)?;
    let connection = connect(path, kind).map_err(|error| unusable(path, kind, error))?;
    check_schema(&connection, path, kind)
}

/// Flags for every connection: the file must be there, and each connection stays with one thread at a
/// time.
#[must_use]
pub fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Sets a connection up. What was committed survives a power cut, at the price of one sync for each
/// transaction.
///
/// # Errors
/// What SQLite says.
pub fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;")
}

fn connect(path: &Path, kind: &Kind) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags())?;
    configure(&connection)?;
    (kind.teach)(&connection)?;
    Ok(connection)
}

/// A file that is found at its place is whole: it is made beside it and moved, so a power cut leaves
/// nothing half made. Only its owner may read it, since keys are in it.
fn create(path: &Path, kind: &Kind) -> Result<(), FileError> {
    let new = beside(path, ".new");
    remove_whole(&new)?;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .map_err(|source| unreadable(path, source))?;
    fill(&new, path, kind)?;
    fs::rename(&new, path).and_then(|()| sync_folder_of(path)).map_err(|source| unreadable(path, source))
}

fn fill(new: &Path, path: &Path, kind: &Kind) -> Result<(), FileError> {
    let mut connection = connect(new, kind).map_err(|error| unusable(path, kind, error))?;
    connection
        .pragma_update(None, "application_id", kind.application_id)
        .and_then(|()| connection.pragma_update(None, "journal_mode", "WAL"))
        .map_err(|error| unusable(path, kind, error))?;
    migrate(&mut connection, path, kind)?;
    // The last connection takes the write-ahead log into the file, so that one name can be moved.
    connection.close().map_err(|(_, error)| unusable(path, kind, error))
}

fn migrate(connection: &mut Connection, path: &Path, kind: &Kind) -> Result<(), FileError> {
    check_schema(connection, path, kind)?;
    let runner = (kind.migrations)().set_grouped(true);
    runner.run(connection).map(|_| ()).map_err(|error| unusable(path, kind, error))
}

/// Refuses a file that a newer program has written. Its schema, and the newest that this program knows.
fn check_schema(connection: &Connection, path: &Path, kind: &Kind) -> Result<(i64, i64), FileError> {
    let runner = (kind.migrations)();
    let known = runner.get_migrations().iter().map(|migration| i64::from(migration.version())).max().unwrap_or(0);
    let found = schema(connection).map_err(|error| unusable(path, kind, error))?;
    if found > known {
        let path = path.to_path_buf();
        return Err(FileError::Newer { path, found, known });
    }
    Ok((found, known))
}

/// The schema that a file has; 0 if it has none yet.
pub(crate) fn schema(connection: &Connection) -> rusqlite::Result<i64> {
    let has_history: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'refinery_schema_history')",
        [],
        |row| row.get(0),
    )?;
    if !has_history {
        return Ok(0);
    }
    connection.query_row("SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history", [], |row| row.get(0))
}

/// The path with something after its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes the names in the file's folder survive a power cut.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

pub(crate) fn unreadable(path: &Path, source: io::Error) -> FileError {
    FileError::Unreadable { path: path.to_path_buf(), source }
}

fn unusable(path: &Path, kind: &Kind, source: impl std::error::Error + Send + Sync + 'static) -> FileError {
    FileError::Unusable { path: path.to_path_buf(), what: kind.what, remedy: kind.remedy, source: Box::new(source) }
}
