//! One door: how it is, its alarms, and unlocking it once.

use access::command::Action;
use access::id::DoorId;
use access::time::ClockTrust;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use db::site::{
    AlarmView, CommandState, CommandView, DoorKind, DoorView, EventFilter, EventView, LIST_MAX, Seek, Site, SiteError,
};

use super::views::{self, Mark};
use super::{LAST_ROWS, render};
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::query::Pairs;
use crate::sentence::{self, Row};
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "door.html")]
struct DoorPage {
    page: Page,
    door: Shown,
    facts: Vec<(&'static str, Mark)>,
    command: Option<CommandShown>,
    alarms: Vec<AlarmView>,
    rows: Vec<Row>,
}

struct Shown {
    id: String,
    name: String,
    /// Whether there is a lock to release and something to set.
    opens: bool,
}

struct CommandShown {
    tone: &'static str,
    symbol: &'static str,
    text: String,
    pending: bool,
}

struct Found {
    door: DoorView,
    command: Option<CommandView>,
    alarms: Vec<AlarmView>,
    last: Vec<EventView>,
}

/// The page; with `command` in the URL also what became of it.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Fault> {
    let id: DoorId = id.parse().map_err(|_| Fault::NotFound)?;
    let command = pairs.parse::<u64>("command", "not-a-number")?;
    let found = app.db(move |site| find(site, &id, command)).await?;
    let page = visit.page;
    render(&DoorPage {
        facts: facts(&page, &found.door),
        command: found.command.map(|command| shown(&page, &command)),
        rows: Row::all(&page, &found.last),
        alarms: found.alarms,
        door: Shown { id: found.door.id.to_string(), opens: found.door.kind == DoorKind::Door, name: found.door.name },
        page,
    })
}

/// Asks the controller to unlock the door, and shows what becomes of it.
pub(super) async fn unlock(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let id: DoorId = id.parse().map_err(|_| Fault::NotFound)?;
    let (caller, operator) = (app.clone(), visit.operator);
    let asked = app.db(move |site| match site.door(&id)?.kind {
        DoorKind::Door => site.request_command(&actor(&caller, &operator), &id, Action::UnlockOnce).map(Some),
        DoorKind::Encoder => Ok(None),
    });
    let command = asked.await?.ok_or(Fault::NotFound)?;
    let place = format!("/doors/{}?command={}", command.door, command.id);
    Ok(Redirect::to(&place).into_response())
}

fn find(site: &Site, id: &DoorId, command: Option<u64>) -> Result<Found, SiteError> {
    let filter = EventFilter { doors: vec![id.clone()], ..EventFilter::default() };
    let mut alarms = site.alarms(true, LIST_MAX)?;
    alarms.retain(|alarm| alarm.door.as_ref() == Some(id));
    let command = command.map(|command| site.command(command)).transpose()?;
    Ok(Found {
        door: site.door(id)?,
        command: command.filter(|command| command.door == *id),
        alarms,
        last: site.events(&filter, Seek::Newest, LAST_ROWS)?,
    })
}

fn shown(page: &Page, command: &CommandView) -> CommandShown {
    let (tone, symbol, pending) = match command.state {
        CommandState::Requested | CommandState::Sent => ("plain", "…", true),
        CommandState::Followed => ("good", "✓", false),
        CommandState::Refused(_) | CommandState::DoorAway | CommandState::Expired => ("bad", "✕", false),
    };
    CommandShown { tone, symbol, text: sentence::command(page, command.action, &command.state), pending }
}

fn facts(page: &Page, door: &DoorView) -> Vec<(&'static str, Mark)> {
    let mut facts = vec![
        ("door-connection", views::connection(page, door)),
        ("door-last-seen", Mark::plain(views::last_seen(page, door))),
    ];
    if door.kind == DoorKind::Door {
        facts.extend([
            ("door-mode", views::mode(page, door)),
            ("door-reading", views::reading(page, door.settings.reading)),
            ("door-in-force", views::in_force(page, door)),
            ("door-release", release(page, door)),
        ]);
    }
    let released = door.lock_released.filter(|_| door.kind == DoorKind::Door);
    let open = door.contact_open.filter(|_| door.kind == DoorKind::Door);
    let told = [
        ("door-backlog", views::backlog(door).map(|events| Mark::plain(events.to_string()))),
        ("door-reader", door.reader.map(|reads| reader(page, reads))),
        ("door-lock", released.map(|released| lock(page, released))),
        ("door-contact", open.map(|open| contact(page, open))),
        ("door-clock", door.trust.map(|trust| clock(page, door, trust))),
        ("door-agent", door.agent.clone().map(Mark::plain)),
        ("door-refused", door.messages_refused.map(refused)),
    ];
    facts.extend(told.into_iter().filter_map(|(key, mark)| Some((key, mark?))));
    facts
}

fn release(page: &Page, door: &DoorView) -> Mark {
    let seconds = f64::from(door.settings.release_ms) / 1000.0;
    Mark::plain(page.lang.say_with("seconds", &[("seconds", seconds.into())]))
}

fn reader(page: &Page, answers: bool) -> Mark {
    if answers { Mark::good(page.tr("reader-answers")) } else { Mark::bad(page.tr("reader-silent")) }
}

fn lock(page: &Page, released: bool) -> Mark {
    Mark::plain(page.tr(if released { "lock-released" } else { "lock-locked" }))
}

fn contact(page: &Page, open: bool) -> Mark {
    Mark::plain(page.tr(if open { "contact-open" } else { "contact-closed" }))
}

fn clock(page: &Page, door: &DoorView, trust: ClockTrust) -> Mark {
    let code = sentence::trust_code(trust);
    let mut text = page.code("clock", code);
    if let Some(offset_ms) = door.clock_offset_ms {
        let offset = page.tr1("clock-offset", "ms", &format!("{offset_ms:+}"));
        text = format!("{text} ({offset})");
    }
    match trust {
        ClockTrust::Unknown => Mark::bad(text),
        ClockTrust::Kept => Mark::warn(text),
        ClockTrust::Synchronised => Mark::good(text),
    }
}

fn refused(count: u32) -> Mark {
    if count == 0 { Mark::plain("0".to_owned()) } else { Mark::warn(count.to_string()) }
}
