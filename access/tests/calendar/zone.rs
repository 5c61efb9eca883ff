//! The wall clock, against chrono-tz.

use access::calendar::{Date, Local, OFFSET_S_MAX, Summer, Turn, Weekday, Zone};
use access::time::UtcS;
use chrono::{DateTime, TimeZone};
use chrono_tz::Tz;
use proptest::prelude::*;

use crate::support::{date, of_wall, seeded, utc, wall};

/// From 1996, when the European Union's summer time first ended in October everywhere, up to 2037, the
/// last year that every file of the tz database lists.
const FIRST_YEAR: i32 = 1996;
const END: i64 = 2_145_916_800;

/// Places that joined the rule later, and the year since which it holds there.
const JOINED: [(&str, i32); 6] = [
    ("Europe/Bucharest", 1997),
    ("Europe/Lisbon", 1997),
    ("Europe/Sofia", 1997),
    ("Europe/Riga", 2001),
    ("Europe/Tallinn", 2002),
    ("Europe/Vilnius", 2003),
];

/// Rules from elsewhere, so that the reckoning is proved beyond Europe: south of the equator, half an
/// hour, weeks that are not the last, no summer time.
fn elsewhere() -> Vec<(Tz, i64, Zone)> {
    let turn = |month, week, second_of_day| Turn { month, week, weekday: Weekday::Sunday, second_of_day };
    let zone =
        |standard_s, offset_s, begins, ends| Zone { standard_s, summer: Some(Summer { offset_s, begins, ends }) };
    vec![
        (chrono_tz::Australia::Sydney, 2009, zone(36_000, 39_600, turn(10, 1, 7_200), turn(4, 1, 10_800))),
        (chrono_tz::Australia::Lord_Howe, 2009, zone(37_800, 39_600, turn(10, 1, 7_200), turn(4, 1, 7_200))),
        (chrono_tz::America::New_York, 2008, zone(-18_000, -14_400, turn(3, 2, 7_200), turn(11, 1, 7_200))),
        (chrono_tz::America::St_Johns, 2012, zone(-12_600, -9_000, turn(3, 2, 7_200), turn(11, 1, 7_200))),
        (chrono_tz::Asia::Kolkata, 1996, Zone { standard_s: 19_800, summer: None }),
    ]
    .into_iter()
    .map(|(tz, year, zone)| (tz, beginning(year), zone))
    .collect()
}

fn named() -> Vec<(Tz, i64, Zone)> {
    let since = |name: &str| JOINED.iter().find(|(joined, _)| *joined == name).map_or(FIRST_YEAR, |(_, year)| *year);
    Zone::NAMES.into_iter().map(|(name, zone)| (name.parse().unwrap(), beginning(since(name)), zone)).collect()
}

fn beginning(year: i32) -> i64 {
    utc(&format!("{year}-01-01 00:00:00")).0
}

fn offset(tz: Tz, at: i64) -> i64 {
    (wall(tz, UtcS(at)) - DateTime::from_timestamp(at, 0).unwrap().naive_utc()).num_seconds()
}

/// The instants from which another offset applies.
fn transitions(tz: Tz, from: i64) -> Vec<i64> {
    let noon_to_noon = (from..END).step_by(86_400).filter(|at| offset(tz, *at) != offset(tz, at + 86_400));
    noon_to_noon
        .map(|before| {
            let (mut before, mut after) = (before, before + 86_400);
            while after - before > 1 {
                let middle = i64::midpoint(before, after);
                if offset(tz, middle) == offset(tz, after) { after = middle } else { before = middle }
            }
            after
        })
        .collect()
}

/// The first instant that shows this wall time or, if none does, the first that shows a later one.
fn first_showing(tz: Tz, local: chrono::NaiveDateTime) -> i64 {
    if let Some(at) = tz.from_local_datetime(&local).earliest() {
        return at.timestamp();
    }
    let by_utc = local.and_utc().timestamp();
    let turns = transitions(tz, by_utc - 3 * 86_400).into_iter();
    turns.take_while(|at| *at < by_utc + 3 * 86_400).find(|at| wall(tz, UtcS(*at)) > local).unwrap()
}

fn assert_same(tz: Tz, zone: &Zone, at: i64) {
    assert_eq!(zone.local(UtcS(at)), of_wall(wall(tz, UtcS(at))), "{tz} at {at}");
}

#[test]
fn every_turn_of_every_zone_is_at_the_second_that_chrono_tz_says() {
    for (tz, from, zone) in named().into_iter().chain(elsewhere()) {
        let turns = transitions(tz, from);
        let years = usize::try_from((END - from) / 31_556_952).unwrap();
        let expected = if zone.summer.is_some() { 2 * years } else { 0 };
        assert!((expected..=expected + 2).contains(&turns.len()), "{tz}: {} turns", turns.len());
        for turn in turns {
            for at in [turn - 7_201, turn - 3_600, turn - 2, turn - 1, turn, turn + 1, turn + 3_599, turn + 3_600] {
                assert_same(tz, &zone, at);
                let shown = wall(tz, UtcS(at));
                assert_eq!(
                    zone.utc_of(of_wall(shown)),
                    UtcS(tz.from_local_datetime(&shown).earliest().unwrap().timestamp()),
                    "{tz} {shown}"
                );
            }
        }
    }
}

#[test]
fn those_that_joined_later_really_differ_in_the_year_before() {
    for (name, year) in JOINED {
        let (tz, zone) = (name.parse::<Tz>().unwrap(), Zone::from_name(name).unwrap());
        let before = (beginning(year - 1)..beginning(year)).step_by(3_600);
        assert!(before.into_iter().any(|at| zone.local(UtcS(at)) != of_wall(wall(tz, UtcS(at)))), "{name}");
    }
}

#[test]
fn a_skipped_wall_time_becomes_the_first_instant_after_the_gap() {
    let gap = utc("2026-03-29 01:00:00");
    let shown = |second_of_day| Local { date: date("2026-03-29"), second_of_day };
    assert_eq!(Zone::HELSINKI.utc_of(shown(3 * 3_600 - 1)), UtcS(gap.0 - 1));
    for second in [3 * 3_600, 3 * 3_600 + 1, 3 * 3_600 + 1_800, 4 * 3_600 - 1, 4 * 3_600] {
        assert_eq!(Zone::HELSINKI.utc_of(shown(second)), gap);
    }
    assert_eq!(Zone::HELSINKI.utc_of(shown(4 * 3_600 + 1)), UtcS(gap.0 + 1));
}

#[test]
fn a_repeated_wall_time_becomes_its_first_instant() {
    let shown = |second_of_day| Local { date: date("2026-10-25"), second_of_day };
    assert_eq!(Zone::HELSINKI.utc_of(shown(3 * 3_600)), utc("2026-10-25 00:00:00"));
    assert_eq!(Zone::HELSINKI.utc_of(shown(3 * 3_600 + 1_800)), utc("2026-10-25 00:30:00"));
    assert_eq!(Zone::HELSINKI.utc_of(shown(4 * 3_600)), utc("2026-10-25 02:00:00"));
    assert_eq!(Zone::HELSINKI.utc_of(Local::midnight(date("2026-10-26"))), utc("2026-10-25 22:00:00"));
}

#[test]
fn names_are_known_exactly() {
    assert_eq!(Zone::from_name("Europe/Helsinki"), Some(Zone::HELSINKI));
    assert_eq!(Zone::from_name("UTC"), Some(Zone::UTC));
    for name in ["", "Helsinki", "europe/helsinki", "Europe/Moscow", "Europe/Helsinki "] {
        assert_eq!(Zone::from_name(name), None);
    }
    let mut names: Vec<_> = Zone::NAMES.iter().map(|(name, _)| *name).collect();
    names.dedup();
    assert_eq!(names.len(), Zone::NAMES.len());
    for (_, zone) in Zone::NAMES {
        assert_eq!(zone.check(), Ok(()));
    }
}

#[test]
fn a_clock_that_is_millions_of_years_off_is_survived() {
    for at in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
        for (_, zone) in Zone::NAMES {
            assert!(zone.local(UtcS(at)).second_of_day < 86_400);
        }
    }
    for date in [Date(i32::MIN), Date(i32::MAX)] {
        let _ = Zone::HELSINKI.utc_of(Local { date, second_of_day: u32::MAX });
    }
}

fn some_turn() -> impl Strategy<Value = Turn> {
    (any::<u8>(), any::<u8>(), 0..7_usize, any::<u32>()).prop_map(|(month, week, weekday, second_of_day)| Turn {
        month,
        week,
        weekday: Weekday::ALL[weekday],
        second_of_day,
    })
}

/// Rules as a law might set them: away from New Year, and by no more than two hours.
fn likely_zone() -> impl Strategy<Value = Zone> {
    let turn = (1..=5_u8, 0..7_usize, 0..=86_400_u32);
    let months = (2..=11_u8, 2..=11_u8).prop_filter("differ", |(begins, ends)| begins.abs_diff(*ends) > 1);
    (-50_400..=50_400_i32, 1..=7_200_i32, months, turn.clone(), turn).prop_map(
        |(standard_s, by, months, begins, ends)| {
            let turn = |month, (week, weekday, second_of_day): (u8, usize, u32)| Turn {
                month,
                week,
                weekday: Weekday::ALL[weekday],
                second_of_day,
            };
            let (begins, ends) = (turn(months.0, begins), turn(months.1, ends));
            let offset_s = (standard_s + by).min(OFFSET_S_MAX);
            Zone { standard_s, summer: Some(Summer { offset_s, begins, ends }) }
        },
    )
}

proptest! {
    #![proptest_config(seeded(20_000))]

    #[test]
    fn any_instant_shows_what_chrono_tz_shows(pick in any::<prop::sample::Index>(), into in 0.0..1.0_f64) {
        let zones: Vec<_> = named().into_iter().chain(elsewhere()).collect();
        let (tz, from, zone) = pick.get(&zones);
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any instant will do")]
        let at = from + ((END - from) as f64 * into) as i64;
        assert_same(*tz, zone, at);
    }

    #[test]
    fn a_rule_that_nobody_checked_is_survived(
        (standard_s, offset_s) in any::<(i32, i32)>(), begins in some_turn(), ends in some_turn(),
        at in any::<i64>(), days in any::<i32>(), second_of_day in any::<u32>(),
    ) {
        let zone = Zone { standard_s, summer: Some(Summer { offset_s, begins, ends }) };
        prop_assert!(zone.local(UtcS(at)).second_of_day < 86_400);
        let _ = zone.utc_of(Local { date: Date(days), second_of_day });
    }

    #[test]
    fn a_wall_time_that_was_shown_comes_back_as_its_first_instant(zone in likely_zone(), at in 0..4_000_000_000_i64) {
        prop_assert_eq!(zone.check(), Ok(()));
        let shown = zone.local(UtcS(at));
        let first = zone.utc_of(shown);
        prop_assert!(first.0 <= at);
        prop_assert_eq!(zone.local(first), shown);
    }
}

proptest! {
    #![proptest_config(seeded(2_000))]

    #[test]
    fn any_wall_time_near_a_turn_is_found_where_chrono_tz_finds_it(
        pick in any::<prop::sample::Index>(), turn in any::<prop::sample::Index>(), off in -10_000..10_000_i64,
    ) {
        let zones = elsewhere();
        let helsinki = (chrono_tz::Europe::Helsinki, beginning(2020), Zone::HELSINKI);
        let zones: Vec<_> = zones.into_iter().chain([helsinki]).filter(|(_, _, zone)| zone.summer.is_some()).collect();
        let (tz, _, zone) = pick.get(&zones);
        let turns = transitions(*tz, beginning(2036));
        let shown = wall(*tz, UtcS(*turn.get(&turns))) + chrono::TimeDelta::seconds(off);
        prop_assert_eq!(zone.utc_of(of_wall(shown)).0, first_showing(*tz, shown));
    }
}
