//! The log.

use axum::Json;
use axum::extract::State;
use db::site::Seek;

use super::LIMIT;
use super::event::EventShape;
use super::shape::List;
use crate::app::App;
use crate::fault::Fault;
use crate::query::{self, Pairs};

/// Events by the same filter as the page. With `after` the oldest come first, so that a program can
/// follow the log; else the newest do, and `before` goes back.
pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<EventShape>>, Fault> {
    let filter = query::event_filter(&pairs, app.context.zone)?;
    let seek = query::seek(&pairs)?;
    let limit = limit(&pairs)?;
    let views = app.db(move |site| site.events(&filter, seek, limit)).await?;
    let full = views.len() >= limit as usize;
    let last = views.last().map(|view| view.id);
    let next = match seek {
        // Whoever follows the log needs a cursor even where it ends for now.
        Seek::After(after) => Some(last.unwrap_or(after)),
        _ => last.filter(|_| full),
    };
    Ok(Json(List { items: views.iter().map(EventShape::from).collect(), next: next.map(|id| id.to_string()) }))
}

/// How many rows are wanted, within the bound of the database.
pub(super) fn limit(pairs: &Pairs) -> Result<u32, Fault> {
    let limit: i64 = pairs.parse("limit", "not-a-number")?.unwrap_or(LIMIT.into());
    u32::try_from(limit)
        .ok()
        .filter(|limit| (1..=db::site::LIST_MAX).contains(limit))
        .ok_or(Fault::Invalid { field: "limit", problem: "out-of-range" })
}
