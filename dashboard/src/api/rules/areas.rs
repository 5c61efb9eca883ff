//! Areas of doors.

use access::id::DoorId;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{AreaId, AreaView, Page, RuleEdit, Thing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Edited, edit, edit_seen, next, number};
use crate::api::answer::Tagged;
use crate::api::body::Body;
use crate::api::events::limit;
use crate::api::names::NamesShape;
use crate::api::shape::List;
use crate::api::tag::{IfMatch, tagged};
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::visit::Caller;

/// An area.
#[derive(Serialize, JsonSchema)]
pub(super) struct AreaShape {
    id: i64,
    name: String,
    names: NamesShape,
    doors: Vec<String>,
    rules: u64,
}

/// An area to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    name: String,
    #[serde(default)]
    doors: Vec<String>,
}

/// What an area is to become: its name or its doors, since each edit is one change.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, untagged)]
pub(super) enum Set {
    Name { name: String },
    Doors { doors: Vec<String> },
}

impl From<&AreaView> for AreaShape {
    fn from(area: &AreaView) -> Self {
        Self {
            id: area.id.0,
            name: area.name.clone(),
            names: NamesShape::from(&area.names),
            doors: area.doors.iter().map(|(door, _)| door.to_string()).collect(),
            rules: area.rules,
        }
    }
}

pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<AreaShape>>, Fault> {
    let limit = limit(&pairs)?;
    let page = Page { after: pairs.parse("after", "not-a-number")?, limit };
    let areas = app.db(move |site| site.areas(page)).await?;
    let next = next(&areas, limit, |area| area.id.0);
    Ok(Json(List { items: areas.iter().map(AreaShape::from).collect(), next }))
}

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Tagged<AreaShape>, Fault> {
    let id = AreaId(number(&id)?);
    tagged(&app, Thing::Area(id), move |site| Ok(AreaShape::from(&site.area(id)?))).await
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    pairs: Pairs,
    Body(add): Body<Add>,
) -> Result<Json<Edited>, Fault> {
    let doors = doors(&add.doors)?;
    edit(&app, caller, &pairs, RuleEdit::AddArea { name: add.name, doors }).await
}

pub(super) async fn set(
    State(app): State<App>,
    caller: Caller,
    tag: IfMatch,
    Path(id): Path<String>,
    pairs: Pairs,
    Body(set): Body<Set>,
) -> Result<Json<Edited>, Fault> {
    let area = AreaId(number(&id)?);
    let wish = match set {
        Set::Name { name } => RuleEdit::RenameArea { area, name },
        Set::Doors { doors: wanted } => RuleEdit::SetAreaDoors { area, doors: doors(&wanted)? },
    };
    edit_seen(&app, caller, &pairs, tag, wish).await
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Json<Edited>, Fault> {
    let area = AreaId(number(&id)?);
    edit(&app, caller, &pairs, RuleEdit::RemoveArea(area)).await
}

fn doors(texts: &[String]) -> Result<Vec<DoorId>, Fault> {
    let unknown = |_| Fault::Invalid { field: "doors", problem: "unknown-door" };
    texts.iter().map(|text| text.parse().map_err(unknown)).collect()
}
