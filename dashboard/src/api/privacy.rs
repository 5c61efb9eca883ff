//! How long it is known whom a row is about, holds, searches of movements, and names that are kept back.

use access::time::UtcMs;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{
    HoldSubject, LegalHoldView, NewHold, PersonId, Retained, RetentionView, SearchFilter, SearchView, Searched,
    SecretName,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Created, Done};
use super::body::Body;
use super::calls::Calls;
use super::doors::Why;
use super::events::limit;
use super::shape::List;
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::rights::Right;
use crate::subject::{Data, DataShape};
use crate::visit::{Caller, actor};
use crate::when;

/// All routes of data protection.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::Privacy, "/privacy/retention", retention)
        .put(Right::Privacy, "/privacy/retention/{kind}", retain)
        .get(Right::Privacy, "/privacy/holds", holds)
        .post(Right::Privacy, "/privacy/holds", hold)
        .post(Right::Privacy, "/privacy/holds/{id}/lift", lift)
        .get(Right::Privacy, "/privacy/searches", searches)
        .get(Right::Privacy, "/people/{id}/secret", secret)
        .put(Right::Privacy, "/people/{id}/secret", keep_back)
        .delete(Right::Privacy, "/people/{id}/secret", show_again)
        .get(Right::Privacy, "/people/{id}/data", data)
}

#[derive(Serialize, JsonSchema)]
struct RetentionShape {
    kind: &'static str,
    months: u32,
    least: u32,
    most: u32,
    built_in: u32,
    set_by: Option<String>,
    set: Option<String>,
    /// What was received before this is erased now.
    before: String,
}

impl From<&RetentionView> for RetentionShape {
    fn from(one: &RetentionView) -> Self {
        let (least, most) = one.kind.bounds();
        Self {
            kind: one.kind.code(),
            months: one.months,
            least,
            most,
            built_in: one.kind.months_built_in(),
            set_by: one.set.as_ref().map(|(operator, _)| operator.clone()),
            set: one.set.as_ref().map(|(_, at)| when::rfc3339(*at)),
            before: when::rfc3339(one.before),
        }
    }
}

/// What is set for each kind.
async fn retention(State(app): State<App>) -> Result<Json<Vec<RetentionShape>>, Fault> {
    let now = app.now();
    let all = app.db(move |site| site.retention(now)).await?;
    Ok(Json(all.iter().map(RetentionShape::from).collect()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Months {
    months: u32,
}

/// Sets a kind.
async fn retain(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(kind): Path<String>,
    Body(new): Body<Months>,
) -> Result<Json<Vec<RetentionShape>>, Fault> {
    let kind = Retained::from_code(&kind).ok_or(Fault::NotFound)?;
    let caller = app.clone();
    app.db(move |site| site.set_retention(&actor(&caller, &operator), kind, new.months)).await?;
    retention(State(app)).await
}

#[derive(Serialize, JsonSchema)]
struct HoldShape {
    id: i64,
    scope: &'static str,
    person: Option<i64>,
    card: Option<String>,
    door: Option<String>,
    from: Option<String>,
    until: Option<String>,
    reason: String,
    ends: String,
    set_by: String,
    set: String,
    lifted_by: Option<String>,
    lifted: Option<String>,
    lifted_reason: Option<String>,
    on: bool,
}

impl HoldShape {
    fn new(one: &LegalHoldView, now: UtcMs) -> Self {
        let (scope, person, card, door) = match &one.hold.subject {
            HoldSubject::All => ("all", None, None, None),
            HoldSubject::Person(person) => ("person", Some(person.0), None, None),
            HoldSubject::Card(uid) => ("card", None, Some(uid.hex()), None),
            HoldSubject::Door(door) => ("door", None, None, Some(door.to_string())),
        };
        let lifted = one.lifted.as_ref();
        Self {
            id: one.id,
            scope,
            person,
            card,
            door,
            from: one.hold.from.map(when::rfc3339),
            until: one.hold.until.map(when::rfc3339),
            reason: one.hold.reason.clone(),
            ends: when::rfc3339(one.hold.ends),
            set_by: one.set.0.clone(),
            set: when::rfc3339(one.set.1),
            lifted_by: lifted.map(|(operator, ..)| operator.clone()),
            lifted: lifted.map(|(_, at, _)| when::rfc3339(*at)),
            lifted_reason: lifted.map(|(.., reason)| reason.clone()),
            on: one.is_on(now),
        }
    }
}

/// Holds, newest first.
async fn holds(State(app): State<App>, pairs: Pairs) -> Result<Json<List<HoldShape>>, Fault> {
    let (limit, now) = (limit(&pairs)?, app.now());
    let found = app.db(move |site| site.legal_holds(limit)).await?;
    Ok(Json(List { items: found.iter().map(|one| HoldShape::new(one, now)).collect(), next: None }))
}

/// A hold that is to be set.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Hold {
    scope: String,
    person: Option<i64>,
    card: Option<String>,
    door: Option<String>,
    from: Option<String>,
    until: Option<String>,
    ends: String,
    reason: String,
}

impl Hold {
    fn read(self) -> Result<NewHold, Fault> {
        let time = |field, text: &str| when::from_rfc3339(text).ok_or(Fault::Invalid { field, problem: "not-a-time" });
        Ok(NewHold {
            subject: subject(&self.scope, self.person, self.card.as_deref(), self.door.as_deref())?,
            from: self.from.as_deref().map(|text| time("from", text)).transpose()?,
            until: self.until.as_deref().map(|text| time("until", text)).transpose()?,
            ends: time("ends", &self.ends)?,
            reason: self.reason,
        })
    }
}

/// What a hold is of. What does not belong to the scope is refused: somebody meant it.
fn subject(scope: &str, person: Option<i64>, card: Option<&str>, door: Option<&str>) -> Result<HoldSubject, Fault> {
    let invalid = |field, problem| Fault::Invalid { field, problem };
    match (scope, person, card, door) {
        ("all", None, None, None) => Ok(HoldSubject::All),
        ("person", Some(person), None, None) => Ok(HoldSubject::Person(PersonId(person))),
        ("card", None, Some(card), None) => {
            card.parse().map(HoldSubject::Card).map_err(|_| invalid("card", "not-a-uid"))
        }
        ("door", None, None, Some(door)) => {
            door.parse().map(HoldSubject::Door).map_err(|_| invalid("door", "unknown-door"))
        }
        _ => Err(invalid("scope", "unknown-code")),
    }
}

/// Sets one.
async fn hold(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(new): Body<Hold>,
) -> Result<Created<HoldShape>, Fault> {
    let (new, caller, now) = (new.read()?, app.clone(), app.now());
    let set = app.db(move |site| {
        let id = site.add_hold(&actor(&caller, &operator), &new)?;
        Ok((id, site.legal_holds(db::site::LIST_MAX)?.into_iter().find(|one| one.id == id)))
    });
    let (id, set) = set.await?;
    let shape = set.map(|one| HoldShape::new(&one, now)).ok_or(Fault::Broken)?;
    Ok(Created(Some(format!("/privacy/holds/{id}")), shape))
}

/// Lifts one.
async fn lift(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<i64>,
    Body(why): Body<Why>,
) -> Result<Done, Fault> {
    let caller = app.clone();
    app.db(move |site| site.lift_hold(&actor(&caller, &operator), id, &why.reason)).await?;
    Ok(Done)
}

#[derive(Serialize, JsonSchema)]
struct SearchShape {
    id: i64,
    operator: String,
    person: Option<i64>,
    card: Option<String>,
    reason: String,
    at: String,
    looks: u32,
    last: String,
}

impl From<&SearchView> for SearchShape {
    fn from(one: &SearchView) -> Self {
        let (person, card) = match one.searched {
            Searched::Person(person) => (Some(person.0), None),
            Searched::Card(uid) => (None, Some(uid.hex())),
        };
        Self {
            id: one.id,
            operator: one.operator.clone(),
            person,
            card,
            reason: one.reason.clone(),
            at: when::rfc3339(one.at),
            looks: one.looks,
            last: when::rfc3339(one.last),
        }
    }
}

/// Searches of movements, newest first.
async fn searches(State(app): State<App>, pairs: Pairs) -> Result<Json<List<SearchShape>>, Fault> {
    let limit = limit(&pairs)?;
    let filter = SearchFilter {
        operator: pairs.get("operator").map(str::to_owned),
        person: pairs.parse("person", "not-a-number")?.map(PersonId),
        before: pairs.parse("before", "not-a-number")?,
    };
    let found = app.db(move |site| site.searches(&filter, limit)).await?;
    let next = found.last().filter(|_| found.len() >= limit as usize).map(|last| last.id.to_string());
    Ok(Json(List { items: found.iter().map(SearchShape::from).collect(), next }))
}

#[derive(Serialize, JsonSchema)]
struct SecretShape {
    person: i64,
    reason: String,
    set_by: String,
    set: String,
    readers: Vec<String>,
}

impl From<SecretName> for SecretShape {
    fn from(one: SecretName) -> Self {
        let (set_by, at) = one.set;
        Self { person: one.person.0, reason: one.reason, set_by, set: when::rfc3339(at), readers: one.readers }
    }
}

/// Why a name is kept back, and from whom it is not; 404 if it is shown.
async fn secret(State(app): State<App>, Path(id): Path<i64>) -> Result<Json<SecretShape>, Fault> {
    let found = app.db(move |site| site.secret_name(PersonId(id))).await?;
    found.map(|one| Json(one.into())).ok_or(Fault::NotFound)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeepBack {
    reason: String,
    readers: Vec<String>,
}

/// Keeps a name back from all but these.
async fn keep_back(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<i64>,
    Body(new): Body<KeepBack>,
) -> Result<Json<SecretShape>, Fault> {
    let caller = app.clone();
    app.db(move |site| site.keep_name_secret(&actor(&caller, &operator), PersonId(id), &new.reason, &new.readers))
        .await?;
    secret(State(app), Path(id)).await
}

/// Shows it again.
async fn show_again(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<i64>,
    Body(why): Body<Why>,
) -> Result<Done, Fault> {
    let caller = app.clone();
    app.db(move |site| site.show_name_again(&actor(&caller, &operator), PersonId(id), &why.reason)).await?;
    Ok(Done)
}

/// All that the site knows of a person. A name that is kept back stays so.
async fn data(State(app): State<App>, Path(id): Path<i64>) -> Result<Json<DataShape>, Fault> {
    let data = app.db(move |site| Data::read(site, PersonId(id))).await?;
    Ok(Json(data.shape(app.context.site.id().as_str(), &data.person.name, app.now())))
}
