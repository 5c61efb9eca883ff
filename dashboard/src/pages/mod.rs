//! The pages, one file each.

use askama::Template;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use db::site::{DoorKind, Site, SiteError};

use crate::app::App;
use crate::assets;
use crate::fault::Fault;
use crate::visit::require_operator;

mod accessibility;
pub(crate) mod alarms;
mod binding;
mod card;
mod cards;
mod certificates;
mod choices;
mod conditions;
mod credential;
mod demo;
mod desk;
mod door;
mod doors;
mod ending;
mod event;
mod events;
mod explain;
mod help;
mod import;
mod language;
mod life;
mod lockdown;
mod log;
mod overview;
mod people;
mod person;
mod receipt;
mod restore;
pub(crate) mod rules;
mod settings;
mod sign_in;
mod signals;
mod site;
pub(crate) mod standing;
mod stream;
mod views;

pub(crate) use certificates::bytes_of;
pub(crate) use credential::state_at;
pub(crate) use ending::{horizon, period};
pub(crate) use views::is_behind;

/// Rows on a page of a list.
const ROWS: u32 = 50;
/// Rows of the last events on other pages.
const LAST_ROWS: u32 = 20;

/// All routes of the pages.
pub(crate) fn router(app: &App) -> Router<App> {
    private(app).merge(public())
}

fn private(app: &App) -> Router<App> {
    let mut router = Router::new()
        .route("/", get(overview::show))
        .route("/events", get(events::show))
        .route("/events/stream", get(stream::follow))
        .route("/cards", get(cards::show).post(cards::add))
        .merge(conditions::router())
        .merge(desk::router())
        .merge(import::router(app))
        .route("/cards/ending", get(ending::show))
        .route("/cards/{uid}", get(card::show))
        .route("/cards/{uid}/transit", post(life::transit))
        .route("/cards/{uid}/certificates", post(certificates::attach))
        .route("/cards/{uid}/certificates/detach", post(certificates::detach))
        .route("/cards/{uid}/encode", post(credential::encode))
        .route("/cards/{uid}/unblock", post(card::unblock))
        .route("/cards/{uid}/give", post(card::give))
        .route("/cards/{uid}/list", post(card::list))
        .route("/cards/{uid}/unlist", post(card::unlist))
        .route("/people", get(people::show).post(people::add))
        .route("/people/{id}", get(person::show))
        .route("/people/{id}/comfort", post(person::set_comfort))
        .route("/doors", get(doors::show))
        .merge(door::router())
        .merge(lockdown::router())
        .merge(restore::router())
        .route("/help", get(help::show))
        .route("/log", get(log::show))
        .merge(alarms::router())
        .merge(rules::router())
        .merge(signals::router())
        .merge(site::router())
        .merge(explain::router());
    if app.context.demo.is_some() {
        router = router.route("/demo", get(demo::show)).route("/demo/tap", post(demo::tap));
    }
    router.fallback(nothing_here).layer(from_fn_with_state(app.clone(), require_operator))
}

fn public() -> Router<App> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-out", post(sign_in::leave))
        .route("/language", post(language::choose))
        .route("/accessibility", get(accessibility::show))
        .route("/assets/{name}", get(assets::serve))
}

async fn nothing_here() -> Fault {
    Fault::NotFound
}

/// A template as an answer.
fn render(template: &impl Template) -> Result<Response, Fault> {
    Ok(Html(template.render()?).into_response())
}

/// The same for a form that has to be corrected.
fn render_refused(template: &impl Template) -> Result<Response, Fault> {
    let page = render(template)?;
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// After a change: look at this place, so that reloading repeats nothing.
fn done(place: &str, code: &str) -> Response {
    let (path, anchor) = place.split_once('#').unwrap_or((place, ""));
    let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    Redirect::to(&format!("{path}?done={code}{anchor}")).into_response()
}

/// A place on this site, or the overview. Never another site: `//host` and `/\host` are others.
fn local(place: &str) -> &str {
    let local = place.starts_with('/')
        && !place.starts_with("//")
        && !place.contains('\\')
        && !place.contains(|c: char| c.is_control());
    if local { place } else { "/" }
}

/// Id and name of every door, for choices.
fn door_names(site: &Site) -> Result<Vec<(String, String)>, SiteError> {
    let doors = site.doors()?.into_iter().filter(|door| door.kind == DoorKind::Door);
    Ok(doors.map(|door| (door.id.to_string(), door.name)).collect())
}

/// Id and name of every place where something happens: doors and encoders.
fn place_names(site: &Site) -> Result<Vec<(String, String)>, SiteError> {
    Ok(site.doors()?.into_iter().map(|door| (door.id.to_string(), door.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_of_this_site_are_returned_to() {
        for good in ["/", "/events?door=a&code=denied"] {
            assert_eq!(local(good), good);
        }
        for bad in ["", "//evil", "/\\evil", "https://evil", "events", "/a\nb"] {
            assert_eq!(local(bad), "/");
        }
    }
}
