//! Who has looked for whose movements, and why.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{PersonId, SearchFilter, SearchView, Searched};

use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::{ROWS, render, render_refused};
use crate::query::{self, Pairs};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "privacy_searches.html")]
struct Searches {
    page: Page,
    form: Form,
    rows: Vec<Row>,
    older: String,
}

struct Row {
    id: i64,
    at: String,
    iso: String,
    operator: String,
    href: String,
    whose: String,
    reason: String,
    looks: u32,
    last: String,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let (page, mut form) = (visit.page, pairs.as_form());
    let mut rows = match filter(&pairs) {
        Ok(filter) => app.db(move |site| site.searches(&filter, ROWS + 1)).await?,
        Err(fault) => {
            form.refused(fault)?;
            Vec::new()
        }
    };
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let older = rows.last().filter(|_| more).map_or_else(String::new, |last| {
        let before = last.id.to_string();
        let kept = ["operator", "person"].into_iter().filter_map(|name| Some((name, pairs.get(name)?)));
        format!("/privacy/searches?{}", query::join(kept.chain([("before", before.as_str())])))
    });
    let rows = rows.iter().map(|one| Row::new(&page, one)).collect();
    let failed = form.failed();
    let template = Searches { page, form, rows, older };
    if failed { render_refused(&template) } else { render(&template) }
}

fn filter(pairs: &Pairs) -> Result<SearchFilter, Fault> {
    Ok(SearchFilter {
        operator: pairs.get("operator").map(str::to_owned),
        person: pairs.parse("person", "not-a-number")?.map(PersonId),
        before: pairs.parse("before", "not-a-number")?,
    })
}

impl Row {
    fn new(page: &Page, one: &SearchView) -> Self {
        let (href, whose) = match one.searched {
            Searched::Person(person) => {
                (format!("/people/{}", person.0), page.tr1("hold-named-person", "name", &page.name(&one.name)))
            }
            Searched::Card(uid) => (format!("/cards/{}", uid.hex()), page.tr1("hold-named-card", "name", &uid.hex())),
        };
        Self {
            id: one.id,
            at: page.instant(&one.at),
            iso: page.iso(&one.at),
            operator: one.operator.clone(),
            href,
            whose,
            reason: one.reason.clone(),
            looks: one.looks,
            last: page.instant(&one.last),
        }
    }
}
