//! What the door knows about the card in front of it.

use std::path::{Path, PathBuf};

use access::entry::Entry;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::{DoorDbError, from_sql, schema};

/// One statement, so that generation and entry are of the same list even while it is being replaced.
const LOOKUP: &str = "SELECT meta.generation, entry.body FROM meta \
    LEFT JOIN entry ON entry.list = meta.active AND entry.uid = $1 WHERE meta.one = 1";

/// A reading connection to `whitelist.db`. The writer never makes it wait.
#[derive(Debug)]
pub struct Lookup {
    path: PathBuf,
    pub(super) connection: Connection,
}

impl Lookup {
    /// Opens a file that a [`super::WhitelistStore`] has opened before, and prepares the statement.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(path: &Path) -> Result<Self, DoorDbError> {
        let connection = schema::open_reader(path)?;
        let lookup = Self { path: path.to_path_buf(), connection };
        lookup.connection.prepare_cached(LOOKUP).map(|_| ()).map_err(|source| lookup.sql(source))?;
        Ok(lookup)
    }

    /// The generation of the list in force (0 if there is none), and the card's entry in it.
    ///
    /// # Errors
    /// If the file cannot be read, or the entry makes no sense; the caller denies then.
    pub fn lookup(&self, uid: &Uid) -> Result<(Generation, Option<Entry>), DoorDbError> {
        let (generation, body) = self
            .connection
            .prepare_cached(LOOKUP)
            .and_then(|mut statement| {
                statement
                    .query_row([uid.as_bytes()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<Vec<u8>>>(1)?)))
            })
            .map_err(|source| self.sql(source))?;
        let entry = body
            .map(|bytes| Entry::from_bytes(&bytes))
            .transpose()
            .map_err(|_| DoorDbError::Content { path: self.path.clone(), what: "whitelist entry" })?;
        Ok((Generation(from_sql(generation)), entry))
    }

    pub(super) fn sql(&self, source: rusqlite::Error) -> DoorDbError {
        DoorDbError::Sql { path: self.path.clone(), source }
    }
}
