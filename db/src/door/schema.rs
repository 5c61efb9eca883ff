//! Opening the two files: pragmas, migrations, and the refusal of a file that has been cut.

use std::path::{Path, PathBuf};
use std::time::Duration;

use refinery::Runner;
use rusqlite::{Connection, OpenFlags};

use super::DoorDbError;

/// Longest wait for another connection of the same process. Nobody holds a file for longer than one
/// bounded transaction.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// Page cache of one connection in KiB. The operating system caches the file as well, so a larger one
/// would only cost the memory of a small board.
const CACHE_KIB: i64 = 2_048;

mod whitelist {
    refinery::embed_migrations!("migrations/door/whitelist");
}

mod journal {
    refinery::embed_migrations!("migrations/door/journal");
}

/// Opens `whitelist.db` for writing and brings its tables up to date.
pub(super) fn open_whitelist(path: &Path) -> Result<Connection, DoorDbError> {
    open_writer(path, &whitelist::migrations::runner())
}

/// Opens `journal.db` for writing and brings its tables up to date.
pub(super) fn open_journal(path: &Path) -> Result<Connection, DoorDbError> {
    open_writer(path, &journal::migrations::runner())
}

/// Opens a file that [`open_whitelist`] or [`open_journal`] has prepared, for reading only.
pub(super) fn open_reader(path: &Path) -> Result<Connection, DoorDbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| unusable(path, &e))?;
    configure(&connection).map_err(|e| unusable(path, &e))?;
    Ok(connection)
}

fn open_writer(path: &Path, migrations: &Runner) -> Result<Connection, DoorDbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|e| unusable(path, &e))?;
    configure(&connection).map_err(|e| unusable(path, &e))?;
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .map_err(|e| unusable(path, &e))?;
    refuse_truncated(path, &connection)?;
    migrations.run(&mut connection).map_err(|error| DoorDbError::Open {
        path: path.to_path_buf(),
        reason: format!("its tables cannot be brought up to date: {error}"),
    })?;
    Ok(connection)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_WAIT)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)
}

/// SQLite notices missing pages only when it comes to them, perhaps at a tap in the night. The length
/// is checked after the write-ahead log has been brought home, since until then it may hold the rest.
fn refuse_truncated(path: &Path, connection: &Connection) -> Result<(), DoorDbError> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let bytes = || {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(number("page_size")?.saturating_mul(number("page_count")?))
    };
    let expected = bytes().map_err(|e: rusqlite::Error| unusable(path, &e))?;
    let found = std::fs::metadata(path).map_or(0, |file| file.len());
    if i64::try_from(found).unwrap_or(i64::MAX) < expected {
        return Err(DoorDbError::Open {
            path: path.to_path_buf(),
            reason: format!(
                "it is truncated: {found} of {expected} bytes are there. Restore it, or move it \
                 away and the controller sends what the door needs"
            ),
        });
    }
    Ok(())
}

fn unusable(path: &Path, error: &rusqlite::Error) -> DoorDbError {
    DoorDbError::Open {
        path: PathBuf::from(path),
        reason: format!("{error}. If it is damaged, move it away and the controller sends what the door needs"),
    }
}
