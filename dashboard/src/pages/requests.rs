//! Access that somebody asks for: the form on behalf of a person, and the list in which others decide.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{Actor, GroupId, NewRequest, PersonId, RequestState, RequestView, Site, SiteError};

use super::rules::offered::{self, Choices};
use super::views::Mark;
use super::{ROWS, done, gained, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::Pairs;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Visit, actor};

const PLACE: &str = "/requests";

#[derive(Template)]
#[template(path = "requests.html")]
struct Requests {
    page: Page,
    form: Form,
    /// The request whose form has to be corrected; 0 if none.
    failed: i64,
    /// Codes of the states that can be chosen.
    states: [&'static str; 4],
    /// Which is shown; empty for all.
    state: &'static str,
    rows: Vec<Shown>,
    /// Where the list goes on; empty at its end.
    older: String,
}

/// A request.
struct Shown {
    id: i64,
    person: i64,
    name: String,
    group: i64,
    group_name: String,
    window: String,
    reason: String,
    operator: String,
    at: String,
    state: Mark,
    /// Who decided, when and why; empty while it is open.
    decided: String,
    is_open: bool,
    /// Whether whoever looks has asked for it themselves.
    own: bool,
}

#[derive(Template)]
#[template(path = "request_new.html")]
struct Asking {
    page: Page,
    form: Form,
    person: i64,
    name: String,
    groups: Choices,
}

/// All routes of the pages.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::Ask, PLACE, show)
        .post(Right::Grant, "/requests/{id}/approve", approve)
        .post(Right::Grant, "/requests/{id}/refuse", refuse)
        .post(Right::Ask, "/requests/{id}/withdraw", withdraw)
        .get(Right::Ask, "/people/{id}/ask", fresh)
        .post(Right::Ask, "/people/{id}/ask", ask)
}

async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let before = pairs.parse("before", "not-a-number")?;
    render(&list(&app, &visit, pairs.get("state"), before, (Form::default(), 0)).await?)
}

/// Gives what was asked for.
async fn approve(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let id = number(&id)?;
    let (caller, operator) = (app.clone(), visit.operator.clone());
    let given = app.db(move |site| {
        let person = site.access_request(id)?.wanted.person;
        let between = gained::noted(site, || site.approve_access(&actor(&caller, &operator), id))?;
        Ok((person, between))
    });
    match given.await {
        // What it made of the person's doors stands on their page.
        Ok((person, between)) => Ok(gained::done(&format!("/people/{}", person.0), "request-approved", between)),
        Err(fault) => again(&app, &visit, id, Form::default(), fault).await,
    }
}

/// Does not give it.
async fn refuse(State(app): State<App>, visit: Visit, Path(id): Path<String>, form: Form) -> Result<Response, Fault> {
    let answer = form.value("answer").to_owned();
    decide(&app, &visit, &id, form, "request-refused", move |site, actor, id| site.refuse_access(actor, id, &answer))
        .await
}

/// Takes back what oneself has asked for.
async fn withdraw(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    decide(&app, &visit, &id, Form::default(), "request-withdrawn", Site::withdraw_access).await
}

async fn decide(
    app: &App,
    visit: &Visit,
    id: &str,
    form: Form,
    code: &str,
    work: impl FnOnce(&Site, &Actor<'_>, i64) -> Result<RequestView, SiteError> + Send + 'static,
) -> Result<Response, Fault> {
    let id = number(id)?;
    let (caller, operator) = (app.clone(), visit.operator.clone());
    match app.db(move |site| work(site, &actor(&caller, &operator), id)).await {
        Ok(_) => Ok(done(PLACE, code)),
        Err(fault) => again(app, visit, id, form, fault).await,
    }
}

/// The list once more, with what was wrong.
async fn again(app: &App, visit: &Visit, id: i64, mut form: Form, fault: Fault) -> Result<Response, Fault> {
    form.refused(fault)?;
    render_refused(&list(app, visit, None, None, (form, id)).await?)
}

async fn fresh(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    render(&asking(&app, visit.page, PersonId(number(&id)?), Form::default()).await?)
}

/// Asks.
async fn ask(State(app): State<App>, visit: Visit, Path(id): Path<String>, mut form: Form) -> Result<Response, Fault> {
    let person = PersonId(number(&id)?);
    let group = form.parse::<i64>("group", "unknown-group").map(GroupId);
    if let (Some(group), Some(window)) = (group, form.window(app.context.zone)) {
        let new = NewRequest { person, group, window, reason: form.value("reason").to_owned() };
        let (caller, operator) = (app.clone(), visit.operator.clone());
        // The person is named by the path; what else is not there is the group.
        match app.db(move |site| site.person(person).and_then(|_| wanted(site, &actor(&caller, &operator), &new))).await
        {
            Ok(Some(_)) => return Ok(done(PLACE, "request-asked")),
            Ok(None) => form.problem_in("group", "unknown-group"),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&asking(&app, visit.page, person, form).await?)
}

/// Asks; nothing if there is no such group.
pub(crate) fn wanted(site: &Site, actor: &Actor<'_>, new: &NewRequest) -> Result<Option<i64>, SiteError> {
    match site.ask_access(actor, new) {
        Err(SiteError::NotFound { .. }) => Ok(None),
        asked => asked.map(Some),
    }
}

async fn asking(app: &App, page: Page, person: PersonId, form: Form) -> Result<Asking, Fault> {
    let named = form.value("group").parse().ok();
    let found = app.db(move |site| Ok((site.person(person)?.name, offered::groups(site, named)?)));
    let (name, groups) = found.await?;
    let name = page.name(&name);
    Ok(Asking { page: page.at(&format!("/people/{}/ask", person.0)), form, person: person.0, name, groups })
}

async fn list(
    app: &App,
    visit: &Visit,
    state: Option<&str>,
    before: Option<i64>,
    (form, failed): (Form, i64),
) -> Result<Requests, Fault> {
    let unknown = Fault::Invalid { field: "state", problem: "unknown-code" };
    let state = match state {
        None => Some(RequestState::Open),
        Some("all") => None,
        Some(code) => Some(RequestState::from_code(code).ok_or(unknown)?),
    };
    let mut found = app.db(move |site| site.access_requests((state, None), before, ROWS + 1)).await?;
    let further = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let last = found.last().filter(|_| further).map(|one| one.id);
    let code = state.map_or("all", RequestState::code);
    let page = visit.page.clone().at(PLACE);
    Ok(Requests {
        rows: found.iter().map(|one| Shown::new(&page, one, &visit.operator.name)).collect(),
        older: last.map_or_else(String::new, |last| format!("{PLACE}?state={code}&before={last}")),
        states: ["open", "approved", "refused", "all"],
        state: code,
        page,
        form,
        failed,
    })
}

impl Shown {
    fn new(page: &Page, one: &RequestView, me: &str) -> Self {
        let word = page.code("request-state", one.state.code());
        let decided = one.decided.as_ref().map_or_else(String::new, |(operator, at)| {
            let said = if one.answer.is_empty() { String::new() } else { format!(": {}", one.answer) };
            format!("{operator}, {}{said}", page.instant(at))
        });
        Self {
            id: one.id,
            person: one.wanted.person.0,
            name: page.name(&one.person_name),
            group: one.wanted.group.0,
            group_name: one.group_name.clone(),
            window: page.window(&one.wanted.window),
            reason: one.wanted.reason.clone(),
            operator: one.asked.0.clone(),
            at: page.instant(&one.asked.1),
            state: if one.state == RequestState::Approved { Mark::good(word) } else { Mark::plain(word) },
            decided,
            is_open: one.state == RequestState::Open,
            own: one.asked.0 == me,
        }
    }
}

fn number(text: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}
