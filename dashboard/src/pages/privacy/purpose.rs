//! Why somebody looks for the movements of a person or a card.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use db::site::Searched;

use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::{local, render, render_refused};
use crate::purpose::{PLACE, of_place};
use crate::query::Pairs;
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "privacy_purpose.html")]
struct Purpose {
    page: Page,
    form: Form,
    next: String,
    /// Whose movements they are.
    searched: Vec<String>,
}

/// The form.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let next = local(pairs.get("next").unwrap_or_default()).to_owned();
    let searched = of_place(&next).await?;
    if searched.is_empty() {
        return Ok(Redirect::to(&next).into_response());
    }
    render(&built(&app, visit.page, Form::default(), next, searched).await?)
}

/// Keeps the reason and goes where the reader wanted to.
pub(super) async fn state(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let next = local(form.value("next")).to_owned();
    let searched = of_place(&next).await?;
    if searched.is_empty() {
        return Ok(Redirect::to(&next).into_response());
    }
    let (caller, operator, asker) = (app.clone(), visit.operator, visit.page.asker);
    let (whose, reason) = (searched.clone(), form.value("reason").to_owned());
    match app.db(move |site| site.state_search(&actor(&caller, &operator), &asker, &whose, &reason)).await {
        Ok(()) => return Ok(Redirect::to(&next).into_response()),
        Err(fault) => form.refused(fault)?,
    }
    let known = searched.into_iter().filter(|_| form.problem("person").is_empty()).collect();
    render_refused(&built(&app, visit.page, form, next, known).await?)
}

async fn built(app: &App, page: Page, form: Form, next: String, searched: Vec<Searched>) -> Result<Purpose, Fault> {
    let mut names = Vec::new();
    for one in searched {
        names.push(match one {
            Searched::Person(person) => {
                let person = app.db(move |site| site.person(person)).await?;
                page.tr1("hold-named-person", "name", &page.name(&person.name))
            }
            Searched::Card(uid) => page.tr1("hold-named-card", "name", &uid.hex()),
        });
    }
    Ok(Purpose { page: page.at(PLACE), form, next, searched: names })
}
