//! Tap, contact, exit button, what is watched, network, and how the door is.

use access::event::Watched;
use access::passage::Side;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::problem::{Body, Problem, bytes, from_json};
use super::{Desk, DoorView, Request};
use crate::io::IoInput;
use crate::taps::{TapAnswer, TapRefused};

/// A quick tap, as people in a hurry do it.
const HOLD_MS: u64 = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TapBody {
    card: Option<String>,
    cards: Option<Vec<String>>,
    hold_ms: Option<u64>,
    side: Option<SideName>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SideName {
    In,
    Out,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContactBody {
    open: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExitBody {
    down: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WatchedBody {
    wrong: bool,
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
    let side = match body.side {
        None | Some(SideName::In) => Side::In,
        Some(SideName::Out) => Side::Out,
    };
    let answer = desk.ask(|reply| Request::Tap { cards, hold_ms, side, reply }).await?;
    answer.map(Json).map_err(|refused| match refused {
        TapRefused::Busy | TapRefused::Elsewhere(_) => Problem::full(refused.to_string()),
        TapRefused::UnknownCard(_) | TapRefused::NoReader => Problem::not_found(refused.to_string()),
        TapRefused::Count | TapRefused::Hold => Problem::bad(refused.to_string()),
    })
}

pub(super) async fn contact(State(desk): State<Desk>, body: Body) -> Result<Json<DoorView>, Problem> {
    let ContactBody { open } = from_json(body)?;
    happen(&desk, vec![IoInput::Contact(open)]).await
}

/// Pressed and let go if nothing else is said.
pub(super) async fn exit(State(desk): State<Desk>, body: Body) -> Result<Json<DoorView>, Problem> {
    let body = bytes(body)?;
    let ExitBody { down } = if body.is_empty() { ExitBody { down: None } } else { from_json(Ok(body))? };
    let inputs = match down {
        None => vec![IoInput::Exit(true), IoInput::Exit(false)],
        Some(down) => vec![IoInput::Exit(down)],
    };
    happen(&desk, inputs).await
}

/// Something that is watched goes wrong, or is well again.
pub(super) async fn watched(watched: Watched, desk: Desk, body: Body) -> Result<Json<DoorView>, Problem> {
    let WatchedBody { wrong } = from_json(body)?;
    happen(&desk, vec![IoInput::Watched(watched, wrong)]).await
}

async fn happen(desk: &Desk, inputs: Vec<IoInput>) -> Result<Json<DoorView>, Problem> {
    desk.ask(|reply| Request::Input { inputs, reply }).await.map(Json)
}

/// When this answers with the network down, the socket is closed.
pub(super) async fn network(State(desk): State<Desk>, body: Body) -> Result<Json<DoorView>, Problem> {
    let NetworkBody { up } = from_json(body)?;
    desk.link.set_network(up).await;
    desk.ask(|reply| Request::Network { up, reply }).await.map(Json)
}
