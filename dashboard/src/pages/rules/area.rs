//! One area: its doors as boxes, and the rules that name it.

use std::collections::BTreeSet;

use access::id::DoorId;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{Actor, AreaId, DoorKind, DoorView, RuleEdit, RuleFilter, Site, Thing};

use super::passback;
use super::preview::{self, Plan};
use super::{RuleLine, contains, number, rules_of};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::meanwhile::{self, Saving};
use crate::page::Page;
use crate::pages::{called, done, render, render_refused};
use crate::query::{self, Pairs};
use crate::visit::Visit;

/// Boxes on one page: each is two fields of the form, and the form has a bound.
const BOXES: usize = 200;

#[derive(Template)]
#[template(path = "rules_area.html")]
struct Area {
    page: Page,
    id: i64,
    name: String,
    form: Form,
    /// Its main name.
    main: String,
    /// Its names in each language, as they are or as they were entered.
    names: Form,
    /// The rule against passing back, as it is or as it was entered.
    passback: Form,
    passback_rules: Vec<(String, String)>,
    /// The form that has to be corrected: `rename`, `remove`, `names`, `passback` or `doors`.
    failed: &'static str,
    search: String,
    /// Those shown: id, name, whether it is in the area.
    doors: Vec<(String, String, bool)>,
    count: usize,
    more: String,
    rules: Vec<RuleLine>,
    all_rules: u64,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Fault> {
    render(&page(&app, visit.page, id_of(&id)?, pairs.as_form(), "").await?)
}

/// Gives it another name.
pub(super) async fn rename(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let area = id_of(&id)?;
    let edit = RuleEdit::RenameArea { area, name: form.value("name").to_owned() };
    match preview::save(&app, &visit, &mut form, edit).await? {
        Some(_) => Ok(done(&place(area), "area-changed")),
        None => render_refused(&page(&app, visit.page, area, form, "rename").await?),
    }
}

/// Takes it away; no rule names it, so nobody loses a door.
pub(super) async fn remove(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let area = id_of(&id)?;
    match preview::save(&app, &visit, &mut form, RuleEdit::RemoveArea(area)).await? {
        Some(_) => Ok(done("/rules/areas", "area-removed")),
        None => render_refused(&page(&app, visit.page, area, form, "remove").await?),
    }
}

/// The doors that were shown become those whose box is ticked; the others stay as they are.
pub(super) async fn set_doors(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let area = app.db(move |site| site.area(id)).await?;
    let read = |name| form.values(name).map(str::parse).collect::<Result<BTreeSet<DoorId>, _>>();
    if let (Ok(shown), Ok(ticked)) = (read("shown"), read("door")) {
        let kept = area.doors.into_iter().map(|(door, _)| door).filter(|door| !shown.contains(door));
        let doors: BTreeSet<DoorId> = kept.chain(ticked).collect();
        let edit = RuleEdit::SetAreaDoors { area: id, doors: doors.into_iter().collect() };
        let plan = Plan {
            title: "area-change",
            about: area.name,
            action: place(id),
            back: place(id),
            place: place(id),
            done: "area-changed",
        };
        if let Some(answer) = preview::step(&app, &visit, &mut form, edit, plan).await? {
            return Ok(answer);
        }
    } else {
        form.problem_in("door", "unknown-door");
    }
    render_refused(&page(&app, visit.page, id, form, "doors").await?)
}

/// Sets what it is called in each language.
pub(super) async fn set_names(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let area = id_of(&id)?;
    let names = called::read(&form);
    let set = move |site: &Site, actor: &Actor<'_>| site.set_area_names(actor, area, &names);
    if let Some(answer) = meanwhile::save(&app, &visit, &mut form, saving(area, "names", "names-set"), set).await? {
        return Ok(answer);
    }
    render_refused(&page(&app, visit.page, area, form, "names").await?)
}

/// Sets the rule against passing back.
pub(super) async fn set_passback(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let area = id_of(&id)?;
    if let Some(rule) = passback::read(&mut form) {
        let set = move |site: &Site, actor: &Actor<'_>| site.set_passback(actor, area, rule);
        let saving = saving(area, "passback", "passback-set");
        if let Some(answer) = meanwhile::save(&app, &visit, &mut form, saving, set).await? {
            return Ok(answer);
        }
    }
    render_refused(&page(&app, visit.page, area, form, "passback").await?)
}

/// A form of the page about the area itself, named as its part of the page.
fn saving(area: AreaId, part: &str, code: &'static str) -> Saving {
    let back = place(area);
    Saving {
        thing: Thing::Area(area),
        done: (format!("{back}#{part}"), code),
        place: meanwhile::Place { about: String::new(), action: format!("{back}/{part}"), back },
    }
}

async fn page(app: &App, page: Page, id: AreaId, form: Form, failed: &'static str) -> Result<Area, Fault> {
    let filter = RuleFilter { area: Some(id), ..RuleFilter::default() };
    let (area, doors, rules) =
        app.db(move |site| Ok((site.area(id)?, site.doors()?, rules_of(site, &filter)?))).await?;
    let search = form.value("text").to_owned();
    let after = form.value("after").to_owned();
    let inside: BTreeSet<String> = area.doors.iter().map(|(door, _)| door.to_string()).collect();
    let wanted = |door: &DoorView| {
        door.kind == DoorKind::Door && (door.names.contain(&search) || contains(door.id.as_str(), &search))
    };
    let named = doors.into_iter().filter(wanted).map(|door| (door.id.to_string(), door.name));
    let mut doors: Vec<_> = named.filter(|(door, _)| *door > after).collect();
    doors.sort_unstable();
    let more = doors.len() > BOXES;
    doors.truncate(BOXES);
    let more = doors.last().filter(|_| more).map_or_else(String::new, |(last, _)| {
        let pairs = [("text", search.as_str()), ("after", last.as_str())];
        format!("{}?{}", place(id), query::join(pairs.into_iter()))
    });
    let corrected = failed == "doors";
    // Doors that the refused form did not show are as they were.
    let entered = |door: &str| corrected && form.has("shown", door);
    let ticked = |door: &str| if entered(door) { form.has("door", door) } else { inside.contains(door) };
    let boxes = doors.into_iter().map(|(door, name)| (door.clone(), name, ticked(&door))).collect();
    let rules_of_passback =
        passback::Rule::ALL.map(|rule| (rule.code().to_owned(), page.code("passback", rule.code())));
    Ok(Area {
        id: id.0,
        passback: if failed == "passback" { form.clone() } else { passback::filled(area.passback) },
        passback_rules: rules_of_passback.into(),
        names: if failed == "names" { form.clone() } else { called::filled(&area.names) },
        name: area.name,
        main: area.names.main,
        doors: boxes,
        count: inside.len(),
        rules: RuleLine::all(&page, rules),
        all_rules: area.rules,
        page: page.at(&place(id)),
        form,
        failed,
        search,
        more,
    })
}

fn id_of(text: &str) -> Result<AreaId, Fault> {
    number(text).map(AreaId)
}

fn place(area: AreaId) -> String {
    format!("/rules/areas/{}", area.0)
}
