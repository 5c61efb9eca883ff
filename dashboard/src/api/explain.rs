//! Why an event ended as it did, would somebody pass, who can pass, and where can somebody go.

use access::decide::Decision;
use access::id::DoorId;
use access::reason::Reason;
use access::time::{UtcMs, UtcS};
use access::uid::Uid;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{CardHolder, PersonId, WhoPage};
use schemars::JsonSchema;
use serde::Serialize;

use super::calls::Calls;
use super::event::EventShape;
use super::events::limit;
use super::shape::{Holder, List, holder};
use crate::app::App;
use crate::explain::{self, Case, Ordered, Trace, Words, cards_of, say};
use crate::fault::Fault;
use crate::language::Lang;
use crate::query::Pairs;
use crate::rights::Right;
use crate::sentence::command_code;
use crate::when;

/// All routes of explanations.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::Events, "/explain/event/{id}", event)
        .get(Right::Rules, "/explain/would", would)
        .get(Right::Rules, "/explain/who", who)
        .get(Right::Rules, "/explain/where", places)
}

/// An event and why it ended like this.
#[derive(Serialize, JsonSchema)]
struct Explanation {
    event: EventShape,
    /// What the door decided; null if the event is no decision about a card.
    recorded: Option<DecisionShape>,
    /// The decision made again from what the site knew then.
    recomputed: Option<DecisionShape>,
    /// Whether the two are the same.
    equal: Option<bool>,
    conditions: Vec<ConditionShape>,
    rules: Vec<RuleShape>,
    /// Who wanted it; null if nobody did.
    ordered: Option<OrderedShape>,
    /// What can be read out to the person.
    say: Option<Said>,
}

#[derive(Serialize, JsonSchema)]
struct DecisionShape {
    granted: bool,
    reasons: Vec<&'static str>,
}

/// One condition, in the language that was asked for.
#[derive(Serialize, JsonSchema)]
struct ConditionShape {
    code: &'static str,
    finding: &'static str,
    reasons: Vec<&'static str>,
    title: String,
    sentences: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ExplainedRule")]
struct RuleShape {
    id: i64,
    effect: &'static str,
    held: bool,
    group_name: String,
    membership: String,
    area_name: String,
    hours: String,
    note: String,
}

#[derive(Serialize, JsonSchema)]
struct Said {
    fi: String,
    sv: String,
    en: String,
}

/// Who wanted a command, a mode or a forgiveness, when and why.
#[derive(Serialize, JsonSchema)]
struct OrderedShape {
    operator: Option<String>,
    at: Option<String>,
    reason: String,
    action: Option<String>,
    state: Option<&'static str>,
    area_name: Option<String>,
}

/// One card at one door.
#[derive(Serialize, JsonSchema)]
struct Would {
    card: Option<String>,
    holder: Option<i64>,
    door: String,
    at: String,
    generation: u64,
    decision: DecisionShape,
    conditions: Vec<ConditionShape>,
    rules: Vec<RuleShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CardHolder")]
struct CardShape {
    card: String,
    holder: Option<Holder>,
}

#[derive(Serialize, JsonSchema)]
struct Place {
    card: String,
    door: String,
}

async fn event(State(app): State<App>, Path(id): Path<String>, pairs: Pairs) -> Result<Json<Explanation>, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let words = words(&app, &pairs)?;
    let found = app.db(move |site| {
        let view = explain::event(site, id)?;
        Ok((Case::of_event(site, &view)?, explain::ordered(site, &view)?, view))
    });
    let (case, ordered, view) = found.await?;
    let (conditions, rules) = case.as_ref().map_or_else(Default::default, |case| shown(&words, case));
    let said = |case: &Case| {
        let say = |lang| say(&Words { lang, ..words }, case);
        Said { fi: say(Lang::Fi), sv: say(Lang::Sv), en: say(Lang::En) }
    };
    Ok(Json(Explanation {
        recorded: case.as_ref().and_then(|case| case.recorded).map(DecisionShape::from),
        recomputed: case.as_ref().map(|case| case.decision().into()),
        equal: case.as_ref().and_then(Case::agrees),
        ordered: ordered.map(OrderedShape::from),
        say: case.as_ref().map(said),
        event: EventShape::from(&view),
        conditions,
        rules,
    }))
}

async fn would(State(app): State<App>, pairs: Pairs) -> Result<Json<List<Would>>, Fault> {
    let (door, at) = (door(&pairs)?, at(&app, &pairs)?);
    let (card, person) = subject(&pairs)?;
    let words = words(&app, &pairs)?;
    let cases = app.db(move |site| {
        let cards = match (card, person) {
            (Some(card), _) => vec![card],
            (None, Some(person)) => cards_of(site, person, at)?,
            (None, None) => Vec::new(),
        };
        cards.into_iter().map(|uid| Case::of_question(site, &door, uid, ms(at))).collect::<Result<Vec<_>, _>>()
    });
    let items = cases.await?.iter().map(|case| Would::new(&words, case)).collect();
    Ok(Json(List { items, next: None }))
}

async fn who(State(app): State<App>, pairs: Pairs) -> Result<Json<List<CardShape>>, Fault> {
    let (door, at, limit) = (door(&pairs)?, at(&app, &pairs)?, limit(&pairs)?);
    let after = pairs.parse::<Uid>("after", "not-a-uid")?;
    let cards = app.db(move |site| site.who(&door, at, site.latest()?, WhoPage { after, limit })).await?;
    let next = cards.last().filter(|_| cards.len() >= limit as usize).map(|last| last.uid.hex());
    let card = |card: CardHolder| CardShape { card: card.uid.hex(), holder: holder(card.person.as_ref()) };
    Ok(Json(List { items: cards.into_iter().map(card).collect(), next }))
}

async fn places(State(app): State<App>, pairs: Pairs) -> Result<Json<List<Place>>, Fault> {
    let at = at(&app, &pairs)?;
    let (card, person) = subject(&pairs)?;
    let found = app.db(move |site| {
        let as_of = site.latest()?;
        match (card, person) {
            (Some(card), _) => {
                let doors = site.where_can(&card, at, as_of)?;
                Ok(doors.into_iter().map(|door| (card, door)).collect())
            }
            (None, Some(person)) => site.where_can_person(person, at, as_of),
            (None, None) => Ok(Vec::new()),
        }
    });
    let place = |(card, door): (Uid, DoorId)| Place { card: card.hex(), door: door.to_string() };
    Ok(Json(List { items: found.await?.into_iter().map(place).collect(), next: None }))
}

impl Would {
    fn new(words: &Words, case: &Case) -> Self {
        let (conditions, rules) = shown(words, case);
        Self {
            card: case.uid.map(|uid| uid.hex()),
            holder: case.holder().map(|person| person.0),
            door: case.door.to_string(),
            at: when::rfc3339(case.at),
            generation: case.generation.0,
            decision: case.decision().into(),
            conditions,
            rules,
        }
    }
}

impl From<Ordered> for OrderedShape {
    fn from(ordered: Ordered) -> Self {
        Self {
            operator: ordered.operator,
            at: ordered.at.map(when::rfc3339),
            reason: ordered.reason,
            action: ordered.action,
            state: ordered.state.as_ref().map(command_code),
            area_name: ordered.area,
        }
    }
}

impl From<Decision> for DecisionShape {
    fn from(decision: Decision) -> Self {
        Self { granted: decision.granted(), reasons: decision.reasons.iter().map(Reason::code).collect() }
    }
}

fn shown(words: &Words, case: &Case) -> (Vec<ConditionShape>, Vec<RuleShape>) {
    let trace = Trace::new(words, case);
    let conditions = trace.lines.into_iter().map(|line| ConditionShape {
        code: line.code,
        finding: line.finding.code(),
        reasons: line.codes,
        title: line.title,
        sentences: line.sentences,
    });
    let rules = trace.rules.into_iter().map(|rule| RuleShape {
        id: rule.id,
        effect: rule.effect.code(),
        held: rule.held,
        group_name: rule.group,
        membership: rule.membership,
        area_name: rule.area,
        hours: rule.hours,
        note: rule.note,
    });
    (conditions.collect(), rules.collect())
}

fn words(app: &App, pairs: &Pairs) -> Result<Words, Fault> {
    let lang = pairs.get("language").map(|code| Lang::from_code(code).ok_or(invalid("language", "unknown-code")));
    Ok(Words { lang: lang.transpose()?.unwrap_or(Lang::En), zone: app.context.zone })
}

fn door(pairs: &Pairs) -> Result<DoorId, Fault> {
    pairs.parse("door", "unknown-door")?.ok_or(invalid("door", "empty"))
}

/// A card or a person, one of them.
fn subject(pairs: &Pairs) -> Result<(Option<Uid>, Option<PersonId>), Fault> {
    let card = pairs.parse::<Uid>("card", "not-a-uid")?;
    let person = pairs.parse("person", "not-a-number")?.map(PersonId);
    if card.is_some() == person.is_some() {
        return Err(invalid("card", if card.is_some() { "too-many" } else { "empty" }));
    }
    Ok((card, person))
}

/// A time; now if none is given.
fn at(app: &App, pairs: &Pairs) -> Result<UtcS, Fault> {
    let Some(text) = pairs.get("at") else { return Ok(app.now().second()) };
    when::from_rfc3339(text).map(UtcMs::second).ok_or(invalid("at", "not-a-time"))
}

fn ms(at: UtcS) -> UtcMs {
    UtcMs(at.0.saturating_mul(1000))
}

fn invalid(field: &'static str, problem: &'static str) -> Fault {
    Fault::Invalid { field, problem }
}
