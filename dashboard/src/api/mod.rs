//! The REST API under `/api/v1`, described in `docs/API.md`.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};

use crate::app::App;
use crate::fault::Fault;
use crate::purpose;
use crate::visit::require_token;

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
mod passing;
mod people;
mod privacy;
pub(crate) mod problem;
mod rules;
mod shape;
mod signals;

/// Rows in an answer if the call does not say how many.
const LIMIT: u32 = 100;

/// All routes of the API. Whoever has no token learns nothing, not even which paths there are.
pub(crate) fn router(app: &App) -> Router<App> {
    let v1 = Router::new()
        .merge(conditions::router())
        .merge(desk::router())
        .merge(import::router(app))
        .merge(doors::router())
        .merge(lockdowns::router())
        .route("/encodings/{id}", get(encodings::show))
        .route("/events", get(events::list))
        .route("/cards", get(cards::list).post(cards::add))
        .route("/cards/{uid}", get(cards::show))
        .route("/cards/{uid}/encode", post(encodings::ask))
        .route("/cards/{uid}/block", post(cards::block))
        .route("/cards/{uid}/unblock", post(cards::unblock))
        .route("/cards/{uid}/give", post(cards::give))
        .route("/cards/{uid}/doors/{door}", put(cards::list_for).delete(cards::unlist))
        .route("/people", get(people::list).post(people::add))
        .route("/people/{id}", get(people::show))
        .merge(alarms::router())
        .merge(rules::router())
        .merge(passing::router())
        .merge(privacy::router())
        .merge(signals::router())
        .merge(explain::router());
    Router::new()
        .nest("/v1", v1)
        .fallback(nothing_here)
        .layer(from_fn_with_state(app.clone(), purpose::of_calls))
        .layer(from_fn_with_state(app.clone(), require_token))
}

async fn nothing_here() -> Fault {
    Fault::NotFound
}
