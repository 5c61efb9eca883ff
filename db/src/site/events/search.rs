//! One page of the log, with work that is bounded by the rows looked at and never by a clock: the same question has the
//! same answer on any machine.

use access::time::UtcMs;
use rusqlite::{Connection, OptionalExtension as _};

use super::lanes::{Lanes, Place, Plan};
use super::wanted::Wanted;
use super::{EventFilter, EventView, Seek, views};
use crate::site::{Site, SiteError, row};

/// Rows that a reader who follows the log has looked at in one call, in the order of the intake.
const FOLLOWED_MAX: usize = 10_000;

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// In the order that was asked for.
    pub events: Vec<EventView>,
    /// Where to go on with [`Seek::Before`] or [`Seek::After`]; nothing if there is nothing more. Of whoever follows
    /// the log: the last row that was looked at, if any was.
    pub next: Option<EventMark>,
    /// Whether enough was looked at before the page was full: there may be more behind `next`, or nothing.
    pub unfinished: bool,
    /// The newest id of the log at this moment; 0 if it is empty.
    pub newest: i64,
}

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventMark {
    /// The id of the event there.
    pub id: i64,
    /// When it happened.
    pub happened: UtcMs,
}

impl Site {
    /// Searches the central log. One call looks at a bounded number of rows; where that did not do, `unfinished` says so
    /// and `next` goes on.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] for an unknown door or area, too many of anything, or a code that is too long.
    pub fn find_events(&self, filter: &EventFilter, seek: Seek, limit: u32) -> Result<Found, SiteError> {
        self.read(|db| {
            let wanted = Wanted::new(db, filter)?;
            let hits = find(db, &wanted, seek, row::limit_of(limit))?;
            let newest =
                row::prepare(db, "SELECT COALESCE(MAX(id), 0) FROM main.event")?.query_row([], |row| row.get(0))?;
            let next = hits.next.map(|(happened, id)| EventMark { id, happened: UtcMs(happened) });
            Ok(Found { events: views(db, &hits.ids)?, next, unfinished: hits.unfinished, newest })
        })
    }

    /// How many events there are, counted up to `most`, and whether all of them were looked at.
    ///
    /// # Errors
    /// Those of [`Site::find_events`].
    pub fn count_events(&self, filter: &EventFilter, most: u32) -> Result<(u32, bool), SiteError> {
        self.read(|db| {
            let hits = find(db, &Wanted::new(db, filter)?, Seek::Newest, row::limit_of(most))?;
            Ok((u32::try_from(hits.ids.len()).unwrap_or(u32::MAX), hits.next.is_none()))
        })
    }
}

/// Ids in the order that was asked for.
#[derive(Default)]
struct Hits {
    ids: Vec<i64>,
    next: Option<Place>,
    unfinished: bool,
}

fn find(db: &Connection, wanted: &Wanted, seek: Seek, limit: u32) -> Result<Hits, SiteError> {
    let behind = match seek {
        _ if limit == 0 => None,
        Seek::After(id) => return follow(db, wanted, id, limit as usize),
        Seek::Newest => Some((i64::MAX, i64::MAX)),
        Seek::Before(id) => place(db, id)?,
    };
    let Some(behind) = behind else { return Ok(Hits::default()) };
    let mut lanes = Lanes::open(db, wanted, Plan::of(db, wanted)?, behind, limit.saturating_add(1))?;
    let (mut hits, mut last, mut of_last_hit) = (Hits::default(), None, None);
    while let Some(row) = lanes.next()? {
        last = Some(row.place);
        if !row.taken {
            continue;
        }
        if hits.ids.len() == limit as usize {
            // One more than fits: so there is another page, and it begins behind the last that did.
            hits.next = of_last_hit;
            return Ok(hits);
        }
        hits.ids.push(row.place.1);
        of_last_hit = last;
    }
    if lanes.tired() {
        (hits.next, hits.unfinished) = (last, true);
    }
    Ok(hits)
}

/// Where an event lies in the list; of an id that there is not, the one before it.
fn place(db: &Connection, id: i64) -> Result<Option<Place>, SiteError> {
    let sql = "SELECT happened_ms, id FROM main.event WHERE id <= $1 ORDER BY id DESC LIMIT 1";
    let found: Option<Place> =
        row::prepare(db, sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(found.map(|(happened, found)| (happened, if found == id { id } else { found.saturating_add(1) })))
}

/// What came in after a row, in that order.
fn follow(db: &Connection, wanted: &Wanted, after: i64, limit: usize) -> Result<Hits, SiteError> {
    let looks = if wanted.is_everything() { limit } else { FOLLOWED_MAX };
    let mut statement = row::prepare(
        db,
        "SELECT e.id, e.happened_ms, e.door, e.code, e.reasons, e.uid, e.at_ms FROM main.event e
         WHERE e.id > $1 ORDER BY e.id LIMIT $2",
    )?;
    let mut rows = statement.query((after, i64::try_from(looks).unwrap_or(i64::MAX)))?;
    let (mut hits, mut looked) = (Hits::default(), 0);
    while let Some(row) = rows.next()? {
        hits.next = Some((row.get(1)?, row.get(0)?));
        looked += 1;
        if wanted.takes(row)? {
            hits.ids.push(row.get(0)?);
            if hits.ids.len() == limit {
                return Ok(hits);
            }
        }
    }
    hits.unfinished = looked == looks;
    Ok(hits)
}

#[cfg(test)]
mod tests {
    use super::super::lanes::Way;
    use super::*;

    #[test]
    fn every_way_into_the_log_reads_its_own_index_in_order_and_sorts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
        for (way, checks) in Way::ALL.into_iter().flat_map(|way| [(way, false), (way, true)]) {
            let plan: Vec<String> = site
                .read(|db| {
                    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {}", way.sql(checks)))?;
                    (1..=statement.parameter_count()).try_for_each(|n| statement.raw_bind_parameter(n, 1))?;
                    row::all(statement.raw_query(), |row| Ok(row.get(3)?))
                })
                .unwrap();
            let plan = plan.join("; ");
            assert!(plan.contains("SEARCH e USING") && plan.contains(&format!("INDEX {} (", way.index())), "{plan}");
            assert!(plan.contains("happened_ms<?") && !plan.contains("TEMP B-TREE"), "{way:?}: {plan}");
        }
    }
}
