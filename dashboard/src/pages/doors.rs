//! The list of doors.

use access::message::Leaf;
use access::mode::Mode;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{DoorKind, DoorView};

use super::rules::offered::Choices;
use super::views::{Door, is_behind};
use super::{choices, render, standing};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::Pairs;
use crate::visit::Visit;

/// What the list can be cut to, besides a mode.
const SHOWS: [&str; 5] = ["offline", "behind", "open", "held", "fault"];

#[derive(Template)]
#[template(path = "doors.html")]
struct Doors {
    page: Page,
    /// In force at how many of how many.
    summary: String,
    form: Form,
    modes: Choices,
    shows: Choices,
    /// Whether only some of the doors are shown.
    cut: bool,
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
    let show = pairs.get("show").filter(|show| SHOWS.contains(show)).unwrap_or_default();
    let mode = pairs.get("mode").and_then(Mode::from_code);
    let text = pairs.get("text").unwrap_or_default();
    let cut = !show.is_empty() || mode.is_some() || !text.is_empty();
    let now = page.now.second();
    let is_in = |door: &DoorView, mode| door.mode_in_force == Some(mode) || standing::ordered(door, now) == Some(mode);
    let named = |door: &DoorView| door.names.contain(text) || door.id.as_str().contains(&text.to_lowercase());
    let shown = doors.iter().filter(|door| shows(door, show) && mode.is_none_or(|mode| is_in(door, mode)));
    let shown = shown.filter(|door| named(door));
    let doors = shown.map(|door| Door::new(&page, door)).collect();
    let encoders = encoders.iter().filter(|_| !cut).map(|encoder| Door::new(&page, encoder)).collect();
    let (modes, shows) = (choices::modes(&page), choices::of_doors(&page, &SHOWS));
    render(&Doors { form: pairs.as_form(), modes, shows, cut, page, summary, doors, encoders })
}

fn shows(door: &DoorView, show: &str) -> bool {
    match show {
        "offline" => !door.online,
        "behind" => is_behind(door),
        "open" => door.leaf.is_some_and(|leaf| leaf != Leaf::Closed),
        "held" => standing::is_held_or_forced(door),
        "fault" => standing::has_fault(door),
        _ => true,
    }
}
