//! The site's holidays, year by year, and its zone.

use std::collections::BTreeMap;

use access::calendar::{Date, HolidaySet, YEAR_MAX, YEAR_MIN, Zone, finland};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Datelike as _;
use db::site::{RuleEdit, SiteCalendar};

use super::preview::{self, Plan};
use super::week;
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::import::day;
use crate::page::Page;
use crate::pages::{render, render_refused};
use crate::query::Pairs;
use crate::visit::Visit;
use crate::when;

/// Dates that may be added at once.
const ADDED_MAX: usize = 50;

#[derive(Template)]
#[template(path = "rules_holidays.html")]
struct HolidaysPage {
    page: Page,
    form: Form,
    year: i32,
    days: Vec<Day>,
    zones: Vec<(String, String)>,
    sets: Vec<(String, String)>,
    /// A warning if pages show times in another zone than doors keep.
    other_zone: String,
}

struct Day {
    /// As forms take it.
    date: String,
    /// As people read it.
    shown: String,
    weekday: String,
    name: String,
    on: bool,
    /// Whether the site changed what is computed.
    changed: bool,
}

/// The page of a year; the current one if none is named.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let calendar = app.db(|site| site.site_calendar()).await?;
    let year = year_of(pairs.parse("year", "not-a-year")?, &calendar, &visit.page)?;
    let form = Form::with(&[("zone", calendar.zone.clone()), ("set", calendar.holidays.set.code().to_owned())]);
    render(&template(visit.page, &calendar, year, form))
}

/// Sets the days that were shown, those that were added, the zone and what is computed.
pub(super) async fn set(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let now = app.db(|site| site.site_calendar()).await?;
    let entered = form.value("year").parse().ok();
    let year = year_of(entered, &now, &visit.page)?;
    if let Some(wanted) = read(&mut form, &now) {
        let place = format!("/rules/holidays?year={year}");
        let plan = Plan {
            title: "holidays-change",
            about: year.to_string(),
            action: "/rules/holidays".to_owned(),
            back: place,
            place: "/rules/holidays".to_owned(),
            done: "holidays-changed",
        };
        let edit = RuleEdit::SetCalendar(wanted);
        if let Some(answer) = preview::step(&app, &visit, &mut form, edit, plan).await? {
            return Ok(answer);
        }
    }
    render_refused(&template(visit.page, &now, year, form))
}

fn year_of(wanted: Option<i32>, calendar: &SiteCalendar, page: &Page) -> Result<i32, Fault> {
    let today = || Zone::from_name(&calendar.zone).unwrap_or(Zone::UTC).local(page.now.second()).date;
    let year = wanted.unwrap_or_else(|| today().ymd().0);
    let known = (YEAR_MIN..=YEAR_MAX).contains(&year);
    if known { Ok(year) } else { Err(Fault::Invalid { field: "year", problem: "not-a-year" }) }
}

fn read(form: &mut Form, now: &SiteCalendar) -> Option<SiteCalendar> {
    let set = HolidaySet::from_code(form.value("set"));
    if set.is_none() {
        form.problem_in("set", "unknown-code");
    }
    let zone = form.value("zone").to_owned();
    if Zone::from_name(&zone).is_none() {
        form.problem_in("zone", "unknown-zone");
    }
    let mut changed: BTreeMap<Date, bool> = now.holidays.changed.iter().copied().collect();
    let set = set?;
    for shown in form.values("shown").filter_map(|date| date.parse::<Date>().ok()) {
        let on = form.values("on").any(|date| date == shown.to_string());
        if on == now.holidays.is_holiday(shown) {
            // Left as it was: it follows whatever is computed from now on.
            continue;
        }
        if on == set.contains(shown) {
            changed.remove(&shown);
        } else {
            changed.insert(shown, on);
        }
    }
    for date in added(form)? {
        if set.contains(date) {
            changed.remove(&date);
        } else {
            changed.insert(date, true);
        }
    }
    let mut holidays = now.holidays.clone();
    holidays.set = set;
    holidays.changed = changed.into_iter().collect();
    if holidays.check().is_err() {
        form.problem_in("added", "too-many");
    }
    (!form.failed()).then_some(SiteCalendar { zone, holidays })
}

/// Dates that were typed, with blanks, commas or lines between them.
fn added(form: &mut Form) -> Option<Vec<Date>> {
    let text = form.value("added").to_owned();
    let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|word| !word.is_empty());
    let mut dates = Vec::new();
    for word in words {
        let date = day(word)
            .and_then(|day| Date::from_ymd(day.year(), u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?));
        match date {
            Some(_) if dates.len() >= ADDED_MAX => form.problem_in("added", "too-many"),
            Some(date) => {
                dates.push(date);
                continue;
            }
            None => form.problem_in("added", &format!("date-shape|{word}")),
        }
        return None;
    }
    Some(dates)
}

fn template(page: Page, calendar: &SiteCalendar, year: i32, form: Form) -> HolidaysPage {
    HolidaysPage {
        days: days(&page, calendar, year, &form),
        zones: Zone::NAMES.iter().map(|(name, _)| ((*name).to_owned(), (*name).to_owned())).collect(),
        sets: HolidaySet::ALL.map(|set| (set.code().to_owned(), page.code("holiday-set", set.code()))).into(),
        other_zone: other_zone(&page, calendar),
        page: page.at(&format!("/rules/holidays?year={year}")),
        form,
        year,
    }
}

/// The computed days of a year, the eves, and what the site changed.
fn days(page: &Page, calendar: &SiteCalendar, year: i32, form: &Form) -> Vec<Day> {
    let holidays = &calendar.holidays;
    let mut dates: Vec<Date> = match holidays.set {
        HolidaySet::None => Vec::new(),
        HolidaySet::Finland => finland(year).into_iter().map(|(date, _)| date).collect(),
    };
    dates.extend(holidays.changed.iter().map(|(date, _)| *date).filter(|date| date.ymd().0 == year));
    dates.sort_unstable();
    dates.dedup();
    let day = |date: Date| {
        let name = week::name(page, holidays.set, date);
        Day {
            date: date.to_string(),
            shown: when::date(date, page.lang),
            weekday: page.code("weekday", date.weekday().code()),
            name: if name.is_empty() { page.tr("holiday-own") } else { name },
            // What was ticked before something else was refused stays ticked.
            on: if form.has("shown", &date.to_string()) {
                form.has("on", &date.to_string())
            } else {
                holidays.is_holiday(date)
            },
            changed: holidays.changed.iter().any(|(other, _)| *other == date),
        }
    };
    dates.into_iter().map(day).collect()
}

fn other_zone(page: &Page, calendar: &SiteCalendar) -> String {
    if page.zone.name() == calendar.zone {
        return String::new();
    }
    let zones = [("doors", calendar.zone.clone().into()), ("pages", page.zone.name().into())];
    page.lang.say_with("holidays-other-zone", &zones)
}
