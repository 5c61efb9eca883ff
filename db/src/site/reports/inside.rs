//! Who is in, for whoever counts people outside of a burning house.
//!
//! ```text
//! went in through a reader and not out            ──▶ inside that area
//! else let in at a door, which nobody took back   ──▶ somewhere: no door tells whether they have left
//! else left an area after the last door           ──▶ counted, not listed
//! ```
//!
//! It errs towards naming people: somebody who is named and is not there costs a search, the other way round a life.
//! So a person is inside if any of their cards is, and whoever went in long ago is counted though they are not named.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::Connection;

use super::uses;
use crate::site::called::area_called;
use crate::site::{AreaId, PersonId, Site, SiteError, holdings, row};

/// Most cards that are looked at of each kind: as many as a large hospital has employees.
pub const INSIDE_CARDS_MAX: u32 = 20_000;

/// Where somebody was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundIn {
    /// In this area.
    Area(AreaId),
    /// Let in at a door, and no door tells of more.
    Somewhere,
}

/// Somebody who is in, or a card that belonged to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct InsideView {
    /// Where.
    pub found: FoundIn,
    /// Who.
    pub person: Option<(PersonId, String)>,
    /// With which cards, by number.
    pub cards: Vec<Uid>,
    /// Since when, as far as doors have told: when the last of the cards went in, or was let in.
    pub since: UtcMs,
    /// The door that last let them in, with what people call it, and when.
    pub seen: Option<(DoorId, String, UtcMs)>,
}

/// Names stay out of logs.
impl fmt::Debug for InsideView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InsideView")
            .field("found", &self.found)
            .field("person", &self.person.as_ref().map(|(id, _)| id))
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

/// Who is in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WhoIsIn {
    /// The areas that doors lead into, by name, and whether any door tells of leaving.
    pub areas: Vec<(AreaId, String, bool)>,
    /// Who, by area in that order and by name; those of no area last.
    pub people: Vec<InsideView>,
    /// Cards that went in before the instant that was asked for, and have not left as far as doors have told.
    pub earlier: u64,
    /// Persons and cards whose last sign is that they left an area.
    pub left: u64,
    /// Whether there are more cards than are looked at, so that somebody may be missing.
    pub cut: bool,
}

impl WhoIsIn {
    /// How many are in: each person once, and each card of nobody.
    #[must_use]
    pub fn total(&self) -> usize {
        let mut all: Vec<_> =
            self.people.iter().map(|one| (one.person.as_ref().map(|(id, _)| *id), key_of(one))).collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    }
}

/// Cards stand for themselves only where there is no person.
fn key_of(one: &InsideView) -> Option<Uid> {
    if one.person.is_some() { None } else { one.cards.first().copied() }
}

impl Site {
    /// Who went in, or was let in, since an instant, and has not left as far as doors have told.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn who_is_in(&self, since: UtcMs) -> Result<WhoIsIn, SiteError> {
        self.read(|db| {
            let mut who = WhoIsIn { areas: areas(db)?, earlier: earlier(db, since)?, ..WhoIsIn::default() };
            let mut people = People::default();
            let entered = entered(db, since)?;
            let tapped = tapped(db, since)?;
            who.cut = entered.len().max(tapped.len()) >= INSIDE_CARDS_MAX as usize;
            for (area, uid, at) in &entered {
                people.add(db, FoundIn::Area(*area), uid, *at)?;
            }
            let inside = people.keys();
            let mut left: Vec<Key> = Vec::new();
            for (uid, at) in &tapped {
                let key = key(db, uid, *at)?;
                if inside.contains(&key) {
                    // Their last door is told with the area.
                    continue;
                }
                if last_left(db, uid)?.is_some_and(|left| left >= *at) {
                    left.push(key);
                } else {
                    people.add(db, FoundIn::Somewhere, uid, *at)?;
                }
            }
            let all = people.keys();
            left.retain(|key| !all.contains(key));
            left.sort_unstable();
            left.dedup();
            who.left = left.len() as u64;
            who.people = people.sorted(&who.areas);
            Ok(who)
        })
    }
}

/// What makes one of several cards: the person, or the card itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Person(PersonId),
    Card(Uid),
}

fn key(db: &Connection, uid: &Uid, at: UtcMs) -> Result<Key, SiteError> {
    Ok(holdings::holder(db, uid, at.second())?.map_or(Key::Card(*uid), |(person, _)| Key::Person(person)))
}

#[derive(Default)]
struct People(BTreeMap<(FoundIn, Key), InsideView>);

impl People {
    fn add(&mut self, db: &Connection, found: FoundIn, uid: &Uid, at: UtcMs) -> Result<(), SiteError> {
        let person = holdings::holder(db, uid, at.second())?;
        let key = person.as_ref().map_or(Key::Card(*uid), |(person, _)| Key::Person(*person));
        let seen = uses::last_anywhere(db, uid)?;
        let blank = InsideView { found, person, cards: Vec::new(), since: at, seen: None };
        let one = self.0.entry((found, key)).or_insert(blank);
        one.cards.push(*uid);
        one.since = one.since.max(at);
        if seen.as_ref().map(|(.., at)| *at) > one.seen.as_ref().map(|(.., at)| *at) {
            one.seen = seen;
        }
        Ok(())
    }

    fn keys(&self) -> BTreeSet<Key> {
        self.0.keys().map(|(_, key)| *key).collect()
    }

    fn sorted(self, areas: &[(AreaId, String, bool)]) -> Vec<InsideView> {
        let place = |found: FoundIn| match found {
            FoundIn::Area(area) => areas.iter().position(|(id, ..)| *id == area).unwrap_or(areas.len()),
            FoundIn::Somewhere => usize::MAX,
        };
        let mut all: Vec<InsideView> = self.0.into_values().collect();
        all.sort_by_cached_key(|one| {
            let name = one.person.as_ref().map(|(_, name)| name.to_lowercase());
            (place(one.found), name.is_none(), name, one.cards.first().copied())
        });
        all
    }
}

/// The areas that doors lead into now, and those that somebody is inside of.
fn areas(db: &Connection) -> Result<Vec<(AreaId, String, bool)>, SiteError> {
    let mut statement = row::prepare(
        db,
        concat!(
            "SELECT a.area, ",
            area_called!(),
            " AS called,
                EXISTS (SELECT 1 FROM door_setting s WHERE s.leads_into = a.area AND s.until IS NULL) AS into_it,
                EXISTS (SELECT 1 FROM presence p WHERE p.area = a.area AND p.step = 'left')
                OR EXISTS (SELECT 1 FROM door_setting s WHERE s.leads_out_of = a.area AND s.until IS NULL)
         FROM area_state a
         WHERE a.until IS NULL
           AND (into_it OR EXISTS (SELECT 1 FROM presence p WHERE p.area = a.area AND p.step = 'entered'))
         ORDER BY called"
        ),
    )?;
    row::all(statement.query([])?, |r| Ok((AreaId(r.get(0)?), r.get(1)?, r.get(3)?)))
}

fn entered(db: &Connection, since: UtcMs) -> Result<Vec<(AreaId, Uid, UtcMs)>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT area, uid, at_ms FROM presence WHERE step = 'entered' AND at_ms >= $1 ORDER BY at_ms DESC LIMIT $2",
    )?;
    let rows = statement.query((since.0, INSIDE_CARDS_MAX))?;
    row::all(rows, |r| Ok((AreaId(r.get(0)?), row::uid(r, 1)?, UtcMs(r.get(2)?))))
}

fn tapped(db: &Connection, since: UtcMs) -> Result<Vec<(Uid, UtcMs)>, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT uid, last_ms FROM card_use WHERE last_ms >= $1 ORDER BY last_ms DESC LIMIT $2")?;
    let rows = statement.query((since.0, INSIDE_CARDS_MAX))?;
    row::all(rows, |r| Ok((row::uid(r, 0)?, UtcMs(r.get(1)?))))
}

fn earlier(db: &Connection, since: UtcMs) -> Result<u64, SiteError> {
    let sql = "SELECT COUNT(*) FROM presence WHERE step = 'entered' AND at_ms < $1";
    Ok(row::prepare(db, sql)?.query_row([since.0], |r| r.get::<_, i64>(0))?.cast_unsigned())
}

/// When a card last left any area.
fn last_left(db: &Connection, uid: &Uid) -> Result<Option<UtcMs>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT MAX(at_ms) FROM presence WHERE uid = $1 AND step = 'left' HAVING MAX(at_ms) IS NOT NULL",
    )?;
    row::first(statement.query([uid.as_bytes()])?, |r| Ok(UtcMs(r.get(0)?)))
}
