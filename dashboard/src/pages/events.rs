//! The log, filtered by the URL.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use db::site::{AreaView, Found, LIST_MAX, Page as Rows, PersonId, Seek, Site, SiteError};

use super::{ROWS, choices, place_names, render, render_refused};
use crate::app::App;
use crate::asked::{self, Asked, Span};
use crate::export::{self, Reader};
use crate::fault::Fault;
use crate::form::Form;
use crate::names;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::sentence::Row;
use crate::visit::Visit;

mod whom;

use whom::{Choice, Whom};

type Names = Vec<(String, String)>;

/// Most doors that the form offers at once, so that the page stays light; of more, those of the areas that are chosen.
const DOORS_OFFERED_MAX: usize = 150;

#[derive(Template)]
#[template(path = "events.html")]
struct Events {
    page: Page,
    form: Form,
    /// People whom a typed name may mean; then nothing is listed before one is chosen.
    choice: Option<Choice>,
    /// What is asked for, each with a link to the list without it.
    chips: Vec<Chip>,
    /// The key of how far back the list goes.
    span: &'static str,
    offered: Offered,
    /// Where the live tail is; empty on a page that shows the past.
    stream: String,
    rows: Vec<Row>,
    newest: String,
    older: String,
    /// When the search gave up for now; `older` goes on.
    searched: Option<String>,
    /// The same with no end to how far back; empty if there is none already.
    whole: String,
    /// The same as a file.
    csv: String,
}

/// What can be chosen.
struct Offered {
    doors: Names,
    /// Whether there are more doors than these.
    more_doors: bool,
    areas: Names,
    decisions: Names,
    codes: Names,
    reasons: Names,
    spans: Names,
}

/// What the filter speaks of, by its names.
struct Known {
    doors: Names,
    areas: Vec<AreaView>,
    /// Persons who are asked for.
    persons: Names,
}

/// A part of the filter.
struct Chip {
    text: String,
    without: String,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let mut form = typed(&pairs);
    let (mut found, mut choice) = (None, None);
    match whom::read(&app, &visit.page, &pairs).await {
        Ok(Whom::Alone(place)) => return Ok(Redirect::to(&place).into_response()),
        Ok(Whom::OneOf(people)) => choice = Some(people),
        Ok(Whom::Numbers) => match list(&app, &pairs).await {
            Ok(listed) => found = Some(listed),
            Err(fault) => form.refused(fault)?,
        },
        Err(fault) => form.refused(fault)?,
    }
    let persons = found.as_ref().map_or_else(Vec::new, |(asked, ..)| asked.filter.persons.clone());
    let names = app.db(move |site| {
        let known = |person: PersonId| Some((person.0.to_string(), site.person(person).ok()?.name));
        let persons = persons.into_iter().filter_map(known).collect();
        Ok(Known { doors: place_names(site)?, areas: areas(site)?, persons })
    });
    let known = names.await?;
    let failed = form.failed();
    let mut template = page(visit.page, &pairs, form, known, found);
    template.choice = choice;
    if failed { render_refused(&template) } else { render(&template) }
}

/// The same events as a file for spreadsheets.
pub(super) async fn table(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let filter = Asked::read(&pairs, app.context.zone)?.back_from(app.now());
    // A file goes from hand to hand, so no name that is kept back stands in it.
    let page = Page { names: names::Names::default(), ..visit.page };
    export::events(app, filter, Reader::Person(Box::new(page))).await
}

async fn list(app: &App, pairs: &Pairs) -> Result<(Asked, Seek, Found), Fault> {
    let (asked, seek) = (Asked::read(pairs, app.context.zone)?, asked::seek(pairs)?);
    let filter = match seek {
        Seek::After(_) => asked.filter.clone(),
        _ => asked.back_from(app.now()),
    };
    let found = app.db(move |site| site.find_events(&filter, seek, ROWS)).await?;
    Ok((asked, seek, found))
}

/// What was entered; several cards or persons stand in one field.
fn typed(pairs: &Pairs) -> Form {
    let joined = |name| asked::values(pairs, name).collect::<Vec<_>>().join(", ");
    let others = asked::kept(pairs).filter(|(name, _)| !["card", "person"].contains(name));
    let mut fields: Vec<(String, String)> = others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    fields.extend(["card", "person"].map(|name| (name.to_owned(), joined(name))));
    Form::entered(fields)
}

fn areas(site: &Site) -> Result<Vec<AreaView>, SiteError> {
    site.areas(Rows { after: None, limit: LIST_MAX })
}

fn page(page: Page, pairs: &Pairs, form: Form, known: Known, found: Option<(Asked, Seek, Found)>) -> Events {
    let filter = asked::again(pairs, &[]);
    let link = |name: &str, id: i64| format!("/events?{}", asked::again(pairs, &[(name, &id.to_string())]));
    let (span, seek) = found.as_ref().map_or_else(Default::default, |(asked, seek, _)| (asked.span, *seek));
    let forward = matches!(seek, Seek::After(_));
    let (mut views, mut older, mut searched, mut stream) = (Vec::new(), String::new(), None, String::new());
    if let Some((_, _, found)) = found {
        searched = found.next.filter(|_| found.unfinished && !forward).map(|mark| page.instant(&mark.happened));
        older = found.next.filter(|_| !forward).map_or_else(String::new, |mark| link("before", mark.id));
        if seek == Seek::Newest {
            let after = asked::again(pairs, &[("after", &found.newest.to_string())]);
            stream = format!("/events/stream?{after}");
        }
        views = found.events;
    }
    if forward {
        views.reverse();
        older = views.last().map_or_else(String::new, |last| link("before", last.id));
    }
    Events {
        choice: None,
        chips: chips(&page, pairs, &known),
        span: span.map_or("events-span-own", span_key),
        stream,
        newest: if seek == Seek::Newest { String::new() } else { format!("/events?{filter}") },
        older,
        searched,
        whole: whole(pairs, span),
        csv: format!("/events.csv?{filter}"),
        rows: Row::all(&page, &views),
        offered: Offered::new(&page, &form, known.doors, &known.areas),
        form,
        page,
    }
}

/// The same list with no end to how far back.
fn whole(pairs: &Pairs, span: Option<Span>) -> String {
    let kept = asked::kept(pairs).filter(|(name, _)| *name != "span").chain([("span", Span::All.code())]);
    match span {
        Some(Span::All) | None => String::new(),
        Some(_) => format!("/events?{}", query::join(kept)),
    }
}

fn span_key(span: Span) -> &'static str {
    match span {
        Span::Day => "events-span-day",
        Span::Week => "events-span-week",
        Span::Month => "events-span-month",
        Span::All => "events-span-all",
    }
}

impl Offered {
    fn new(page: &Page, form: &Form, mut doors: Names, areas: &[AreaView]) -> Self {
        let more_doors = doors.len() > DOORS_OFFERED_MAX;
        if more_doors {
            let chosen = areas.iter().filter(|area| form.has("area", &area.id.0.to_string()));
            let near: Vec<&str> = chosen.flat_map(|area| &area.doors).map(|(door, _)| door.as_str()).collect();
            doors.retain(|(door, _)| near.contains(&door.as_str()) || form.has("door", door));
        }
        let spans = Span::ALL.map(|span| (span.code().to_owned(), page.tr(span_key(span))));
        // The one that is meant if nothing is chosen stands first.
        let (month, others): (Names, Names) = spans.into_iter().partition(|(code, _)| code == Span::Month.code());
        Self {
            decisions: choices::decisions(page),
            codes: choices::event_codes(page),
            reasons: choices::reasons(page),
            spans: month.into_iter().chain(others).collect(),
            areas: areas.iter().map(|area| (area.id.0.to_string(), area.name.clone())).collect(),
            doors,
            more_doors,
        }
    }
}

/// The parts of the filter in words. What nobody can read any more, such as a door that is gone, shows as it was asked for.
fn chips(page: &Page, pairs: &Pairs, known: &Known) -> Vec<Chip> {
    let Known { doors, areas, persons } = known;
    let door = |id: &str| doors.iter().find(|(known, _)| known == id).map_or(id, |(_, name)| name.as_str()).to_owned();
    let area = |id: &str| {
        areas.iter().find(|area| area.id.0.to_string() == id).map_or(id, |area| area.name.as_str()).to_owned()
    };
    let person = |number: &str| match persons.iter().find(|(known, _)| known == number) {
        Some((_, name)) => page.tr1("events-chip-named", "name", &page.name(name)),
        None => page.tr1("events-chip-person", "number", number),
    };
    let text = |name: &str, value: &str| match name {
        "door" => door(value),
        "area" => page.tr1("events-chip-area", "name", &area(value)),
        "card" => page.tr1("events-chip-card", "number", value),
        "person" => person(value),
        "decision" | "code" => page.code("event", value),
        "reason" => page.code("reason", value),
        "from" => page.tr1("events-chip-from", "time", &value.replace('T', " ")),
        "until" => page.tr1("events-chip-until", "time", &value.replace('T', " ")),
        _ => {
            Span::ALL.iter().find(|span| span.code() == value).map_or_else(String::new, |span| page.tr(span_key(*span)))
        }
    };
    let without = |left: (&str, &str)| {
        let kept = asked::kept(pairs).filter(|pair| *pair != left);
        format!("/events?{}", query::join(kept))
    };
    asked::kept(pairs).map(|(name, value)| Chip { text: text(name, value), without: without((name, value)) }).collect()
}
