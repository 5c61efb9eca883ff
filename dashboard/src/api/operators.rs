//! Operators, their sessions and tokens. Tokens are made on the dashboard only: a token must not make one that is good for
//! more than itself.

use axum::Json;
use axum::extract::{Path, State};
use db::site::{AreaId, Limit, OperatorView, Role, SessionView, SiteError, TokenView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Created, Done};
use super::body::Body;
use super::calls::Calls;
use super::shape::List;
use crate::app::App;
use crate::fault::Fault;
use crate::invitation::{self, Link};
use crate::rights::{Access, Right};
use crate::visit::{Caller, actor};
use crate::when::rfc3339;

/// All routes of the subject.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::Own, "/me", me)
        .get(Right::Operators, "/operators", list)
        .post(Right::Operators, "/operators", add)
        .put(Right::Operators, "/operators/{id}", change)
        .get(Right::Operators, "/operators/{id}/limit", limit)
        .put(Right::Operators, "/operators/{id}/limit", set_limit)
        .post(Right::Operators, "/operators/{id}/reset", reset)
        .get(Right::Operators, "/sessions", sessions)
        .delete(Right::Operators, "/sessions/{session}", end_session)
        .get(Right::Operators, "/tokens", tokens)
        .delete(Right::Operators, "/tokens/{id}", revoke)
}

/// In whose name a token acts, and what it may.
#[derive(Serialize, JsonSchema)]
struct Me {
    name: String,
    role: &'static str,
    /// Rights by which it may look at something.
    rights: Vec<&'static str>,
    /// Those among them by which it may change something.
    changes: Vec<&'static str>,
    /// What its operator is limited to; nothing for the whole site.
    limit: Option<LimitShape>,
}

async fn me(State(app): State<App>, Caller(operator): Caller, access: Access) -> Result<Json<Me>, Fault> {
    let codes = |may: fn(Access, Right) -> bool| {
        Right::ALL.into_iter().filter(|right| may(access, *right)).map(Right::code).collect()
    };
    let (rights, changes) = (codes(Access::may), codes(Access::may_change));
    let id = operator.id;
    let limit = Some(app.db(move |site| site.limit_of(id)).await?).filter(|limit| !limit.is_none());
    let limit = limit.map(LimitShape::from);
    Ok(Json(Me { name: operator.name, role: operator.role.code(), rights, changes, limit }))
}

#[derive(Serialize, JsonSchema)]
struct OperatorShape {
    id: i64,
    name: String,
    role: &'static str,
    disabled: bool,
    second_step: bool,
    signed_in: Option<String>,
    /// Until when the link is good that was not used yet.
    invited_until: Option<String>,
}

impl From<OperatorView> for OperatorShape {
    fn from(one: OperatorView) -> Self {
        Self {
            id: one.id,
            name: one.name,
            role: one.role.code(),
            disabled: one.disabled,
            second_step: one.second_step,
            signed_in: one.signed_in.map(rfc3339),
            invited_until: one.invited.map(rfc3339),
        }
    }
}

/// All of them. A site has few enough for one answer.
async fn list(State(app): State<App>) -> Result<Json<List<OperatorShape>>, Fault> {
    let operators = app.db(|site| site.operators()).await?;
    Ok(Json(List { items: operators.into_iter().map(OperatorShape::from).collect(), next: None }))
}

/// A link by which somebody sets a password, told this once.
#[derive(Serialize, JsonSchema)]
struct LinkShape {
    id: i64,
    /// Path below the address of the dashboard.
    link: String,
    until: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Add {
    name: String,
    role: String,
}

/// Adds an operator, who sets a password by the link.
async fn add(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(add): Body<Add>,
) -> Result<Created<LinkShape>, Fault> {
    let (role, link, caller) = (role_of(&add.role)?, made(&app)?, app.clone());
    let digest = (link.sha256, link.expires);
    let id = app.db(move |site| site.invite_operator(&actor(&caller, &operator), &add.name, role, digest)).await?;
    let body = LinkShape { id, link: link.path, until: rfc3339(link.expires) };
    Ok(Created(Some(format!("/operators/{id}")), body))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    disabled: Option<bool>,
}

/// Sets the role, or lets them sign in no more, or again. What is left out stays.
async fn change(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
    Body(change): Body<Change>,
) -> Result<Json<OperatorShape>, Fault> {
    let (id, role) = (number(&id)?, change.role.as_deref().map(role_of).transpose()?);
    let caller = app.clone();
    let changed = app.db(move |site| {
        if let Some(role) = role {
            site.set_role(&actor(&caller, &operator), id, role)?;
        }
        if let Some(disabled) = change.disabled {
            site.set_disabled(&actor(&caller, &operator), id, disabled)?;
        }
        let found = site.operators()?.into_iter().find(|one| one.id == id);
        found.ok_or(SiteError::NotFound { what: "operator", id: id.to_string() })
    });
    Ok(Json(changed.await?.into()))
}

/// Takes password, second step and sessions away, and makes a new link.
async fn reset(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
) -> Result<Json<LinkShape>, Fault> {
    let (id, link, caller) = (number(&id)?, made(&app)?, app.clone());
    let digest = (link.sha256, link.expires);
    app.db(move |site| site.reset_operator(&actor(&caller, &operator), id, digest)).await?;
    Ok(Json(LinkShape { id, link: link.path, until: rfc3339(link.expires) }))
}

#[derive(Serialize, JsonSchema)]
struct SessionShape {
    id: String,
    operator: String,
    since: String,
    seen: String,
}

impl From<SessionView> for SessionShape {
    fn from(one: SessionView) -> Self {
        let (since, seen) = (rfc3339(one.of.since), rfc3339(one.of.seen));
        Self { id: one.id, operator: one.of.operator, since, seen }
    }
}

async fn sessions(State(app): State<App>) -> Result<Json<List<SessionShape>>, Fault> {
    let now = app.now();
    let sessions = app.db(move |site| site.sessions(None, now)).await?;
    Ok(Json(List { items: sessions.into_iter().map(SessionShape::from).collect(), next: None }))
}

async fn end_session(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(session): Path<String>,
) -> Result<Done, Fault> {
    let caller = app.clone();
    app.db(move |site| site.end_session(&actor(&caller, &operator), &session, None)).await?;
    Ok(Done)
}

/// Units and areas that an operator is limited to. With neither: the whole site.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LimitShape {
    /// As employments spell them.
    units: Vec<String>,
    areas: Vec<i64>,
}

impl From<Limit> for LimitShape {
    fn from(limit: Limit) -> Self {
        Self { units: limit.units, areas: limit.areas.into_iter().map(|area| area.0).collect() }
    }
}

/// What an operator is limited to.
async fn limit(State(app): State<App>, Path(id): Path<String>) -> Result<Json<LimitShape>, Fault> {
    let id = number(&id)?;
    let found = app.db(move |site| Ok((site.operators()?, site.limit_of(id)?))).await?;
    if found.0.iter().all(|one| one.id != id) {
        return Err(Fault::NotFound);
    }
    Ok(Json(found.1.into()))
}

/// Limits an operator, or gives them the whole site.
async fn set_limit(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
    Body(wish): Body<LimitShape>,
) -> Result<Json<LimitShape>, Fault> {
    let (id, caller) = (number(&id)?, app.clone());
    let limit = Limit { units: wish.units, areas: wish.areas.into_iter().map(AreaId).collect() };
    let set = app.db(move |site| {
        site.set_limit(&actor(&caller, &operator), id, limit)?;
        site.limit_of(id)
    });
    Ok(Json(set.await?.into()))
}

#[derive(Serialize, JsonSchema)]
struct TokenShape {
    id: i64,
    operator: String,
    label: String,
    scope: String,
    made: String,
    used: Option<String>,
    expires: Option<String>,
    revoked: bool,
}

impl From<TokenView> for TokenShape {
    fn from(one: TokenView) -> Self {
        Self {
            id: one.id,
            operator: one.operator_name,
            label: one.label,
            scope: one.scope,
            made: rfc3339(one.made),
            used: one.used.map(rfc3339),
            expires: one.expires.map(rfc3339),
            revoked: one.revoked,
        }
    }
}

async fn tokens(State(app): State<App>) -> Result<Json<List<TokenShape>>, Fault> {
    let tokens = app.db(|site| site.tokens(None)).await?;
    Ok(Json(List { items: tokens.into_iter().map(TokenShape::from).collect(), next: None }))
}

async fn revoke(State(app): State<App>, Caller(operator): Caller, Path(id): Path<String>) -> Result<Done, Fault> {
    let (id, caller) = (number(&id)?, app.clone());
    app.db(move |site| site.revoke_token(&actor(&caller, &operator), id)).await?;
    Ok(Done)
}

fn role_of(code: &str) -> Result<Role, Fault> {
    Role::from_code(code).ok_or(Fault::Invalid { field: "role", problem: "unknown-code" })
}

fn made(app: &App) -> Result<Link, Fault> {
    invitation::link(app.now()).map_err(|error| {
        tracing::error!(%error, "no link could be made");
        Fault::Broken
    })
}

fn number(id: &str) -> Result<i64, Fault> {
    id.parse().map_err(|_| Fault::NotFound)
}
