//! Persons: humans who may hold cards.

use std::fmt;

use access::entry::Comfort;
use rusqlite::{Connection, OptionalExtension, Row};

use super::open::Wakes;
use super::{Actor, CardView, Site, SiteError, cards, change, comfort, privacy, row};

/// Longest name of a person, in bytes.
const NAME_LENGTH_MAX: usize = 200;

/// Longest external id, in bytes.
const EXTERNAL_ID_LENGTH_MAX: usize = 64;

/// The opaque number of a person. Never a Finnish identity code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub i64);

/// A person to be added.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// As on the badge.
    pub name: String,
    /// What another register calls the person; unique if given.
    pub external_id: Option<String>,
}

/// A person, with the cards that belong to them.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The opaque number.
    pub id: PersonId,
    /// As on the badge.
    pub name: String,
    /// What another register calls the person.
    pub external_id: Option<String>,
    /// What makes passing easier, and never admits.
    pub comfort: Comfort,
    /// The cards that were last given to this person, in the order of their numbers.
    pub cards: Vec<CardView>,
}

/// Which persons to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeopleFilter {
    /// Part of the name or of the external id, upper and lower case alike.
    pub text: Option<String>,
}

/// A page of a list that is ordered by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Page {
    /// The last number of the page before.
    pub after: Option<i64>,
    /// Most rows; cut to [`super::LIST_MAX`].
    pub limit: u32,
}

/// Names stay out of logs.
impl fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPerson").finish_non_exhaustive()
    }
}

/// Names stay out of logs.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("id", &self.id).field("cards", &self.cards).finish_non_exhaustive()
    }
}

impl Site {
    /// Adds a person.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if the external id is taken.
    pub fn add_person(&self, actor: &Actor<'_>, person: NewPerson) -> Result<Person, SiteError> {
        let NewPerson { name, external_id } = person;
        check(&name, external_id.as_deref())?;
        self.write(Wakes::Changes, |db| {
            let change = change::begin(db, actor, "person-add", "")?;
            let id = insert(db, change, &name, external_id.as_deref())?;
            change::about(db, change, &id.0.to_string())?;
            Ok(Person {
                id,
                name: name.clone(),
                external_id: external_id.clone(),
                comfort: Comfort::NONE,
                cards: Vec::new(),
            })
        })
    }

    /// One person.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn person(&self, id: PersonId) -> Result<Person, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, "SELECT id, name, external_id FROM person WHERE id = $1")?;
            let person =
                row::first(statement.query([id.0])?, view)?.ok_or_else(|| SiteError::not_found("person", &id.0))?;
            with_cards(db, person)
        })
    }

    /// Persons by number, with their cards.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn people(&self, filter: &PeopleFilter, page: Page) -> Result<Vec<Person>, SiteError> {
        let pattern = filter.text.as_deref().map(|text| row::containing(&text.trim().to_lowercase()));
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                r"SELECT id, name, external_id FROM person
                  WHERE id > $1 AND ($2 IS NULL OR search LIKE $2 ESCAPE '\')
                  ORDER BY id LIMIT $3",
            )?;
            let after = page.after.unwrap_or(0);
            let rows = statement.query((after, pattern, row::limit_of(page.limit)))?;
            row::all(rows, view)?.into_iter().map(|person| with_cards(db, person)).collect()
        })
    }
}

/// Refuses texts that cannot be a name or an external id.
pub(super) fn check(name: &str, external_id: Option<&str>) -> Result<(), SiteError> {
    row::check_text("name", name, NAME_LENGTH_MAX)?;
    // Whoever is shown the name that it stands for would take this person for the other.
    if privacy::neutral_of(name).is_some() {
        return Err(SiteError::invalid("name", "reserved"));
    }
    external_id.map_or(Ok(()), |id| row::check_text("external_id", id, EXTERNAL_ID_LENGTH_MAX))
}

/// Inserts a person whose texts have been checked.
pub(super) fn insert(
    db: &Connection,
    change: i64,
    name: &str,
    external_id: Option<&str>,
) -> Result<PersonId, SiteError> {
    if external_id.map_or(Ok(false), |id| privacy::taken(db, id))? {
        return Err(SiteError::conflict("person", external_id.unwrap_or("")));
    }
    let search = search_text(name, external_id);
    row::prepare(
        db,
        "INSERT INTO person (name, external_id, search, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT (external_id) DO NOTHING RETURNING id",
    )?
    .query_row((name, external_id, search, change), |row| row.get(0))
    .optional()?
    .map(PersonId)
    .ok_or_else(|| SiteError::conflict("person", external_id.unwrap_or("")))
}

/// Calls a person otherwise from now on. Names decide nothing, so earlier ones are not kept.
pub(super) fn rename(db: &Connection, id: PersonId, name: &str, external_id: &str) -> Result<(), SiteError> {
    if privacy::rename(db, id, name)? {
        return Ok(());
    }
    let search = search_text(name, Some(external_id));
    row::prepare(db, "UPDATE person SET name = $1, search = $2 WHERE id = $3")?.execute((name, search, id.0))?;
    Ok(())
}

/// What a search for a person looks at.
pub(super) fn search_text(name: &str, external_id: Option<&str>) -> String {
    format!("{name} {}", external_id.unwrap_or("")).to_lowercase()
}

fn view(row: &Row<'_>) -> Result<Person, SiteError> {
    Ok(Person {
        id: PersonId(row.get(0)?),
        name: row.get(1)?,
        external_id: row.get(2)?,
        comfort: Comfort::NONE,
        cards: Vec::new(),
    })
}

fn with_cards(db: &Connection, mut person: Person) -> Result<Person, SiteError> {
    person.comfort = comfort::as_of(db, person.id.0, i64::MAX)?;
    person.cards = cards::of_person(db, person.id)?;
    Ok(person)
}
