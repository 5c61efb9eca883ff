//! When a schedule holds: days, zones, holidays and weekly windows.
//!
//! Schedules are of local wall-clock time: what the clock on the wall shows decides. A window belongs to
//! the day on which it begins and may end on the next. In the hour that spring skips the wall shows
//! nothing, so nothing falls in it; in the hour that autumn repeats a window holds twice.
//!
//! A door gets all of it as one piece, [`Calendar`], with the rule of its zone as data: an old agent
//! follows a change of law, and no door needs a zone database.
//!
//! | module | subject |
//! | --- | --- |
//! | [`date`] | a day of the local calendar, and periods of calendar months |
//! | [`zone`] | what the clock on the wall shows |
//! | [`holidays`] | which days are holidays |
//! | [`schedule`] | the windows of a week, of holidays and of single days |

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::entry::ScheduleId;
use crate::envelope::MESSAGE_LENGTH_MAX;
use crate::time::UtcS;

pub mod date;
pub mod holidays;
pub mod schedule;
pub mod zone;

pub use date::{Date, DateError, Weekday, YEAR_MAX, YEAR_MIN, last_day};
pub use holidays::{CHANGED_MAX, FinnishHoliday, HolidaySet, Holidays, HolidaysError, finland};
pub use schedule::{
    Day, DayWindow, EXCEPTIONS_MAX, HolidayPlan, Schedule, ScheduleError, UNTIL_MIN_MAX, WINDOWS_A_DAY_MAX, WindowError,
};
pub use zone::{Local, OFFSET_S_MAX, Summer, Turn, Zone, ZoneError};

/// Most schedules that the grants of one door may name. A large hospital has some dozens in all, since
/// shifts and opening hours repeat from unit to unit.
pub const SCHEDULES_MAX: usize = 256;

/// Longest calendar, in bytes. It goes to the door in one message, and the rest of that message has
/// 64 KiB. [`SCHEDULES_MAX`] schedules may have 768 bytes each on average; a usual one has 40.
pub const CALENDAR_BYTES_MAX: usize = MESSAGE_LENGTH_MAX - 64 * 1024;

/// How far back [`Calendar::held_since`] looks, in seconds: a day, which is more than a shift.
pub const HELD_S_MAX: i64 = 86_400;

/// All that a door needs to know about time, sent and replaced as one piece.
///
/// One that was decoded as a part of something larger has not been checked: call [`Calendar::check`].
/// An unchecked one never panics, but may deny where it should not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// How the door's wall clock follows from UTC.
    pub zone: Zone,
    /// The site's holidays.
    pub holidays: Holidays,
    /// At most [`SCHEDULES_MAX`], by number, each once. [`ScheduleId::ALWAYS`] is not listed.
    pub schedules: Vec<(ScheduleId, Schedule)>,
}

/// What is wrong with a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// See [`Zone::check`].
    #[error("the calendar's zone: {0}")]
    Zone(ZoneError),
    /// See [`Holidays::check`].
    #[error("the calendar's holidays: {0}")]
    Holidays(HolidaysError),
    /// See [`SCHEDULES_MAX`].
    #[error("the calendar has {0} schedules; {SCHEDULES_MAX} is the most at one door")]
    TooManySchedules(usize),
    /// A number twice, or not in ascending order.
    #[error("schedule {} of the calendar is listed twice or out of order: list each number once, ascending", .0.0)]
    Order(ScheduleId),
    /// [`ScheduleId::ALWAYS`] is listed, and has a meaning already.
    #[error("the calendar lists schedule 0, which always holds: give the schedule another number")]
    Always,
    /// See [`Schedule::check`].
    #[error("schedule {} of the calendar: {error}", .schedule.0)]
    Schedule {
        /// Which.
        schedule: ScheduleId,
        /// And what.
        error: ScheduleError,
    },
    /// See [`CALENDAR_BYTES_MAX`].
    #[error("the calendar has {0} bytes; {CALENDAR_BYTES_MAX} is the most: fewer exceptions, or fewer schedules")]
    TooLong(usize),
    /// The bytes are not a calendar, or not in their canonical form.
    #[error("the bytes are not one whole calendar of this version")]
    Encoding,
}

impl Calendar {
    /// What a door has before it has been told anything: only [`ScheduleId::ALWAYS`] holds.
    #[must_use]
    pub const fn empty() -> Self {
        let holidays = Holidays { set: HolidaySet::None, changed: Vec::new() };
        Self { zone: Zone::UTC, holidays, schedules: Vec::new() }
    }

    /// Whether there is no schedule in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.schedules.is_empty()
    }

    /// Whether this schedule holds at that second. One that is not listed never does, except
    /// [`ScheduleId::ALWAYS`], which always does.
    #[must_use]
    pub fn holds(&self, schedule: ScheduleId, at: UtcS) -> bool {
        schedule == ScheduleId::ALWAYS
            || self.schedule(schedule).is_some_and(|schedule| schedule.holds(self.zone.local(at), &self.holidays))
    }

    /// Whether this schedule has held without a break since then. Looks at every minute, and so no further back than
    /// [`HELD_S_MAX`]: what lasted longer is said not to have held.
    #[must_use]
    pub fn held_since(&self, schedule: ScheduleId, since: UtcS, now: UtcS) -> bool {
        let within = since <= now && now.0.saturating_sub(since.0) <= HELD_S_MAX;
        // Windows and offsets are of whole minutes, so a schedule does not change within one.
        let next_minute = since.0.div_euclid(60).saturating_add(1).saturating_mul(60);
        let minutes = (next_minute..now.0).step_by(60).map(UtcS);
        within && minutes.chain([since, now]).all(|at| self.holds(schedule, at))
    }

    /// The schedule with this number, if it is listed.
    #[must_use]
    pub fn schedule(&self, schedule: ScheduleId) -> Option<&Schedule> {
        let at = self.schedules.binary_search_by_key(&schedule.0, |(id, _)| id.0).ok()?;
        self.schedules.get(at).map(|(_, schedule)| schedule)
    }

    /// The canonical bytes: equal calendars have equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing plain data to memory cannot fail in postcard; an empty result would not decode.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads canonical bytes back and checks the bounds.
    ///
    /// # Errors
    /// [`CalendarError`] if they are not one whole calendar within its bounds.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CalendarError> {
        if bytes.len() > CALENDAR_BYTES_MAX {
            return Err(CalendarError::TooLong(bytes.len()));
        }
        let calendar = postcard::from_bytes::<Self>(bytes).map_err(|_| CalendarError::Encoding)?;
        // One more comparison than the decoder makes: no trailing bytes, and no number written longer
        // than it needs to be, so that a calendar has one digest only.
        if calendar.to_bytes() != bytes {
            return Err(CalendarError::Encoding);
        }
        calendar.check()?;
        Ok(calendar)
    }

    /// Checks the bounds and the order that the types cannot express.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn check(&self) -> Result<(), CalendarError> {
        self.zone.check().map_err(CalendarError::Zone)?;
        self.holidays.check().map_err(CalendarError::Holidays)?;
        if self.schedules.len() > SCHEDULES_MAX {
            return Err(CalendarError::TooManySchedules(self.schedules.len()));
        }
        let mut before = None;
        for (id, schedule) in &self.schedules {
            if *id == ScheduleId::ALWAYS {
                return Err(CalendarError::Always);
            }
            if before >= Some(id.0) {
                return Err(CalendarError::Order(*id));
            }
            before = Some(id.0);
            schedule.check().map_err(|error| CalendarError::Schedule { schedule: *id, error })?;
        }
        match self.to_bytes().len() {
            length if length > CALENDAR_BYTES_MAX => Err(CalendarError::TooLong(length)),
            _ => Ok(()),
        }
    }
}

impl Default for Calendar {
    fn default() -> Self {
        Self::empty()
    }
}
