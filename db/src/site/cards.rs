//! Cards: their kind, validity, blocks, holders and the doors that they are listed for.

use access::entry::{Block, Blocks};
use access::id::DoorId;
use access::time::Window;
use access::uid::Uid;

use super::{Actor, PersonId, Site, SiteError};

/// What a card is for. The first four are the Sote cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardKind {
    /// Of a health care professional.
    Professional,
    /// Of other staff.
    Staff,
    /// Of an organisation rather than a person.
    Actor,
    /// A blank that is lent and used again.
    Backup,
    /// Of a visitor.
    Visitor,
}

impl CardKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Professional, Self::Staff, Self::Actor, Self::Backup, Self::Visitor];

    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Professional => "professional",
            Self::Staff => "staff",
            Self::Actor => "actor",
            Self::Backup => "backup",
            Self::Visitor => "visitor",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A card to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCard {
    /// The chip.
    pub uid: Uid,
    /// What it is for.
    pub kind: CardKind,
    /// The card's own validity.
    pub window: Window,
}

/// A card as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardView {
    /// The chip.
    pub uid: Uid,
    /// What it is for.
    pub kind: CardKind,
    /// The card's own validity.
    pub window: Window,
    /// What is in its way.
    pub blocks: Blocks,
    /// Whom it was given to last.
    pub holder: Option<(PersonId, String)>,
    /// From when until when it belongs to that holder.
    pub held: Window,
    /// The doors that it is listed for, by name of the door.
    pub listings: Vec<Listing>,
}

/// A card may pass a door, for a time. This one plain rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Which door.
    pub door: DoorId,
    /// What people call it.
    pub door_name: String,
    /// From when until when.
    pub window: Window,
}

/// Which cards to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CardFilter {
    /// Part of the number, with or without separators, or of the holder's name.
    pub text: Option<String>,
    /// Listed for this door.
    pub door: Option<DoorId>,
    /// With anything in its way, or with nothing.
    pub blocked: Option<bool>,
}

/// A page of cards, ordered by the bytes of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CardPage {
    /// The last card of the page before.
    pub after: Option<Uid>,
    /// Most rows; cut to [`super::LIST_MAX`].
    pub limit: u32,
}

impl Site {
    /// Adds a card that nobody holds and no door admits.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if the card is there already.
    pub fn add_card(&self, actor: &Actor<'_>, card: NewCard) -> Result<CardView, SiteError> {
        let _ = (actor, card);
        Err(SiteError::Busy)
    }

    /// Gives a card to a person. It ends an earlier holding where the new one begins, and replaces
    /// those that begin later and overlap it. If somebody held the card before and `held` does not say
    /// from when, it begins now: the log must go on naming the earlier holder.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card, [`SiteError::Invalid`] for an unknown person or a window
    /// that never holds.
    pub fn give_card(
        &self,
        actor: &Actor<'_>,
        uid: &Uid,
        person: PersonId,
        held: Window,
    ) -> Result<CardView, SiteError> {
        let _ = (actor, uid, person, held);
        Err(SiteError::Busy)
    }

    /// Puts something in a card's way. A repeated block makes no new change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn block_card(&self, actor: &Actor<'_>, uid: &Uid, block: Block) -> Result<CardView, SiteError> {
        let _ = (actor, uid, block);
        Err(SiteError::Busy)
    }

    /// Takes something out of a card's way. What is not there is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn unblock_card(&self, actor: &Actor<'_>, uid: &Uid, block: Block) -> Result<CardView, SiteError> {
        let _ = (actor, uid, block);
        Err(SiteError::Busy)
    }

    /// Lists a card for a door; a card that is listed there already gets the new window.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card, [`SiteError::Invalid`] for an unknown door or a window
    /// that never holds.
    pub fn list_card(
        &self,
        actor: &Actor<'_>,
        uid: &Uid,
        door: &DoorId,
        window: Window,
    ) -> Result<CardView, SiteError> {
        let _ = (actor, uid, door, window);
        Err(SiteError::Busy)
    }

    /// Takes a card off a door's list. What is not listed is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card, [`SiteError::Invalid`] for an unknown door.
    pub fn unlist_card(&self, actor: &Actor<'_>, uid: &Uid, door: &DoorId) -> Result<CardView, SiteError> {
        let _ = (actor, uid, door);
        Err(SiteError::Busy)
    }

    /// One card.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn card(&self, uid: &Uid) -> Result<CardView, SiteError> {
        let _ = uid;
        Err(SiteError::Busy)
    }

    /// Cards, ordered by the bytes of their numbers.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn cards(&self, filter: &CardFilter, page: CardPage) -> Result<Vec<CardView>, SiteError> {
        let _ = (filter, page);
        Err(SiteError::Busy)
    }
}
