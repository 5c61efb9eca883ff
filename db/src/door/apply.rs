//! How a whitelist changes: by a delta on the list in force, or by a whole list beside it.
//!
//! ```text
//!                 delta: from, to fit; digest comes out as promised
//!    ┌────────┐ ────────────────────────────────────────────────▶ same list, new generation
//!    │ active │
//!    └────────┘ ◀──────────── all parts are there and the digest is the one promised ─┐
//!        │                                                                            │
//!        │ first part of a newer whole           ┌────────┐  another part             │
//!        └─────────────────────────────────────▶ │ staged │ ─────────────▶ staged ────┤
//!                                                └────────┘                           │
//!             an even newer whole begins, or the digest is another: dead ◀────────────┘
//! ```
//!
//! Every arrow is one transaction. A dead list is swept later, some rows at a time.

use access::calendar::Calendar;
use access::entry::Entry;
use access::uid::Uid;
use access::whitelist::{Change, PART_ENTRIES_MAX, WhitelistId, WhitelistPart};
use rusqlite::{OptionalExtension, Transaction, params};

use super::whitelist::{current, read_id};
use super::{calendar, to_sql};

/// Most entries of a whitelist. Twice what the largest hospital district issues.
pub const WHITELIST_ENTRIES_MAX: u32 = 2_000_000;

/// Most parts of a whole list: enough for the most entries in parts of a hundred.
pub const WHITELIST_PARTS_MAX: u32 = 20_000;

/// What became of a piece of a whitelist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// This list is in force now, or was already.
    InForce(WhitelistId),
    /// The piece was put aside until the others come.
    Staged {
        /// How many pieces are there.
        received: u32,
        /// How many there must be.
        of: u32,
    },
    /// Nothing was changed.
    Refused(Refused),
}

/// Why a piece of a whitelist was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It leads to an older list than the one in force, which could admit a card that was blocked since.
    #[error("it is older than the list in force")]
    Older,
    /// It has the number of the list in force and another content.
    #[error("it has the number of the list in force and another content")]
    SameNumber,
    /// The delta starts from a list that the door does not have.
    #[error("the delta starts from a list that is not in force")]
    OtherBase,
    /// What came out is not what was promised.
    #[error("the list that came out is not the one that was promised")]
    Mismatch,
    /// A bound is exceeded: entries, parts, grants, keys or schedules.
    #[error("a bound of whitelists, of entries or of calendars is exceeded")]
    OutOfBounds,
    /// The first piece of a whole brings no calendar, or another piece does.
    #[error("the calendar of a whole list comes with its first piece and with no other")]
    CalendarMisplaced,
}

/// What one piece of a whole list brings.
struct Piece<'a> {
    index: u32,
    count: u32,
    calendar: Option<&'a Calendar>,
    entries: &'a [Entry],
}

/// A whole list on its way.
struct Staging {
    list: i64,
    parts: u32,
    to: WhitelistId,
    so_far: WhitelistId,
}

pub(super) fn apply(transaction: &Transaction<'_>, part: &WhitelistPart) -> rusqlite::Result<Applied> {
    let in_force = current(transaction)?;
    let to = match part {
        WhitelistPart::Delta { to, .. } | WhitelistPart::Chunk { to, .. } => *to,
    };
    if to == in_force {
        return Ok(Applied::InForce(in_force));
    }
    if let Some(refused) = refusal(part, in_force, to) {
        return Ok(Applied::Refused(refused));
    }
    match part {
        WhitelistPart::Delta { changes, .. } => delta(transaction, in_force, to, changes),
        WhitelistPart::Chunk { index, count, calendar, entries, .. } => {
            let piece = Piece { index: *index, count: *count, calendar: calendar.as_ref(), entries };
            chunk(transaction, to, &piece)
        }
    }
}

/// Everything that can be said without touching an entry of the list.
fn refusal(part: &WhitelistPart, in_force: WhitelistId, to: WhitelistId) -> Option<Refused> {
    let bounded = to.entries <= WHITELIST_ENTRIES_MAX
        && match part {
            WhitelistPart::Delta { changes, .. } => {
                changes.len() <= PART_ENTRIES_MAX
                    && changes.iter().all(|change| match change {
                        Change::Put(entry) => entry.check().is_ok(),
                        Change::Remove(_) => true,
                        Change::Calendar(calendar) => calendar.check().is_ok(),
                    })
            }
            WhitelistPart::Chunk { index, count, calendar, entries, .. } => {
                index < count
                    && *count <= WHITELIST_PARTS_MAX
                    && entries.len() <= PART_ENTRIES_MAX
                    && entries.iter().all(|entry| entry.check().is_ok())
                    && calendar.as_ref().is_none_or(|calendar| calendar.check().is_ok())
            }
        };
    match part {
        _ if to.generation < in_force.generation => Some(Refused::Older),
        _ if to.generation == in_force.generation => Some(Refused::SameNumber),
        _ if !bounded => Some(Refused::OutOfBounds),
        WhitelistPart::Delta { from, .. } if *from != in_force => Some(Refused::OtherBase),
        WhitelistPart::Chunk { index, calendar, .. } if calendar.is_some() != (*index == 0) => {
            Some(Refused::CalendarMisplaced)
        }
        _ => None,
    }
}

/// Changes the list in force. The savepoint takes it back if something else comes out than promised.
fn delta(
    transaction: &Transaction<'_>,
    in_force: WhitelistId,
    to: WhitelistId,
    changes: &[Change],
) -> rusqlite::Result<Applied> {
    let list = active(transaction)?;
    transaction.execute_batch("SAVEPOINT delta")?;
    let mut id = in_force;
    for change in changes {
        match change {
            Change::Put(entry) => put(transaction, list, entry, &mut id)?,
            Change::Remove(uid) => remove(transaction, list, uid, &mut id)?,
            Change::Calendar(calendar) => calendar::put(transaction, list, calendar, &mut id)?,
        }
    }
    id.generation = to.generation;
    if id != to {
        transaction.execute_batch("ROLLBACK TO delta; RELEASE delta")?;
        return Ok(Applied::Refused(Refused::Mismatch));
    }
    transaction.execute_batch("RELEASE delta")?;
    put_in_force(transaction, list, id)?;
    Ok(Applied::InForce(id))
}

/// Puts a piece of a whole list aside, and puts the list in force if it was the last.
fn chunk(transaction: &Transaction<'_>, to: WhitelistId, piece: &Piece<'_>) -> rusqlite::Result<Applied> {
    let Piece { index, count, .. } = *piece;
    let mut staging = match staging(transaction)? {
        Some(staging) if staging.to == to && staging.parts == count => staging,
        Some(other) if to.generation < other.to.generation => {
            return Ok(Applied::Refused(Refused::Older));
        }
        Some(other) => {
            drop_staged(transaction, other.list)?;
            begin(transaction, to, count)?
        }
        None => begin(transaction, to, count)?,
    };
    let new = transaction.execute("INSERT INTO staged_part (part) VALUES ($1) ON CONFLICT DO NOTHING", [index])?;
    if new > 0 {
        for entry in piece.entries {
            put(transaction, staging.list, entry, &mut staging.so_far)?;
        }
        if let Some(calendar) = piece.calendar {
            calendar::put(transaction, staging.list, calendar, &mut staging.so_far)?;
        }
        transaction.execute(
            "UPDATE staging SET digest = $1, entries = $2",
            params![staging.so_far.digest.to_bytes(), staging.so_far.entries],
        )?;
    }
    let received = transaction.query_row("SELECT count(*) FROM staged_part", [], |r| r.get(0))?;
    if received < count {
        return Ok(Applied::Staged { received, of: count });
    }
    finish(transaction, &staging)
}

fn finish(transaction: &Transaction<'_>, staging: &Staging) -> rusqlite::Result<Applied> {
    if staging.so_far != staging.to {
        drop_staged(transaction, staging.list)?;
        return Ok(Applied::Refused(Refused::Mismatch));
    }
    drop_list(transaction, active(transaction)?)?;
    transaction.execute_batch("DELETE FROM staged_part; DELETE FROM staging")?;
    put_in_force(transaction, staging.list, staging.to)?;
    Ok(Applied::InForce(staging.to))
}

fn staging(transaction: &Transaction<'_>) -> rusqlite::Result<Option<Staging>> {
    transaction
        .prepare_cached(
            "SELECT list, parts, to_generation, to_digest, to_entries, \
             to_generation, digest, entries FROM staging",
        )?
        .query_row([], |row| {
            Ok(Staging { list: row.get(0)?, parts: row.get(1)?, to: read_id(row, 2)?, so_far: read_id(row, 5)? })
        })
        .optional()
}

fn begin(transaction: &Transaction<'_>, to: WhitelistId, parts: u32) -> rusqlite::Result<Staging> {
    let list = transaction.query_row("UPDATE meta SET newest = newest + 1 RETURNING newest", [], |row| row.get(0))?;
    let so_far = WhitelistId { generation: to.generation, ..WhitelistId::default() };
    transaction.execute(
        "INSERT INTO staging VALUES (1, $1, $2, $3, $4, $5, $6, 0)",
        params![list, parts, to_sql(to.generation.0), to.digest.to_bytes(), to.entries, so_far.digest.to_bytes(),],
    )?;
    Ok(Staging { list, parts, to, so_far })
}

fn drop_staged(transaction: &Transaction<'_>, list: i64) -> rusqlite::Result<()> {
    drop_list(transaction, list)?;
    transaction.execute_batch("DELETE FROM staged_part; DELETE FROM staging")
}

fn drop_list(transaction: &Transaction<'_>, list: i64) -> rusqlite::Result<()> {
    transaction.execute("INSERT INTO dead_list VALUES ($1)", [list])?;
    calendar::forget(transaction, list)
}

fn active(transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
    transaction.query_row("SELECT active FROM meta", [], |row| row.get(0))
}

fn put_in_force(transaction: &Transaction<'_>, list: i64, id: WhitelistId) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE meta SET active = $1, generation = $2, digest = $3, entries = $4",
        params![list, to_sql(id.generation.0), id.digest.to_bytes(), id.entries],
    )?;
    Ok(())
}

fn put(transaction: &Transaction<'_>, list: i64, entry: &Entry, id: &mut WhitelistId) -> rusqlite::Result<()> {
    let old = body(transaction, list, &entry.uid)?;
    let new = entry.to_bytes();
    transaction
        .prepare_cached(
            "INSERT INTO entry (list, uid, body) VALUES ($1, $2, $3) \
             ON CONFLICT (list, uid) DO UPDATE SET body = excluded.body",
        )?
        .execute(params![list, entry.uid.as_bytes(), new])?;
    id.replace(old.as_deref(), Some(&new));
    Ok(())
}

fn remove(transaction: &Transaction<'_>, list: i64, uid: &Uid, id: &mut WhitelistId) -> rusqlite::Result<()> {
    let old = body(transaction, list, uid)?;
    transaction
        .prepare_cached("DELETE FROM entry WHERE list = $1 AND uid = $2")?
        .execute(params![list, uid.as_bytes()])?;
    id.replace(old.as_deref(), None);
    Ok(())
}

fn body(transaction: &Transaction<'_>, list: i64, uid: &Uid) -> rusqlite::Result<Option<Vec<u8>>> {
    transaction
        .prepare_cached("SELECT body FROM entry WHERE list = $1 AND uid = $2")?
        .query_row(params![list, uid.as_bytes()], |row| row.get(0))
        .optional()
}
