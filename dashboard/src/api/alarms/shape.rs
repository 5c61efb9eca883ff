//! The JSON of alarms.

use access::time::UtcMs;
use db::site::{AlarmDetail, AlarmStep, AlarmView, Closed, Done, MuteView, Notification, StepKind};
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::event::EventShape;
use crate::when;

/// An alarm.
#[derive(Serialize, JsonSchema)]
pub(super) struct AlarmShape {
    id: i64,
    kind: String,
    state: &'static str,
    severity: &'static str,
    class: &'static str,
    door: Option<String>,
    door_name: Option<String>,
    event: Option<i64>,
    other_event: Option<i64>,
    first: String,
    last: String,
    count: u32,
    over: Option<String>,
    owner: Option<String>,
    acknowledged: Option<DoneShape>,
    closed: Option<DoneShape>,
    muted_until: Option<String>,
    reminded: u32,
}

/// An alarm with its history.
#[derive(Serialize, JsonSchema)]
pub(super) struct DetailShape {
    #[serde(flatten)]
    alarm: AlarmShape,
    steps: Vec<StepShape>,
    events: Vec<EventShape>,
}

/// Who did something, when, and what they wrote. Nobody if it happened by itself.
#[derive(Serialize, JsonSchema)]
struct DoneShape {
    operator: Option<String>,
    at: String,
    comment: String,
}

#[derive(Serialize, JsonSchema)]
struct StepShape {
    at: String,
    what: String,
    operator: Option<String>,
    comment: String,
    /// Of a step that gives the alarm to somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
}

/// A mute.
#[derive(Serialize, JsonSchema)]
pub(super) struct MuteShape {
    id: i64,
    kind: String,
    door: Option<String>,
    door_name: Option<String>,
    from: String,
    until: String,
    reason: String,
    operator: String,
}

/// A notification that was given up.
#[derive(Serialize, JsonSchema)]
pub(super) struct LetterShape {
    id: i64,
    channel: String,
    what: String,
    at: String,
    attempts: u32,
    error: Option<String>,
    alarm: AlarmShape,
}

impl From<&AlarmView> for AlarmShape {
    fn from(alarm: &AlarmView) -> Self {
        let time = |at: Option<UtcMs>| at.map(when::rfc3339);
        Self {
            id: alarm.id,
            kind: alarm.kind.clone(),
            state: alarm.state().code(),
            severity: alarm.severity().code(),
            class: alarm.class().code(),
            door: alarm.door.as_ref().map(ToString::to_string),
            door_name: alarm.door_name.clone(),
            event: alarm.event,
            other_event: alarm.other_event,
            first: when::rfc3339(alarm.first),
            last: when::rfc3339(alarm.last),
            count: alarm.count,
            over: time(alarm.over),
            owner: alarm.owner.clone(),
            acknowledged: alarm.acknowledged.as_ref().map(DoneShape::from),
            closed: alarm.closed.as_ref().map(DoneShape::from),
            muted_until: time(alarm.muted_until),
            reminded: alarm.reminded,
        }
    }
}

impl From<&Done> for DoneShape {
    fn from(done: &Done) -> Self {
        Self { operator: Some(done.who.clone()), at: when::rfc3339(done.at), comment: done.comment.clone() }
    }
}

impl From<&Closed> for DoneShape {
    fn from(closed: &Closed) -> Self {
        Self { operator: closed.who.clone(), at: when::rfc3339(closed.at), comment: closed.comment.clone() }
    }
}

impl From<&AlarmDetail> for DetailShape {
    fn from(detail: &AlarmDetail) -> Self {
        Self {
            alarm: AlarmShape::from(&detail.alarm),
            steps: detail.steps.iter().map(StepShape::from).collect(),
            events: detail.events.iter().map(EventShape::from).collect(),
        }
    }
}

impl From<&AlarmStep> for StepShape {
    fn from(step: &AlarmStep) -> Self {
        let given = step.what == StepKind::Owner.code();
        Self {
            at: when::rfc3339(step.at),
            what: step.what.clone(),
            operator: step.who.clone(),
            comment: if given { String::new() } else { step.comment.clone() },
            owner: given.then(|| step.comment.clone()),
        }
    }
}

impl From<MuteView> for MuteShape {
    fn from(mute: MuteView) -> Self {
        Self {
            id: mute.id,
            kind: mute.kind,
            door: mute.door.map(|door| door.to_string()),
            door_name: mute.door_name,
            from: when::rfc3339(mute.from),
            until: when::rfc3339(mute.until),
            reason: mute.reason,
            operator: mute.operator,
        }
    }
}

impl From<&Notification> for LetterShape {
    fn from(letter: &Notification) -> Self {
        Self {
            id: letter.id,
            channel: letter.channel.clone(),
            what: letter.what.clone(),
            at: when::rfc3339(letter.at),
            attempts: letter.attempts,
            error: letter.error.clone(),
            alarm: AlarmShape::from(&letter.alarm),
        }
    }
}
