//! The registration desk: backup cards that are given out and come back.

use access::uid::Uid;
use rusqlite::Connection;

use super::{Actor, SiteError, row};

mod types;

pub use types::{
    Document, Due, HandOut, HandOutCause, HandOutEnd, HandOutFilter, HandOutId, HandOutState, HandOutView,
};

/// Whether the desk has given this card out.
pub(super) fn is_out(db: &Connection, uid: &Uid) -> Result<bool, SiteError> {
    Ok(row::prepare(db, "SELECT 1 FROM handout WHERE backup = $1 AND ended IS NULL")?.exists([uid.as_bytes()])?)
}

/// Ends the hand-out of a backup card that is returned, blocked or retired.
pub(super) fn end_of_card(
    _db: &Connection,
    _change: i64,
    _actor: &Actor<'_>,
    _uid: &Uid,
    _end: HandOutEnd,
) -> Result<(), SiteError> {
    Ok(())
}
