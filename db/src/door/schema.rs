//! The two kinds of file, and how their connections are set up.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::DoorDbError;
use crate::file::{self, Kind};

/// Page cache of one connection in KiB. The operating system caches the file as well, so a larger one
/// would only cost the memory of a small board.
const CACHE_KIB: i64 = 2_048;

/// What a write-ahead log keeps on the disk after a large transaction, in bytes.
const WAL_BYTES_KEPT: i64 = 4 * 1024 * 1024;

mod whitelist {
    refinery::embed_migrations!("migrations/door/whitelist");
}

mod journal {
    refinery::embed_migrations!("migrations/door/journal");
}

pub(super) const WHITELIST: Kind = Kind {
    what: "door's whitelist",
    remedy: "move it away, and the controller sends what the door needs",
    application_id: u32::from_be_bytes(*b"KulW"),
    migrations: whitelist::migrations::runner,
    teach: |_| Ok(()),
};

pub(super) const JOURNAL: Kind = Kind {
    what: "door's journal",
    remedy: "keep a copy, since it may hold events that nobody else has, and move it away: the door begins a new one",
    application_id: u32::from_be_bytes(*b"KulJ"),
    migrations: journal::migrations::runner,
    teach: |_| Ok(()),
};

/// Opens `whitelist.db` for writing and brings its tables up to date.
pub(super) fn open_whitelist(path: &Path) -> Result<Connection, DoorDbError> {
    open_writer(path, &WHITELIST)
}

/// Opens `journal.db` for writing and brings its tables up to date.
pub(super) fn open_journal(path: &Path) -> Result<Connection, DoorDbError> {
    open_writer(path, &JOURNAL)
}

/// Opens a file that [`open_whitelist`] or [`open_journal`] has prepared, for reading only.
pub(super) fn open_reader(path: &Path) -> Result<Connection, DoorDbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        file::configure(&connection)?;
        bound_cache(&connection)?;
        Ok(connection)
    };
    open().map_err(|source| DoorDbError::Sql { path: path.to_path_buf(), source })
}

/// Opens a damaged journal that was moved aside, to read what still reads; `sound` is a new one of the same kind. Nothing
/// if SQLite does not even begin.
pub(super) fn open_damaged(aside: &Path, sound: &Path) -> Option<Connection> {
    let open = || {
        let connection = Connection::open_with_flags(aside, file::flags())?;
        bound_cache(&connection)?;
        connection.query_row("SELECT count(*) FROM sqlite_master WHERE name = 'event'", [], |row| row.get(0)).and_then(
            |tables: i64| if tables == 1 { Ok(connection) } else { Err(rusqlite::Error::QueryReturnedNoRows) },
        )
    };
    open()
        .or_else(|error| {
            tracing::warn!(%error, "the first page of the damaged journal is mended from a new one");
            file::mend_first_page(aside, sound).map_err(|_| rusqlite::Error::QueryReturnedNoRows)?;
            open()
        })
        .ok()
}

fn open_writer(path: &Path, kind: &Kind) -> Result<Connection, DoorDbError> {
    let connection = file::open(path, kind)?;
    bound_cache(&connection)
        .and_then(|()| connection.pragma_update_and_check(None, "journal_size_limit", WAL_BYTES_KEPT, |_| Ok(())))
        .map_err(|source| DoorDbError::Sql { path: path.to_path_buf(), source })?;
    Ok(connection)
}

fn bound_cache(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -CACHE_KIB)
}
