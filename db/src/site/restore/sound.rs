//! A backup that was looked at: what can be put back.

use std::io;
use std::path::{Path, PathBuf};

use access::id::SiteId;
use access::time::UtcMs;
use rusqlite::Connection;

use super::super::open::KIND;
use super::super::{SiteError, change, row};
use super::digest::{self, Found};
use super::{SCHEMA_WITH_BACKUP, make::BackupDone};
use crate::file;
use crate::file::FileError;

/// The first schema whose rows of the log have heads.
const SCHEMA_WITH_CHAIN: i64 = 7;

/// What is done about a backup that has no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutDigest {
    /// It is refused: its end may be missing, and a byte that went bad would not be seen.
    Refused,
    /// It is taken if nothing contradicts itself in it: an older program made it.
    Taken,
}

/// A backup of this site that is sound, open for reading.
#[derive(Debug)]
pub struct SoundBackup {
    pub(super) source: Connection,
    /// Its file.
    pub(super) path: PathBuf,
    /// Its length, its schema, and how far it goes.
    pub holds: BackupDone,
    /// When it was made, if it says.
    pub made: Option<UtcMs>,
    /// Whether a digest says that every byte is as it was made.
    pub digest: bool,
}

/// Why a backup cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UnfitBackup {
    /// It cannot be opened as a database.
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
    /// A byte in it is not as it was made.
    #[error("{path} is not as it was made (its digest differs): fetch it again, or choose another one")]
    Differs {
        /// The file.
        path: PathBuf,
    },
    /// Nothing says whether it is as it was made.
    #[error(
        "{path} has no digest at its end: the end is missing, or a program made it that did not write any; fetch it again, choose another one, or take it as it is with --without-digest"
    )]
    NoDigest {
        /// The file.
        path: PathBuf,
    },
    /// It contradicts itself.
    #[error("{path} is not sound ({problem}): choose an earlier one")]
    Unsound {
        /// The file.
        path: PathBuf,
        /// What SQLite found first.
        problem: String,
    },
    /// The system does not let us.
    #[error("{path} cannot be read: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed.
    #[error("the backup cannot be looked at: {0}")]
    Site(#[from] SiteError),
}

impl SoundBackup {
    /// Looks at every byte of a backup, and at what they say. Nothing is changed.
    ///
    /// # Errors
    /// [`UnfitBackup`].
    pub fn open(path: &Path, site: &SiteId, without_digest: WithoutDigest) -> Result<Self, UnfitBackup> {
        let path = path.to_path_buf();
        let io = |source| UnfitBackup::Io { path: path.clone(), source };
        // With a line of ours at its end it is a backup, whatever else can still be read of it.
        let digest = digest::check(&path).map_err(io)?;
        if digest == Found::Differs {
            return Err(UnfitBackup::Differs { path });
        }
        let source = file::connect_to(&path, &KIND)?;
        if digest == Found::None && without_digest == WithoutDigest::Refused {
            return Err(UnfitBackup::NoDigest { path });
        }
        if let Some(problem) = problem(&source)? {
            return Err(UnfitBackup::Unsound { path, problem });
        }
        let found = site_of(&source)?;
        if found != site.as_str() {
            return Err(UnfitBackup::OtherSite { path, found, expected: site.clone() });
        }
        let bytes = std::fs::metadata(&path).map_err(io)?.len();
        let (holds, made) = (holds(&source, bytes)?, made(&source)?);
        Ok(Self { source, path, holds, made, digest: digest == Found::Same })
    }
}

fn site_of(source: &Connection) -> Result<String, SiteError> {
    Ok(source.query_row("SELECT name FROM site WHERE id = 1", [], |r| r.get(0))?)
}

/// How far a database goes.
pub(super) fn holds(db: &Connection, bytes: u64) -> Result<BackupDone, SiteError> {
    let row: i64 = db.query_row("SELECT COALESCE(MAX(id), 0) FROM event", [], |r| r.get(0))?;
    Ok(BackupDone { bytes, schema: file::schema(db)?, change: change::newest(db)?, row: row.cast_unsigned() })
}

fn made(db: &Connection) -> Result<Option<UtcMs>, SiteError> {
    if file::schema(db)? < SCHEMA_WITH_BACKUP {
        return Ok(None);
    }
    let mut statement = row::prepare(db, "SELECT made_ms FROM backup WHERE id = 1")?;
    row::first(statement.query([])?, |r| Ok(UtcMs(r.get(0)?)))
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
