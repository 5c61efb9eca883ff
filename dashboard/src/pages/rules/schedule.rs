//! One schedule: its week drawn and in words, what it means this week, and the form.

use access::calendar::{Date, DayWindow, EXCEPTIONS_MAX, HolidayPlan, Schedule, Weekday, Zone};
use access::entry::ScheduleId;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{RuleEdit, RuleFilter, ScheduleView};

use super::preview::{self, Plan};
use super::week::{self, Day};
use super::{RuleLine, rules_of};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::hours::{self, Wrong};
use crate::page::Page;
use crate::pages::{done, render, render_refused};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "rules_schedule.html")]
struct SchedulePage {
    page: Page,
    form: Form,
    action: String,
    /// None for one that is to be added.
    id: Option<u16>,
    name: String,
    set_up: Vec<Day>,
    this_week: Vec<Day>,
    zone: String,
    holds: bool,
    weekdays: Vec<(&'static str, String)>,
    plans: Vec<(String, String)>,
    rules: Vec<RuleLine>,
    all_rules: u64,
}

/// The form for a new one.
pub(super) async fn fresh(visit: Visit) -> Result<Response, Fault> {
    render(&blank(visit.page, Form::with(&[("holiday", "closed".to_owned())])))
}

/// Adds one; nobody uses it yet.
pub(super) async fn add(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    if let Some((name, body)) = read(&mut form, &visit.page) {
        let edit = RuleEdit::AddSchedule { name, body };
        if let Some(number) = preview::save(&app, &visit, &mut form, edit).await? {
            return Ok(done(&format!("/rules/schedules/{number}"), "schedule-added"));
        }
    }
    render_refused(&blank(visit.page, form))
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    render(&page(&app, visit.page, id_of(&id)?, None).await?)
}

/// Changes it.
pub(super) async fn change(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let now = app.db(move |site| site.schedule(id)).await?;
    if let Some((name, body)) = read(&mut form, &visit.page) {
        let plan = Plan {
            title: "schedule-change",
            about: now.name,
            action: place(id),
            back: place(id),
            place: place(id),
            done: "schedule-changed",
        };
        let edit = RuleEdit::ChangeSchedule { schedule: id, name, body };
        if let Some(answer) = preview::step(&app, &visit, &mut form, edit, plan).await? {
            return Ok(answer);
        }
    }
    render_refused(&page(&app, visit.page, id, Some(form)).await?)
}

/// Takes it away; no rule names it.
pub(super) async fn remove(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    match preview::save(&app, &visit, &mut form, RuleEdit::RemoveSchedule(id)).await? {
        Some(_) => Ok(done("/rules/schedules", "schedule-removed")),
        None => {
            let view = app.db(move |site| site.schedule(id)).await?;
            let mut filled = filled(&view);
            form.problems().iter().for_each(|(field, code)| filled.problem_in(field, code));
            render_refused(&page(&app, visit.page, id, Some(filled)).await?)
        }
    }
}

/// What was entered: name and hours.
fn read(form: &mut Form, page: &Page) -> Option<(String, Schedule)> {
    let mut schedule = Schedule::default();
    for (weekday, day) in Weekday::ALL.into_iter().zip(&mut schedule.days) {
        *day = windows(form, page, weekday.code());
    }
    schedule.holiday = match form.value("holiday") {
        "as-weekday" => HolidayPlan::AsWeekday,
        "closed" => HolidayPlan::Closed,
        "own" => HolidayPlan::Own(windows(form, page, "holiday_hours")),
        _ => {
            form.problem_in("holiday", "unknown-code");
            HolidayPlan::Closed
        }
    };
    schedule.exceptions = exceptions(form, page);
    if !form.failed() && schedule.check().is_err() {
        form.problem_in("monday", "not-a-schedule");
    }
    (!form.failed()).then(|| (form.value("name").to_owned(), schedule))
}

/// The windows in a field.
fn windows(form: &mut Form, page: &Page, field: &'static str) -> Vec<DayWindow> {
    hours::read(form.value(field)).unwrap_or_else(|wrong| {
        let code = named(page, &page.code("weekday", field), &wrong);
        form.problem_in(field, &code);
        Vec::new()
    })
}

/// Which window of which day is wrong.
fn named(page: &Page, day: &str, wrong: &Wrong) -> String {
    let variables = [
        ("day", day.to_owned().into()),
        ("number", wrong.window.to_string().into()),
        ("text", wrong.text.clone().into()),
    ];
    format!("{}|{}", wrong.code, page.lang.say_with("hours-where", &variables))
}

/// One date a line: `2026-12-24 08:00-12:00`, or the date alone for a day without hours.
fn exceptions(form: &mut Form, page: &Page) -> Vec<(Date, Vec<DayWindow>)> {
    let mut all: Vec<(Date, Vec<DayWindow>)> = Vec::new();
    let lines: Vec<String> = form.value("exceptions").lines().map(|line| line.trim().to_owned()).collect();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let (date, rest) = line.split_at_checked(10).unwrap_or((line, ""));
        let problem = match date.parse::<Date>() {
            Err(_) => format!("date-shape|{line}"),
            Ok(date) if all.iter().any(|(other, _)| *other == date) => format!("date-twice|{date}"),
            Ok(_) if all.len() >= EXCEPTIONS_MAX => "too-many".to_owned(),
            Ok(date) => match hours::read(rest.trim_start_matches([':', ' '])) {
                Ok(windows) => {
                    all.push((date, windows));
                    continue;
                }
                Err(wrong) => named(page, &date.to_string(), &wrong),
            },
        };
        form.problem_in("exceptions", &problem);
        break;
    }
    all.sort_unstable();
    all
}

fn filled(view: &ScheduleView) -> Form {
    let mut fields = vec![("name", view.name.clone())];
    for (weekday, windows) in Weekday::ALL.into_iter().zip(&view.body.days) {
        fields.push((weekday.code(), hours::written(windows)));
    }
    let (plan, own) = match &view.body.holiday {
        HolidayPlan::AsWeekday => ("as-weekday", String::new()),
        HolidayPlan::Closed => ("closed", String::new()),
        HolidayPlan::Own(windows) => ("own", hours::written(windows)),
    };
    let line = |(date, windows): &(Date, Vec<DayWindow>)| format!("{date} {}", hours::written(windows));
    fields.extend([("holiday", plan.to_owned()), ("holiday_hours", own)]);
    fields.push(("exceptions", view.body.exceptions.iter().map(line).collect::<Vec<_>>().join("\n")));
    Form::with(&fields)
}

async fn page(app: &App, page: Page, id: ScheduleId, form: Option<Form>) -> Result<SchedulePage, Fault> {
    let filter = RuleFilter { schedule: Some(id), ..RuleFilter::default() };
    let (view, calendar, rules) =
        app.db(move |site| Ok((site.schedule(id)?, site.site_calendar()?, rules_of(site, &filter)?))).await?;
    let local = Zone::from_name(&calendar.zone).unwrap_or(Zone::UTC).local(page.now.second());
    Ok(SchedulePage {
        form: form.unwrap_or_else(|| filled(&view)),
        id: Some(id.0),
        set_up: week::set_up(&page, &view.body),
        this_week: week::this_week(&page, &view.body, &calendar.holidays, local.date),
        holds: view.body.holds(local, &calendar.holidays),
        zone: calendar.zone,
        rules: RuleLine::all(&page, rules),
        all_rules: view.rules,
        name: view.name,
        ..blank_at(page, &place(id), Form::default())
    })
}

fn blank(page: Page, form: Form) -> SchedulePage {
    blank_at(page, "/rules/schedules/new", form)
}

fn blank_at(page: Page, place: &str, form: Form) -> SchedulePage {
    SchedulePage {
        weekdays: Weekday::ALL.map(|day| (day.code(), page.code("weekday", day.code()))).into(),
        plans: ["as-weekday", "closed", "own"].map(|code| (code.to_owned(), page.code("holiday-plan", code))).into(),
        action: place.to_owned(),
        page: page.at(place),
        form,
        id: None,
        name: String::new(),
        set_up: Vec::new(),
        this_week: Vec::new(),
        zone: String::new(),
        holds: false,
        rules: Vec::new(),
        all_rules: 0,
    }
}

fn id_of(text: &str) -> Result<ScheduleId, Fault> {
    text.parse().map(ScheduleId).map_err(|_| Fault::NotFound)
}

fn place(id: ScheduleId) -> String {
    format!("/rules/schedules/{}", id.0)
}
