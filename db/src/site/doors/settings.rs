//! How a door is set up, as columns.

use access::entry::ScheduleId;
use access::mode::Unlock;
use access::passage::AreaId as WireAreaId;
use access::settings::{Age, Beyond, DoorSettings, ExitButton, Lockout, Reading, SettingsError, Times, UnknownTime};
use rusqlite::{Connection, Row};

use crate::site::rules::{self, AreaId};
use crate::site::{SiteError, row};

/// Columns that [`read`] wants, of `door_setting s`.
macro_rules! setting_columns {
    () => {
        "s.reading, s.release_ms, s.held_warning_ms, s.held_alarm_ms, s.long_release_ms, s.long_held_warning_ms,
         s.long_held_alarm_ms, s.exit_button, s.unlock_schedule, s.unlock_first_person, s.two_person_s, s.escort_s,
         s.lockout_denials, s.lockout_within_s, s.lockout_for_s, s.leads_into, s.leads_out_of,
         s.age_limit_s, s.age_beyond, s.unknown_time"
    };
}
pub(in crate::site) use setting_columns;

/// Refuses what is out of its bounds, and what names something that is not there.
pub(super) fn check(db: &Connection, settings: &DoorSettings) -> Result<(), SiteError> {
    in_bounds(settings)?;
    if let Some(unlock) = settings.unlock
        && (unlock.schedule == ScheduleId::ALWAYS || !rules::has_schedule(db, unlock.schedule)?)
    {
        return Err(SiteError::invalid("unlock", "unknown-schedule"));
    }
    for (field, area) in [("leads_into", settings.leads_into), ("leads_out_of", settings.leads_out_of)] {
        if let Some(WireAreaId(area)) = area
            && !rules::has_area(db, AreaId(i64::from(area)))?
        {
            return Err(SiteError::invalid(field, "unknown-area"));
        }
    }
    Ok(())
}

fn in_bounds(settings: &DoorSettings) -> Result<(), SiteError> {
    settings.check().map_err(|SettingsError(field)| SiteError::invalid(field, "out-of-range"))
}

/// What holds from a change on.
pub(super) fn insert(db: &Connection, change: i64, door: i64, settings: &DoorSettings) -> Result<(), SiteError> {
    let (times, long, lockout) = (&settings.times, &settings.long_times, &settings.lockout);
    row::prepare(
        db,
        "INSERT INTO door_setting
             (door, since, reading, release_ms, held_warning_ms, held_alarm_ms, long_release_ms,
              long_held_warning_ms, long_held_alarm_ms, exit_button, unlock_schedule, unlock_first_person,
              two_person_s, escort_s, lockout_denials, lockout_within_s, lockout_for_s, leads_into, leads_out_of,
              age_limit_s, age_beyond, unknown_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
    )?
    .execute(rusqlite::params![
        door,
        change,
        settings.reading.code(),
        times.release_ms,
        times.held_warning_ms,
        times.held_alarm_ms,
        long.release_ms,
        long.held_warning_ms,
        long.held_alarm_ms,
        settings.exit_button.code(),
        settings.unlock.map(|unlock| unlock.schedule.0),
        settings.unlock.is_some_and(|unlock| unlock.first_person_in),
        settings.two_person_s,
        settings.escort_s,
        lockout.denials,
        lockout.within_s,
        lockout.for_s,
        settings.leads_into.map(|area| area.0),
        settings.leads_out_of.map(|area| area.0),
        settings.age.map(|age| age.limit_s),
        settings.age.map_or(Beyond::GoesOn, |age| age.beyond).code(),
        settings.unknown_time.code(),
    ])?;
    Ok(())
}

/// From the neighbouring columns of `setting_columns!`.
pub(in crate::site) fn read(row: &Row<'_>, first: usize) -> Result<DoorSettings, SiteError> {
    let (reading, exit_button): (String, String) = (row.get(first)?, row.get(first + 7)?);
    let times = |at: usize| -> Result<Times, SiteError> {
        Ok(Times {
            release_ms: row.get(first + at)?,
            held_warning_ms: row.get(first + at + 1)?,
            held_alarm_ms: row.get(first + at + 2)?,
        })
    };
    let first_person_in = row.get(first + 9)?;
    let schedule: Option<u16> = row.get(first + 8)?;
    let area = |at: usize| -> Result<Option<WireAreaId>, SiteError> {
        Ok(row.get::<_, Option<u32>>(first + at)?.map(WireAreaId))
    };
    Ok(DoorSettings {
        reading: Reading::from_code(&reading).ok_or(SiteError::corrupt("reading"))?,
        times: times(1)?,
        long_times: times(4)?,
        exit_button: ExitButton::from_code(&exit_button).ok_or(SiteError::corrupt("exit button"))?,
        unlock: schedule.map(|schedule| Unlock { schedule: ScheduleId(schedule), first_person_in }),
        two_person_s: row.get(first + 10)?,
        escort_s: row.get(first + 11)?,
        lockout: Lockout { denials: row.get(first + 12)?, within_s: row.get(first + 13)?, for_s: row.get(first + 14)? },
        leads_into: area(15)?,
        leads_out_of: area(16)?,
        age: age(row, first + 17)?,
        unknown_time: UnknownTime::from_code(&row.get::<_, String>(first + 19)?)
            .ok_or(SiteError::corrupt("rule for an unknown time"))?,
    })
}

/// From two columns: the limit, and what holds beyond it.
pub(in crate::site) fn age(row: &Row<'_>, at: usize) -> Result<Option<Age>, SiteError> {
    let (limit_s, beyond): (Option<u32>, String) = (row.get(at)?, row.get(at + 1)?);
    let beyond = Beyond::from_code(&beyond).ok_or(SiteError::corrupt("rule for an old list"))?;
    Ok(limit_s.map(|limit_s| Age { limit_s, beyond }))
}

/// The settings of a door as of a change; `None` if it did not exist then.
pub(in crate::site) fn as_of(db: &Connection, door: i64, as_of: i64) -> Result<Option<DoorSettings>, SiteError> {
    const SQL: &str = concat!(
        "SELECT ",
        setting_columns!(),
        " FROM door_setting s WHERE s.door = $1 AND s.since <= $2 AND (s.until IS NULL OR s.until > $2)"
    );
    let mut statement = row::prepare(db, SQL)?;
    row::first(statement.query((door, as_of))?, |r| read(r, 0))
}
