//! What of the site is there for an operator who is limited to units and areas.
//!
//! ```text
//! Limit ──▶ Within, as of now ──▶ Site::within ──▶ read:  each table is hidden behind a view of its own name    seen
//!  of an operator                                └▶ write: each table is guarded by triggers                     guards
//! ```
//!
//! No statement of this crate knows of it. A site that was narrowed reads through connections on which a view of the same
//! name stands before every table that tells of people, cards, doors or events, and writes through one on which triggers
//! refuse every row that lies outside. So a statement that somebody adds is limited without their thinking of it, and a
//! table that somebody adds is in neither list, which a test tells.
//!
//! | within is | if |
//! | --- | --- |
//! | a person | one of their employments is in one of the units, and is not over |
//! | a card | nobody but people who are within holds it; so also what nobody holds |
//! | a door | it belongs to one of the areas, or leads into one |
//! | an event | it was at a door that is within, or of somebody who is and held the card then |
//! | an alarm | the same |
//!
//! What is not named is not within: an operator of areas alone sees events at their doors and nobody's name, one of units
//! alone sees people and no doors.

use access::time::{UtcMs, UtcS};
use rusqlite::{Connection, ToSql};

use super::{AreaId, SiteError, row};

pub(super) mod guards;
pub(super) mod limits;
pub(super) mod seen;
mod subject;
#[cfg(test)]
mod tests;

pub use subject::Subject;

/// Most units of one limit, and most areas. Who has more of them is for the whole site.
pub const LIMIT_PARTS_MAX: usize = 50;

/// What triggers say of a row that lies outside.
pub(super) const OUTSIDE: &str = "outside of the limit";

/// What an operator is limited to. Without units and without areas: to nothing, they have the whole site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limit {
    /// Units, as employments spell them; each once, in their order.
    pub units: Vec<String>,
    /// Areas; each once, in their order.
    pub areas: Vec<AreaId>,
}

impl Limit {
    /// Whether it is no limit.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.units.is_empty() && self.areas.is_empty()
    }
}

/// A limit as of a moment: employments begin and end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    limit: Limit,
    at: UtcS,
}

impl Within {
    /// None for a limit that is none.
    #[must_use]
    pub fn new(limit: Limit, at: UtcMs) -> Option<Self> {
        (!limit.is_none()).then(|| Self { limit, at: at.second() })
    }

    /// Of what.
    #[must_use]
    pub fn limit(&self) -> &Limit {
        &self.limit
    }

    /// Tells a narrowed connection what is within, as of the transaction that it is in.
    pub(super) fn fill(&self, db: &Connection) -> Result<(), SiteError> {
        for table in ["now", "unit", "area", "person", "door"] {
            row::prepare(db, &format!("DELETE FROM temp.within_{table}"))?.execute([])?;
        }
        put(db, "INSERT INTO temp.within_now (at_s) VALUES ($1)", &[self.at.0])?;
        put(db, "INSERT OR IGNORE INTO temp.within_unit (unit) VALUES ($1)", &self.limit.units)?;
        let areas: Vec<i64> = self.limit.areas.iter().map(|area| area.0).collect();
        put(db, "INSERT OR IGNORE INTO temp.within_area (area) VALUES ($1)", &areas)?;
        put(
            db,
            "INSERT OR IGNORE INTO temp.within_person (id)
             SELECT e.person FROM main.employment e, temp.within_now n
             WHERE e.unit = $1 AND e.until IS NULL AND (e.until_s IS NULL OR e.until_s > n.at_s)",
            &self.limit.units,
        )?;
        put(
            db,
            "INSERT OR IGNORE INTO temp.within_door (number)
             SELECT door FROM main.area_door WHERE area = $1 AND until IS NULL
             UNION SELECT door FROM main.door_setting WHERE leads_into = $1 AND until IS NULL",
            &areas,
        )
    }
}

fn put<T: ToSql>(db: &Connection, sql: &str, values: &[T]) -> Result<(), SiteError> {
    let mut statement = row::prepare(db, sql)?;
    values.iter().try_for_each(|value| statement.execute([value]).map(drop)).map_err(SiteError::from)
}

/// What a narrowed connection knows of what is within. It lies in memory, for this connection alone.
const TABLES: &str = "
    PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE within_now (at_s INTEGER NOT NULL) STRICT;
    CREATE TEMP TABLE within_unit (unit TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    CREATE TEMP TABLE within_area (area INTEGER PRIMARY KEY) STRICT;
    CREATE TEMP TABLE within_person (id INTEGER PRIMARY KEY) STRICT;
    CREATE TEMP TABLE within_door (number INTEGER PRIMARY KEY) STRICT;";

/// Narrows a connection that reads.
pub(super) fn narrow_reader(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(TABLES)?;
    db.execute_batch(&seen::views(None))
}

/// Narrows a connection that writes. People, cards and doors are hidden there too: none of them is added by somebody who is
/// limited, and what is looked up on the way to a change is then not there, whether it is unknown or foreign.
pub(super) fn narrow_writer(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(TABLES)?;
    db.execute_batch(&seen::views(Some(&["person", "card", "door"])))?;
    let tables = guards::tables(db)?;
    db.execute_batch(&guards::triggers(&tables))
}

/// Whether a connection is narrowed.
pub(super) fn is_narrow(db: &Connection) -> Result<bool, SiteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM temp.sqlite_master WHERE name = 'within_now')";
    Ok(row::prepare(db, sql)?.query_row([], |row| row.get(0))?)
}

/// That a number of a person is one of those within.
fn person(column: &str) -> String {
    format!("{column} IN (SELECT id FROM temp.within_person)")
}

/// The same of a door.
fn door(column: &str) -> String {
    format!("{column} IN (SELECT number FROM temp.within_door)")
}

/// The same of an area.
fn area(column: &str) -> String {
    format!("{column} IN (SELECT area FROM temp.within_area)")
}

/// That nobody else holds a card, or will.
fn card(column: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM main.holding h WHERE h.uid = {column} AND h.until IS NULL
             AND (h.until_s IS NULL OR h.until_s > (SELECT at_s FROM temp.within_now)) AND NOT {})",
        person("h.person")
    )
}

/// That somebody who is within held a card at a moment, in milliseconds.
fn held(uid: &str, at_ms: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM main.holding h WHERE h.uid = {uid} AND h.until IS NULL
             AND (h.from_s IS NULL OR h.from_s * 1000 <= {at_ms}) AND (h.until_s IS NULL OR {at_ms} < h.until_s * 1000)
             AND {})",
        person("h.person")
    )
}

/// That an alarm is about a door that is within or somebody who is.
fn alarm(row: &str) -> String {
    format!("({} OR {})", door(&format!("{row}.door")), held(&format!("{row}.uid"), &format!("{row}.first_ms")))
}

/// That a lockdown is of a door or an area that is within.
fn lockdown(row: &str) -> String {
    let (door, area) = (door(&format!("{row}.door")), area(&format!("{row}.area")));
    format!("(({row}.door IS NOT NULL AND {door}) OR ({row}.area IS NOT NULL AND {area}))")
}
