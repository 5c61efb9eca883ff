//! The rules themselves.

use access::entry::ScheduleId;
use access::id::DoorId;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{AreaId, Effect, GroupId, NewRule, Page, RuleEdit, RuleFilter, RuleId, RuleView, Thing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Edited, edit, edit_seen, next, number};
use crate::api::answer::Tagged;
use crate::api::body::Body;
use crate::api::events::limit;
use crate::api::shape::{List, WindowShape};
use crate::api::tag::{IfMatch, tagged};
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::visit::Caller;

/// A rule as it is told.
#[derive(Serialize, JsonSchema)]
pub(super) struct RuleShape {
    id: i64,
    group_name: String,
    area_name: String,
    schedule_name: Option<String>,
    #[serde(flatten)]
    rule: NewShape,
}

/// A rule to be added, or what one is to become.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewShape {
    group: i64,
    area: i64,
    /// 0, or left out, for all hours.
    #[serde(default)]
    schedule: u16,
    effect: String,
    #[serde(default)]
    window: WindowShape,
    #[serde(default)]
    note: String,
}

impl From<RuleView> for RuleShape {
    fn from(view: RuleView) -> Self {
        Self {
            id: view.id.0,
            group_name: view.group_name,
            area_name: view.area_name,
            schedule_name: view.schedule_name,
            rule: NewShape {
                group: view.rule.group.0,
                area: view.rule.area.0,
                schedule: view.rule.schedule.0,
                effect: view.rule.effect.code().to_owned(),
                window: view.rule.window.into(),
                note: view.rule.note,
            },
        }
    }
}

impl NewShape {
    fn read(self) -> Result<NewRule, Fault> {
        let unknown = Fault::Invalid { field: "effect", problem: "unknown-code" };
        Ok(NewRule {
            group: GroupId(self.group),
            area: AreaId(self.area),
            schedule: ScheduleId(self.schedule),
            effect: Effect::from_code(&self.effect).ok_or(unknown)?,
            window: self.window.read()?,
            note: self.note,
        })
    }
}

pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<RuleShape>>, Fault> {
    let limit = limit(&pairs)?;
    let page = Page { after: pairs.parse("after", "not-a-number")?, limit };
    let filter = RuleFilter {
        group: pairs.parse("group", "not-a-number")?.map(GroupId),
        area: pairs.parse("area", "not-a-number")?.map(AreaId),
        schedule: pairs.parse("schedule", "not-a-number")?.map(ScheduleId),
        door: pairs.parse::<DoorId>("door", "unknown-door")?,
    };
    let rules = app.db(move |site| site.rules(&filter, page)).await?;
    let next = next(&rules, limit, |rule| rule.id.0);
    Ok(Json(List { items: rules.into_iter().map(RuleShape::from).collect(), next }))
}

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Tagged<RuleShape>, Fault> {
    let id = RuleId(number(&id)?);
    tagged(&app, Thing::Rule(id), move |site| site.rule(id).map(RuleShape::from)).await
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    pairs: Pairs,
    Body(rule): Body<NewShape>,
) -> Result<Json<Edited>, Fault> {
    let rule = rule.read()?;
    edit(&app, caller, &pairs, RuleEdit::AddRule(rule)).await
}

pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    tag: IfMatch,
    Path(id): Path<String>,
    pairs: Pairs,
    Body(to): Body<NewShape>,
) -> Result<Json<Edited>, Fault> {
    let (rule, to) = (RuleId(number(&id)?), to.read()?);
    edit_seen(&app, caller, &pairs, tag, RuleEdit::ChangeRule { rule, to }).await
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    tag: IfMatch,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Json<Edited>, Fault> {
    let rule = RuleId(number(&id)?);
    edit_seen(&app, caller, &pairs, tag, RuleEdit::RemoveRule(rule)).await
}
