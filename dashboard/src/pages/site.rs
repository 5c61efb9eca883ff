//! What is set for the site as a whole: how long a card may lie unused, and whom to turn to.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{done, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "site.html")]
struct SiteSettings {
    page: Page,
    form: Form,
}

/// The routes of the page.
pub(super) fn router() -> Routes {
    Routes::new().get(Right::Settings, "/settings", show).post(Right::Settings, "/settings", set).post(
        Right::Settings,
        "/settings/contact",
        set_contact,
    )
}

/// The page.
async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    let form = fill(&app, Form::default()).await?;
    render(&SiteSettings { page: visit.page, form })
}

/// What is set, in the fields that nobody has filled in.
async fn fill(app: &App, mut form: Form) -> Result<Form, Fault> {
    let (days, contact) = app.db(|site| Ok((site.inactivity()?, site.contact()?))).await?;
    let set = [("days", days.map(|days| days.to_string())), ("contact", contact)];
    for (name, value) in set {
        if !form.problems().iter().any(|(field, _)| *field == name) {
            form.set(name, value.unwrap_or_default());
        }
    }
    Ok(form)
}

/// Sets after how many days a card that nobody uses is suspended; without any, never.
async fn set(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let days = if form.value("days").is_empty() { None } else { form.parse::<u32>("days", "not-a-number") };
    if !form.failed() {
        let (caller, operator) = (app.clone(), visit.operator);
        match app.db(move |site| site.set_inactivity(&actor(&caller, &operator), days)).await {
            Ok(()) => return Ok(done("/settings", "site-set")),
            Err(Fault::Invalid { field: "days", .. }) => form.problem_in("days", "inactivity-range"),
            Err(fault) => form.refused(fault)?,
        }
    }
    let form = fill(&app, form).await?;
    render_refused(&SiteSettings { page: visit.page, form })
}

/// Sets whom to turn to; without a text, nobody.
async fn set_contact(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let (caller, operator, contact) = (app.clone(), visit.operator, form.value("contact").to_owned());
    match app.db(move |site| site.set_contact(&actor(&caller, &operator), &contact)).await {
        Ok(()) => return Ok(done("/settings", "site-set")),
        Err(fault) => form.refused(fault)?,
    }
    let form = fill(&app, form).await?;
    render_refused(&SiteSettings { page: visit.page.at("/settings"), form })
}
