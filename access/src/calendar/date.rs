//! A day of the local calendar, and periods of calendar months.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// First year of a date that is typed or sent. Nobody who works today was born earlier.
pub const YEAR_MIN: i32 = 1900;
/// Last year of a date that is typed or sent. Later ones are slips of the keyboard.
pub const YEAR_MAX: i32 = 2199;

/// A day of the local calendar: days since 1970-01-01, Gregorian throughout.
///
/// Every number is some day, so that arithmetic is total; what comes from outside is held to
/// [`YEAR_MIN`] and [`YEAR_MAX`] by [`Date::from_ymd`], [`FromStr`] and [`Date::is_within_bounds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date(pub i32);

/// A day of the week, Monday first as in ISO 8601.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Weekday {
    /// The first day of the week.
    Monday = 0,
    /// The second.
    Tuesday = 1,
    /// The third.
    Wednesday = 2,
    /// The fourth.
    Thursday = 3,
    /// The fifth.
    Friday = 4,
    /// The sixth.
    Saturday = 5,
    /// The last.
    Sunday = 6,
}

/// Not a date that could be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Written otherwise.
    #[error("a date is written as year, month and day with leading zeros, such as 2026-11-24")]
    Shape,
    /// The month has no such day, there is no such month, or the year is out of bounds.
    #[error("there is no such day in the years {YEAR_MIN} to {YEAR_MAX}")]
    NoSuchDay,
}

/// The last valid day of a period of so many calendar months that begins on `first`.
///
/// The Finnish act on the computing of periods (578/1930, section 3): a period of months ends on the day
/// of the month that has the same number as the day it is counted from, or on the month's last day if
/// there is none. A card of 3 months from 30 November 2026 is valid through 28 February 2027.
#[must_use]
pub fn last_day(first: Date, months: u32) -> Date {
    first.add_months(months)
}

impl Date {
    /// The first day within the bounds, 1900-01-01.
    pub const FIRST: Self = Self(-25_567);
    /// The last day within the bounds, 2199-12-31.
    pub const LAST: Self = Self(84_005);

    /// The day with this year, month (1 to 12) and day (1 to 31), if there is one within the bounds.
    #[must_use]
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        let exists = (YEAR_MIN..=YEAR_MAX).contains(&year) && (1..=12).contains(&month);
        (exists && (1..=month_length(year, month)).contains(&day)).then(|| {
            let days = days_of(i64::from(year), i64::from(month), i64::from(day));
            Self::saturating(days)
        })
    }

    /// Year, month (1 to 12) and day (1 to 31).
    #[must_use]
    pub fn ymd(self) -> (i32, u8, u8) {
        // Years count from March here, so that the leap day is the last of its year; 146,097 days are
        // 400 years, and 0000-03-01 lies 719,468 days before 1970-01-01.
        let days = i64::from(self.0) + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        (i32::try_from(year).unwrap_or(0), u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
    }

    /// Its day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        // Day 0 was a Thursday.
        match (i64::from(self.0) + 3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// So many days later, or earlier if negative.
    #[must_use]
    pub fn add_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The same day of the month so many months later, or that month's last day if it has no such day;
    /// not beyond [`Date::LAST`].
    #[must_use]
    pub fn add_months(self, months: u32) -> Self {
        let (year, month, day) = self.ymd();
        let from_year_0 = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
        let year = i32::try_from(from_year_0.div_euclid(12)).unwrap_or(i32::MAX);
        let month = u8::try_from(from_year_0.rem_euclid(12) + 1).unwrap_or(12);
        Self::from_ymd(year, month, day.min(month_length(year, month))).unwrap_or(Self::LAST)
    }

    /// Whether it lies in the years [`YEAR_MIN`] to [`YEAR_MAX`].
    #[must_use]
    pub fn is_within_bounds(self) -> bool {
        (Self::FIRST..=Self::LAST).contains(&self)
    }

    /// The day with that number, or the nearest that a date can hold.
    pub(super) fn saturating(days: i64) -> Self {
        Self(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let mut parts = text.split('-');
        let mut next = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()));
            part.and_then(|part| part.parse::<u16>().ok()).ok_or(DateError::Shape)
        };
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        if parts.next().is_some() {
            return Err(DateError::Shape);
        }
        let month = u8::try_from(month).map_err(|_| DateError::NoSuchDay)?;
        let day = u8::try_from(day).map_err(|_| DateError::NoSuchDay)?;
        Self::from_ymd(i32::from(year), month, day).ok_or(DateError::NoSuchDay)
    }
}

impl Weekday {
    /// All seven, from Monday.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// Monday is 0.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The stable code, for the database, the API and the pages.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    /// The weekday with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|weekday| weekday.code() == code)
    }
}

fn month_length(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to that day: the inverse of [`Date::ymd`].
pub(super) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
