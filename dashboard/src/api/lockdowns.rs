//! Lockdowns.

use access::id::DoorId;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{LockdownScope, LockdownView, Site, SiteError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Created;
use super::body::Body;
use super::calls::Calls;
use super::doors::{LockdownShape, Why, time};
use super::events::limit;
use super::shape::List;
use crate::app::App;
use crate::fault::Fault;
use crate::lockdown::Reach;
use crate::query::Pairs;
use crate::rights::Right;
use crate::visit::{Caller, actor};

/// All routes of lockdowns.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::Look, "/lockdowns", list)
        .post(Right::Lockdown, "/lockdowns", start)
        .get(Right::Look, "/lockdowns/{id}", show)
        .post(Right::Lockdown, "/lockdowns/{id}/lift", lift)
}

/// Those that hold, newest first; with `open=false` also those that are over.
async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<LockdownShape>>, Fault> {
    let open_only = pairs.parse::<bool>("open", "unknown-code")?.unwrap_or(true);
    let (limit, now) = (limit(&pairs)?, app.now().second());
    let found = app.db(move |site| site.lockdowns(open_only.then_some(now), limit)).await?;
    Ok(Json(List { items: found.iter().map(LockdownShape::from).collect(), next: None }))
}

/// One, with the doors that do not have it.
async fn show(State(app): State<App>, Path(id): Path<i64>) -> Result<Json<LockdownShape>, Fault> {
    shape(&app, id).await.map(Json)
}

/// A lockdown that is to begin.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    scope: String,
    area: Option<i64>,
    door: Option<String>,
    until: Option<String>,
    reason: String,
}

/// Starts one.
async fn start(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(new): Body<New>,
) -> Result<Created<LockdownShape>, Fault> {
    let scope = scope(&new)?;
    let until = new.until.as_deref().map(|until| time("until", until)).transpose()?;
    let (caller, field) = (app.clone(), if new.scope == "area" { "area" } else { "door" });
    let started = app.db(move |site| {
        // What reaches nothing because there is no such thing is a wrong value here, not a wrong path.
        match Reach::of(site, &scope) {
            Err(SiteError::NotFound { .. }) => return Ok(None),
            reach => drop(reach?),
        }
        site.lock_down(&actor(&caller, &operator), &scope, until, &new.reason).map(Some)
    });
    let problem = if field == "area" { "unknown-area" } else { "unknown-door" };
    let id = started.await?.ok_or(Fault::Invalid { field, problem })?;
    Ok(Created(Some(format!("/lockdowns/{id}")), shape(&app, id).await?))
}

/// Ends one.
async fn lift(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<i64>,
    Body(why): Body<Why>,
) -> Result<Json<LockdownShape>, Fault> {
    let caller = app.clone();
    app.db(move |site| site.lift_lockdown(&actor(&caller, &operator), id, &why.reason)).await?;
    shape(&app, id).await.map(Json)
}

fn scope(new: &New) -> Result<LockdownScope, Fault> {
    let invalid = |field, problem| Fault::Invalid { field, problem };
    match (new.scope.as_str(), new.area, new.door.as_deref()) {
        ("site", None, None) => Ok(LockdownScope::Site),
        ("area", Some(area), None) => Ok(LockdownScope::Area(area)),
        ("area", None, _) => Err(invalid("area", "empty")),
        ("door", None, Some(door)) => {
            door.parse::<DoorId>().map(LockdownScope::Door).map_err(|_| invalid("door", "unknown-door"))
        }
        ("door", _, None) => Err(invalid("door", "empty")),
        // Two scopes at once: nobody knows which of them is meant.
        ("site" | "area" | "door", _, _) => Err(invalid("scope", "too-many")),
        _ => Err(invalid("scope", "unknown-code")),
    }
}

async fn shape(app: &App, id: i64) -> Result<LockdownShape, Fault> {
    let now = app.now().second();
    let (view, missing) = app.db(move |site| find(site, id, now)).await?;
    let mut shape = LockdownShape::from(&view);
    shape.missing = missing;
    Ok(shape)
}

fn find(site: &Site, id: i64, now: access::time::UtcS) -> Result<(LockdownView, Option<Vec<String>>), SiteError> {
    let view = site.lockdown(id)?;
    let reach = view.is_on(now).then(|| Reach::of(site, &view.scope)).transpose()?;
    let missing = reach.map(|reach| reach.missing().into_iter().map(|door| door.id.to_string()).collect());
    Ok((view, missing))
}
