//! Everything that a decision about one card at one door came from, as of any generation. The caller runs
//! `access::decide` on the entry and the calendar, as the door did.

use access::calendar::{Calendar, Schedule};
use access::entry::{Condition, Entry, ScheduleId};
use access::id::DoorId;
use access::time::Window;
use access::uid::Uid;
use access::whitelist::Generation;

use super::{AreaId, Effect, GroupId, Membership, RuleId};
use crate::site::{CardKind, PersonId, Site, SiteError};

/// Why a door has no entry for a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absent {
    /// The site did not have it then.
    UnknownCard,
    /// At the end of its life.
    Retired,
    /// It belongs to nobody, and is not listed by itself.
    NobodyHolds,
    /// Nothing lets its holder in at this door, at any time.
    NoRule,
    /// Something does, but never at a time at which card, certificate, holding and conditions hold together. This is
    /// what the door would have been told.
    NeverPossible(Box<Entry>),
}

/// A holder, with what the conditions came from. In the order of the entry's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedTerm {
    /// Who holds it.
    pub person: PersonId,
    /// From when until when.
    pub holding: Window,
    /// The kind whose conditions bind: that which a backup card stands in for.
    pub kind: CardKind,
    /// As in the entry.
    pub right_to_practise: Condition,
    /// As in the entry.
    pub employment: Condition,
}

/// A certificate of the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedCertificate {
    /// Its serial number, big-endian.
    pub serial: Vec<u8>,
    /// Who issued it.
    pub issuer: String,
    /// From when until when.
    pub window: Window,
    /// Stable code: good, revoked, held or unknown.
    pub state: String,
    /// The reason that the revocation list gave.
    pub reason: Option<String>,
    /// The list's number, in decimal digits.
    pub list_number: Option<String>,
}

/// A rule of this door that concerns a holder of this card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// Which holder: a place in [`Explained::terms`].
    pub term: usize,
    /// The rule.
    pub rule: RuleId,
    /// What it does.
    pub effect: Effect,
    /// The group that the holder is in.
    pub group: GroupId,
    /// As it was called then.
    pub group_name: String,
    /// How the holder is in it.
    pub membership: Membership,
    /// And for how long.
    pub member: Window,
    /// The area that the door is in.
    pub area: AreaId,
    /// As it was called then.
    pub area_name: String,
    /// During which hours.
    pub schedule: ScheduleId,
    /// As it was called then, and what it was; `None` for all hours.
    pub hours: Option<(String, Schedule)>,
    /// From when until when the rule holds.
    pub window: Window,
    /// Why it is there; may be empty.
    pub note: String,
}

/// Why a card is listed at a door as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What the door was told, without keys.
    pub entry: Option<Entry>,
    /// Why it was told nothing.
    pub absent: Option<Absent>,
    /// The schedules that the door was told.
    pub calendar: Calendar,
    /// Where the card was in its life, and the cause, as stable codes; `None` for an unknown card.
    pub life: Option<(String, String)>,
    /// Its holders.
    pub terms: Vec<ExplainedTerm>,
    /// Its certificates.
    pub certificates: Vec<ExplainedCertificate>,
    /// The rules, by number.
    pub rules: Vec<Concern>,
    /// The personal exception "this card at this door".
    pub listing: Option<Window>,
}

impl Site {
    /// What decides about a card at a door, as of a generation.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn explain(&self, door: &DoorId, uid: &Uid, as_of: Generation) -> Result<Explained, SiteError> {
        let _ = (door, uid, as_of);
        Err(SiteError::corrupt("explanation"))
    }
}
