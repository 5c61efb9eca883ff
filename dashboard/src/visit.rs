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
use crate::within::{self, Narrow};

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
    let (names, limit) = app.db(move |site| Ok((site.names_shown_to(id)?, site.limit_of(id)?))).await?;
    page.names = Names::new(names);
    let narrow = Narrow::new(limit, page.now);
    if operator.role == Role::Admin && !operator.second_step && app.db(Site::second_step_required).await? {
        // Until they have one, they may set it up and nothing else.
        page.access = page.access.scoped(Right::Own.code());
        if !matches!(need, Need::Right(Right::Own)) && parts.method == Method::GET && !wants_stream(&parts) {
            return Ok(Redirect::to("/me#second-step").into_response());
        }
    }
    let whole = page.access;
    if narrow.is_some() {
        page.limited = true;
        page.access = whole.limited();
    }
    if !wants_stream(&parts) {
        tell(app, &mut page, narrow.as_ref()).await?;
    }
    let asked = (parts.method.clone(), parts.uri.path().to_owned());
    let mut response = match let_on(app, (need, whole), narrow.as_ref(), &mut parts).await {
        Ok(()) => {
            parts.extensions.insert(Visit { page: page.clone(), operator: operator.clone() });
            let answer = next.run(Request::from_parts(parts, body));
            within::answer(app, narrow.filter(|_| !within::is_whole(need)), (&operator, asked), answer).await
        }
        Err(fault) => within::refusal(app, narrow.is_some(), (&operator, asked), fault).await,
    };
    // If it went wrong, the page that says so is rendered further out and still knows who looks.
    response.extensions_mut().insert(page);
    Ok(response)
}

/// What every page says of the site, as far as whoever looks may see it.
async fn tell(app: &App, page: &mut Page, narrow: Option<&Narrow>) -> Result<(), Fault> {
    let now = page.now.second();
    let told = app.db(move |site| Ok((site.latest()?.0, lockdown::on(site, now)?, site.restore_waits()?)));
    let (seen, on, restored) = within::scoped(narrow, told).await?;
    page.seen = seen;
    page.tell_lockdowns(&on);
    page.tell_restored(restored);
    Ok(())
}

/// Lets only calls on whose token has the right that the route asks for.
pub(crate) async fn programs(
    State(Gate { app, table }): State<Gate>,
    request: Request,
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
    let id = operator.id;
    let narrow = Narrow::new(app.db(move |site| site.limit_of(id)).await?, now);
    let need = table.need(&request);
    let (mut parts, body) = request.into_parts();
    let asked = (parts.method.clone(), format!("/api{}", parts.uri.path()));
    if let Err(fault) = let_on(&app, (need, access), narrow.as_ref(), &mut parts).await {
        return Ok(within::refusal(&app, narrow.is_some(), (&operator, asked), fault).await);
    }
    parts.extensions.insert(Caller(operator.clone()));
    parts.extensions.insert(if narrow.is_some() { access.limited() } else { access });
    let answer = next.run(Request::from_parts(parts, body));
    Ok(within::answer(&app, narrow.filter(|_| !within::is_whole(need)), (&operator, asked), answer).await)
}

/// Whether they may call this: by their right, and if they are limited by what it touches.
async fn let_on(
    app: &App,
    (need, access): (Need, Access),
    narrow: Option<&Narrow>,
    parts: &mut Parts,
) -> Result<(), Fault> {
    checked(need, access, &parts.method)?;
    let Some(narrow) = narrow else { return Ok(()) };
    checked(need, access.limited(), &parts.method).map_err(|_| Fault::Whole)?;
    if within::is_whole(need) { Ok(()) } else { narrow.admits(app, parts).await }
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
