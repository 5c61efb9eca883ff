//! What is set for the site as a whole: how long a card may lie unused.

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

/// Both routes of the page.
pub(super) fn router() -> Routes {
    Routes::new().get(Right::Settings, "/settings", show).post(Right::Settings, "/settings", set)
}

/// The page.
async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    let days = app.db(|site| site.inactivity()).await?;
    let form = Form::with(&[("days", days.map_or_else(String::new, |days| days.to_string()))]);
    render(&SiteSettings { page: visit.page, form })
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
    render_refused(&SiteSettings { page: visit.page, form })
}
