//! Alarms, what is done with them, what is muted, and what could not be told.

use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Done;
use super::body::{Body, Optional};
use super::calls::Calls;
use super::events::limit;
use super::shape::List;
use crate::app::App;
use crate::fault::Fault;
use crate::pages::alarms::{cursor, filter};
use crate::query::Pairs;
use crate::rights::{Access, Right};
use crate::visit::{Caller, actor};

mod letters;
mod mutes;
mod shape;

use shape::{AlarmShape, DetailShape};

/// All routes of alarms.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::Look, "/alarms", list)
        .get(Right::Look, "/alarms/mutes", mutes::list)
        .post(Right::Alarms, "/alarms/mutes", mutes::add)
        .delete(Right::Alarms, "/alarms/mutes/{id}", mutes::end)
        .get(Right::Alarms, "/alarms/undelivered", letters::list)
        .post(Right::Alarms, "/alarms/undelivered/{id}/retry", letters::retry)
        .delete(Right::Alarms, "/alarms/undelivered/{id}", letters::forget)
        .get(Right::Look, "/alarms/{id}", show)
        .post(Right::Alarms, "/alarms/{id}/acknowledge", acknowledge)
        .post(Right::Alarms, "/alarms/{id}/close", close)
        .put(Right::Alarms, "/alarms/{id}/owner", own)
}

/// What somebody writes with what they do.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Comment {
    #[serde(default)]
    comment: String,
}

/// Who takes care of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Owner {
    owner: Option<String>,
}

/// Alarms, the one that was raised last first; without a wish those that nobody has acknowledged.
async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<AlarmShape>>, Fault> {
    let (filter, limit, now) = (filter(&pairs)?, limit(&pairs)?, app.now());
    let alarms = app.db(move |site| site.alarms(&filter, now, limit)).await?;
    let next = alarms.last().filter(|_| alarms.len() >= limit as usize).map(|last| cursor(last.key()));
    Ok(Json(List { items: alarms.iter().map(AlarmShape::from).collect(), next }))
}

/// One with its history.
async fn show(State(app): State<App>, access: Access, Path(id): Path<String>) -> Result<Json<DetailShape>, Fault> {
    detail(&app, access, number(&id)?).await
}

async fn acknowledge(
    State(app): State<App>,
    caller: Caller,
    access: Access,
    Path(id): Path<String>,
    Optional(Comment { comment }): Optional<Comment>,
) -> Result<Json<DetailShape>, Fault> {
    let (id, of) = (number(&id)?, app.clone());
    app.db(move |site| site.acknowledge_alarm(&actor(&of, &caller.0), id, &comment)).await?;
    detail(&app, access, id).await
}

async fn close(
    State(app): State<App>,
    caller: Caller,
    access: Access,
    Path(id): Path<String>,
    Optional(Comment { comment }): Optional<Comment>,
) -> Result<Json<DetailShape>, Fault> {
    let (id, of) = (number(&id)?, app.clone());
    app.db(move |site| site.close_alarm(&actor(&of, &caller.0), id, &comment)).await?;
    detail(&app, access, id).await
}

async fn own(
    State(app): State<App>,
    caller: Caller,
    access: Access,
    Path(id): Path<String>,
    Body(Owner { owner }): Body<Owner>,
) -> Result<Json<DetailShape>, Fault> {
    let (id, of) = (number(&id)?, app.clone());
    app.db(move |site| site.own_alarm(&actor(&of, &caller.0), id, owner.as_deref())).await?;
    detail(&app, access, id).await
}

async fn detail(app: &App, access: Access, id: i64) -> Result<Json<DetailShape>, Fault> {
    let now = app.now();
    let mut found = app.db(move |site| site.alarm(id, now)).await?;
    if !access.may(Right::Events) {
        found.events.clear();
    }
    Ok(Json(DetailShape::from(&found)))
}

/// A number in the path; what is none names nothing.
fn number(text: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// What is done and has no answer.
type Nothing = Result<Done, Fault>;
