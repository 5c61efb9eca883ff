//! What is muted now.

use access::id::DoorId;
use axum::Json;
use axum::extract::{Path, State};
use db::site::NewMute;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shape::MuteShape;
use super::{Nothing, number};
use crate::api::answer::{Created, Done};
use crate::api::body::Body;
use crate::api::shape::List;
use crate::app::App;
use crate::fault::Fault;
use crate::visit::{Caller, actor};
use crate::when;

/// A mute to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    kind: String,
    #[serde(default)]
    door: Option<String>,
    until: String,
    reason: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Added {
    id: i64,
}

/// Those that hold now; the database bounds how many there can be.
pub(super) async fn list(State(app): State<App>) -> Result<Json<List<MuteShape>>, Fault> {
    let now = app.now();
    let mutes = app.db(move |site| site.alarm_mutes(now)).await?;
    Ok(Json(List { items: mutes.into_iter().map(MuteShape::from).collect(), next: None }))
}

/// Mutes a kind at a door, or everywhere.
pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<Wanted>,
) -> Result<Created<Added>, Fault> {
    let invalid = |field, problem| Fault::Invalid { field, problem };
    let until = when::from_rfc3339(&wanted.until).ok_or(invalid("until", "not-a-time"))?;
    if db::site::AlarmKind::find(&wanted.kind).is_none() {
        return Err(invalid("kind", "unknown-code"));
    }
    let door = wanted.door.as_deref().map(|door| door.parse::<DoorId>().map_err(|_| invalid("door", "unknown-door")));
    let (door, of) = (door.transpose()?, app.clone());
    let muted = app.db(move |site| {
        let new = NewMute { kind: &wanted.kind, door: door.as_ref(), until, reason: &wanted.reason };
        site.mute_alarms(&actor(&of, &caller.0), &new)
    });
    Ok(Created(None, Added { id: muted.await? }))
}

/// Ends one early.
pub(super) async fn end(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Nothing {
    let (id, of) = (number(&id)?, app.clone());
    app.db(move |site| site.unmute_alarms(&actor(&of, &caller.0), id)).await?;
    Ok(Done)
}
