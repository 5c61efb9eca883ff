//! The review of rights: what a group or a person may, whether they still need it, and who has said so.

use access::time::UtcS;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{
    GroupId, HoldFilter, LIST_MAX, MemberView, Page as Rows, PersonId, ReviewOf, ReviewView, Reviewed, RuleFilter,
    Site, SiteError,
};

use super::{Tabs, tabs};
use crate::app::App;
use crate::explain::{Words, matched};
use crate::fault::Fault;
use crate::form::Form;
use crate::hex;
use crate::page::Page;
use crate::pages::rules::RuleLine;
use crate::pages::views::Mark;
use crate::pages::{ROWS, done, render, render_refused};
use crate::query::{self, Pairs};
use crate::reports;
use crate::table::{Cell, Table, column};
use crate::visit::{Visit, actor};
use crate::when;

/// Earlier confirmations that a page shows.
const HISTORY_SHOWN: u32 = 10;

#[derive(Template)]
#[template(path = "reviews.html")]
struct List {
    page: Page,
    tabs: Tabs,
    /// Groups or people, all or what is due: path, key, and whether it is shown.
    choices: Vec<(String, &'static str, bool)>,
    people: bool,
    rows: Vec<Line>,
    next: String,
    form: Form,
}

/// A group or a person in the list.
struct Line {
    href: String,
    name: String,
    last: String,
    due: String,
    mark: Mark,
}

#[derive(Template)]
#[template(path = "review.html")]
struct One {
    page: Page,
    tabs: Tabs,
    place: String,
    /// The page about the group or the person itself.
    thing: String,
    name: String,
    mark: Mark,
    matches: Vec<String>,
    rules: Vec<RuleLine>,
    all_rules: u64,
    held: Table,
    /// Whether there are more than the page shows.
    cut: bool,
    history: Vec<(String, String, String)>,
    form: Form,
}

/// What a page shows of what is to be confirmed.
struct Found {
    view: ReviewView,
    history: Vec<Reviewed>,
    members: Vec<(MemberView, Option<access::time::UtcMs>)>,
    group: Option<db::site::GroupView>,
    rules: Vec<db::site::RuleView>,
    doors: Vec<db::site::HeldDoor>,
    days: u32,
}

/// All groups, or the people whose rights were ever confirmed.
pub(super) async fn list(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let days = app.db(|site| site.review_days()).await?;
    let form = Form::with(&[("days", days.to_string())]);
    render(&listed(&app, visit.page, &pairs, form).await?)
}

/// Sets after how many days rights are due again.
pub(super) async fn set_days(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    if let Some(days) = form.parse::<u32>("days", "not-a-number") {
        let (caller, operator) = (app.clone(), visit.operator.clone());
        match app.db(move |site| site.set_review_days(&actor(&caller, &operator), days)).await {
            Ok(()) => return Ok(done("/reports/review", "review-days-set")),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&listed(&app, visit.page, &Pairs::default(), form).await?)
}

/// What a group gives, to be confirmed.
pub(super) async fn group(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    render(&one(&app, visit.page, of_group(&id)?, None).await?)
}

/// What a person holds, to be confirmed.
pub(super) async fn person(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    render(&one(&app, visit.page, of_person(&id)?, None).await?)
}

/// Confirms what a group gives.
pub(super) async fn sign_group(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    sign(&app, visit, of_group(&id)?, form).await
}

/// Confirms what a person holds.
pub(super) async fn sign_person(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    sign(&app, visit, of_person(&id)?, form).await
}

async fn sign(app: &App, visit: Visit, of: ReviewOf, mut form: Form) -> Result<Response, Fault> {
    let zone = app.context.zone;
    let due = match when::from_day(form.value("due"), zone) {
        Ok(Some(due)) => Some(due),
        Ok(None) => {
            form.problem_in("due", "empty");
            None
        }
        Err(problem) => {
            form.problem_in("due", problem);
            None
        }
    };
    if !form.has("confirmed", "yes") {
        form.problem_in("confirmed", "review-unconfirmed");
    }
    // A page of before is as one that has changed since.
    let seen = digest(form.value("seen")).unwrap_or_default();
    if let Some(due) = due.filter(|_| !form.failed()) {
        let (caller, operator, note) = (app.clone(), visit.operator.clone(), form.value("note").to_owned());
        match app.db(move |site| site.sign_review(&actor(&caller, &operator), of, seen, &note, due)).await {
            Ok(()) => return Ok(done(&place(of), "review-signed")),
            Err(Fault::Refused { problem, .. }) => form.problem_in("sign", problem),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&one(app, visit.page, of, Some(form)).await?)
}

/// Reads what the form's hidden field holds.
pub(crate) fn digest(text: &str) -> Option<[u8; 32]> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = text.as_bytes().chunks_exact(2).map(|pair| match pair {
        [high, low] => Some((digit(*high)? << 4) | digit(*low)?),
        _ => None,
    });
    bytes.collect::<Option<Vec<u8>>>()?.try_into().ok().filter(|_| text.len() == 64)
}

async fn listed(app: &App, page: Page, pairs: &Pairs, form: Form) -> Result<List, Fault> {
    let (people, due) = (pairs.get("of") == Some("people"), reports::review_filter(pairs)?);
    let (after, now) = (pairs.parse("after", "not-a-number")?, page.now.second());
    let mut found = app.db(move |site| reports::reviews(site, (people, due), after, ROWS + 1, now)).await?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let link = |people: bool, due: bool, after: Option<i64>| {
        let of = people.then_some(("of", "people"));
        let show = due.then_some(("show", "due"));
        let after = after.map(|after| after.to_string());
        let after = after.as_deref().map(|after| ("after", after));
        format!("/reports/review?{}", query::join(of.into_iter().chain(show).chain(after)))
    };
    let last = found.last().filter(|_| more).map(|last| last.of.number());
    let choices = [("groups-title", false, false), ("review-groups-due", false, true), ("people-title", true, false)]
        .into_iter()
        .chain([("review-people-due", true, true)]);
    Ok(List {
        tabs: tabs(&page),
        next: last.map_or_else(String::new, |last| link(people, due, Some(last))),
        rows: found.iter().map(|view| Line::new(&page, view)).collect(),
        choices: choices.map(|(key, of, show)| (link(of, show, None), key, (of, show) == (people, due))).collect(),
        page: page.at("/reports/review"),
        people,
        form,
    })
}

impl Line {
    fn new(page: &Page, view: &ReviewView) -> Self {
        let last = view.last.as_ref();
        Self {
            href: place(view.of),
            name: view.name.clone(),
            last: last.map_or_else(String::new, |last| said(page, last)),
            due: last.map_or_else(String::new, |last| day(page, last.due)),
            mark: mark(page, view),
        }
    }
}

async fn one(app: &App, page: Page, of: ReviewOf, entered: Option<Form>) -> Result<One, Fault> {
    let now = page.now.second();
    let found = app.db(move |site| find(site, of, now)).await?;
    let words = Words::from(&page);
    let due = UtcS(page.now.second().0.saturating_add(i64::from(found.days) * 86_400));
    let mut form = entered.unwrap_or_else(|| Form::with(&[("due", when::field_day(due, page.zone))]));
    form.set("seen", hex(&found.view.digest));
    let (thing, held) = match of {
        ReviewOf::Group(id) => (format!("/rules/groups/{}", id.0), members(&words, &found)),
        ReviewOf::Person(id) => (format!("/people/{}", id.0), doors(&words, &found)),
    };
    let group = found.group.as_ref();
    let history = found.history.iter().map(|last| (said(&page, last), day(&page, last.due), last.note.clone()));
    Ok(One {
        tabs: tabs(&page),
        place: place(of),
        thing,
        mark: mark(&page, &found.view),
        matches: group.into_iter().flat_map(|group| &group.matches).map(|line| matched(&words, line)).collect(),
        all_rules: group.map_or(0, |group| group.rules),
        cut: group.is_some_and(|group| group.members > held.rows.len() as u64),
        history: history.collect(),
        name: found.view.name,
        rules: RuleLine::all(&page, found.rules),
        page: page.at(&place(of)),
        held,
        form,
    })
}

fn find(site: &Site, of: ReviewOf, now: UtcS) -> Result<Found, SiteError> {
    let mut found = Found {
        view: site.review(of)?,
        history: site.review_history(of, HISTORY_SHOWN)?,
        members: Vec::new(),
        group: None,
        rules: Vec::new(),
        doors: Vec::new(),
        days: site.review_days()?,
    };
    match of {
        ReviewOf::Group(id) => {
            found.group = Some(site.group(id)?);
            let filter = RuleFilter { group: Some(id), ..RuleFilter::default() };
            found.rules = site.rules(&filter, Rows { after: None, limit: LIST_MAX })?;
            for member in site.group_members(id, Rows { after: None, limit: LIST_MAX })? {
                let last = site.group_last_used(id, member.person)?;
                found.members.push((member, last));
            }
        }
        ReviewOf::Person(id) => {
            let held = site.who_holds(&HoldFilter { person: Some(id), ..HoldFilter::default() }, now, None, 1)?;
            found.doors = held.rows.into_iter().flat_map(|row| row.doors).collect();
        }
    }
    Ok(found)
}

/// Members with when they last used what the group gives: who never does may not need it.
fn members(words: &Words, found: &Found) -> Table {
    let row = |(member, last): &(MemberView, Option<access::time::UtcMs>)| {
        let window = when::window(member.window, words.zone, words.lang);
        vec![
            Cell::text(member.name.as_str()).at(format!("/people/{}", member.person.0)),
            Cell::text(window),
            Cell::instant(words, *last),
        ]
    };
    Table {
        caption: words.lang.say("review-members"),
        columns: vec![
            column("person", "report-person"),
            column("window", "rule-window"),
            column("last", "report-last"),
        ],
        rows: found.members.iter().map(row).collect(),
    }
}

fn doors(words: &Words, found: &Found) -> Table {
    let row = |held: &db::site::HeldDoor| {
        vec![Cell::text(held.name.as_str()).at(format!("/doors/{}", held.door)), Cell::instant(words, held.last)]
    };
    Table {
        caption: words.lang.say("review-doors"),
        columns: vec![column("door", "column-door"), column("last", "report-last")],
        rows: found.doors.iter().map(row).collect(),
    }
}

fn mark(page: &Page, view: &ReviewView) -> Mark {
    let now = page.now.second();
    let (tone, symbol, key) = match &view.last {
        _ if !view.gives => ("plain", "", "review-gives-nothing"),
        None => ("warn", "▲", "review-never"),
        Some(last) if last.changed => ("warn", "▲", "review-changed"),
        Some(last) if last.due <= now => ("warn", "▲", "review-due"),
        Some(_) => ("good", "✓", "review-good"),
    };
    Mark { tone, symbol, text: page.tr(key) }
}

fn said(page: &Page, last: &Reviewed) -> String {
    let words = [("operator", last.operator.clone().into()), ("at", page.instant(&last.at).into())];
    page.lang.say_with("review-said", &words)
}

fn day(page: &Page, at: UtcS) -> String {
    when::day_shown(at, page.zone, page.lang)
}

fn place(of: ReviewOf) -> String {
    match of {
        ReviewOf::Group(id) => format!("/reports/review/groups/{}", id.0),
        ReviewOf::Person(id) => format!("/reports/review/people/{}", id.0),
    }
}

fn of_group(id: &str) -> Result<ReviewOf, Fault> {
    id.parse().map(|id| ReviewOf::Group(GroupId(id))).map_err(|_| Fault::NotFound)
}

fn of_person(id: &str) -> Result<ReviewOf, Fault> {
    id.parse().map(|id| ReviewOf::Person(PersonId(id))).map_err(|_| Fault::NotFound)
}
