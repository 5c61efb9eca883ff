//! The virtual cards beside the door.

use access::uid::Uid;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use mfrc522_emulator::{Dump, Format, VirtualCard};
use serde::{Deserialize, Serialize};

use super::problem::{Body, Problem, bytes, from_json};
use super::{Desk, Request};
use crate::cards::CARDS_MAX;
use crate::taps::{CardView, view};

/// Longest name of a card, in bytes.
const NAME_LENGTH_MAX: usize = 64;

#[derive(Serialize)]
pub(super) struct CardList {
    cards: Vec<CardView>,
}

#[derive(Deserialize)]
pub(super) struct FormatQuery {
    format: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCard {
    name: String,
    uid: String,
    kind: Kind,
}

#[derive(Deserialize)]
enum Kind {
    #[serde(rename = "classic-1k")]
    Classic1k,
    #[serde(rename = "mini")]
    Mini,
}

pub(super) async fn list(State(desk): State<Desk>) -> Result<Json<CardList>, Problem> {
    let cards = desk.ask(Request::Cards).await?;
    Ok(Json(CardList { cards }))
}

/// A card from a dump file. One of the same name is replaced.
pub(super) async fn put(
    State(desk): State<Desk>,
    Path(name): Path<String>,
    Query(query): Query<FormatQuery>,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    let body = bytes(body)?;
    let format = format(&query)?;
    let dump = Dump::parse(&name, format, &body).map_err(|error| Problem::bad(error.to_string()))?;
    keep(&desk, name, dump.card()).await
}

/// A card as a dump file, with what has been written to it.
pub(super) async fn dump(
    State(desk): State<Desk>,
    Path(name): Path<String>,
    Query(query): Query<FormatQuery>,
) -> Result<impl IntoResponse, Problem> {
    let format = format(&query)?;
    let unknown = Problem::not_found(format!("there is no card {name:?} here; GET /cards lists them"));
    let card = desk.ask(|reply| Request::Card { name, reply }).await?.ok_or(unknown)?;
    let dump = Dump::of_card(&card).ok_or_else(|| Problem::bad("only a MIFARE Classic 1K can be dumped"))?;
    dump.encode(format).map_err(|error| Problem::bad(error.to_string()))
}

fn format(query: &FormatQuery) -> Result<Format, Problem> {
    let format = query.format.as_deref().and_then(|format| format.parse().ok());
    format.ok_or_else(|| Problem::bad("give the dump's format: ?format=mfd, eml, json or nfc"))
}

/// A blank card, without a dump.
pub(super) async fn make(State(desk): State<Desk>, body: Body) -> Result<impl IntoResponse, Problem> {
    let NewCard { name, uid, kind } = from_json(body)?;
    let uid: Uid = uid.parse().map_err(|error| Problem::bad(format!("uid: {error}")))?;
    let card = match kind {
        Kind::Classic1k => VirtualCard::classic_1k(uid.as_bytes()),
        Kind::Mini => VirtualCard::mini(uid.as_bytes()),
    };
    keep(&desk, name, card.map_err(|error| Problem::bad(error.to_string()))?).await
}

async fn keep(desk: &Desk, name: String, card: VirtualCard) -> Result<impl IntoResponse + use<>, Problem> {
    if name.is_empty() || name.len() > NAME_LENGTH_MAX || name.chars().any(char::is_control) {
        return Err(Problem::bad(format!("a card's name has 1 to {NAME_LENGTH_MAX} bytes and no control characters")));
    }
    let seen = view(&name, &card);
    let card = Box::new(card);
    if desk.ask(|reply| Request::PutCard { name, card, reply }).await? {
        Ok((StatusCode::CREATED, Json(seen)))
    } else {
        Err(Problem::full(format!("{CARDS_MAX} cards are here already")))
    }
}
