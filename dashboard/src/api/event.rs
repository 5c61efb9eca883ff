//! The JSON of an event.

use access::credential::block::Token;
use access::decide::Presented;
use access::event::{EventKind, Rolling};
use access::reason::Reason;
use db::site::EventView;
use schemars::JsonSchema;
use serde::Serialize;

use super::shape::{Holder, holder};
use crate::sentence::{mode_cause_code, refusal_code, trust_code};
use crate::when;

/// An event.
#[derive(Serialize, JsonSchema)]
pub(super) struct EventShape {
    id: i64,
    door: String,
    door_name: String,
    epoch: String,
    sequence: u64,
    at: String,
    clock: &'static str,
    received: String,
    code: &'static str,
    reasons: Vec<&'static str>,
    /// What the door noticed and let pass.
    noted: Vec<&'static str>,
    card: Option<String>,
    holder: Option<Holder>,
    generation: u64,
    state_generation: u64,
    mode: &'static str,
    link_ok: bool,
    /// Whether there was a card that was erased.
    erased: bool,
    #[serde(flatten)]
    more: More,
}

/// What only some kinds of event have.
#[derive(Default, Serialize, JsonSchema)]
#[serde(default)]
struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    for_s: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presented: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sak: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited_ms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rolling: Option<RollingShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chip: Option<&'static str>,
}

/// How the counter of a credential moved.
#[derive(Serialize, JsonSchema)]
struct RollingShape {
    issue: u8,
    found: Option<TokenShape>,
    written: Option<TokenShape>,
    stepped_in: bool,
}

#[derive(Serialize, JsonSchema)]
struct TokenShape {
    counter: u32,
    nonce: u16,
}

impl From<Rolling> for RollingShape {
    fn from(rolling: Rolling) -> Self {
        let token = |token: Option<Token>| token.map(|Token { counter, nonce }| TokenShape { counter, nonce });
        Self {
            issue: rolling.issue,
            found: token(rolling.found),
            written: token(rolling.written),
            stepped_in: rolling.stepped_in,
        }
    }
}

impl From<&EventView> for EventShape {
    fn from(view: &EventView) -> Self {
        let event = &view.event;
        let (reasons, noted) = match event.kind {
            EventKind::Tap { decision, noted, .. } => (decision.reasons, noted),
            _ => Default::default(),
        };
        Self {
            id: view.id,
            door: view.door.to_string(),
            door_name: view.door_name.clone(),
            epoch: view.epoch.to_string(),
            sequence: view.sequence,
            at: when::rfc3339(event.utc),
            clock: trust_code(event.trust),
            received: when::rfc3339(view.received),
            code: event.kind.code(),
            reasons: reasons.iter().map(Reason::code).collect(),
            noted: noted.iter().map(Reason::code).collect(),
            card: event.subject.map(|subject| subject.uid.hex()),
            holder: holder(view.holder.as_ref()),
            generation: event.generation.0,
            state_generation: event.state_generation.0,
            mode: event.mode.code(),
            link_ok: view.link_ok,
            erased: view.erased,
            more: more(&event.kind),
        }
    }
}

fn more(kind: &EventKind) -> More {
    let mut more = More::default();
    match *kind {
        EventKind::Tap { side, presented, credential, rolling, .. } => {
            more.side = Some(side.code());
            more.presented = Some(match presented {
                Presented::Classic1k => "classic-1k",
                Presented::Several => "several",
                Presented::Unsupported { .. } => "unsupported",
                Presented::Unreadable => "unreadable",
            });
            if let Presented::Unsupported { sak } = presented {
                more.sak = Some(format!("{sak:02X}"));
            }
            more.credential = Some(credential.code());
            more.rolling = rolling.map(RollingShape::from);
        }
        EventKind::Command { id, action, refused } => {
            more.command = Some(id.to_string());
            more.action = Some(action.code());
            more.refusal = refused.map(refusal_code);
        }
        EventKind::Encoded { job, outcome, chip } => {
            more.encoding = Some(job.to_string());
            more.outcome = Some(outcome.code());
            more.chip = Some(chip.code());
        }
        EventKind::Entered { side } | EventKind::NotEntered { side } => more.side = Some(side.code()),
        EventKind::ModeChanged { from, cause } => {
            more.from = Some(from.code());
            more.cause = Some(mode_cause_code(cause));
        }
        EventKind::LockedOut { for_s } => more.for_s = Some(for_s),
        EventKind::Forgiven { area } => more.area = Some(area.0),
        EventKind::ClockStepped { by_ms, by } => (more.by_ms, more.by) = (Some(by_ms), Some(by.code())),
        EventKind::JournalSlow { waited_ms } => more.waited_ms = Some(waited_ms),
        EventKind::MessagesRefused { count } | EventKind::EventsDropped { count } => more.count = Some(count),
        _ => {}
    }
    more
}
