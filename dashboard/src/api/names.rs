//! What doors and areas are called in each language.

use access::id::DoorId;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{AreaId, Language, Names, Thing, Translations};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::calls::Calls;
use super::tag::IfMatch;
use crate::app::App;
use crate::fault::Fault;
use crate::rights::Right;
use crate::visit::{Caller, actor};

/// All routes of this subject.
pub(super) fn router() -> Calls {
    Calls::new().put(Right::DoorSettings, "/doors/{id}/names", set_of_door).put(
        Right::RulesEdit,
        "/areas/{id}/names",
        set_of_area,
    )
}

/// What a door or an area is called in each language, beside its main name; null where it has no name of its own.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Names")]
pub(super) struct NamesShape {
    #[serde(default)]
    fi: Option<String>,
    #[serde(default)]
    sv: Option<String>,
    #[serde(default)]
    en: Option<String>,
}

impl From<&Names> for NamesShape {
    fn from(names: &Names) -> Self {
        let own = |language| names.own.get(&language).cloned();
        Self { fi: own(Language::Finnish), sv: own(Language::Swedish), en: own(Language::English) }
    }
}

impl NamesShape {
    fn read(self) -> Translations {
        let all = [(Language::Finnish, self.fi), (Language::Swedish, self.sv), (Language::English, self.en)];
        all.into_iter().filter_map(|(language, name)| Some((language, name?))).collect()
    }
}

/// Sets all of them: what is left out is taken away.
async fn set_of_door(
    State(app): State<App>,
    Caller(operator): Caller,
    tag: IfMatch,
    Path(id): Path<String>,
    Body(names): Body<NamesShape>,
) -> Result<Json<NamesShape>, Fault> {
    let id: DoorId = id.parse().map_err(|_| Fault::NotFound)?;
    let caller = app.clone();
    let set = app.db(move |site| {
        let guarded = tag.guarded(site, Some(Thing::Door(id.clone())));
        guarded.set_door_names(&actor(&caller, &operator), &id, &names.read())?;
        site.door(&id)
    });
    Ok(Json(NamesShape::from(&set.await?.names)))
}

/// The same of an area.
async fn set_of_area(
    State(app): State<App>,
    Caller(operator): Caller,
    tag: IfMatch,
    Path(id): Path<i64>,
    Body(names): Body<NamesShape>,
) -> Result<Json<NamesShape>, Fault> {
    let (id, caller) = (AreaId(id), app.clone());
    let set = app.db(move |site| {
        let guarded = tag.guarded(site, Some(Thing::Area(id)));
        guarded.set_area_names(&actor(&caller, &operator), id, &names.read())?;
        site.area(id)
    });
    Ok(Json(NamesShape::from(&set.await?.names)))
}
