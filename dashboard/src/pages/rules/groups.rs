//! The list of groups, and adding one.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::RuleEdit;

use super::{groups_named, preview};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::{ROWS, done, render, render_refused};
use crate::query::{self, Pairs};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "rules_groups.html")]
struct Groups {
    page: Page,
    form: Form,
    search: String,
    groups: Vec<Row>,
    more: String,
}

struct Row {
    id: i64,
    name: String,
    members: u64,
    matches: usize,
    rules: u64,
}

/// The list.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    render(&list(&app, visit.page, &pairs, Form::default()).await?)
}

/// Adds a group and goes to it.
pub(super) async fn add(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let edit = RuleEdit::AddGroup { name: form.value("name").to_owned() };
    if let Some(number) = preview::save(&app, &visit, &mut form, edit).await? {
        return Ok(done(&format!("/rules/groups/{number}"), "group-added"));
    }
    render_refused(&list(&app, visit.page, &Pairs::default(), form).await?)
}

async fn list(app: &App, page: Page, pairs: &Pairs, form: Form) -> Result<Groups, Fault> {
    let after = pairs.parse("after", "not-a-number")?;
    let search = pairs.get("text").unwrap_or_default().to_owned();
    let text = search.clone();
    let mut found = app.db(move |site| groups_named(site, &text, after, ROWS as usize + 1)).await?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let more = found.last().filter(|_| more).map_or_else(String::new, |last| {
        let after = last.id.0.to_string();
        format!("/rules/groups?{}", query::join([("text", search.as_str()), ("after", after.as_str())].into_iter()))
    });
    let row = |group: db::site::GroupView| Row {
        id: group.id.0,
        name: group.name,
        members: group.members,
        matches: group.matches.len(),
        rules: group.rules,
    };
    let groups = found.into_iter().map(row).collect();
    Ok(Groups { page: page.at("/rules/groups"), form, search, groups, more })
}
