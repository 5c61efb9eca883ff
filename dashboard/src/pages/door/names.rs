//! What a door is called in each language.

use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{Site, Thing};

use super::{id_of, refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::meanwhile;
use crate::pages::{called, done};
use crate::visit::{Visit, actor};

/// Sets all of them.
pub(super) async fn set(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let (id, names) = (id_of(&id)?, called::read(&form));
    let place = format!("/doors/{id}");
    let (caller, operator, door) = (app.clone(), visit.operator.clone(), id.clone());
    let (thing, entered) = (Thing::Door(id.clone()), form.clone());
    let set = move |site: &Site| {
        let guarded = meanwhile::guarded(site, &entered, Some(&Thing::Door(door.clone())))?;
        guarded.set_door_names(&actor(&caller, &operator), &door, &names)
    };
    match app.db(set).await {
        Ok(()) => Ok(done(&format!("{place}#names"), "names-set")),
        Err(Fault::Stale(_)) => {
            let place = meanwhile::Place { about: String::new(), action: format!("{place}/names"), back: place };
            meanwhile::answer(&app, visit.page, thing, &form, place).await
        }
        Err(fault) => {
            form.refused(fault)?;
            refused(&app, visit, &id, form, "names").await
        }
    }
}
