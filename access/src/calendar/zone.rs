//! What the clock on the wall shows.

use serde::{Deserialize, Serialize};

use super::date::{Date, Weekday, days_of};
use crate::time::UtcS;

const DAY_S: i64 = 86_400;

/// Instants further away than this are taken for this one, so that arithmetic cannot overflow: some
/// five million years.
const FAR_S: i64 = DAY_S * 2_000_000_000;

/// Farthest from UTC, in seconds. No place is as far as 15 hours.
pub const OFFSET_S_MAX: i32 = 15 * 3_600;

/// How local time is derived from UTC: an offset, and a summer time by rule, as in a POSIX `TZ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Local minus UTC, in seconds, outside summer time: east is positive.
    pub standard_s: i32,
    /// Summer time, if the clocks turn.
    pub summer: Option<Summer>,
}

/// A part of the year in which another offset applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summer {
    /// Local minus UTC, in seconds, during summer time.
    pub offset_s: i32,
    /// When it begins, as the clock shows before it is turned.
    pub begins: Turn,
    /// When it ends, as the clock shows before it is turned back. South of the equator it ends in an
    /// earlier month than it begins.
    pub ends: Turn,
}

/// A second of every year at which the clocks turn: `Mm.w.d/time` of POSIX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// 1 to 12.
    pub month: u8,
    /// Which of the weekdays in that month, from 1; 5 is the last, though it be the fourth.
    pub week: u8,
    /// On this day of the week.
    pub weekday: Weekday,
    /// At this second of that day, as the clock shows before it is turned; 86,400 is the day's end.
    pub second_of_day: u32,
}

/// What the clock on the wall shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Local {
    /// The day.
    pub date: Date,
    /// Seconds on the wall since its midnight: 0 to 86,399, also on a day of 23 or 25 hours.
    pub second_of_day: u32,
}

/// What is wrong with a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// See [`OFFSET_S_MAX`].
    #[error("an offset of {0} s from UTC; {OFFSET_S_MAX} s is the most either way")]
    Offset(i32),
    /// A month, week or second that does not exist.
    #[error(
        "summer time turns in month {month}, week {week}, second {second_of_day}: months go from 1 to 12, weeks from \
         1 to 5, seconds up to 86400"
    )]
    Turn {
        /// See [`Turn::month`].
        month: u8,
        /// See [`Turn::week`].
        week: u8,
        /// See [`Turn::second_of_day`].
        second_of_day: u32,
    },
    /// Which comes first would depend on the year.
    #[error("summer time begins and ends in the same month, {0}: the two must be in different months")]
    SameMonth(u8),
}

impl Zone {
    /// UTC itself.
    pub const UTC: Self = Self { standard_s: 0, summer: None };

    /// Finland: `EET-2EEST,M3.5.0/3,M10.5.0/4`.
    pub const HELSINKI: Self = Self::european(2);

    /// The zone that the tz database knows under this name, if it is one of [`Zone::NAMES`].
    ///
    /// The rules are today's. That of the European Union has held since 1996 in all of them but Bucharest,
    /// Lisbon and Sofia (1997), Riga (2001), Tallinn (2002) and Vilnius (2003). Earlier instants are not
    /// shown as they were.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, zone)| *zone)
    }

    /// Names of the tz database, and their zones: Europe's where the rule of the European Union holds,
    /// and those without summer time.
    pub const NAMES: [(&'static str, Self); 38] = [
        ("UTC", Self::UTC),
        ("Atlantic/Canary", Self::european(0)),
        ("Atlantic/Faroe", Self::european(0)),
        ("Atlantic/Reykjavik", Self::UTC),
        ("Europe/Amsterdam", Self::european(1)),
        ("Europe/Andorra", Self::european(1)),
        ("Europe/Athens", Self::european(2)),
        ("Europe/Belgrade", Self::european(1)),
        ("Europe/Berlin", Self::european(1)),
        ("Europe/Bratislava", Self::european(1)),
        ("Europe/Brussels", Self::european(1)),
        ("Europe/Bucharest", Self::european(2)),
        ("Europe/Budapest", Self::european(1)),
        ("Europe/Copenhagen", Self::european(1)),
        ("Europe/Dublin", Self::european(0)),
        ("Europe/Helsinki", Self::HELSINKI),
        ("Europe/Lisbon", Self::european(0)),
        ("Europe/Ljubljana", Self::european(1)),
        ("Europe/London", Self::european(0)),
        ("Europe/Luxembourg", Self::european(1)),
        ("Europe/Madrid", Self::european(1)),
        ("Europe/Malta", Self::european(1)),
        ("Europe/Mariehamn", Self::HELSINKI),
        ("Europe/Monaco", Self::european(1)),
        ("Europe/Oslo", Self::european(1)),
        ("Europe/Paris", Self::european(1)),
        ("Europe/Prague", Self::european(1)),
        ("Europe/Riga", Self::european(2)),
        ("Europe/Rome", Self::european(1)),
        ("Europe/Sofia", Self::european(2)),
        ("Europe/Stockholm", Self::european(1)),
        ("Europe/Tallinn", Self::european(2)),
        ("Europe/Vaduz", Self::european(1)),
        ("Europe/Vienna", Self::european(1)),
        ("Europe/Vilnius", Self::european(2)),
        ("Europe/Warsaw", Self::european(1)),
        ("Europe/Zagreb", Self::european(1)),
        ("Europe/Zurich", Self::european(1)),
    ];

    /// What the wall shows at that second.
    #[must_use]
    pub fn local(&self, at: UtcS) -> Local {
        let at_s = at.0.clamp(-FAR_S, FAR_S);
        let shown_s = at_s + self.offset_s(at_s);
        let second_of_day = u32::try_from(shown_s.rem_euclid(DAY_S)).unwrap_or(0);
        Local { date: Date::saturating(shown_s.div_euclid(DAY_S)), second_of_day }
    }

    /// The first instant at which the wall shows this. In the hour that is skipped, the first instant
    /// after it.
    #[must_use]
    pub fn utc_of(&self, local: Local) -> UtcS {
        let shown_s = local.shown_s();
        let summer_s = self.summer.map_or(self.standard_s, |summer| summer.offset_s);
        let as_standard = shown_s - i64::from(self.standard_s);
        let as_summer = shown_s - i64::from(summer_s);
        let (early, late) = (as_standard.min(as_summer), as_standard.max(as_summer));
        let shows = |at: &i64| at + self.offset_s(*at) == shown_s;
        let skipping = |at: &i64| (early + 1..=late).contains(at);
        let (year, _, _) = local.date.ymd();
        let at = [early, late].into_iter().find(shows);
        UtcS(at.or_else(|| self.turns_s(i64::from(year))?.into_iter().find(skipping)).unwrap_or(late))
    }

    /// Checks what the types cannot express.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn check(&self) -> Result<(), ZoneError> {
        let offsets = [Some(self.standard_s), self.summer.map(|summer| summer.offset_s)];
        for offset in offsets.into_iter().flatten() {
            if !(-OFFSET_S_MAX..=OFFSET_S_MAX).contains(&offset) {
                return Err(ZoneError::Offset(offset));
            }
        }
        let Some(summer) = self.summer else { return Ok(()) };
        summer.begins.check()?;
        summer.ends.check()?;
        match summer.begins.month == summer.ends.month {
            true => Err(ZoneError::SameMonth(summer.begins.month)),
            false => Ok(()),
        }
    }

    /// All of the European Union turns at 01:00 UTC on the last Sundays of March and October (Directive
    /// 2000/84/EC).
    const fn european(hours: i32) -> Self {
        let begins = Turn::on_last_sunday(3, hours + 1);
        let ends = Turn::on_last_sunday(10, hours + 2);
        let summer = Summer { offset_s: (hours + 1) * 3_600, begins, ends };
        Self { standard_s: hours * 3_600, summer: Some(summer) }
    }

    fn offset_s(&self, at_s: i64) -> i64 {
        let standard_s = i64::from(self.standard_s);
        let (year, _, _) = Date::saturating((at_s + standard_s).div_euclid(DAY_S)).ymd();
        match (self.summer, self.turns_s(i64::from(year))) {
            (Some(summer), Some([begins, ends])) => {
                let is_summer =
                    if begins < ends { (begins..ends).contains(&at_s) } else { !(ends..begins).contains(&at_s) };
                if is_summer { i64::from(summer.offset_s) } else { standard_s }
            }
            _ => standard_s,
        }
    }

    /// The instants at which summer time begins and ends in that year.
    fn turns_s(&self, year: i64) -> Option<[i64; 2]> {
        let summer = self.summer?;
        let begins = summer.begins.shown_s(year) - i64::from(self.standard_s);
        let ends = summer.ends.shown_s(year) - i64::from(summer.offset_s);
        Some([begins, ends])
    }
}

impl Turn {
    const fn on_last_sunday(month: u8, hour: i32) -> Self {
        Self { month, week: 5, weekday: Weekday::Sunday, second_of_day: hour.unsigned_abs() * 3_600 }
    }

    fn check(&self) -> Result<(), ZoneError> {
        let exists =
            (1..=12).contains(&self.month) && (1..=5).contains(&self.week) && i64::from(self.second_of_day) <= DAY_S;
        let Self { month, week, second_of_day, .. } = *self;
        if exists { Ok(()) } else { Err(ZoneError::Turn { month, week, second_of_day }) }
    }

    /// What the wall shows when it turns in that year, in seconds since the midnight of 1970-01-01.
    fn shown_s(&self, year: i64) -> i64 {
        let month = i64::from(self.month.clamp(1, 12));
        let first = days_of(year, month, 1);
        let next = if month == 12 { days_of(year + 1, 1, 1) } else { days_of(year, month + 1, 1) };
        let weekday = Date::saturating(first).weekday();
        let to_weekday = (i64::from(self.weekday.number()) - i64::from(weekday.number())).rem_euclid(7);
        let day = first + to_weekday + 7 * (i64::from(self.week.clamp(1, 5)) - 1);
        let day = if day < next { day } else { day - 7 };
        day * DAY_S + i64::from(self.second_of_day)
    }
}

impl Local {
    /// The beginning of a day.
    #[must_use]
    pub const fn midnight(date: Date) -> Self {
        Self { date, second_of_day: 0 }
    }

    /// The minute of the day, from 0.
    #[must_use]
    pub fn minute_of_day(self) -> u32 {
        self.second_of_day / 60
    }

    fn shown_s(self) -> i64 {
        i64::from(self.date.0) * DAY_S + i64::from(self.second_of_day)
    }
}
