//! Alarms as templates show them.

use access::credential::block::Token;
use access::event::{EventKind, Rolling};
use db::site::{AlarmState, AlarmStep, AlarmView, EventView, Severity};

use crate::page::Page;
use crate::pages::views::Mark;
use crate::sentence::Row;

/// An alarm.
pub(super) struct Shown {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) severity: Mark,
    pub(super) state: Mark,
    pub(super) door: Option<(String, String)>,
    pub(super) first: String,
    pub(super) first_iso: String,
    pub(super) last: String,
    pub(super) last_iso: String,
    pub(super) count: u32,
    pub(super) owner: String,
    /// Since when it is over, until when it is muted.
    pub(super) notes: Vec<String>,
    /// What to do; empty for a kind of another version.
    pub(super) advice: String,
    pub(super) class: &'static str,
    pub(super) live: bool,
    pub(super) acknowledged: bool,
    /// Whether it takes two events that contradict each other.
    pub(super) contradiction: bool,
}

/// One tap of two, or the only event.
pub(super) struct Side {
    pub(super) row: Row,
    /// Where the counter stood, and where the door moved it to; nothing if no door asked.
    pub(super) counter: Option<(String, String)>,
}

/// A step of its life.
pub(super) struct Step {
    pub(super) at: String,
    pub(super) iso: String,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) comment: String,
}

impl Shown {
    pub(super) fn new(page: &Page, view: &AlarmView) -> Self {
        Self {
            id: view.id,
            name: page.code("alarm", &view.kind),
            severity: severity(page, view),
            state: state(page, view),
            door: view.door.as_ref().zip(view.door_name.clone()).map(|(door, name)| (door.to_string(), name)),
            first: page.instant(&view.first),
            first_iso: page.iso(&view.first),
            last: page.instant(&view.last),
            last_iso: page.iso(&view.last),
            count: view.count,
            owner: view.owner.clone().unwrap_or_default(),
            notes: notes(page, view),
            advice: page.lang.try_say(&format!("advice-{}", view.kind)).unwrap_or_default(),
            class: view.class().code(),
            live: view.state() != AlarmState::Closed,
            acknowledged: view.acknowledged.is_some(),
            contradiction: view.other_event.is_some(),
        }
    }

    pub(super) fn owned_by(&self, name: &str) -> bool {
        self.owner == name
    }
}

/// How urgent it is, while it is not closed.
fn severity(page: &Page, view: &AlarmView) -> Mark {
    let text = page.code("severity", view.severity().code());
    match view.severity() {
        _ if view.state() == AlarmState::Closed => Mark::plain(text),
        Severity::Urgent => Mark::bad(text),
        Severity::Warning => Mark::warn(text),
        Severity::Notice => Mark::plain(text),
    }
}

fn state(page: &Page, view: &AlarmView) -> Mark {
    let word = page.code("alarm-state", view.state().code());
    let by = |who: &str, at| {
        let variables =
            [("state", word.clone().into()), ("operator", who.to_owned().into()), ("at", page.instant(at).into())];
        page.lang.say_with("alarms-by", &variables)
    };
    match (&view.closed, &view.acknowledged) {
        (Some(closed), _) => match &closed.who {
            Some(who) => Mark::plain(by(who, &closed.at)),
            None => {
                let variables = [("state", word.clone().into()), ("at", page.instant(&closed.at).into())];
                Mark::plain(page.lang.say_with("alarms-by-itself", &variables))
            }
        },
        (None, Some(done)) => Mark::good(by(&done.who, &done.at)),
        (None, None) => Mark::warn(word),
    }
}

fn notes(page: &Page, view: &AlarmView) -> Vec<String> {
    if view.state() == AlarmState::Closed {
        return Vec::new();
    }
    let over = view.over.map(|at| page.tr1("alarms-over-since", "at", &page.instant(&at)));
    let muted = view.muted_until.map(|at| page.tr1("alarms-muted-until", "at", &page.instant(&at)));
    over.into_iter().chain(muted).collect()
}

impl Side {
    pub(super) fn new(page: &Page, view: &EventView) -> Self {
        let rolling = match view.event.kind {
            EventKind::Tap { rolling, .. } => rolling,
            _ => None,
        };
        Self {
            counter: rolling.map(|Rolling { found, written, .. }| {
                (token(page, found, "counter-none"), token(page, written, "counter-not-written"))
            }),
            row: Row::new(page, view),
        }
    }
}

/// Two taps of one counter are told apart by the number beside it.
fn token(page: &Page, token: Option<Token>, none: &str) -> String {
    token.map_or_else(|| page.tr(none), |Token { counter, nonce }| format!("{counter} ({nonce:04X})"))
}

impl Step {
    pub(super) fn new(page: &Page, step: &AlarmStep) -> Self {
        let given = step.what == db::site::StepKind::Owner.code();
        let what = page.code("alarm-step", &step.what);
        let to = || if step.comment.is_empty() { page.tr("alarms-nobody") } else { step.comment.clone() };
        Self {
            at: page.instant(&step.at),
            iso: page.iso(&step.at),
            what: if given { format!("{what}: {}", to()) } else { what },
            who: step.who.clone().unwrap_or_else(|| page.tr("alarms-itself")),
            comment: if given { String::new() } else { step.comment.clone() },
        }
    }
}
