//! The log.

use axum::Json;
use axum::extract::State;
use db::site::Seek;
use schemars::JsonSchema;
use serde::Serialize;

use super::LIMIT;
use super::answer::Spreadsheet;
use super::event::EventShape;
use super::shape::List;
use crate::app::App;
use crate::asked::{self, Asked};
use crate::export::{self, Reader};
use crate::fault::Fault;
use crate::query::Pairs;
use crate::when;

/// A page of the log.
#[derive(Serialize, JsonSchema)]
pub(super) struct EventList {
    #[serde(flatten)]
    list: List<EventShape>,
    /// Whether the search stopped before the page was full, since it had looked at enough: `next` goes on.
    unfinished: bool,
    /// How far back it has looked then; null if it is finished.
    searched_to: Option<String>,
}

/// Events by the same filter as the page. With `after` those that came in since, in the order of the intake, so that a
/// program can follow the log; else what happened last comes first, and `before` goes back.
pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<EventList>, Fault> {
    let asked = Asked::read(&pairs, app.context.zone)?;
    let seek = asked::seek(&pairs)?;
    let limit = limit(&pairs)?;
    let filter = match seek {
        Seek::After(_) => asked.filter,
        _ => asked.back_from(app.now()),
    };
    let found = app.db(move |site| site.find_events(&filter, seek, limit)).await?;
    let next = match seek {
        // Whoever follows the log needs a cursor even where it ends for now.
        Seek::After(after) => Some(found.next.map_or(after, |mark| mark.id)),
        _ => found.next.map(|mark| mark.id),
    };
    let searched_to = found.next.filter(|_| found.unfinished).map(|mark| when::rfc3339(mark.happened));
    let list = List { items: found.events.iter().map(EventShape::from).collect(), next: next.map(|id| id.to_string()) };
    Ok(Json(EventList { list, unfinished: found.unfinished, searched_to }))
}

/// The same events as a table of RFC 4180, newest first.
pub(super) async fn table(State(app): State<App>, pairs: Pairs) -> Result<Spreadsheet, Fault> {
    let filter = Asked::read(&pairs, app.context.zone)?.back_from(app.now());
    export::events(app, filter, Reader::Program).await.map(Spreadsheet)
}

/// How many rows are wanted, within the bound of the database.
pub(super) fn limit(pairs: &Pairs) -> Result<u32, Fault> {
    let limit: i64 = pairs.parse("limit", "not-a-number")?.unwrap_or(LIMIT.into());
    u32::try_from(limit)
        .ok()
        .filter(|limit| (1..=db::site::LIST_MAX).contains(limit))
        .ok_or(Fault::Invalid { field: "limit", problem: "out-of-range" })
}
