//! Alarms. One that takes two taps shows both side by side: a person has to tell who they were.

use access::credential::block::Token;
use access::event::{EventKind, Rolling};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{AlarmView, EventFilter, EventView, LIST_MAX, Seek, Site, SiteError};

use super::{ROWS, done, local, render};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::Pairs;
use crate::sentence::Row;
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "alarms.html")]
struct Alarms {
    page: Page,
    /// Whether those are shown that somebody has acknowledged.
    past: bool,
    alarms: Vec<Shown>,
}

/// An alarm.
struct Shown {
    alarm: AlarmView,
    /// What to make of it, and what to do; a few kinds have such a sentence.
    advice: Option<String>,
    /// The event that raised it, and perhaps the one that contradicts it.
    sides: Vec<Side>,
}

/// One tap of two, or the only one.
struct Side {
    row: Row,
    /// Where the counter stood, and where the door moved it to; nothing if no door asked.
    counter: Option<(String, String)>,
    /// Where it stands in the log.
    href: String,
}

/// An alarm with its events.
type Found = (AlarmView, Vec<EventView>);

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let past = pairs.get("show") == Some("acknowledged");
    let found = app.db(move |site| find(site, past)).await?;
    let page = visit.page;
    let alarms = found.into_iter().map(|(alarm, events)| Shown::new(&page, alarm, &events)).collect();
    render(&Alarms { page, past, alarms })
}

/// Somebody has looked at it.
pub(super) async fn acknowledge(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Fault> {
    let (caller, operator) = (app.clone(), visit.operator);
    app.db(move |site| site.acknowledge_alarm(&actor(&caller, &operator), id)).await?;
    Ok(done(local(form.value("back")), "alarm-acknowledged"))
}

impl Shown {
    fn new(page: &Page, alarm: AlarmView, events: &[EventView]) -> Self {
        Self {
            advice: page.lang.try_say(&format!("advice-{}", alarm.kind)),
            sides: events.iter().map(|event| Side::new(page, event)).collect(),
            alarm,
        }
    }
}

impl Side {
    fn new(page: &Page, view: &EventView) -> Self {
        let rolling = match view.event.kind {
            EventKind::Tap { rolling, .. } => rolling,
            _ => None,
        };
        let row = Row::new(page, view);
        let before = view.id.saturating_add(1);
        let filter = row.card.as_ref().map_or_else(|| format!("door={}", row.door), |card| format!("card={card}"));
        Self {
            counter: rolling.map(|Rolling { found, written, .. }| {
                (token(page, found, "counter-none"), token(page, written, "counter-not-written"))
            }),
            href: format!("/events?{filter}&before={before}#event-{}", view.id),
            row,
        }
    }
}

/// Two taps of one counter are told apart by the number beside it.
fn token(page: &Page, token: Option<Token>, none: &str) -> String {
    token.map_or_else(|| page.tr(none), |Token { counter, nonce }| format!("{counter} ({nonce:04X})"))
}

/// The older of two taps comes first, as one reads.
fn find(site: &Site, past: bool) -> Result<Vec<Found>, SiteError> {
    let mut alarms = site.alarms(!past, LIST_MAX)?;
    alarms.retain(|alarm| alarm.acknowledged.is_some() == past);
    alarms.truncate(ROWS as usize);
    let with_events = alarms.into_iter().map(|alarm| {
        let mut ids: Vec<i64> = [alarm.other_event, alarm.event].into_iter().flatten().collect();
        ids.sort_unstable();
        let mut events = Vec::with_capacity(ids.len());
        for id in ids {
            let found = site.events(&EventFilter::default(), Seek::After(id.saturating_sub(1)), 1)?;
            events.extend(found.into_iter().filter(|event| event.id == id));
        }
        Ok((alarm, events))
    });
    with_events.collect()
}
