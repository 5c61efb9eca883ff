//! From what is logged to messages.
//!
//! | `kind` | its number | MSGID |
//! | --- | --- | --- |
//! | `event` | `row` | code of the event |
//! | `change` | `change` | code of what an operator did |
//! | `alarm` | `step` | code of the alarm's kind |
//! | `log` | – | what befell the numbers themselves: `sending-begins`, `log-restored`, `rows-missing`, `row-unreadable`, `log-shorter` |
//!
//! Without `names` nobody is in it: no name of a person or an operator, no number of a person or a card, and nothing that
//! somebody wrote.

use access::event::EventKind;
use access::reason::{Reason, Reasons};
use access::time::UtcMs;
use db::site::{
    AlarmKind, EventView, SentChange, SentEvent, SentStep, Severity as Alarming, SyslogPage, SyslogPosition,
};

use super::message::{Head, Message, Severity, digits, stamp};

/// A change with this code begins numbers that leave some out, as it says itself.
const RESTORE: &str = "restore";

/// Who tells.
pub(super) struct Teller {
    pub(super) head: Head,
    pub(super) site: String,
    pub(super) names: bool,
}

/// What is to be written, and what is handed over with it.
#[derive(Debug)]
pub(super) struct Told {
    /// One after the other.
    pub(super) frames: Vec<u8>,
    /// How many.
    pub(super) messages: u32,
    /// Through here.
    pub(super) through: SyslogPosition,
    /// The time that the file was put back last, by its change: with it a number names one row for ever.
    log: u64,
    now: UtcMs,
}

impl Teller {
    /// All of a page that was read behind a position.
    pub(super) fn page(&self, page: &SyslogPage, after: SyslogPosition, now: UtcMs) -> Told {
        let log = page.restored.change;
        let mut told = Told { frames: Vec::new(), messages: 0, through: after, log, now };
        self.beginning(page, &mut told);
        self.shorter(page, &mut told);
        for row in &page.events {
            self.missing("row", (told.through.row, row.row), &mut told);
            let message = self.event(row, &told);
            self.add(&message, &mut told);
            told.through.row = row.row;
        }
        for change in &page.changes {
            if change.action != RESTORE {
                self.missing("change", (told.through.change, change.number), &mut told);
            }
            self.add(&self.change(change, log), &mut told);
            told.through.change = change.number;
        }
        for step in &page.steps {
            let number = step.step.id.cast_unsigned();
            self.missing("step", (told.through.step, number), &mut told);
            self.add(&self.step(step, log), &mut told);
            told.through.step = number;
        }
        told
    }

    /// Where what is sent begins; that a backup was put back, and what is numbered anew since.
    fn beginning(&self, page: &SyslogPage, told: &mut Told) {
        let (at, restored) = (told.through, &page.restored);
        if at.restored == Some(restored.change) {
            return;
        }
        let message = match at.restored {
            None => self.log(Severity::Notice, "sending-begins", told),
            Some(_) => self
                .log(Severity::Warning, "log-restored", told)
                .with("last_row", restored.last_row)
                .with("last_change", restored.last_change),
        };
        let message = message
            .with("from_row", at.row.saturating_add(1))
            .with("from_change", at.change.saturating_add(1))
            .with("from_step", at.step.saturating_add(1));
        self.add(&message, told);
        told.through.restored = Some(restored.change);
    }

    /// A log that ends before what was handed over: it goes on from where it ends.
    fn shorter(&self, page: &SyslogPage, told: &mut Told) {
        let (at, ends) = (told.through, page.ends);
        for (of, sent, last) in
            [("row", at.row, ends.row), ("change", at.change, ends.change), ("step", at.step, ends.step)]
        {
            if sent > last {
                let message = self.log(Severity::Error, "log-shorter", told);
                self.add(&message.with("of", of).with("last", last).with("sent", sent), told);
            }
        }
        told.through.row = at.row.min(ends.row);
        told.through.change = at.change.min(ends.change);
        told.through.step = at.step.min(ends.step);
    }

    /// Numbers that are not there: they were let go of before they were sent, or somebody took them away.
    fn missing(&self, of: &str, (through, next): (u64, u64), told: &mut Told) {
        let first = through.saturating_add(1);
        if next > first {
            let message = self.log(Severity::Warning, "rows-missing", told);
            self.add(&message.with("of", of).with("first", first).with("last", next - 1), told);
        }
    }

    fn add(&self, message: &Message, told: &mut Told) {
        message.frame(&self.head, &mut told.frames);
        told.messages += 1;
    }

    fn log(&self, severity: Severity, id: &str, told: &Told) -> Message {
        let message = Message::new(severity, Some(told.now), id).with("kind", "log");
        message.with("site", &self.site).with("log", told.log).with("code", id)
    }

    fn event(&self, row: &SentEvent, told: &Told) -> Message {
        let Some(view) = &row.event else {
            return self.log(Severity::Error, "row-unreadable", told).with("row", row.row);
        };
        let EventView { event, door, .. } = view.as_ref();
        let (side, reasons) = match &event.kind {
            EventKind::Tap { side, decision, .. } => (Some(side.code()), decision.reasons),
            _ => (None, Reasons::NONE),
        };
        let reasons: Vec<&str> = reasons.iter().map(Reason::code).collect();
        let message = Message::new(of_event(&event.kind), Some(view.happened()), event.kind.code())
            .with("kind", "event")
            .with("site", &self.site)
            .with("log", told.log)
            .with("row", row.row)
            .maybe("head", row.head.map(|head| digits(&head.0)))
            .with("door", door)
            .with("code", event.kind.code())
            .with("epoch", format_args!("{:016x}", view.epoch))
            .with("sequence", event.sequence)
            .with("generation", event.generation.0)
            .maybe("side", side)
            .list("reasons", reasons.iter().copied())
            .with("received", stamp(Some(view.received)))
            .maybe("link", (!view.link_ok).then_some("broken"))
            .maybe("erased", view.erased.then_some("card"))
            .say(door.as_str())
            .say(&reasons.join(","));
        if !self.names {
            return message;
        }
        let message =
            message.text("door_name", &view.door_name).maybe("card", event.subject.map(|subject| subject.uid.hex()));
        match &view.holder {
            Some((person, name)) => message.with("person", person.0).text("name", name).say(name),
            None => message,
        }
    }

    fn change(&self, change: &SentChange, log: u64) -> Message {
        let message = Message::new(Severity::Notice, Some(change.at), &change.action)
            .with("kind", "change")
            .with("site", &self.site)
            .with("log", log)
            .with("change", change.number)
            .maybe("head", change.head.map(|head| digits(&head.0)))
            .with("code", &change.action)
            .maybe("erased", change.erased.then_some("detail"));
        if !self.names {
            return message;
        }
        message.text("operator", &change.operator).text("detail", &change.detail).say(&change.operator)
    }

    fn step(&self, sent: &SentStep, log: u64) -> Message {
        let step = &sent.step;
        let message = Message::new(of_step(&sent.kind, &step.what), Some(step.at), &sent.kind)
            .with("kind", "alarm")
            .with("site", &self.site)
            .with("log", log)
            .with("step", step.id)
            .with("alarm", sent.alarm)
            .with("code", &sent.kind)
            .with("what", &step.what)
            .maybe("door", sent.door.as_ref())
            .maybe("event", sent.event)
            .say(&step.what)
            .say(sent.door.as_ref().map_or("", |door| door.as_str()));
        if !self.names {
            return message;
        }
        let message = message.maybe("operator", step.who.as_ref());
        if step.comment.is_empty() { message } else { message.text("comment", &step.comment) }
    }
}

/// An event that raises an alarm matters as much as that; a refusal is worth a line of its own.
fn of_event(kind: &EventKind) -> Severity {
    match AlarmKind::raised_by(kind) {
        Some(alarm) => of_alarm(alarm.severity),
        None if kind.code() == "denied" => Severity::Notice,
        None => Severity::Informational,
    }
}

fn of_step(kind: &str, what: &str) -> Severity {
    match what {
        "raised" | "reopened" | "reminded" | "again" => {
            of_alarm(AlarmKind::find(kind).map_or(Alarming::Warning, |kind| kind.severity))
        }
        _ => Severity::Notice,
    }
}

fn of_alarm(severity: Alarming) -> Severity {
    match severity {
        Alarming::Urgent => Severity::Critical,
        Alarming::Warning => Severity::Warning,
        Alarming::Notice => Severity::Notice,
    }
}
