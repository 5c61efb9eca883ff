//! The windows of a week, of holidays and of single days.

use core::fmt;

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::date::{Date, Weekday, YEAR_MAX, YEAR_MIN};
use super::holidays::Holidays;
use super::zone::Local;

const DAY_MIN: u16 = 24 * 60;

/// Latest end of a window: with the day after the one on which it begins. So only two days ever matter
/// for one instant; whoever needs longer has a window on the next day as well.
pub const UNTIL_MIN_MAX: u16 = 2 * DAY_MIN;

/// Most windows that begin on one day: three shifts with their hand-overs, and then some. More cannot be
/// drawn as a week.
pub const WINDOWS_A_DAY_MAX: usize = 8;

/// Most single days in one schedule: two a month for five years.
pub const EXCEPTIONS_MAX: usize = 128;

/// From one minute up to, not including, another, as the wall shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DayWindow {
    /// Minute of the day on which it begins: 0 to 1,439.
    pub from_min: u16,
    /// Minutes from the midnight at which that day begins: above `from_min`, up to [`UNTIL_MIN_MAX`].
    /// Above 1,440 the window goes on after the next midnight, whatever the next day is.
    pub until_min: u16,
}

/// When something holds, week after week.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schedule {
    /// The windows that begin on each day of the week, Monday first.
    pub days: [Vec<DayWindow>; 7],
    /// The windows that begin on a holiday.
    pub holiday: HolidayPlan,
    /// At most [`EXCEPTIONS_MAX`], by date, each once: the windows that begin on that day instead of what
    /// it would have otherwise, holiday or not.
    pub exceptions: Vec<(Date, Vec<DayWindow>)>,
}

/// What begins on a holiday.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum HolidayPlan {
    /// The windows of its weekday.
    #[default]
    AsWeekday,
    /// Nothing.
    Closed,
    /// These windows.
    Own(Vec<DayWindow>),
}

/// Where in a schedule something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// In the week.
    Weekday(Weekday),
    /// In the plan for holidays.
    Holiday,
    /// In an exception.
    Date(Date),
}

/// What is wrong with a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// One window cannot be as it is, or not together with the one before it.
    #[error("{day}, window {}: {error}", .window + 1)]
    Window {
        /// Which day.
        day: Day,
        /// Which of its windows, from 0.
        window: usize,
        /// And what.
        error: WindowError,
    },
    /// See [`WINDOWS_A_DAY_MAX`].
    #[error("{day}: {windows} windows; {WINDOWS_A_DAY_MAX} is the most on one day")]
    TooManyWindows {
        /// Which day.
        day: Day,
        /// How many it has.
        windows: usize,
    },
    /// See [`EXCEPTIONS_MAX`].
    #[error("{0} exceptions; {EXCEPTIONS_MAX} is the most: remove those that are past")]
    TooManyExceptions(usize),
    /// A date twice, or not in ascending order.
    #[error("the exception for {0} is listed twice or out of order: list each date once, ascending")]
    ExceptionOrder(Date),
    /// Outside the years of a [`Date`].
    #[error("the exception for {0} is outside the years {YEAR_MIN} to {YEAR_MAX}")]
    ExceptionYear(Date),
}

/// What is wrong with one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Begins after its day.
    #[error("it begins at minute {0}, and a day has 1440: list it under the day on which it begins")]
    BeginsLate(u16),
    /// Its end is not after its beginning.
    #[error("it ends before it begins or at once: an end after midnight is counted on, as in 22:00 to 30:00")]
    Reversed,
    /// See [`UNTIL_MIN_MAX`].
    #[error("it ends at minute {0}; {UNTIL_MIN_MAX}, the end of the next day, is the latest")]
    TooLong(u16),
    /// Begins before the window that is listed before it.
    #[error("it begins before the one that is listed before it: list windows by their beginning")]
    Order,
    /// Begins before the end of the window before it.
    #[error("it begins before the one before it has ended: make one window of the two")]
    Overlaps,
}

impl Schedule {
    /// Whether it has no hours on any day, and so never holds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let own = matches!(&self.holiday, HolidayPlan::Own(windows) if !windows.is_empty());
        !own && self.days.iter().chain(self.exceptions.iter().map(|(_, windows)| windows)).all(Vec::is_empty)
    }

    /// Whether it holds when the wall shows this.
    #[must_use]
    pub fn holds(&self, at: Local, holidays: &Holidays) -> bool {
        let minute = at.minute_of_day();
        let covers = |date: Date, minute: u32| self.windows_on(date, holidays).iter().any(|w| w.contains(minute));
        covers(at.date, minute) || covers(at.date.add_days(-1), minute + u32::from(DAY_MIN))
    }

    /// The windows that begin on this day.
    #[must_use]
    pub fn windows_on(&self, date: Date, holidays: &Holidays) -> &[DayWindow] {
        let exception = self.exceptions.binary_search_by_key(&date, |(date, _)| *date).ok();
        if let Some((_, windows)) = exception.and_then(|at| self.exceptions.get(at)) {
            return windows;
        }
        match &self.holiday {
            HolidayPlan::Closed if holidays.is_holiday(date) => &[],
            HolidayPlan::Own(windows) if holidays.is_holiday(date) => windows,
            _ => self.days.get(usize::from(date.weekday().number())).map_or(&[], Vec::as_slice),
        }
    }

    /// Puts windows and exceptions in their order, as [`Schedule::check`] wants them.
    pub fn sort(&mut self) {
        let own = match &mut self.holiday {
            HolidayPlan::Own(windows) => Some(windows),
            HolidayPlan::AsWeekday | HolidayPlan::Closed => None,
        };
        let exceptions = self.exceptions.iter_mut().map(|(_, windows)| windows);
        for windows in self.days.iter_mut().chain(own).chain(exceptions) {
            windows.sort_unstable();
        }
        self.exceptions.sort_unstable();
    }

    /// Checks every window, the bounds and the order.
    ///
    /// # Errors
    /// The first that is wrong, and where it is.
    pub fn check(&self) -> Result<(), ScheduleError> {
        for (weekday, windows) in Weekday::ALL.into_iter().zip(&self.days) {
            check_day(Day::Weekday(weekday), windows)?;
        }
        if let HolidayPlan::Own(windows) = &self.holiday {
            check_day(Day::Holiday, windows)?;
        }
        if self.exceptions.len() > EXCEPTIONS_MAX {
            return Err(ScheduleError::TooManyExceptions(self.exceptions.len()));
        }
        let mut before = None;
        for (date, windows) in &self.exceptions {
            if !date.is_within_bounds() {
                return Err(ScheduleError::ExceptionYear(*date));
            }
            if before >= Some(*date) {
                return Err(ScheduleError::ExceptionOrder(*date));
            }
            before = Some(*date);
            check_day(Day::Date(*date), windows)?;
        }
        Ok(())
    }
}

impl DayWindow {
    /// From one midnight to the next.
    pub const ALL_DAY: Self = Self { from_min: 0, until_min: DAY_MIN };

    /// Whether this minute lies in it, counted from the midnight at which its day begins.
    #[must_use]
    pub fn contains(self, minute: u32) -> bool {
        (u32::from(self.from_min)..u32::from(self.until_min)).contains(&minute)
    }

    /// Checks it by itself.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(self) -> Result<(), WindowError> {
        if self.from_min >= DAY_MIN {
            return Err(WindowError::BeginsLate(self.from_min));
        }
        if self.until_min <= self.from_min {
            return Err(WindowError::Reversed);
        }
        if self.until_min > UNTIL_MIN_MAX {
            return Err(WindowError::TooLong(self.until_min));
        }
        Ok(())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weekday(weekday) => f.write_str(weekday.code()),
            Self::Holiday => f.write_str("holidays"),
            Self::Date(date) => date.fmt(f),
        }
    }
}

fn check_day(day: Day, windows: &[DayWindow]) -> Result<(), ScheduleError> {
    if windows.len() > WINDOWS_A_DAY_MAX {
        return Err(ScheduleError::TooManyWindows { day, windows: windows.len() });
    }
    let mut before: Option<DayWindow> = None;
    for (number, window) in windows.iter().enumerate() {
        let together = match before {
            Some(before) if window.from_min < before.from_min => Err(WindowError::Order),
            Some(before) if window.from_min < before.until_min => Err(WindowError::Overlaps),
            _ => Ok(()),
        };
        let checked = window.check().and(together);
        checked.map_err(|error| ScheduleError::Window { day, window: number, error })?;
        before = Some(*window);
    }
    Ok(())
}
