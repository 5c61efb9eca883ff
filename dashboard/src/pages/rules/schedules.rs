//! The list of schedules.

use access::calendar::Zone;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::Page as Rows;

use super::week;
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::pages::{ROWS, render};
use crate::query::Pairs;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "rules_schedules.html")]
struct Schedules {
    page: Page,
    schedules: Vec<Row>,
    more: String,
}

struct Row {
    id: u16,
    name: String,
    /// Windows of the week: begin and length in minutes.
    bars: Vec<(u32, u32)>,
    holds: bool,
    rules: u64,
}

/// The list.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let rows = Rows { after: pairs.parse("after", "not-a-number")?, limit: ROWS + 1 };
    let (mut found, calendar) = app.db(move |site| Ok((site.schedules(rows)?, site.site_calendar()?))).await?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let more = found.last().filter(|_| more);
    let more = more.map_or_else(String::new, |last| format!("/rules/schedules?after={}", last.id.0));
    let now = Zone::from_name(&calendar.zone).unwrap_or(Zone::UTC).local(visit.page.now.second());
    let row = |view: db::site::ScheduleView| Row {
        id: view.id.0,
        bars: week::strip(&view.body),
        holds: view.body.holds(now, &calendar.holidays),
        name: view.name,
        rules: view.rules,
    };
    render(&Schedules { page: visit.page, schedules: found.into_iter().map(row).collect(), more })
}
