//! What a change found and left, in words.

use std::collections::HashMap;

use access::calendar::DayWindow;
use access::entry::{Blocks, ScheduleId};
use access::time::{UtcMs, UtcS};
use db::site::{AreaId, Became, ChangeView, GroupId, Site, SiteError};
use serde_json::Value;

use crate::hours;
use crate::page::Page;
use crate::query;
use crate::sentence::block_codes;

/// Names of what differences speak of by number. What is gone keeps its number.
#[derive(Default)]
pub(crate) struct Names(HashMap<(&'static str, i64), String>);

/// One thing that became another.
pub(crate) struct Told {
    /// What kind of thing.
    pub(crate) what: String,
    /// Which one.
    pub(crate) which: Vec<Part>,
    /// `+` if it was not there before, `−` if it is not there any more.
    pub(crate) symbol: &'static str,
    /// Field by field.
    pub(crate) lines: Vec<Line>,
}

/// A field that differs.
pub(crate) struct Line {
    pub(crate) field: String,
    pub(crate) was: Part,
    pub(crate) is: Part,
}

/// A piece of text; with a link if there is a page about it.
#[derive(Default)]
pub(crate) struct Part {
    pub(crate) href: String,
    pub(crate) text: String,
}

/// What has no value.
const NOTHING: &str = "–";

impl Names {
    /// Of all that these changes speak of.
    pub(crate) fn of(site: &Site, changes: &[ChangeView]) -> Result<Self, SiteError> {
        let mut names = Self::default();
        for difference in changes.iter().flat_map(|change| &change.differences) {
            for (field, value) in &difference.key {
                names.find(site, field, value)?;
            }
            for (field, was, is) in &difference.fields {
                names.find(site, field, was)?;
                names.find(site, field, is)?;
            }
        }
        Ok(names)
    }

    fn find(&mut self, site: &Site, field: &str, value: &Value) -> Result<(), SiteError> {
        let (Some(kind), Some(number)) = (named(field), value.as_i64()) else { return Ok(()) };
        if self.0.contains_key(&(kind, number)) {
            return Ok(());
        }
        let found = match kind {
            "group" => site.group(GroupId(number)).map(|group| group.name),
            "area" => site.area(AreaId(number)).map(|area| area.name),
            _ => match u16::try_from(number) {
                Ok(id) => site.schedule(ScheduleId(id)).map(|schedule| schedule.name),
                Err(_) => return Ok(()),
            },
        };
        match found {
            Ok(name) => drop(self.0.insert((kind, number), name)),
            Err(SiteError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// What kind of thing a field names by its number.
fn named(field: &str) -> Option<&'static str> {
    match field {
        "grp" => Some("group"),
        "area" | "leads_into" | "leads_out_of" => Some("area"),
        "schedule" | "unlock_schedule" => Some("schedule"),
        _ => None,
    }
}

impl Told {
    pub(crate) fn all(page: &Page, names: &Names, change: &ChangeView) -> Vec<Self> {
        change.differences.iter().map(|difference| Self::new(page, names, difference)).collect()
    }

    fn new(page: &Page, names: &Names, difference: &Became) -> Self {
        let part = |field: &str, value: &Value| Part::new(page, names, (&difference.of, field), value);
        Self {
            what: page.code("told", &difference.of),
            which: difference.key.iter().filter(|(_, value)| !value.is_null()).map(|(f, v)| part(f, v)).collect(),
            symbol: match (difference.was, difference.is) {
                (false, true) => "+",
                (true, false) => "−",
                _ => "",
            },
            lines: difference
                .fields
                .iter()
                .map(|(field, was, is)| Line {
                    field: field_name(page, field),
                    was: part(field, was),
                    is: part(field, is),
                })
                .collect(),
        }
    }
}

/// What a field is called; days of a schedule are called what they are, single dates are dates.
pub(crate) fn field_name(page: &Page, field: &str) -> String {
    let weekday = page.lang.try_say(&format!("weekday-{field}"));
    weekday.unwrap_or_else(|| page.code("field", field))
}

impl Part {
    fn link(folder: &str, id: &str, text: String) -> Self {
        Self { href: format!("/{folder}/{}", query::encode(id)), text }
    }

    fn text(text: impl Into<String>) -> Self {
        Self { href: String::new(), text: text.into() }
    }

    /// A value of a field of a thing.
    fn new(page: &Page, names: &Names, (of, field): (&str, &str), value: &Value) -> Self {
        match value {
            Value::Null => Self::text(NOTHING),
            Value::Bool(is) => Self::text(page.tr(if *is { "audit-yes" } else { "audit-no" })),
            Value::Number(number) => number
                .as_i64()
                .map_or_else(|| Self::text(number.to_string()), |number| Self::number(page, names, field, number)),
            Value::String(text) if text.is_empty() => Self::text(NOTHING),
            Value::String(text) => Self::word(page, (of, field), text),
            other => Self::text(windows(other).unwrap_or_else(|| other.to_string())),
        }
    }

    fn number(page: &Page, names: &Names, field: &str, number: i64) -> Self {
        let id = number.to_string();
        if let Some(kind) = named(field) {
            if kind == "schedule" && number == 0 {
                return Self::text(page.tr("schedule-always"));
            }
            let text = names.0.get(&(kind, number)).cloned().unwrap_or_else(|| id.clone());
            let folder = match kind {
                "group" => "rules/groups",
                "area" => "rules/areas",
                _ => "rules/schedules",
            };
            return Self::link(folder, &id, text);
        }
        match field {
            "person" => Self::link("people", &id, page.tr1("log-person", "number", &id)),
            "rule" => Self::link("rules", &id, id.clone()),
            "from_s" | "until_s" | "due_s" => Self::text(page.minute(&UtcS(number))),
            "checked_ms" | "from_ms" | "until_ms" | "ends_ms" => Self::text(page.instant(&UtcMs(number))),
            "unlock" | "hard" | "unlock_first_person" | "disabled" | "second_step" => {
                Self::text(page.tr(if number == 0 { "audit-no" } else { "audit-yes" }))
            }
            "blocks" => Self::blocks(page, number),
            "forgiven_at" => Self::text(u16::try_from(number).map_or(id, hours::of_minute)),
            _ if field.ends_with("_ms") => Self::text(page.tr1("audit-milliseconds", "number", &id)),
            _ if field.ends_with("_s") => Self::text(page.tr1("audit-seconds", "number", &id)),
            _ => Self::text(id),
        }
    }

    fn blocks(page: &Page, bits: i64) -> Self {
        let blocks = Blocks::from_bits(u16::try_from(bits).unwrap_or(u16::MAX));
        let names: Vec<String> = block_codes(blocks).into_iter().map(|code| page.code("block", code)).collect();
        Self::text(if names.is_empty() { NOTHING.to_owned() } else { names.join(", ") })
    }

    fn word(page: &Page, (of, field): (&str, &str), text: &str) -> Self {
        match (of, field) {
            (_, "uid") => Self::link("cards", text, text.to_owned()),
            (_, "door") => Self::link("doors", text, text.to_owned()),
            (_, "language") => Self::text(page.code("named-in", text)),
            (_, "life" | "cause" | "effect" | "reading") => Self::text(page.code(field, text)),
            (_, "outcome") => Self::text(page.code("request-state", text)),
            (_, "role") => Self::text(page.code("role", text)),
            (_, "scope") => Self::text(scope(page, text)),
            (_, "exit_button") => Self::text(page.code("exit-button", text)),
            (_, "unknown_time") => Self::text(page.code("unknown-time", text)),
            ("group_match", "kind") | (_, "as_kind") => Self::text(page.code("kind", text)),
            _ => Self::text(text),
        }
    }
}

/// What a token is good for.
pub(crate) fn scope(page: &Page, scope: &str) -> String {
    match scope {
        "all" | "read" => page.code("scope", scope),
        named => named.split(',').map(|code| page.code("may", code)).collect::<Vec<_>>().join(", "),
    }
}

/// The windows of a day, if these are some.
fn windows(value: &Value) -> Option<String> {
    let windows: Vec<DayWindow> = serde_json::from_value(value.clone()).ok()?;
    Some(if windows.is_empty() { NOTHING.to_owned() } else { hours::written(&windows) })
}
