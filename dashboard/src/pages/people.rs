//! The list of people, and adding one.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{CardView, Life, NewPerson, Page as Rows, PeopleFilter, Person, Site, SiteError};

use super::binding::{Holder, Need, holds};
use super::{ROWS, done, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    page: Page,
    form: Form,
    search: String,
    people: Vec<PersonRow>,
    more: String,
}

struct PersonRow {
    id: i64,
    name: String,
    external_id: String,
    cards: Vec<String>,
    /// Codes of what the person lacks that a card of theirs needs.
    lacks: Vec<&'static str>,
}

/// The list.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    render(&list(&app, visit.page, &pairs, Form::default()).await?)
}

/// Adds a person and goes to them.
pub(super) async fn add(State(app): State<App>, visit: Visit, mut form: Form) -> Result<Response, Fault> {
    let person = NewPerson { name: form.value("name").to_owned(), external_id: form.optional("external_id") };
    let (caller, operator) = (app.clone(), visit.operator.clone());
    let added = app.db(move |site| site.add_person(&actor(&caller, &operator), person)).await;
    match added {
        Ok(person) => return Ok(done(&format!("/people/{}", person.id.0), "person-added")),
        Err(Fault::Conflict(_)) => form.problem_in("external_id", "duplicate"),
        Err(fault) => form.refused(fault)?,
    }
    render_refused(&list(&app, visit.page, &Pairs::default(), form).await?)
}

async fn list(app: &App, page: Page, pairs: &Pairs, form: Form) -> Result<People, Fault> {
    let filter = PeopleFilter { text: pairs.get("text").map(str::to_owned) };
    let rows = Rows { after: pairs.parse("after", "not-a-number")?, limit: ROWS + 1 };
    let seen = page.clone();
    let mut found = app
        .db(move |site| {
            let people = site.people(&filter, rows)?;
            people.into_iter().map(|person| with_lacks(site, &seen, person)).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let search = pairs.get("text").unwrap_or_default().to_owned();
    let more = found.last().filter(|_| more).map_or_else(String::new, |last| {
        let after = last.id.to_string();
        let kept = [("text", search.as_str()), ("after", after.as_str())];
        format!("/people?{}", query::join(kept.into_iter()))
    });
    Ok(People { page: page.at("/people"), people: found, form, search, more })
}

/// With what is missing for the cards that the person has now to open anything.
fn with_lacks(site: &Site, page: &Page, person: Person) -> Result<PersonRow, SiteError> {
    let now = page.now.second();
    let in_use =
        |card: &&CardView| card.life == Life::Active && holds(card.held, now) && Need::of(card) != Need::Nothing;
    let cards: Vec<&CardView> = person.cards.iter().filter(in_use).collect();
    let holder = Holder::find(site, (!cards.is_empty()).then_some(person.id))?;
    let mut lacks: Vec<_> = cards.into_iter().filter_map(|card| holder.lacks(page, card)).collect();
    lacks.sort_unstable();
    lacks.dedup();
    Ok(row(page, person, lacks))
}

fn row(page: &Page, person: Person, lacks: Vec<&'static str>) -> PersonRow {
    PersonRow {
        lacks,
        id: person.id.0,
        name: page.name(&person.name),
        external_id: person.external_id.unwrap_or_default(),
        cards: person.cards.iter().map(|card| card.uid.hex()).collect(),
    }
}
