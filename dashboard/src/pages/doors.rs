//! The list of doors.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{DoorKind, DoorView};

use super::render;
use super::views::{Door, is_behind};
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::query::Pairs;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "doors.html")]
struct Doors {
    page: Page,
    /// In force at how many of how many.
    summary: String,
    /// `offline` or `behind`, if only those are shown.
    show: String,
    doors: Vec<Door>,
    /// Those that write cards. They decide nothing, so they are not counted among the doors.
    encoders: Vec<Door>,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let page = visit.page;
    let views = app.db(|site| site.doors()).await?;
    let (doors, encoders): (Vec<DoorView>, Vec<DoorView>) =
        views.into_iter().partition(|view| view.kind == DoorKind::Door);
    let current = doors.iter().filter(|door| !is_behind(door)).count();
    let summary = page.lang.say_with("doors-in-force", &[("current", current.into()), ("all", doors.len().into())]);
    let show = pairs.get("show").filter(|show| ["offline", "behind"].contains(show)).unwrap_or_default().to_owned();
    let doors = doors
        .iter()
        .filter(|door| match show.as_str() {
            "offline" => !door.online,
            "behind" => is_behind(door),
            _ => true,
        })
        .map(|door| Door::new(&page, door))
        .collect();
    let encoders = encoders.iter().filter(|_| show.is_empty()).map(|encoder| Door::new(&page, encoder)).collect();
    render(&Doors { page, summary, show, doors, encoders })
}
