//! One thing done to many people or cards: whom, what, who gains and loses by it, and back again.
//!
//! ```text
//! boxes, "all that match", pasted numbers ──▶ what? ──▶ preview ──▶ done ──▶ undo
//! ```
//!
//! Nothing is kept between the steps but what the form holds; a step is taken only if the site is as it was shown.

use access::time::UtcMs;
use access::whitelist::Generation;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use db::site::{BulkAct, BulkDone, BulkPlan, BulkSelection, Target, Transition};

use super::rules::offered::{self, Choices};
use super::rules::preview::{List, lists};
use super::{LAST_ROWS, done, place_names, render};
use crate::app::App;
use crate::audit::{Names, Told};
use crate::bulk::{self, Kind};
use crate::csv::Csv;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Visit, actor};

/// Targets that a page shows; the rest is counted, and stands in the table for spreadsheets.
const SHOWN: usize = 100;

/// The routes.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::RulesEdit, "/bulk", fresh)
        .post(Right::RulesEdit, "/bulk", step)
        .get(Right::RulesEdit, "/bulk/{change}", show)
        .post(Right::RulesEdit, "/bulk/{change}/undo", undo)
}

#[derive(Template)]
#[template(path = "bulk.html")]
struct BulkPage {
    page: Page,
    form: Form,
    /// None before somebody is chosen.
    chosen: Option<Chosen>,
    kinds: Choices,
    groups: Choices,
    suspend_causes: Choices,
    resume_causes: Choices,
    latest: Vec<Line>,
}

/// Whom the next step is about.
struct Chosen {
    count: String,
    rows: Vec<Row>,
    hidden: usize,
    unknown: Vec<String>,
}

#[derive(Template)]
#[template(path = "bulk_preview.html")]
struct PreviewPage {
    page: Page,
    form: Form,
    title: String,
    changed: bool,
    seen: u64,
    /// How many become others, and how many are left out.
    become_others: String,
    any: bool,
    left_out: usize,
    rows: Vec<Row>,
    hidden: usize,
    unknown: Vec<String>,
    lists: Vec<List>,
    /// Whether the act is of cards, whose preview says nothing about pauses.
    of_cards: bool,
}

struct Row {
    person: Option<(i64, String)>,
    uid: String,
    /// Code of why nothing is done.
    left_out: &'static str,
}

/// Something that was done before.
struct Line {
    change: u64,
    at: UtcMs,
    operator: String,
    act: String,
    group: String,
    undone: Option<u64>,
}

#[derive(Template)]
#[template(path = "bulk_done.html")]
struct DonePage {
    page: Page,
    form: Form,
    line: Line,
    count: String,
    unchanged: String,
    can_undo: bool,
    told: Vec<Told>,
    more: usize,
}

/// The form for pasted numbers, and what was done lately.
async fn fresh(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    render(&page(&app, visit.page, Form::default(), None).await?)
}

/// The next step, whichever it is.
async fn step(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let (kind, selection) = match bulk::selection(&form) {
        Ok(read) => read,
        Err(fault) => return corrected(&app, visit.page, form, fault).await,
    };
    if form.has("act", "csv") {
        return table(&app, &visit.page, kind, selection).await;
    }
    if form.value("act").is_empty() {
        let chosen = match chosen(&app, &visit, selection).await {
            Ok(chosen) => chosen,
            Err(fault) => return corrected(&app, visit.page, form, fault).await,
        };
        return render(&page(&app, visit.page, form, Some(chosen)).await?);
    }
    let Some(act) = bulk::act(&mut form, &app) else {
        let chosen = chosen(&app, &visit, selection).await?;
        let shown = page(&app, visit.page, form, Some(chosen)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&shown)?).into_response());
    };
    if form.value("seen").is_empty() {
        return preview(&app, visit, form, selection, act, false).await;
    }
    let seen = Generation(form.value("seen").parse().map_err(|_| Fault::NotFound)?);
    let (caller, operator, whom, what) = (app.clone(), visit.operator.clone(), selection.clone(), act.clone());
    match app.db(move |site| site.make_bulk(&actor(&caller, &operator), &whom, &what, seen)).await {
        Ok(Some(change)) => Ok(done(&format!("/bulk/{change}"), "bulk-done")),
        Ok(None) => Ok(done("/bulk", "bulk-nothing")),
        Err(Fault::Invalid { field: "seen", .. }) => preview(&app, visit, form, selection, act, true).await,
        Err(fault) => corrected(&app, visit.page, form, fault).await,
    }
}

/// The first step again, with what is wrong.
async fn corrected(app: &App, seen: Page, mut form: Form, fault: Fault) -> Result<Response, Fault> {
    form.refused(fault)?;
    let shown = page(app, seen, form, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&shown)?).into_response())
}

/// Who is meant.
async fn chosen(app: &App, visit: &Visit, selection: BulkSelection) -> Result<Chosen, Fault> {
    let (all, unknown) = app.db(move |site| site.bulk_targets(&selection)).await?;
    Ok(Chosen {
        count: visit.page.number("bulk-chosen", "count", &all.len()),
        hidden: all.len().saturating_sub(SHOWN),
        rows: all.into_iter().take(SHOWN).map(|target| Row::new(&visit.page, target)).collect(),
        unknown,
    })
}

async fn preview(
    app: &App,
    visit: Visit,
    form: Form,
    selection: BulkSelection,
    act: BulkAct,
    changed: bool,
) -> Result<Response, Fault> {
    let (caller, operator, what) = (app.clone(), visit.operator.clone(), act.clone());
    let found =
        app.db(move |site| Ok((site.plan_bulk(&actor(&caller, &operator), &selection, &what)?, place_names(site)?)));
    let (plan, doors) = match found.await {
        Ok(found) => found,
        Err(Fault::Invalid { field: "window", problem }) => {
            return corrected(app, visit.page, form, Fault::Invalid { field: "until", problem }).await;
        }
        Err(fault) => return corrected(app, visit.page, form, fault).await,
    };
    let page = visit.page.at("/bulk");
    let BulkPlan { targets, unknown, preview, seen } = plan;
    let left_out = targets.iter().filter(|target| target.left_out.is_some()).count();
    let count = targets.len() - left_out;
    let doors = doors.into_iter().collect();
    let template = PreviewPage {
        title: page.code("bulk-act", act.code()),
        become_others: page.number("bulk-becomes", "count", &count),
        any: count > 0,
        left_out,
        hidden: targets.len().saturating_sub(SHOWN),
        rows: targets.into_iter().take(SHOWN).map(|target| Row::new(&page, target)).collect(),
        unknown,
        lists: preview.map(|preview| lists(&page, &preview, &doors)).unwrap_or_default(),
        of_cards: act.is_of_cards(),
        seen: seen.0,
        page,
        form,
        changed,
    };
    let status = if changed { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok((status, render(&template)?).into_response())
}

/// Those who are chosen, as a table for spreadsheets.
async fn table(app: &App, page: &Page, kind: Kind, selection: BulkSelection) -> Result<Response, Fault> {
    let rows = app
        .db(move |site| {
            let (targets, _) = site.bulk_targets(&selection)?;
            let mut rows = Vec::with_capacity(targets.len());
            for target in targets {
                let person = target.person.as_ref().map(|(id, _)| site.person(*id)).transpose()?;
                let card = target.uid.as_ref().map(|uid| site.card(uid)).transpose()?;
                rows.push((person, card));
            }
            Ok(rows)
        })
        .await?;
    let mut csv = Csv::for_people(page.lang);
    let heads = ["person-name", "person-external-id", "card-number", "card-kind", "card-state", "card-validity"];
    csv.row(heads.map(|key| page.tr(key)));
    for (person, card) in rows {
        let (name, id) =
            person.map_or_else(Default::default, |one| (page.name(&one.name), one.external_id.unwrap_or_default()));
        let cells = card.map_or_else(Default::default, |card| {
            [
                card.uid.hex(),
                page.code("kind", card.kind.code()),
                page.code("life", card.life.code()),
                page.window(&card.window),
            ]
        });
        csv.row([name, id].into_iter().chain(cells));
    }
    Ok(csv.answer(kind.code()))
}

/// What was done.
async fn show(State(app): State<App>, visit: Visit, Path(change): Path<String>) -> Result<Response, Fault> {
    let change = change.parse().map_err(|_| Fault::NotFound)?;
    render(&of_change(&app, visit.page, change, Form::default()).await?)
}

/// Takes it back.
async fn undo(
    State(app): State<App>,
    visit: Visit,
    Path(change): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let change: u64 = change.parse().map_err(|_| Fault::NotFound)?;
    let (caller, operator) = (app.clone(), visit.operator.clone());
    match app.db(move |site| site.undo_bulk(&actor(&caller, &operator), change)).await {
        Ok(_) => Ok(done(&format!("/bulk/{change}"), "bulk-undone")),
        Err(fault) => {
            form.refused(fault)?;
            let shown = of_change(&app, visit.page, change, form).await?;
            Ok((StatusCode::CONFLICT, render(&shown)?).into_response())
        }
    }
}

async fn of_change(app: &App, page: Page, change: u64, form: Form) -> Result<DonePage, Fault> {
    let (done, view, names) = app
        .db(move |site| {
            let (done, view) = (site.bulk(change)?, site.change(change)?);
            let names = Names::of(site, std::slice::from_ref(&view))?;
            Ok((done, view, names))
        })
        .await?;
    Ok(DonePage {
        count: page.number("bulk-became", "count", &done.count),
        unchanged: page.number("bulk-unchanged", "count", &done.unchanged),
        can_undo: done.undone.is_none() && done.unchanged > 0,
        told: Told::all(&page, &names, &view),
        more: usize::try_from(view.more).unwrap_or(usize::MAX),
        line: Line::new(&page, done),
        page: page.at(&format!("/bulk/{change}")),
        form,
    })
}

async fn page(app: &App, page: Page, form: Form, chosen: Option<Chosen>) -> Result<BulkPage, Fault> {
    let (groups, latest) = app
        .db(move |site| {
            let none: [i64; 0] = [];
            Ok((offered::groups(site, none)?, site.bulks(LAST_ROWS)?))
        })
        .await?;
    let causes = |transition: Transition| -> Choices {
        transition.causes().iter().map(|cause| (cause.code().to_owned(), page.code("cause", cause.code()))).collect()
    };
    Ok(BulkPage {
        kinds: Kind::ALL.map(|kind| (kind.code().to_owned(), page.code("bulk-kind", kind.code()))).into(),
        suspend_causes: causes(Transition::Suspend),
        resume_causes: causes(Transition::Resume),
        latest: latest.into_iter().map(|done| Line::new(&page, done)).collect(),
        page: page.at("/bulk"),
        form,
        chosen,
        groups,
    })
}

impl BulkPage {
    /// Whether a field belongs to who is chosen, and not to what is done.
    fn keeps(&self, name: &str) -> bool {
        ["kind", "id", "all", "text", "door", "blocked", "numbers"].contains(&name)
    }
}

impl Row {
    fn new(page: &Page, target: Target) -> Self {
        Self {
            person: target.person.map(|(id, name)| (id.0, page.name(&name))),
            uid: target.uid.map(|uid| uid.hex()).unwrap_or_default(),
            left_out: target.left_out.unwrap_or_default(),
        }
    }
}

impl Line {
    fn new(page: &Page, done: BulkDone) -> Self {
        Self {
            act: page.code("bulk-act", &done.act),
            group: done.group.map(|(_, name)| name).unwrap_or_default(),
            change: done.change,
            at: done.at,
            operator: done.operator,
            undone: done.undone,
        }
    }
}
