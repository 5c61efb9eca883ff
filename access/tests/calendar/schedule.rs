//! Windows in the nights that are cut short and prolonged, over midnight, and around holidays.

use access::calendar::{Calendar, HolidayPlan, Schedule, Weekday};
use access::entry::ScheduleId;
use access::time::UtcS;

use crate::support::{ONE, date, every_day, helsinki, in_finland, stretches, utc, windows};

/// The stretches of the day that begins at 00:00 in Helsinki, as they are by UTC.
fn day(schedule: Schedule, day: &str) -> Vec<(UtcS, UtcS)> {
    let from = helsinki(&format!("{day} 00:00:00"));
    let until = helsinki(&format!("{} 00:00:00", date(day).add_days(1)));
    stretches(&in_finland(schedule), from, until)
}

fn utc_stretches<const N: usize>(expected: [(&str, &str); N]) -> Vec<(UtcS, UtcS)> {
    expected.into_iter().map(|(from, until)| (utc(from), utc(until))).collect()
}

fn on(weekday: Weekday, text: &str) -> Schedule {
    let mut schedule = Schedule::default();
    schedule.days[usize::from(weekday.number())] = windows(text);
    schedule
}

#[test]
fn a_window_holds_from_its_first_second_up_to_its_end() {
    assert_eq!(
        day(every_day("08:00-16:00"), "2026-11-24"),
        utc_stretches([("2026-11-24 06:00:00", "2026-11-24 14:00:00")])
    );
    assert_eq!(
        day(every_day("08:00-12:00 12:30-16:00"), "2026-07-01"),
        utc_stretches([("2026-07-01 05:00:00", "2026-07-01 09:00:00"), ("2026-07-01 09:30:00", "2026-07-01 13:00:00")])
    );
}

/// On 29 March 2026 the wall goes from 02:59:59 to 04:00:00, at 01:00 UTC.
#[test]
fn in_the_night_of_spring_nothing_falls_in_the_hour_that_is_skipped() {
    for (text, expected) in [
        // Before.
        ("01:00-02:30", vec![("2026-03-28 23:00:00", "2026-03-29 00:30:00")]),
        ("01:00-03:00", vec![("2026-03-28 23:00:00", "2026-03-29 01:00:00")]),
        // In.
        ("03:00-04:00", vec![]),
        ("03:15-03:45", vec![]),
        ("02:30-03:30", vec![("2026-03-29 00:30:00", "2026-03-29 01:00:00")]),
        ("03:30-04:30", vec![("2026-03-29 01:00:00", "2026-03-29 01:30:00")]),
        // Over.
        ("02:00-05:00", vec![("2026-03-29 00:00:00", "2026-03-29 02:00:00")]),
        ("00:00-24:00", vec![("2026-03-28 22:00:00", "2026-03-29 21:00:00")]),
        // After.
        ("04:00-05:00", vec![("2026-03-29 01:00:00", "2026-03-29 02:00:00")]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|(from, until)| (utc(from), utc(until))).collect();
        assert_eq!(day(on(Weekday::Sunday, text), "2026-03-29"), expected, "{text}");
    }
}

/// On 25 October 2026 the wall goes from 03:59:59 back to 03:00:00, at 01:00 UTC.
#[test]
fn in_the_night_of_autumn_a_window_holds_twice_in_the_hour_that_is_repeated() {
    for (text, expected) in [
        // Before.
        ("02:00-03:00", vec![("2026-10-24 23:00:00", "2026-10-25 00:00:00")]),
        // In.
        ("03:00-04:00", vec![("2026-10-25 00:00:00", "2026-10-25 02:00:00")]),
        (
            "03:15-03:45",
            vec![("2026-10-25 00:15:00", "2026-10-25 00:45:00"), ("2026-10-25 01:15:00", "2026-10-25 01:45:00")],
        ),
        (
            "02:30-03:30",
            vec![("2026-10-24 23:30:00", "2026-10-25 00:30:00"), ("2026-10-25 01:00:00", "2026-10-25 01:30:00")],
        ),
        (
            "03:30-04:30",
            vec![("2026-10-25 00:30:00", "2026-10-25 01:00:00"), ("2026-10-25 01:30:00", "2026-10-25 02:30:00")],
        ),
        // Over: an hour longer than written.
        ("02:00-05:00", vec![("2026-10-24 23:00:00", "2026-10-25 03:00:00")]),
        ("00:00-24:00", vec![("2026-10-24 21:00:00", "2026-10-25 22:00:00")]),
        // After.
        ("04:00-05:00", vec![("2026-10-25 02:00:00", "2026-10-25 03:00:00")]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|(from, until)| (utc(from), utc(until))).collect();
        assert_eq!(day(on(Weekday::Sunday, text), "2026-10-25"), expected, "{text}");
    }
}

/// A night shift ends when the wall says so, an hour earlier or later than its length says.
#[test]
fn a_night_shift_over_the_change_ends_by_the_wall() {
    let night = in_finland(on(Weekday::Saturday, "22:00-31:00"));
    let spring = stretches(&night, utc("2026-03-28 12:00:00"), utc("2026-03-29 12:00:00"));
    assert_eq!(spring, utc_stretches([("2026-03-28 20:00:00", "2026-03-29 04:00:00")]));
    let autumn = stretches(&night, utc("2026-10-24 12:00:00"), utc("2026-10-25 12:00:00"));
    assert_eq!(autumn, utc_stretches([("2026-10-24 19:00:00", "2026-10-25 05:00:00")]));
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_on_which_it_begins() {
    let sunday = in_finland(on(Weekday::Sunday, "22:00-30:00"));
    let week = stretches(&sunday, helsinki("2026-11-21 00:00:00"), helsinki("2026-11-28 00:00:00"));
    assert_eq!(week, [(helsinki("2026-11-22 22:00:00"), helsinki("2026-11-23 06:00:00"))]);
}

#[test]
fn a_window_may_last_to_the_end_of_the_next_day_and_no_longer() {
    let weekend = in_finland(on(Weekday::Saturday, "00:00-48:00"));
    let held = stretches(&weekend, helsinki("2026-11-18 00:00:00"), helsinki("2026-11-26 00:00:00"));
    assert_eq!(held, [(helsinki("2026-11-21 00:00:00"), helsinki("2026-11-23 00:00:00"))]);
}

#[test]
fn a_night_over_new_year_holds_on_the_other_side_too() {
    // 31 December 2026 is a Thursday, and the day after it a holiday.
    let mut schedule = on(Weekday::Thursday, "20:00-26:00");
    schedule.holiday = HolidayPlan::Closed;
    let held = stretches(&in_finland(schedule), helsinki("2026-12-31 00:00:00"), helsinki("2027-01-02 00:00:00"));
    assert_eq!(held, [(helsinki("2026-12-31 20:00:00"), helsinki("2027-01-01 02:00:00"))]);
}

/// Independence Day of 2027 is a Monday.
#[test]
fn a_window_goes_on_into_a_holiday_and_a_holidays_own_window_out_of_it() {
    let (from, until) = (helsinki("2027-12-05 12:00:00"), helsinki("2027-12-07 12:00:00"));
    let mut schedule = every_day("22:00-30:00");
    let held = |schedule: &Schedule| stretches(&in_finland(schedule.clone()), from, until);
    let sunday = (helsinki("2027-12-05 22:00:00"), helsinki("2027-12-06 06:00:00"));
    let monday = (helsinki("2027-12-06 22:00:00"), helsinki("2027-12-07 06:00:00"));
    assert_eq!(held(&schedule), [sunday, monday]);
    schedule.holiday = HolidayPlan::Closed;
    assert_eq!(held(&schedule), [sunday]);
    schedule.holiday = HolidayPlan::Own(windows("20:00-32:00"));
    assert_eq!(held(&schedule), [sunday, (helsinki("2027-12-06 20:00:00"), helsinki("2027-12-07 08:00:00"))]);
    schedule.holiday = HolidayPlan::Own(Vec::new());
    assert_eq!(held(&schedule), [sunday]);
}

#[test]
fn an_exception_replaces_a_weekday_and_a_holiday() {
    let mut schedule = every_day("08:00-16:00");
    schedule.holiday = HolidayPlan::Closed;
    schedule.exceptions = vec![
        (date("2027-12-06"), windows("10:00-12:00")),
        (date("2027-12-07"), Vec::new()),
        (date("2027-12-08"), windows("09:00-10:00 23:00-25:00")),
    ];
    let held = stretches(&in_finland(schedule), helsinki("2027-12-05 00:00:00"), helsinki("2027-12-10 00:00:00"));
    let expected = [
        ("2027-12-05 08:00:00", "2027-12-05 16:00:00"),
        ("2027-12-06 10:00:00", "2027-12-06 12:00:00"),
        ("2027-12-08 09:00:00", "2027-12-08 10:00:00"),
        ("2027-12-08 23:00:00", "2027-12-09 01:00:00"),
        ("2027-12-09 08:00:00", "2027-12-09 16:00:00"),
    ];
    assert_eq!(held, expected.map(|(from, until)| (helsinki(from), helsinki(until))));
}

#[test]
fn an_exception_for_the_next_day_does_not_cut_off_the_night_before() {
    let mut schedule = every_day("22:00-30:00");
    schedule.exceptions = vec![(date("2026-11-25"), Vec::new())];
    let held = stretches(&in_finland(schedule), helsinki("2026-11-24 12:00:00"), helsinki("2026-11-26 12:00:00"));
    assert_eq!(held, [(helsinki("2026-11-24 22:00:00"), helsinki("2026-11-25 06:00:00"))]);
}

#[test]
fn the_leap_day_is_a_day_like_others() {
    // 29 February 2028 is a Tuesday.
    let held = day(on(Weekday::Tuesday, "08:00-16:00"), "2028-02-29");
    assert_eq!(held, utc_stretches([("2028-02-29 06:00:00", "2028-02-29 14:00:00")]));
    let mut schedule = on(Weekday::Monday, "22:00-30:00");
    schedule.exceptions = vec![(date("2028-02-29"), windows("23:00-24:30"))];
    let held = stretches(&in_finland(schedule), helsinki("2028-02-28 12:00:00"), helsinki("2028-03-01 12:00:00"));
    let expected = [("2028-02-28 22:00:00", "2028-02-29 06:00:00"), ("2028-02-29 23:00:00", "2028-03-01 00:30:00")];
    assert_eq!(held, expected.map(|(from, until)| (helsinki(from), helsinki(until))));
}

#[test]
fn a_schedule_that_a_door_was_not_given_never_holds_and_always_always_does() {
    let calendar = in_finland(every_day("00:00-24:00"));
    for at in [UtcS(i64::MIN), UtcS(0), utc("2026-03-29 01:00:00"), UtcS(i64::MAX)] {
        assert!(calendar.holds(ScheduleId::ALWAYS, at));
        assert!(Calendar::empty().holds(ScheduleId::ALWAYS, at));
        for unknown in [ScheduleId(2), ScheduleId(u16::MAX)] {
            assert!(!calendar.holds(unknown, at));
        }
        assert!(!Calendar::empty().holds(ONE, at));
    }
    assert!(calendar.holds(ONE, utc("2026-03-29 01:00:00")));
    assert!(!calendar.is_empty() && Calendar::empty().is_empty());
}

#[test]
fn each_number_finds_its_own_schedule() {
    let mut calendar = in_finland(on(Weekday::Monday, "00:00-24:00"));
    calendar.schedules = Weekday::ALL
        .into_iter()
        .map(|weekday| (ScheduleId(u16::from(weekday.number()) * 100 + 1), on(weekday, "00:00-24:00")))
        .collect();
    assert_eq!(calendar.check(), Ok(()));
    for days in 0..7_u16 {
        let at = helsinki(&format!("{} 12:00:00", date("2026-11-23").add_days(i32::from(days))));
        let holding: Vec<_> = (0..1_000).map(ScheduleId).filter(|id| calendar.holds(*id, at)).collect();
        assert_eq!(holding, [ScheduleId::ALWAYS, ScheduleId(days * 100 + 1)]);
    }
}
