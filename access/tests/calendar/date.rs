//! Days against chrono, and periods of months against the act.

use access::calendar::{Date, DateError, Weekday, YEAR_MAX, YEAR_MIN, last_day};
use chrono::{Datelike, Months, NaiveDate};
use proptest::prelude::*;

use crate::support::{date, of_chrono, seeded};

fn first_of_chrono() -> NaiveDate {
    NaiveDate::from_ymd_opt(YEAR_MIN, 1, 1).unwrap()
}

#[test]
fn every_day_of_the_bounds_is_the_day_that_chrono_says() {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
    let mut days = 0;
    for day in first_of_chrono().iter_days().take_while(|day| day.year() <= YEAR_MAX) {
        let ours = Date(i32::try_from((day - epoch).num_days()).unwrap());
        assert_eq!(of_chrono(day), ours);
        let (year, month, of_month) = ours.ymd();
        assert_eq!((year, u32::from(month), u32::from(of_month)), (day.year(), day.month(), day.day()));
        assert_eq!(u32::from(ours.weekday().number()), day.weekday().num_days_from_monday());
        assert!(ours.is_within_bounds());
        assert_eq!(ours.to_string(), day.to_string());
        assert_eq!(ours.to_string().parse(), Ok(ours));
        days += 1;
    }
    assert_eq!(days, 109_573);
    assert_eq!(Date::FIRST, date("1900-01-01"));
    assert_eq!(Date::LAST, date("2199-12-31"));
    assert!(!Date::FIRST.add_days(-1).is_within_bounds());
    assert!(!Date::LAST.add_days(1).is_within_bounds());
}

#[test]
fn every_triple_is_a_day_exactly_if_chrono_has_it() {
    for year in YEAR_MIN - 1..=YEAR_MAX + 1 {
        for (month, day) in (0..=13).flat_map(|month| (0..=32).map(move |day| (month, day))) {
            let known = NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day));
            let known = known.filter(|day| (YEAR_MIN..=YEAR_MAX).contains(&day.year()));
            assert_eq!(Date::from_ymd(year, month, day).is_some(), known.is_some(), "{year} {month} {day}");
        }
    }
}

#[test]
fn a_date_is_written_in_one_way_only() {
    for text in ["", "2026", "2026-11", "2026-11-24-", "2026-11-2", "26-11-24", "2026-1-24", "+026-11-24"] {
        assert_eq!(text.parse::<Date>(), Err(DateError::Shape), "{text}");
    }
    for text in ["2026/11/24", " 2026-11-24", "2026-11-24 ", "-2026-11-24", "2026-11-+4", "２０２６-11-24"] {
        assert_eq!(text.parse::<Date>(), Err(DateError::Shape), "{text}");
    }
    for text in ["2026-02-29", "2026-00-10", "2026-13-10", "2026-04-31", "2026-04-00", "1899-12-31", "2200-01-01"] {
        assert_eq!(text.parse::<Date>(), Err(DateError::NoSuchDay), "{text}");
    }
    assert_eq!(date("2028-02-29").ymd(), (2028, 2, 29));
}

#[test]
fn a_period_of_months_ends_on_the_day_with_the_same_number_or_the_last_of_the_month() {
    for (first, months, last) in [
        // Five years of a card, ordinary and from a leap day.
        ("2026-11-24", 60, "2031-11-24"),
        ("2028-02-29", 60, "2033-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2096-02-29", 48, "2100-02-28"),
        // Three months of a backup card.
        ("2026-11-24", 3, "2027-02-24"),
        ("2026-11-28", 3, "2027-02-28"),
        ("2026-11-29", 3, "2027-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-29", 3, "2028-02-29"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-01-31", 3, "2026-04-30"),
        ("2026-02-28", 3, "2026-05-28"),
        ("2026-10-31", 3, "2027-01-31"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-08-31", 0, "2026-08-31"),
    ] {
        assert_eq!(last_day(date(first), months), date(last), "{first} and {months} months");
    }
}

#[test]
fn nothing_leaves_the_numbers_that_a_date_can_hold() {
    assert_eq!(date("2199-12-01").add_months(1), Date::LAST);
    assert_eq!(date("2026-11-24").add_months(u32::MAX), Date::LAST);
    for extreme in [Date(i32::MIN), Date(i32::MAX)] {
        let (_, month, day) = extreme.ymd();
        assert!((1..=12).contains(&month) && (1..=31).contains(&day));
        assert!(!extreme.is_within_bounds());
        assert!(Weekday::ALL.contains(&extreme.weekday()));
        assert_eq!(extreme.add_months(u32::MAX), Date::LAST);
    }
    assert_eq!(Date(i32::MAX).add_days(1), Date(i32::MAX));
    assert_eq!(Date(i32::MIN).add_days(-1), Date(i32::MIN));
}

#[test]
fn weekdays_keep_their_codes() {
    for (number, weekday) in Weekday::ALL.into_iter().enumerate() {
        assert_eq!(usize::from(weekday.number()), number);
        assert_eq!(Weekday::from_code(weekday.code()), Some(weekday));
    }
    assert_eq!(Weekday::from_code("Monday"), None);
}

proptest! {
    #![proptest_config(seeded(20_000))]

    #[test]
    fn months_are_added_as_chrono_adds_them(days in 0..109_573_u64, months in 0..1_300_u32) {
        let day = first_of_chrono().checked_add_days(chrono::Days::new(days)).unwrap();
        let later = day.checked_add_months(Months::new(months)).unwrap();
        let expected = if later.year() > YEAR_MAX { Date::LAST } else { of_chrono(later) };
        prop_assert_eq!(of_chrono(day).add_months(months), expected);
    }

    #[test]
    fn any_number_is_a_day_whose_neighbour_is_the_next_weekday(days in any::<i32>()) {
        let (today, tomorrow) = (Date(days), Date(days).add_days(1));
        if today != tomorrow {
            prop_assert_eq!((today.weekday().number() + 1) % 7, tomorrow.weekday().number());
            prop_assert!(today.ymd() < tomorrow.ymd());
        }
    }
}
