//! The JSON of what is ordered of a door.

use db::site::{Lifted, LockdownScope, LockdownView, OrderView};
use schemars::JsonSchema;
use serde::Serialize;

use crate::when;

/// What an operator has ordered of a door.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct OrderShape {
    mode: &'static str,
    until: String,
    reason: String,
    operator: String,
    at: String,
    /// Whether the door has it.
    in_force: bool,
}

impl OrderShape {
    pub(in crate::api) fn new(view: &OrderView, in_force: bool) -> Self {
        let mode = if view.order.unlock { access::mode::Mode::Unlocked } else { access::mode::Mode::Locked };
        Self {
            mode: mode.code(),
            until: when::rfc3339_second(view.order.until),
            reason: view.reason.clone(),
            operator: view.operator.clone(),
            at: when::rfc3339(view.at),
            in_force,
        }
    }
}

/// A lockdown.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct LockdownShape {
    pub(in crate::api) id: i64,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    door: Option<String>,
    name: String,
    until: Option<String>,
    reason: String,
    operator: String,
    at: String,
    lifted: Option<LiftedShape>,
    /// How many doors it reaches.
    doors: u32,
    /// How many of them have it in force.
    in_force: u32,
    /// Those that do not say that they are locked down; only of a lockdown that is asked for by its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) missing: Option<Vec<String>>,
}

/// How it was lifted.
#[derive(Serialize, JsonSchema)]
struct LiftedShape {
    operator: String,
    at: String,
    /// Null if its time was over and it was only put away.
    reason: Option<String>,
}

impl From<&LockdownView> for LockdownShape {
    fn from(view: &LockdownView) -> Self {
        let (area, door) = match &view.scope {
            LockdownScope::Site => (None, None),
            LockdownScope::Area(area) => (Some(*area), None),
            LockdownScope::Door(door) => (None, Some(door.to_string())),
        };
        Self {
            id: view.id,
            scope: view.scope.code(),
            area,
            door,
            name: view.name.clone(),
            until: view.until.map(when::rfc3339_second),
            reason: view.reason.clone(),
            operator: view.operator.clone(),
            at: when::rfc3339(view.at),
            lifted: view.lifted.as_ref().map(LiftedShape::from),
            doors: view.doors,
            in_force: view.in_force,
            missing: None,
        }
    }
}

impl From<&Lifted> for LiftedShape {
    fn from(lifted: &Lifted) -> Self {
        Self {
            operator: lifted.operator.clone(),
            at: when::rfc3339(lifted.at),
            reason: Some(lifted.reason.clone()).filter(|reason| !reason.is_empty()),
        }
    }
}
