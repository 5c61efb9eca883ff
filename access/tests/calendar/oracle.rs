//! Schedules against an oracle that paints the wall minute by minute, with chrono and chrono-tz only.

use std::collections::HashSet;

use access::calendar::{Calendar, DayWindow, HolidayPlan, HolidaySet, Holidays, Schedule, Zone};
use access::time::UtcS;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use chrono_tz::Tz;
use proptest::prelude::*;

use crate::holidays::TABLE;
use crate::support::{ONE, of_chrono, seeded, wall};

/// Places, so that the wall turns at different hours or not at all.
const PLACES: [Tz; 4] =
    [chrono_tz::Europe::Helsinki, chrono_tz::Europe::Berlin, chrono_tz::Europe::London, chrono_tz::UTC];

/// Days around which something happens: both changes of the clocks, holidays in all their kinds, year's
/// ends, leap days. Any day may be picked besides.
const AROUND: [&str; 14] = [
    "2026-03-29",
    "2026-10-25",
    "2027-03-28",
    "2027-10-31",
    "2024-02-29",
    "2028-02-29",
    "2026-12-25",
    "2026-12-31",
    "2027-01-06",
    "2026-04-05",
    "2008-05-01",
    "2026-06-20",
    "2027-11-06",
    "2027-12-06",
];

const SPAN_DAYS: u64 = 5;

/// What is asked: the calendar in the words of chrono.
#[derive(Debug)]
struct Case {
    tz: Tz,
    first: NaiveDate,
    finland: bool,
    changed: Vec<(NaiveDate, bool)>,
    week: Vec<Vec<DayWindow>>,
    holiday: Option<Vec<DayWindow>>,
    exceptions: Vec<(NaiveDate, Vec<DayWindow>)>,
}

impl Case {
    fn calendar(&self) -> Calendar {
        let dated =
            |days: &[(NaiveDate, Vec<DayWindow>)]| days.iter().map(|(d, w)| (of_chrono(*d), w.clone())).collect();
        let holiday = match &self.holiday {
            None => HolidayPlan::AsWeekday,
            Some(windows) if windows.is_empty() => HolidayPlan::Closed,
            Some(windows) => HolidayPlan::Own(windows.clone()),
        };
        let days = std::array::from_fn(|day| self.week[day].clone());
        let schedule = Schedule { days, holiday, exceptions: dated(&self.exceptions) };
        let set = if self.finland { HolidaySet::Finland } else { HolidaySet::None };
        let changed = self.changed.iter().map(|(day, is)| (of_chrono(*day), *is)).collect();
        let zone = Zone::from_name(self.tz.name()).unwrap();
        Calendar { zone, holidays: Holidays { set, changed }, schedules: vec![(ONE, schedule)] }
    }

    fn is_holiday(&self, day: NaiveDate) -> bool {
        let listed = || {
            let (_, public, _) = TABLE.iter().find(|(year, _, _)| *year == day.year()).unwrap();
            public.split(' ').any(|listed| listed == day.format("%m%d").to_string())
        };
        let changed = self.changed.iter().find(|(changed, _)| *changed == day);
        changed.map_or_else(|| self.finland && listed(), |(_, is)| *is)
    }

    /// Every minute that is painted on the wall, in the days of the case.
    fn painted(&self) -> HashSet<NaiveDateTime> {
        let mut minutes = HashSet::new();
        for day in (0..SPAN_DAYS).map(|days| self.first + Days::new(days)) {
            let exception = self.exceptions.iter().find(|(exception, _)| *exception == day);
            let of_week = &self.week[day.weekday().num_days_from_monday() as usize];
            let windows = match (exception, &self.holiday) {
                (Some((_, windows)), _) => windows,
                (None, Some(windows)) if self.is_holiday(day) => windows,
                _ => of_week,
            };
            for minute in windows.iter().flat_map(|window| window.from_min..window.until_min) {
                minutes.insert(day.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::minutes(i64::from(minute)));
            }
        }
        minutes
    }
}

fn some_windows() -> impl Strategy<Value = Vec<DayWindow>> {
    let near_the_change = prop_oneof![0..2_880_u16, 100..320_u16];
    prop::collection::vec(near_the_change, 0..6).prop_map(|mut ends| {
        ends.sort_unstable();
        ends.dedup();
        let pairs = ends.chunks_exact(2).map(|pair| DayWindow { from_min: pair[0], until_min: pair[1] });
        pairs.filter(|window| window.from_min < 1_440).collect()
    })
}

fn some_case() -> impl Strategy<Value = Case> {
    let around = prop::sample::select(&AROUND[..]).prop_map(|day| day.parse::<NaiveDate>().unwrap());
    let anywhere = (0..15_000_u64).prop_map(|days| NaiveDate::from_ymd_opt(1997, 1, 1).unwrap() + Days::new(days));
    let first = prop_oneof![3 => around, 1 => anywhere].prop_map(|day| day - Days::new(SPAN_DAYS / 2));
    let some_days = || prop::collection::btree_map(0..SPAN_DAYS, (any::<bool>(), some_windows()), 0..3);
    let week = prop::collection::vec(some_windows(), 7);
    let place = prop_oneof![2 => Just(PLACES[0]), 1 => prop::sample::select(&PLACES[..])];
    let holiday = prop::option::of(some_windows());
    (place, first, any::<bool>(), some_days(), week, holiday, some_days()).prop_map(
        |(tz, first, finland, changed, week, holiday, exceptions)| Case {
            tz,
            first,
            finland,
            changed: changed.into_iter().map(|(days, (is, _))| (first + Days::new(days), is)).collect(),
            week,
            holiday,
            exceptions: exceptions.into_iter().map(|(days, (_, windows))| (first + Days::new(days), windows)).collect(),
        },
    )
}

proptest! {
    #![proptest_config(seeded(600))]

    #[test]
    fn every_minute_is_held_exactly_if_it_is_painted_on_the_wall(case in some_case()) {
        let calendar = case.calendar();
        prop_assert_eq!(calendar.check(), Ok(()));
        let painted = case.painted();
        // Windows of the day before the first are not painted, so the first day is not asked about.
        let asked = (case.first + Days::new(1)).and_hms_opt(0, 0, 0).unwrap();
        let until = asked.date() + Days::new(SPAN_DAYS - 1);
        let first = asked.and_utc().timestamp() - 15 * 3_600;
        for minute in 0..i64::try_from(SPAN_DAYS).unwrap() * 1_440 + 30 * 60 {
            // A second of that minute that is another each time, and often its first or last.
            let at = UtcS(first + minute * 60 + [0, 59, minute % 60][usize::try_from(minute % 3).unwrap()]);
            let shown = wall(case.tz, at);
            if shown < asked || shown.date() >= until {
                continue;
            }
            let held = calendar.holds(ONE, at);
            prop_assert_eq!(held, painted.contains(&shown.with_second(0).unwrap()), "{} {}", case.tz, shown);
        }
    }

    #[test]
    fn a_calendar_that_holds_to_its_bounds_comes_back_from_its_bytes(case in some_case()) {
        let calendar = case.calendar();
        prop_assert_eq!(Calendar::from_bytes(&calendar.to_bytes()), Ok(calendar));
    }
}

/// The oracle must be able to tell: the change of the clocks is among what it is asked about.
#[test]
fn the_days_that_are_asked_about_have_skipped_and_repeated_hours() {
    let offsets = |day: &str| {
        let noon = day.parse::<NaiveDate>().unwrap().and_hms_opt(12, 0, 0).unwrap().and_utc().timestamp();
        [noon - 86_400, noon]
            .map(|at| (wall(PLACES[0], UtcS(at)) - DateTime::from_timestamp(at, 0).unwrap().naive_utc()).num_hours())
    };
    assert_eq!(offsets(AROUND[0]), [2, 3]);
    assert_eq!(offsets(AROUND[1]), [3, 2]);
}
