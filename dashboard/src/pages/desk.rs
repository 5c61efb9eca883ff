//! The registration desk: who is before it, which cards they have, a backup card out and back.

use access::time::UtcMs;
use access::uid::Uid;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{
    CardKind, CardView, EventFilter, HandOutCause, HandOutFilter, HandOutId, HandOutState, HandOutView, Life,
    Page as Rows, PeopleFilter, Person, PersonId, Seek, Site, SiteError,
};

use super::views::{Card, Mark};
use super::{LAST_ROWS, ROWS, choices, receipt, render};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::Visit;

mod moves;

/// How long a card that was laid on an encoder is offered: as long as somebody stands before the desk.
const LAID_MS: i64 = 2 * 60 * 1000;

/// The routes.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::Desk, "/desk", show)
        .post(Right::Desk, "/desk/hand-out", moves::hand_out)
        .post(Right::Desk, "/desk/return", moves::take_back)
        .post(Right::Desk, "/desk/missing", moves::missing)
        .get(Right::Desk, "/desk/{id}", receipt::show)
}

#[derive(Template)]
#[template(path = "desk.html")]
struct Desk {
    page: Page,
    form: Form,
    /// What was searched for.
    search: String,
    /// The card that was named or laid down.
    card: Option<Card>,
    /// What can be done with it.
    now: CardNow,
    /// The card that lies on an encoder.
    laid: Option<String>,
    people: Vec<(i64, String, String)>,
    /// Whether people were searched for.
    searched: bool,
    person: Option<(i64, String)>,
    cards: Vec<Card>,
    originals: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    causes: Vec<(String, String)>,
    documents: Vec<(String, String)>,
    show: &'static str,
    outs: Vec<Out>,
    overdue: usize,
    more: String,
}

/// What the desk can do with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CardNow {
    /// Nothing that is the desk's.
    Other,
    /// A backup card that may be given out.
    Free,
    /// A backup card that is out.
    Out,
}

/// A hand-out in a list.
pub(super) struct Out {
    pub(super) id: i64,
    pub(super) backup: String,
    pub(super) person: i64,
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) cause: &'static str,
    pub(super) given: String,
    pub(super) place: String,
    pub(super) until: String,
    pub(super) state: Mark,
    /// Whether it can be taken back.
    pub(super) is_out: bool,
}

impl Out {
    pub(super) fn new(page: &Page, view: &HandOutView) -> Self {
        Self {
            id: view.id.0,
            backup: view.backup.hex(),
            person: view.person.0,
            name: view.person_name.clone(),
            kind: view.kind.code(),
            cause: view.cause.code(),
            given: page.instant(&view.given),
            place: view.place.clone(),
            until: page.last_day(&view.until),
            state: state(page, view),
            is_out: is_out(view),
        }
    }
}

/// Whether the card has not come back.
pub(super) fn is_out(view: &HandOutView) -> bool {
    view.returned.is_none() && view.ended != Some(db::site::HandOutEnd::Missing)
}

/// How far it is, in a word.
pub(super) fn state(page: &Page, view: &HandOutView) -> Mark {
    if view.returned.is_some() {
        return Mark::good(page.tr("out-returned"));
    }
    match view.ended {
        Some(db::site::HandOutEnd::Missing) => Mark::bad(page.tr("out-missing")),
        _ if page.now.second() >= view.until => Mark::warn(page.tr("out-overdue")),
        _ => Mark::plain(page.tr("out-open")),
    }
}

/// The desk.
async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let mut form = pairs.as_form();
    if let Some(card) = pairs.get("q").and_then(|text| text.parse::<Uid>().ok()) {
        form = Form::entered([form.fields().to_vec(), vec![("backup".to_owned(), card.hex())]].concat());
    }
    render(&desk(&app, &visit, &pairs, form).await?)
}

/// What the URL or a form says of whom and what.
struct Wanted {
    card: Option<Uid>,
    text: Option<String>,
    person: Option<PersonId>,
    state: HandOutState,
    before: Option<HandOutId>,
    now: UtcMs,
    operator: String,
}

struct Found {
    card: Option<CardView>,
    laid: Option<Uid>,
    people: Vec<Person>,
    person: Option<Person>,
    outs: Vec<HandOutView>,
    overdue: usize,
    of_card: Vec<HandOutView>,
    place: Option<String>,
}

async fn desk(app: &App, visit: &Visit, pairs: &Pairs, mut form: Form) -> Result<Desk, Fault> {
    let page = visit.page.clone().at("/desk");
    let search = pairs.get("q").unwrap_or_default().to_owned();
    let card = search.parse::<Uid>().ok().or_else(|| form.value("backup").parse().ok());
    let show = shown(pairs);
    let wanted = Wanted {
        card,
        text: (card.is_none() && !search.is_empty()).then(|| search.clone()),
        person: form.value("person").parse().ok().map(PersonId),
        state: state_of(show, page.now),
        before: pairs.parse("before", "not-a-number")?.map(HandOutId),
        now: page.now,
        operator: visit.operator.name.clone(),
    };
    let searched = wanted.text.is_some();
    let found = app.db(move |site| find(site, &wanted)).await?;
    form.fill("place", || found.place.clone().unwrap_or_default());
    form.fill("cause", || HandOutCause::Forgotten.code().to_owned());
    Ok(built(page, form, search, searched, show, found))
}

fn built(page: Page, form: Form, search: String, searched: bool, show: &'static str, mut found: Found) -> Desk {
    let more = found.outs.len() > ROWS as usize;
    found.outs.truncate(ROWS as usize);
    let more = found.outs.last().filter(|_| more).map_or_else(String::new, |last| {
        let before = last.id.0.to_string();
        format!("/desk?{}#outs", query::join([("show", show), ("before", before.as_str())].into_iter()))
    });
    let originals = found.person.as_ref().map_or_else(Vec::new, |person| originals(&page, person));
    Desk {
        now: card_now(&found),
        card: found.card.as_ref().map(|card| Card::new(&page, card)),
        laid: found.laid.map(|uid| uid.hex()),
        people: found
            .people
            .into_iter()
            .map(|person| (person.id.0, person.name, person.external_id.unwrap_or_default()))
            .collect(),
        searched,
        cards: found.person.as_ref().map_or_else(Vec::new, |person| Card::all(&page, &person.cards)),
        person: found.person.map(|person| (person.id.0, person.name)),
        originals,
        kinds: choices::original_kinds(&page),
        causes: choices::hand_out_causes(&page),
        documents: choices::documents(&page),
        show,
        outs: found.outs.iter().map(|out| Out::new(&page, out)).collect(),
        overdue: found.overdue,
        more,
        search,
        form,
        page,
    }
}

fn card_now(found: &Found) -> CardNow {
    match &found.card {
        Some(card) if card.kind == CardKind::Backup => {
            if found.of_card.iter().any(is_out) {
                CardNow::Out
            } else if matches!(card.life, Life::Active | Life::Delivered | Life::Returned) {
                CardNow::Free
            } else {
                CardNow::Other
            }
        }
        _ => CardNow::Other,
    }
}

/// The person's cards that a backup card may stand in for; none is a choice, too.
fn originals(page: &Page, person: &Person) -> Vec<(String, String)> {
    let mut cards: Vec<_> =
        person.cards.iter().filter(|card| card.kind != CardKind::Backup && card.life != Life::Retired).collect();
    // The one that somebody most likely misses first.
    cards.sort_by_key(|card| card.life != Life::Active);
    let named = cards.into_iter().map(|card| {
        let kind = page.code("kind", card.kind.code());
        (card.uid.hex(), format!("{kind} {} ({})", card.uid.hex(), page.code("life", card.life.code())))
    });
    named.chain([(String::new(), page.tr("desk-no-original"))]).collect()
}

fn find(site: &Site, wanted: &Wanted) -> Result<Found, SiteError> {
    let card = wanted.card.map(|uid| site.card(&uid)).transpose();
    let card = match card {
        Err(SiteError::NotFound { .. }) => None,
        other => other?,
    };
    let filter = HandOutFilter { state: wanted.state, ..HandOutFilter::default() };
    let overdue = HandOutFilter { state: HandOutState::Overdue(wanted.now), ..HandOutFilter::default() };
    let people = match &wanted.text {
        Some(text) => site.people(&PeopleFilter { text: Some(text.clone()) }, Rows { after: None, limit: ROWS })?,
        None => Vec::new(),
    };
    let of_card = HandOutFilter { uid: card.as_ref().map(|card| card.uid), ..HandOutFilter::default() };
    let last = site.handouts(HandOutFilter::default(), None, LAST_ROWS)?;
    Ok(Found {
        laid: laid(site, wanted.now)?,
        people,
        person: wanted.person.map(|person| site.person(person)).transpose()?,
        outs: site.handouts(filter, wanted.before, ROWS + 1)?,
        overdue: site.handouts(overdue, None, super::overview::COUNTED_MAX + 1)?.len(),
        of_card: if card.is_some() { site.handouts(of_card, None, 1)? } else { Vec::new() },
        place: last.into_iter().find(|out| out.given_by == wanted.operator).map(|out| out.place),
        card,
    })
}

/// The card that was last laid on an encoder that had no job, if that was just now.
fn laid(site: &Site, now: UtcMs) -> Result<Option<Uid>, SiteError> {
    let filter = EventFilter {
        codes: vec!["presented".to_owned()],
        from: Some(UtcMs(now.0.saturating_sub(LAID_MS))),
        ..EventFilter::default()
    };
    let events = site.events(&filter, Seek::Newest, 1)?;
    Ok(events.first().and_then(|view| view.event.subject.map(|subject| subject.uid)))
}

fn shown(pairs: &Pairs) -> &'static str {
    match pairs.get("show") {
        Some("overdue") => "overdue",
        Some("all") => "all",
        _ => "open",
    }
}

fn state_of(show: &str, now: UtcMs) -> HandOutState {
    match show {
        "overdue" => HandOutState::Overdue(now),
        "all" => HandOutState::All,
        _ => HandOutState::Open,
    }
}
