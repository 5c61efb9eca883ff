//! The holidays of Finland, against a table that others computed.

use access::calendar::{Date, FinnishHoliday, HolidaySet, Holidays, Weekday, YEAR_MAX, YEAR_MIN, finland};

use crate::support::{date, of_chrono};

#[test]
fn the_holidays_of_every_year_of_the_table_are_those_of_the_table() {
    assert_eq!(TABLE.len(), 59);
    for (year, public, eves) in TABLE {
        let (computed, extras): (Vec<_>, Vec<_>) = finland(year).into_iter().partition(|(_, day)| day.is_public());
        assert_eq!(month_days(&computed), public, "{year}");
        assert_eq!(month_days(&extras), eves, "{year}");
    }
}

#[test]
fn a_day_is_a_holiday_exactly_if_it_is_public_in_the_table() {
    let holidays = Holidays { set: HolidaySet::Finland, changed: Vec::new() };
    for (year, public, _) in TABLE {
        let first = Date::from_ymd(year, 1, 1).unwrap();
        for day in (0..366).map(|days| first.add_days(days)).take_while(|day| day.ymd().0 == year) {
            let (_, month, of_month) = day.ymd();
            let listed = public.split(' ').any(|listed| listed == format!("{month:02}{of_month:02}"));
            assert_eq!(holidays.is_holiday(day), listed, "{day}");
        }
    }
}

/// The other method: the churches' table of full moons, which is the same for all of 1900 to 2199.
#[test]
fn easter_is_the_sunday_after_the_full_moon_of_the_churches_in_every_year_of_the_bounds() {
    const FULL_MOONS: [(u32, u32); 19] = [
        (4, 14),
        (4, 3),
        (3, 23),
        (4, 11),
        (3, 31),
        (4, 18),
        (4, 8),
        (3, 28),
        (4, 16),
        (4, 5),
        (3, 25),
        (4, 13),
        (4, 2),
        (3, 22),
        (4, 10),
        (3, 30),
        (4, 17),
        (4, 7),
        (3, 27),
    ];
    for year in YEAR_MIN..=YEAR_MAX {
        let (month, day) = FULL_MOONS[usize::try_from(year % 19).unwrap()];
        let moon = of_chrono(chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap());
        let sunday = (1..=7).map(|days| moon.add_days(days)).find(|day| day.weekday() == Weekday::Sunday);
        assert_eq!(FinnishHoliday::EasterSunday.in_year(year), sunday, "{year}");
    }
}

#[test]
fn midsummer_and_all_saints_are_saturdays_at_both_ends_of_their_weeks() {
    for (holiday, days) in [
        (FinnishHoliday::MidsummerDay, ["2026-06-20", "2027-06-26", "2025-06-21"]),
        (FinnishHoliday::MidsummerEve, ["2026-06-19", "2027-06-25", "2025-06-20"]),
        (FinnishHoliday::AllSaintsDay, ["2026-10-31", "2027-11-06", "2025-11-01"]),
    ] {
        for day in days.map(date) {
            assert_eq!(holiday.in_year(day.ymd().0), Some(day), "{}", holiday.code());
        }
    }
}

#[test]
fn two_holidays_on_one_day_are_both_named() {
    let on: Vec<_> = finland(2008).into_iter().filter(|(day, _)| *day == date("2008-05-01")).collect();
    assert_eq!(on.iter().map(|(_, day)| day.code()).collect::<Vec<_>>(), ["may-day", "ascension-day"]);
}

#[test]
fn the_eves_are_no_holidays_unless_the_site_lists_them() {
    let mut holidays = Holidays { set: HolidaySet::Finland, changed: Vec::new() };
    for eve in ["2026-06-19", "2026-12-24"] {
        assert!(!holidays.is_holiday(date(eve)));
        holidays.changed.push((date(eve), true));
    }
    assert_eq!(holidays.check(), Ok(()));
    assert!(holidays.is_holiday(date("2026-06-19")) && holidays.is_holiday(date("2026-12-24")));
    assert!(!holidays.is_holiday(date("2027-12-24")));
}

#[test]
fn a_site_changes_single_days_both_ways_and_others_stay() {
    let changed = vec![(date("2026-01-06"), false), (date("2026-03-02"), true)];
    let holidays = Holidays { set: HolidaySet::Finland, changed };
    assert!(!holidays.is_holiday(date("2026-01-06")));
    assert!(holidays.is_holiday(date("2027-01-06")));
    assert!(holidays.is_holiday(date("2026-03-02")));
    assert!(!holidays.is_holiday(date("2026-03-01")));
    let none = Holidays { set: HolidaySet::None, ..holidays };
    assert!(none.is_holiday(date("2026-03-02")));
    assert!(!none.is_holiday(date("2026-12-25")));
}

#[test]
fn outside_the_bounds_there_are_no_holidays() {
    for year in [i32::MIN, YEAR_MIN - 1, YEAR_MAX + 1, i32::MAX] {
        assert_eq!(finland(year), []);
    }
    assert_eq!(finland(YEAR_MIN).len(), FinnishHoliday::ALL.len());
    assert_eq!(finland(YEAR_MAX).len(), FinnishHoliday::ALL.len());
    for extreme in [Date(i32::MIN), Date::LAST.add_days(6), Date(i32::MAX)] {
        assert!(!HolidaySet::Finland.contains(extreme));
    }
}

#[test]
fn codes_are_distinct_and_stay() {
    let codes: Vec<_> = FinnishHoliday::ALL.iter().map(|holiday| holiday.code()).collect();
    assert_eq!(
        codes,
        [
            "new-years-day",
            "epiphany",
            "good-friday",
            "easter-sunday",
            "easter-monday",
            "may-day",
            "ascension-day",
            "whit-sunday",
            "midsummer-eve",
            "midsummer-day",
            "all-saints-day",
            "independence-day",
            "christmas-eve",
            "christmas-day",
            "st-stephens-day",
        ]
    );
    for set in HolidaySet::ALL {
        assert_eq!(HolidaySet::from_code(set.code()), Some(set));
    }
}

fn month_days(days: &[(Date, FinnishHoliday)]) -> String {
    let month_day = |(day, _): &(Date, FinnishHoliday)| {
        let (_, month, of_month) = day.ymd();
        format!("{month:02}{of_month:02}")
    };
    days.iter().map(month_day).collect::<Vec<_>>().join(" ")
}

/// What the npm package `date-holidays` 3.37.0 lists for `FI`, year by year, as month and day: its kind
/// `public`, which is every public holiday and nothing else, and its kind `bank`, which is the two eves and
/// New Year's Eve. New Year's Eve is left out here, and so is its kind `observance`, Mother's Day and Father's
/// Day: we have no names for them, and a site that closes lists the day. A day that is two holidays is there
/// twice.
///
/// Made with `new (require("date-holidays"))("FI").getHolidays(year)`, filtered by `type`, sorted by `date`.
pub(crate) const TABLE: [(i32, &str, &str); 59] = [
    (1992, "0101 0106 0417 0419 0420 0501 0528 0607 0620 1031 1206 1225 1226", "0619 1224"),
    (1993, "0101 0106 0409 0411 0412 0501 0520 0530 0626 1106 1206 1225 1226", "0625 1224"),
    (1994, "0101 0106 0401 0403 0404 0501 0512 0522 0625 1105 1206 1225 1226", "0624 1224"),
    (1995, "0101 0106 0414 0416 0417 0501 0525 0604 0624 1104 1206 1225 1226", "0623 1224"),
    (1996, "0101 0106 0405 0407 0408 0501 0516 0526 0622 1102 1206 1225 1226", "0621 1224"),
    (1997, "0101 0106 0328 0330 0331 0501 0508 0518 0621 1101 1206 1225 1226", "0620 1224"),
    (1998, "0101 0106 0410 0412 0413 0501 0521 0531 0620 1031 1206 1225 1226", "0619 1224"),
    (1999, "0101 0106 0402 0404 0405 0501 0513 0523 0626 1106 1206 1225 1226", "0625 1224"),
    (2000, "0101 0106 0421 0423 0424 0501 0601 0611 0624 1104 1206 1225 1226", "0623 1224"),
    (2001, "0101 0106 0413 0415 0416 0501 0524 0603 0623 1103 1206 1225 1226", "0622 1224"),
    (2002, "0101 0106 0329 0331 0401 0501 0509 0519 0622 1102 1206 1225 1226", "0621 1224"),
    (2003, "0101 0106 0418 0420 0421 0501 0529 0608 0621 1101 1206 1225 1226", "0620 1224"),
    (2004, "0101 0106 0409 0411 0412 0501 0520 0530 0626 1106 1206 1225 1226", "0625 1224"),
    (2005, "0101 0106 0325 0327 0328 0501 0505 0515 0625 1105 1206 1225 1226", "0624 1224"),
    (2006, "0101 0106 0414 0416 0417 0501 0525 0604 0624 1104 1206 1225 1226", "0623 1224"),
    (2007, "0101 0106 0406 0408 0409 0501 0517 0527 0623 1103 1206 1225 1226", "0622 1224"),
    (2008, "0101 0106 0321 0323 0324 0501 0501 0511 0621 1101 1206 1225 1226", "0620 1224"),
    (2009, "0101 0106 0410 0412 0413 0501 0521 0531 0620 1031 1206 1225 1226", "0619 1224"),
    (2010, "0101 0106 0402 0404 0405 0501 0513 0523 0626 1106 1206 1225 1226", "0625 1224"),
    (2011, "0101 0106 0422 0424 0425 0501 0602 0612 0625 1105 1206 1225 1226", "0624 1224"),
    (2012, "0101 0106 0406 0408 0409 0501 0517 0527 0623 1103 1206 1225 1226", "0622 1224"),
    (2013, "0101 0106 0329 0331 0401 0501 0509 0519 0622 1102 1206 1225 1226", "0621 1224"),
    (2014, "0101 0106 0418 0420 0421 0501 0529 0608 0621 1101 1206 1225 1226", "0620 1224"),
    (2015, "0101 0106 0403 0405 0406 0501 0514 0524 0620 1031 1206 1225 1226", "0619 1224"),
    (2016, "0101 0106 0325 0327 0328 0501 0505 0515 0625 1105 1206 1225 1226", "0624 1224"),
    (2017, "0101 0106 0414 0416 0417 0501 0525 0604 0624 1104 1206 1225 1226", "0623 1224"),
    (2018, "0101 0106 0330 0401 0402 0501 0510 0520 0623 1103 1206 1225 1226", "0622 1224"),
    (2019, "0101 0106 0419 0421 0422 0501 0530 0609 0622 1102 1206 1225 1226", "0621 1224"),
    (2020, "0101 0106 0410 0412 0413 0501 0521 0531 0620 1031 1206 1225 1226", "0619 1224"),
    (2021, "0101 0106 0402 0404 0405 0501 0513 0523 0626 1106 1206 1225 1226", "0625 1224"),
    (2022, "0101 0106 0415 0417 0418 0501 0526 0605 0625 1105 1206 1225 1226", "0624 1224"),
    (2023, "0101 0106 0407 0409 0410 0501 0518 0528 0624 1104 1206 1225 1226", "0623 1224"),
    (2024, "0101 0106 0329 0331 0401 0501 0509 0519 0622 1102 1206 1225 1226", "0621 1224"),
    (2025, "0101 0106 0418 0420 0421 0501 0529 0608 0621 1101 1206 1225 1226", "0620 1224"),
    (2026, "0101 0106 0403 0405 0406 0501 0514 0524 0620 1031 1206 1225 1226", "0619 1224"),
    (2027, "0101 0106 0326 0328 0329 0501 0506 0516 0626 1106 1206 1225 1226", "0625 1224"),
    (2028, "0101 0106 0414 0416 0417 0501 0525 0604 0624 1104 1206 1225 1226", "0623 1224"),
    (2029, "0101 0106 0330 0401 0402 0501 0510 0520 0623 1103 1206 1225 1226", "0622 1224"),
    (2030, "0101 0106 0419 0421 0422 0501 0530 0609 0622 1102 1206 1225 1226", "0621 1224"),
    (2031, "0101 0106 0411 0413 0414 0501 0522 0601 0621 1101 1206 1225 1226", "0620 1224"),
    (2032, "0101 0106 0326 0328 0329 0501 0506 0516 0626 1106 1206 1225 1226", "0625 1224"),
    (2033, "0101 0106 0415 0417 0418 0501 0526 0605 0625 1105 1206 1225 1226", "0624 1224"),
    (2034, "0101 0106 0407 0409 0410 0501 0518 0528 0624 1104 1206 1225 1226", "0623 1224"),
    (2035, "0101 0106 0323 0325 0326 0501 0503 0513 0623 1103 1206 1225 1226", "0622 1224"),
    (2036, "0101 0106 0411 0413 0414 0501 0522 0601 0621 1101 1206 1225 1226", "0620 1224"),
    (2037, "0101 0106 0403 0405 0406 0501 0514 0524 0620 1031 1206 1225 1226", "0619 1224"),
    (2038, "0101 0106 0423 0425 0426 0501 0603 0613 0626 1106 1206 1225 1226", "0625 1224"),
    (2039, "0101 0106 0408 0410 0411 0501 0519 0529 0625 1105 1206 1225 1226", "0624 1224"),
    (2040, "0101 0106 0330 0401 0402 0501 0510 0520 0623 1103 1206 1225 1226", "0622 1224"),
    (2041, "0101 0106 0419 0421 0422 0501 0530 0609 0622 1102 1206 1225 1226", "0621 1224"),
    (2042, "0101 0106 0404 0406 0407 0501 0515 0525 0621 1101 1206 1225 1226", "0620 1224"),
    (2043, "0101 0106 0327 0329 0330 0501 0507 0517 0620 1031 1206 1225 1226", "0619 1224"),
    (2044, "0101 0106 0415 0417 0418 0501 0526 0605 0625 1105 1206 1225 1226", "0624 1224"),
    (2045, "0101 0106 0407 0409 0410 0501 0518 0528 0624 1104 1206 1225 1226", "0623 1224"),
    (2046, "0101 0106 0323 0325 0326 0501 0503 0513 0623 1103 1206 1225 1226", "0622 1224"),
    (2047, "0101 0106 0412 0414 0415 0501 0523 0602 0622 1102 1206 1225 1226", "0621 1224"),
    (2048, "0101 0106 0403 0405 0406 0501 0514 0524 0620 1031 1206 1225 1226", "0619 1224"),
    (2049, "0101 0106 0416 0418 0419 0501 0527 0606 0626 1106 1206 1225 1226", "0625 1224"),
    (2050, "0101 0106 0408 0410 0411 0501 0519 0529 0625 1105 1206 1225 1226", "0624 1224"),
];
