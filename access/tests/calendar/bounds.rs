//! What is refused, and what it is told.

use access::calendar::{
    CALENDAR_BYTES_MAX, CHANGED_MAX, Calendar, CalendarError, Date, Day, DayWindow, EXCEPTIONS_MAX, HolidayPlan,
    HolidaySet, Holidays, HolidaysError, OFFSET_S_MAX, SCHEDULES_MAX, Schedule, ScheduleError, WINDOWS_A_DAY_MAX,
    Weekday, WindowError, Zone, ZoneError,
};
use access::entry::ScheduleId;
use access::envelope::MESSAGE_LENGTH_MAX;
use proptest::prelude::*;

use crate::support::{ONE, date, every_day, in_finland, seeded, windows};

/// A calendar with something of each kind.
fn some() -> Calendar {
    let mut schedule = every_day("08:00-12:00 22:00-30:00");
    schedule.holiday = HolidayPlan::Own(windows("10:00-14:00"));
    schedule.exceptions = vec![(date("2026-12-23"), windows("08:00-12:00")), (date("2026-12-24"), Vec::new())];
    let mut calendar = in_finland(schedule);
    calendar.holidays.changed = vec![(date("2026-12-24"), true)];
    calendar.schedules.push((ScheduleId(300), every_day("00:00-24:00")));
    calendar
}

/// What both ways in say, which must be the same.
fn refused(calendar: &Calendar) -> CalendarError {
    let error = calendar.check().unwrap_err();
    assert_eq!(Calendar::from_bytes(&calendar.to_bytes()), Err(error));
    error
}

fn refused_schedule(change: impl FnOnce(&mut Schedule)) -> ScheduleError {
    let mut calendar = some();
    change(&mut calendar.schedules[0].1);
    match refused(&calendar) {
        CalendarError::Schedule { schedule: ONE, error } => error,
        other => panic!("{other}"),
    }
}

#[test]
fn truncated_prolonged_and_padded_bytes_are_refused() {
    let bytes = some().to_bytes();
    assert_eq!(Calendar::from_bytes(&bytes), Ok(some()));
    for end in 0..bytes.len() {
        assert_eq!(Calendar::from_bytes(&bytes[..end]), Err(CalendarError::Encoding), "{end}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(Calendar::from_bytes(&longer), Err(CalendarError::Encoding));
    // The same number of schedules in two bytes instead of one: postcard reads it, and it is not canonical.
    let empty = Calendar::empty().to_bytes();
    assert_eq!(empty, [0, 0, 0, 0, 0]);
    assert!(postcard::from_bytes::<Calendar>(&[0, 0, 0, 0, 0x80, 0]).is_ok());
    assert_eq!(Calendar::from_bytes(&[0, 0, 0, 0, 0x80, 0]), Err(CalendarError::Encoding));
}

/// Doors in the field have these bytes: a change here is a change of the wire.
#[test]
fn the_bytes_stay_as_they_are() {
    let mut schedule = Schedule::default();
    schedule.days[6] = windows("22:00-30:00");
    schedule.holiday = HolidayPlan::Closed;
    schedule.exceptions = vec![(date("1970-01-03"), windows("00:00-01:00"))];
    let holidays = Holidays { set: HolidaySet::Finland, changed: vec![(date("1970-01-02"), true)] };
    let calendar = Calendar { zone: Zone::HELSINKI, holidays, schedules: vec![(ONE, schedule)] };
    let zone = [0xC0, 0x70, 1, 0xE0, 0xA8, 1, 3, 5, 6, 0xB0, 0x54, 10, 5, 6, 0xC0, 0x70];
    let holidays = [1, 1, 2, 1];
    let schedules = [1, 1, 0, 0, 0, 0, 0, 0, 1, 0xA8, 0x0A, 0x88, 0x0E, 1, 1, 4, 1, 0, 60];
    assert_eq!(calendar.to_bytes(), [&zone[..], &holidays[..], &schedules[..]].concat());
}

#[test]
fn a_window_that_cannot_be_is_named_with_its_day() {
    for (text, window, error) in [
        ("24:00-25:00", 0, WindowError::BeginsLate(1_440)),
        ("08:00-08:00", 0, WindowError::Reversed),
        ("08:00-12:00 16:00-12:00", 1, WindowError::Reversed),
        ("22:00-06:00", 0, WindowError::Reversed),
        ("00:00-48:01", 0, WindowError::TooLong(2_881)),
        ("08:00-12:00 11:59-16:00", 1, WindowError::Overlaps),
        ("08:00-12:00 08:00-12:00", 1, WindowError::Overlaps),
        ("12:00-16:00 08:00-12:00", 1, WindowError::Order),
    ] {
        let expected = |day| ScheduleError::Window { day, window, error };
        let friday = refused_schedule(|schedule| schedule.days[4] = windows(text));
        assert_eq!(friday, expected(Day::Weekday(Weekday::Friday)), "{text}");
        let holiday = refused_schedule(|schedule| schedule.holiday = HolidayPlan::Own(windows(text)));
        assert_eq!(holiday, expected(Day::Holiday), "{text}");
        let exception = refused_schedule(|schedule| schedule.exceptions[1].1 = windows(text));
        assert_eq!(exception, expected(Day::Date(date("2026-12-24"))), "{text}");
    }
}

#[test]
fn the_last_windows_that_can_be_are_accepted() {
    for text in ["23:59-48:00", "00:00-48:00", "08:00-12:00 12:00-16:00", "00:00-00:01", ""] {
        assert_eq!(every_day(text).check(), Ok(()), "{text}");
    }
}

#[test]
fn sorting_makes_what_was_typed_in_any_order_acceptable() {
    let mut schedule = every_day("12:00-16:00 08:00-12:00");
    schedule.holiday = HolidayPlan::Own(windows("12:00-16:00 08:00-12:00"));
    schedule.exceptions =
        vec![(date("2026-12-24"), windows("12:00-16:00 08:00-12:00")), (date("2026-12-23"), Vec::new())];
    assert!(schedule.check().is_err());
    schedule.sort();
    assert_eq!(schedule.check(), Ok(()));
    assert_eq!(schedule.days[3], windows("08:00-12:00 12:00-16:00"));
}

#[test]
fn each_list_of_a_schedule_has_its_bound() {
    let many: Vec<_> = (0..).map(|n| DayWindow { from_min: n * 10, until_min: n * 10 + 5 }).take(9).collect();
    assert_eq!(many.len(), WINDOWS_A_DAY_MAX + 1);
    let error = refused_schedule(|schedule| schedule.days[0] = many.clone());
    assert_eq!(error, ScheduleError::TooManyWindows { day: Day::Weekday(Weekday::Monday), windows: 9 });
    let days =
        |count| (0..count).map(|n| (date("2026-01-01").add_days(i32::try_from(n).unwrap()), Vec::new())).collect();
    let error = refused_schedule(|schedule| schedule.exceptions = days(EXCEPTIONS_MAX + 1));
    assert_eq!(error, ScheduleError::TooManyExceptions(EXCEPTIONS_MAX + 1));
    let mut schedule = every_day("");
    schedule.days[0] = many[..WINDOWS_A_DAY_MAX].to_vec();
    schedule.exceptions = days(EXCEPTIONS_MAX);
    assert_eq!(schedule.check(), Ok(()));
}

#[test]
fn exceptions_are_in_order_once_each_and_in_years_that_can_be() {
    let error = |first: Date, second: Date| {
        refused_schedule(|schedule| schedule.exceptions = vec![(first, Vec::new()), (second, Vec::new())])
    };
    let (day, next) = (date("2026-12-24"), date("2026-12-25"));
    assert_eq!(error(day, day), ScheduleError::ExceptionOrder(day));
    assert_eq!(error(next, day), ScheduleError::ExceptionOrder(day));
    assert_eq!(error(day, Date(i32::MAX)), ScheduleError::ExceptionYear(Date(i32::MAX)));
    let early = Date::FIRST.add_days(-1);
    assert_eq!(error(early, day), ScheduleError::ExceptionYear(early));
}

#[test]
fn changed_holidays_are_bounded_in_order_and_in_years_that_can_be() {
    let with = |changed| Calendar { holidays: Holidays { set: HolidaySet::None, changed }, ..some() };
    let days = |count| (0..count).map(|n| (date("2026-01-01").add_days(i32::try_from(n).unwrap()), true)).collect();
    assert_eq!(with(days(CHANGED_MAX)).check(), Ok(()));
    let too_many = CalendarError::Holidays(HolidaysError::TooMany(CHANGED_MAX + 1));
    assert_eq!(refused(&with(days(CHANGED_MAX + 1))), too_many);
    let day = date("2026-12-24");
    let twice = CalendarError::Holidays(HolidaysError::Order(day));
    assert_eq!(refused(&with(vec![(day, true), (day, false)])), twice);
    assert_eq!(refused(&with(vec![(day.add_days(1), true), (day, true)])), twice);
    let late = Date::LAST.add_days(1);
    assert_eq!(refused(&with(vec![(late, true)])), CalendarError::Holidays(HolidaysError::Year(late)));
}

#[test]
fn schedules_are_bounded_in_order_and_never_number_0() {
    let with = |ids: &[u16]| Calendar {
        schedules: ids.iter().map(|id| (ScheduleId(*id), Schedule::default())).collect(),
        ..some()
    };
    assert_eq!(refused(&with(&[0, 1])), CalendarError::Always);
    assert_eq!(refused(&with(&[1, 1])), CalendarError::Order(ScheduleId(1)));
    assert_eq!(refused(&with(&[7, 3])), CalendarError::Order(ScheduleId(3)));
    let all: Vec<_> = (1..).take(SCHEDULES_MAX + 1).collect();
    assert_eq!(with(&all[..SCHEDULES_MAX]).check(), Ok(()));
    assert_eq!(refused(&with(&all)), CalendarError::TooManySchedules(SCHEDULES_MAX + 1));
}

#[test]
fn a_zone_that_cannot_be_is_refused() {
    let with = |change: fn(&mut Zone)| {
        let mut calendar = some();
        change(&mut calendar.zone);
        refused(&calendar)
    };
    let error = with(|zone| zone.standard_s = OFFSET_S_MAX + 1);
    assert_eq!(error, CalendarError::Zone(ZoneError::Offset(OFFSET_S_MAX + 1)));
    let error = with(|zone| zone.summer.as_mut().unwrap().offset_s = -OFFSET_S_MAX - 1);
    assert_eq!(error, CalendarError::Zone(ZoneError::Offset(-OFFSET_S_MAX - 1)));
    let error = with(|zone| zone.summer.as_mut().unwrap().ends.month = 3);
    assert_eq!(error, CalendarError::Zone(ZoneError::SameMonth(3)));
    for change in [
        (|zone| zone.summer.as_mut().unwrap().begins.month = 0) as fn(&mut Zone),
        |zone| zone.summer.as_mut().unwrap().begins.month = 13,
        |zone| zone.summer.as_mut().unwrap().ends.week = 0,
        |zone| zone.summer.as_mut().unwrap().ends.week = 6,
        |zone| zone.summer.as_mut().unwrap().ends.second_of_day = 86_401,
    ] {
        assert!(matches!(with(change), CalendarError::Zone(ZoneError::Turn { .. })));
    }
}

/// Only a calendar that is full in several ways at once meets the bound on the whole.
#[test]
fn the_whole_fits_one_message_with_room_or_is_refused() {
    const { assert!(CALENDAR_BYTES_MAX + 64 * 1024 <= MESSAGE_LENGTH_MAX) };
    let mut schedule = every_day("06:00-07:00 08:00-09:00 10:00-11:00 12:00-13:00 14:00-15:00 16:00-17:00");
    let days = (0..).map(|n| (date("2026-01-01").add_days(n), windows("08:00-12:00")));
    schedule.exceptions = days.take(60).collect();
    let with = |schedule: &Schedule| Calendar {
        schedules: (1..).take(SCHEDULES_MAX).map(|id| (ScheduleId(id), schedule.clone())).collect(),
        ..some()
    };
    assert_eq!(with(&schedule).check(), Ok(()));
    assert_eq!(Calendar::from_bytes(&with(&schedule).to_bytes()), Ok(with(&schedule)));
    schedule.exceptions = (0..128).map(|n| (date("2026-01-01").add_days(n), windows("08:00-12:00"))).collect();
    assert_eq!(schedule.check(), Ok(()));
    let length = with(&schedule).to_bytes().len();
    assert_eq!(refused(&with(&schedule)), CalendarError::TooLong(length));
}

#[test]
fn errors_say_where_and_what_to_do() {
    let error = refused_schedule(|schedule| schedule.days[4] = windows("08:00-12:00 22:00-06:00"));
    assert_eq!(
        CalendarError::Schedule { schedule: ONE, error }.to_string(),
        "schedule 1 of the calendar: friday, window 2: it ends before it begins or at once: an end after midnight is \
         counted on, as in 22:00 to 30:00"
    );
}

proptest! {
    #![proptest_config(seeded(5_000))]

    #[test]
    fn bytes_of_any_kind_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(calendar) = Calendar::from_bytes(&bytes) {
            prop_assert_eq!(calendar.to_bytes(), bytes);
        }
    }

    #[test]
    fn a_changed_byte_gives_another_calendar_or_none(at in any::<prop::sample::Index>(), by in 1..=255_u8) {
        let mut bytes = some().to_bytes();
        *at.get_mut(&mut bytes) ^= by;
        if let Ok(calendar) = Calendar::from_bytes(&bytes) {
            prop_assert_ne!(&calendar, &some());
            prop_assert_eq!(calendar.to_bytes(), bytes);
        }
    }
}
