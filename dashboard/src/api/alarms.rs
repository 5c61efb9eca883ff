//! Alarms.

use axum::Json;
use axum::extract::State;
use db::site::AlarmView;
use serde::Serialize;

use super::events::limit;
use super::shape::List;
use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::when;

/// Alarms, newest first: those that are open, or with `open=false` all.
pub(super) async fn list(State(app): State<App>, pairs: Pairs) -> Result<Json<List<AlarmShape>>, Fault> {
    let open_only = pairs.parse::<bool>("open", "unknown-code")?.unwrap_or(true);
    let limit = limit(&pairs)?;
    let alarms = app.db(move |site| site.alarms(open_only, limit)).await?;
    Ok(Json(List { items: alarms.iter().map(AlarmShape::from).collect(), next: None }))
}

/// An alarm.
#[derive(Serialize)]
pub(super) struct AlarmShape {
    id: i64,
    kind: String,
    door: Option<String>,
    door_name: Option<String>,
    event: Option<i64>,
    other_event: Option<i64>,
    first: String,
    last: String,
    count: u32,
    acknowledged: Option<Acknowledged>,
}

#[derive(Serialize)]
struct Acknowledged {
    operator: String,
    at: String,
}

impl From<&AlarmView> for AlarmShape {
    fn from(alarm: &AlarmView) -> Self {
        Self {
            id: alarm.id,
            kind: alarm.kind.clone(),
            door: alarm.door.as_ref().map(ToString::to_string),
            door_name: alarm.door_name.clone(),
            event: alarm.event,
            other_event: alarm.other_event,
            first: when::rfc3339(alarm.first),
            last: when::rfc3339(alarm.last),
            count: alarm.count,
            acknowledged: alarm
                .acknowledged
                .as_ref()
                .map(|(operator, at)| Acknowledged { operator: operator.clone(), at: when::rfc3339(*at) }),
        }
    }
}
