//! One group: its members by name and by rule, and the rules that name it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{
    CardKind, GroupId, GroupMatch, GroupView, MemberView, Page as Rows, PeopleFilter, PersonId, RuleEdit, Site,
    SiteError,
};

use super::preview::{self, Plan};
use super::{RuleLine, number, of_group, rules_of};
use crate::app::App;
use crate::explain::matched;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::{ROWS, choices, done, render, render_refused};
use crate::query::Pairs;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "rules_group.html")]
struct Group {
    page: Page,
    id: i64,
    name: String,
    form: Form,
    /// The form that has to be corrected: `rename`, `remove`, `member` or `match`.
    failed: &'static str,
    members: Vec<Member>,
    /// How many there are in all.
    count: String,
    more: String,
    matches: Vec<MatchLine>,
    kinds: Vec<(String, String)>,
    /// Whether people have been searched for to be added.
    adding: bool,
    people: Vec<(String, String)>,
    rules: Vec<RuleLine>,
    all_rules: u64,
}

struct Member {
    id: i64,
    name: String,
    window: String,
}

/// Members by rule, with the fields that name it again.
struct MatchLine {
    text: String,
    unit: String,
    title: String,
    kind: String,
}

struct Found {
    group: GroupView,
    members: Vec<MemberView>,
    people: Vec<(String, String)>,
    rules: Vec<db::site::RuleView>,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Fault> {
    let after = pairs.parse("after", "not-a-number")?;
    render(&page(&app, visit.page, id_of(&id)?, after, pairs.as_form(), "").await?)
}

/// Gives it another name.
pub(super) async fn rename(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let group = id_of(&id)?;
    let edit = RuleEdit::RenameGroup { group, name: form.value("name").to_owned() };
    match preview::save(&app, &visit, &mut form, edit).await? {
        Some(_) => Ok(done(&place(group), "group-changed")),
        None => render_refused(&page(&app, visit.page, group, None, form, "rename").await?),
    }
}

/// Takes it away; no rule names it, so nobody loses a door.
pub(super) async fn remove(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let group = id_of(&id)?;
    match preview::save(&app, &visit, &mut form, RuleEdit::RemoveGroup(group)).await? {
        Some(_) => Ok(done("/rules/groups", "group-removed")),
        None => render_refused(&page(&app, visit.page, group, None, form, "remove").await?),
    }
}

/// Makes a person a member, or a member for another time.
pub(super) async fn set_member(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let group = id_of(&id)?;
    let person = form.parse::<i64>("person", "not-a-number").map(PersonId);
    if let (Some(person), Some(window)) = (person, form.window(app.context.zone)) {
        let edit = RuleEdit::SetMember { group, person, window };
        if let Some(answer) = ask(&app, &visit, &mut form, group, edit, "member").await? {
            return Ok(answer);
        }
    }
    render_refused(&page(&app, visit.page, group, None, form, "member").await?)
}

/// Ends a membership.
pub(super) async fn remove_member(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let group = id_of(&id)?;
    if let Some(person) = form.parse::<i64>("person", "not-a-number").map(PersonId) {
        let edit = RuleEdit::RemoveMember { group, person };
        if let Some(answer) = ask(&app, &visit, &mut form, group, edit, "leave").await? {
            return Ok(answer);
        }
    }
    render_refused(&page(&app, visit.page, group, None, form, "leave").await?)
}

/// Adds members by rule.
pub(super) async fn add_match(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let group = id_of(&id)?;
    if let Some(line) = match_of(&mut form) {
        let mut matches = app.db(move |site| site.group(group)).await?.matches;
        if matches.contains(&line) && form.value("seen").is_empty() {
            form.problem_in("unit", "duplicate");
        } else {
            matches.push(line);
            let edit = RuleEdit::SetMatches { group, matches };
            if let Some(answer) = ask(&app, &visit, &mut form, group, edit, "match").await? {
                return Ok(answer);
            }
        }
    }
    render_refused(&page(&app, visit.page, group, None, form, "match").await?)
}

/// Takes members by rule away.
pub(super) async fn remove_match(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let group = id_of(&id)?;
    if let Some(line) = match_of(&mut form) {
        let mut matches = app.db(move |site| site.group(group)).await?.matches;
        matches.retain(|other| *other != line);
        let edit = RuleEdit::SetMatches { group, matches };
        if let Some(answer) = ask(&app, &visit, &mut form, group, edit, "unmatch").await? {
            return Ok(answer);
        }
    }
    render_refused(&page(&app, visit.page, group, None, form, "match").await?)
}

async fn ask(
    app: &App,
    visit: &Visit,
    form: &mut Form,
    group: GroupId,
    edit: RuleEdit,
    action: &str,
) -> Result<Option<Response>, Fault> {
    let plan = Plan {
        title: "group-change",
        about: app.db(move |site| site.group(group)).await?.name,
        action: format!("{}/{action}", place(group)),
        back: place(group),
        place: place(group),
        done: "group-changed",
    };
    preview::step(app, visit, form, edit, plan).await
}

/// What was entered; one of the three at least.
fn match_of(form: &mut Form) -> Option<GroupMatch> {
    let kind = form.optional("kind").map(|code| CardKind::from_code(&code));
    if kind == Some(None) {
        form.problem_in("kind", "unknown-code");
        return None;
    }
    let line = GroupMatch { unit: form.optional("unit"), title: form.optional("title"), kind: kind.flatten() };
    if line == GroupMatch::default() {
        form.problem_in("unit", "no-match");
        return None;
    }
    Some(line)
}

async fn page(
    app: &App,
    page: Page,
    id: GroupId,
    after: Option<i64>,
    form: Form,
    failed: &'static str,
) -> Result<Group, Fault> {
    let who = form.optional("who");
    let adding = who.is_some() || failed == "member";
    let mut found = app.db(move |site| find(site, id, after, who, adding)).await?;
    let more = found.members.len() > ROWS as usize;
    found.members.truncate(ROWS as usize);
    let more = found.members.last().filter(|_| more);
    let more = more.map_or_else(String::new, |last| format!("{}?after={}", place(id), last.person.0));
    let member = |member: MemberView| Member {
        id: member.person.0,
        name: page.name(&member.name),
        window: page.window(&member.window),
    };
    let mut kinds = vec![(String::new(), page.tr("any"))];
    kinds.extend(choices::kinds(&page));
    Ok(Group {
        id: id.0,
        members: found.members.into_iter().map(member).collect(),
        count: page.number(
            "group-members-caption",
            "count",
            &usize::try_from(found.group.members).unwrap_or(usize::MAX),
        ),
        matches: found.group.matches.iter().map(|line| MatchLine::new(&page, line)).collect(),
        rules: RuleLine::all(&page, found.rules),
        all_rules: found.group.rules,
        name: found.group.name,
        people: found.people,
        page: page.at(&place(id)),
        form,
        failed,
        more,
        kinds,
        adding,
    })
}

fn find(site: &Site, id: GroupId, after: Option<i64>, who: Option<String>, adding: bool) -> Result<Found, SiteError> {
    let people =
        if adding { site.people(&PeopleFilter { text: who }, Rows { after: None, limit: ROWS })? } else { Vec::new() };
    Ok(Found {
        group: site.group(id)?,
        members: site.group_members(id, Rows { after, limit: ROWS + 1 })?,
        people: people.into_iter().map(|person| (person.id.0.to_string(), person.name)).collect(),
        rules: rules_of(site, &of_group(id))?,
    })
}

impl MatchLine {
    fn new(page: &Page, line: &GroupMatch) -> Self {
        let kind = line.kind.map_or("", CardKind::code);
        Self {
            text: matched(&page.into(), line),
            unit: line.unit.clone().unwrap_or_default(),
            title: line.title.clone().unwrap_or_default(),
            kind: kind.to_owned(),
        }
    }
}

fn id_of(text: &str) -> Result<GroupId, Fault> {
    number(text).map(GroupId)
}

fn place(group: GroupId) -> String {
    format!("/rules/groups/{}", group.0)
}
