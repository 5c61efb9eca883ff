//! The rules themselves, and what the other modules of this folder share.

use access::calendar::{CALENDAR_BYTES_MAX, CHANGED_MAX, SCHEDULES_MAX};
use access::entry::ScheduleId;
use access::time::UtcS;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{AreaId, Effect, GroupId, NewRule, RuleFilter, RuleId, RuleView, areas, groups, schedules};
use crate::site::called::area_called;
use crate::site::{Actor, Page, Site, SiteError, change, row};

/// Longest name of a group, an area or a schedule, in bytes.
pub(super) const NAME_LENGTH_MAX: usize = 100;

/// Longest note of a rule, in bytes.
const NOTE_LENGTH_MAX: usize = 500;

/// Most rules of a site: a hundred times what a large hospital needs, and still few enough to hold at once.
const RULES_MAX: i64 = 100_000;

/// What the schedules of one door may weigh together: a calendar without what its holidays may take (a date of up to
/// five bytes and a flag each) and a little for the zone and the numbers.
const SCHEDULE_BYTES_MAX: usize = CALENDAR_BYTES_MAX - CHANGED_MAX * 6 - SCHEDULES_MAX * 3 - 64;

const SELECT: &str = concat!(
    "SELECT r.rule, r.grp, r.area, r.schedule, r.effect, r.from_s, r.until_s, r.note, g.name, ",
    area_called!(),
    ", s.name
    FROM rule_state r
    JOIN group_state g ON g.grp = r.grp AND g.until IS NULL
    JOIN area_state a ON a.area = r.area AND a.until IS NULL
    LEFT JOIN schedule_state s ON s.schedule = r.schedule AND s.until IS NULL
    WHERE r.until IS NULL "
);

impl Site {
    /// One rule.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn rule(&self, id: RuleId) -> Result<RuleView, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, &format!("{SELECT} AND r.rule = $1"))?;
            row::first(statement.query([id.0])?, view)?.ok_or_else(|| no_such(id))
        })
    }

    /// Rules by number.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] for an unknown door.
    pub fn rules(&self, filter: &RuleFilter, page: Page) -> Result<Vec<RuleView>, SiteError> {
        self.read(|db| {
            let door = filter.door.as_ref().map(|door| row::known_door(db, door)).transpose()?;
            let mut statement = row::prepare(
                db,
                &format!(
                    "{SELECT} AND r.rule > $1 AND ($2 IS NULL OR r.grp = $2) AND ($3 IS NULL OR r.area = $3)
                       AND ($4 IS NULL OR r.schedule = $4)
                       AND ($5 IS NULL OR EXISTS (
                           SELECT 1 FROM area_door d WHERE d.area = r.area AND d.door = $5 AND d.until IS NULL))
                     ORDER BY r.rule LIMIT $6"
                ),
            )?;
            let rows = statement.query((
                page.after.unwrap_or(0),
                filter.group.map(|group| group.0),
                filter.area.map(|area| area.0),
                filter.schedule.map(|schedule| schedule.0),
                door,
                row::limit_of(page.limit),
            ))?;
            row::all(rows, view)
        })
    }
}

pub(super) fn add(db: &Connection, actor: &Actor<'_>, rule: &NewRule) -> Result<i64, SiteError> {
    check(db, rule)?;
    check_count(db, "rule_state", "rule", RULES_MAX)?;
    let change = change::begin(db, actor, "rule-add", "")?;
    let number: i64 = row::prepare(db, "INSERT INTO rule (since) VALUES ($1) RETURNING number")?
        .query_row([change], |row| row.get(0))?;
    change::about(db, change, &number.to_string())?;
    insert(db, change, number, rule)?;
    check_doors(db, rule.area)?;
    Ok(number)
}

pub(super) fn change(db: &Connection, actor: &Actor<'_>, id: RuleId, to: &NewRule) -> Result<i64, SiteError> {
    let now = current(db, id)?;
    check(db, to)?;
    if now != *to {
        let change = change::begin(db, actor, "rule-change", &id.0.to_string())?;
        close(db, change, "rule_state", "rule", id.0)?;
        insert(db, change, id.0, to)?;
        check_doors(db, to.area)?;
    }
    Ok(id.0)
}

pub(super) fn remove(db: &Connection, actor: &Actor<'_>, id: RuleId) -> Result<i64, SiteError> {
    current(db, id)?;
    let change = change::begin(db, actor, "rule-remove", &id.0.to_string())?;
    close(db, change, "rule_state", "rule", id.0)?;
    Ok(id.0)
}

/// Closes what holds now of a thing in one of the tables of this folder.
pub(super) fn close(
    db: &Connection,
    change: i64,
    table: &'static str,
    column: &'static str,
    number: i64,
) -> Result<(), SiteError> {
    let sql = format!("UPDATE {table} SET until = $1 WHERE {column} = $2 AND until IS NULL");
    row::prepare(db, &sql)?.execute((change, number))?;
    Ok(())
}

/// Refuses to remove what a rule names.
pub(super) fn refuse_used(
    db: &Connection,
    column: &'static str,
    what: &'static str,
    number: i64,
) -> Result<(), SiteError> {
    let sql = format!("SELECT 1 FROM rule_state WHERE {column} = $1 AND until IS NULL LIMIT 1");
    let used = row::prepare(db, &sql)?.query_row([number], |_| Ok(())).optional()?;
    used.map_or(Ok(()), |()| Err(SiteError::invalid(what, "used-by-rule")))
}

/// Refuses to remove an area that a door leads into or out of.
pub(super) fn refuse_led_to(db: &Connection, area: AreaId) -> Result<(), SiteError> {
    let sql = "SELECT 1 FROM door_setting WHERE leads_into = $1 AND until IS NULL
               UNION SELECT 1 FROM door_setting WHERE leads_out_of = $1 AND until IS NULL";
    let used = row::prepare(db, sql)?.query_row([area.0], |_| Ok(())).optional()?;
    used.map_or(Ok(()), |()| Err(SiteError::invalid("area", "used-by-door")))
}

/// Refuses to remove an area that is locked down: its doors would open to everybody without anybody having lifted it.
pub(super) fn refuse_locked_down(db: &Connection, area: AreaId, now: UtcS) -> Result<(), SiteError> {
    let sql = "SELECT 1 FROM lockdown WHERE area = $1 AND until IS NULL AND (until_s IS NULL OR until_s > $2) LIMIT 1";
    let on = row::prepare(db, sql)?.query_row((area.0, now.0), |_| Ok(())).optional()?;
    on.map_or(Ok(()), |()| Err(SiteError::invalid("area", "locked-down")))
}

/// Refuses to remove a schedule that unlocks a door.
pub(super) fn refuse_unlocking(db: &Connection, schedule: i64) -> Result<(), SiteError> {
    let sql = "SELECT 1 FROM door_setting WHERE unlock_schedule = $1 AND until IS NULL LIMIT 1";
    let used = row::prepare(db, sql)?.query_row([schedule], |_| Ok(())).optional()?;
    used.map_or(Ok(()), |()| Err(SiteError::invalid("schedule", "used-by-door")))
}

/// Refuses one more than the most.
pub(super) fn check_count(
    db: &Connection,
    table: &'static str,
    what: &'static str,
    most: i64,
) -> Result<(), SiteError> {
    let sql = format!("SELECT COUNT(*) FROM {table} WHERE until IS NULL");
    let count: i64 = row::prepare(db, &sql)?.query_row([], |row| row.get(0))?;
    if count < most { Ok(()) } else { Err(SiteError::invalid(what, "too-many")) }
}

/// Refuses an area of which a door would need more schedules than one calendar may hold: the door could not be told
/// of them, and would go on with its old list.
pub(super) fn check_doors(db: &Connection, area: AreaId) -> Result<(), SiteError> {
    let here = "SELECT door FROM area_door WHERE area = $1 AND until IS NULL";
    check_schedules(db, here, area.0)
}

/// The same for one door.
pub(in crate::site) fn check_schedules_at(db: &Connection, door: i64) -> Result<(), SiteError> {
    check_schedules(db, "SELECT number FROM door WHERE number = $1", door)
}

/// The same for the doors that a statement finds: what rules at the door use, and what unlocks it.
fn check_schedules(db: &Connection, doors: &'static str, of: i64) -> Result<(), SiteError> {
    let sql = format!(
        "WITH here (door) AS ({doors})
         SELECT COUNT(*), SUM(LENGTH(s.body)) FROM (
             SELECT here.door, r.schedule FROM here
             JOIN area_door d ON d.door = here.door AND d.until IS NULL
             JOIN rule_state r ON r.area = d.area AND r.until IS NULL
             UNION SELECT here.door, x.unlock_schedule FROM here
             JOIN door_setting x ON x.door = here.door AND x.until IS NULL) u
         JOIN schedule_state s ON s.schedule = u.schedule AND s.until IS NULL
         GROUP BY u.door"
    );
    let mut statement = row::prepare(db, &sql)?;
    let fits = |(count, bytes): (i64, i64)| {
        let within = |number: i64, most: usize| usize::try_from(number).is_ok_and(|number| number <= most);
        within(count, SCHEDULES_MAX) && within(bytes, SCHEDULE_BYTES_MAX)
    };
    let each = row::all(statement.query([of])?, |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?)))?;
    if each.into_iter().all(fits) { Ok(()) } else { Err(SiteError::invalid("schedule", "too-many-at-door")) }
}

/// The same for all areas where rules use a schedule.
pub(super) fn check_doors_of_schedule(db: &Connection, schedule: i64) -> Result<(), SiteError> {
    let mut statement = row::prepare(db, "SELECT DISTINCT area FROM rule_state WHERE schedule = $1 AND until IS NULL")?;
    let areas = row::all(statement.query([schedule])?, |r| Ok(AreaId(r.get(0)?)))?;
    areas.into_iter().try_for_each(|area| check_doors(db, area))?;
    check_schedules(db, "SELECT door FROM door_setting WHERE unlock_schedule = $1 AND until IS NULL", schedule)
}

pub(super) fn count(row: &Row<'_>, column: usize) -> Result<u64, SiteError> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

fn check(db: &Connection, rule: &NewRule) -> Result<(), SiteError> {
    row::check_window("window", rule.window)?;
    if !rule.note.is_empty() {
        row::check_text("note", &rule.note, NOTE_LENGTH_MAX)?;
    }
    let unknown = |field, problem| move |_| SiteError::invalid(field, problem);
    groups::name(db, rule.group).map_err(unknown("group", "unknown-group"))?;
    areas::name(db, rule.area).map_err(unknown("area", "unknown-area"))?;
    let known = rule.schedule == ScheduleId::ALWAYS || schedules::exists(db, i64::from(rule.schedule.0))?;
    if known { Ok(()) } else { Err(SiteError::invalid("schedule", "unknown-schedule")) }
}

fn current(db: &Connection, id: RuleId) -> Result<NewRule, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT rule, grp, area, schedule, effect, from_s, until_s, note FROM rule_state
         WHERE rule = $1 AND until IS NULL",
    )?;
    row::first(statement.query([id.0])?, |r| body(r, 1))?.ok_or_else(|| no_such(id))
}

fn insert(db: &Connection, change: i64, number: i64, rule: &NewRule) -> Result<(), SiteError> {
    let (from, until) = row::bounds(rule.window);
    row::prepare(
        db,
        "INSERT INTO rule_state (rule, grp, area, schedule, effect, from_s, until_s, note, since)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )?
    .execute((
        number,
        rule.group.0,
        rule.area.0,
        rule.schedule.0,
        rule.effect.code(),
        from,
        until,
        &rule.note,
        change,
    ))?;
    Ok(())
}

fn no_such(id: RuleId) -> SiteError {
    SiteError::not_found("rule", &id.0)
}

/// Seven neighbouring columns: group, area, schedule, effect, window, note.
fn body(row: &Row<'_>, column: usize) -> Result<NewRule, SiteError> {
    let effect: String = row.get(column + 3)?;
    Ok(NewRule {
        group: GroupId(row.get(column)?),
        area: AreaId(row.get(column + 1)?),
        schedule: schedules::id(row.get(column + 2)?)?,
        effect: Effect::from_code(&effect).ok_or(SiteError::corrupt("rule"))?,
        window: row::window(row, column + 4)?,
        note: row.get(column + 6)?,
    })
}

fn view(row: &Row<'_>) -> Result<RuleView, SiteError> {
    Ok(RuleView {
        id: RuleId(row.get(0)?),
        rule: body(row, 1)?,
        group_name: row.get(8)?,
        area_name: row.get(9)?,
        schedule_name: row.get(10)?,
    })
}
