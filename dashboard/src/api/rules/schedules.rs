//! Weekly schedules, with the hours of a day as one text.

use std::collections::BTreeMap;

use access::calendar::{Date, DayWindow, HolidayPlan, Schedule, Weekday};
use access::entry::ScheduleId;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{Page, RuleEdit, ScheduleView, Thing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Edited, edit, edit_seen, next};
use crate::api::answer::Tagged;
use crate::api::body::Body;
use crate::api::events::limit;
use crate::api::shape::List;
use crate::api::tag::{IfMatch, tagged};
use crate::app::App;
use crate::fault::Fault;
use crate::hours;
use crate::query::Pairs;
use crate::visit::Caller;

/// A schedule as it is told.
#[derive(Serialize, JsonSchema)]
pub(super) struct ScheduleShape {
    id: u16,
    #[serde(flatten)]
    body: BodyShape,
    rules: u64,
}

/// What a schedule says. Hours are texts such as `07:00-12:00, 22:00-06:00`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BodyShape {
    name: String,
    /// By the code of the weekday; one that is left out has no hours.
    #[serde(default)]
    days: BTreeMap<String, String>,
    /// `as-weekday`, `closed`, or the hours of holidays.
    #[serde(default = "closed")]
    holiday: String,
    /// By date.
    #[serde(default)]
    exceptions: BTreeMap<String, String>,
}

fn closed() -> String {
    "closed".to_owned()
}

impl From<&ScheduleView> for ScheduleShape {
    fn from(view: &ScheduleView) -> Self {
        let day = |(weekday, windows): (Weekday, &Vec<DayWindow>)| (weekday.code().to_owned(), hours::written(windows));
        let body = BodyShape {
            name: view.name.clone(),
            days: Weekday::ALL.into_iter().zip(&view.body.days).map(day).collect(),
            holiday: match &view.body.holiday {
                HolidayPlan::AsWeekday => "as-weekday".to_owned(),
                HolidayPlan::Closed => closed(),
                HolidayPlan::Own(windows) => hours::written(windows),
            },
            exceptions: view
                .body
                .exceptions
                .iter()
                .map(|(date, windows)| (date.to_string(), hours::written(windows)))
                .collect(),
        };
        Self { id: view.id.0, body, rules: view.rules }
    }
}

impl BodyShape {
    fn read(self) -> Result<(String, Schedule), Fault> {
        let mut schedule = Schedule::default();
        for (code, text) in &self.days {
            let weekday = Weekday::from_code(code).ok_or(invalid("days", "unknown-code"))?;
            if let Some(day) = schedule.days.get_mut(usize::from(weekday.number())) {
                *day = windows(weekday.code(), text)?;
            }
        }
        schedule.holiday = match self.holiday.as_str() {
            "as-weekday" => HolidayPlan::AsWeekday,
            "closed" => HolidayPlan::Closed,
            own => HolidayPlan::Own(windows("holiday", own)?),
        };
        for (date, text) in &self.exceptions {
            let date: Date = date.parse().map_err(|_| invalid("exceptions", "not-a-date"))?;
            schedule.exceptions.push((date, windows("exceptions", text)?));
        }
        schedule.sort();
        schedule.check().map_err(|_| invalid("schedule", "not-a-schedule"))?;
        Ok((self.name, schedule))
    }
}

fn windows(field: &'static str, text: &str) -> Result<Vec<DayWindow>, Fault> {
    hours::read(text).map_err(|wrong| invalid(field, wrong.code))
}

pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<ScheduleShape>>, Fault> {
    let limit = limit(&pairs)?;
    let page = Page { after: pairs.parse("after", "not-a-number")?, limit };
    let schedules = app.db(move |site| site.schedules(page)).await?;
    let next = next(&schedules, limit, |schedule| schedule.id.0.into());
    Ok(Json(List { items: schedules.iter().map(ScheduleShape::from).collect(), next }))
}

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Tagged<ScheduleShape>, Fault> {
    let id = id_of(&id)?;
    tagged(&app, Thing::Schedule(id), move |site| Ok(ScheduleShape::from(&site.schedule(id)?))).await
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    pairs: Pairs,
    Body(body): Body<BodyShape>,
) -> Result<Json<Edited>, Fault> {
    let (name, body) = body.read()?;
    edit(&app, caller, &pairs, RuleEdit::AddSchedule { name, body }).await
}

pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    tag: IfMatch,
    Path(id): Path<String>,
    pairs: Pairs,
    Body(body): Body<BodyShape>,
) -> Result<Json<Edited>, Fault> {
    let schedule = id_of(&id)?;
    let (name, body) = body.read()?;
    edit_seen(&app, caller, &pairs, tag, RuleEdit::ChangeSchedule { schedule, name, body }).await
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Json<Edited>, Fault> {
    let schedule = id_of(&id)?;
    edit(&app, caller, &pairs, RuleEdit::RemoveSchedule(schedule)).await
}

fn id_of(text: &str) -> Result<ScheduleId, Fault> {
    text.parse().map(ScheduleId).map_err(|_| Fault::NotFound)
}

fn invalid(field: &'static str, problem: &'static str) -> Fault {
    Fault::Invalid { field, problem }
}
