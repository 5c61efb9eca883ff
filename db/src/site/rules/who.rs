//! Who may pass a door at an instant, and where a card may pass.

use std::fmt;

use access::id::DoorId;
use access::time::UtcS;
use access::uid::Uid;
use access::whitelist::Generation;

use crate::site::{PersonId, Site, SiteError};

/// A card that would be granted, and whose it is then.
#[derive(Clone, PartialEq, Eq)]
pub struct CardHolder {
    /// The chip.
    pub uid: Uid,
    /// Whose it is at that instant; `None` if it belongs to nobody and is listed by itself.
    pub person: Option<(PersonId, String)>,
}

/// Names stay out of logs.
impl fmt::Debug for CardHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardHolder")
            .field("uid", &self.uid)
            .field("person", &self.person.as_ref().map(|(id, _)| id))
            .finish()
    }
}

/// A page of cards, ordered by the bytes of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WhoPage {
    /// The last card of the page before.
    pub after: Option<Uid>,
    /// Most rows; cut to [`crate::site::LIST_MAX`].
    pub limit: u32,
}

impl Site {
    /// The cards that this door would grant at that second, if their credentials are read well.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn who(&self, door: &DoorId, at: UtcS, as_of: Generation, page: WhoPage) -> Result<Vec<CardHolder>, SiteError> {
        let _ = (door, at, as_of, page);
        Err(SiteError::corrupt("list"))
    }

    /// The doors that would grant this card at that second, by name on the wire.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn where_can(&self, uid: &Uid, at: UtcS, as_of: Generation) -> Result<Vec<DoorId>, SiteError> {
        let _ = (uid, at, as_of);
        Err(SiteError::corrupt("list"))
    }

    /// The same for all cards that this person holds at that second.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn where_can_person(
        &self,
        person: PersonId,
        at: UtcS,
        as_of: Generation,
    ) -> Result<Vec<(Uid, DoorId)>, SiteError> {
        let _ = (person, at, as_of);
        Err(SiteError::corrupt("list"))
    }
}
