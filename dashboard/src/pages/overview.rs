//! What a person on duty looks at first. Every number leads to the list behind it.

use access::time::{UtcMs, UtcS};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{
    AlarmCounts, AlarmFilter, AlarmState, AlarmView, DoorKind, DoorView, EventFilter, EventView, HandOutFilter,
    HandOutState, Horizons, Seek, Site, SiteError,
};

use super::views::is_behind;
use super::{LAST_ROWS, ROWS, render};
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::reports;
use crate::rights::Right;
use crate::sentence::Row;
use crate::visit::Visit;

/// Denials are counted up to here; more is said to be more.
pub(super) const COUNTED_MAX: u32 = 999;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    page: Page,
    counts: Vec<Count>,
    alarms: Vec<AlarmView>,
    rows: Vec<Row>,
}

/// A number that is a link.
struct Count {
    href: String,
    value: String,
    text: String,
    tone: &'static str,
    symbol: &'static str,
}

struct Found {
    doors: Vec<DoorView>,
    alarms: Vec<AlarmView>,
    alarm_counts: AlarmCounts,
    denied: u32,
    last: Vec<EventView>,
    /// Ends of cards that end within three months, soonest first.
    ending: Vec<UtcS>,
    horizons: Horizons,
    overdue: usize,
    /// Groups whose rights are to be looked at again.
    reviews: usize,
    /// Access that was asked for, and nobody has decided about.
    requests: usize,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    let now = visit.page.now;
    let since = UtcMs(now.0 - DAY_MS);
    let may = (visit.page.may(Right::Events), visit.page.may(Right::Reports) && !visit.page.limited);
    let found = app.db(move |site| find(site, now, since, may)).await?;
    let rows = Row::all(&visit.page, &found.last);
    let counts = counts(&visit.page, &found);
    render(&Overview { page: visit.page, counts, alarms: found.alarms, rows })
}

fn find(site: &Site, now: UtcMs, since: UtcMs, (events, reports): (bool, bool)) -> Result<Found, SiteError> {
    let denied = EventFilter { granted: Some(false), from: Some(since), ..EventFilter::default() };
    let open = AlarmFilter { state: Some(AlarmState::Open), ..AlarmFilter::default() };
    let horizons = site.horizons(now)?;
    let ending = site.cards_ending(now.second(), horizons.three_months, COUNTED_MAX + 1)?;
    let overdue = HandOutFilter { state: HandOutState::Overdue(now), ..HandOutFilter::default() };
    let reviews = || reports::reviews(site, (false, true), None, COUNTED_MAX + 1, now.second());
    Ok(Found {
        reviews: if reports { reviews()?.len() } else { 0 },
        ending: ending.iter().filter_map(|card| card.window.until).collect(),
        horizons,
        requests: site.access_requests_open()?,
        overdue: site.handouts(overdue, None, COUNTED_MAX + 1)?.len(),
        doors: site.doors()?,
        alarms: site.alarms(&open, now, ROWS)?,
        alarm_counts: site.alarm_counts(now)?,
        denied: if events { site.count_events(&denied, COUNTED_MAX + 1)?.0 } else { 0 },
        last: if events { site.events(&EventFilter::default(), Seek::Newest, LAST_ROWS)? } else { Vec::new() },
    })
}

fn counts(page: &Page, found: &Found) -> Vec<Count> {
    let offline = found.doors.iter().filter(|door| door.kind == DoorKind::Door && !door.online).count();
    let behind = found.doors.iter().filter(|door| is_behind(door)).count();
    let count = |key: &str, value: usize, href: String, tone: &'static str| {
        let (tone, symbol) = match (value, tone) {
            (0, _) => ("good", "✓"),
            (_, "bad") => ("bad", "✕"),
            (_, "warn") => ("warn", "▲"),
            _ => ("plain", "•"),
        };
        let shown = if value > COUNTED_MAX as usize { format!("{COUNTED_MAX}+") } else { value.to_string() };
        Count { href, value: shown, text: page.number(key, "count", &value), tone, symbol }
    };
    let ending = |key: &str, horizon: UtcS, within: &str, tone| {
        let ends = found.ending.iter().filter(|end| **end <= horizon).count();
        count(key, ends, format!("/cards/ending?within={within}"), tone)
    };
    let mut counts = vec![
        count("count-offline", offline, "/doors?show=offline".to_owned(), "bad"),
        count("count-behind", behind, "/doors?show=behind".to_owned(), "warn"),
        count("count-alarms", found.alarm_counts.unacknowledged as usize, "/alarms".to_owned(), "bad"),
        ending("count-ending-week", found.horizons.week, "week", "warn"),
        ending("count-ending-month", found.horizons.month, "month", "plain"),
        ending("count-ending-three-months", found.horizons.three_months, "three-months", "plain"),
    ];
    if page.may(Right::Desk) {
        counts.push(count("count-overdue", found.overdue, "/desk?show=overdue#outs".to_owned(), "warn"));
    }
    if page.may(Right::Ask) {
        counts.push(count("count-requests", found.requests, "/requests".to_owned(), "warn"));
    }
    if page.may(Right::Reports) && !page.limited {
        counts.push(count("count-reviews", found.reviews, "/reports/review?show=due".to_owned(), "plain"));
    }
    if page.may(Right::Events) {
        let href = "/events?decision=denied&span=day".to_owned();
        counts.push(count("count-denied", found.denied as usize, href, "plain"));
    }
    counts
}
