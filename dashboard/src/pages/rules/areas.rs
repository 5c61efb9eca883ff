//! The list of areas, and adding one.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::RuleEdit;

use super::{areas_named, preview};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::{ROWS, done, render, render_refused};
use crate::query::{self, Pairs};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "rules_areas.html")]
struct Areas {
    page: Page,
    form: Form,
    search: String,
    areas: Vec<Row>,
    more: String,
}

struct Row {
    id: i64,
    name: String,
    doors: usize,
    rules: u64,
}

/// The list.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    render(&list(&app, visit.page, &pairs, Form::default()).await?)
}

/// Adds an area without doors and goes to it.
pub(super) async fn add(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let edit = RuleEdit::AddArea { name: form.value("name").to_owned(), doors: Vec::new() };
    if let Some(number) = preview::save(&app, &visit, &mut form, edit).await? {
        return Ok(done(&format!("/rules/areas/{number}"), "area-added"));
    }
    render_refused(&list(&app, visit.page, &Pairs::default(), form).await?)
}

async fn list(app: &App, page: Page, pairs: &Pairs, form: Form) -> Result<Areas, Fault> {
    let after = pairs.parse("after", "not-a-number")?;
    let search = pairs.get("text").unwrap_or_default().to_owned();
    let text = search.clone();
    let mut found = app.db(move |site| areas_named(site, &text, after, ROWS as usize + 1)).await?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let more = found.last().filter(|_| more).map_or_else(String::new, |last| {
        let after = last.id.0.to_string();
        format!("/rules/areas?{}", query::join([("text", search.as_str()), ("after", after.as_str())].into_iter()))
    });
    let row =
        |area: db::site::AreaView| Row { id: area.id.0, doors: area.doors.len(), name: area.name, rules: area.rules };
    let areas = found.into_iter().map(row).collect();
    Ok(Areas { page: page.at("/rules/areas"), form, search, areas, more })
}
