//! Short words for the tests, and the way from chrono and back.

use access::calendar::{Calendar, Date, DayWindow, HolidaySet, Holidays, Local, Schedule, Zone};
use access::entry::ScheduleId;
use access::time::UtcS;
use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use proptest::test_runner::{Config, RngSeed};

pub(crate) const ONE: ScheduleId = ScheduleId(1);

/// The same cases in every run.
pub(crate) fn seeded(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(1930), failure_persistence: None, ..Config::default() }
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn of_chrono(day: NaiveDate) -> Date {
    Date::from_ymd(day.year(), u8::try_from(day.month()).unwrap(), u8::try_from(day.day()).unwrap()).unwrap()
}

/// What chrono-tz says that the wall shows.
pub(crate) fn wall(tz: Tz, at: UtcS) -> NaiveDateTime {
    tz.timestamp_opt(at.0, 0).unwrap().naive_local()
}

pub(crate) fn of_wall(wall: NaiveDateTime) -> Local {
    let second_of_day = wall.time().signed_duration_since(chrono::NaiveTime::MIN).num_seconds();
    Local { date: of_chrono(wall.date()), second_of_day: u32::try_from(second_of_day).unwrap() }
}

/// The second at which it is this time by UTC, as in `2026-03-29 01:00:00`.
pub(crate) fn utc(text: &str) -> UtcS {
    UtcS(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap().and_utc().timestamp())
}

/// The first second at which the wall in Helsinki shows this, by chrono-tz.
pub(crate) fn helsinki(text: &str) -> UtcS {
    let shown = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
    UtcS(chrono_tz::Europe::Helsinki.from_local_datetime(&shown).earliest().unwrap().timestamp())
}

/// `08:00-16:00 22:00-30:00`, as a person would type it.
pub(crate) fn windows(text: &str) -> Vec<DayWindow> {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':').unwrap();
        hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap()
    };
    let window = |text: &str| {
        let (from, until) = text.split_once('-').unwrap();
        DayWindow { from_min: minute(from), until_min: minute(until) }
    };
    text.split_whitespace().map(window).collect()
}

/// The same windows on each day of the week.
pub(crate) fn every_day(text: &str) -> Schedule {
    Schedule { days: std::array::from_fn(|_| windows(text)), ..Schedule::default() }
}

/// A door in Finland with one schedule.
pub(crate) fn in_finland(schedule: Schedule) -> Calendar {
    let holidays = Holidays { set: HolidaySet::Finland, changed: Vec::new() };
    let calendar = Calendar { zone: Zone::HELSINKI, holidays, schedules: vec![(ONE, schedule)] };
    calendar.check().unwrap();
    calendar
}

/// The seconds from one instant up to another, not included, at which schedule 1 holds: first second and
/// first second after, of each stretch.
pub(crate) fn stretches(calendar: &Calendar, from: UtcS, until: UtcS) -> Vec<(UtcS, UtcS)> {
    let mut found: Vec<(UtcS, UtcS)> = Vec::new();
    for second in (from.0..until.0).filter(|second| calendar.holds(ONE, UtcS(*second))) {
        match found.last_mut() {
            Some((_, end)) if end.0 == second => *end = UtcS(second + 1),
            _ => found.push((UtcS(second), UtcS(second + 1))),
        }
    }
    found
}
