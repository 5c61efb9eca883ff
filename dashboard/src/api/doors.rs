//! Doors: how they are, how they are set up, what is ordered of them, and commands to them.

use access::id::DoorId;
use access::mode::{Mode, Order};
use access::time::UtcS;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{DoorKind, DoorOrders, DoorView, Site, SiteError, Thing};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Accepted, Tagged};
use super::body::Body;
use super::calls::Calls;
use super::shape::{CommandShape, DoorShape, List};
use super::tag::{IfMatch, tagged};
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::rights::Right;
use crate::sentence::action_from_code;
use crate::visit::{Caller, actor};
use crate::when;

mod orders;
mod settings;

pub(super) use orders::{LockdownShape, OrderShape};
pub(super) use settings::SettingsShape;

/// All routes of doors and commands.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::Look, "/doors", list)
        .get(Right::Look, "/doors/{id}", show)
        .put(Right::DoorSettings, "/doors/{id}/settings", set_up)
        .post(Right::Command, "/doors/{id}/order", order)
        .delete(Right::Command, "/doors/{id}/order", end_order)
        .post(Right::Command, "/doors/{id}/commands", ask)
        .get(Right::Look, "/commands/{id}", command)
}

/// All doors, or those of which any name or the id contains `text`. A site has few enough for one answer.
async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<DoorShape>>, Fault> {
    let (mut doors, now) = (app.db(|site| site.doors()).await?, app.now().second());
    let text = pairs.get("text").unwrap_or_default();
    doors.retain(|door| door.names.contain(text) || door.id.as_str().contains(&text.to_lowercase()));
    Ok(Json(List { items: doors.iter().map(|door| DoorShape::new(door, now, None)).collect(), next: None }))
}

/// One door, with what is ordered of it.
async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Tagged<DoorShape>, Fault> {
    let (id, now) = (id_of(&id)?, app.now().second());
    tagged(&app, Thing::Door(id.clone()), move |site| {
        let (door, orders) = find(site, &id)?;
        Ok(DoorShape::new(&door, now, Some(&orders)))
    })
    .await
}

/// Sets a door up. What is so already is no change.
async fn set_up(
    State(app): State<App>,
    Caller(operator): Caller,
    tag: IfMatch,
    Path(id): Path<String>,
    Body(settings): Body<SettingsShape>,
) -> Result<Json<DoorShape>, Fault> {
    let id = id_of(&id)?;
    let settings = settings.read()?;
    let caller = app.clone();
    let set = app.db(move |site| {
        need_door(site, &id)?;
        let guarded = tag.guarded(site, Some(Thing::Door(id.clone())));
        guarded.set_settings(&actor(&caller, &operator), &id, settings)?;
        find(site, &id)
    });
    Ok(shown(&app, &set.await.map_err(settings::fault)?))
}

/// What an operator orders of a door.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    mode: String,
    until: String,
    reason: String,
}

/// Why something is done.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    pub(super) reason: String,
}

/// Orders a door unlocked or locked until a time.
async fn order(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(new): Body<NewOrder>,
) -> Result<Json<DoorShape>, Fault> {
    let mode = Mode::from_code(&new.mode).filter(|mode| matches!(mode, Mode::Unlocked | Mode::Locked));
    let mode = mode.ok_or(Fault::Invalid { field: "mode", problem: "unknown-code" })?;
    let order = Order { unlock: mode == Mode::Unlocked, until: time("until", &new.until)? };
    give(&app, caller, &id, Some(order), new.reason).await
}

/// Takes it back.
async fn end_order(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(why): Body<Why>,
) -> Result<Json<DoorShape>, Fault> {
    give(&app, caller, &id, None, why.reason).await
}

async fn give(
    app: &App,
    Caller(operator): Caller,
    id: &str,
    order: Option<Order>,
    reason: String,
) -> Result<Json<DoorShape>, Fault> {
    let (id, caller) = (id_of(id)?, app.clone());
    let given = app.db(move |site| {
        need_door(site, &id)?;
        site.order_mode(&actor(&caller, &operator), &id, order, &reason)?;
        find(site, &id)
    });
    Ok(shown(app, &given.await?))
}

/// A command that is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewCommand {
    action: String,
    reason: String,
}

/// Asks the controller to send a command. What becomes of it is asked at `Location`.
async fn ask(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<String>,
    Body(new): Body<NewCommand>,
) -> Result<Accepted<CommandShape>, Fault> {
    let id = id_of(&id)?;
    let action = action_from_code(&new.action).ok_or(Fault::Invalid { field: "action", problem: "unknown-code" })?;
    let caller = app.clone();
    let asked = app.db(move |site| {
        need_door(site, &id)?;
        site.request_command(&actor(&caller, &operator), &id, action, &new.reason)
    });
    let command = asked.await?;
    Ok(Accepted((format!("/commands/{}", command.id), CommandShape::from(&command))))
}

/// What became of a command.
async fn command(State(app): State<App>, Path(id): Path<String>) -> Result<Json<CommandShape>, Fault> {
    let id: u64 = id.parse().map_err(|_| Fault::NotFound)?;
    let command = app.db(move |site| site.command(id)).await?;
    Ok(Json(CommandShape::from(&command)))
}

/// A time of a body.
pub(super) fn time(field: &'static str, text: &str) -> Result<UtcS, Fault> {
    let at = when::from_rfc3339(text).ok_or(Fault::Invalid { field, problem: "not-a-time" })?;
    Ok(at.second())
}

fn id_of(text: &str) -> Result<DoorId, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// An encoder has no lock and nothing to set.
fn need_door(site: &Site, id: &DoorId) -> Result<(), SiteError> {
    match site.door(id)?.kind {
        DoorKind::Door => Ok(()),
        DoorKind::Encoder => Err(SiteError::NotFound { what: "door", id: id.to_string() }),
    }
}

fn find(site: &Site, id: &DoorId) -> Result<(DoorView, DoorOrders), SiteError> {
    Ok((site.door(id)?, site.door_orders(id)?))
}

fn shown(app: &App, (door, orders): &(DoorView, DoorOrders)) -> Json<DoorShape> {
    Json(DoorShape::new(door, app.now().second(), Some(orders)))
}
