//! The REST API under `/api/v1`, described in `docs/API.md`.

use crate::app::App;
use crate::rights::Right;
use crate::routes::Routes;

mod alarms;
mod body;
mod cards;
mod conditions;
mod desk;
mod doors;
mod encodings;
mod event;
mod events;
mod explain;
mod import;
mod lockdowns;
mod operators;
mod passing;
mod people;
pub(crate) mod problem;
mod rules;
mod shape;
mod signals;

/// Rows in an answer if the call does not say how many.
const LIMIT: u32 = 100;

/// All routes of the API.
pub(crate) fn router(app: &App) -> Routes {
    Routes::new()
        .merge(conditions::router())
        .merge(desk::router())
        .merge(import::router(app))
        .merge(doors::router())
        .merge(lockdowns::router())
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
        .put(Right::RulesEdit, "/cards/{uid}/doors/{door}", cards::list_for)
        .delete(Right::RulesEdit, "/cards/{uid}/doors/{door}", cards::unlist)
        .get(Right::People, "/people", people::list)
        .post(Right::PeopleEdit, "/people", people::add)
        .get(Right::People, "/people/{id}", people::show)
        .merge(alarms::router())
        .merge(rules::router())
        .merge(passing::router())
        .merge(signals::router())
        .merge(explain::router())
        .merge(operators::router())
        .below("/v1")
}
