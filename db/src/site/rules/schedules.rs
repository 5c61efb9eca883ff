//! Weekly schedules. Their numbers stand on the wire.

use access::calendar::Schedule;
use access::entry::ScheduleId;
use rusqlite::{Connection, OptionalExtension, Row};

use super::table::NAME_LENGTH_MAX;
use super::{ScheduleView, table};
use crate::site::{Actor, Page, Site, SiteError, change, row};

const SELECT: &str = "
    SELECT s.schedule, s.name, s.body,
           (SELECT COUNT(*) FROM rule_state r WHERE r.schedule = s.schedule AND r.until IS NULL)
    FROM schedule_state s WHERE s.until IS NULL ";

impl Site {
    /// One schedule.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn schedule(&self, id: ScheduleId) -> Result<ScheduleView, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, &format!("{SELECT} AND s.schedule = $1"))?;
            row::first(statement.query([id.0])?, view)?.ok_or_else(|| no_such(id))
        })
    }

    /// The schedule of this name.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn schedule_by_name(&self, name: &str) -> Result<Option<ScheduleView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, &format!("{SELECT} AND s.name = $1"))?;
            row::first(statement.query([name])?, view)
        })
    }

    /// Schedules by number.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn schedules(&self, page: Page) -> Result<Vec<ScheduleView>, SiteError> {
        self.read(|db| {
            let mut statement =
                row::prepare(db, &format!("{SELECT} AND s.schedule > $1 ORDER BY s.schedule LIMIT $2"))?;
            row::all(statement.query((page.after.unwrap_or(0), row::limit_of(page.limit)))?, view)
        })
    }
}

/// A number is never given again: a door may still have a grant that names it.
pub(super) fn add(db: &Connection, actor: &Actor<'_>, name: &str, body: &Schedule) -> Result<i64, SiteError> {
    check(body)?;
    free(db, name)?;
    let number: i64 =
        row::prepare(db, "SELECT COALESCE(MAX(number), 0) + 1 FROM schedule")?.query_row([], |row| row.get(0))?;
    if number > i64::from(u16::MAX) {
        return Err(SiteError::invalid("schedule", "too-many"));
    }
    let change = change::begin(db, actor, "schedule-add", name)?;
    row::prepare(db, "INSERT INTO schedule (number, since) VALUES ($1, $2)")?.execute((number, change))?;
    insert(db, change, number, name, body)?;
    Ok(number)
}

pub(super) fn change(
    db: &Connection,
    actor: &Actor<'_>,
    schedule: ScheduleId,
    name: &str,
    body: &Schedule,
) -> Result<i64, SiteError> {
    check(body)?;
    let number = i64::from(schedule.0);
    let mut statement =
        row::prepare(db, "SELECT name, body FROM schedule_state WHERE schedule = $1 AND until IS NULL")?;
    let now = row::first(statement.query([number])?, |r| Ok((r.get::<_, String>(0)?, self::body(r, 1)?)))?;
    let (old_name, old_body) = now.ok_or_else(|| no_such(schedule))?;
    if old_name != name {
        free(db, name)?;
    }
    if old_name != name || old_body != *body {
        let change = change::begin(db, actor, "schedule-change", &format!("{number} {name}"))?;
        table::close(db, change, "schedule_state", "schedule", number)?;
        insert(db, change, number, name, body)?;
        table::check_doors_of_schedule(db, number)?;
    }
    Ok(number)
}

pub(super) fn remove(db: &Connection, actor: &Actor<'_>, schedule: ScheduleId) -> Result<i64, SiteError> {
    let number = i64::from(schedule.0);
    if !exists(db, number)? {
        return Err(no_such(schedule));
    }
    table::refuse_used(db, "schedule", "schedule", number)?;
    table::refuse_unlocking(db, number)?;
    let change = change::begin(db, actor, "schedule-remove", &number.to_string())?;
    table::close(db, change, "schedule_state", "schedule", number)?;
    Ok(number)
}

pub(super) fn exists(db: &Connection, number: i64) -> Result<bool, SiteError> {
    let found = row::prepare(db, "SELECT 1 FROM schedule_state WHERE schedule = $1 AND until IS NULL")?
        .query_row([number], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

/// A number as on the wire.
pub(in crate::site) fn id(number: i64) -> Result<ScheduleId, SiteError> {
    u16::try_from(number).map(ScheduleId).map_err(|_| SiteError::corrupt("schedule"))
}

/// A body as stored.
pub(in crate::site) fn body(row: &Row<'_>, column: usize) -> Result<Schedule, SiteError> {
    let bytes = row.get_ref(column)?.as_blob().map_err(|_| SiteError::corrupt("schedule"))?;
    postcard::from_bytes(bytes).map_err(|_| SiteError::corrupt("schedule"))
}

/// The page tells which window is wrong by checking the schedule itself, which says more than a code can.
fn check(body: &Schedule) -> Result<(), SiteError> {
    body.check().map_err(|_| SiteError::invalid("schedule", "not-a-schedule"))
}

fn no_such(schedule: ScheduleId) -> SiteError {
    SiteError::not_found("schedule", &schedule.0)
}

fn free(db: &Connection, name: &str) -> Result<(), SiteError> {
    row::check_text("name", name, NAME_LENGTH_MAX)?;
    let taken = row::prepare(db, "SELECT 1 FROM schedule_state WHERE name = $1 AND until IS NULL")?
        .query_row([name], |_| Ok(()))
        .optional()?;
    taken.map_or(Ok(()), |()| Err(SiteError::conflict("schedule", name)))
}

fn insert(db: &Connection, change: i64, schedule: i64, name: &str, body: &Schedule) -> Result<(), SiteError> {
    let body = postcard::to_allocvec(body).map_err(|error| SiteError::Storage(Box::new(error)))?;
    row::prepare(db, "INSERT INTO schedule_state (schedule, name, body, since) VALUES ($1, $2, $3, $4)")?
        .execute((schedule, name, body, change))?;
    Ok(())
}

fn view(row: &Row<'_>) -> Result<ScheduleView, SiteError> {
    Ok(ScheduleView { id: id(row.get(0)?)?, name: row.get(1)?, body: body(row, 2)?, rules: table::count(row, 3)? })
}
