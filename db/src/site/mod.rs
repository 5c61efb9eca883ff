//! The site database: what should be true at a site, version by version, and what happened there.
//!
//! Every operator action that decides anything is one transaction that adds one numbered row to the
//! operator log. That number is the generation: whatever decides is kept in rows that say since which
//! change and until which change they held, so the site can be asked what was true as of any of them.

mod alarms;
mod cards;
mod change;
mod commands;
mod counters;
mod credentials;
mod doors;
mod encodings;
mod error;
mod events;
mod holdings;
mod import;
mod intake;
mod open;
mod operators;
mod people;
mod row;
mod rules;
mod sessions;
mod status;
mod whitelist;

pub use alarms::AlarmView;
pub use cards::{CardFilter, CardKind, CardPage, CardView, Listing, NewCard};
pub use change::{Actor, ChangeView};
pub use commands::{CommandState, CommandView};
pub use counters::Moved;
pub use credentials::{CredentialRecord, CredentialState};
pub use doors::{DoorKind, DoorView, NewDoor};
pub use encodings::{Begun, EncodePlan, EncodeState, EncodeView, EncodeWork};
pub use error::SiteError;
pub use events::{EventFilter, EventView, Seek};
pub use import::{IMPORT_PEOPLE_MAX, ImportCard, ImportPerson};
pub use intake::{ChainFault, Outcome, Report};
pub use open::{OpenError, Site};
pub use operators::Operator;
pub use people::{NewPerson, Page, PeopleFilter, Person, PersonId};
pub use rules::{
    Absent, AreaId, AreaView, CardHolder, Concern, Effect, Explained, ExplainedCertificate, ExplainedTerm, GroupId,
    GroupMatch, GroupView, MemberView, Membership, NewRule, PREVIEW_ROWS_MAX, Preview, PreviewRow, RuleEdit,
    RuleFilter, RuleId, RuleView, ScheduleView, SiteCalendar, WhoPage,
};
pub use whitelist::{Touched, Which};

/// Most rows of any list that is read at once. A page shows fifty; an export asks again.
pub const LIST_MAX: u32 = 1_000;
