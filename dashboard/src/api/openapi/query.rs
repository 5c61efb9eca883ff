//! What a call reads of the query. Names that stand here twice are refused or mean "or": see `docs/API.md`.

use axum::http::Method;
use serde_json::{Value, json};

/// What a value is.
#[derive(Clone, Copy)]
enum Is {
    Text,
    /// A number of something.
    Number,
    /// A number within bounds.
    Within(u32, u32),
    Flag,
    /// One of these.
    Code(&'static [&'static str]),
    /// RFC 3339, in the filter of events also a time of the site's own zone.
    Time,
    Card,
}

/// A name, what it is, and whether it must be there.
type Parameter = (&'static str, Is, bool);

const AFTER: Parameter = ("after", Is::Number, false);
const AFTER_CARD: Parameter = ("after", Is::Card, false);
const LIMIT: Parameter = ("limit", Is::Within(1, db::site::LIST_MAX), false);
const DOOR: Parameter = ("door", Is::Text, false);
const FROM: Parameter = ("from", Is::Time, false);
const UNTIL: Parameter = ("until", Is::Time, false);
const PERSON: Parameter = ("person", Is::Number, false);
const CARD: Parameter = ("card", Is::Card, false);
const TEXT: Parameter = ("text", Is::Text, false);
const LANGUAGE: Parameter = ("language", Is::Code(&["fi", "sv", "en"]), false);
const AT: Parameter = ("at", Is::Time, false);
const PURPOSE: Parameter = ("purpose", Is::Text, false);
const WITHIN: Parameter = ("within", Is::Code(&["12h", "24h", "week", "all"]), false);
const SEEN: Parameter = ("seen", Is::Number, false);
const EDIT: &[Parameter] = &[("preview", Is::Flag, false), SEEN];
const PAGE: &[Parameter] = &[AFTER, LIMIT];
const EVENTS: &[Parameter] = &[
    DOOR,
    ("area", Is::Number, false),
    CARD,
    PERSON,
    ("decision", Is::Code(&["granted", "denied"]), false),
    ("code", Is::Text, false),
    ("reason", Is::Text, false),
    FROM,
    UNTIL,
    ("span", Is::Code(&["day", "week", "month", "all"]), false),
    PURPOSE,
];
const REQUESTS: &[Parameter] = &[
    ("state", Is::Code(&["open", "approved", "refused", "withdrawn"]), false),
    PERSON,
    ("before", Is::Number, false),
    LIMIT,
];
const EVENT_PAGE: &[Parameter] = &[("before", Is::Number, false), AFTER, LIMIT];
const ALARMS: &[Parameter] = &[
    ("state", Is::Code(&["open", "acknowledged", "closed", "all"]), false),
    ("kind", Is::Text, false),
    DOOR,
    ("after", Is::Text, false),
    LIMIT,
];
const CHANGES: &[Parameter] = &[
    ("operator", Is::Text, false),
    ("action", Is::Text, false),
    CARD,
    PERSON,
    DOOR,
    ("group", Is::Number, false),
    ("area", Is::Number, false),
    ("schedule", Is::Number, false),
    ("rule", Is::Number, false),
    FROM,
    UNTIL,
    ("before", Is::Number, false),
    LIMIT,
];
const RULES: &[Parameter] =
    &[("group", Is::Number, false), ("area", Is::Number, false), ("schedule", Is::Number, false), DOOR, AFTER, LIMIT];
const DAYS: Parameter = ("days", Is::Within(1, db::site::UNUSED_DAYS_MAX), false);
const HELD: &[Parameter] = &[TEXT, PERSON, ("group", Is::Number, false), DOOR, AFTER, LIMIT];
const IMPORT: &[Parameter] = &[
    ("dry_run", Is::Flag, false),
    ("plan", Is::Text, false),
    ("end_absent", Is::Flag, false),
    ("confirm_removals", Is::Flag, false),
    ("ignore_unknown", Is::Flag, false),
    ("source", Is::Text, false),
];

/// Names that may repeat.
fn repeats(path: &str, name: &str) -> bool {
    let events = ["door", "area", "card", "person", "code", "reason"];
    match path {
        "/api/v1/events" | "/api/v1/events.csv" => events.contains(&name),
        "/api/v1/changes" => ["operator", "action"].contains(&name),
        "/api/v1/reports/taps" | "/api/v1/reports/denials" => name == "door",
        _ => false,
    }
}

/// The lists that a call reads.
fn lists(method: &Method, path: &str) -> &'static [&'static [Parameter]] {
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    match path {
        "/bulk" => &[&[SEEN]],
        "/import/{kind}" => &[IMPORT],
        _ if *method != Method::GET => edits(path),
        "/events" => &[EVENTS, EVENT_PAGE],
        "/events.csv" => &[EVENTS],
        "/doors" => &[&[TEXT]],
        "/cards" => &[&[TEXT, DOOR, ("blocked", Is::Flag, false), AFTER_CARD, LIMIT]],
        "/cards/ending" => &[&[("within", Is::Code(&["week", "month", "three-months"]), false), LIMIT]],
        "/people" => &[&[TEXT, AFTER, LIMIT]],
        "/people/{id}/data" => &[&[PURPOSE]],
        "/people/{id}/gained" => &[&[("before", Is::Number, true), ("after", Is::Number, true)]],
        "/handouts" => &[&[("state", Is::Code(&["open", "overdue", "all"]), false), CARD, PERSON, AFTER, LIMIT]],
        "/lockdowns" => &[&[("open", Is::Flag, false), LIMIT]],
        "/alarms" => &[ALARMS],
        "/alarms/undelivered" | "/privacy/holds" => &[&[LIMIT]],
        "/changes" => &[CHANGES],
        "/rules" => &[RULES],
        "/groups" | "/areas" | "/schedules" | "/groups/{id}/members" => &[PAGE],
        "/areas/{id}/inside" => &[&[AFTER_CARD, LIMIT]],
        "/requests" => &[REQUESTS],
        "/reviews/groups" | "/reviews/people" => &[&[("show", Is::Code(&["due"]), false), AFTER, LIMIT]],
        "/privacy/searches" => &[&[("operator", Is::Text, false), PERSON, ("before", Is::Number, false), LIMIT]],
        "/inside" | "/inside.csv" => &[&[WITHIN]],
        "/explain/event/{id}" => &[&[LANGUAGE]],
        "/explain/would" => &[&[("door", Is::Text, true), CARD, PERSON, AT, LANGUAGE]],
        "/explain/who" => &[&[("door", Is::Text, true), AT, AFTER_CARD, LIMIT]],
        "/explain/where" => &[&[CARD, PERSON, AT]],
        "/reports/taps" | "/reports/denials" => &[&[FROM, UNTIL, DOOR, LIMIT]],
        "/reports/holds" => &[HELD],
        "/reports/unused" => &[&[DAYS], HELD],
        "/reports/doors" => &[&[DAYS, LIMIT]],
        "/reports/unreturned" => &[&[LIMIT]],
        _ => &[],
    }
}

fn edits(path: &str) -> &'static [&'static [Parameter]] {
    let subject = path.split('/').nth(1).unwrap_or_default();
    let edits = ["groups", "areas", "schedules", "rules", "calendar"].contains(&subject);
    if edits && !["/passback", "/names"].iter().any(|own| path.ends_with(own)) { &[EDIT] } else { &[] }
}

/// The parameters of the query.
pub(super) fn parameters(method: &Method, path: &str) -> Vec<Value> {
    let all = lists(method, path).iter().flat_map(|list| list.iter());
    all.map(|(name, is, required)| {
        let one = schema(*is);
        let schema = if repeats(path, name) { json!({"type": "array", "items": one}) } else { one };
        json!({"name": name, "in": "query", "required": required, "schema": schema})
    })
    .collect()
}

fn schema(is: Is) -> Value {
    match is {
        Is::Text => json!({"type": "string"}),
        Is::Number => json!({"type": "integer", "format": "int64"}),
        Is::Within(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Is::Flag => json!({"type": "boolean"}),
        Is::Code(codes) => json!({"type": "string", "enum": codes}),
        Is::Time => json!({"type": "string", "format": "date-time"}),
        Is::Card => json!({"type": "string", "pattern": "^[0-9A-F]{8}([0-9A-F]{6}){0,2}$"}),
    }
}
