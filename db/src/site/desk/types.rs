//! What is said about backup cards that are given out.

use std::fmt;

use access::time::{UtcMs, UtcS};
use access::uid::Uid;

use crate::site::{CardKind, PersonId};

/// The number of a hand-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HandOutId(pub i64);

/// Why somebody needs a backup card, which decides what becomes of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandOutCause {
    /// The original is lost: it is blocked for good, and a tap of it raises an alarm.
    Lost,
    /// The original is at home: it is paused until the backup comes back or ends.
    Forgotten,
    /// The original is broken: it retires.
    Broken,
    /// There is no original yet, or it has not been delivered.
    None,
}

/// The identity document that was looked at. No number of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Document {
    /// An identity card.
    IdentityCard,
    /// A passport.
    Passport,
    /// A driving licence.
    DrivingLicence,
    /// A residence permit card.
    ResidencePermit,
    /// What the police certifies for somebody without a document.
    PoliceCertificate,
    /// The person's own valid professional, staff or actor card.
    SoteCard,
    /// None: whoever gives the card out knows the person.
    KnownInPerson,
}

/// A backup card to be given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOut {
    /// The backup card.
    pub backup: Uid,
    /// To whom.
    pub person: PersonId,
    /// The card of that person that it stands in for.
    pub original: Option<Uid>,
    /// The kind of card that it stands in for, if there is no original; else it is the original's.
    pub kind: Option<CardKind>,
    /// Why.
    pub cause: HandOutCause,
    /// What was looked at.
    pub document: Document,
    /// Which desk.
    pub place: String,
    /// Until when; three months at most, which is also what is meant by none.
    pub until: Option<UtcS>,
}

/// How a hand-out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandOutEnd {
    /// The card came back.
    Returned,
    /// Its time was over. The card itself may still be out.
    Ended,
    /// It was reported missing and blocked.
    Missing,
}

/// A hand-out as the desk recorded it: what a receipt says.
#[derive(Clone, PartialEq, Eq)]
pub struct HandOutView {
    /// Its number.
    pub id: HandOutId,
    /// The backup card.
    pub backup: Uid,
    /// The card that it stands in for.
    pub original: Option<Uid>,
    /// The kind of card that it stands in for.
    pub kind: CardKind,
    /// To whom.
    pub person: PersonId,
    /// What that person is called.
    pub person_name: String,
    /// Why.
    pub cause: HandOutCause,
    /// What was looked at.
    pub document: Document,
    /// Which desk.
    pub place: String,
    /// Who gave it out.
    pub given_by: String,
    /// When.
    pub given: UtcMs,
    /// Until when it is good.
    pub until: UtcS,
    /// How it ended; it is still out if it did not.
    pub ended: Option<HandOutEnd>,
    /// Who took the card back and when.
    pub returned: Option<(String, UtcMs)>,
    /// At which desk.
    pub returned_place: Option<String>,
}

/// The person's name stays out of logs.
impl fmt::Debug for HandOutView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandOutView")
            .field("id", &self.id)
            .field("cause", &self.cause)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// Which hand-outs to show. Everything that is given must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HandOutFilter {
    /// Of this card, as backup or as original.
    pub uid: Option<Uid>,
    /// To this person.
    pub person: Option<PersonId>,
    /// Which of them.
    pub state: HandOutState,
}

/// How far hand-outs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HandOutState {
    /// All of them.
    #[default]
    All,
    /// Those whose holder still has the use of the card.
    Open,
    /// Those whose time is over at this instant and whose card has not come back.
    Overdue(UtcMs),
}

/// What the passing of time did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due {
    /// So many hand-outs ended.
    pub ended: u32,
    /// So many cards retired.
    pub retired: u32,
    /// There is more to do: call again.
    pub more: bool,
}

impl HandOutCause {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lost, Self::Forgotten, Self::Broken, Self::None];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Forgotten => "forgotten",
            Self::Broken => "broken",
            Self::None => "none",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }
}

impl Document {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::IdentityCard,
        Self::Passport,
        Self::DrivingLicence,
        Self::ResidencePermit,
        Self::PoliceCertificate,
        Self::SoteCard,
        Self::KnownInPerson,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::IdentityCard => "identity-card",
            Self::Passport => "passport",
            Self::DrivingLicence => "driving-licence",
            Self::ResidencePermit => "residence-permit",
            Self::PoliceCertificate => "police-certificate",
            Self::SoteCard => "sote-card",
            Self::KnownInPerson => "known-in-person",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|document| document.code() == code)
    }
}

impl HandOutEnd {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Returned, Self::Ended, Self::Missing];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Ended => "ended",
            Self::Missing => "missing",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.code() == code)
    }
}
