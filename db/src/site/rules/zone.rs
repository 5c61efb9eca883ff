//! The site's zone and holidays: one row at a time, or the default.

use access::calendar::{Holidays, Zone};
use access::whitelist::Generation;
use rusqlite::Connection;

use super::SiteCalendar;
use crate::site::{Actor, Site, SiteError, change, row};

impl Site {
    /// The site's zone and holidays.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn site_calendar(&self) -> Result<SiteCalendar, SiteError> {
        self.read(|db| as_of(db, Generation(u64::MAX)))
    }
}

pub(super) fn set(db: &Connection, actor: &Actor<'_>, calendar: &SiteCalendar) -> Result<i64, SiteError> {
    if Zone::from_name(&calendar.zone).is_none() {
        return Err(SiteError::invalid("zone", "unknown-zone"));
    }
    calendar.holidays.check().map_err(|_| SiteError::invalid("holidays", "not-holidays"))?;
    if as_of(db, Generation(u64::MAX))? != *calendar {
        let change = change::begin(db, actor, "calendar-set", &calendar.zone)?;
        row::prepare(db, "UPDATE calendar_state SET until = $1 WHERE until IS NULL")?.execute([change])?;
        let holidays =
            postcard::to_allocvec(&calendar.holidays).map_err(|error| SiteError::Storage(Box::new(error)))?;
        row::prepare(db, "INSERT INTO calendar_state (zone, holidays, since) VALUES ($1, $2, $3)")?.execute((
            &calendar.zone,
            holidays,
            change,
        ))?;
    }
    Ok(0)
}

/// As it was.
pub(in crate::site) fn as_of(db: &Connection, as_of: Generation) -> Result<SiteCalendar, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT zone, holidays FROM calendar_state WHERE since <= $1 AND (until IS NULL OR until > $1)",
    )?;
    let found = row::first(statement.query([row::generation(as_of)])?, |r| {
        let bytes = r.get_ref(1)?.as_blob().map_err(|_| SiteError::corrupt("calendar"))?;
        let holidays: Holidays = postcard::from_bytes(bytes).map_err(|_| SiteError::corrupt("calendar"))?;
        Ok(SiteCalendar { zone: r.get(0)?, holidays })
    })?;
    Ok(found.unwrap_or_default())
}
