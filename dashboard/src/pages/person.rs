//! One person: their cards and what these did while they held them.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{EventFilter, PersonId, Seek};

use super::views::Card;
use super::{LAST_ROWS, render};
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::sentence::Row;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    page: Page,
    person: Shown,
    cards: Vec<Card>,
    rows: Vec<Row>,
}

struct Shown {
    id: i64,
    name: String,
    external_id: String,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let id = PersonId(id.parse().map_err(|_| Fault::NotFound)?);
    let filter = EventFilter { person: Some(id), ..EventFilter::default() };
    let (person, last) =
        app.db(move |site| Ok((site.person(id)?, site.events(&filter, Seek::Newest, LAST_ROWS)?))).await?;
    render(&PersonPage {
        cards: Card::all(&visit.page, &person.cards),
        rows: Row::all(&visit.page, &last),
        page: visit.page,
        person: Shown { id: person.id.0, name: person.name, external_id: person.external_id.unwrap_or_default() },
    })
}
