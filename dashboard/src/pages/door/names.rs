//! What a door is called in each language.

use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{Actor, Site, Thing};

use super::{id_of, refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::meanwhile::{self, Place, Saving};
use crate::pages::called;
use crate::visit::Visit;

/// Sets all of them.
pub(super) async fn set(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let (id, names) = (id_of(&id)?, called::read(&form));
    let place = format!("/doors/{id}");
    let door = id.clone();
    let saving = Saving {
        thing: Thing::Door(id.clone()),
        done: (format!("{place}#names"), "names-set"),
        place: Place { about: String::new(), action: format!("{place}/names"), back: place },
    };
    let set = move |site: &Site, actor: &Actor<'_>| site.set_door_names(actor, &door, &names);
    match meanwhile::save(&app, &visit, &mut form, saving, set).await? {
        Some(answer) => Ok(answer),
        None => refused(&app, visit, &id, form, "names").await,
    }
}
