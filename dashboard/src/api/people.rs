//! People.

use axum::Json;
use axum::extract::{Path, State};
use db::site::{NewPerson, Page, PeopleFilter, PersonId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Created;
use super::body::Body;
use super::events::limit;
use super::shape::{List, PersonShape};
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::visit::{Caller, actor};

/// People whose name or external id contains `text`.
pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<PersonShape>>, Fault> {
    let filter = PeopleFilter { text: pairs.get("text").map(str::to_owned) };
    let limit = limit(&pairs)?;
    let after = pairs.parse("after", "not-a-number")?;
    let people = app.db(move |site| site.people(&filter, Page { after, limit })).await?;
    let next = people.last().filter(|_| people.len() >= limit as usize).map(|last| last.id.0.to_string());
    Ok(Json(List { items: people.iter().map(PersonShape::from).collect(), next }))
}

/// One person.
pub(super) async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<PersonShape>, Fault> {
    let id = PersonId(id.parse().map_err(|_| Fault::NotFound)?);
    let person = app.db(move |site| site.person(id)).await?;
    Ok(Json(PersonShape::from(&person)))
}

/// A person to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    name: String,
    #[serde(default)]
    external_id: Option<String>,
}

/// Adds a person.
pub(super) async fn add(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(add): Body<Add>,
) -> Result<Created<PersonShape>, Fault> {
    let caller = app.clone();
    let person = NewPerson { name: add.name, external_id: add.external_id };
    let person = app.db(move |site| site.add_person(&actor(&caller, &operator), person)).await?;
    Ok(Created(Some(format!("/people/{}", person.id.0)), PersonShape::from(&person)))
}
