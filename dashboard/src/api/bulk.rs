//! One thing done to many people or cards, and taken back.

use access::whitelist::Generation;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{BulkAct, BulkSelection, CardFilter, Cause, GroupId, PeopleFilter, PersonId, Target};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::calls::Calls;
use super::rules::PreviewShape;
use super::shape::WindowShape;
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::rights::Right;
use crate::visit::{Caller, actor};
use crate::when;

/// The routes.
pub(super) fn router() -> Calls {
    Calls::new().post(Right::RulesEdit, "/bulk", make).get(Right::RulesEdit, "/bulk/{change}", show).post(
        Right::RulesEdit,
        "/bulk/{change}/undo",
        undo,
    )
}

/// Whom and what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wish {
    whom: Whom,
    act: Act,
}

/// One of these.
#[derive(Deserialize, JsonSchema)]
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

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Matching {
    text: Option<String>,
    door: Option<String>,
    blocked: Option<bool>,
}

/// One of these.
#[derive(Deserialize, JsonSchema)]
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
#[derive(Serialize, JsonSchema)]
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

/// What a call did, or would do.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Made {
    Done {
        /// Null if nothing was to be done.
        change: Option<u64>,
    },
    Plan {
        seen: u64,
        targets: Vec<TargetShape>,
        /// Numbers that nobody has.
        unknown: Vec<String>,
        /// Null if nobody gains or loses a door, or if there are too many to compare.
        preview: Option<PreviewShape>,
    },
}

/// Does it if nothing has changed since `seen`; without `seen`, says what it would do.
async fn make(
    State(app): State<App>,
    Caller(operator): Caller,
    pairs: Pairs,
    Body(wish): Body<Wish>,
) -> Result<Json<Made>, Fault> {
    let (selection, act) = (wish.whom.read()?, wish.act.read()?);
    let seen = pairs.parse("seen", "not-a-number")?.map(Generation);
    let caller = app.clone();
    app.db(move |site| {
        let actor = actor(&caller, &operator);
        if let Some(seen) = seen {
            return Ok(Made::Done { change: site.make_bulk(&actor, &selection, &act, seen)? });
        }
        let plan = site.plan_bulk(&actor, &selection, &act)?;
        Ok(Made::Plan {
            seen: plan.seen.0,
            targets: plan.targets.into_iter().map(TargetShape::from).collect(),
            unknown: plan.unknown,
            preview: plan.preview.as_ref().map(PreviewShape::from),
        })
    })
    .await
    .map(Json)
}

/// What was done.
#[derive(Serialize, JsonSchema)]
struct BulkShape {
    change: u64,
    at: String,
    operator: String,
    act: String,
    group: Option<i64>,
    count: usize,
    /// How many of them nobody has changed since.
    unchanged: usize,
    /// The change by which it was taken back.
    undone: Option<u64>,
}

async fn show(State(app): State<App>, Path(change): Path<String>) -> Result<Json<BulkShape>, Fault> {
    let change = change.parse().map_err(|_| Fault::NotFound)?;
    let done = app.db(move |site| site.bulk(change)).await?;
    Ok(Json(BulkShape {
        change: done.change,
        at: when::rfc3339(done.at),
        operator: done.operator,
        act: done.act,
        group: done.group.map(|(id, _)| id.0),
        count: done.count,
        unchanged: done.unchanged,
        undone: done.undone,
    }))
}

/// What was taken back.
#[derive(Serialize, JsonSchema)]
struct UndoneShape {
    change: u64,
    count: usize,
    /// How many stay, since somebody has changed them meanwhile.
    left: usize,
}

/// Takes it back.
async fn undo(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(change): Path<String>,
) -> Result<Json<UndoneShape>, Fault> {
    let change = change.parse().map_err(|_| Fault::NotFound)?;
    let caller = app.clone();
    let undo = app.db(move |site| site.undo_bulk(&actor(&caller, &operator), change)).await?;
    Ok(Json(UndoneShape { change: undo.change, count: undo.count, left: undo.left }))
}
