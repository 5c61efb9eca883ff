//! Where a link leads: somebody sets their first password, and at a new site their name.

use access::time::UtcMs;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::site::Invited;

use super::{render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::invitation::digest;
use crate::page::Page;
use crate::password;
use crate::visit::Visitor;

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome {
    page: Page,
    form: Form,
    /// Whose link it is; nothing at a new site, whose first admin chooses a name.
    name: Option<String>,
    /// Whether the link is good.
    good: bool,
}

/// The form.
pub(super) async fn show(
    State(app): State<App>,
    Visitor(page): Visitor,
    Path(code): Path<String>,
) -> Result<Response, Fault> {
    match invited(&app, &code, page.now).await? {
        Some(invited) => render(&Welcome { page, form: Form::default(), name: name(invited), good: true }),
        None => over(page),
    }
}

/// Name and password came in.
pub(super) async fn enter(
    State(app): State<App>,
    Visitor(mut page): Visitor,
    Path(code): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    // The language can still be switched, to the form.
    page.here = format!("/welcome/{code}");
    let Some(name) = invited(&app, &code, page.now).await?.map(name) else {
        return over(page);
    };
    password::check(&mut form);
    if name.is_none() && form.value("name").is_empty() {
        form.problem_in("name", "empty");
    }
    if form.failed() {
        return render_refused(&Welcome { page, form, name, good: true });
    }
    let hash = hashed(&app, &form).await?;
    let (wished, now) = (form.value("name").to_owned(), page.now);
    match app.db(move |site| site.accept_invitation(digest(&code), &wished, &hash, now)).await {
        Ok(_) => Ok(Redirect::to("/sign-in?done=password-set").into_response()),
        Err(Fault::NotFound) => over(page),
        Err(fault) => {
            form.refused(fault)?;
            render_refused(&Welcome { page, form, name, good: true })
        }
    }
}

/// The hash of the new password, computed when it is its turn. As many wait as sign in at once.
pub(super) async fn hashed(app: &App, form: &Form) -> Result<String, Fault> {
    let _place = app.sign_ins.try_acquire().map_err(|_| Fault::Busy)?;
    password::hash(form.raw("password")).await.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        Fault::Broken
    })
}

async fn invited(app: &App, code: &str, now: UtcMs) -> Result<Option<Invited>, Fault> {
    let sha256 = digest(code);
    app.db(move |site| site.invitation(sha256, now)).await
}

/// The link is used, over, or none of ours: nobody learns which.
fn over(page: Page) -> Result<Response, Fault> {
    let page = render(&Welcome { page, form: Form::default(), name: None, good: false })?;
    Ok((StatusCode::NOT_FOUND, page).into_response())
}

fn name(invited: Invited) -> Option<String> {
    match invited {
        Invited::First => None,
        Invited::Operator(name) => Some(name),
    }
}
