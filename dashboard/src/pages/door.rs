//! One door: how it is, what is ordered of it, commands to it, and its alarms.
//!
//! | module | subject |
//! | --- | --- |
//! | `facts` | how it is |
//! | `order` | unlocked or locked until a time, and the lockdowns that reach it |
//! | `command` | once, now |
//! | `names` | what it is called in each language |

use access::id::DoorId;
use access::time::UtcMs;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{
    AlarmFilter, AlarmView, CommandView, DoorKind, DoorOrders, DoorView, EventFilter, EventView, Seek, Site, SiteError,
};

use super::rules::offered::Choices;
use super::views::Mark;
use super::{LAST_ROWS, ROWS, called, choices, render, render_refused, settings};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::Pairs;
use crate::rights::Right;
use crate::routes::Routes;
use crate::sentence::Row;
use crate::visit::Visit;

mod command;
mod facts;
mod names;
mod order;

/// Commands that the page lists.
const COMMANDS: u32 = 5;

#[derive(Template)]
#[template(path = "door.html")]
struct DoorPage {
    page: Page,
    door: Shown,
    form: Form,
    /// Its names in each language, as they are or as they were entered.
    names: Form,
    /// The form that has to be corrected: `order`, `end`, `names`, or a command's code.
    failed: &'static str,
    facts: Vec<(&'static str, Vec<Mark>)>,
    lockdowns: Vec<order::LockdownShown>,
    order: Option<order::OrderShown>,
    choices: Choices,
    command: Option<command::Followed>,
    commands: Vec<command::Line>,
    alarms: Vec<AlarmView>,
    rows: Vec<Row>,
}

struct Shown {
    id: String,
    name: String,
    /// Its main name.
    main: String,
    online: bool,
    /// Whether there is a lock to release and something to set.
    opens: bool,
}

struct Found {
    door: DoorView,
    orders: Option<DoorOrders>,
    command: Option<CommandView>,
    commands: Vec<CommandView>,
    alarms: Vec<AlarmView>,
    last: Vec<EventView>,
}

/// All routes of the page.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::Look, "/doors/{id}", show)
        .post(Right::Command, "/doors/{id}/order", order::set)
        .post(Right::Command, "/doors/{id}/order/end", order::end)
        .post(Right::Command, "/doors/{id}/command", command::ask)
        .post(Right::DoorSettings, "/doors/{id}/names", names::set)
        .get(Right::DoorSettings, "/doors/{id}/settings", settings::show)
        .post(Right::DoorSettings, "/doors/{id}/settings", settings::set)
}

/// The page; with `command` in the URL also what became of it.
async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Fault> {
    let command = pairs.parse::<u64>("command", "not-a-number")?;
    render(&page(&app, visit.page, &id_of(&id)?, command, Form::default(), "").await?)
}

/// The page with a form on it that has to be corrected.
async fn refused(app: &App, visit: Visit, id: &DoorId, form: Form, failed: &'static str) -> Result<Response, Fault> {
    let at = visit.page.at(&format!("/doors/{id}"));
    render_refused(&page(app, at, id, None, form, failed).await?)
}

fn id_of(text: &str) -> Result<DoorId, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

async fn page(
    app: &App,
    page: Page,
    id: &DoorId,
    command: Option<u64>,
    form: Form,
    failed: &'static str,
) -> Result<DoorPage, Fault> {
    let (id, now, events) = (id.clone(), page.now, page.may(Right::Events));
    let found = app.db(move |site| find(site, &id, command, now, events)).await?;
    let (order, lockdowns) = order::shown(&page, &found.door, found.orders);
    Ok(DoorPage {
        names: if failed == "names" { form.clone() } else { called::filled(&found.door.names) },
        facts: facts::all(&page, &found.door),
        command: found.command.map(|command| command::Followed::new(&page, &command)),
        commands: found.commands.iter().map(|command| command::Line::new(&page, command)).collect(),
        rows: Row::all(&page, &found.last),
        alarms: found.alarms,
        choices: choices::orders(&page),
        door: Shown {
            id: found.door.id.to_string(),
            online: found.door.online,
            opens: found.door.kind == DoorKind::Door,
            name: found.door.name,
            main: found.door.names.main,
        },
        lockdowns,
        order,
        page,
        form,
        failed,
    })
}

fn find(site: &Site, id: &DoorId, command: Option<u64>, now: UtcMs, events: bool) -> Result<Found, SiteError> {
    let door = site.door(id)?;
    let is_door = door.kind == DoorKind::Door;
    let filter = EventFilter { doors: vec![id.clone()], ..EventFilter::default() };
    let open = AlarmFilter { door: Some(id.clone()), ..AlarmFilter::default() };
    let command = command.map(|command| site.command(command)).transpose()?;
    Ok(Found {
        orders: is_door.then(|| site.door_orders(id)).transpose()?,
        command: command.filter(|command| command.door == *id),
        commands: site.commands_of(id, COMMANDS)?,
        alarms: site.alarms(&open, now, ROWS)?,
        last: if events { site.events(&filter, Seek::Newest, LAST_ROWS)? } else { Vec::new() },
        door,
    })
}
