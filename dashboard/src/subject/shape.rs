//! The JSON of what is known of a person.

use access::time::{UtcS, Window};
use db::site::{
    CardKind, EmploymentView, EventView, HandOutView, HoldingView, RequestView, RightView, SearchView, Searched,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::when;

/// All of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PersonData")]
pub(crate) struct DataShape {
    pub(super) site: String,
    pub(super) made: String,
    pub(super) person: PersonShape,
    pub(super) cards: Vec<CardShape>,
    pub(super) employments: Vec<EmploymentShape>,
    pub(super) rights_to_practise: Vec<RightShape>,
    /// That have the person by name.
    pub(super) groups: Vec<GroupShape>,
    pub(super) hand_outs: Vec<HandOutShape>,
    /// Access that was asked for; by whom is no business of the person's.
    pub(super) requests: Vec<RequestShape>,
    /// Newest first.
    pub(super) events: Vec<EventShape>,
    /// Whether there are older ones.
    pub(super) more_events: bool,
    /// Who was looked for why; by whom is no business of the person's.
    pub(super) searches: Vec<SearchShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataPerson")]
pub(super) struct PersonShape {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) external_id: Option<String>,
    pub(super) needs_longer: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataWindow")]
struct Span {
    from: Option<String>,
    until: Option<String>,
}

impl From<Window> for Span {
    fn from(window: Window) -> Self {
        let end = |at: Option<UtcS>| at.map(when::rfc3339_second);
        Self { from: end(window.from), until: end(window.until) }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataCard")]
pub(super) struct CardShape {
    card: String,
    kind: &'static str,
    stands_in_for: Option<&'static str>,
    held: Span,
}

impl From<&HoldingView> for CardShape {
    fn from(one: &HoldingView) -> Self {
        Self {
            card: one.uid.hex(),
            kind: one.kind.code(),
            stands_in_for: one.as_kind.map(CardKind::code),
            held: one.window.into(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataEmployment")]
pub(super) struct EmploymentShape {
    external_id: Option<String>,
    unit: String,
    title: String,
    validity: Span,
}

impl From<&EmploymentView> for EmploymentShape {
    fn from(one: &EmploymentView) -> Self {
        Self {
            external_id: one.external_id.clone(),
            unit: one.unit.clone(),
            title: one.title.clone(),
            validity: one.window.into(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataRight")]
pub(super) struct RightShape {
    profession: String,
    source: String,
    validity: Span,
    checked: String,
}

impl From<&RightView> for RightShape {
    fn from(one: &RightView) -> Self {
        Self {
            profession: one.profession.clone(),
            source: one.source.clone(),
            validity: one.window.into(),
            checked: when::rfc3339(one.checked),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataGroup")]
pub(super) struct GroupShape {
    name: String,
    member: Span,
}

impl From<&(String, Window)> for GroupShape {
    fn from((name, member): &(String, Window)) -> Self {
        Self { name: name.clone(), member: (*member).into() }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataRequest")]
pub(super) struct RequestShape {
    group: String,
    member: Span,
    reason: String,
    asked: String,
    state: &'static str,
    answer: String,
}

impl From<&RequestView> for RequestShape {
    fn from(one: &RequestView) -> Self {
        Self {
            group: one.group_name.clone(),
            member: one.wanted.window.into(),
            reason: one.wanted.reason.clone(),
            asked: when::rfc3339(one.asked.1),
            state: one.state.code(),
            answer: one.answer.clone(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataHandOut")]
pub(super) struct HandOutShape {
    backup: String,
    kind: &'static str,
    cause: &'static str,
    document: &'static str,
    place: String,
    given: String,
    until: String,
    returned: Option<String>,
}

impl From<&HandOutView> for HandOutShape {
    fn from(out: &HandOutView) -> Self {
        Self {
            backup: out.backup.hex(),
            kind: out.kind.code(),
            cause: out.cause.code(),
            document: out.document.code(),
            place: out.place.clone(),
            given: when::rfc3339(out.given),
            until: when::rfc3339_second(out.until),
            returned: out.returned.as_ref().map(|(_, at)| when::rfc3339(*at)),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataEvent")]
pub(super) struct EventShape {
    at: String,
    door: String,
    door_name: String,
    code: &'static str,
    card: Option<String>,
}

impl From<&EventView> for EventShape {
    fn from(view: &EventView) -> Self {
        Self {
            at: when::rfc3339(view.event.utc),
            door: view.door.to_string(),
            door_name: view.door_name.clone(),
            code: view.event.kind.code(),
            card: view.event.subject.map(|subject| subject.uid.hex()),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataSearch")]
pub(super) struct SearchShape {
    at: String,
    of: &'static str,
    reason: String,
    looks: u32,
}

impl From<&SearchView> for SearchShape {
    fn from(one: &SearchView) -> Self {
        let of = match one.searched {
            Searched::Person(_) => "person",
            Searched::Card(_) => "card",
        };
        Self { at: when::rfc3339(one.at), of, reason: one.reason.clone(), looks: one.looks }
    }
}
