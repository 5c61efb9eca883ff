//! The door's own database: two SQLite files in the agent's data folder.
//!
//! | file | holds | written |
//! | --- | --- | --- |
//! | `whitelist.db` | the list in force with its calendar, the one on its way, the door's state, the counters, the passages, the time | by [`WhitelistStore`], in transactions of up to a thousand rows |
//! | `journal.db` | what happened and is not yet acknowledged, and the newest of what is | by [`Journal`], in the few milliseconds before a lock is released |
//!
//! SQLite lets one connection write to a file at a time. With one file a large whitelist transaction
//! would make a nurse wait at the door for a disk; with two, neither waits for the other. Both files
//! are synchronised at each commit: a list that has been reported as in force must not be forgotten by
//! a power cut, since an older one may still admit a card that was blocked since.

mod apply;
mod calendar;
mod check;
mod clock;
mod journal;
mod listing;
mod lookup;
mod passages;
mod pending;
mod schema;
mod seen;
mod whitelist;

use std::path::PathBuf;

use crate::file::FileError;

pub use access::message::JOURNAL_EVENTS_MAX;
pub use apply::{Applied, Refused, WHITELIST_ENTRIES_MAX, WHITELIST_PARTS_MAX};
pub use check::{Check, Checked, look_through};
pub use clock::KnownTime;
pub use journal::{Acknowledged, Draft, Journal, JournalStart, Moved, Opened, UNCOUNTED_BITS};
pub use listing::Listing;
pub use lookup::{Found, Lookup};
pub use passages::{PASSAGES_ROWS_MAX, PassagesTaken};
pub use pending::{Batch, Pending};
pub use seen::Seen;
pub use whitelist::{COUNTERS_ROWS_MAX, StateApplied, WhitelistStore};

/// Name of the whitelist's file in the agent's data folder.
pub const WHITELIST_FILE: &str = "whitelist.db";
/// Name of the journal's file in the agent's data folder.
pub const JOURNAL_FILE: &str = "journal.db";

/// What can go wrong with the door's database.
#[derive(Debug, thiserror::Error)]
pub enum DoorDbError {
    /// A file cannot be opened, is no database of a door, or is truncated.
    #[error(transparent)]
    Open(#[from] FileError),
    /// SQLite could not do what it was asked.
    #[error("the door's database {} failed: {source}", path.display())]
    Sql {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file holds something that this version did not write.
    #[error(
        "the door's database {} holds a {what} that cannot be read: delete the file, and the controller sends its content anew",
        path.display()
    )]
    Content {
        /// Which file.
        path: PathBuf,
        /// What was to be read.
        what: &'static str,
    },
    /// The journal is damaged, and there is no other one yet. What is on the disk of it is kept, and trying again goes on.
    #[error("the journal is damaged, and the disk does not take a new one: {0}")]
    Unrescued(Box<DoorDbError>),
    /// The controller has been away for too long.
    #[error(
        "the journal holds as many events as it may that the controller has not acknowledged, and takes no more: connect the door"
    )]
    JournalFull,
}

impl DoorDbError {
    /// Whether the file is damaged, and not the disk full or away.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Open(error) => error.is_damage(),
            Self::Sql { source, .. } => crate::file::is_damage(source),
            Self::Content { .. } => true,
            Self::JournalFull | Self::Unrescued(_) => false,
        }
    }

    /// Whether what is in the file contradicts what was to be written. Trying again does not help then, as it does
    /// with a disk that is full.
    #[must_use]
    pub fn is_contradiction(&self) -> bool {
        let Self::Sql { source, .. } = self else { return false };
        source.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
    }
}

/// `u64` values are kept in SQLite's signed integers bit by bit.
fn to_sql(value: u64) -> i64 {
    value.cast_signed()
}

fn from_sql(value: i64) -> u64 {
    value.cast_unsigned()
}
