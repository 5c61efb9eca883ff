//! What is said about cards.

use std::fmt;

use access::entry::Blocks;
use access::id::DoorId;
use access::time::Window;
use access::uid::Uid;

use crate::site::PersonId;

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
#[derive(Clone, PartialEq, Eq)]
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

/// The holder's name stays out of logs, as the number does.
impl fmt::Debug for CardView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardView")
            .field("uid", &self.uid)
            .field("kind", &self.kind)
            .field("blocks", &self.blocks)
            .field("holder", &self.holder.as_ref().map(|(id, _)| id))
            .field("held", &self.held)
            .field("listings", &self.listings)
            .finish_non_exhaustive()
    }
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
    /// Most rows; cut to [`crate::site::LIST_MAX`].
    pub limit: u32,
}
