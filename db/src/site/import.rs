//! Many people and their cards at once.

use std::collections::HashSet;
use std::fmt;

use access::id::DoorId;
use access::time::Window;
use access::uid::Uid;
use access::whitelist::Generation;

use rusqlite::Connection;

use super::conditions::{employments, rights};
use super::open::Wakes;
use super::{Actor, CardKind, NewCard, NewEmployment, NewRight, Site, SiteError, cards, change, holdings, people, row};

mod apply;
mod lost;
mod plan;
mod plan_cards;
mod rows;

pub use rows::{
    CardRow, Difference, DifferenceKind, EmploymentRow, IMPORT_DIFFERENCES_MAX, IMPORT_ERRORS_MAX, IMPORT_ROWS_MAX,
    ImportOptions, ImportPlan, ImportRows, ImportTable, Imported, PersonRow, RightRow, RowError,
};

/// Most people in one import: a large hospital district. The transaction holds all other writers up.
pub const IMPORT_PEOPLE_MAX: usize = 200_000;

/// A person to be imported, with their cards.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ImportPerson {
    /// As on the badge.
    pub name: String,
    /// What another register calls the person; unique if given.
    pub external_id: Option<String>,
    /// Where the person works.
    pub employments: Vec<NewEmployment>,
    /// What the person may practise.
    pub rights: Vec<NewRight>,
    /// Given to the person for as long as they may be held.
    pub cards: Vec<ImportCard>,
}

/// A card to be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportCard {
    /// The chip.
    pub uid: Uid,
    /// What it is for.
    pub kind: CardKind,
    /// The card's own validity.
    pub window: Window,
    /// The doors that it is listed for, and when.
    pub doors: Vec<(DoorId, Window)>,
}

/// Names stay out of logs.
impl fmt::Debug for ImportPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportPerson").field("cards", &self.cards).finish_non_exhaustive()
    }
}

impl Site {
    /// Adds people and cards in one transaction and one change: all of them or none.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if a card or an external id is there already.
    pub fn import(&self, actor: &Actor<'_>, people: &[ImportPerson]) -> Result<Generation, SiteError> {
        if people.len() > IMPORT_PEOPLE_MAX {
            return Err(SiteError::invalid("people", "too-many"));
        }
        for person in people {
            check(person)?;
        }
        self.write(Wakes::Changes, |db| {
            let cards: usize = people.iter().map(|person| person.cards.len()).sum();
            let detail = format!("{} people, {cards} cards", people.len());
            let change = change::begin(db, actor, "import", &detail)?;
            for person in people {
                insert(db, change, actor, person)?;
            }
            Ok(Generation(change.cast_unsigned()))
        })
    }
}

fn check(person: &ImportPerson) -> Result<(), SiteError> {
    people::check(&person.name, person.external_id.as_deref())?;
    person.employments.iter().try_for_each(employments::check)?;
    person.rights.iter().try_for_each(rights::check)?;
    for card in &person.cards {
        cards::check(&card.uid, card.window)?;
        for (_, window) in &card.doors {
            row::check_window("window", *window)?;
        }
        let doors: HashSet<_> = card.doors.iter().map(|(door, _)| door).collect();
        if doors.len() < card.doors.len() {
            return Err(SiteError::invalid("doors", "duplicate"));
        }
    }
    Ok(())
}

fn insert(db: &Connection, change: i64, actor: &Actor<'_>, person: &ImportPerson) -> Result<(), SiteError> {
    let id = people::insert(db, change, &person.name, person.external_id.as_deref())?;
    for employment in &person.employments {
        if employments::same(db, employment.external_id.as_deref())?.is_some() {
            return Err(SiteError::conflict("employment", employment.external_id.as_deref().unwrap_or("")));
        }
        employments::insert(db, change, id, employment)?;
    }
    for right in &person.rights {
        rights::insert(db, change, id, right)?;
    }
    for card in &person.cards {
        let new = NewCard::new(card.uid, card.kind, card.window);
        cards::insert(db, change, &new, actor.at.second())?;
        if let Some(held) = holdings::plan(db, actor, &card.uid, card.kind, (id, Window::ALWAYS))? {
            holdings::give(db, change, &card.uid, &held)?;
        }
        for (door, window) in &card.doors {
            let door = row::known_door(db, door)?;
            cards::list(db, change, &card.uid, door, *window)?;
        }
    }
    Ok(())
}
