//! How often doors were tapped, hour by hour, and why they denied.

use access::id::DoorId;
use access::reason::Reasons;
use access::time::UtcMs;
use rusqlite::Connection;

use crate::site::whitelist::Doors;
use crate::site::{Site, SiteError, row};

/// Longest span of a report, in days: a month, so that it reads a tenth of the largest log at most.
pub const TAPS_DAYS_MAX: i64 = 31;

/// Most taps of one report. A span with more is refused: half of a month drawn as the whole would deceive.
const TAPS_MAX: i64 = 2_000_000;

/// Most doors that a report may name.
const DOORS_MAX: usize = 200;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// Which taps to count, by the doors' clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TapSpan {
    /// From this instant on.
    pub from: UtcMs,
    /// Before this instant.
    pub until: UtcMs,
    /// At these doors; at all if empty.
    pub doors: Vec<DoorId>,
}

/// Taps of one hour at one door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TapCount {
    /// When the hour began, in UTC.
    pub hour: UtcMs,
    /// Where.
    pub door: DoorId,
    /// Let in.
    pub granted: u64,
    /// Not let in.
    pub denied: u64,
}

/// Denials of one door for the same reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denials {
    /// Where.
    pub door: DoorId,
    /// Why: all that failed.
    pub reasons: Reasons,
    /// How often.
    pub count: u64,
}

impl Site {
    /// Taps by hour and door, in that order; of doors that whoever asks may see.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with `until` for a span that is reversed or too long, or holds too many taps; with `doors`
    /// or `door`.
    pub fn taps(&self, span: &TapSpan) -> Result<Vec<TapCount>, SiteError> {
        self.read(|db| {
            let names = Doors::read(db)?;
            let mut counts: Vec<TapCount> = Vec::new();
            let codes = "e.code IN ('granted', 'denied')";
            let columns = format!("e.at_ms - ((e.at_ms % {HOUR_MS}) + {HOUR_MS}) % {HOUR_MS} AS at");
            let found = grouped(db, span, &columns, "e.code", codes)?;
            for (hour, door, code, count) in found {
                let Some(door) = names.seen(door) else { continue };
                let is_same = |last: &TapCount| last.hour.0 == hour && last.door == *door;
                if !counts.last().is_some_and(is_same) {
                    counts.push(TapCount { hour: UtcMs(hour), door: door.clone(), granted: 0, denied: 0 });
                }
                if let Some(last) = counts.last_mut() {
                    let of = if code.as_text()? == "granted" { &mut last.granted } else { &mut last.denied };
                    *of += count;
                }
            }
            Ok(counts)
        })
    }

    /// Denials by door and by their reasons.
    ///
    /// # Errors
    /// As [`Site::taps`].
    pub fn denials(&self, span: &TapSpan) -> Result<Vec<Denials>, SiteError> {
        self.read(|db| {
            let names = Doors::read(db)?;
            let found = grouped(db, span, "0 AS at", "COALESCE(e.reasons, 0)", "e.code = 'denied'")?;
            let one = |(_, door, reasons, count): (i64, i64, Of, u64)| {
                let reasons = Reasons::from_bits(reasons.as_number()?.cast_unsigned());
                Ok(names.seen(door).map(|door| Denials { door: door.clone(), reasons, count }))
            };
            found.into_iter().filter_map(|row| one(row).transpose()).collect()
        })
    }
}

/// A column that is a text in one report and a number in the other.
struct Of(rusqlite::types::Value);

impl Of {
    fn as_text(&self) -> Result<&str, SiteError> {
        match &self.0 {
            rusqlite::types::Value::Text(text) => Ok(text),
            _ => Err(SiteError::corrupt("event")),
        }
    }

    fn as_number(&self) -> Result<i64, SiteError> {
        match self.0 {
            rusqlite::types::Value::Integer(number) => Ok(number),
            _ => Err(SiteError::corrupt("event")),
        }
    }
}

type Counted = Vec<(i64, i64, Of, u64)>;

/// Counts events by a time, the door and one more column, in that order. No value becomes part of the text.
fn grouped(db: &Connection, span: &TapSpan, at: &str, of: &str, which: &str) -> Result<Counted, SiteError> {
    check(span)?;
    let doors = span.doors.iter().map(|door| row::known_door(db, door)).collect::<Result<Vec<i64>, _>>()?;
    let places: Vec<String> = (3..3 + doors.len()).map(|place| format!("${place}")).collect();
    // The plus keeps to the index by time: a door's would read its whole past.
    let at_doors = if doors.is_empty() { String::new() } else { format!("AND +e.door IN ({})", places.join(", ")) };
    let sql = format!(
        "SELECT at, door, what, COUNT(*) FROM (
             SELECT {at}, e.door AS door, {of} AS what FROM event e
             WHERE e.at_ms >= $1 AND e.at_ms < $2 {at_doors} AND {which} LIMIT {TAPS_MAX})
         GROUP BY at, door, what ORDER BY at, door, what"
    );
    let values = [span.from.0, span.until.0].into_iter().chain(doors);
    let mut statement = row::prepare(db, &sql)?;
    let counted: Counted = row::all(statement.query(rusqlite::params_from_iter(values))?, |r| {
        Ok((r.get(0)?, r.get(1)?, Of(r.get(2)?), r.get::<_, i64>(3)?.cast_unsigned()))
    })?;
    let all: u64 = counted.iter().map(|(.., count)| *count).sum();
    if all >= TAPS_MAX.cast_unsigned() {
        return Err(SiteError::invalid("until", "too-many"));
    }
    Ok(counted)
}

fn check(span: &TapSpan) -> Result<(), SiteError> {
    if span.until <= span.from {
        return Err(SiteError::invalid("until", "reversed-window"));
    }
    // An hour more than whole days, as a month of autumn has it.
    if span.until.0.saturating_sub(span.from.0) > TAPS_DAYS_MAX * DAY_MS + HOUR_MS {
        return Err(SiteError::invalid("until", "longer-than-31-days"));
    }
    if span.doors.len() > DOORS_MAX {
        return Err(SiteError::invalid("doors", "too-many"));
    }
    Ok(())
}
