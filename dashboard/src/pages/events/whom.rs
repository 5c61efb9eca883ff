//! A person who is typed by name into the filter: whom it may mean, to choose from. The filter itself knows numbers only,
//! so nothing of anybody's movements is shown before the choice, and the choice asks for a reason as any number does.

use db::site::{Page as Rows, PeopleFilter, Person};

use crate::app::App;
use crate::asked;
use crate::fault::Fault;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::rights::Right;

/// People that are offered for a name. Of more, whoever looks types more of it.
const OFFERED_MAX: u32 = 20;

/// What stands in the filter's field for persons.
pub(super) enum Whom {
    /// Numbers, or nothing.
    Numbers,
    /// A name that one person alone has: where their events are.
    Alone(String),
    /// A name that several have.
    OneOf(Choice),
}

/// To choose from.
pub(super) struct Choice {
    /// What was typed.
    pub(super) name: String,
    /// Where the events of each are, the name, and what the register calls them.
    pub(super) people: Vec<(String, String, String)>,
    /// Whether more people are called so than are offered.
    pub(super) more: bool,
}

/// Reads the field.
///
/// # Errors
/// [`Fault::Invalid`] with `person` and `nobody-of-that-name`.
pub(super) async fn read(app: &App, page: &Page, pairs: &Pairs) -> Result<Whom, Fault> {
    let Some((value, name)) = typed(pairs).filter(|_| page.may(Right::People)) else { return Ok(Whom::Numbers) };
    let filter = PeopleFilter { text: Some(name.clone()) };
    let rows = Rows { after: None, limit: OFFERED_MAX + 1 };
    let mut people = app.db(move |site| site.people(&filter, rows)).await?;
    let more = people.len() > OFFERED_MAX as usize;
    people.truncate(OFFERED_MAX as usize);
    let place = |person: &Person| place(pairs, &value, &name, person.id.0);
    match people.as_slice() {
        [] => Err(Fault::Invalid { field: "person", problem: "nobody-of-that-name" }),
        [one] => Ok(Whom::Alone(place(one))),
        _ => {
            let shown = |person: &Person| {
                (place(person), page.name(&person.name), person.external_id.clone().unwrap_or_default())
            };
            Ok(Whom::OneOf(Choice { people: people.iter().map(shown).collect(), more, name }))
        }
    }
}

/// The first value with a name in it, and the name. Beside numbers the commas divide; in a name they are part of it.
fn typed(pairs: &Pairs) -> Option<(String, String)> {
    pairs.all("person").find_map(|value| {
        let parts: Vec<&str> = parts(value).collect();
        let name = *parts.iter().find(|part| !is_number(part))?;
        let whole = !parts.iter().any(|part| is_number(part));
        Some((value.to_owned(), if whole { value } else { name }.to_owned()))
    })
}

/// The list with this person where the name stood.
fn place(pairs: &Pairs, value: &str, name: &str, person: i64) -> String {
    let number = person.to_string();
    let chosen = if value == name {
        number
    } else {
        parts(value).map(|part| if part == name { number.as_str() } else { part }).collect::<Vec<_>>().join(",")
    };
    let kept = asked::kept(pairs)
        .map(|(key, other)| if key == "person" && other == value { (key, chosen.as_str()) } else { (key, other) });
    format!("/events?{}", query::join(kept))
}

fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', ';']).map(str::trim).filter(|part| !part.is_empty())
}

fn is_number(part: &str) -> bool {
    part.parse::<i64>().is_ok()
}
