//! The desk: backup cards that go out and come back, the life of cards, and cards that end soon.

use access::uid::Uid;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{
    CardKind, Cause, Document, HandOut, HandOutCause, HandOutFilter, HandOutId, HandOutState, HandOutView, PersonId,
    Transition,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Created;
use super::body::Body;
use super::calls::Calls;
use super::cards::uid_of;
use super::events::limit;
use super::shape::{CardShape, Holder, List};
use crate::app::App;
use crate::fault::Fault;
use crate::pages::{horizon, period, right_of};
use crate::query::Pairs;
use crate::rights::{Access, Right};
use crate::visit::{Caller, actor};
use crate::when;

/// The routes.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::Cards, "/cards/ending", ending)
        .post(Right::CardBlock, "/cards/{uid}/transit", transit)
        .get(Right::Desk, "/handouts", list)
        .post(Right::Desk, "/handouts", hand_out)
        .get(Right::Desk, "/handouts/{id}", show)
        .post(Right::Desk, "/handouts/return", take_back)
        .post(Right::Desk, "/handouts/missing", missing)
}

/// A hand-out.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HandOut")]
struct Shape {
    id: String,
    backup: String,
    original: Option<String>,
    stands_in_for: &'static str,
    person: Holder,
    cause: &'static str,
    document: &'static str,
    place: String,
    given_by: String,
    given: String,
    until: String,
    ended: Option<&'static str>,
    returned_by: Option<String>,
    returned: Option<String>,
    returned_place: Option<String>,
}

impl From<&HandOutView> for Shape {
    fn from(view: &HandOutView) -> Self {
        let (returned_by, returned) = view.returned.clone().unzip();
        Self {
            id: view.id.0.to_string(),
            backup: view.backup.hex(),
            original: view.original.map(|uid| uid.hex()),
            stands_in_for: view.kind.code(),
            person: Holder { id: view.person.0, name: view.person_name.clone() },
            cause: view.cause.code(),
            document: view.document.code(),
            place: view.place.clone(),
            given_by: view.given_by.clone(),
            given: when::rfc3339(view.given),
            until: when::rfc3339_second(view.until),
            ended: view.ended.map(db::site::HandOutEnd::code),
            returned_by,
            returned: returned.map(when::rfc3339),
            returned_place: view.returned_place.clone(),
        }
    }
}

/// Hand-outs, newest first.
async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<Shape>>, Fault> {
    let filter = HandOutFilter {
        uid: pairs.parse::<Uid>("card", "not-a-uid")?,
        person: pairs.parse("person", "not-a-number")?.map(PersonId),
        state: match pairs.get("state") {
            None | Some("all") => HandOutState::All,
            Some("open") => HandOutState::Open,
            Some("overdue") => HandOutState::Overdue(app.now()),
            Some(_) => return Err(invalid("state", "unknown-code")),
        },
    };
    let limit = limit(&pairs)?;
    let before = pairs.parse("after", "not-a-number")?.map(HandOutId);
    let outs = app.db(move |site| site.handouts(filter, before, limit)).await?;
    let next = outs.last().filter(|_| outs.len() >= limit as usize).map(|last| last.id.0.to_string());
    Ok(Json(List { items: outs.iter().map(Shape::from).collect(), next }))
}

/// One hand-out.
async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<Shape>, Fault> {
    let id = HandOutId(id.parse().map_err(|_| Fault::NotFound)?);
    Ok(Json(Shape::from(&app.db(move |site| site.handout(id)).await?)))
}

/// A backup card to be given out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Give {
    backup: String,
    person: i64,
    #[serde(default)]
    original: Option<String>,
    #[serde(default)]
    stands_in_for: Option<String>,
    cause: String,
    document: String,
    place: String,
    #[serde(default)]
    until: Option<String>,
}

impl Give {
    fn read(self) -> Result<HandOut, Fault> {
        let uid = |text: &str, field| text.parse::<Uid>().map_err(|_| invalid(field, "not-a-uid"));
        let kind = |code: String| CardKind::from_code(&code).ok_or_else(|| invalid("stands_in_for", "unknown-code"));
        let until = |text: String| when::from_rfc3339(&text).ok_or_else(|| invalid("until", "not-a-time"));
        Ok(HandOut {
            backup: uid(&self.backup, "backup")?,
            person: PersonId(self.person),
            original: self.original.map(|text| uid(&text, "original")).transpose()?,
            kind: self.stands_in_for.map(kind).transpose()?,
            cause: HandOutCause::from_code(&self.cause).ok_or_else(|| invalid("cause", "unknown-code"))?,
            document: Document::from_code(&self.document).ok_or_else(|| invalid("document", "unknown-code"))?,
            place: self.place,
            until: self.until.map(until).transpose()?.map(access::time::UtcMs::second),
        })
    }
}

/// Gives a backup card out.
async fn hand_out(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(give): Body<Give>,
) -> Result<Created<Shape>, Fault> {
    let wanted = give.read()?;
    let caller = app.clone();
    let out = app.db(move |site| site.hand_out(&actor(&caller, &operator), &wanted)).await?;
    Ok(Created(Some(format!("/handouts/{}", out.id.0)), Shape::from(&out)))
}

/// A backup card that is back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Back {
    backup: String,
    place: String,
}

/// Takes a backup card back.
async fn take_back(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(back): Body<Back>,
) -> Result<Json<Shape>, Fault> {
    let backup: Uid = back.backup.parse().map_err(|_| invalid("backup", "not-a-uid"))?;
    let caller = app.clone();
    let out = app.db(move |site| site.give_back(&actor(&caller, &operator), &backup, &back.place)).await?;
    Ok(Json(Shape::from(&out)))
}

/// A backup card that is missing.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Missing {
    backup: String,
    cause: String,
}

/// Blocks a backup card that is lost or stolen.
async fn missing(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(missing): Body<Missing>,
) -> Result<Json<Shape>, Fault> {
    let backup: Uid = missing.backup.parse().map_err(|_| invalid("backup", "not-a-uid"))?;
    let cause = Cause::from_code(&missing.cause).ok_or_else(|| invalid("cause", "unknown-code"))?;
    let caller = app.clone();
    let out = app.db(move |site| site.report_missing(&actor(&caller, &operator), &backup, cause)).await?;
    Ok(Json(Shape::from(&out)))
}

/// What is done to a card, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Move {
    transition: String,
    cause: String,
}

/// Moves a card on in its life.
async fn transit(
    State(app): State<App>,
    Caller(operator): Caller,
    access: Access,
    Path(uid): Path<String>,
    Body(step): Body<Move>,
) -> Result<Json<CardShape>, Fault> {
    let uid = uid_of(&uid)?;
    let transition = Transition::from_code(&step.transition).ok_or_else(|| invalid("transition", "unknown-code"))?;
    let right = right_of(transition);
    if !access.may_change(right) {
        return Err(Fault::Forbidden(right));
    }
    let cause = Cause::from_code(&step.cause).ok_or_else(|| invalid("cause", "unknown-code"))?;
    let caller = app.clone();
    let card = app.db(move |site| site.transit(&actor(&caller, &operator), &uid, transition, cause)).await?;
    Ok(Json(CardShape::from(&card)))
}

/// Cards that end soon, soonest first.
async fn ending(State(app): State<App>, pairs: Pairs) -> Result<Json<List<CardShape>>, Fault> {
    let within = period(pairs.get("within"))?;
    let (limit, now) = (limit(&pairs)?, app.now());
    let cards = app.db(move |site| {
        let before = horizon(&site.horizons(now)?, within);
        site.cards_ending(now.second(), before, limit)
    });
    Ok(Json(List { items: cards.await?.iter().map(CardShape::from).collect(), next: None }))
}

fn invalid(field: &'static str, problem: &'static str) -> Fault {
    Fault::Invalid { field, problem }
}
