//! One event: what happened, why it ended as it did, and what can be said to the person.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::render;
use crate::app::App;
use crate::explain::{self, Case, Trace, Words, say};
use crate::fault::Fault;
use crate::language::Lang;
use crate::page::Page;
use crate::sentence::Row;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    page: Page,
    row: Row,
    generation: u64,
    link_ok: bool,
    /// Nothing if no card was decided about.
    why: Option<Why>,
}

struct Why {
    trace: Trace,
    /// Whether the decision made again is the recorded one.
    agrees: bool,
    /// What can be read out: the page's language first.
    said: Vec<(Lang, String)>,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let found = app.db(move |site| {
        let view = explain::event(site, id)?;
        Ok((Case::of_event(site, &view)?, view))
    });
    let (case, view) = found.await?;
    let page = visit.page;
    render(&EventPage {
        row: Row::new(&page, &view),
        generation: view.event.generation.0,
        link_ok: view.link_ok,
        why: case.map(|case| Why::new(&page, &case)),
        page,
    })
}

impl Why {
    fn new(page: &Page, case: &Case) -> Self {
        let mut languages = vec![page.lang];
        languages.extend(Lang::ALL.into_iter().filter(|lang| *lang != page.lang));
        let in_language = |lang: Lang| (lang, say(&Words { lang, zone: page.zone }, case));
        Self {
            trace: Trace::new(&page.into(), case),
            agrees: case.agrees().unwrap_or(true),
            said: languages.into_iter().map(in_language).collect(),
        }
    }
}
