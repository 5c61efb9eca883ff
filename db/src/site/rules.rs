//! Who may pass where and when: groups of people, areas of doors, schedules, the calendar, and the rules that
//! join them.
//!
//! ```text
//! person ─▶ group ─▶ rule (allow | deny, schedule, from–until) ─▶ area ─▶ door
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
mod groups;
mod preview;
mod schedules;
mod table;
mod types;
mod who;
mod zone;

pub use edit::RuleEdit;
pub use explain::{Absent, Concern, Explained, ExplainedCertificate, ExplainedTerm};
pub use preview::{PREVIEW_ROWS_MAX, Preview, PreviewRow};
pub(super) use schedules::{body as schedule_body, id as schedule_id};
pub(super) use types::match_of;
pub use types::{
    AreaId, AreaView, Effect, GroupId, GroupMatch, GroupView, MemberView, Membership, NewRule, RuleFilter, RuleId,
    RuleView, ScheduleView, SiteCalendar,
};
pub use who::{CardHolder, WhoPage};
pub(super) use zone::as_of as site_calendar_as_of;
