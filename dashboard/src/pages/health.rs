//! How long taps and changes take: the site as whoever looks may see it, and its slowest doors.

use access::latency::{BOUNDS_MS, Class, Latencies};
use access::time::UtcMs;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::render;
use crate::app::App;
use crate::fault::Fault;
use crate::figures::{DoorFigures, Measure};
use crate::health::{Health, Seen, Told};
use crate::page::Page;
use crate::visit::Visit;

/// Doors that are listed, the slowest first. Whoever wants all of them is a program.
const DOORS_MAX: usize = 50;

#[derive(Template)]
#[template(path = "health.html")]
struct Shown {
    page: Page,
    /// Whether every change is in force everywhere, and the words for it.
    all_reached: bool,
    reached: String,
    /// Nothing if nobody counts.
    rows: Option<Vec<Row>>,
    doors: Vec<Door>,
    /// Doors that are not listed.
    more: usize,
}

/// A measure in a window.
struct Row {
    what: String,
    within: String,
    figures: Cells,
    since: String,
}

/// What is told of a measure: where half, and all but few, of it are.
struct Cells {
    p50: String,
    p95: String,
    p99: String,
    count: u64,
}

/// One door in the last day.
struct Door {
    id: String,
    name: String,
    tells_taps: bool,
    tap: Cells,
    change: Cells,
    revoke: Cells,
    late: u64,
    waiting: String,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    let page = visit.page;
    let health = Health::now(&app).await?;
    let reached = reached(&page, &health);
    let (rows, doors, more) = match &health.told {
        Some(told) => {
            let (doors, more) = slowest(&page, &health.seen);
            (Some(rows(&page, told)), doors, more)
        }
        None => (None, Vec::new(), 0),
    };
    render(&Shown { all_reached: health.behind == 0, reached, rows, doors, more, page })
}

/// At how many doors something is not in force yet, how many of them are away, and since when.
fn reached(page: &Page, health: &Health) -> String {
    let mut words = vec![page.number("health-behind", "count", &health.behind)];
    if health.away > 0 {
        words.push(page.number("health-behind-away", "count", &health.away));
    }
    if let Some(since) = health.waiting_since() {
        words.push(page.tr1("health-behind-since", "since", &page.minute(&since.second())));
    }
    words.join(" ")
}

fn rows(page: &Page, told: &Told) -> Vec<Row> {
    let row = |measure: Measure, window: &str, counted: &Latencies, since: UtcMs| Row {
        what: page.code("health-measure", measure.code()),
        within: page.code("health-window", window),
        figures: Cells::new(page, counted),
        since: page.minute(&since.second()),
    };
    let both = |measure: Measure| {
        let (hour, day) = (told.hour.of(measure), told.day.of(measure));
        [row(measure, "hour", hour, told.hour_since), row(measure, "day", day, told.day_since)]
    };
    Measure::ALL.into_iter().flat_map(both).collect()
}

fn slowest(page: &Page, seen: &[Seen]) -> (Vec<Door>, usize) {
    let speed = |seen: &&Seen| {
        let p99 = |measure| seen.figures.day.of(measure).percentile(99).map(end);
        (seen.waiting_since.is_some(), p99(Measure::Tap).max(p99(Measure::Change)))
    };
    let mut slowest: Vec<&Seen> = seen.iter().collect();
    // A stable sort: doors that are as slow as each other stay in the order of their ids.
    slowest.sort_by_key(|seen| std::cmp::Reverse(speed(seen)));
    let more = slowest.len().saturating_sub(DOORS_MAX);
    slowest.truncate(DOORS_MAX);
    (slowest.into_iter().map(|seen| Door::new(page, seen)).collect(), more)
}

/// Where a class ends, the slowest above all others.
fn end(class: Class) -> u32 {
    class.at_most_ms.unwrap_or(u32::MAX)
}

impl Door {
    fn new(page: &Page, seen: &Seen) -> Self {
        let DoorFigures { day, tells_taps, .. } = &seen.figures;
        let cells = |measure| Cells::new(page, day.of(measure));
        Self {
            id: seen.id.to_string(),
            name: seen.name.clone(),
            tells_taps: *tells_taps,
            tap: cells(Measure::Tap),
            change: cells(Measure::Change),
            revoke: cells(Measure::Revoke),
            late: day.of(Measure::Late).count(),
            waiting: seen.waiting_since.map_or_else(String::new, |since| page.minute(&since.second())),
        }
    }
}

impl Cells {
    fn new(page: &Page, counted: &Latencies) -> Self {
        let within = |hundredths| {
            counted.percentile(hundredths).map_or_else(|| page.tr("health-nothing"), |class| words(page, class))
        };
        Self { p50: within(50), p95: within(95), p99: within(99), count: counted.count() }
    }
}

/// A class in words.
fn words(page: &Page, class: Class) -> String {
    let slowest = || BOUNDS_MS.last().copied().unwrap_or_default();
    match class.at_most_ms {
        Some(ms) if ms < 1_000 => page.tr1("health-at-most-ms", "ms", &ms.to_string()),
        Some(ms) => page.tr1("health-at-most-s", "s", &(ms / 1_000).to_string()),
        None => page.tr1("health-above-s", "s", &(class.above_ms.unwrap_or_else(slowest) / 1_000).to_string()),
    }
}
