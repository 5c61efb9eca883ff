//! After a backup was put back: what doors know that it does not, and the operator's decision.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{Decision, Differs, Known, RestoredDoor, RestoredView};

use super::views::Mark;
use super::{done, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::rights::Right;
use crate::routes::Routes;
use crate::sentence::block_codes;
use crate::visit::{Visit, actor};

/// Cards that are shown; the numbers above them count all.
const CARDS: u32 = 200;

#[derive(Template)]
#[template(path = "restore.html")]
struct Restore {
    page: Page,
    form: Form,
    shown: Option<Shown>,
}

/// How it stands.
struct Shown {
    waits: bool,
    decision: &'static str,
    held: usize,
    at: String,
    iso: String,
    operator: String,
    /// Empty if the backup does not say.
    made: String,
    counts: Vec<(&'static str, usize)>,
    doors: Vec<Door>,
    /// Whether somebody has to decide: about all, or about a door that has told later.
    decides: bool,
    /// How many have not told.
    untold: usize,
    cards: Vec<Card>,
    more: bool,
}

struct Door {
    id: String,
    name: String,
    state: Mark,
    newer: bool,
    locked_down: bool,
}

struct Card {
    uid: String,
    holder: String,
    concern: &'static str,
    keeps_out: bool,
    there: Vec<&'static str>,
    listed_there: bool,
    here: Vec<&'static str>,
    known_here: bool,
    doors: usize,
}

/// Both routes of the page.
pub(super) fn router() -> Routes {
    Routes::new().get(Right::Restore, "/restore", show).post(Right::Restore, "/restore", decide)
}

async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    let form = Form::with(&[("reason", visit.page.tr("restore-reason-usual"))]);
    render(&page(&app, visit.page, form).await?)
}

async fn decide(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let reason = form.value("reason").to_owned();
    let Some(decision) = Decision::from_code(form.value("decision")) else {
        return Err(Fault::NotFound);
    };
    let (caller, operator) = (app.clone(), visit.operator);
    match app.db(move |site| site.decide(&actor(&caller, &operator), decision, &reason)).await {
        Ok(_) => Ok(done("/restore", "restore-decided")),
        Err(fault) => {
            form.refused(fault)?;
            render_refused(&page(&app, visit.page, form).await?)
        }
    }
}

async fn page(app: &App, page: Page, form: Form) -> Result<Restore, Fault> {
    let (view, cards) = app.db(|site| Ok((site.restored()?, site.restored_cards(CARDS + 1)?))).await?;
    let shown = view.map(|view| Shown::new(&page, &view, &cards));
    Ok(Restore { page, form, shown })
}

impl Shown {
    fn new(page: &Page, view: &RestoredView, cards: &[Known]) -> Self {
        let untold = view.doors.iter().filter(|door| !door.released && door.told.is_none()).count();
        let asks = view.doors.iter().any(|door| !door.released && door.told.is_some());
        let counts = Differs::ALL.into_iter().zip(view.cards);
        Self {
            waits: view.waits(),
            decision: view.decision.map_or("", Decision::code),
            held: view.held(),
            at: page.instant(&view.at),
            iso: page.iso(&view.at),
            operator: view.operator.clone(),
            made: view.made.map_or_else(String::new, |made| page.instant(&made)),
            counts: counts.map(|(concern, n)| (concern.code(), usize::try_from(n).unwrap_or(usize::MAX))).collect(),
            doors: view.doors.iter().map(|door| Door::new(page, door)).collect(),
            decides: view.waits() || asks,
            untold,
            cards: cards.iter().take(CARDS as usize).map(Card::new).collect(),
            more: cards.len() > CARDS as usize,
        }
    }
}

impl Door {
    fn new(page: &Page, door: &RestoredDoor) -> Self {
        let (tone, symbol, key) = match (door.released, door.told.is_some(), door.online) {
            (true, ..) => ("good", "✓", "restore-door-follows"),
            (false, true, _) => ("good", "✓", "restore-door-told"),
            (false, false, true) => ("warn", "…", "restore-door-tells"),
            (false, false, false) => ("bad", "✕", "restore-door-away"),
        };
        Self {
            id: door.door.to_string(),
            name: door.name.clone(),
            state: Mark { tone, symbol, text: page.tr(key) },
            newer: door.newer,
            locked_down: door.locked_down,
        }
    }
}

impl Card {
    fn new(known: &Known) -> Self {
        Self {
            uid: known.uid.hex(),
            holder: known.holder.clone().unwrap_or_default(),
            concern: known.differs.code(),
            keeps_out: known.differs.keeps_out(),
            there: known.there.map(block_codes).unwrap_or_default(),
            listed_there: known.there.is_some(),
            here: known.here.map(block_codes).unwrap_or_default(),
            known_here: known.here.is_some(),
            doors: usize::try_from(known.doors).unwrap_or(usize::MAX),
        }
    }
}
