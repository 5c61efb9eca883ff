//! How long taps and changes take.

use access::latency::Latencies;
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::calls::Calls;
use crate::app::App;
use crate::fault::Fault;
use crate::figures::{Measure, PerMeasure};
use crate::health::{Health, Seen};
use crate::rights::Right;
use crate::when;

/// The route.
pub(super) fn router() -> Calls {
    // How much goes on at a door is of the log.
    Calls::new().get(Right::Events, "/health", show)
}

/// How quick the site is.
#[derive(Serialize, JsonSchema)]
struct HealthShape {
    since: String,
    hour_since: String,
    day_since: String,
    figures: MeasuresShape,
    /// Doors that lack something that was changed.
    behind: usize,
    /// Those of them that are not connected.
    behind_away: usize,
    waiting_since: Option<String>,
    doors: Vec<DoorHealthShape>,
}

#[derive(Serialize, JsonSchema)]
struct DoorHealthShape {
    id: String,
    tells_taps: bool,
    waiting_since: Option<String>,
    figures: MeasuresShape,
}

#[derive(Serialize, JsonSchema)]
struct MeasuresShape {
    tap: WindowsShape,
    change: WindowsShape,
    revoke: WindowsShape,
    late: WindowsShape,
}

#[derive(Serialize, JsonSchema)]
struct WindowsShape {
    hour: LatencyShape,
    day: LatencyShape,
}

/// At most so long; null if there is nothing, or if it is longer than a minute.
#[derive(Serialize, JsonSchema)]
struct LatencyShape {
    count: u64,
    p50_ms: Option<u32>,
    p95_ms: Option<u32>,
    p99_ms: Option<u32>,
}

async fn show(State(app): State<App>) -> Result<Json<HealthShape>, Fault> {
    let health = Health::now(&app).await?;
    let waiting_since = health.waiting_since().map(when::rfc3339);
    // Nobody counts, or does not answer: it may in a moment.
    let Some(told) = health.told else { return Err(Fault::Busy) };
    Ok(Json(HealthShape {
        since: when::rfc3339(told.since),
        hour_since: when::rfc3339(told.hour_since),
        day_since: when::rfc3339(told.day_since),
        figures: MeasuresShape::new(&told.hour, &told.day),
        behind: health.behind,
        behind_away: health.away,
        waiting_since,
        doors: health.seen.iter().map(DoorHealthShape::new).collect(),
    }))
}

impl DoorHealthShape {
    fn new(seen: &Seen) -> Self {
        Self {
            id: seen.id.to_string(),
            tells_taps: seen.figures.tells_taps,
            waiting_since: seen.waiting_since.map(when::rfc3339),
            figures: MeasuresShape::new(&seen.figures.hour, &seen.figures.day),
        }
    }
}

impl MeasuresShape {
    fn new(hour: &PerMeasure<Latencies>, day: &PerMeasure<Latencies>) -> Self {
        let windows = |measure| WindowsShape { hour: hour.of(measure).into(), day: day.of(measure).into() };
        Self {
            tap: windows(Measure::Tap),
            change: windows(Measure::Change),
            revoke: windows(Measure::Revoke),
            late: windows(Measure::Late),
        }
    }
}

impl From<&Latencies> for LatencyShape {
    fn from(counted: &Latencies) -> Self {
        let within = |hundredths| counted.percentile(hundredths)?.at_most_ms;
        Self { count: counted.count(), p50_ms: within(50), p95_ms: within(95), p99_ms: within(99) }
    }
}
