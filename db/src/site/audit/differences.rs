//! What a change found and left, field by field.

use std::collections::BTreeSet;
use std::fmt;

use access::calendar::{HolidayPlan, Holidays, Schedule, Weekday};
use access::signal::SignalSet;
use serde_json::{Map, Value};

use super::{MORE, TOLD};

/// One thing that a change made another.
#[derive(Clone, PartialEq)]
pub struct Became {
    /// The kind of row: the name of a versioned table, such as `card_state`, or of a thing without versions.
    pub of: String,
    /// The fields that say which thing it is.
    pub key: Vec<(String, Value)>,
    /// The other fields that differ, with what they were and what they are. A thing that was not there before, or is not
    /// any more, has [`Value::Null`] on that side everywhere.
    pub fields: Vec<(String, Value, Value)>,
    /// Whether it was there before.
    pub was: bool,
    /// Whether it is there after.
    pub is: bool,
}

/// Names and card numbers stay out of logs.
impl fmt::Debug for Became {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Became")
            .field("of", &self.of)
            .field("was", &self.was)
            .field("is", &self.is)
            .finish_non_exhaustive()
    }
}

type Row = Map<String, Value>;

/// The differences, and how many rows are not told of.
pub(in crate::site) fn between(before: Option<&str>, after: Option<&str>) -> (Vec<Became>, u64) {
    let ((before, cut), (mut after, cut_after)) = (rows(before), rows(after));
    let mut found = Vec::new();
    for old in before {
        let new = after.iter().position(|new| same_thing(&old, new)).map(|at| after.swap_remove(at));
        found.extend(Became::of(Some(&old), new.as_ref()));
    }
    found.extend(after.iter().filter_map(|new| Became::of(None, Some(new))));
    (found, cut.saturating_add(cut_after))
}

fn rows(list: Option<&str>) -> (Vec<Row>, u64) {
    let mut rows: Vec<Row> = list.and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
    let mut cut = 0_u64;
    rows.retain(|row| {
        let stands_in = kind(row) == MORE;
        if stands_in {
            cut += row.get("rows").and_then(Value::as_u64).unwrap_or(0);
        }
        !stands_in
    });
    rows.iter_mut().for_each(expand);
    (rows, cut)
}

fn kind(row: &Row) -> &str {
    row.get("of").and_then(Value::as_str).unwrap_or_default()
}

fn keys(of: &str) -> &'static [&'static str] {
    TOLD.iter().find(|(table, _)| *table == of).map_or(&[], |(_, keys)| keys)
}

fn same_thing(one: &Row, other: &Row) -> bool {
    kind(one) == kind(other) && keys(kind(one)).iter().all(|key| one.get(*key) == other.get(*key))
}

impl Became {
    /// None if both say the same: some edits write all rows of a thing anew.
    fn of(before: Option<&Row>, after: Option<&Row>) -> Option<Self> {
        let one = after.or(before)?;
        let of = kind(one);
        let get = |row: Option<&Row>, name: &str| row.and_then(|row| row.get(name)).cloned().unwrap_or(Value::Null);
        let is_key = |name: &str| keys(of).contains(&name);
        let names: BTreeSet<&String> = before.into_iter().chain(after).flat_map(Map::keys).collect();
        let fields: Vec<_> = names
            .into_iter()
            .filter(|name| name.as_str() != "of" && !is_key(name))
            .map(|name| (name.clone(), get(before, name), get(after, name)))
            .filter(|(_, was, is)| was != is)
            .collect();
        let both = before.is_some() && after.is_some();
        (!both || !fields.is_empty()).then(|| Self {
            of: of.to_owned(),
            key: keys(of).iter().map(|key| ((*key).to_owned(), get(Some(one), key))).collect(),
            fields,
            was: before.is_some(),
            is: after.is_some(),
        })
    }
}

/// What is kept in the wire's form becomes fields of its own: one for each day, holiday or signal.
fn expand(row: &mut Row) {
    let field = match kind(row) {
        "schedule_state" | "signal_state" => "body",
        "calendar_state" => "holidays",
        _ => return,
    };
    let Some(bytes) = row.get(field).and_then(Value::as_str).and_then(bytes) else { return };
    if let Some(fields) = read(kind(row), &bytes) {
        row.remove(field);
        row.extend(fields);
    }
}

fn read(of: &str, bytes: &[u8]) -> Option<Vec<(String, Value)>> {
    match of {
        "schedule_state" => {
            let schedule: Schedule = postcard::from_bytes(bytes).ok()?;
            let days = Weekday::ALL.into_iter().map(|day| day.code().to_owned()).zip(schedule.days.iter().map(json));
            let single = schedule.exceptions.iter().map(|(date, windows)| (date.to_string(), json(windows)));
            let holiday = match &schedule.holiday {
                HolidayPlan::AsWeekday => Value::from("as-weekday"),
                HolidayPlan::Closed => Value::from("closed"),
                HolidayPlan::Own(windows) => json(windows),
            };
            Some(days.chain(single).chain([("holiday".to_owned(), holiday)]).collect())
        }
        "calendar_state" => {
            let holidays: Holidays = postcard::from_bytes(bytes).ok()?;
            let changed = holidays.changed.iter().map(|(date, is)| (date.to_string(), Value::Bool(*is)));
            Some(changed.chain([("set".to_owned(), json(holidays.set))]).collect())
        }
        _ => {
            let signals: SignalSet = postcard::from_bytes(bytes).ok()?;
            Some(signals.0.iter().map(|(signal, pattern)| (signal.code().to_owned(), json(pattern))).collect())
        }
    }
}

fn json(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
