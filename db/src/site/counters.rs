//! How far the counters of cards have come, as a stream with a generation of its own.
//!
//! A counter moves at every tap and decides nothing by itself, so it is no change. Its generation is the time
//! in milliseconds, or one more than the last if that is more: so it stays ahead of what doors have heard even
//! if an old database is restored.

use std::collections::{BTreeMap, HashMap, HashSet};

use access::credential::block::Token;
use access::id::DoorId;
use access::state::Counter;
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::whitelist::{self, Range};
use super::{Site, SiteError, change, row};

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
    /// that a rule or a listing connects with it, except what it said itself in this epoch of its journal. A box that
    /// was replaced or restored has a new epoch, and is told again what the old one knew.
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
        self.read(|db| {
            let door = row::need_door(db, door)?;
            let concerns = Concerns::new(db, door, after)?;
            let mut statement = row::prepare(
                db,
                "SELECT c.generation, c.uid, c.issue, c.value, c.nonce FROM counter c
                 WHERE c.generation > $1 AND (c.door <> $2 OR c.epoch <> $3) ORDER BY c.generation",
            )?;
            let mut rows = statement.query((row::generation(after), door, epoch.cast_signed()))?;
            let mut moved = Vec::new();
            while let Some(r) = rows.next()?
                && moved.len() < limit
            {
                let counter = Counter { uid: row::uid(r, 1)?, issue: r.get(2)?, value: r.get(3)?, nonce: r.get(4)? };
                if concerns.concerns(db, &counter.uid)? {
                    moved.push(Moved { generation: Generation(r.get::<_, i64>(0)?.cast_unsigned()), counter });
                }
            }
            Ok(moved)
        })
    }

    /// What moved after a generation of the stream: through which generation this tells, and for each door
    /// that one of the cards concerns the newest generation that does. Costs what moved, however many
    /// cards there are.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn counters_moved(&self, after: Generation) -> Result<(Generation, Vec<(DoorId, Generation)>), SiteError> {
        self.read(|db| {
            let through: i64 =
                row::prepare(db, "SELECT counters FROM site WHERE id = 1")?.query_row([], |row| row.get(0))?;
            let now = now(db)?;
            let epochs = epochs(db)?;
            let mut statement =
                row::prepare(db, "SELECT uid, generation, door, epoch FROM counter WHERE generation > $1")?;
            let mut rows = statement.query([row::generation(after)])?;
            let mut newest: BTreeMap<i64, i64> = BTreeMap::new();
            while let Some(r) = rows.next()? {
                let (generation, source): (i64, (i64, i64)) = (r.get(1)?, (r.get(2)?, r.get(3)?));
                for door in whitelist::doors_of_card(db, &row::uid(r, 0)?, now)? {
                    if source != (door, epochs.get(&door).copied().unwrap_or(source.1.wrapping_add(1))) {
                        let known = newest.entry(door).or_default();
                        *known = generation.max(*known);
                    }
                }
            }
            let doors = whitelist::Doors::read(db)?;
            let moved = newest
                .into_iter()
                .map(|(door, generation)| Ok((doors.name(door)?.clone(), Generation(generation.cast_unsigned()))));
            Ok((Generation(through.cast_unsigned()), moved.collect::<Result<_, SiteError>>()?))
        })
    }
}

/// So many moved counters are looked up card by card; for more it is cheaper to ask for the door's cards at once.
const ONE_BY_ONE_MAX: i64 = 500;

/// Which cards concern a door now.
enum Concerns {
    OneByOne(i64, Range),
    These(HashSet<Uid>),
}

impl Concerns {
    fn new(db: &Connection, door: i64, after: Generation) -> Result<Self, SiteError> {
        let now = now(db)?;
        let moved: i64 = row::prepare(db, "SELECT COUNT(*) FROM counter WHERE generation > $1")?
            .query_row([row::generation(after)], |row| row.get(0))?;
        if moved <= ONE_BY_ONE_MAX {
            return Ok(Self::OneByOne(door, now));
        }
        let mut cards = HashSet::new();
        whitelist::cards_at_door(db, door, now, &mut |uid| {
            cards.insert(uid);
        })?;
        Ok(Self::These(cards))
    }

    fn concerns(&self, db: &Connection, uid: &Uid) -> Result<bool, SiteError> {
        match self {
            Self::OneByOne(door, now) => Ok(whitelist::doors_of_card(db, uid, *now)?.contains(door)),
            Self::These(cards) => Ok(cards.contains(uid)),
        }
    }
}

fn now(db: &Connection) -> Result<Range, SiteError> {
    Ok(Range::as_of(change::newest(db)?.cast_signed()))
}

/// In which epoch of its journal each door last spoke.
fn epochs(db: &Connection) -> Result<HashMap<i64, i64>, SiteError> {
    let mut statement = row::prepare(db, "SELECT door, epoch FROM door_status")?;
    Ok(row::all(statement.query([])?, |r| Ok((r.get(0)?, r.get(1)?)))?.into_iter().collect())
}

/// Makes the counters of the cards that changes touched news again: whatever was changed, a door that lists a card
/// from now on has not been told how far its counter has come.
pub(super) fn tell(db: &Connection, before: u64, newest: u64) -> Result<(), SiteError> {
    let any: bool = row::prepare(db, "SELECT EXISTS (SELECT 1 FROM counter)")?.query_row([], |row| row.get(0))?;
    if any {
        let cards = whitelist::touched_cards(db, Generation(before), Generation(newest))?;
        cards.iter().try_for_each(|uid| renew(db, uid))?;
    }
    Ok(())
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
fn renew(db: &Connection, uid: &Uid) -> Result<(), SiteError> {
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
