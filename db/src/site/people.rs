//! Persons: humans who may hold cards.

use super::{Actor, CardView, Site, SiteError};

/// The opaque number of a person. Never a Finnish identity code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub i64);

/// A person to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// As on the badge.
    pub name: String,
    /// What another register calls the person; unique if given.
    pub external_id: Option<String>,
}

/// A person, with the cards that belong to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The opaque number.
    pub id: PersonId,
    /// As on the badge.
    pub name: String,
    /// What another register calls the person.
    pub external_id: Option<String>,
    /// All cards that the person holds, held or will hold, in the order of their numbers.
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

impl Site {
    /// Adds a person.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if the external id is taken.
    pub fn add_person(&self, actor: &Actor<'_>, person: NewPerson) -> Result<Person, SiteError> {
        let _ = (actor, person);
        Err(SiteError::Busy)
    }

    /// One person.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn person(&self, id: PersonId) -> Result<Person, SiteError> {
        let _ = id;
        Err(SiteError::Busy)
    }

    /// Persons by number, with their cards.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn people(&self, filter: &PeopleFilter, page: Page) -> Result<Vec<Person>, SiteError> {
        let _ = (filter, page);
        Err(SiteError::Busy)
    }
}
