//! Lockdowns: those that hold, starting one, and lifting one. In a threat nobody has time to learn a page, so it is
//! one form, and a second page that says what will happen before it does.

use access::time::UtcS;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{DoorView, LockdownScope, LockdownView, Site, SiteError};

use super::rules::RuleLine;
use super::rules::offered::{self, Choices};
use super::views::Mark;
use super::{LAST_ROWS, done, door_names, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::lockdown::{self, Reach};
use crate::page::Page;
use crate::query::Pairs;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Visit, actor};
use crate::when;

/// Doors that are named; of more the number is told.
const NAMED: usize = 50;

/// Rules that are shown of those that exempt.
const PASSING: usize = 50;

/// Reasons that are there to be pressed: nobody writes well in a threat. Each is the key of its sentence.
const REASONS: [&str; 4] =
    ["lockdown-reason-threat", "lockdown-reason-intruder", "lockdown-reason-request", "lockdown-reason-drill"];

#[derive(Template)]
#[template(path = "lockdown.html")]
struct Lockdowns {
    page: Page,
    form: Form,
    /// The lockdown whose lifting has to be corrected; 0 if none.
    failed: i64,
    open: Vec<Shown>,
    past: Vec<Past>,
    /// How many doors there are.
    all: usize,
    areas: Choices,
    doors: Choices,
    reasons: [&'static str; 4],
}

/// One that holds.
struct Shown {
    id: i64,
    scope: String,
    reason: String,
    operator: String,
    since: String,
    iso: String,
    until: String,
    at_doors: Mark,
    /// Doors that do not have it: id, name, and the key of why.
    missing: Vec<(String, String, &'static str)>,
    /// How many more.
    more: usize,
}

/// One that is over.
struct Past {
    scope: String,
    since: String,
    operator: String,
    reason: String,
    ended: String,
}

#[derive(Template)]
#[template(path = "lockdown_start.html")]
struct Start {
    page: Page,
    form: Form,
    scope: String,
    count: usize,
    offline: usize,
    /// The first of those without a connection: id and name.
    away: Vec<(String, String)>,
    /// Empty if it lasts until somebody lifts it.
    until: String,
    passing: Vec<RuleLine>,
    passing_more: bool,
}

/// A lockdown that was asked for.
struct Asked {
    scope: LockdownScope,
    until: Option<UtcS>,
    reason: String,
}

/// All routes of these pages.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::Look, "/lockdown", show)
        .post(Right::Lockdown, "/lockdown", begin)
        .get(Right::Lockdown, "/lockdown/start", look)
        .post(Right::Lockdown, "/lockdown/{id}/lift", lift)
}

async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    render(&page(&app, visit.page, pairs.as_form(), 0).await?)
}

/// What would happen. Looking changes nothing.
async fn look(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let mut form = pairs.as_form();
    if form.value("reason").is_empty()
        && let Some(key) = REASONS.iter().find(|key| **key == form.value("quick"))
    {
        form = Form::with(&[
            ("where", form.value("where").to_owned()),
            ("reason", visit.page.tr(key)),
            ("until", form.value("until").to_owned()),
        ]);
    }
    let at = visit.page.at("/lockdown");
    let Some(asked) = read(&mut form, &app) else {
        return render_refused(&page(&app, at, form, 0).await?);
    };
    let scope = asked.scope.clone();
    match app.db(move |site| Reach::of(site, &scope)).await {
        Ok(reach) => render(&start(&app, at, form, &asked, &reach).await?),
        Err(Fault::NotFound) => {
            form.problem_in("where", "gone");
            render_refused(&page(&app, at, form, 0).await?)
        }
        Err(fault) => Err(fault),
    }
}

/// Starts it.
async fn begin(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    if let Some(Asked { scope, until, reason }) = read(&mut form, &app) {
        let (caller, operator) = (app.clone(), visit.operator);
        match app.db(move |site| site.lock_down(&actor(&caller, &operator), &scope, until, &reason)).await {
            Ok(id) => return Ok(done(&format!("/lockdown#lockdown-{id}"), "lockdown-started")),
            Err(Fault::NotFound | Fault::Invalid { field: "door", .. }) => form.problem_in("where", "gone"),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&page(&app, visit.page.at("/lockdown"), form, 0).await?)
}

/// Ends it.
async fn lift(State(app): State<App>, visit: Visit, Path(id): Path<i64>, mut form: Form) -> Result<Response, Fault> {
    let (caller, operator, reason) = (app.clone(), visit.operator, form.value("lifted").to_owned());
    match app.db(move |site| site.lift_lockdown(&actor(&caller, &operator), id, &reason)).await {
        Ok(()) => return Ok(done("/lockdown", "lockdown-lifted")),
        Err(Fault::Invalid { field: "reason", problem }) => form.problem_in("lifted", problem),
        Err(Fault::Refused { problem, .. }) => form.problem_in("lifted", problem),
        Err(fault) => form.refused(fault)?,
    }
    render_refused(&page(&app, visit.page.at("/lockdown"), form, id).await?)
}

/// What was entered; what is wrong with it stands in the form.
fn read(form: &mut Form, app: &App) -> Option<Asked> {
    let place = form.value("where").to_owned();
    let scope = match place.split_once(':') {
        None if place == "site" => Some(LockdownScope::Site),
        Some(("area", id)) => id.parse().ok().map(LockdownScope::Area),
        Some(("door", id)) => id.parse().ok().map(LockdownScope::Door),
        _ => None,
    };
    if scope.is_none() {
        form.problem_in("where", "unknown-code");
    }
    let reason = form.value("reason").to_owned();
    if reason.is_empty() {
        form.problem_in("reason", "empty");
    }
    let until = when::from_field(form.value("until"), app.context.zone).unwrap_or_else(|problem| {
        form.problem_in("until", problem);
        None
    });
    if until.is_some_and(|until| until <= app.now().second()) {
        form.problem_in("until", "past");
    }
    if form.failed() {
        return None;
    }
    Some(Asked { scope: scope?, until, reason })
}

async fn page(app: &App, page: Page, form: Form, failed: i64) -> Result<Lockdowns, Fault> {
    let now = page.now.second();
    let found = app.db(move |site| find(site, now)).await?;
    let past = found.past.iter().map(|view| Past::new(&page, view)).collect();
    Ok(Lockdowns {
        open: found.open.iter().map(|(view, reach)| Shown::new(&page, view, reach)).collect(),
        past,
        all: found.doors.len(),
        areas: prefixed("area", found.areas),
        doors: prefixed("door", found.doors),
        reasons: REASONS,
        page,
        form,
        failed,
    })
}

/// What the page needs of the database.
struct Found {
    open: Vec<(LockdownView, Reach)>,
    past: Vec<LockdownView>,
    areas: Choices,
    doors: Choices,
}

fn find(site: &Site, now: UtcS) -> Result<Found, SiteError> {
    let mut past = site.lockdowns(None, lockdown::SHOWN_MAX)?;
    past.retain(|lockdown| !lockdown.is_on(now));
    past.truncate(LAST_ROWS as usize);
    let open = lockdown::on(site, now)?.into_iter().map(|view| Ok((Reach::of(site, &view.scope)?, view)));
    let open = open.map(|found| found.map(|(reach, view)| (view, reach))).collect::<Result<_, SiteError>>()?;
    Ok(Found { open, past, areas: offered::areas(site, [])?, doors: door_names(site)? })
}

/// One choice for all three kinds of scope: with two fields the one that is looked at might not be the one that counts.
fn prefixed(kind: &str, choices: Choices) -> Choices {
    choices.into_iter().map(|(value, name)| (format!("{kind}:{value}"), name)).collect()
}

async fn start(app: &App, page: Page, form: Form, asked: &Asked, reach: &Reach) -> Result<Start, Fault> {
    let scope = asked.scope.clone();
    let (passing, passing_more) = app.db(move |site| lockdown::exemptions(site, &scope, PASSING)).await?;
    let away: Vec<&DoorView> = reach.doors.iter().filter(|door| !door.online).collect();
    Ok(Start {
        scope: page.scope_named(&asked.scope, &reach.name),
        count: reach.doors.len(),
        offline: away.len(),
        away: away.iter().take(NAMED).map(|door| (door.id.to_string(), door.name.clone())).collect(),
        until: asked.until.map_or_else(String::new, |until| page.minute(&until)),
        passing: RuleLine::all(&page, passing),
        passing_more,
        page,
        form,
    })
}

impl Shown {
    fn new(page: &Page, view: &LockdownView, reach: &Reach) -> Self {
        let missing = reach.missing();
        let why = |door: &DoorView| if door.online { "lockdown-missing-online" } else { "lockdown-missing-offline" };
        Self {
            id: view.id,
            scope: page.scope(view),
            reason: view.reason.clone(),
            operator: view.operator.clone(),
            since: page.instant(&view.at),
            iso: page.iso(&view.at),
            until: view.until.map_or_else(|| page.tr("lockdown-until-lifted"), |until| page.minute(&until)),
            at_doors: at_doors(page, reach.doors.len(), missing.len()),
            more: missing.len().saturating_sub(NAMED),
            missing: missing
                .into_iter()
                .take(NAMED)
                .map(|door| (door.id.to_string(), door.name.clone(), why(door)))
                .collect(),
        }
    }
}

impl Past {
    fn new(page: &Page, view: &LockdownView) -> Self {
        let by = view.lifted.as_ref().filter(|lifted| !lifted.reason.is_empty());
        let ended = match (by, view.until) {
            (Some(lifted), _) => {
                let words = [
                    ("at", page.instant(&lifted.at).into()),
                    ("operator", lifted.operator.clone().into()),
                    ("reason", lifted.reason.clone().into()),
                ];
                page.lang.say_with("lockdown-ended-by", &words)
            }
            (None, Some(until)) => page.tr1("lockdown-ended-itself", "at", &page.minute(&until)),
            (None, None) => String::new(),
        };
        Self {
            scope: page.scope(view),
            since: page.instant(&view.at),
            operator: view.operator.clone(),
            reason: view.reason.clone(),
            ended,
        }
    }
}

fn at_doors(page: &Page, all: usize, missing: usize) -> Mark {
    if missing == 0 {
        return Mark::good(page.number("lockdown-at-all", "all", &all));
    }
    let words = [("current", all.saturating_sub(missing).into()), ("all", all.into())];
    Mark::bad(page.lang.say_with("lockdown-at-some", &words))
}
