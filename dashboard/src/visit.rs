//! Who asks: nobody yet, an operator with a session, or a program with a token.

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use db::site::{Actor, Operator, Role, Site};
use sha2::{Digest as _, Sha256};
use tower_sessions::Session;

use crate::app::App;
use crate::fault::Fault;
use crate::language;
use crate::lockdown;
use crate::names::Names;
use crate::page::Page;
use crate::purpose;
use crate::query::encode;
use crate::rights::{Access, Right};
use crate::routes::{Need, Table};
use crate::session;

/// An operator looks at a page.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) page: Page,
    pub(crate) operator: Operator,
}

/// Somebody looks at a page that needs no sign-in.
#[derive(Debug, Clone)]
pub(crate) struct Visitor(pub(crate) Page);

/// A program calls the API in the name of an operator.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Operator);

/// What stands before the handlers.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) app: App,
    pub(crate) table: Table,
}

/// Lets only operators on who have the right that the route asks for. A reader is sent to sign in and back; a stream is told
/// no, since a page is nothing that it could show.
pub(crate) async fn operators(
    State(Gate { app, table }): State<Gate>,
    session: Session,
    request: Request,
    next: Next,
) -> Result<Response, Fault> {
    let need = table.need(&request);
    if need == Need::Nothing {
        return Ok(next.run(request).await);
    }
    let (parts, body) = request.into_parts();
    let mut page = Page::anonymous(&app, &parts);
    let Some((operator, ends)) = session::operator(&app, &session).await? else {
        if wants_stream(&parts) {
            return Err(Fault::Unauthorised);
        }
        let back = if parts.method == Method::GET { page.here.as_str() } else { "/" };
        return Ok(Redirect::to(&format!("/sign-in?next={}", encode(back))).into_response());
    };
    page.is_of(&operator);
    page.ends = Some(ends);
    page.asker = purpose::of_session(session.id());
    // All that follows names doors and areas in the reader's language.
    language::reading(page.lang, admit(&app, need, page, operator, (parts, body, next))).await
}

async fn admit(
    app: &App,
    need: Need,
    mut page: Page,
    operator: Operator,
    (mut parts, body, next): (Parts, Body, Next),
) -> Result<Response, Fault> {
    let id = operator.id;
    page.names = Names::new(app.db(move |site| site.names_shown_to(id)).await?);
    if operator.role == Role::Admin && !operator.second_step && app.db(Site::second_step_required).await? {
        // Until they have one, they may set it up and nothing else.
        page.access = page.access.scoped(Right::Own.code());
        if !matches!(need, Need::Right(Right::Own)) && parts.method == Method::GET && !wants_stream(&parts) {
            return Ok(Redirect::to("/me#second-step").into_response());
        }
    }
    if !wants_stream(&parts) {
        let now = page.now.second();
        let (seen, on, restored) =
            app.db(move |site| Ok((site.latest()?.0, lockdown::on(site, now)?, site.restore_waits()?))).await?;
        page.seen = seen;
        page.tell_lockdowns(&on);
        page.tell_restored(restored);
    }
    let mut response = match checked(need, page.access, &parts.method) {
        Ok(()) => {
            parts.extensions.insert(Visit { page: page.clone(), operator });
            next.run(Request::from_parts(parts, body)).await
        }
        Err(fault) => fault.into_response(),
    };
    // If it went wrong, the page that says so is rendered further out and still knows who looks.
    response.extensions_mut().insert(page);
    Ok(response)
}

/// Lets only calls on whose token has the right that the route asks for.
pub(crate) async fn programs(
    State(Gate { app, table }): State<Gate>,
    mut request: Request,
    next: Next,
) -> Result<Response, Fault> {
    let token = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or(Fault::Unauthorised)?;
    let (digest, now): ([u8; 32], _) = (Sha256::digest(token.as_bytes()).into(), app.now());
    let held = app.db(move |site| site.token_holder(digest, now)).await?;
    let (operator, scope) = held.ok_or(Fault::Unauthorised)?;
    let access = Access::of(operator.role).scoped(&scope);
    checked(table.need(&request), access, request.method())?;
    request.extensions_mut().insert(Caller(operator));
    request.extensions_mut().insert(access);
    Ok(next.run(request).await)
}

/// Whether the right is there.
fn checked(need: Need, access: Access, method: &Method) -> Result<(), Fault> {
    match need {
        Need::Nothing | Need::Known => Ok(()),
        Need::Right(right) if access.allows(method, right) => Ok(()),
        Need::Right(right) => Err(Fault::Forbidden(right)),
        Need::Impossible => {
            tracing::error!("a route stands in no table of rights; nobody may call it");
            Err(Fault::NotFound)
        }
    }
}

fn wants_stream(parts: &Parts) -> bool {
    parts.headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/event-stream"))
}

/// What the database writes into the operator log: who, and when.
pub(crate) fn actor<'a>(app: &App, operator: &'a Operator) -> Actor<'a> {
    Actor { operator: &operator.name, at: app.now() }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fault> {
        parts.extensions.get().cloned().ok_or(Fault::Unauthorised)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fault> {
        parts.extensions.get().cloned().ok_or(Fault::Unauthorised)
    }
}

/// What a call may, for those that ask for more than their route does.
impl FromRequestParts<App> for Access {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fault> {
        parts.extensions.get().copied().ok_or(Fault::Unauthorised)
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        Ok(Self(Page::anonymous(app, parts)))
    }
}
