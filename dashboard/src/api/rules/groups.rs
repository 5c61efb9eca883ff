//! Groups of people.

use axum::Json;
use axum::extract::{Path, State};
use db::site::{CardKind, GroupId, GroupMatch, GroupView, Page, PersonId, RuleEdit, Thing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Edited, edit, edit_seen, next, number};
use crate::api::answer::Tagged;
use crate::api::body::{Body, Optional};
use crate::api::events::limit;
use crate::api::shape::{List, WindowShape};
use crate::api::tag::{IfMatch, tagged};
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::visit::Caller;

/// A group.
#[derive(Serialize, JsonSchema)]
pub(super) struct GroupShape {
    id: i64,
    name: String,
    members: u64,
    matches: Vec<MatchShape>,
    rules: u64,
}

/// Members by rule: all that is given must hold.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchShape {
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    kind: Option<String>,
}

/// A member by name.
#[derive(Serialize, JsonSchema)]
pub(super) struct MemberShape {
    person: i64,
    name: String,
    member: WindowShape,
}

/// What a group is called.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    name: String,
}

impl From<&GroupView> for GroupShape {
    fn from(group: &GroupView) -> Self {
        let line = |line: &GroupMatch| MatchShape {
            unit: line.unit.clone(),
            title: line.title.clone(),
            kind: line.kind.map(|kind| kind.code().to_owned()),
        };
        Self {
            id: group.id.0,
            name: group.name.clone(),
            members: group.members,
            matches: group.matches.iter().map(line).collect(),
            rules: group.rules,
        }
    }
}

impl MatchShape {
    fn read(self) -> Result<GroupMatch, Fault> {
        let unknown = Fault::Invalid { field: "kind", problem: "unknown-code" };
        let kind = self.kind.map(|code| CardKind::from_code(&code).ok_or(unknown)).transpose()?;
        let line = GroupMatch { unit: self.unit, title: self.title, kind };
        if line == GroupMatch::default() {
            return Err(Fault::Invalid { field: "matches", problem: "no-match" });
        }
        Ok(line)
    }
}

pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<GroupShape>>, Fault> {
    let limit = limit(&pairs)?;
    let page = Page { after: pairs.parse("after", "not-a-number")?, limit };
    let groups = app.db(move |site| site.groups(page)).await?;
    let next = next(&groups, limit, |group| group.id.0);
    Ok(Json(List { items: groups.iter().map(GroupShape::from).collect(), next }))
}

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Tagged<GroupShape>, Fault> {
    let id = GroupId(number(&id)?);
    tagged(&app, Thing::Group(id), move |site| Ok(GroupShape::from(&site.group(id)?))).await
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    pairs: Pairs,
    Body(named): Body<Named>,
) -> Result<Json<Edited>, Fault> {
    edit(&app, caller, &pairs, RuleEdit::AddGroup { name: named.name }).await
}

pub(super) async fn rename(
    State(app): State<App>,
    caller: Caller,
    tag: IfMatch,
    Path(id): Path<String>,
    pairs: Pairs,
    Body(named): Body<Named>,
) -> Result<Json<Edited>, Fault> {
    let group = GroupId(number(&id)?);
    edit_seen(&app, caller, &pairs, tag, RuleEdit::RenameGroup { group, name: named.name }).await
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Json<Edited>, Fault> {
    let group = GroupId(number(&id)?);
    edit(&app, caller, &pairs, RuleEdit::RemoveGroup(group)).await
}

pub(super) async fn members(
    State(app): State<App>,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Json<List<MemberShape>>, Fault> {
    let group = GroupId(number(&id)?);
    let limit = limit(&pairs)?;
    let page = Page { after: pairs.parse("after", "not-a-number")?, limit };
    let members = app.db(move |site| site.group_members(group, page)).await?;
    let next = next(&members, limit, |member| member.person.0);
    let items = members.into_iter().map(|member| MemberShape {
        person: member.person.0,
        name: member.name,
        member: member.window.into(),
    });
    Ok(Json(List { items: items.collect(), next }))
}

pub(super) async fn set_member(
    State(app): State<App>,
    caller: Caller,
    Path((id, person)): Path<(String, String)>,
    pairs: Pairs,
    Optional(window): Optional<WindowShape>,
) -> Result<Json<Edited>, Fault> {
    let (group, person) = (GroupId(number(&id)?), PersonId(number(&person)?));
    edit(&app, caller, &pairs, RuleEdit::SetMember { group, person, window: window.read()? }).await
}

pub(super) async fn remove_member(
    State(app): State<App>,
    caller: Caller,
    Path((id, person)): Path<(String, String)>,
    pairs: Pairs,
) -> Result<Json<Edited>, Fault> {
    let (group, person) = (GroupId(number(&id)?), PersonId(number(&person)?));
    edit(&app, caller, &pairs, RuleEdit::RemoveMember { group, person }).await
}

pub(super) async fn set_matches(
    State(app): State<App>,
    caller: Caller,
    tag: IfMatch,
    Path(id): Path<String>,
    pairs: Pairs,
    Body(matches): Body<Vec<MatchShape>>,
) -> Result<Json<Edited>, Fault> {
    let group = GroupId(number(&id)?);
    let matches = matches.into_iter().map(MatchShape::read).collect::<Result<_, _>>()?;
    edit_seen(&app, caller, &pairs, tag, RuleEdit::SetMatches { group, matches }).await
}
