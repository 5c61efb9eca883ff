//! What operators did.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::ChangeView;

use super::{ROWS, render};
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::query::Pairs;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "log.html")]
struct Log {
    page: Page,
    changes: Vec<ChangeView>,
    older: String,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let before = pairs.parse("before", "not-a-number")?;
    let mut changes = app.db(move |site| site.change_log(before, ROWS + 1)).await?;
    let more = changes.len() > ROWS as usize;
    changes.truncate(ROWS as usize);
    let older = changes.last().filter(|_| more).map_or_else(String::new, |last| format!("/log?before={}", last.number));
    render(&Log { page: visit.page, changes, older })
}
