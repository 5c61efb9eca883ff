//! Rules against passing back, who is inside, forgiving; what makes passing easier; and cards that nobody uses.

use access::entry::Comfort;
use access::uid::Uid;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{AreaId, PassbackRule, PersonId, PresenceView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::calls::Calls;
use super::events::limit;
use super::openapi::all_required;
use super::shape::{Holder, List, PersonShape, holder};
use crate::app::App;
use crate::fault::Fault;
use crate::hours;
use crate::pages::rules::passback::Rule;
use crate::query::Pairs;
use crate::rights::Right;
use crate::visit::{Caller, actor};
use crate::when;

/// All routes of these subjects.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::Rules, "/areas/{id}/passback", passback)
        .put(Right::RulesEdit, "/areas/{id}/passback", set_passback)
        .get(Right::Evacuation, "/areas/{id}/inside", inside)
        .post(Right::Command, "/cards/{uid}/forgive", forgive)
        .put(Right::PeopleEdit, "/people/{id}/comfort", set_comfort)
        .get(Right::Settings, "/settings", settings)
        .put(Right::Settings, "/settings", set_settings)
        .get(Right::Settings, "/settings/contact", contact)
        .put(Right::Settings, "/settings/contact", set_contact)
}

/// The rule of an area.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PassbackShape {
    rule: String,
    #[serde(default)]
    within_s: Option<u32>,
    #[serde(default)]
    forgiven_at: Option<String>,
}

impl From<Option<PassbackRule>> for PassbackShape {
    fn from(rule: Option<PassbackRule>) -> Self {
        Self {
            rule: Rule::of(rule).code().to_owned(),
            within_s: rule.and_then(|rule| rule.within_s),
            forgiven_at: rule.and_then(|rule| rule.forgiven_at).map(hours::of_minute),
        }
    }
}

async fn passback(State(app): State<App>, Path(id): Path<i64>) -> Result<Json<PassbackShape>, Fault> {
    let area = app.db(move |site| site.area(AreaId(id))).await?;
    Ok(Json(area.passback.into()))
}

async fn set_passback(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<i64>,
    Body(shape): Body<PassbackShape>,
) -> Result<Json<PassbackShape>, Fault> {
    let rule = rule(&shape)?;
    let caller = app.clone();
    app.db(move |site| site.set_passback(&actor(&caller, &operator), AreaId(id), rule)).await?;
    Ok(Json(rule.into()))
}

fn rule(shape: &PassbackShape) -> Result<Option<PassbackRule>, Fault> {
    let invalid = |field, problem| Fault::Invalid { field, problem };
    let rule = Rule::from_code(&shape.rule).ok_or_else(|| invalid("rule", "unknown-code"))?;
    let at = |text: &String| hours::minute(text).ok_or_else(|| invalid("forgiven_at", "not-an-hour"));
    let forgiven_at = shape.forgiven_at.as_ref().map(at).transpose()?;
    let set = PassbackRule { hard: rule == Rule::Denied, within_s: shape.within_s, forgiven_at };
    Ok((rule != Rule::Off).then_some(set))
}

/// A card that is inside.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CardInside")]
struct InsideShape {
    card: String,
    person: Option<Holder>,
    door: Option<String>,
    since: String,
}

impl From<&PresenceView> for InsideShape {
    fn from(view: &PresenceView) -> Self {
        Self {
            card: view.uid.hex(),
            person: holder(view.person.as_ref()),
            door: view.door.as_ref().map(|(id, _)| id.to_string()),
            since: when::rfc3339(view.at),
        }
    }
}

async fn inside(State(app): State<App>, Path(id): Path<i64>, pairs: Pairs) -> Result<Json<List<InsideShape>>, Fault> {
    let limit = limit(&pairs)?;
    let after = pairs.parse::<Uid>("after", "not-a-uid")?;
    let found = app.db(move |site| site.presence(AreaId(id), after.as_ref(), limit)).await?;
    let next = found.last().filter(|_| found.len() >= limit as usize).map(|last| last.uid.hex());
    Ok(Json(List { items: found.iter().map(InsideShape::from).collect(), next }))
}

/// Whom to forgive where, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Forgive {
    #[serde(default)]
    area: Option<i64>,
    reason: String,
}

/// In how many areas the card was inside.
#[derive(Serialize, JsonSchema)]
struct Forgiven {
    areas: u32,
}

/// Says in how many areas the card was inside.
async fn forgive(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(uid): Path<String>,
    Body(wish): Body<Forgive>,
) -> Result<Json<Forgiven>, Fault> {
    let uid: Uid = uid.parse().map_err(|_| Fault::NotFound)?;
    let caller = app.clone();
    let area = wish.area.map(AreaId);
    let areas = app.db(move |site| site.forgive(&actor(&caller, &operator), &uid, area, &wish.reason)).await?;
    Ok(Json(Forgiven { areas }))
}

/// What makes passing easier.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ComfortShape {
    needs_longer: bool,
}

async fn set_comfort(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(id): Path<i64>,
    Body(shape): Body<ComfortShape>,
) -> Result<Json<PersonShape>, Fault> {
    let comfort = if shape.needs_longer { Comfort::LONG } else { Comfort::NONE };
    let caller = app.clone();
    let person = app.db(move |site| {
        site.set_comfort(&actor(&caller, &operator), PersonId(id), comfort)?;
        site.person(PersonId(id))
    });
    Ok(Json(PersonShape::from(&person.await?)))
}

/// What is set for the site as a whole.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "SiteSettings", transform = all_required)]
#[serde(deny_unknown_fields)]
struct SettingsShape {
    /// Days without use after which a card is suspended; `null`: never. To be given, so that nothing is switched off
    /// by being left out.
    #[serde(deserialize_with = "Option::deserialize")]
    inactivity_days: Option<u32>,
}

async fn settings(State(app): State<App>) -> Result<Json<SettingsShape>, Fault> {
    let inactivity_days = app.db(|site| site.inactivity()).await?;
    Ok(Json(SettingsShape { inactivity_days }))
}

async fn set_settings(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(shape): Body<SettingsShape>,
) -> Result<Json<SettingsShape>, Fault> {
    let (caller, days) = (app.clone(), shape.inactivity_days);
    app.db(move |site| site.set_inactivity(&actor(&caller, &operator), days)).await?;
    Ok(Json(shape))
}

/// Whom to turn to if a page is in somebody's way.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ContactShape {
    /// A text that anybody may read; `null`: nobody has said.
    #[serde(deserialize_with = "Option::deserialize")]
    contact: Option<String>,
}

async fn contact(State(app): State<App>) -> Result<Json<ContactShape>, Fault> {
    Ok(Json(ContactShape { contact: app.db(|site| site.contact()).await? }))
}

async fn set_contact(
    State(app): State<App>,
    Caller(operator): Caller,
    Body(shape): Body<ContactShape>,
) -> Result<Json<ContactShape>, Fault> {
    let (caller, text) = (app.clone(), shape.contact.unwrap_or_default());
    let contact = app.db(move |site| {
        site.set_contact(&actor(&caller, &operator), &text)?;
        site.contact()
    });
    Ok(Json(ContactShape { contact: contact.await? }))
}
