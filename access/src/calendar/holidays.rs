//! Which days are holidays.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::date::{Date, Weekday, YEAR_MAX, YEAR_MIN};

/// Most days that a site may add to its holidays or take away: ten a year for half a century.
pub const CHANGED_MAX: usize = 512;

/// Which holidays are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum HolidaySet {
    /// None: only what the site lists.
    #[default]
    None,
    /// The public holidays of Finland, see [`finland`].
    Finland,
}

/// The holidays of a site: computed ones, and what it changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holidays {
    /// What is computed.
    pub set: HolidaySet,
    /// At most [`CHANGED_MAX`], by date, each once. `true`: a holiday though not computed. `false`: none
    /// though computed.
    pub changed: Vec<(Date, bool)>,
}

/// What is wrong with the holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HolidaysError {
    /// See [`CHANGED_MAX`].
    #[error("{0} days are changed; {CHANGED_MAX} is the most: remove those that are past")]
    TooMany(usize),
    /// A date twice, or not in ascending order.
    #[error("{0} is listed twice or out of order: list each date once, ascending")]
    Order(Date),
    /// Outside the years of a [`Date`].
    #[error("{0} is outside the years {YEAR_MIN} to {YEAR_MAX}")]
    Year(Date),
}

/// A holiday of Finland, or the eve of one on which banks and many offices are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FinnishHoliday {
    /// 1 January.
    NewYearsDay,
    /// 6 January.
    Epiphany,
    /// The Friday before Easter.
    GoodFriday,
    /// The Sunday after the first full moon of spring, by the church's reckoning.
    EasterSunday,
    /// The day after.
    EasterMonday,
    /// 1 May.
    MayDay,
    /// The sixth Thursday after Easter.
    AscensionDay,
    /// The seventh Sunday after Easter.
    WhitSunday,
    /// The day before Midsummer Day: no public holiday by law.
    MidsummerEve,
    /// The Saturday of 20 to 26 June.
    MidsummerDay,
    /// The Saturday of 31 October to 6 November.
    AllSaintsDay,
    /// 6 December.
    IndependenceDay,
    /// 24 December: no public holiday by law.
    ChristmasEve,
    /// 25 December.
    ChristmasDay,
    /// 26 December.
    StStephensDay,
}

/// The holidays of that year in Finland, by date, with the two eves; none outside the years of a
/// [`Date`]. Two may fall on one day, as May Day and Ascension Day did in 2008.
///
/// As the law is since 1992. Before, some of them lay on other days, which is not shown.
#[must_use]
pub fn finland(year: i32) -> Vec<(Date, FinnishHoliday)> {
    let mut all: Vec<_> =
        FinnishHoliday::ALL.into_iter().filter_map(|holiday| Some((holiday.in_year(year)?, holiday))).collect();
    all.sort_unstable();
    all
}

impl Holidays {
    /// Whether the site treats this day as a holiday.
    #[must_use]
    pub fn is_holiday(&self, date: Date) -> bool {
        let changed = self.changed.binary_search_by_key(&date, |(changed, _)| *changed).ok();
        match changed.and_then(|at| self.changed.get(at)) {
            Some((_, is_holiday)) => *is_holiday,
            None => self.set.contains(date),
        }
    }

    /// Checks bounds and order.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn check(&self) -> Result<(), HolidaysError> {
        if self.changed.len() > CHANGED_MAX {
            return Err(HolidaysError::TooMany(self.changed.len()));
        }
        let mut before = None;
        for (date, _) in &self.changed {
            if !date.is_within_bounds() {
                return Err(HolidaysError::Year(*date));
            }
            if before >= Some(*date) {
                return Err(HolidaysError::Order(*date));
            }
            before = Some(*date);
        }
        Ok(())
    }
}

impl HolidaySet {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::None, Self::Finland];

    /// The stable code, for the database, the API and the pages.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Finland => "finland",
        }
    }

    /// The set with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.code() == code)
    }

    /// Whether this day is computed to be a holiday.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        match self {
            Self::None => false,
            Self::Finland => {
                let (year, _, _) = date.ymd();
                FinnishHoliday::ALL.into_iter().any(|day| day.is_public() && day.in_year(year) == Some(date))
            }
        }
    }
}

impl FinnishHoliday {
    /// All of them, in the order of a year with a usual Easter.
    pub const ALL: [Self; 15] = [
        Self::NewYearsDay,
        Self::Epiphany,
        Self::GoodFriday,
        Self::EasterSunday,
        Self::EasterMonday,
        Self::MayDay,
        Self::AscensionDay,
        Self::WhitSunday,
        Self::MidsummerEve,
        Self::MidsummerDay,
        Self::AllSaintsDay,
        Self::IndependenceDay,
        Self::ChristmasEve,
        Self::ChristmasDay,
        Self::StStephensDay,
    ];

    /// The stable code, for page texts.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NewYearsDay => "new-years-day",
            Self::Epiphany => "epiphany",
            Self::GoodFriday => "good-friday",
            Self::EasterSunday => "easter-sunday",
            Self::EasterMonday => "easter-monday",
            Self::MayDay => "may-day",
            Self::AscensionDay => "ascension-day",
            Self::WhitSunday => "whit-sunday",
            Self::MidsummerEve => "midsummer-eve",
            Self::MidsummerDay => "midsummer-day",
            Self::AllSaintsDay => "all-saints-day",
            Self::IndependenceDay => "independence-day",
            Self::ChristmasEve => "christmas-eve",
            Self::ChristmasDay => "christmas-day",
            Self::StStephensDay => "st-stephens-day",
        }
    }

    /// Whether it is a public holiday. The two eves are not: a site that closes on them lists them.
    #[must_use]
    pub fn is_public(self) -> bool {
        !matches!(self, Self::MidsummerEve | Self::ChristmasEve)
    }

    /// Its day in that year; none outside the years of a [`Date`].
    #[must_use]
    pub fn in_year(self, year: i32) -> Option<Date> {
        match self {
            Self::NewYearsDay => Date::from_ymd(year, 1, 1),
            Self::Epiphany => Date::from_ymd(year, 1, 6),
            Self::GoodFriday => Some(easter(year)?.add_days(-2)),
            Self::EasterSunday => easter(year),
            Self::EasterMonday => Some(easter(year)?.add_days(1)),
            Self::MayDay => Date::from_ymd(year, 5, 1),
            Self::AscensionDay => Some(easter(year)?.add_days(39)),
            Self::WhitSunday => Some(easter(year)?.add_days(49)),
            Self::MidsummerEve => Some(saturday_from(Date::from_ymd(year, 6, 20)?).add_days(-1)),
            Self::MidsummerDay => Some(saturday_from(Date::from_ymd(year, 6, 20)?)),
            Self::AllSaintsDay => Some(saturday_from(Date::from_ymd(year, 10, 31)?)),
            Self::IndependenceDay => Date::from_ymd(year, 12, 6),
            Self::ChristmasEve => Date::from_ymd(year, 12, 24),
            Self::ChristmasDay => Date::from_ymd(year, 12, 25),
            Self::StStephensDay => Date::from_ymd(year, 12, 26),
        }
    }
}

/// The first Saturday that is not before this day.
fn saturday_from(date: Date) -> Date {
    let to_saturday = i32::from(Weekday::Saturday.number()) - i32::from(date.weekday().number());
    date.add_days(to_saturday.rem_euclid(7))
}

/// Easter Sunday: the method of Meeus, Jones and Butcher for the Gregorian calendar.
fn easter(year: i32) -> Option<Date> {
    if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
        return None;
    }
    let golden = year % 19;
    let (century, year_of_century) = (year / 100, year % 100);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (year_of_century / 4) - epact - year_of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    // The full moon is between 21 March and 18 April, and Easter within the week after it.
    Some(Date::from_ymd(year, 3, 22)?.add_days(epact + to_sunday - 7 * late))
}
