//! One alarm: what happened, what to do, what has been done.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{AlarmDetail, EventView};

use super::shown::{Shown, Side, Step};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::render;
use crate::rights::Right;
use crate::sentence::Row;
use crate::visit::Visit;

/// Events that are shown beside each other; more are a list.
const SIDES_MAX: usize = 2;

#[derive(Template)]
#[template(path = "alarm.html")]
pub(super) struct AlarmPage {
    page: Page,
    form: Form,
    /// Which form was refused.
    failed: &'static str,
    alarm: Shown,
    /// Who looks.
    me: String,
    operators: Vec<String>,
    sides: Vec<Side>,
    rows: Vec<Row>,
    steps: Vec<Step>,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    render(&page(&app, visit, number(&id)?, Form::default(), "").await?)
}

/// A number in the path; what is none names nothing.
pub(super) fn number(text: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// The page with a form as it was sent in.
pub(super) async fn page(
    app: &App,
    visit: Visit,
    id: i64,
    form: Form,
    failed: &'static str,
) -> Result<AlarmPage, Fault> {
    let now = visit.page.now;
    let (AlarmDetail { alarm, steps, events }, operators) =
        app.db(move |site| Ok((site.alarm(id, now)?, site.operator_names()?))).await?;
    let page = visit.page.at(&format!("/alarms/{id}"));
    let events = if page.may(Right::Events) { events } else { Vec::new() };
    let (sides, rows) =
        beside(alarm.other_event.is_some(), &events, |view| [alarm.event, alarm.other_event].contains(&Some(view.id)));
    Ok(AlarmPage {
        sides: sides.into_iter().map(|view| Side::new(&page, view)).collect(),
        rows: rows.into_iter().rev().map(|view| Row::new(&page, view)).collect(),
        steps: steps.iter().map(|step| Step::new(&page, step)).collect(),
        alarm: Shown::new(&page, &alarm),
        me: visit.operator.name,
        operators,
        form,
        failed,
        page,
    })
}

/// The two that contradict each other stand side by side, and so do a few; else there is a list.
fn beside(
    contradiction: bool,
    events: &[EventView],
    named: impl Fn(&EventView) -> bool,
) -> (Vec<&EventView>, Vec<&EventView>) {
    if contradiction {
        events.iter().partition(|view| named(view))
    } else if events.len() <= SIDES_MAX {
        (events.iter().collect(), Vec::new())
    } else {
        (Vec::new(), events.iter().collect())
    }
}
