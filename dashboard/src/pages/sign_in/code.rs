//! The second step of signing in: a code from an app, or one for the day on which the telephone is lost.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use tower_sessions::Session;

use super::finish;
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::{local, render, render_refused};
use crate::query::Pairs;
use crate::visit::Visitor;
use crate::{session, totp};
use db::site::{Actor, Operator};

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct Code {
    page: Page,
    form: Form,
    wait: String,
}

/// The form, for whoever has typed the right password a moment ago.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    session: Session,
    Visitor(page): Visitor,
    pairs: Pairs,
) -> Result<Response, Fault> {
    if session::pending(&app, &session).await?.is_none() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let next = local(pairs.get("next").unwrap_or("/")).to_owned();
    render(&Code { page, form: Form::with(&[("next", next)]), wait: String::new() })
}

/// A code came in.
pub(in crate::pages) async fn enter(
    State(app): State<App>,
    session: Session,
    Visitor(mut page): Visitor,
    mut form: Form,
) -> Result<Response, Fault> {
    page.here = "/sign-in/code".to_owned();
    let Some(operator) = session::pending(&app, &session).await? else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    // Counted apart from the passwords, which whoever stands here knows.
    let key = format!("{}\ncode", operator.name);
    let wait_ms = app.attempts.begin(&key, app.now());
    if wait_ms > 0 {
        let seconds = usize::try_from(wait_ms.div_euclid(1000) + 1).unwrap_or(1);
        let wait = page.number("sign-in-wait", "seconds", &seconds);
        return render_refused(&Code { page, form, wait });
    }
    if !is_right(&app, &operator, form.value("code").to_owned()).await? {
        tracing::warn!("the second step of a sign-in was refused");
        form.problem_in("code", "wrong-code");
        return render_refused(&Code { page, form, wait: String::new() });
    }
    app.attempts.succeeded(&key);
    finish(&app, &session, &operator, form.value("next")).await
}

/// Whether it is a code, and uses it up.
async fn is_right(app: &App, operator: &Operator, typed: String) -> Result<bool, Fault> {
    let (now, operator) = (app.now(), operator.clone());
    app.db(move |site| {
        let Some(known) = site.second_step(operator.id)? else {
            return Ok(false);
        };
        if let Some(step) = totp::step_of(&known.secret, &typed, now) {
            return site.use_step(operator.id, step);
        }
        let actor = Actor { operator: &operator.name, at: now };
        site.use_recovery_code(&actor, operator.id, totp::recovery(&typed))
    })
    .await
}
