//! One thing done to many people or cards, and taken back.

use access::whitelist::Generation;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{BulkAct, BulkSelection, CardFilter, Cause, GroupId, PeopleFilter, PersonId, Target};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::body::Body;
use super::rules::preview_json;
use super::shape::WindowShape;
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Caller, actor};
use crate::when;

/// The routes.
pub(super) fn router() -> Routes {
    Routes::new().post(Right::RulesEdit, "/bulk", make).get(Right::RulesEdit, "/bulk/{change}", show).post(
        Right::RulesEdit,
        "/bulk/{change}/undo",
        undo,
    )
}

/// Whom and what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    whom: Whom,
    act: Act,
}

/// One of these.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Whom {
    /// Numbers of people.
    People(Vec<i64>),
    /// Numbers of cards.
    Cards(Vec<String>),
    /// People by their ids in another register.
    ExternalIds(Vec<String>),
    /// All people that `GET /people` finds with this `text`.
    PeopleMatching(Matching),
    /// All cards that `GET /cards` finds.
    CardsMatching(Matching),
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Matching {
    text: Option<String>,
    door: Option<String>,
    blocked: Option<bool>,
}

/// One of these.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Act {
    AddToGroup {
        group: i64,
        #[serde(default)]
        window: WindowShape,
    },
    RemoveFromGroup {
        group: i64,
    },
    SetEnd {
        until: Option<String>,
    },
    Suspend {
        cause: String,
    },
    Resume {
        cause: String,
    },
}

impl Whom {
    fn read(self) -> Result<BulkSelection, Fault> {
        let invalid = |problem| Fault::Invalid { field: "whom", problem };
        Ok(match self {
            Self::People(ids) => BulkSelection::People(ids.into_iter().map(PersonId).collect()),
            Self::Cards(numbers) => BulkSelection::CardsNumbered(numbers),
            Self::ExternalIds(ids) => BulkSelection::PeopleNumbered(ids),
            Self::PeopleMatching(Matching { text, door: None, blocked: None }) => {
                BulkSelection::PeopleMatching(PeopleFilter { text })
            }
            Self::PeopleMatching(_) => return Err(invalid("unknown-code")),
            Self::CardsMatching(Matching { text, door, blocked }) => BulkSelection::CardsMatching(CardFilter {
                text,
                door: door.map(|door| door.parse().map_err(|_| invalid("unknown-door"))).transpose()?,
                blocked,
            }),
        })
    }
}

impl Act {
    fn read(self) -> Result<BulkAct, Fault> {
        let cause =
            |code: &str| Cause::from_code(code).ok_or(Fault::Invalid { field: "cause", problem: "unknown-code" });
        Ok(match self {
            Self::AddToGroup { group, window } => BulkAct::AddToGroup { group: GroupId(group), window: window.read()? },
            Self::RemoveFromGroup { group } => BulkAct::RemoveFromGroup { group: GroupId(group) },
            Self::SetEnd { until } => {
                let not_a_time = Fault::Invalid { field: "until", problem: "not-a-time" };
                let until = until.map(|text| when::from_rfc3339(&text).ok_or(not_a_time)).transpose()?;
                BulkAct::SetEnd { until: until.map(access::time::UtcMs::second) }
            }
            Self::Suspend { cause: code } => BulkAct::Suspend { cause: cause(&code)? },
            Self::Resume { cause: code } => BulkAct::Resume { cause: cause(&code)? },
        })
    }
}

/// A person or a card, and what became of it.
#[derive(Serialize)]
struct TargetShape {
    person: Option<i64>,
    card: Option<String>,
    /// Code of why nothing is done to it.
    left_out: Option<&'static str>,
}

impl From<Target> for TargetShape {
    fn from(target: Target) -> Self {
        Self {
            person: target.person.map(|(id, _)| id.0),
            card: target.uid.map(|uid| uid.hex()),
            left_out: target.left_out,
        }
    }
}

/// Does it if nothing has changed since `seen`; without `seen`, says what it would do.
async fn make(
    State(app): State<App>,
    Caller(operator): Caller,
    pairs: Pairs,
    Body(wish): Body<Wish>,
) -> Result<Json<Value>, Fault> {
    let (selection, act) = (wish.whom.read()?, wish.act.read()?);
    let seen = pairs.parse("seen", "not-a-number")?.map(Generation);
    let caller = app.clone();
    app.db(move |site| {
        let actor = actor(&caller, &operator);
        if let Some(seen) = seen {
            let change = site.make_bulk(&actor, &selection, &act, seen)?;
            return Ok(json!({"change": change}));
        }
        let plan = site.plan_bulk(&actor, &selection, &act)?;
        let targets: Vec<_> = plan.targets.into_iter().map(TargetShape::from).collect();
        Ok(json!({
            "seen": plan.seen.0,
            "targets": targets,
            "unknown": plan.unknown,
            "preview": plan.preview.as_ref().map(preview_json),
        }))
    })
    .await
    .map(Json)
}

/// What was done.
async fn show(State(app): State<App>, Path(change): Path<String>) -> Result<Json<Value>, Fault> {
    let change = change.parse().map_err(|_| Fault::NotFound)?;
    let done = app.db(move |site| site.bulk(change)).await?;
    Ok(Json(json!({
        "change": done.change,
        "at": when::rfc3339(done.at),
        "operator": done.operator,
        "act": done.act,
        "group": done.group.map(|(id, _)| id.0),
        "count": done.count,
        "unchanged": done.unchanged,
        "undone": done.undone,
    })))
}

/// Takes it back.
async fn undo(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(change): Path<String>,
) -> Result<Json<Value>, Fault> {
    let change = change.parse().map_err(|_| Fault::NotFound)?;
    let caller = app.clone();
    let undo = app.db(move |site| site.undo_bulk(&actor(&caller, &operator), change)).await?;
    Ok(Json(json!({"change": undo.change, "count": undo.count, "left": undo.left})))
}
