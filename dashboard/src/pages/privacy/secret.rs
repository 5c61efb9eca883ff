//! Whether a person's name is kept back, and from whom it is not.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{PersonId, SecretName};

use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::{done, render, render_refused};
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "privacy_person.html")]
struct PersonPrivacy {
    page: Page,
    form: Form,
    id: i64,
    name: String,
    /// Who keeps it back, since when and why; empty if it is shown.
    kept_back: String,
    /// Whether the reader is shown it all the same.
    shown: bool,
    operators: Vec<String>,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    render(&built(&app, visit.page, id_of(&id)?, None).await?)
}

/// Keeps the name back, or says anew from whom not.
pub(super) async fn set(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let (reason, readers) =
        (form.value("reason").to_owned(), form.values("reader").map(str::to_owned).collect::<Vec<_>>());
    let (caller, operator) = (app.clone(), visit.operator);
    match app.db(move |site| site.keep_name_secret(&actor(&caller, &operator), id, &reason, &readers)).await {
        Ok(()) => return Ok(done(&place(id), "name-kept-back")),
        Err(fault) => form.refused(fault)?,
    }
    render_refused(&built(&app, visit.page, id, Some(form)).await?)
}

/// Shows the name again.
pub(super) async fn end(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let (caller, operator, reason) = (app.clone(), visit.operator, form.value("reason").to_owned());
    match app.db(move |site| site.show_name_again(&actor(&caller, &operator), id, &reason)).await {
        Ok(()) => return Ok(done(&place(id), "name-shown-again")),
        Err(fault) => form.refused(fault)?,
    }
    render_refused(&built(&app, visit.page, id, Some(form)).await?)
}

async fn built(app: &App, page: Page, id: PersonId, form: Option<Form>) -> Result<PersonPrivacy, Fault> {
    let found = app.db(move |site| Ok((site.person(id)?, site.secret_name(id)?, site.operator_names()?)));
    let (person, secret, operators) = found.await?;
    let readers = |secret: &SecretName| secret.readers.iter().map(|name| ("reader", name.clone())).collect::<Vec<_>>();
    Ok(PersonPrivacy {
        form: form.unwrap_or_else(|| Form::with(&secret.as_ref().map_or_else(Vec::new, readers))),
        id: id.0,
        name: page.name(&person.name),
        kept_back: secret.map_or_else(String::new, |secret| {
            format!("{}, {}: {}", secret.set.0, page.instant(&secret.set.1), secret.reason)
        }),
        shown: page.names.holds(id.0),
        operators,
        page: page.at(&place(id)),
    })
}

fn place(id: PersonId) -> String {
    format!("/people/{}/privacy", id.0)
}

/// The person that a path names.
pub(super) fn id_of(text: &str) -> Result<PersonId, Fault> {
    text.parse().map(PersonId).map_err(|_| Fault::NotFound)
}
