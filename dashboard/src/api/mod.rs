//! The REST API under `/api/v1`, described in `docs/API.md`.

use std::sync::Arc;

use self::calls::{Calls, Operation};
use crate::app::App;
use crate::rights::Right;
use crate::routes::Routes;

mod alarms;
mod answer;
mod body;
mod bulk;
mod calls;
mod cards;
mod changes;
mod conditions;
mod desk;
mod doors;
mod encodings;
mod event;
mod events;
mod explain;
mod health;
mod import;
mod lockdowns;
mod names;
mod openapi;
mod operators;
mod passing;
mod people;
mod privacy;
pub(crate) mod problem;
mod reports;
mod requests;
mod rules;
mod shape;
mod signals;
mod tag;

/// Rows in an answer if the call does not say how many.
const LIMIT: u32 = 100;

/// All routes of the API.
pub(crate) fn router(app: &App) -> Routes {
    let (routes, operations) = calls(app).below("/api", "/v1");
    let operations: Arc<[Operation]> = operations.into();
    let document = move || std::future::ready(openapi::serve(&operations));
    routes.open_get(openapi::PLACE, document.clone()).open_get(&format!("/v1{}", openapi::PLACE), document)
}

fn calls(app: &App) -> Calls {
    Calls::new()
        .merge(conditions::router())
        .merge(desk::router())
        .merge(import::router(app))
        .merge(doors::router())
        .merge(health::router())
        .merge(lockdowns::router())
        .merge(names::router())
        .get(Right::Cards, "/encodings/{id}", encodings::show)
        .get(Right::Events, "/events", events::list)
        .get(Right::Export, "/events.csv", events::table)
        .get(Right::Cards, "/cards", cards::list)
        .post(Right::CardIssue, "/cards", cards::add)
        .get(Right::Cards, "/cards/{uid}", cards::show)
        .post(Right::CardIssue, "/cards/{uid}/encode", encodings::ask)
        .post(Right::CardBlock, "/cards/{uid}/block", cards::block)
        .post(Right::CardIssue, "/cards/{uid}/unblock", cards::unblock)
        .post(Right::CardIssue, "/cards/{uid}/give", cards::give)
        .put(Right::Grant, "/cards/{uid}/doors/{door}", cards::list_for)
        .delete(Right::Grant, "/cards/{uid}/doors/{door}", cards::unlist)
        .get(Right::People, "/people", people::list)
        .post(Right::PeopleEdit, "/people", people::add)
        .get(Right::People, "/people/{id}", people::show)
        .merge(alarms::router())
        .merge(rules::router())
        .merge(passing::router())
        .merge(reports::router())
        .merge(requests::router())
        .merge(privacy::router())
        .merge(signals::router())
        .merge(changes::router())
        .merge(bulk::router())
        .merge(explain::router())
        .merge(operators::router())
}
