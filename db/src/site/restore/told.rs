//! What doors tell of their lists: pieces are kept until all of one list are there, and then compared.

use access::entry::Blocks;
use access::id::DoorId;
use access::message::{LISTED_CARDS_MAX, Listed};
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::WhitelistId;
use rusqlite::Connection;

use super::super::open::Wakes;
use super::super::{Site, SiteError, row};
use super::types::Told;
use super::{compare, decide, latest};

/// Most pieces of one list: of the longest that a door can have, if every piece is full.
const PIECES_MAX: u32 = 400;

/// Cards that a list may have beyond those of this file: what can have been added since the backup was made.
const ADDED_MAX: u32 = 20_000;

/// The cards of a list with what is in their way, in the order of their bytes.
pub(super) type Cards = Vec<(Uid, Blocks)>;

impl Site {
    /// Takes a piece of what a door tells of the list that it has in force. The last one has all of them compared with
    /// this file, and, if an operator has decided before and the door keeps nobody out that is let in here, the door let go.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door, [`SiteError::Invalid`] for a piece that is none.
    pub fn take_listed(&self, door: &DoorId, listed: &Listed, at: UtcMs) -> Result<Told, SiteError> {
        check(listed)?;
        let all = self.write(Wakes::Nobody, |db| {
            let door = row::need_door(db, door)?;
            if !is_asked(db, door, &listed.whitelist)? {
                return Ok(None);
            }
            check_length(db, listed)?;
            keep(db, door, listed)?;
            Ok(Some(pieces(db, door)? == listed.count))
        })?;
        match all {
            None => return Ok(Told::NotAsked),
            Some(false) => return Ok(Told::Kept),
            Some(true) => {}
        }
        // Compiling a long list takes a while, in which others write.
        let found = self.read(|db| {
            let number = row::need_door(db, door)?;
            let cards = cards(db, number)?;
            let whole = cards.filter(|cards| u32::try_from(cards.len()) == Ok(listed.whitelist.entries));
            let restored = latest(db)?.ok_or(SiteError::corrupt("restored"))?;
            whole.map(|cards| compare::compare(db, door, restored.change, &cards)).transpose()
        })?;
        self.write(Wakes::News, |db| {
            let door = row::need_door(db, door)?;
            row::prepare(db, "DELETE FROM restored_piece WHERE door = $1")?.execute([door])?;
            let Some(found) = found else { return Ok(Told::Mismatch) };
            compare::store(db, door, &found)?;
            let list = &listed.whitelist;
            row::prepare(
                db,
                "UPDATE restored_door SET list_generation = $1, list_digest = $2, list_entries = $3, told_ms = $4
                 WHERE door = $5 AND released IS NULL",
            )?
            .execute((
                list.generation.0.cast_signed(),
                list.digest.to_bytes(),
                list.entries,
                at.0,
                door,
            ))?;
            Ok(Told::All { released: decide::late(db, door, at)? })
        })
    }
}

fn check(listed: &Listed) -> Result<(), SiteError> {
    let in_order = listed.cards.is_sorted_by(|(one, _), (next, _)| one.as_bytes() < next.as_bytes());
    let bounded = listed.index < listed.count && listed.count <= PIECES_MAX && listed.cards.len() <= LISTED_CARDS_MAX;
    if in_order && bounded { Ok(()) } else { Err(SiteError::invalid("listed", "out-of-range")) }
}

/// A list that is longer than any that this site can have made is not kept.
fn check_length(db: &Connection, listed: &Listed) -> Result<(), SiteError> {
    let known: u32 = row::prepare(db, "SELECT COUNT(*) FROM card")?.query_row([], |r| r.get(0))?;
    let entries = listed.whitelist.entries;
    let fits = entries <= known.saturating_add(ADDED_MAX)
        && listed.count <= entries.max(1)
        && u32::try_from(listed.cards.len()).is_ok_and(|cards| cards <= entries);
    if fits { Ok(()) } else { Err(SiteError::invalid("listed", "too-long")) }
}

/// Whether the door is left alone, and has not told this list yet.
fn is_asked(db: &Connection, door: i64, list: &WhitelistId) -> Result<bool, SiteError> {
    let sql = "SELECT list_digest IS NULL OR list_digest <> $1 OR list_generation <> $2
               FROM restored_door WHERE door = $3 AND released IS NULL";
    let mut statement = row::prepare(db, sql)?;
    let asked = row::first(statement.query((list.digest.to_bytes(), list.generation.0.cast_signed(), door))?, |r| {
        Ok(r.get(0)?)
    })?;
    Ok(asked.unwrap_or(false))
}

/// Keeps a piece, and forgets those of another list.
fn keep(db: &Connection, door: i64, listed: &Listed) -> Result<(), SiteError> {
    let list = &listed.whitelist;
    let key = (list.generation.0.cast_signed(), list.digest.to_bytes(), listed.count);
    row::prepare(
        db,
        "DELETE FROM restored_piece
         WHERE door = $1 AND (list_generation <> $2 OR list_digest <> $3 OR pieces <> $4)",
    )?
    .execute((door, key.0, key.1, key.2))?;
    // Writing plain data to memory cannot fail in postcard; an empty body would not be read.
    let body = postcard::to_allocvec(&listed.cards).unwrap_or_default();
    row::prepare(
        db,
        "INSERT INTO restored_piece (door, piece, pieces, list_generation, list_digest, list_entries, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (door, piece) DO UPDATE SET body = excluded.body",
    )?
    .execute((door, listed.index, listed.count, key.0, key.1, list.entries, body))?;
    Ok(())
}

fn pieces(db: &Connection, door: i64) -> Result<u32, SiteError> {
    Ok(row::prepare(db, "SELECT COUNT(*) FROM restored_piece WHERE door = $1")?.query_row([door], |r| r.get(0))?)
}

/// All pieces in one; none if they are not in order.
fn cards(db: &Connection, door: i64) -> Result<Option<Cards>, SiteError> {
    let mut statement = row::prepare(db, "SELECT body FROM restored_piece WHERE door = $1 ORDER BY piece")?;
    let mut cards = Cards::new();
    for body in row::all(statement.query([door])?, |r| Ok(r.get::<_, Vec<u8>>(0)?))? {
        let piece: Cards = postcard::from_bytes(&body).map_err(|_| SiteError::corrupt("piece of a list"))?;
        cards.extend(piece);
    }
    Ok(cards.is_sorted_by(|(one, _), (next, _)| one.as_bytes() < next.as_bytes()).then_some(cards))
}
