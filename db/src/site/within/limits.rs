//! What operators are limited to, read and set.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _};

use super::{LIMIT_PARTS_MAX, Limit};
use crate::site::open::Wakes;
use crate::site::{Actor, AreaId, Site, SiteError, accounts, audit, change, row, rules};

/// Longest unit, in bytes: as long as employments have it.
const UNIT_LENGTH_MAX: usize = 200;

/// Longest detail of a refusal, in bytes.
const WHAT_LENGTH_MAX: usize = 200;

impl Site {
    /// What an operator is limited to.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn limit_of(&self, operator: i64) -> Result<Limit, SiteError> {
        self.read(|db| of(db, operator))
    }

    /// The limits of all operators who have one, by their number.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn limits(&self) -> Result<BTreeMap<i64, Limit>, SiteError> {
        self.read(|db| {
            let mut limits: BTreeMap<i64, Limit> = BTreeMap::new();
            let mut units = row::prepare(db, "SELECT operator, unit FROM operator_unit ORDER BY operator, unit")?;
            for (operator, unit) in row::all(units.query([])?, |r| Ok((r.get(0)?, r.get(1)?)))? {
                limits.entry(operator).or_default().units.push(unit);
            }
            let mut areas = row::prepare(db, "SELECT operator, area FROM operator_area ORDER BY operator, area")?;
            for (operator, area) in row::all(areas.query([])?, |r| Ok((r.get(0)?, AreaId(r.get(1)?))))? {
                limits.entry(operator).or_default().areas.push(area);
            }
            Ok(limits)
        })
    }

    /// Limits an operator, or gives them the whole site with a limit that is none. It counts from their next request on.
    /// Doing so again is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Invalid`] with `units` or `areas`, `unknown-area` among others;
    /// [`SiteError::Refused`] `last-admin` if nobody would be left who can add operators.
    pub fn set_limit(&self, actor: &Actor<'_>, operator: i64, limit: Limit) -> Result<(), SiteError> {
        let limit = checked(limit)?;
        self.write(Wakes::Changes, |db| {
            let name = accounts::name_of(db, operator)?;
            for area in &limit.areas {
                if !rules::has_area(db, *area)? {
                    return Err(SiteError::invalid("areas", "unknown-area"));
                }
            }
            let was = of(db, operator)?;
            if was == limit {
                return Ok(());
            }
            row::prepare(db, "DELETE FROM operator_unit WHERE operator = $1")?.execute([operator])?;
            row::prepare(db, "DELETE FROM operator_area WHERE operator = $1")?.execute([operator])?;
            for unit in &limit.units {
                row::prepare(db, "INSERT INTO operator_unit (operator, unit) VALUES ($1, $2)")?
                    .execute((operator, unit))?;
            }
            for area in &limit.areas {
                row::prepare(db, "INSERT INTO operator_area (operator, area) VALUES ($1, $2)")?
                    .execute((operator, area.0))?;
            }
            accounts::still_an_admin(db)?;
            let change = change::begin(db, actor, "operator-limit", &name)?;
            audit::tell(db, change, "operator", "limit", (told(db, &was)?, told(db, &limit)?))
        })
    }

    /// Notes that somebody who is limited was refused what lies outside: an operator who tries is worth a look. `what` is
    /// the method and the path.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn note_outside(&self, actor: &Actor<'_>, what: &str) -> Result<(), SiteError> {
        let what = what.get(..what.floor_char_boundary(WHAT_LENGTH_MAX)).unwrap_or_default();
        self.write(Wakes::Changes, |db| change::begin(db, actor, "outside-refused", what).map(drop))
    }
}

fn checked(mut limit: Limit) -> Result<Limit, SiteError> {
    limit.units.sort_unstable();
    limit.units.dedup();
    limit.areas.sort_unstable_by_key(|area| area.0);
    limit.areas.dedup();
    for (field, count) in [("units", limit.units.len()), ("areas", limit.areas.len())] {
        if count > LIMIT_PARTS_MAX {
            return Err(SiteError::invalid(field, "too-many"));
        }
    }
    limit.units.iter().try_for_each(|unit| row::check_text("units", unit, UNIT_LENGTH_MAX))?;
    Ok(limit)
}

fn of(db: &Connection, operator: i64) -> Result<Limit, SiteError> {
    let mut units = row::prepare(db, "SELECT unit FROM operator_unit WHERE operator = $1 ORDER BY unit")?;
    let mut areas = row::prepare(db, "SELECT area FROM operator_area WHERE operator = $1 ORDER BY area")?;
    Ok(Limit {
        units: row::all(units.query([operator])?, |r| Ok(r.get(0)?))?,
        areas: row::all(areas.query([operator])?, |r| Ok(AreaId(r.get(0)?)))?,
    })
}

/// A limit in words, with the areas as they are called now; nothing for none.
fn told(db: &Connection, limit: &Limit) -> Result<Option<String>, SiteError> {
    let mut parts = limit.units.clone();
    let mut name = row::prepare(db, "SELECT name FROM area_state WHERE area = $1 ORDER BY id DESC LIMIT 1")?;
    for area in &limit.areas {
        let name: Option<String> = name.query_row([area.0], |r| r.get(0)).optional()?;
        parts.push(name.unwrap_or_else(|| area.0.to_string()));
    }
    Ok((!limit.is_none()).then(|| parts.join("; ")))
}
