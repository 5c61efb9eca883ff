//! Doors and commands to them.

use access::command::Action;
use access::id::DoorId;
use access::state::{DoorSettings, Reading};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use db::site::{DoorKind, Site, SiteError};
use serde::Deserialize;

use super::body::Body;
use super::shape::{CommandShape, DoorShape, List};
use crate::app::App;
use crate::fault::Fault;
use crate::visit::{Caller, actor};

/// All doors. A site has few enough for one answer.
pub(super) async fn list(State(app): State<App>) -> Result<Json<List<DoorShape>>, Fault> {
    let doors = app.db(|site| site.doors()).await?;
    Ok(Json(List { items: doors.iter().map(DoorShape::from).collect(), next: None }))
}

/// One door.
pub(super) async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<DoorShape>, Fault> {
    let id: DoorId = id.parse().map_err(|_| Fault::NotFound)?;
    let door = app.db(move |site| site.door(&id)).await?;
    Ok(Json(DoorShape::from(&door)))
}

/// Asks the controller to unlock the door once. What becomes of it is asked at `Location`.
pub(super) async fn unlock(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id: DoorId = id.parse().map_err(|_| Fault::NotFound)?;
    let caller = app.clone();
    let asked = app.db(move |site| match is_door(site, &id)? {
        true => site.request_command(&actor(&caller, &operator), &id, Action::UnlockOnce).map(Some),
        false => Ok(None),
    });
    let command = asked.await?.ok_or(Fault::NotFound)?;
    let location = format!("/api/v1/commands/{}", command.id);
    let body = Json(CommandShape::from(&command));
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], body).into_response())
}

/// How a door is set up.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsShape {
    reading: String,
    release_ms: u32,
}

/// Sets a door up. What is so already is no change.
pub(super) async fn settings(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
    Body(settings): Body<SettingsShape>,
) -> Result<Json<DoorShape>, Fault> {
    let id: DoorId = id.parse().map_err(|_| Fault::NotFound)?;
    let reading = Reading::from_code(&settings.reading);
    let reading = reading.ok_or(Fault::Invalid { field: "reading", problem: "unknown-code" })?;
    let settings = DoorSettings { release_ms: settings.release_ms, reading };
    let caller = app.clone();
    let set = app.db(move |site| {
        if !is_door(site, &id)? {
            return Ok(None);
        }
        site.set_settings(&actor(&caller, &operator), &id, settings)?;
        site.door(&id).map(Some)
    });
    let door = set.await?.ok_or(Fault::NotFound)?;
    Ok(Json(DoorShape::from(&door)))
}

/// An encoder has no lock and nothing to set.
fn is_door(site: &Site, id: &DoorId) -> Result<bool, SiteError> {
    Ok(site.door(id)?.kind == DoorKind::Door)
}

/// What became of a command.
pub(super) async fn command(State(app): State<App>, Path(id): Path<String>) -> Result<Json<CommandShape>, Fault> {
    let id: u64 = id.parse().map_err(|_| Fault::NotFound)?;
    let command = app.db(move |site| site.command(id)).await?;
    Ok(Json(CommandShape::from(&command)))
}
