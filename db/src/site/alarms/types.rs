//! Alarms as pages and the API see them.

use access::id::DoorId;
use access::time::UtcMs;

use super::kind::{AlarmClass, AlarmKind, Severity};
use crate::site::EventView;

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmView {
    /// Its number.
    pub id: i64,
    /// Stable code of its kind, such as `chain-broken`; one of another version of Kulku is not in [`AlarmKind`].
    pub kind: String,
    /// Where; none if it is about the site.
    pub door: Option<DoorId>,
    /// What people call that door.
    pub door_name: Option<String>,
    /// The event that raised it last.
    pub event: Option<i64>,
    /// The event that contradicts it, if it takes two to raise the alarm, such as two taps of one card
    /// that cannot both be of one card. Both are to be shown side by side.
    pub other_event: Option<i64>,
    /// When it was raised first.
    pub first: UtcMs,
    /// When it was raised last.
    pub last: UtcMs,
    /// How often.
    pub count: u32,
    /// Since when its cause is gone.
    pub over: Option<UtcMs>,
    /// Who takes care of it.
    pub owner: Option<String>,
    /// Who acknowledged it. A repeat takes this back, and the history keeps it.
    pub acknowledged: Option<Done>,
    /// How it was closed.
    pub closed: Option<Closed>,
    /// Until when it is muted, if it is now.
    pub muted_until: Option<UtcMs>,
    /// How often it was told again because nobody had acknowledged it.
    pub reminded: u32,
}

/// Somebody did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Who.
    pub who: String,
    /// When.
    pub at: UtcMs,
    /// What they wrote; may be empty.
    pub comment: String,
}

/// How an alarm was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// By whom; none if it closed by itself.
    pub who: Option<String>,
    /// When.
    pub at: UtcMs,
    /// What they wrote; may be empty.
    pub comment: String,
}

/// Where in its life an alarm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmState {
    /// Nobody has acknowledged it.
    Open,
    /// Somebody has, and it is not done with.
    Acknowledged,
    /// It is done with.
    Closed,
}

impl AlarmState {
    /// The stable code, for the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Closed => "closed",
        }
    }
}

impl AlarmView {
    /// Where in its life it is.
    #[must_use]
    pub fn state(&self) -> AlarmState {
        match (&self.closed, &self.acknowledged) {
            (Some(_), _) => AlarmState::Closed,
            (None, Some(_)) => AlarmState::Acknowledged,
            (None, None) => AlarmState::Open,
        }
    }

    /// How it comes to its end. An unknown kind is left to a person.
    #[must_use]
    pub fn class(&self) -> AlarmClass {
        AlarmKind::find(&self.kind).map_or(AlarmClass::Point, |kind| kind.class)
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        AlarmKind::find(&self.kind).map_or(Severity::Warning, |kind| kind.severity)
    }

    /// Where the list goes on after it.
    #[must_use]
    pub fn key(&self) -> AlarmKey {
        AlarmKey { last: self.last, id: self.id }
    }
}

/// A place in the list of alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmKey {
    /// When the alarm was raised last.
    pub last: UtcMs,
    /// Its number.
    pub id: i64,
}

/// Which alarms to show. Everything that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlarmFilter {
    /// Those that are closed too.
    pub closed_too: bool,
    /// Only those in this state; closed ones only if those are wanted too.
    pub state: Option<AlarmState>,
    /// Of this kind.
    pub kind: Option<String>,
    /// At this door.
    pub door: Option<DoorId>,
    /// Those that follow this one in the list.
    pub after: Option<AlarmKey>,
}

/// An alarm with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmDetail {
    /// The alarm.
    pub alarm: AlarmView,
    /// What was done with it, oldest first: the first and the newest, if there are very many.
    pub steps: Vec<AlarmStep>,
    /// The events behind it, oldest first: the first and the newest, if there are very many.
    pub events: Vec<EventView>,
}

/// A step in the life of an alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmStep {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: UtcMs,
    /// Stable code, see [`StepKind::code`].
    pub what: String,
    /// The operator; none if it happened by itself.
    pub who: Option<String>,
    /// What they wrote; of [`StepKind::Owner`] the name of the new owner, empty if it has none any more.
    pub comment: String,
}

/// What can happen to an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// It was raised.
    Raised,
    /// It was raised again after it had been acknowledged.
    Reopened,
    /// Nobody had acknowledged it in time, and it was told again.
    Reminded,
    /// Somebody acknowledged it.
    Acknowledged,
    /// Somebody takes care of it, or nobody any more.
    Owner,
    /// Its cause is gone.
    Over,
    /// Its cause is there again.
    Again,
    /// It was closed.
    Closed,
}

impl StepKind {
    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Reopened => "reopened",
            Self::Reminded => "reminded",
            Self::Acknowledged => "acknowledged",
            Self::Owner => "owner",
            Self::Over => "over",
            Self::Again => "again",
            Self::Closed => "closed",
        }
    }
}

/// How many alarms there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AlarmCounts {
    /// Not closed.
    pub open: u32,
    /// Of these, not acknowledged.
    pub unacknowledged: u32,
    /// Of the open ones, muted now.
    pub muted: u32,
    /// Notifications that were given up.
    pub dead_letters: u32,
}

/// A mute to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMute<'a> {
    /// Of this kind.
    pub kind: &'a str,
    /// At this door; everywhere if there is none.
    pub door: Option<&'a DoorId>,
    /// Until when; at most [`super::MUTE_LENGTH_MAX_MS`] from now.
    pub until: UtcMs,
    /// Why.
    pub reason: &'a str,
}

/// For a time, alarms of a kind are shown and not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MuteView {
    /// Its number.
    pub id: i64,
    /// Of which kind.
    pub kind: String,
    /// Where; everywhere if there is none.
    pub door: Option<DoorId>,
    /// What people call that door.
    pub door_name: Option<String>,
    /// From when.
    pub from: UtcMs,
    /// Until when.
    pub until: UtcMs,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub operator: String,
}

/// A channel that alarms are told on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its name in the configuration.
    pub name: String,
    /// The least severity that it is told.
    pub severity: Severity,
}

/// One thing to be told on one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its number.
    pub id: i64,
    /// On which channel.
    pub channel: String,
    /// Of what: [`StepKind::Raised`], [`StepKind::Reopened`], [`StepKind::Reminded`] or [`StepKind::Closed`], by
    /// its code.
    pub what: String,
    /// Number of that step: with the channel it is this notification for ever, however often it is sent.
    pub step: i64,
    /// When that was.
    pub at: UtcMs,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub due: UtcMs,
    /// What went wrong last.
    pub error: Option<String>,
    /// The alarm as it is now.
    pub alarm: AlarmView,
}
