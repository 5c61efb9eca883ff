//! The two kinds of file, and how their connections are set up.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::DoorDbError;
use crate::file::{self, Kind};

/// Page cache of one connection in KiB. The operating system caches the file as well, so a larger one
/// would only cost the memory of a small board.
const CACHE_KIB: i64 = 2_048;

mod whitelist {
    refinery::embed_migrations!("migrations/door/whitelist");
}

mod journal {
    refinery::embed_migrations!("migrations/door/journal");
}

const WHITELIST: Kind = Kind {
    what: "door's whitelist",
    remedy: "move it away, and the controller sends what the door needs",
    application_id: u32::from_be_bytes(*b"KulW"),
    migrations: whitelist::migrations::runner,
};

const JOURNAL: Kind = Kind {
    what: "door's journal",
    remedy: "keep a copy, since it may hold events that nobody else has, and move it away: the door begins a new one",
    application_id: u32::from_be_bytes(*b"KulJ"),
    migrations: journal::migrations::runner,
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

fn open_writer(path: &Path, kind: &Kind) -> Result<Connection, DoorDbError> {
    let connection = file::open(path, kind)?;
    bound_cache(&connection).map_err(|source| DoorDbError::Sql { path: path.to_path_buf(), source })?;
    Ok(connection)
}

fn bound_cache(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -CACHE_KIB)
}
