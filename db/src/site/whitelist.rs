//! What a door must know, compiled as of any generation.
//!
//! A row of a versioned table counts as of generation N if `since <= N < until`. An entry is compiled
//! from the card's state, its listing at the door and all its holdings; it depends on the generation and
//! on nothing else, above all not on the clock, so that the door and the page of tomorrow agree.

use std::collections::BTreeMap;

use access::calendar::Calendar;
use access::entry::{Blocks, Entry, TERMS_MAX, Term};
use access::id::DoorId;
use access::time::Window;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::{Site, SiteError, change, row};

/// Cards that one statement asks for: far below SQLite's bound on parameters.
const ONLY_AT_ONCE: usize = 500;

/// Which entries to compile.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Those of all cards at all doors.
    All,
    /// Those of these cards at these doors.
    Pairs(&'a BTreeMap<Uid, Vec<DoorId>>),
}

/// What may differ between two generations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// The doors and cards whose entry may differ, each pair once, by door and card.
    pub pairs: Vec<(DoorId, Uid)>,
    /// The doors whose calendar differs, in order.
    pub calendars: Vec<DoorId>,
}

impl Site {
    /// The number of the newest change; 0 if nothing has been changed yet.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn latest(&self) -> Result<Generation, SiteError> {
        self.read(|db| change::newest(db).map(Generation))
    }

    /// The entries of a door as of a generation, ordered by the bytes of their numbers. `only` asks for
    /// these cards alone, in any order; one that is not listed is left out.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn entries(&self, door: &DoorId, only: Option<&[Uid]>, as_of: Generation) -> Result<Vec<Entry>, SiteError> {
        let mut entries = Vec::new();
        let Some(only) = only else {
            self.for_each_entry(door, as_of, |entry| entries.push(entry))?;
            return Ok(entries);
        };
        let mut only = only.to_vec();
        only.sort_unstable_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
        only.dedup();
        self.read(|db| {
            let door = row::need_door(db, door)?;
            for part in only.chunks(ONLY_AT_ONCE) {
                some(db, door, part, as_of, &mut |entry| entries.push(entry))?;
            }
            Ok(())
        })?;
        Ok(entries)
    }

    /// Hands every entry of a door to `take`, one by one, for lists that are too large to hold. All of
    /// them are of one state of the file.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn for_each_entry(
        &self,
        door: &DoorId,
        as_of: Generation,
        mut take: impl FnMut(Entry),
    ) -> Result<(), SiteError> {
        self.read(|db| {
            let door = row::need_door(db, door)?;
            let mut statement = row::prepare(db, select_entries!("ORDER BY l.uid"))?;
            compile(statement.query((row::generation(as_of), door))?, &mut take)
        })
    }

    /// Compiles entries card by card: what is known of a card is read once for all its doors. For each card the doors
    /// come in no particular order; cards come by the bytes of their numbers.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for a door.
    pub fn compile(
        &self,
        which: Which<'_>,
        as_of: Generation,
        take: &mut dyn FnMut(&DoorId, Entry),
    ) -> Result<(), SiteError> {
        let _ = (which, as_of, take);
        Err(SiteError::corrupt("list"))
    }

    /// The schedules that rules at this door use, with the site's zone and holidays; the empty calendar if they use
    /// none.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn calendar(&self, door: &DoorId, as_of: Generation) -> Result<Calendar, SiteError> {
        let _ = (door, as_of);
        Err(SiteError::corrupt("calendar"))
    }

    /// What may differ between two generations. Costs what the changes in between touched, however many cards there
    /// are.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn touched(&self, after: Generation, through: Generation) -> Result<Touched, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, TOUCHED)?;
            let rows = statement.query((row::generation(after), row::generation(through)))?;
            let pairs = row::all(rows, |r| Ok((row::door(r, 0)?, row::uid(r, 1)?)))?;
            Ok(Touched { pairs, calendars: Vec::new() })
        })
    }
}

/// Listed cards with their state and, one row each, their holdings.
macro_rules! select_entries {
    ($rest:literal) => {
        concat!(
            "SELECT l.uid, s.blocks, s.from_s, s.until_s, l.from_s, l.until_s,
                    h.id IS NOT NULL, h.from_s, h.until_s
             FROM listing l
             JOIN card_state s ON s.uid = l.uid AND s.since <= $1 AND (s.until IS NULL OR s.until > $1)
             LEFT JOIN holding h
                    ON h.uid = l.uid AND h.since <= $1 AND (h.until IS NULL OR h.until > $1)
             WHERE l.since <= $1 AND (l.until IS NULL OR l.until > $1) AND l.door = $2 ",
            $rest
        )
    };
}
use select_entries;

/// A pair may differ if its listing began or ended, or if the state, a holding or the credential of a card
/// did that was listed at any time in between, or if the door began or ceased to ask for credentials, since
/// only then entries carry keys. A version that ends is followed by another today; that is asked for all
/// the same, since a pair that is missed here is a card that goes on opening a door.
const TOUCHED: &str = "
    WITH card_touched (uid) AS (
        SELECT uid FROM card_state WHERE since > $1 AND since <= $2
        UNION SELECT uid FROM card_state WHERE until > $1 AND until <= $2
        UNION SELECT uid FROM holding WHERE since > $1 AND since <= $2
        UNION SELECT uid FROM holding WHERE until > $1 AND until <= $2
        UNION SELECT uid FROM card_credential WHERE since > $1 AND since <= $2
        UNION SELECT uid FROM card_credential WHERE until > $1 AND until <= $2
    ), door_touched (door) AS (
        SELECT now.door FROM door_setting now JOIN door_setting was ON was.door = now.door AND was.until = now.since
        WHERE now.since > $1 AND now.since <= $2 AND (now.reading = 'uid-only') <> (was.reading = 'uid-only')
    ), pair (door, uid) AS (
        SELECT l.door, l.uid FROM card_touched c JOIN listing l ON l.uid = c.uid
        WHERE l.since <= $2 AND (l.until IS NULL OR l.until > $1)
        UNION SELECT l.door, l.uid FROM door_touched d JOIN listing l ON l.door = d.door
        WHERE l.since <= $2 AND (l.until IS NULL OR l.until > $1)
        UNION SELECT door, uid FROM listing WHERE since > $1 AND since <= $2
        UNION SELECT door, uid FROM listing WHERE until > $1 AND until <= $2
    )
    SELECT d.id, p.uid FROM pair p JOIN door d ON d.number = p.door ORDER BY d.id, p.uid";

fn some(
    db: &Connection,
    door: i64,
    only: &[Uid],
    as_of: Generation,
    take: &mut dyn FnMut(Entry),
) -> Result<(), SiteError> {
    let places: Vec<String> = (3..only.len() + 3).map(|n| format!("${n}")).collect();
    let sql = format!("{} AND l.uid IN ({}) ORDER BY l.uid", select_entries!(""), places.join(", "));
    let mut values = vec![Value::from(row::generation(as_of)), Value::from(door)];
    values.extend(only.iter().map(|uid| Value::Blob(uid.as_bytes().to_vec())));
    let mut statement = row::prepare(db, &sql)?;
    compile(statement.query(params_from_iter(values))?, take)
}

/// Folds the rows of each card into its entry.
fn compile(mut rows: rusqlite::Rows<'_>, take: &mut dyn FnMut(Entry)) -> Result<(), SiteError> {
    let mut open: Option<Listed> = None;
    while let Some(row) = rows.next()? {
        let uid = row::uid(row, 0)?;
        let held = row.get::<_, bool>(6)?.then(|| row::window(row, 7)).transpose()?;
        match &mut open {
            Some(listed) if listed.uid == uid => listed.held.extend(held),
            _ => {
                let next = Listed::read(row, uid, held)?;
                if let Some(done) = open.replace(next) {
                    take(done.entry());
                }
            }
        }
    }
    if let Some(done) = open {
        take(done.entry());
    }
    Ok(())
}

/// A card at a door with everything that its entry is made of.
struct Listed {
    uid: Uid,
    blocks: Blocks,
    card: Window,
    listing: Window,
    /// In any order; they do not overlap.
    held: Vec<Window>,
}

impl Listed {
    fn read(row: &Row<'_>, uid: Uid, held: Option<Window>) -> Result<Self, SiteError> {
        Ok(Self {
            uid,
            blocks: Blocks::from_bits(row.get(1)?),
            card: row::window(row, 2)?,
            listing: row::window(row, 4)?,
            held: held.into_iter().collect(),
        })
    }

    /// A card that was never given to anybody is limited by its listing alone; one that was is good while it
    /// belongs to somebody.
    fn entry(self) -> Entry {
        let mut entry = Entry::granting(self.uid, [self.listing]);
        (entry.blocks, entry.card) = (self.blocks, self.card);
        let held = merged(self.held);
        if let (false, Some(term)) = (held.is_empty(), entry.terms.pop()) {
            // The newest count if there are more than an entry may have.
            let newest = held.into_iter().rev().take(TERMS_MAX).rev();
            entry.terms = newest.map(|holding| Term { holding, ..term.clone() }).collect();
        }
        entry
    }
}

/// Windows in order, those that touch made one.
fn merged(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_unstable_by_key(|window| window.from);
    let mut merged: Vec<Window> = Vec::with_capacity(windows.len());
    for window in windows {
        match merged.last_mut() {
            Some(last) if last.until.is_some() && last.until == window.from => {
                last.until = window.until;
            }
            _ => merged.push(window),
        }
    }
    merged
}
