//! Who is in: numbers by area, and the list that is taken outside when a house burns. Every role may see it: whoever
//! stands at the desk when the alarm goes must not have to look for somebody who may.

use access::time::UtcMs;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{FoundIn, InsideView, WhoIsIn};

use super::render;
use super::views::Mark;
use crate::app::App;
use crate::csv::Csv;
use crate::explain::Words;
use crate::fault::Fault;
use crate::page::Page;
use crate::query::Pairs;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::Visit;
use crate::when;

/// How far back the list looks, by codes: longer than any shift is usual.
const WITHINS: [&str; 4] = ["12h", "24h", "week", "all"];

const HOUR_MS: i64 = 3_600_000;

/// The routes.
pub(super) fn router() -> Routes {
    Routes::new().get(Right::Evacuation, "/inside", show).get(Right::Evacuation, "/inside/list", list).get(
        Right::Evacuation,
        "/inside/list.csv",
        file,
    )
}

#[derive(Template)]
#[template(path = "inside.html")]
struct Inside {
    page: Page,
    within: &'static str,
    withins: [&'static str; 4],
    total: usize,
    areas: Vec<Area>,
    notes: Vec<Mark>,
    list: String,
    file: String,
}

#[derive(Template)]
#[template(path = "evacuation.html")]
struct Evacuation {
    page: Page,
    within: &'static str,
    total: usize,
    areas: Vec<Area>,
    notes: Vec<Mark>,
    file: String,
}

/// An area with who is in it; or all those of whom no door tells where they are.
struct Area {
    anchor: String,
    name: String,
    people: Vec<One>,
}

/// Somebody who is in.
struct One {
    name: String,
    href: String,
    since: String,
    seen: String,
}

/// The numbers.
async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let within = within(&pairs)?;
    let (page, who) = (visit.page, find(&app, within).await?);
    render(&Inside {
        within,
        withins: WITHINS,
        total: who.total(),
        areas: areas(&page, &who),
        notes: notes(&page, &who),
        list: format!("/inside/list?within={within}"),
        file: format!("/inside/list.csv?within={within}"),
        page,
    })
}

/// The list.
async fn list(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let within = within(&pairs)?;
    let (page, who) = (visit.page, find(&app, within).await?);
    render(&Evacuation {
        within,
        total: who.total(),
        areas: areas(&page, &who),
        notes: notes(&page, &who),
        file: format!("/inside/list.csv?within={within}"),
        page,
    })
}

/// The same as a spreadsheet.
async fn file(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let (page, who) = (visit.page, find(&app, within(&pairs)?).await?);
    let mut csv = Csv::for_people(page.lang);
    csv.row(["rule-area", "report-person", "column-since", "evacuation-seen"].map(|key| page.tr(key)));
    for area in areas(&page, &who) {
        for one in &area.people {
            csv.row([&area.name, &one.name, &one.since, &one.seen]);
        }
    }
    // Whoever holds the file must see that it is not whole.
    for note in notes(&page, &who) {
        csv.row([note.text.as_str(), "", "", ""]);
    }
    Ok(csv.answer("kulku-evacuation"))
}

/// The code of how far back is asked for; a day and a night if nothing is said.
///
/// # Errors
/// [`Fault::Invalid`] with `within`.
pub(crate) fn within(pairs: &Pairs) -> Result<&'static str, Fault> {
    let code = pairs.get("within").unwrap_or("24h");
    let known = WITHINS.into_iter().find(|within| *within == code);
    known.ok_or(Fault::Invalid { field: "within", problem: "unknown-code" })
}

/// Who is in since then.
pub(crate) async fn find(app: &App, within: &str) -> Result<WhoIsIn, Fault> {
    let hours = match within {
        "12h" => Some(12),
        "24h" => Some(24),
        "week" => Some(7 * 24),
        _ => None,
    };
    let since = hours.map_or(UtcMs(i64::MIN), |hours| UtcMs(app.now().0.saturating_sub(hours * HOUR_MS)));
    app.db(move |site| site.who_is_in(since)).await
}

fn areas(page: &Page, who: &WhoIsIn) -> Vec<Area> {
    let of =
        |found: FoundIn| who.people.iter().filter(|one| one.found == found).map(|one| One::new(page, one)).collect();
    let mut areas: Vec<Area> = Vec::new();
    for (id, name, _) in &who.areas {
        areas.push(Area { anchor: format!("area-{}", id.0), name: name.clone(), people: of(FoundIn::Area(*id)) });
    }
    areas.push(Area { anchor: "somewhere".to_owned(), name: page.tr("who-somewhere"), people: of(FoundIn::Somewhere) });
    areas
}

/// What the list does not say by itself.
fn notes(page: &Page, who: &WhoIsIn) -> Vec<Mark> {
    let number = |key: &str, count: u64| page.number(key, "count", &usize::try_from(count).unwrap_or(usize::MAX));
    let note = |tone, symbol, text| Mark { tone, symbol, text };
    let mut notes = Vec::new();
    if who.cut {
        notes.push(note("bad", "✕", page.tr("who-cut")));
    }
    if who.earlier > 0 {
        notes.push(note("warn", "▲", number("who-earlier", who.earlier)));
    }
    let silent: Vec<&str> = who.areas.iter().filter(|(.., leaves)| !leaves).map(|(_, name, _)| name.as_str()).collect();
    if !silent.is_empty() {
        notes.push(note("warn", "▲", page.tr1("who-silent", "areas", &silent.join(", "))));
    }
    if who.left > 0 {
        notes.push(note("plain", "", number("who-left", who.left)));
    }
    notes
}

impl One {
    fn new(page: &Page, view: &InsideView) -> Self {
        let words = Words::from(page);
        let minute = |at: UtcMs| when::shown_minute(at.second(), words.zone, words.lang);
        let card = || view.cards.iter().map(access::uid::Uid::hex).collect::<Vec<_>>().join(", ");
        Self {
            name: view.person.as_ref().map_or_else(|| page.tr1("who-card", "card", &card()), |(_, name)| name.clone()),
            href: view.person.as_ref().map_or_else(String::new, |(id, _)| format!("/people/{}", id.0)),
            since: minute(view.since),
            seen: view.seen.as_ref().map_or_else(String::new, |(_, door, at)| format!("{door}, {}", minute(*at))),
        }
    }
}
