//! Would this card or person pass this door, who can pass it, and where can somebody go: now, or at a time.

use access::id::DoorId;
use access::time::{UtcMs, UtcS};
use access::uid::Uid;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{CardHolder, LIST_MAX, Page as Rows, PeopleFilter, PersonId, Site, SiteError, WhoPage};

use super::{ROWS, door_names, event, render, render_refused};
use crate::app::App;
use crate::explain::{Case, Trace, cards_of};
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::Visit;
use crate::when;

/// Doors that the answer to "where" lists.
const DOORS_SHOWN: usize = 500;
/// People that a text may mean, to choose from.
const PEOPLE_SHOWN: u32 = 20;

/// All routes of explanations.
pub(super) fn router() -> Routes {
    Routes::new().get(Right::Events, "/events/{id}", event::show).get(Right::Rules, "/explain", show)
}

#[derive(Template)]
#[template(path = "explain.html")]
struct ExplainPage {
    page: Page,
    form: Form,
    doors: Vec<(String, String)>,
    answer: Answer,
}

/// What came of the question.
#[derive(Default)]
struct Answer {
    at: String,
    /// People whom the text may mean: where to ask again, and the name.
    choices: Vec<(String, String)>,
    cases: Vec<Tried>,
    who: Option<Who>,
    places: Option<Places>,
}

/// One card at one door.
struct Tried {
    uid: String,
    holder: Option<(i64, String)>,
    door: String,
    door_name: String,
    trace: Trace,
}

struct Who {
    door_name: String,
    cards: Vec<(String, Option<(i64, String)>)>,
    /// How many there are in all.
    count: String,
    more: String,
}

struct Places {
    /// Door, its name, the cards that pass it.
    doors: Vec<(String, String, Vec<String>)>,
    count: String,
}

/// Whom a question is about.
enum Subject {
    Card(Uid),
    Person(PersonId),
    /// Several have such a name.
    OneOf(Vec<(PersonId, String)>),
}

/// The page; with a question in the URL also its answer.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let mut form = pairs.as_form();
    let asked = ["would", "who", "where"].into_iter().find(|asked| form.value("ask") == *asked).unwrap_or("");
    let doors = app.db(door_names).await?;
    let answer = if asked.is_empty() {
        Answer::default()
    } else {
        match answer(&app, &visit.page, asked, &pairs, &form).await {
            Ok(answer) => answer,
            Err(fault) => {
                form.refused(fault)?;
                Answer::default()
            }
        }
    };
    let failed = form.failed();
    let template = ExplainPage { page: visit.page.at("/explain"), form, doors, answer };
    if failed { render_refused(&template) } else { render(&template) }
}

async fn answer(app: &App, page: &Page, asked: &'static str, pairs: &Pairs, form: &Form) -> Result<Answer, Fault> {
    let at = match when::from_field(form.value("at"), app.context.zone) {
        Ok(at) => at.unwrap_or(page.now.second()),
        Err(code) => return Err(Fault::Invalid { field: "at", problem: code }),
    };
    let shown = page.instant(&ms(at));
    let answer = match asked {
        "who" => Answer { who: Some(who(app, page, pairs, door(pairs)?, at).await?), ..Answer::default() },
        _ => {
            let text = form.value("subject").to_owned();
            if text.is_empty() {
                return Err(Fault::Invalid { field: "subject", problem: "empty" });
            }
            let named = pairs.parse("person", "not-a-number")?.map(PersonId);
            match app.db(move |site| subject(site, &text, named)).await? {
                None => return Err(Fault::Invalid { field: "subject", problem: "nobody-found" }),
                Some(Subject::OneOf(people)) => Answer { choices: choices(pairs, people), ..Answer::default() },
                Some(subject) if asked == "where" => {
                    Answer { places: Some(places(app, page, subject, at).await?), ..Answer::default() }
                }
                Some(subject) => {
                    Answer { cases: would(app, page, door(pairs)?, subject, at).await?, ..Answer::default() }
                }
            }
        }
    };
    Ok(Answer { at: shown, ..answer })
}

fn door(pairs: &Pairs) -> Result<DoorId, Fault> {
    pairs.parse("door", "unknown-door")?.ok_or(Fault::Invalid { field: "door", problem: "empty" })
}

/// A card's number, or part of a name.
fn subject(site: &Site, text: &str, named: Option<PersonId>) -> Result<Option<Subject>, SiteError> {
    if let Some(person) = named {
        return site.person(person).map(|person| Some(Subject::Person(person.id)));
    }
    if let Ok(uid) = text.parse() {
        return Ok(Some(Subject::Card(uid)));
    }
    let filter = PeopleFilter { text: Some(text.to_owned()) };
    let people = site.people(&filter, Rows { after: None, limit: PEOPLE_SHOWN })?;
    Ok(match people.as_slice() {
        [] => None,
        [one] => Some(Subject::Person(one.id)),
        _ => Some(Subject::OneOf(people.into_iter().map(|person| (person.id, person.name)).collect())),
    })
}

fn choices(pairs: &Pairs, people: Vec<(PersonId, String)>) -> Vec<(String, String)> {
    let link = |person: PersonId| {
        let number = person.0.to_string();
        let kept = ["ask", "door", "subject", "at"].into_iter().filter_map(|name| Some((name, pairs.get(name)?)));
        format!("/explain?{}", query::join(kept.chain([("person", number.as_str())])))
    };
    people.into_iter().map(|(person, name)| (link(person), name)).collect()
}

/// The card, or each card of the person.
async fn would(app: &App, page: &Page, door: DoorId, subject: Subject, at: UtcS) -> Result<Vec<Tried>, Fault> {
    let cases = app.db(move |site| {
        let cards = match subject {
            Subject::Card(uid) => vec![uid],
            Subject::Person(person) => cards_of(site, person, at)?,
            Subject::OneOf(_) => Vec::new(),
        };
        let tried = |uid| {
            let case = Case::of_question(site, &door, uid, ms(at))?;
            let holder = case.holder().map(|person| site.person(person)).transpose()?;
            Ok((case, holder.map(|person| (person.id.0, person.name))))
        };
        cards.into_iter().map(tried).collect::<Result<Vec<_>, _>>()
    });
    let cases = cases.await?;
    if cases.is_empty() {
        return Err(Fault::Invalid { field: "subject", problem: "no-card" });
    }
    Ok(cases.into_iter().map(|(case, holder)| Tried::new(page, &case, holder)).collect())
}

impl Tried {
    fn new(page: &Page, case: &Case, holder: Option<(i64, String)>) -> Self {
        Self {
            uid: case.uid.map_or_else(String::new, |uid| uid.hex()),
            holder,
            door: case.door.to_string(),
            door_name: case.door_name.clone(),
            trace: Trace::new(&page.into(), case),
        }
    }
}

/// A page of those who can pass. They are counted as far as a list goes, and only on the first page.
async fn who(app: &App, page: &Page, pairs: &Pairs, door: DoorId, at: UtcS) -> Result<Who, Fault> {
    let after = pairs.parse::<Uid>("after", "not-a-uid")?;
    let limit = if after.is_none() { LIST_MAX } else { ROWS + 1 };
    let (name, mut found) = app
        .db(move |site| Ok((site.door(&door)?.name, site.who(&door, at, site.latest()?, WhoPage { after, limit })?)))
        .await?;
    let count = match found.len() {
        _ if after.is_some() => String::new(),
        all if all >= LIST_MAX as usize => page.number("explain-who-at-least", "count", &all),
        all => page.number("explain-who-count", "count", &all),
    };
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let more = found.last().filter(|_| more).map_or_else(String::new, |last| {
        let after = last.uid.hex();
        let kept = ["ask", "door", "at"].into_iter().filter_map(|name| Some((name, pairs.get(name)?)));
        format!("/explain?{}", query::join(kept.chain([("after", after.as_str())])))
    });
    let card = |card: CardHolder| (card.uid.hex(), card.person.map(|(person, name)| (person.0, name)));
    Ok(Who { door_name: name, cards: found.into_iter().map(card).collect(), count, more })
}

async fn places(app: &App, page: &Page, subject: Subject, at: UtcS) -> Result<Places, Fault> {
    let (found, names) = app
        .db(move |site| {
            let as_of = site.latest()?;
            let found = match subject {
                Subject::Card(uid) => site.where_can(&uid, at, as_of)?.into_iter().map(|door| (uid, door)).collect(),
                Subject::Person(person) => site.where_can_person(person, at, as_of)?,
                Subject::OneOf(_) => Vec::new(),
            };
            Ok((found, door_names(site)?))
        })
        .await?;
    let mut doors: Vec<(String, String, Vec<String>)> = Vec::new();
    for (door, name) in names {
        let cards: Vec<String> =
            found.iter().filter(|(_, other)| other.as_str() == door).map(|(uid, _)| uid.hex()).collect();
        if !cards.is_empty() {
            doors.push((door, name, cards));
        }
    }
    let count = page.number("explain-where-count", "count", &doors.len());
    doors.sort_by_key(|(_, name, _)| name.to_lowercase());
    doors.truncate(DOORS_SHOWN);
    Ok(Places { doors, count })
}

fn ms(at: UtcS) -> UtcMs {
    UtcMs(at.0.saturating_mul(1000))
}
