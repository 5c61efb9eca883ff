//! A schedule drawn: a bar for each day, with the same in words beside it.

use access::calendar::{
    Date, DayWindow, FinnishHoliday, HolidayPlan, HolidaySet, Holidays, Schedule, Weekday, finland,
};

use crate::hours;
use crate::page::Page;
use crate::when;

/// Minutes of a day.
const DAY_MIN: u16 = 24 * 60;

/// One day of a drawing.
pub(super) struct Day {
    pub(super) label: String,
    /// The date, if it is a certain day.
    pub(super) date: String,
    /// The same as people read it.
    pub(super) shown: String,
    pub(super) today: bool,
    /// Why this day is not like others: a holiday, an exception.
    pub(super) note: String,
    pub(super) text: String,
    pub(super) bars: Vec<Bar>,
}

/// A part of a day, in minutes.
pub(super) struct Bar {
    pub(super) from: u16,
    pub(super) length: u16,
    /// Whether it began on the day before.
    pub(super) spill: bool,
}

/// The week as it is set up, and the days that are otherwise.
pub(super) fn set_up(page: &Page, schedule: &Schedule) -> Vec<Day> {
    let mut before: &[DayWindow] = schedule.days.last().map_or(&[], Vec::as_slice);
    let mut days = Vec::new();
    for (weekday, windows) in Weekday::ALL.into_iter().zip(&schedule.days) {
        days.push(Day::new(page, page.code("weekday", weekday.code()), windows, before));
        before = windows;
    }
    let holiday = page.tr("schedule-holiday");
    days.push(match &schedule.holiday {
        HolidayPlan::AsWeekday => Day { text: page.tr("holiday-plan-as-weekday"), ..Day::new(page, holiday, &[], &[]) },
        HolidayPlan::Closed => Day::new(page, holiday, &[], &[]),
        HolidayPlan::Own(windows) => Day::new(page, holiday, windows, &[]),
    });
    days.extend(schedule.exceptions.iter().map(|(date, windows)| {
        let label = page.code("weekday", date.weekday().code());
        Day { note: page.tr("schedule-exception"), ..Day::new(page, label, windows, &[]).on(page, *date) }
    }));
    days
}

/// What it means in the week in which a day lies.
pub(super) fn this_week(page: &Page, schedule: &Schedule, holidays: &Holidays, today: Date) -> Vec<Day> {
    let monday = today.add_days(-i32::from(today.weekday().number()));
    (0..7)
        .map(|number| {
            let date = monday.add_days(number);
            let windows = schedule.windows_on(date, holidays);
            let before = schedule.windows_on(date.add_days(-1), holidays);
            let label = page.code("weekday", date.weekday().code());
            let exception = schedule.exceptions.iter().any(|(other, _)| *other == date);
            Day {
                today: date == today,
                note: if exception { page.tr("schedule-exception") } else { holiday(page, holidays, date) },
                ..Day::new(page, label, windows, before).on(page, date)
            }
        })
        .collect()
}

/// The whole week as one strip, Monday first, for lists: begin and length in minutes. What goes on after Sunday is
/// drawn before Monday.
pub(super) fn strip(schedule: &Schedule) -> Vec<(u32, u32)> {
    const WEEK_MIN: u32 = 7 * DAY_MIN as u32;
    let days = (0u32..).map(|number| number * u32::from(DAY_MIN)).zip(&schedule.days);
    let bars = days.flat_map(|(start, windows)| {
        windows.iter().map(move |window| (start + u32::from(window.from_min), start + u32::from(window.until_min)))
    });
    bars.flat_map(|(from, until)| {
        let over = until.saturating_sub(WEEK_MIN);
        [(0, over), (from, until.min(WEEK_MIN).saturating_sub(from))]
    })
    .filter(|(_, length)| *length > 0)
    .collect()
}

/// What day it is, if the site treats it as a holiday.
pub(super) fn holiday(page: &Page, holidays: &Holidays, date: Date) -> String {
    if !holidays.is_holiday(date) {
        return String::new();
    }
    let named = name(page, holidays.set, date);
    let name = if named.is_empty() { page.tr("holiday-own") } else { named };
    page.tr1("week-holiday", "name", &name)
}

/// What the computed holidays of a day are called, the eves included.
pub(super) fn name(page: &Page, set: HolidaySet, date: Date) -> String {
    if set == HolidaySet::None {
        return String::new();
    }
    let (year, ..) = date.ymd();
    let of_day = |(day, holiday): (Date, FinnishHoliday)| (day == date).then(|| page.code("holiday", holiday.code()));
    finland(year).into_iter().filter_map(of_day).collect::<Vec<_>>().join(", ")
}

impl Day {
    /// A certain day.
    fn on(self, page: &Page, date: Date) -> Self {
        Self { date: date.to_string(), shown: when::date(date, page.lang), ..self }
    }

    fn new(page: &Page, label: String, windows: &[DayWindow], before: &[DayWindow]) -> Self {
        let spill = before.iter().filter_map(|window| window.until_min.checked_sub(DAY_MIN)).filter(|until| *until > 0);
        let spill: Vec<u16> = spill.map(|until| until.min(DAY_MIN)).collect();
        let own = windows.iter().map(|window| Bar {
            from: window.from_min,
            length: window.until_min.min(DAY_MIN).saturating_sub(window.from_min),
            spill: false,
        });
        let mut parts: Vec<String> = Vec::new();
        for until in &spill {
            let until = format!("{:02}:{:02}", until / 60, until % 60);
            parts.push(page.tr1("week-from-before", "until", &until));
        }
        if !windows.is_empty() {
            parts.push(hours::written(windows));
        }
        Self {
            text: if parts.is_empty() { page.tr("week-closed") } else { parts.join(", ") },
            bars: spill.iter().map(|until| Bar { from: 0, length: *until, spill: true }).chain(own).collect(),
            label,
            date: String::new(),
            shown: String::new(),
            today: false,
            note: String::new(),
        }
    }
}
