//! Cards.

use access::entry::Block;
use access::id::DoorId;
use access::uid::Uid;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{Actor, CardFilter, CardKind, CardPage, CardView, Life, NewCard, PersonId, Site, SiteError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Created, Done};
use super::body::{Body, Optional};
use super::encodings::WholeCard;
use super::events::limit;
use super::shape::{CardShape, List, WindowShape};
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::sentence::block_from_code;
use crate::visit::{Caller, actor};

/// Cards by part of the number or holder's name (`text`), door and state.
pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<CardShape>>, Fault> {
    let filter = CardFilter {
        text: pairs.get("text").map(str::to_owned),
        door: pairs.parse::<DoorId>("door", "unknown-door")?,
        blocked: pairs.parse("blocked", "unknown-code")?,
    };
    let limit = limit(&pairs)?;
    let after = pairs.parse::<Uid>("after", "not-a-uid")?;
    let cards = app.db(move |site| site.cards(&filter, CardPage { after, limit })).await?;
    let next = cards.last().filter(|_| cards.len() >= limit as usize).map(|last| last.uid.hex());
    Ok(Json(List { items: cards.iter().map(CardShape::from).collect(), next }))
}

/// One card, with what stands in its sector.
pub(super) async fn show(State(app): State<App>, Path(uid): Path<String>) -> Result<Json<WholeCard>, Fault> {
    let uid = uid_of(&uid)?;
    let found = app.db(move |site| Ok((site.card(&uid)?, site.credentials(Some(&[uid]), site.latest()?)?)));
    let (card, records) = found.await?;
    Ok(Json(WholeCard::new(&card, &records)))
}

/// A card to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    uid: String,
    kind: String,
    #[serde(default)]
    validity: WindowShape,
    /// `active` if it is left out.
    #[serde(default)]
    life: Option<String>,
    #[serde(default)]
    renews: Option<String>,
}

/// Adds a card.
pub(super) async fn add(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(add): Body<Add>,
) -> Result<Created<CardShape>, Fault> {
    let uid = add.uid.parse().map_err(|_| invalid("uid", "not-a-uid"))?;
    let kind = CardKind::from_code(&add.kind).ok_or_else(|| invalid("kind", "unknown-code"))?;
    let life = add.life.as_deref().map_or(Some(Life::Active), Life::from_code);
    let renews = add.renews.map(|text| text.parse().map_err(|_| invalid("renews", "not-a-uid")));
    let card = NewCard {
        life: life.ok_or_else(|| invalid("life", "unknown-code"))?,
        renews: renews.transpose()?,
        ..NewCard::new(uid, kind, add.validity.read()?)
    };
    let caller = app.clone();
    let card = app.db(move |site| site.add_card(&actor(&caller, &operator), card)).await?;
    Ok(Created(Some(format!("/cards/{}", card.uid.hex())), CardShape::from(&card)))
}

/// What is put in a card's way, or taken out of it.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BlockShape {
    #[serde(default)]
    block: Option<String>,
}

impl BlockShape {
    fn read(&self) -> Result<Block, Fault> {
        self.block
            .as_deref()
            .map_or(Ok(Block::Blocked), |code| block_from_code(code).ok_or_else(|| invalid("block", "unknown-code")))
    }
}

/// Puts something in a card's way; without a body, `blocked`.
pub(super) async fn block(
    State(app): State<App>,
    caller: Caller,
    Path(uid): Path<String>,
    Optional(body): Optional<BlockShape>,
) -> Result<Json<CardShape>, Fault> {
    let (uid, block) = (uid_of(&uid)?, body.read()?);
    change(&app, caller, move |site, actor| site.block_card(actor, &uid, block)).await
}

/// Takes it out of its way.
pub(super) async fn unblock(
    State(app): State<App>,
    caller: Caller,
    Path(uid): Path<String>,
    Optional(body): Optional<BlockShape>,
) -> Result<Json<CardShape>, Fault> {
    let (uid, block) = (uid_of(&uid)?, body.read()?);
    change(&app, caller, move |site, actor| site.unblock_card(actor, &uid, block)).await
}

/// To whom a card is given.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Give {
    person: i64,
    #[serde(default)]
    held: WindowShape,
}

/// Gives a card to a person.
pub(super) async fn give(
    State(app): State<App>,
    caller: Caller,
    Path(uid): Path<String>,
    Body(give): Body<Give>,
) -> Result<Json<CardShape>, Fault> {
    let (uid, held) = (uid_of(&uid)?, give.held.read()?);
    let person = PersonId(give.person);
    change(&app, caller, move |site, actor| site.give_card(actor, &uid, person, held)).await
}

/// Lists a card for a door, or moves the window of its listing; without a body, for always.
pub(super) async fn list_for(
    State(app): State<App>,
    caller: Caller,
    Path((uid, door)): Path<(String, String)>,
    Optional(window): Optional<WindowShape>,
) -> Result<Json<CardShape>, Fault> {
    let (uid, door, window) = (uid_of(&uid)?, door_of(&door)?, window.read()?);
    change(&app, caller, move |site, actor| site.list_card(actor, &uid, &door, window)).await
}

/// Takes a card off a door's list.
pub(super) async fn unlist(
    State(app): State<App>,
    caller: Caller,
    Path((uid, door)): Path<(String, String)>,
) -> Result<Done, Fault> {
    let (uid, door) = (uid_of(&uid)?, door_of(&door)?);
    let _card = change(&app, caller, move |site, actor| site.unlist_card(actor, &uid, &door)).await?;
    Ok(Done)
}

async fn change(
    app: &App,
    Caller(operator): Caller,
    work: impl FnOnce(&Site, &Actor<'_>) -> Result<CardView, SiteError> + Send + 'static,
) -> Result<Json<CardShape>, Fault> {
    let caller = app.clone();
    let card = app.db(move |site| work(site, &actor(&caller, &operator))).await?;
    Ok(Json(CardShape::from(&card)))
}

/// The card that a path names.
pub(super) fn uid_of(text: &str) -> Result<Uid, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

fn door_of(text: &str) -> Result<DoorId, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

fn invalid(field: &'static str, problem: &'static str) -> Fault {
    Fault::Invalid { field, problem }
}
