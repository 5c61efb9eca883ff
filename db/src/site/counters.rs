//! How far the counters of cards have come, as a stream with a generation of its own.
//!
//! A counter moves at every tap and decides nothing by itself, so it is no change. Its generation is the time
//! in milliseconds, or one more than the last if that is more: so it stays ahead of what doors have heard even
//! if an old database is restored.

use access::credential::block::Token;
use access::id::DoorId;
use access::state::Counter;
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::{Site, SiteError, row};

/// A counter, and since which generation of the stream it stands so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Each generation is of one counter.
    pub generation: Generation,
    /// How far it has come.
    pub counter: Counter,
}

/// Which door said so, in which life of its journal.
pub(super) struct Source {
    pub(super) door: i64,
    pub(super) epoch: u64,
    pub(super) at: UtcMs,
}

impl Site {
    /// The counters that concern a door, after a generation of the stream, oldest first: those of the cards
    /// that it lists, except what it said itself in this epoch of its journal. A box that was replaced or
    /// restored has a new epoch, and is told again what the old one knew.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn counters(
        &self,
        door: &DoorId,
        epoch: u64,
        after: Generation,
        limit: usize,
    ) -> Result<Vec<Moved>, SiteError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|db| {
            let door = row::need_door(db, door)?;
            let mut statement = row::prepare(
                db,
                "SELECT c.generation, c.uid, c.issue, c.value, c.nonce FROM counter c
                 WHERE c.generation > $1 AND (c.door <> $2 OR c.epoch <> $3)
                   AND EXISTS (SELECT 1 FROM listing l WHERE l.door = $2 AND l.uid = c.uid AND l.until IS NULL)
                 ORDER BY c.generation LIMIT $4",
            )?;
            let rows = statement.query((row::generation(after), door, epoch.cast_signed(), limit))?;
            row::all(rows, |r| {
                let counter = Counter { uid: row::uid(r, 1)?, issue: r.get(2)?, value: r.get(3)?, nonce: r.get(4)? };
                Ok(Moved { generation: Generation(r.get::<_, i64>(0)?.cast_unsigned()), counter })
            })
        })
    }

    /// What moved after a generation of the stream: through which generation this tells, and for each door
    /// that lists one of the cards the newest generation that concerns it. Costs what moved, however many
    /// cards there are.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn counters_moved(&self, after: Generation) -> Result<(Generation, Vec<(DoorId, Generation)>), SiteError> {
        self.read(|db| {
            let through: i64 =
                row::prepare(db, "SELECT counters FROM site WHERE id = 1")?.query_row([], |row| row.get(0))?;
            let mut statement = row::prepare(
                db,
                "SELECT d.id, MAX(c.generation) FROM counter c
                 JOIN listing l ON l.uid = c.uid AND l.until IS NULL
                 JOIN door d ON d.number = l.door
                 LEFT JOIN door_status r ON r.door = l.door
                 WHERE c.generation > $1 AND (c.door <> l.door OR r.epoch IS NULL OR c.epoch <> r.epoch)
                 GROUP BY d.id",
            )?;
            let moved = row::all(statement.query([row::generation(after)])?, |r| {
                Ok((row::door(r, 0)?, Generation(r.get::<_, i64>(1)?.cast_unsigned())))
            })?;
            Ok((Generation(through.cast_unsigned()), moved))
        })
    }
}

/// Takes a token that a door has accepted or written. A counter never goes back, and an encoding that was
/// replaced by a newer one does not come back.
pub(super) fn seen(db: &Connection, source: &Source, uid: &Uid, issue: u8, token: Token) -> Result<(), SiteError> {
    let mut statement = row::prepare(db, "SELECT issue, value FROM counter WHERE uid = $1")?;
    let known: Option<(u8, u32)> = row::first(statement.query([uid.as_bytes()])?, |r| Ok((r.get(0)?, r.get(1)?)))?;
    let is_news =
        known.is_none_or(|(known, value)| if known == issue { token.counter > value } else { is_newer(issue, known) });
    if !is_news {
        return Ok(());
    }
    let generation = next(db, source.at)?;
    row::prepare(
        db,
        "INSERT INTO counter (uid, issue, value, nonce, generation, door, epoch) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (uid) DO UPDATE
         SET issue = excluded.issue, value = excluded.value, nonce = excluded.nonce,
             generation = excluded.generation, door = excluded.door, epoch = excluded.epoch",
    )?
    .execute((
        uid.as_bytes(),
        issue,
        token.counter,
        token.nonce,
        generation,
        source.door,
        source.epoch.cast_signed(),
    ))?;
    Ok(())
}

/// Makes a card's counter news again: a door that lists it from now on has not been told.
pub(super) fn renew(db: &Connection, uid: &Uid) -> Result<(), SiteError> {
    let mut statement = row::prepare(db, "SELECT 1 FROM counter WHERE uid = $1")?;
    if row::first(statement.query([uid.as_bytes()])?, |_| Ok(()))?.is_some() {
        let generation = next(db, UtcMs(0))?;
        row::prepare(db, "UPDATE counter SET generation = $1 WHERE uid = $2")?.execute((generation, uid.as_bytes()))?;
    }
    Ok(())
}

fn next(db: &Connection, at: UtcMs) -> Result<i64, SiteError> {
    let sql = "UPDATE site SET counters = CASE WHEN counters + 1 > $1 THEN counters + 1 ELSE $1 END
               WHERE id = 1 RETURNING counters";
    Ok(row::prepare(db, sql)?.query_row([at.0], |row| row.get(0))?)
}

/// Issue numbers wrap, so the nearer way round says which is the newer.
fn is_newer(issue: u8, than: u8) -> bool {
    issue.wrapping_sub(than) < 128 && issue != than
}
