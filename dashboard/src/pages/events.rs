//! The log, filtered by the URL.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{EventView, Seek};

use super::{ROWS, choices, place_names, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::sentence::Row;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "events.html")]
struct Events {
    page: Page,
    form: Form,
    filtered: bool,
    doors: Vec<(String, String)>,
    codes: Vec<(String, String)>,
    reasons: Vec<(String, String)>,
    /// Where the live tail is; empty on a page that shows the past.
    stream: String,
    rows: Vec<Row>,
    newest: String,
    older: String,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let mut form = pairs.as_form();
    let found = match query::event_filter(&pairs, app.context.zone).and_then(|filter| {
        let seek = query::seek(&pairs)?;
        Ok((filter, seek))
    }) {
        Ok((filter, seek)) => app.db(move |site| site.events(&filter, seek, ROWS + 1)).await.map(|views| (seek, views)),
        Err(fault) => Err(fault),
    };
    let (seek, mut views) = match found {
        Ok(found) => found,
        Err(fault) => {
            form.refused(fault)?;
            (Seek::Newest, Vec::new())
        }
    };
    let more = views.len() > ROWS as usize;
    views.truncate(ROWS as usize);
    if matches!(seek, Seek::After(_)) {
        views.reverse();
    }
    let doors = app.db(place_names).await?;
    let failed = form.failed();
    let template = page(visit.page, &pairs, form, doors, (seek, views, more));
    if failed { render_refused(&template) } else { render(&template) }
}

fn page(
    page: Page,
    pairs: &Pairs,
    form: Form,
    doors: Vec<(String, String)>,
    (seek, views, more): (Seek, Vec<EventView>, bool),
) -> Events {
    let filter = query::again(pairs, &[]);
    let link = |name: &str, id: i64| format!("/events?{}", query::again(pairs, &[(name, &id.to_string())]));
    let older = match views.last() {
        Some(last) if more || matches!(seek, Seek::After(_)) => link("before", last.id),
        _ => String::new(),
    };
    let newest_id = views.first().map_or(0, |first| first.id);
    let live = seek == Seek::Newest && !form.failed();
    Events {
        filtered: !filter.is_empty(),
        codes: choices::event_codes(&page),
        reasons: choices::reasons(&page),
        stream: if live {
            let after = query::again(pairs, &[("after", &newest_id.to_string())]);
            format!("/events/stream?{after}")
        } else {
            String::new()
        },
        newest: if seek == Seek::Newest { String::new() } else { format!("/events?{filter}") },
        older,
        rows: Row::all(&page, &views),
        form,
        doors,
        page,
    }
}
