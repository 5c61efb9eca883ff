//! Who may pass where and when: groups of people, areas of doors, schedules, the calendar, and the rules that
//! join them.
//!
//! ```text
//! person ─▶ group ─▶ rule (allow | deny | exempt, schedule, from–until) ─▶ area ─▶ door
//! ```
//!
//! Each edit is one change. A group, an area or a schedule that a rule names cannot be removed; what is in it goes
//! with it.
//!
//! | module | subject |
//! | --- | --- |
//! | `types` | what is said about them |
//! | `groups`, `areas`, `schedules`, `zone`, `table` | what operators do with each |
//! | `edit` | any edit as one value, for the preview |
//! | `preview` | who would gain and who would lose which doors |
//! | `explain` | everything that a decision about one card at one door came from |
//! | `who` | who may pass a door at an instant, and where a card may pass |

mod areas;
mod edit;
mod explain;
mod gained;
pub(super) mod groups;
mod preview;
mod schedules;
mod table;
mod types;
mod who;
mod zone;

pub(super) use areas::name as area_name;
pub use edit::RuleEdit;
pub use explain::{Absent, Concern, Explained, ExplainedCertificate, ExplainedTerm};
pub use preview::{PREVIEW_ROWS_MAX, Preview, PreviewRow};
pub(super) use schedules::{body as schedule_body, id as schedule_id};
pub(super) use table::check_schedules_at;
pub(super) use types::match_of;
pub use types::{
    AreaId, AreaView, Effect, GroupId, GroupMatch, GroupView, MemberView, Membership, NewRule, RuleFilter, RuleId,
    RuleView, ScheduleView, SiteCalendar,
};
pub use who::{CardHolder, WhoPage};
pub(super) use zone::as_of as site_calendar_as_of;

use access::entry::ScheduleId;
use rusqlite::Connection;

use super::SiteError;

/// Whether there is such an area now.
pub(super) fn has_area(db: &Connection, area: AreaId) -> Result<bool, SiteError> {
    match areas::name(db, area) {
        Ok(_) => Ok(true),
        Err(SiteError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether there is such a schedule now.
pub(super) fn has_schedule(db: &Connection, schedule: ScheduleId) -> Result<bool, SiteError> {
    schedules::exists(db, i64::from(schedule.0))
}
