//! One event: what happened, why it ended as it did, and what can be said to the person.

use access::event::EventKind;
use access::time::UtcMs;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::EventView;

use super::render;
use crate::app::App;
use crate::explain::{self, Case, Ordered, Trace, Words, say};
use crate::fault::Fault;
use crate::language::Lang;
use crate::page::Page;
use crate::query;
use crate::sentence::{Row, command_code};
use crate::visit::Visit;
use crate::when;

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    page: Page,
    row: Row,
    generation: u64,
    link_ok: bool,
    /// What else is known of it: key and text.
    facts: Vec<(&'static str, String)>,
    /// Nothing if no card was decided about.
    why: Option<Why>,
    /// Lists of what happened near it: key and link.
    around: Vec<(&'static str, String)>,
}

struct Why {
    trace: Trace,
    /// Whether the decision made again is the recorded one.
    agrees: bool,
    /// What can be read out: the page's language first.
    said: Vec<(Lang, String)>,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let found = app.db(move |site| {
        let view = explain::event(site, id)?;
        Ok((Case::of_event(site, &view)?, explain::ordered(site, &view)?, view))
    });
    let (case, ordered, view) = found.await?;
    let page = visit.page;
    render(&EventPage {
        row: Row::new(&page, &view),
        generation: view.event.generation.0,
        link_ok: view.link_ok,
        facts: facts(&page, &view, ordered),
        why: case.map(|case| Why::new(&page, &case)),
        around: around(&view),
        page,
    })
}

/// How far around an event its door is looked at, and its card.
const NEAR_MS: i64 = 10 * 60 * 1_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Where to look on.
fn around(view: &EventView) -> Vec<(&'static str, String)> {
    let happened = view.happened().0;
    let link = |name: &str, value: &str, near: i64| {
        let at = |ms: i64| when::rfc3339(UtcMs(ms));
        let (from, until) = (at(happened.saturating_sub(near)), at(happened.saturating_add(near)));
        let pairs = [(name, value), ("from", from.as_str()), ("until", until.as_str())];
        format!("/events?{}", query::join(pairs.into_iter()))
    };
    let mut around = vec![("event-around-door", link("door", view.door.as_str(), NEAR_MS))];
    let card = view.event.subject.map(|subject| subject.uid.hex());
    around.extend(card.map(|card| ("event-around-card", link("card", &card, DAY_MS))));
    let holder = view.holder.as_ref().map(|(person, _)| person.0.to_string());
    around.extend(holder.map(|holder| ("event-around-person", link("person", &holder, DAY_MS))));
    around
}

/// At which reader, and who wanted it, when and why.
fn facts(page: &Page, view: &EventView, ordered: Option<Ordered>) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let EventKind::Tap { side, .. } | EventKind::Entered { side } | EventKind::NotEntered { side } = view.event.kind
    {
        facts.push(("event-side", page.code("side", side.code())));
    }
    let ordered = ordered.unwrap_or_default();
    facts.extend(ordered.area.map(|area| ("event-area", area)));
    facts.extend(ordered.operator.map(|operator| ("event-ordered-by", operator)));
    facts.extend(ordered.at.map(|at| ("event-ordered-at", page.instant(&at))));
    facts.extend(ordered.action.map(|action| ("event-order", page.code("change", &action))));
    facts.extend(Some(ordered.reason).filter(|reason| !reason.is_empty()).map(|reason| ("event-reason", reason)));
    facts.extend(ordered.state.map(|state| ("event-outcome", page.code("command", command_code(&state)))));
    facts
}

impl Why {
    fn new(page: &Page, case: &Case) -> Self {
        let mut languages = vec![page.lang];
        languages.extend(Lang::ALL.into_iter().filter(|lang| *lang != page.lang));
        let in_language = |lang: Lang| (lang, say(&Words { lang, zone: page.zone }, case));
        Self {
            trace: Trace::new(&page.into(), case),
            agrees: case.agrees().unwrap_or(true),
            said: languages.into_iter().map(in_language).collect(),
        }
    }
}
