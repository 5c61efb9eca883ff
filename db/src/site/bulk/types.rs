//! What is done to whom.

use std::fmt;

use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::Generation;

use crate::site::life::Transition;
use crate::site::{CardFilter, Cause, GroupId, PeopleFilter, PersonId, Preview, SiteError, row};

/// Most people or cards at once: all of a large hospital's ward block, and a transaction of a second.
pub const BULK_MAX: usize = 5_000;

/// Whom it is done to.
#[derive(Clone, PartialEq, Eq)]
pub enum BulkSelection {
    /// These people.
    People(Vec<PersonId>),
    /// These cards.
    Cards(Vec<Uid>),
    /// All people whom a list shows under this filter.
    PeopleMatching(PeopleFilter),
    /// All cards likewise.
    CardsMatching(CardFilter),
    /// People by what another register calls them.
    PeopleNumbered(Vec<String>),
    /// Cards by their numbers as they are printed.
    CardsNumbered(Vec<String>),
}

/// What is done. To a person's cards, if people are selected and it is done to cards; to the holders of cards, if it is
/// the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkAct {
    /// They become members by name.
    AddToGroup {
        /// Of which group.
        group: GroupId,
        /// For which time.
        window: Window,
    },
    /// They are members by name no more.
    RemoveFromGroup {
        /// Of which group.
        group: GroupId,
    },
    /// The cards are valid until then; without an end, for as long as a card of their kind may be.
    SetEnd {
        /// Until when.
        until: Option<UtcS>,
    },
    /// The cards are paused.
    Suspend {
        /// Why.
        cause: Cause,
    },
    /// The cards' pause ends.
    Resume {
        /// Why.
        cause: Cause,
    },
}

/// Stable code of why a target was left out.
pub type LeftOut = &'static str;

/// A person or a card that was selected.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// The person, or who holds the card.
    pub person: Option<(PersonId, String)>,
    /// The card, if it is done to cards.
    pub uid: Option<Uid>,
    /// Why nothing is done to it.
    pub left_out: Option<LeftOut>,
}

/// What it would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPlan {
    /// Each person or card.
    pub targets: Vec<Target>,
    /// Numbers that nobody and nothing has.
    pub unknown: Vec<String>,
    /// Who would gain and lose doors, if anybody; cards that are paused lose none by this, since their rules stay.
    pub preview: Option<Preview>,
    /// What to hand in to do it.
    pub seen: Generation,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkDone {
    /// Its change.
    pub change: u64,
    /// Who did it.
    pub operator: String,
    /// When.
    pub at: UtcMs,
    /// What, as [`BulkAct::code`].
    pub act: String,
    /// The group, with its name at the end of its life.
    pub group: Option<(GroupId, String)>,
    /// People or cards that became others.
    pub count: usize,
    /// How many of them nobody has changed since, so that it can be taken back.
    pub unchanged: usize,
    /// The change by which it was taken back.
    pub undone: Option<u64>,
}

/// What taking back did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undo {
    /// Its change.
    pub change: u64,
    /// How many are as they were before.
    pub count: usize,
    /// How many were changed since and stay as they are.
    pub left: usize,
}

/// Whom stays out of logs.
impl fmt::Debug for BulkSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkSelection").finish_non_exhaustive()
    }
}

/// Names and card numbers stay out of logs.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("left_out", &self.left_out).finish_non_exhaustive()
    }
}

impl BulkSelection {
    /// Whether cards are selected rather than people.
    #[must_use]
    pub fn is_of_cards(&self) -> bool {
        matches!(self, Self::Cards(_) | Self::CardsMatching(_) | Self::CardsNumbered(_))
    }
}

impl BulkAct {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AddToGroup { .. } => "add-to-group",
            Self::RemoveFromGroup { .. } => "remove-from-group",
            Self::SetEnd { .. } => "set-end",
            Self::Suspend { .. } => "suspend",
            Self::Resume { .. } => "resume",
        }
    }

    /// The code of the operator log.
    pub(super) fn action(&self) -> &'static str {
        match self {
            Self::AddToGroup { .. } => "bulk-add-to-group",
            Self::RemoveFromGroup { .. } => "bulk-remove-from-group",
            Self::SetEnd { .. } => "bulk-set-end",
            Self::Suspend { .. } => "bulk-suspend",
            Self::Resume { .. } => "bulk-resume",
        }
    }

    /// The group that it is about.
    #[must_use]
    pub fn group(&self) -> Option<GroupId> {
        match self {
            Self::AddToGroup { group, .. } | Self::RemoveFromGroup { group } => Some(*group),
            _ => None,
        }
    }

    /// Whether it is done to cards rather than to people.
    #[must_use]
    pub fn is_of_cards(&self) -> bool {
        self.group().is_none()
    }

    pub(super) fn check(&self) -> Result<(), SiteError> {
        let (transition, cause) = match self {
            Self::AddToGroup { window, .. } => return row::check_window("window", *window),
            Self::RemoveFromGroup { .. } | Self::SetEnd { .. } => return Ok(()),
            Self::Suspend { cause } => (Transition::Suspend, cause),
            Self::Resume { cause } => (Transition::Resume, cause),
        };
        if transition.causes().contains(cause) {
            Ok(())
        } else {
            Err(SiteError::invalid("cause", "cause-not-possible"))
        }
    }
}
