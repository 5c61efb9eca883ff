//! Who signs in, what they are for, and what they left open: for admins.

use access::time::UtcMs;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::response::Response;
use db::site::{OperatorView, Role, SessionView, Site, SiteError, TokenView};

use super::me::{SessionLine, TokenLine};
use super::{done, limit, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::invitation::{self, Link};
use crate::page::Page;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Visit, actor};

/// All routes of the page.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::Operators, "/operators", show)
        .post(Right::Operators, "/operators", add)
        .post(Right::Operators, "/operators/second-step", require)
        .post(Right::Operators, "/operators/{id}/role", set_role)
        .get(Right::Operators, "/operators/{id}/limit", limit::show)
        .post(Right::Operators, "/operators/{id}/limit", limit::set)
        .post(Right::Operators, "/operators/{id}/disable", disable)
        .post(Right::Operators, "/operators/{id}/reset", reset)
        .post(Right::Operators, "/operators/sessions/end", end_session)
        .post(Right::Operators, "/operators/tokens/revoke", revoke)
}

#[derive(Template)]
#[template(path = "operators.html")]
struct Operators {
    page: Page,
    form: Form,
    operators: Vec<Line>,
    roles: Vec<(String, String)>,
    /// For whom a link was made, the link, and until when it is good. Shown once.
    link: Option<(String, String, String)>,
    required: bool,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
}

struct Line {
    id: i64,
    name: String,
    role: &'static str,
    disabled: bool,
    second_step: bool,
    signed_in: String,
    invited: String,
    /// What they are limited to.
    limit: String,
}

struct Found {
    operators: Vec<OperatorView>,
    limits: limit::Words,
    required: bool,
    sessions: Vec<SessionView>,
    tokens: Vec<TokenView>,
}

/// The page.
async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    render(&page(&app, visit.page, Form::default(), None).await?)
}

/// Adds somebody, who gets a link and no password.
async fn add(State(app): State<App>, visit: Visit, headers: HeaderMap, mut form: Form) -> Result<Response, Fault> {
    let name = form.value("name").to_owned();
    let Some(role) = Role::from_code(form.value("role")) else {
        form.problem_in("role", "unknown-code");
        return render_refused(&page(&app, visit.page, form, None).await?);
    };
    let link = made(visit.page.now)?;
    let (digest, of, by) = ((link.sha256, link.expires), app.clone(), visit.operator.clone());
    let wished = name.clone();
    match app.db(move |site| site.invite_operator(&actor(&of, &by), &wished, role, digest)).await {
        Ok(_) => {
            let shown = shown(&app, &visit.page, &headers, name, &link);
            render(&page(&app, visit.page, Form::default(), Some(shown)).await?)
        }
        Err(fault) => {
            form.refused(fault)?;
            render_refused(&page(&app, visit.page, form, None).await?)
        }
    }
}

/// Takes password and second step away and makes a new link.
async fn reset(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    if id == visit.operator.id {
        // It would end the session in which the link is shown.
        return refuse(&app, visit, "operator-yourself").await;
    }
    let link = made(visit.page.now)?;
    let (digest, of, by) = ((link.sha256, link.expires), app.clone(), visit.operator.clone());
    let name = app.db(move |site| {
        site.reset_operator(&actor(&of, &by), id, digest)?;
        Ok(site.operators()?.into_iter().find(|one| one.id == id).map(|one| one.name))
    });
    let name = name.await?.ok_or(Fault::NotFound)?;
    let shown = shown(&app, &visit.page, &headers, name, &link);
    render(&page(&app, visit.page, Form::default(), Some(shown)).await?)
}

async fn set_role(State(app): State<App>, visit: Visit, Path(id): Path<String>, form: Form) -> Result<Response, Fault> {
    let role = Role::from_code(form.value("role")).ok_or(Fault::Invalid { field: "role", problem: "unknown-code" })?;
    change(&app, visit, &id, move |site, actor, id| site.set_role(actor, id, role)).await
}

async fn disable(State(app): State<App>, visit: Visit, Path(id): Path<String>, form: Form) -> Result<Response, Fault> {
    let disabled = match form.value("disabled") {
        "yes" => true,
        "no" => false,
        _ => return Err(Fault::Invalid { field: "disabled", problem: "unknown-code" }),
    };
    change(&app, visit, &id, move |site, actor, id| site.set_disabled(actor, id, disabled)).await
}

/// Whether admins must prove themselves by a second step.
async fn require(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Fault> {
    let required = form.has("required", "yes");
    let of = app.clone();
    app.db(move |site| site.require_second_step(&actor(&of, &visit.operator), required)).await?;
    Ok(done("/operators", "operator-changed"))
}

async fn end_session(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Fault> {
    let (of, id) = (app.clone(), form.value("session").to_owned());
    app.db(move |site| site.end_session(&actor(&of, &visit.operator), &id, None)).await?;
    Ok(done("/operators#sessions", "session-ended"))
}

async fn revoke(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Fault> {
    let (of, id) = (app.clone(), number(form.value("token"))?);
    app.db(move |site| site.revoke_token(&actor(&of, &visit.operator), id)).await?;
    Ok(done("/operators#tokens", "token-revoked"))
}

/// Changes an operator, unless that would leave the site without an admin.
async fn change(
    app: &App,
    visit: Visit,
    id: &str,
    change: impl FnOnce(&Site, &db::site::Actor<'_>, i64) -> Result<(), SiteError> + Send + 'static,
) -> Result<Response, Fault> {
    let id = number(id)?;
    let (of, by) = (app.clone(), visit.operator.clone());
    match app.db(move |site| change(site, &actor(&of, &by), id)).await {
        Ok(()) => Ok(done("/operators", "operator-changed")),
        Err(Fault::Refused { problem, .. }) => refuse(app, visit, problem).await,
        Err(fault) => Err(fault),
    }
}

async fn refuse(app: &App, visit: Visit, problem: &str) -> Result<Response, Fault> {
    let mut form = Form::default();
    form.problem_in("operator", problem);
    render_refused(&page(app, visit.page.at("/operators"), form, None).await?)
}

async fn page(app: &App, page: Page, form: Form, link: Option<(String, String, String)>) -> Result<Operators, Fault> {
    let now = page.now;
    let found = app.db(move |site| find(site, now)).await?;
    let page = page.at("/operators");
    Ok(Operators {
        operators: found.operators.into_iter().map(|one| line(&page, &found.limits, one)).collect(),
        roles: Role::ALL.map(|role| (role.code().to_owned(), page.code("role", role.code()))).to_vec(),
        sessions: found.sessions.iter().map(|one| SessionLine::new(&page, one, "")).collect(),
        tokens: found.tokens.into_iter().map(|one| TokenLine::new(&page, one)).collect(),
        required: found.required,
        link,
        form,
        page,
    })
}

fn find(site: &Site, now: UtcMs) -> Result<Found, SiteError> {
    Ok(Found {
        operators: site.operators()?,
        limits: limit::Words::all(site)?,
        required: site.second_step_required()?,
        sessions: site.sessions(None, now)?,
        tokens: site.tokens(None)?.into_iter().filter(|token| !token.revoked).collect(),
    })
}

fn line(page: &Page, limits: &limit::Words, one: OperatorView) -> Line {
    Line {
        limit: limits.of(page, one.id),
        id: one.id,
        name: one.name,
        role: one.role.code(),
        disabled: one.disabled,
        second_step: one.second_step,
        signed_in: one.signed_in.map_or_else(|| page.tr("never"), |at| page.instant(&at)),
        invited: one.invited.map_or_else(String::new, |until| {
            let key = if until > page.now { "operator-link-until" } else { "operator-link-over" };
            page.tr1(key, "until", &page.instant(&until))
        }),
    }
}

fn made(now: UtcMs) -> Result<Link, Fault> {
    invitation::link(now).map_err(|error| {
        tracing::error!(%error, "no link could be made");
        Fault::Broken
    })
}

/// The link with the address that the admin's own browser has asked.
fn shown(app: &App, page: &Page, headers: &HeaderMap, name: String, link: &Link) -> (String, String, String) {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if app.context.secure_cookies { "https" } else { "http" };
    (name, format!("{scheme}://{host}{}", link.path), page.instant(&link.expires))
}

fn number(id: &str) -> Result<i64, Fault> {
    id.parse().map_err(|_| Fault::NotFound)
}
