//! Who is in, reports, and the review of rights.

use axum::Json;
use axum::extract::{Path, State};
use db::site::{FoundIn, GroupId, InsideView, PersonId, ReviewOf, ReviewView, Reviewed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::{Created, Spreadsheet};
use super::body::Body;
use super::calls::Calls;
use super::events::limit;
use super::shape::{Holder, List, holder};
use crate::app::App;
use crate::csv::Csv;
use crate::explain::Words;
use crate::fault::Fault;
use crate::hex;
use crate::language::Lang;
use crate::pages::inside;
use crate::pages::reports::review::digest;
use crate::query::Pairs;
use crate::reports::{self, Kind};
use crate::rights::Right;
use crate::visit::{Caller, actor};
use crate::when;

/// Confirmations that an answer holds.
const HISTORY: u32 = 50;

/// All routes of these subjects.
pub(super) fn router() -> Calls {
    let routes = Calls::new()
        .get(Right::Evacuation, "/inside", who)
        .get(Right::Evacuation, "/inside.csv", who_file)
        .get(Right::Reports, "/reviews/groups", groups)
        .get(Right::Reports, "/reviews/people", people)
        .get(Right::Reports, "/reviews/groups/{id}", group)
        .post(Right::Review, "/reviews/groups/{id}", sign_group)
        .get(Right::Reports, "/reviews/people/{id}", person)
        .post(Right::Review, "/reviews/people/{id}", sign_person)
        .get(Right::Reports, "/reviews/days", days)
        .put(Right::Review, "/reviews/days", set_days);
    Kind::ALL.into_iter().fold(routes, |routes, kind| {
        let report = move |app: State<App>, pairs: Pairs| made(kind, app, pairs);
        routes.get(Right::Reports, &format!("/reports/{}", kind.code()), report)
    })
}

/// What the page's spreadsheet holds, a page of it.
async fn made(kind: Kind, State(app): State<App>, pairs: Pairs) -> Result<Json<List<Map<String, Value>>>, Fault> {
    let words = Words { lang: Lang::En, zone: app.context.zone };
    let rows = reports::Rows::Of(limit(&pairs)?);
    let report = reports::make(&app, words, kind, &pairs, rows).await?;
    let items = report.data().map_or_else(Vec::new, crate::table::Table::json);
    Ok(Json(List { items, next: report.next }))
}

/// Who is in.
#[derive(Serialize, JsonSchema)]
struct WhoShape {
    at: String,
    total: usize,
    /// Cards that went in before the time that was asked for, and have not left.
    earlier: u64,
    left: u64,
    /// Whether there are more cards than are looked at, so that somebody may be missing.
    cut: bool,
    areas: Vec<AreaShape>,
    people: Vec<InsideShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AreaCount")]
struct AreaShape {
    id: i64,
    name: String,
    tells_leaving: bool,
    count: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PersonInside")]
struct InsideShape {
    /// Null: let in at a door, and no door tells of more.
    area: Option<i64>,
    person: Option<Holder>,
    cards: Vec<String>,
    since: String,
    last_door: Option<String>,
    last_let_in: Option<String>,
}

impl From<&InsideView> for InsideShape {
    fn from(view: &InsideView) -> Self {
        let seen = view.seen.as_ref();
        Self {
            area: match view.found {
                FoundIn::Area(area) => Some(area.0),
                FoundIn::Somewhere => None,
            },
            person: holder(view.person.as_ref()),
            cards: view.cards.iter().map(access::uid::Uid::hex).collect(),
            since: when::rfc3339(view.since),
            last_door: seen.map(|(door, ..)| door.to_string()),
            last_let_in: seen.map(|(.., at)| when::rfc3339(*at)),
        }
    }
}

async fn who(State(app): State<App>, pairs: Pairs) -> Result<Json<WhoShape>, Fault> {
    let who = inside::find(&app, inside::within(&pairs)?).await?;
    let count = |area: FoundIn| who.people.iter().filter(|one| one.found == area).count();
    let areas = who.areas.iter().map(|(id, name, leaves)| AreaShape {
        id: id.0,
        name: name.clone(),
        tells_leaving: *leaves,
        count: count(FoundIn::Area(*id)),
    });
    Ok(Json(WhoShape {
        at: when::rfc3339(app.now()),
        total: who.total(),
        earlier: who.earlier,
        left: who.left,
        cut: who.cut,
        areas: areas.collect(),
        people: who.people.iter().map(InsideShape::from).collect(),
    }))
}

/// The same as a file, for whoever prints it every hour.
async fn who_file(State(app): State<App>, pairs: Pairs) -> Result<Spreadsheet, Fault> {
    let who = inside::find(&app, inside::within(&pairs)?).await?;
    let mut csv = Csv::for_programs();
    csv.row(["area", "person", "name", "cards", "since", "last_door", "last_let_in"]);
    for one in &who.people {
        let shape = InsideShape::from(one);
        let area = who.areas.iter().find(|(id, ..)| one.found == FoundIn::Area(*id)).map_or("", |(_, name, _)| name);
        let (number, name) =
            one.person.as_ref().map_or_else(Default::default, |(id, name)| (id.0.to_string(), name.clone()));
        let cells = [Some(area.to_owned()), Some(number), Some(name), Some(shape.cards.join(" ")), Some(shape.since)];
        csv.row(cells.into_iter().chain([shape.last_door, shape.last_let_in]).map(Option::unwrap_or_default));
    }
    Ok(Spreadsheet(csv.answer("kulku-evacuation")))
}

/// How it stands with a group or a person.
#[derive(Serialize, JsonSchema)]
struct ReviewShape {
    id: i64,
    name: String,
    due: bool,
    changed: bool,
    confirmed: Option<SignedShape>,
    /// To be handed in with a confirmation.
    seen: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<SignedShape>>,
}

#[derive(Serialize, JsonSchema)]
struct SignedShape {
    operator: String,
    at: String,
    note: String,
    due: String,
}

impl From<&Reviewed> for SignedShape {
    fn from(last: &Reviewed) -> Self {
        Self {
            operator: last.operator.clone(),
            at: when::rfc3339(last.at),
            note: last.note.clone(),
            due: when::rfc3339_second(last.due),
        }
    }
}

impl ReviewShape {
    fn new(app: &App, view: &ReviewView) -> Self {
        Self {
            id: view.of.number(),
            name: view.name.clone(),
            due: view.is_due(app.now().second()),
            changed: view.last.as_ref().is_some_and(|last| last.changed),
            confirmed: view.last.as_ref().map(SignedShape::from),
            seen: hex(&view.digest),
            history: None,
        }
    }
}

async fn groups(State(app): State<App>, pairs: Pairs) -> Result<Json<List<ReviewShape>>, Fault> {
    list(&app, &pairs, false).await
}

async fn people(State(app): State<App>, pairs: Pairs) -> Result<Json<List<ReviewShape>>, Fault> {
    list(&app, &pairs, true).await
}

async fn list(app: &App, pairs: &Pairs, people: bool) -> Result<Json<List<ReviewShape>>, Fault> {
    let limit = limit(pairs)?;
    let (after, due, now) = (pairs.parse("after", "not-a-number")?, reports::review_filter(pairs)?, app.now().second());
    let found = app.db(move |site| reports::reviews(site, (people, due), after, limit, now)).await?;
    let next = found.last().filter(|_| found.len() >= limit as usize).map(|last| last.of.number().to_string());
    Ok(Json(List { items: found.iter().map(|view| ReviewShape::new(app, view)).collect(), next }))
}

async fn group(State(app): State<App>, Path(id): Path<i64>) -> Result<Json<ReviewShape>, Fault> {
    one(&app, ReviewOf::Group(GroupId(id))).await
}

async fn person(State(app): State<App>, Path(id): Path<i64>) -> Result<Json<ReviewShape>, Fault> {
    one(&app, ReviewOf::Person(PersonId(id))).await
}

async fn one(app: &App, of: ReviewOf) -> Result<Json<ReviewShape>, Fault> {
    let (view, history) = app.db(move |site| Ok((site.review(of)?, site.review_history(of, HISTORY)?))).await?;
    let history = history.iter().map(SignedShape::from).collect();
    Ok(Json(ReviewShape { history: Some(history), ..ReviewShape::new(app, &view) }))
}

/// A confirmation of what was seen.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Sign {
    seen: String,
    due: String,
    #[serde(default)]
    note: String,
}

async fn sign_group(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<i64>,
    Body(wish): Body<Sign>,
) -> Result<Created<ReviewShape>, Fault> {
    sign(&app, operator, ReviewOf::Group(GroupId(id)), wish).await
}

async fn sign_person(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<i64>,
    Body(wish): Body<Sign>,
) -> Result<Created<ReviewShape>, Fault> {
    sign(&app, operator, ReviewOf::Person(PersonId(id)), wish).await
}

async fn sign(
    app: &App,
    operator: db::site::Operator,
    of: ReviewOf,
    wish: Sign,
) -> Result<Created<ReviewShape>, Fault> {
    let invalid = |field, problem| Fault::Invalid { field, problem };
    let seen = digest(&wish.seen).ok_or_else(|| invalid("seen", "not-a-digest"))?;
    let due = when::from_rfc3339(&wish.due).ok_or_else(|| invalid("due", "not-a-time"))?.second();
    let caller = app.clone();
    app.db(move |site| site.sign_review(&actor(&caller, &operator), of, seen, &wish.note, due)).await?;
    let Json(shape) = one(app, of).await?;
    Ok(Created(None, shape))
}

/// After how many days rights are due again.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Days {
    days: u32,
}

async fn days(State(app): State<App>) -> Result<Json<Days>, Fault> {
    Ok(Json(Days { days: app.db(|site| site.review_days()).await? }))
}

async fn set_days(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(shape): Body<Days>,
) -> Result<Json<Days>, Fault> {
    let (caller, days) = (app.clone(), shape.days);
    app.db(move |site| site.set_review_days(&actor(&caller, &operator), days)).await?;
    Ok(Json(shape))
}
