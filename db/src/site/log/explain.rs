//! What has happened to a row that does not follow upon the one before: as far as the rows around it tell.

use access::chain::Link;
use access::confirm::LogHead;
use rusqlite::Connection;

use super::stored::{self, Stored};
use super::types::{Damage, Harm, LogPart};
use crate::site::SiteError;

/// Rows that are searched for one that stood here before. A search of the whole log would find no more that matters.
const SEARCHED_MAX: u64 = 100_000;

/// Rows that are read at once for it.
const SEARCHED_AT_ONCE: u32 = 5_000;

/// Where the log stops making sense.
pub(super) struct Place<'a> {
    /// The number of the row that should come.
    pub(super) expected: u64,
    /// The row that comes; none if the log has ended.
    pub(super) row: Option<&'a Stored>,
    /// The head before it, and the one before that.
    pub(super) heads: (Link, Link),
    /// The column that gave it away, if a single one did.
    pub(super) column: Option<&'static str>,
    /// Where the log should end.
    pub(super) end: LogHead,
    /// Its sequence is not the next of its door.
    pub(super) skips: bool,
}

/// Names the first row that was changed, removed, added or moved.
pub(super) fn explain(db: &Connection, place: &Place<'_>) -> Result<Damage, SiteError> {
    let expected = place.expected;
    let found = |row, harm| Damage { part: LogPart::Events, row, harm };
    let Some(row) = place.row else {
        return Ok(found(expected, Harm::Removed { through: place.end.row }));
    };
    if row.id == expected && row.follows(expected, place.heads.0) {
        return Ok(found(expected, Harm::Changed { column: place.column }));
    }
    if row.id == expected && expected <= place.end.row && next_follows(db, place, row)? {
        return Ok(found(expected, Harm::Changed { column: place.column }));
    }
    // The row before is one too many: this one is what should have come in its place.
    if row.id == expected && expected > 1 && row.follows(expected - 1, place.heads.1) {
        return Ok(found(expected - 1, Harm::Added { through: expected - 1 }));
    }
    if let Some(at) = search(db, place)? {
        return elsewhere(db, place, row, at);
    }
    if row.id > expected {
        return Ok(found(expected, Harm::Removed { through: row.id - 1 }));
    }
    if expected > place.end.row {
        return Ok(found(expected, Harm::Added { through: expected }));
    }
    if place.skips && place.column.is_none() {
        return Ok(found(expected, Harm::Removed { through: expected }));
    }
    Ok(found(expected, Harm::Changed { column: place.column }))
}

/// The row that should be here is there: others were put before it, or the two have changed places.
fn elsewhere(db: &Connection, place: &Place<'_>, row: &Stored, at: u64) -> Result<Damage, SiteError> {
    let before = stored::at(db, if at - 1 == place.expected { at } else { at - 1 })?;
    let swapped = before.is_some_and(|before| row.follows(at, before.stored_head()));
    let missing = row.id > place.expected;
    let harm = if swapped || missing { Harm::Moved { to: at } } else { Harm::Added { through: at - 1 } };
    Ok(Damage { part: LogPart::Events, row: place.expected, harm })
}

/// A later row that is the one which should stand here.
fn search(db: &Connection, place: &Place<'_>) -> Result<Option<u64>, SiteError> {
    let (mut from, last) = (place.expected.saturating_add(1), place.expected.saturating_add(SEARCHED_MAX));
    loop {
        let rows = stored::read(db, from, last, SEARCHED_AT_ONCE)?;
        let Some(newest) = rows.last().map(|row| row.id) else { return Ok(None) };
        let found = rows.iter().find(|row| row.follows(place.expected, place.heads.0));
        if let Some(found) = found {
            return Ok(Some(found.id));
        }
        from = newest.saturating_add(1);
    }
}

/// Whether what comes after this row was chained after it: then it was here, and has changed since.
fn next_follows(db: &Connection, place: &Place<'_>, row: &Stored) -> Result<bool, SiteError> {
    let own = row.row(row.id).map(|own| own.head(place.heads.0));
    let heads = [Some(row.stored_head()), own.ok()];
    if row.id == place.end.row {
        return Ok(heads.contains(&Some(place.end.link)));
    }
    let next = row.id.saturating_add(1);
    Ok(stored::at(db, next)?.is_some_and(|after| heads.into_iter().flatten().any(|head| after.follows(next, head))))
}
