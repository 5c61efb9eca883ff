//! Access that somebody asks for, and others decide about.

use axum::Json;
use axum::extract::{Path, State};
use db::site::{Actor, GroupId, NewRequest, PersonId, RequestState, RequestView, Site, SiteError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Created;
use super::body::Body;
use super::calls::Calls;
use super::events::limit;
use super::shape::{List, WindowShape};
use crate::app::App;
use crate::fault::Fault;
use crate::pages::requests::wanted;
use crate::query::Pairs;
use crate::rights::Right;
use crate::visit::{Caller, actor};
use crate::when;

/// All routes of requests.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::Ask, "/requests", list)
        .get(Right::Ask, "/requests/{id}", show)
        .post(Right::Ask, "/people/{id}/requests", ask)
        .post(Right::Grant, "/requests/{id}/approve", approve)
        .post(Right::Grant, "/requests/{id}/refuse", refuse)
        .post(Right::Ask, "/requests/{id}/withdraw", withdraw)
}

/// A request that somebody be put into a group.
#[derive(Serialize, JsonSchema)]
struct RequestShape {
    id: i64,
    person: i64,
    person_name: String,
    group: i64,
    group_name: String,
    member: WindowShape,
    reason: String,
    asked_by: String,
    asked: String,
    /// `open`, `approved`, `refused` or `withdrawn`.
    state: &'static str,
    decided_by: Option<String>,
    decided: Option<String>,
    /// Why not; null for others than refused ones.
    answer: Option<String>,
}

impl From<RequestView> for RequestShape {
    fn from(view: RequestView) -> Self {
        let (decided_by, decided) = view.decided.map(|(operator, at)| (operator, when::rfc3339(at))).unzip();
        Self {
            id: view.id,
            person: view.wanted.person.0,
            person_name: view.person_name,
            group: view.wanted.group.0,
            group_name: view.group_name,
            member: view.wanted.window.into(),
            reason: view.wanted.reason,
            asked_by: view.asked.0,
            asked: when::rfc3339(view.asked.1),
            state: view.state.code(),
            decided_by,
            decided,
            answer: Some(view.answer).filter(|answer| !answer.is_empty()),
        }
    }
}

/// Requests, newest first.
async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<RequestShape>>, Fault> {
    let unknown = Fault::Invalid { field: "state", problem: "unknown-code" };
    let state = pairs.get("state").map(|code| RequestState::from_code(code).ok_or(unknown)).transpose()?;
    let person = pairs.parse("person", "not-a-number")?.map(PersonId);
    let (before, limit) = (pairs.parse("before", "not-a-number")?, limit(&pairs)?);
    let found = app.db(move |site| site.access_requests((state, person), before, limit)).await?;
    let full = found.len() >= limit as usize;
    let next = found.last().filter(|_| full).map(|last| last.id.to_string());
    Ok(Json(List { items: found.into_iter().map(RequestShape::from).collect(), next }))
}

/// One.
async fn show(State(app): State<App>, Path(id): Path<i64>) -> Result<Json<RequestShape>, Fault> {
    Ok(Json(app.db(move |site| site.access_request(id)).await?.into()))
}

/// Access that is to be asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    group: i64,
    #[serde(default)]
    member: WindowShape,
    reason: String,
}

/// Asks.
async fn ask(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<i64>,
    Body(new): Body<New>,
) -> Result<Created<RequestShape>, Fault> {
    let (caller, person, window) = (app.clone(), PersonId(id), new.member.read()?);
    let asked = app.db(move |site| {
        site.person(person)?;
        let new = NewRequest { person, group: GroupId(new.group), window, reason: new.reason };
        let asked = wanted(site, &actor(&caller, &operator), &new)?;
        asked.map(|id| site.access_request(id)).transpose()
    });
    let view = asked.await?.ok_or(Fault::Invalid { field: "group", problem: "unknown-group" })?;
    Ok(Created(Some(format!("/requests/{}", view.id)), view.into()))
}

/// Why not.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Answer {
    answer: String,
}

/// Gives what was asked for.
async fn approve(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Result<Json<RequestShape>, Fault> {
    decide(&app, caller, move |site, actor| site.approve_access(actor, id)).await
}

/// Does not give it.
async fn refuse(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Body(why): Body<Answer>,
) -> Result<Json<RequestShape>, Fault> {
    decide(&app, caller, move |site, actor| site.refuse_access(actor, id, &why.answer)).await
}

/// Takes back what oneself has asked for.
async fn withdraw(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> Result<Json<RequestShape>, Fault> {
    decide(&app, caller, move |site, actor| site.withdraw_access(actor, id)).await
}

async fn decide(
    app: &App,
    Caller(operator): Caller,
    work: impl FnOnce(&Site, &Actor<'_>) -> Result<RequestView, SiteError> + Send + 'static,
) -> Result<Json<RequestShape>, Fault> {
    let caller = app.clone();
    Ok(Json(app.db(move |site| work(site, &actor(&caller, &operator))).await?.into()))
}
