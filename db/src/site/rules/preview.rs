//! Who would gain and who would lose which doors by an edit, before it is saved.
//!
//! "May pass" here means at some instant: somebody gains a door who could never pass it before and can at some time
//! after. Whoever may pass before and after, but at other times, is counted by itself. Blocks of cards are looked
//! past: they are no matter of rules.

use std::fmt;

use access::id::DoorId;

use super::RuleEdit;
use crate::site::{Actor, PersonId, Site, SiteError};

/// Most rows of each list; the counts go on.
pub const PREVIEW_ROWS_MAX: usize = 500;

/// A person and a door.
#[derive(Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// Who.
    pub person: PersonId,
    /// As on the badge.
    pub name: String,
    /// Where.
    pub door: DoorId,
}

/// Names stay out of logs.
impl fmt::Debug for PreviewRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreviewRow").field("person", &self.person).field("door", &self.door).finish_non_exhaustive()
    }
}

/// What an edit would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// Who could pass at some time and never before: the first [`PREVIEW_ROWS_MAX`], by person and door.
    pub gains: Vec<PreviewRow>,
    /// Who could pass at some time before and never again.
    pub loses: Vec<PreviewRow>,
    /// Who could pass before and after, at other times.
    pub other_times: Vec<PreviewRow>,
    /// All that gain.
    pub gain_count: usize,
    /// All that lose.
    pub lose_count: usize,
    /// All that may pass at other times.
    pub other_times_count: usize,
    /// Doors at which a schedule, the zone or the holidays become others.
    pub calendars: Vec<DoorId>,
}

impl Site {
    /// What an edit would do, without doing it.
    ///
    /// # Errors
    /// As [`Site::edit_rules`].
    pub fn preview(&self, actor: &Actor<'_>, edit: &RuleEdit) -> Result<Preview, SiteError> {
        let _ = (actor, edit);
        Err(SiteError::corrupt("preview"))
    }
}
