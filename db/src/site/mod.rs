//! The site database: what should be true at a site, version by version, and what happened there.
//!
//! Every operator action that decides anything is one transaction that adds one numbered row to the
//! operator log. That number is the generation: whatever decides is kept in rows that say since which
//! change and until which change they held, so the site can be asked what was true as of any of them.

mod accounts;
mod alarms;
mod audit;
mod before;
mod bulk;
mod called;
mod cards;
mod certificates;
mod change;
mod check;
mod comfort;
mod commands;
mod conditions;
mod contact;
mod counters;
mod credentials;
mod desk;
mod doors;
mod encodings;
mod error;
mod events;
mod holdings;
mod identities;
mod import;
mod inactivity;
mod intake;
mod life;
mod limits;
mod log;
mod modes;
mod once;
mod open;
mod operators;
mod passages;
mod passback;
mod people;
mod pools;
mod privacy;
mod receipt;
mod renewal;
mod reports;
mod requests;
mod restore;
mod row;
mod rules;
mod second_step;
mod sessions;
mod signals;
mod states;
mod status;
mod syslog;
mod tokens;
mod whitelist;
mod within;

pub use accounts::{Invited, OperatorView};
pub use alarms::{
    AlarmClass, AlarmCounts, AlarmDetail, AlarmFilter, AlarmKey, AlarmKind, AlarmState, AlarmStep, AlarmView,
    CHANNEL_NAME_LENGTH_MAX, CHANNELS_MAX, COMMENT_LENGTH_MAX, Channel, Closed, Condition, Done, DoorWatch,
    MUTE_LENGTH_MAX_MS, MUTES_MAX, MuteView, NOTIFICATION_ATTEMPTS_MAX, NOTIFICATIONS_WAITING_MAX, NewMute,
    Notification, REMINDERS_MAX, Severity, StepKind,
};
pub use audit::differences::Became;
pub use audit::thing::Thing;
pub use before::{COPIES_MAX, COPY_DAYS, Kept, Older, copies, end_copies, older, replaced};
pub use bulk::{BULK_MAX, BulkAct, BulkDone, BulkPlan, BulkSelection, LeftOut, Target, Undo};
pub use called::{Language, Names, Translations};
pub use cards::{CardFilter, CardKind, CardPage, CardView, Listing, NewCard};
pub use certificates::{
    CARD_CERTIFICATES_MAX, CertificateId, CertificateRecord, CertificateState, CertificateView, IssuerId, ListApplied,
    ListOutcome, ListView, RevocationReason, RevokedSerial, SourceView,
};
pub use change::{Actor, ChangeFilter, ChangeView};
pub use check::check_soon;
pub use commands::{CommandState, CommandView};
pub use conditions::{EmploymentId, EmploymentView, NewEmployment, NewRight, RightId, RightView};
pub use counters::Moved;
pub use credentials::{CredentialRecord, CredentialState};
pub use desk::{Document, Due, HandOut, HandOutCause, HandOutEnd, HandOutFilter, HandOutId, HandOutState, HandOutView};
pub use doors::{DoorKind, DoorView, NewDoor};
pub use encodings::{Begun, EncodePlan, EncodeState, EncodeView, EncodeWork};
pub use error::SiteError;
pub use events::{EventFilter, EventMark, EventView, EventWatch, Found, Seek};
pub use holdings::HoldingView;
pub use identities::{
    CertificateSpan, DOOR_CERTIFICATES_MAX, Holder, IdentityView, KeptCertificate, NewCertificate, RevocationList,
};
pub use import::{
    CardRow, Difference, DifferenceKind, EmploymentRow, IMPORT_DIFFERENCES_MAX, IMPORT_ERRORS_MAX, IMPORT_PEOPLE_MAX,
    IMPORT_ROWS_MAX, ImportCard, ImportOptions, ImportPerson, ImportPlan, ImportRows, ImportTable, Imported, PersonRow,
    RightRow, RowError,
};
pub use intake::{ChainFault, Outcome, Report};
pub use life::{Cause, Life, Refusal, Transition, step};
pub use log::{Checked, Damage, Harm, LogCheck, LogPart, LogRow, LogSummary, Seal};
pub use modes::{DoorOrders, Lifted, LockdownScope, LockdownView, OrderView};
pub use once::{KeptAnswer, ONCE_ANSWER_MAX, ONCE_KEPT_MS, ONCE_KEY_LENGTH_MAX, ONCE_KEYS_MAX, Once, OnceKey};
#[cfg(feature = "trial")]
pub(crate) use open::KIND;
pub use open::{OpenError, Site};
pub use operators::{Operator, Role};
pub use passages::PresenceView;
pub use passback::PassbackRule;
pub use people::{NewPerson, Page, PeopleFilter, Person, PersonId};
pub use privacy::{
    Erased, HOLD_LENGTH_MAX_MS, HoldSubject, LegalHoldView, NewHold, Retained, RetentionView, SEARCH_COUNTS_MS,
    SearchFilter, SearchView, Searched, SecretName, neutral_name, neutral_of,
};
pub use receipt::ReceiptAsked;
pub use renewal::Horizons;
pub use reports::{
    Denials, DoorUse, FoundIn, HeldDoor, HoldFilter, HoldPage, HoldView, INSIDE_CARDS_MAX, InsideView, REVIEW_DAYS,
    ReviewOf, ReviewView, Reviewed, TAPS_DAYS_MAX, TapCount, TapSpan, UNUSED_DAYS_MAX, UnreturnedView, WhoIsIn,
    WhyOver,
};
pub use requests::{NewRequest, REQUEST_TEXT_MAX, REQUESTS_OPEN_ALL_MAX, REQUESTS_OPEN_MAX, RequestState, RequestView};
pub use restore::{
    BackupDone, BackupError, Decided, Decision, Differs, Known, PutBack, RestoreError, RestoredDoor, RestoredView,
    SoundBackup, Told, UnfitBackup, WithoutDigest, back_up, put_back,
};
pub use rules::{
    Absent, AreaId, AreaView, CardHolder, Concern, Effect, Explained, ExplainedCertificate, ExplainedTerm, GroupId,
    GroupMatch, GroupView, MemberView, Membership, NewRule, PREVIEW_ROWS_MAX, Preview, PreviewRow, RuleEdit,
    RuleFilter, RuleId, RuleView, ScheduleView, SiteCalendar, WhoPage,
};
pub use second_step::SecondStep;
pub use sessions::{SessionOf, SessionView};
pub use status::Heard;
pub use syslog::{
    SentChange, SentEvent, SentStep, SyslogPage, SyslogPosition, SyslogRestored, SyslogStanding, syslog_standing_in,
};
pub use tokens::{NewToken, TokenView};
pub use whitelist::{Touched, Which};
pub use within::{LIMIT_PARTS_MAX, Limit, Subject, Within};

/// Most rows of any list that is read at once. A page shows fifty; an export asks again.
pub const LIST_MAX: u32 = 1_000;
