//! One person: their cards, what these need, and what they did while the person held them.

use access::entry::Comfort;
use access::time::Window;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{
    CardKind, EmploymentView, EventFilter, EventView, HandOutFilter, HandOutView, HoldingView, Person, PersonId,
    RightView, Searched, Seek, Site, SiteError,
};

use super::binding::holds;
use super::desk::Out;
use super::gained::{self, Gained};
use super::views::{Card, Mark};
use super::{LAST_ROWS, ROWS, done, render};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::purpose;
use crate::query::Pairs;
use crate::rights::Right;
use crate::sentence::Row;
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    page: Page,
    person: Shown,
    /// What was just saved made of their doors.
    gained: Option<Gained>,
    cards: Vec<Card>,
    employments: Vec<Condition>,
    rights: Vec<Condition>,
    holdings: Vec<Held>,
    outs: Vec<Out>,
    /// What they did last; nothing as long as nobody has said why they look.
    rows: Option<Vec<Row>>,
}

struct Shown {
    id: i64,
    name: String,
    external_id: String,
    /// Whether locks stay released for longer.
    longer: bool,
}

/// An employment or a right to practise.
struct Condition {
    number: i64,
    title: String,
    detail: String,
    days: String,
    state: Mark,
    more: String,
}

/// A time for which the person had a card.
struct Held {
    uid: String,
    kind: &'static str,
    as_kind: Option<&'static str>,
    held: String,
}

struct Found {
    person: Person,
    employments: Vec<EmploymentView>,
    rights: Vec<RightView>,
    holdings: Vec<HoldingView>,
    outs: Vec<HandOutView>,
    last: Option<Vec<EventView>>,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Fault> {
    let id = PersonId(id.parse().map_err(|_| Fault::NotFound)?);
    let may_look =
        visit.page.may(Right::Events) && purpose::may_look(&app, &visit.page, vec![Searched::Person(id)]).await?;
    let found = app.db(move |site| find(site, id, may_look)).await?;
    let gained = gained::read(&app, &visit.page, &pairs, id).await?;
    let (page, person) = (visit.page, found.person);
    render(&PersonPage {
        gained,
        cards: Card::all(&page, &person.cards),
        employments: found.employments.into_iter().map(|job| employment(&page, job)).collect(),
        rights: found.rights.into_iter().map(|one| right(&page, one)).collect(),
        holdings: found.holdings.iter().map(|one| held(&page, one)).collect(),
        outs: found.outs.iter().map(|out| Out::new(&page, out)).collect(),
        rows: found.last.map(|last| Row::all(&page, &last)),
        person: Shown {
            id: person.id.0,
            name: page.name(&person.name),
            external_id: person.external_id.unwrap_or_default(),
            longer: person.comfort.has(Comfort::LONG),
        },
        page,
    })
}

/// Sets whether the person needs longer at doors.
pub(super) async fn set_comfort(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let id = PersonId(id.parse().map_err(|_| Fault::NotFound)?);
    let comfort = match form.value("longer") {
        "yes" => Comfort::LONG,
        "no" => Comfort::NONE,
        _ => return Err(Fault::Invalid { field: "longer", problem: "unknown-code" }),
    };
    app.db({
        let app = app.clone();
        move |site| site.set_comfort(&actor(&app, &visit.operator), id, comfort)
    })
    .await?;
    Ok(done(&format!("/people/{}#comfort", id.0), "comfort-set"))
}

fn find(site: &Site, id: PersonId, may_look: bool) -> Result<Found, SiteError> {
    let events = EventFilter { persons: vec![id], ..EventFilter::default() };
    let outs = HandOutFilter { person: Some(id), ..HandOutFilter::default() };
    Ok(Found {
        person: site.person(id)?,
        employments: site.employments(id)?,
        rights: site.rights(id)?,
        holdings: site.holdings_of(id, ROWS)?,
        outs: site.handouts(outs, None, LAST_ROWS)?,
        last: may_look.then(|| site.events(&events, Seek::Newest, LAST_ROWS)).transpose()?,
    })
}

fn employment(page: &Page, job: EmploymentView) -> Condition {
    Condition {
        number: job.id.0,
        title: job.title,
        detail: job.unit,
        days: page.days(&job.window),
        state: now(page, job.window),
        more: job.external_id.unwrap_or_default(),
    }
}

fn right(page: &Page, right: RightView) -> Condition {
    Condition {
        number: right.id.0,
        title: right.profession,
        detail: right.source,
        days: page.days(&right.window),
        state: now(page, right.window),
        more: page.instant(&right.checked),
    }
}

fn held(page: &Page, one: &HoldingView) -> Held {
    Held {
        uid: one.uid.hex(),
        kind: one.kind.code(),
        as_kind: one.as_kind.map(CardKind::code),
        held: page.window(&one.window),
    }
}

fn now(page: &Page, window: Window) -> Mark {
    if holds(window, page.now.second()) {
        Mark::good(page.tr("condition-holds"))
    } else {
        Mark::plain(page.tr("condition-not-now"))
    }
}
