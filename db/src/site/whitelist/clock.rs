//! The calendar of a door: the schedules that rules there use and that unlock it, and the site's zone and holidays.

use std::collections::BTreeMap;

use access::calendar::{Calendar, Zone};
use access::whitelist::Generation;
use rusqlite::Connection;

use super::touched::Between;
use crate::site::rules::{schedule_body, schedule_id, site_calendar_as_of};
use crate::site::{SiteError, row};

/// The empty calendar if no schedule is used: a door without schedules need not hear of holidays.
pub(in crate::site) fn calendar(db: &Connection, door: i64, as_of: i64) -> Result<Calendar, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT s.schedule, s.body FROM schedule_state s
         WHERE s.since <= $1 AND (s.until IS NULL OR s.until > $1) AND s.schedule IN (
             SELECT r.schedule FROM area_door a JOIN rule_state r ON r.area = a.area
             WHERE a.since <= $1 AND (a.until IS NULL OR a.until > $1)
               AND r.since <= $1 AND (r.until IS NULL OR r.until > $1) AND a.door = $2
             UNION SELECT x.unlock_schedule FROM door_setting x
             WHERE x.door = $2 AND x.since <= $1 AND (x.until IS NULL OR x.until > $1))
         ORDER BY s.schedule",
    )?;
    let rows = statement.query((as_of, door))?;
    let schedules = row::all(rows, |r| Ok((schedule_id(r.get(0)?)?, schedule_body(r, 1)?)))?;
    if schedules.is_empty() {
        return Ok(Calendar::empty());
    }
    let of_site = site_calendar_as_of(db, Generation(as_of.cast_unsigned()))?;
    let zone = Zone::from_name(&of_site.zone).ok_or(SiteError::corrupt("zone"))?;
    Ok(Calendar { zone, holidays: of_site.holidays, schedules })
}

/// The doors whose calendar differs.
pub(super) fn touched(db: &Connection, between: Between) -> Result<Vec<i64>, SiteError> {
    let tables = ["schedule_state", "calendar_state", "rule_state", "area_door", "door_setting"];
    let mut is_touched = false;
    for table in tables {
        is_touched |= between.touches(db, table)?;
    }
    if !is_touched {
        return Ok(Vec::new());
    }
    let (before, after) = (used(db, between.after)?, used(db, between.through)?);
    let of_site = |as_of: i64| site_calendar_as_of(db, Generation(as_of.cast_unsigned()));
    let is_other_site = of_site(between.after)? != of_site(between.through)?;
    let mut doors: Vec<i64> = before.keys().chain(after.keys()).copied().collect();
    doors.sort_unstable();
    doors.dedup();
    doors.retain(|door| is_other_site || before.get(door) != after.get(door));
    Ok(doors)
}

type Used = BTreeMap<i64, BTreeMap<i64, Vec<u8>>>;

/// For each door the schedules in use there, as stored.
fn used(db: &Connection, as_of: i64) -> Result<Used, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT DISTINCT a.door, r.schedule, s.body
         FROM schedule_state s JOIN rule_state r ON r.schedule = s.schedule JOIN area_door a ON a.area = r.area
         WHERE s.since <= $1 AND (s.until IS NULL OR s.until > $1)
           AND r.since <= $1 AND (r.until IS NULL OR r.until > $1)
           AND a.since <= $1 AND (a.until IS NULL OR a.until > $1)
         UNION SELECT x.door, x.unlock_schedule, s.body
         FROM schedule_state s JOIN door_setting x ON x.unlock_schedule = s.schedule
         WHERE s.since <= $1 AND (s.until IS NULL OR s.until > $1)
           AND x.since <= $1 AND (x.until IS NULL OR x.until > $1)",
    )?;
    let mut rows = statement.query([as_of])?;
    let mut used = Used::new();
    while let Some(row) = rows.next()? {
        used.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
    }
    Ok(used)
}
