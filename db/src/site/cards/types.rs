//! What is said about cards.

use std::fmt;

use access::entry::Blocks;
use access::id::DoorId;
use access::time::{UtcMs, Window};
use access::uid::Uid;

use crate::site::{Cause, CertificateView, Life, PersonId};

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
    /// The card's own validity. An end that is left out is the latest that a card of this kind may have.
    pub window: Window,
    /// Where it is in its life: active or ordered.
    pub life: Life,
    /// The card that this one takes over from, which retires when this one is first used.
    pub renews: Option<Uid>,
}

impl NewCard {
    /// One that is in use and takes over from none.
    #[must_use]
    pub fn new(uid: Uid, kind: CardKind, window: Window) -> Self {
        Self { uid, kind, window, life: Life::Active, renews: None }
    }
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
    /// All that is in its way, from its life, its certificates and elsewhere.
    pub blocks: Blocks,
    /// Where it is in its life.
    pub life: Life,
    /// Why it is there.
    pub cause: Cause,
    /// Since when.
    pub life_since: UtcMs,
    /// Who put it there.
    pub life_by: String,
    /// The card that this one takes over from.
    pub renews: Option<Uid>,
    /// The card that takes over from this one.
    pub renewed_by: Option<Uid>,
    /// Its certificates, the one that ends last first.
    pub certificates: Vec<CertificateView>,
    /// The kind whose conditions bind while its last holder has it, if not its own: a backup card stands in.
    pub as_kind: Option<CardKind>,
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
            .field("life", &self.life)
            .field("cause", &self.cause)
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
