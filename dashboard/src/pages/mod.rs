//! The pages, one file each.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use db::site::{DoorKind, Site, SiteError};

use crate::app::App;
use crate::assets;
use crate::fault::Fault;
use crate::rights::Right;
use crate::routes::Routes;

mod accessibility;
pub(crate) mod alarms;
mod binding;
mod bulk;
mod called;
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
mod gained;
mod health;
mod help;
mod import;
pub(crate) mod inside;
mod language;
mod life;
mod limit;
mod lockdown;
mod log;
mod me;
mod operators;
mod overview;
mod people;
mod person;
mod privacy;
mod receipt;
pub(crate) mod reports;
pub(crate) mod requests;
mod restore;
pub(crate) mod rules;
mod settings;
mod sign_in;
mod signals;
mod site;
pub(crate) mod standing;
mod stream;
mod views;
mod welcome;

pub(crate) use certificates::bytes_of;
pub(crate) use credential::state_at;
pub(crate) use ending::{horizon, period};
pub(crate) use life::right_of;
pub(crate) use views::is_behind;

/// Rows on a page of a list.
const ROWS: u32 = 50;
/// Rows of the last events on other pages.
const LAST_ROWS: u32 = 20;

/// All routes of the pages.
pub(crate) fn router(app: &App) -> Routes {
    let mut routes = public()
        .get(Right::Look, "/", overview::show)
        .get(Right::Events, "/events", events::show)
        .get(Right::Export, "/events.csv", events::table)
        .get(Right::Events, "/health", health::show)
        .get(Right::Events, "/events/stream", stream::follow)
        .get(Right::Cards, "/cards", cards::show)
        .post(Right::CardIssue, "/cards", cards::add)
        .merge(conditions::router())
        .merge(desk::router())
        .merge(import::router(app))
        .merge(inside::router())
        .merge(reports::router())
        .merge(requests::router())
        .get(Right::Cards, "/cards/ending", ending::show)
        .get(Right::Cards, "/cards/{uid}", card::show)
        .post(Right::CardBlock, "/cards/{uid}/transit", life::transit)
        .post(Right::CardIssue, "/cards/{uid}/certificates", certificates::attach)
        .post(Right::CardIssue, "/cards/{uid}/certificates/detach", certificates::detach)
        .post(Right::CardIssue, "/cards/{uid}/encode", credential::encode)
        .post(Right::CardIssue, "/cards/{uid}/unblock", card::unblock)
        .post(Right::CardIssue, "/cards/{uid}/give", card::give)
        .post(Right::Grant, "/cards/{uid}/list", card::list)
        .post(Right::Grant, "/cards/{uid}/unlist", card::unlist)
        .get(Right::People, "/people", people::show)
        .post(Right::PeopleEdit, "/people", people::add)
        .get(Right::People, "/people/{id}", person::show)
        .post(Right::PeopleEdit, "/people/{id}/comfort", person::set_comfort)
        .get(Right::Look, "/doors", doors::show)
        .merge(door::router())
        .merge(lockdown::router())
        .merge(restore::router())
        .merge(privacy::router())
        .get(Right::Own, "/help", help::show)
        .get(Right::Audit, "/log", log::show)
        .get(Right::Audit, "/log.csv", log::table)
        .get(Right::Audit, "/log/{number}", log::one)
        .merge(bulk::router())
        .merge(alarms::router())
        .merge(rules::router())
        .merge(signals::router())
        .merge(site::router())
        .merge(explain::router())
        .merge(me::router())
        .merge(operators::router());
    if app.context.demo.is_some() {
        routes = routes.get(Right::Demo, "/demo", demo::show).post(Right::Demo, "/demo/tap", demo::tap);
    }
    routes
}

/// What anybody may call.
fn public() -> Routes {
    Routes::new()
        .open_get("/sign-in", sign_in::show)
        .open_post("/sign-in", sign_in::enter)
        .open_get("/sign-in/code", sign_in::code::show)
        .open_post("/sign-in/code", sign_in::code::enter)
        .open_get("/welcome/{code}", welcome::show)
        .open_post("/welcome/{code}", welcome::enter)
        .open_post("/sign-out", sign_in::leave)
        .open_post("/language", language::choose)
        .open_get("/accessibility", accessibility::show)
        .open_get("/assets/{name}", assets::serve)
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
pub(crate) fn done(place: &str, code: &str) -> Response {
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
