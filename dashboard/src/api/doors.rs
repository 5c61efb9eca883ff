//! Doors and commands to them.

use access::command::Action;
use access::id::DoorId;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

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
    let command = app.db(move |site| site.request_command(&actor(&caller, &operator), &id, Action::UnlockOnce)).await?;
    let location = format!("/api/v1/commands/{}", command.id);
    let body = Json(CommandShape::from(&command));
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], body).into_response())
}

/// What became of a command.
pub(super) async fn command(State(app): State<App>, Path(id): Path<String>) -> Result<Json<CommandShape>, Fault> {
    let id: u64 = id.parse().map_err(|_| Fault::NotFound)?;
    let command = app.db(move |site| site.command(id)).await?;
    Ok(Json(CommandShape::from(&command)))
}
