//! Tap, contact, exit button, network, and how the door is.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::problem::{Body, Problem, from_json};
use super::{Desk, DoorView, Request};
use crate::taps::{TapAnswer, TapRefused};

/// A quick tap, as people in a hurry do it.
const HOLD_MS: u64 = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TapBody {
    card: Option<String>,
    cards: Option<Vec<String>>,
    hold_ms: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContactBody {
    open: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkBody {
    up: bool,
}

pub(super) async fn state(State(desk): State<Desk>) -> Result<Json<DoorView>, Problem> {
    desk.ask(Request::State).await.map(Json)
}

pub(super) async fn tap(State(desk): State<Desk>, body: Body) -> Result<Json<TapAnswer>, Problem> {
    let body: TapBody = from_json(body)?;
    let cards = match (body.card, body.cards) {
        (Some(card), None) => vec![card],
        (None, Some(cards)) => cards,
        _ => return Err(Problem::bad("give either \"card\": NAME or \"cards\": [NAME, …]")),
    };
    let hold_ms = body.hold_ms.unwrap_or(HOLD_MS);
    let answer = desk.ask(|reply| Request::Tap { cards, hold_ms, reply }).await?;
    answer.map(Json).map_err(|refused| match refused {
        TapRefused::Busy | TapRefused::Elsewhere(_) => Problem::full(refused.to_string()),
        TapRefused::UnknownCard(_) => Problem::not_found(refused.to_string()),
        TapRefused::Count | TapRefused::Hold => Problem::bad(refused.to_string()),
    })
}

pub(super) async fn contact(State(desk): State<Desk>, body: Body) -> Result<Json<DoorView>, Problem> {
    let ContactBody { open } = from_json(body)?;
    desk.ask(|reply| Request::Contact { open, reply }).await.map(Json)
}

pub(super) async fn exit(State(desk): State<Desk>) -> Result<Json<DoorView>, Problem> {
    desk.ask(Request::Exit).await.map(Json)
}

/// When this answers with the network down, the socket is closed.
pub(super) async fn network(State(desk): State<Desk>, body: Body) -> Result<Json<DoorView>, Problem> {
    let NetworkBody { up } = from_json(body)?;
    desk.link.set_network(up).await;
    desk.ask(|reply| Request::Network { up, reply }).await.map(Json)
}
