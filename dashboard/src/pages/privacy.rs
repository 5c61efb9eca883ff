//! How long it is known whom a row is about, what is kept for longer, and whose name is kept back.

use access::time::UtcMs;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{HoldSubject, LegalHoldView, NewHold, Retained, RetentionView, SecretName};

use super::{ROWS, done, door_names, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Visit, actor};

mod data;
mod purpose;
mod searches;
mod secret;

#[derive(Template)]
#[template(path = "privacy.html")]
struct Privacy {
    page: Page,
    form: Form,
    /// The form that has to be corrected: `retention`, `hold` or `lift`.
    failed: &'static str,
    kinds: Vec<Kind>,
    subjects: Vec<(String, String)>,
    doors: Vec<(String, String)>,
    holds: Vec<Hold>,
    secrets: Vec<Secret>,
}

/// A kind of row that forgets.
struct Kind {
    code: &'static str,
    /// Fewest and most months.
    bounds: String,
    before: String,
}

struct Hold {
    id: i64,
    subject: String,
    period: String,
    reason: String,
    ends: String,
    set: String,
    /// When it was lifted, by whom and why; empty while it is on or if it ended by itself.
    lifted: String,
    is_on: bool,
}

struct Secret {
    person: i64,
    name: String,
    set: String,
    readers: String,
}

/// All routes of the pages.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::Privacy, "/privacy", show)
        .post(Right::Privacy, "/privacy/retention", set)
        .post(Right::Privacy, "/privacy/holds", hold)
        .post(Right::Privacy, "/privacy/holds/{id}/lift", lift)
        .get(Right::Privacy, "/privacy/searches", searches::show)
        .get(Right::Own, "/privacy/purpose", purpose::show)
        .post(Right::Own, "/privacy/purpose", purpose::state)
        .get(Right::Privacy, "/people/{id}/privacy", secret::show)
        .post(Right::Privacy, "/people/{id}/secret", secret::set)
        .post(Right::Privacy, "/people/{id}/secret/end", secret::end)
        .get(Right::Privacy, "/people/{id}/data", data::show)
        .get(Right::Privacy, "/people/{id}/data.json", data::download)
}

/// The page.
async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    render(&built(&app, visit.page, Form::default(), "").await?)
}

/// Sets how long rows know whom they are about.
async fn set(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let mut months = Vec::new();
    for kind in Retained::ALL {
        let (least, most) = kind.bounds();
        match form.parse::<u32>(kind.code(), "not-a-number") {
            Some(wanted) if !(least..=most).contains(&wanted) => {
                form.problem_in(kind.code(), &format!("months-range|{least}–{most}"));
            }
            Some(wanted) => months.push((kind, wanted)),
            None => {}
        }
    }
    if form.failed() {
        return render_refused(&built(&app, visit.page, form, "retention").await?);
    }
    let (caller, operator) = (app.clone(), visit.operator);
    app.db(move |site| {
        let actor = actor(&caller, &operator);
        months.into_iter().try_for_each(|(kind, months)| site.set_retention(&actor, kind, months))
    })
    .await?;
    Ok(done("/privacy", "retention-set"))
}

/// Sets a hold.
async fn hold(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let subject = subject(&mut form);
    let period = form.window(app.context.zone);
    let ends = match crate::when::until_day(form.value("ends"), app.context.zone) {
        Ok(Some(at)) => Some(UtcMs(at.0.saturating_mul(1_000))),
        Ok(None) => {
            form.problem_in("ends", "empty");
            None
        }
        Err(problem) => {
            form.problem_in("ends", problem);
            None
        }
    };
    if let (Some(subject), Some(period), Some(ends)) = (subject, period, ends) {
        let ms = |at: Option<access::time::UtcS>| at.map(|at| UtcMs(at.0.saturating_mul(1_000)));
        let reason = form.value("reason").to_owned();
        let new = NewHold { subject, from: ms(period.from), until: ms(period.until), reason, ends };
        let (caller, operator) = (app.clone(), visit.operator);
        match app.db(move |site| site.add_hold(&actor(&caller, &operator), &new)).await {
            Ok(_) => return Ok(done("/privacy#holds", "hold-set")),
            Err(Fault::Invalid { field: "ends", .. }) => form.problem_in("ends", "hold-range"),
            Err(Fault::Invalid { field: "person", problem }) => form.problem_in("which", problem),
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&built(&app, visit.page, form, "hold").await?)
}

/// Lifts a hold.
async fn lift(State(app): State<App>, visit: Visit, Path(id): Path<String>, mut form: Form) -> Result<Response, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let (caller, operator, reason) = (app.clone(), visit.operator, form.value("reason").to_owned());
    match app.db(move |site| site.lift_hold(&actor(&caller, &operator), id, &reason)).await {
        Ok(()) => return Ok(done("/privacy#holds", "hold-lifted")),
        Err(fault) => form.refused(fault)?,
    }
    render_refused(&built(&app, visit.page, form, "lift").await?)
}

/// What a hold is to be of.
fn subject(form: &mut Form) -> Option<HoldSubject> {
    match form.value("of") {
        "all" => Some(HoldSubject::All),
        "person" => form.parse::<i64>("which", "not-a-number").map(|id| HoldSubject::Person(db::site::PersonId(id))),
        "card" => form.parse("which", "not-a-uid").map(HoldSubject::Card),
        "door" => form.parse("door", "unknown-door").map(HoldSubject::Door),
        _ => {
            form.problem_in("of", "unknown-code");
            None
        }
    }
}

async fn built(app: &App, page: Page, mut form: Form, failed: &'static str) -> Result<Privacy, Fault> {
    let now = page.now;
    let (retained, holds, secrets, doors) = app
        .db(move |site| {
            Ok((site.retention(now)?, site.legal_holds(ROWS)?, site.secret_names(ROWS)?, door_names(site)?))
        })
        .await?;
    for one in &retained {
        form.fill(one.kind.code(), || one.months.to_string());
    }
    let subjects = ["person", "card", "door", "all"].map(|code| (code.to_owned(), page.code("hold-of", code)));
    Ok(Privacy {
        kinds: retained.iter().map(|one| Kind::new(&page, one)).collect(),
        holds: holds.iter().map(|one| Hold::new(&page, one)).collect(),
        secrets: secrets.iter().map(|one| Secret::new(&page, one)).collect(),
        subjects: subjects.into(),
        doors: [(String::new(), page.tr("hold-no-door"))].into_iter().chain(doors).collect(),
        page: page.at("/privacy"),
        form,
        failed,
    })
}

impl Kind {
    fn new(page: &Page, one: &RetentionView) -> Self {
        let (least, most) = one.kind.bounds();
        let built_in = one.kind.months_built_in();
        let words = [("least", least.into()), ("most", most.into()), ("usual", built_in.into())];
        Self {
            code: one.kind.code(),
            bounds: page.lang.say_with("retention-bounds", &words),
            before: page.tr1("retention-before", "at", &page.instant(&one.before)),
        }
    }
}

impl Hold {
    fn new(page: &Page, one: &LegalHoldView) -> Self {
        let named = |kind: &str, name: &str| page.tr1(&format!("hold-named-{kind}"), "name", name);
        let subject = match &one.hold.subject {
            HoldSubject::All => page.tr("hold-of-all"),
            HoldSubject::Person(_) => named("person", &page.name(&one.name)),
            HoldSubject::Card(uid) => named("card", &uid.hex()),
            HoldSubject::Door(_) => named("door", &one.name),
        };
        let end = |at: Option<UtcMs>| at.map(UtcMs::second);
        Self {
            id: one.id,
            subject,
            period: page.window(&access::time::Window { from: end(one.hold.from), until: end(one.hold.until) }),
            reason: one.hold.reason.clone(),
            ends: page.last_day(&one.hold.ends.second()),
            set: format!("{}, {}", one.set.0, page.instant(&one.set.1)),
            lifted: one.lifted.as_ref().map_or_else(String::new, |(operator, at, reason)| {
                format!("{operator}, {}: {reason}", page.instant(at))
            }),
            is_on: one.is_on(page.now),
        }
    }
}

impl Secret {
    fn new(page: &Page, one: &SecretName) -> Self {
        Self {
            person: one.person.0,
            name: page.name(&db::site::neutral_name(one.person)),
            set: format!("{}, {}: {}", one.set.0, page.instant(&one.set.1), one.reason),
            readers: one.readers.join(", "),
        }
    }
}
