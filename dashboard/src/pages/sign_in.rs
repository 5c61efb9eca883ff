//! Signing in and out.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Redirect, Response};
use db::site::Operator;
use tower_sessions::Session;

use super::{local, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::{Pairs, encode};
use crate::visit::Visitor;
use crate::{password, session};

pub(super) mod code;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    page: Page,
    form: Form,
    wait: String,
}

/// Longest name that is looked up at all.
const NAME_LENGTH_MAX: usize = 200;

/// The form.
pub(super) async fn show(Visitor(page): Visitor, pairs: Pairs) -> Result<Response, Fault> {
    let next = local(pairs.get("next").unwrap_or("/")).to_owned();
    render(&SignIn { page, form: Form::with(&[("next", next)]), wait: String::new() })
}

/// Name and password came in.
pub(super) async fn enter(
    State(app): State<App>,
    session: Session,
    Visitor(mut page): Visitor,
    mut form: Form,
) -> Result<Response, Fault> {
    page.here = "/sign-in".to_owned();
    // Before the name's own count, so that a flood of others costs nobody a try.
    let Ok(_place) = app.sign_ins.try_acquire() else {
        let wait = page.tr("sign-in-busy");
        return render_later(&SignIn { page, form, wait }, 1);
    };
    let name: String = form.value("name").chars().take(NAME_LENGTH_MAX).collect();
    let wait_ms = app.attempts.begin(&name, app.now());
    if wait_ms > 0 {
        let seconds = usize::try_from(wait_ms.div_euclid(1000) + 1).unwrap_or(1);
        let wait = page.number("sign-in-wait", "seconds", &seconds);
        return render_later(&SignIn { page, form, wait }, seconds);
    }
    let looked_up = name.clone();
    let operator = app.db(move |site| site.operator(&looked_up)).await?;
    let hash = operator.as_ref().map(|operator| operator.password_hash.as_str());
    let right = password::verify(form.raw("password"), hash).await;
    let Some(operator) = operator.filter(|operator| right && !operator.disabled) else {
        tracing::warn!("a sign-in was refused");
        form.problem_in("password", "wrong");
        let wait = String::new();
        return render_refused(&SignIn { page, form, wait });
    };
    app.attempts.succeeded(&name);
    if operator.second_step {
        session::begin(&session, &operator, app.now()).await?;
        let next = encode(local(form.value("next")));
        return Ok(Redirect::to(&format!("/sign-in/code?next={next}")).into_response());
    }
    finish(&app, &session, &operator, form.value("next")).await
}

/// Signs somebody in who has proved who they are.
async fn finish(app: &App, session: &Session, operator: &Operator, next: &str) -> Result<Response, Fault> {
    session::start(session, operator, app.now()).await?;
    let (now, id) = (app.now(), operator.id);
    app.db(move |site| {
        site.note_sign_in(id, now)?;
        site.once_purge(now)?;
        site.sessions_purge(now)
    })
    .await?;
    Ok(Redirect::to(local(next)).into_response())
}

/// Ends the session.
pub(super) async fn leave(session: Session) -> Result<Response, Fault> {
    session::end(&session).await?;
    Ok(Redirect::to("/sign-in?done=signed-out").into_response())
}

/// The form again, for after so many seconds.
fn render_later(template: &SignIn, seconds: usize) -> Result<Response, Fault> {
    let page = render(template)?;
    Ok((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds.to_string())], page).into_response())
}
