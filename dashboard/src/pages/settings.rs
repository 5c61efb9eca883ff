//! How a door is set up. A change is shown with its consequences before it is made.

use access::id::DoorId;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{DoorKind, DoorView, Site, SiteError, Thing};

use super::rules::offered::{self, Choices};
use super::{choices, done, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::meanwhile;
use crate::page::Page;
use crate::query::Pairs;
use crate::visit::{Visit, actor};

mod change;
mod fields;

use change::{Change, Names};
use fields::{Number, Unit};

#[derive(Template)]
#[template(path = "settings.html")]
struct Settings {
    page: Page,
    id: String,
    name: String,
    form: Form,
    readings: Choices,
    buttons: Choices,
    schedules: Choices,
    firsts: Choices,
    areas: Choices,
    times: Vec<Asked>,
    long_times: Vec<Asked>,
    second_cards: Vec<Asked>,
    lockout: Vec<Asked>,
    ages: Choices,
    beyond: Choices,
    unknown_time: Choices,
    change: Option<Change>,
}

/// A number that the form asks for, in words.
struct Asked {
    name: &'static str,
    label: String,
    /// Its bounds, with their unit.
    hint: String,
    optional: bool,
}

/// What the form needs of the database.
struct Found {
    door: DoorView,
    schedules: Choices,
    areas: Choices,
}

/// The form; with values in the URL also what would change. Looking changes nothing.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Fault> {
    let found = find(&app, &id).await?;
    let page = visit.page.at(&format!("/doors/{}/settings", found.door.id));
    if pairs.get("reading").is_none() {
        let form = fields::filled(&found.door.settings);
        return render(&template(page, found, form, None));
    }
    let mut form = pairs.as_form();
    fields::fill(&mut form, &found.door.settings);
    let Some(settings) = fields::read(&mut form) else {
        return render_refused(&template(page, found, form, None));
    };
    let id = found.door.id.clone();
    let listed = app.db(move |site| change::listed(site, &id)).await?;
    let names = Names { schedules: &found.schedules, areas: &found.areas };
    let change = Change::new(&page, &names, &found.door.settings, &settings, &listed);
    render(&template(page, found, form, Some(change)))
}

/// Makes the change.
pub(super) async fn set(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let found = find(&app, &id).await?;
    let place = format!("/doors/{}", found.door.id);
    fields::fill(&mut form, &found.door.settings);
    if let Some(settings) = fields::read(&mut form) {
        let (caller, operator, door) = (app.clone(), visit.operator, found.door.id.clone());
        let (thing, entered) = (Thing::Door(door.clone()), form.clone());
        let set = app
            .db(move |site| {
                let guarded = meanwhile::guarded(site, &entered, Some(&Thing::Door(door.clone())))?;
                guarded.set_settings(&actor(&caller, &operator), &door, settings)
            })
            .await;
        match set {
            Ok(()) => return Ok(done(&place, "door-set")),
            Err(Fault::Stale(_)) => {
                let action = format!("{place}/settings");
                let place = meanwhile::Place { about: found.door.name, back: action.clone(), action };
                return meanwhile::answer(&app, visit.page, thing, &form, place).await;
            }
            Err(Fault::Invalid { field: "unlock" | "schedule", problem }) => {
                form.problem_in("unlock_schedule", problem);
            }
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&template(visit.page.at(&format!("{place}/settings")), found, form, None))
}

/// A door, not an encoder: that has nothing to set.
async fn find(app: &App, id: &str) -> Result<Found, Fault> {
    let id: DoorId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = app.db(move |site| found(site, &id)).await?;
    if found.door.kind == DoorKind::Door { Ok(found) } else { Err(Fault::NotFound) }
}

fn found(site: &Site, id: &DoorId) -> Result<Found, SiteError> {
    let door = site.door(id)?;
    let settings = door.settings;
    let areas = [settings.leads_into, settings.leads_out_of];
    Ok(Found {
        schedules: offered::schedules(site, settings.unlock.map(|unlock| i64::from(unlock.schedule.0)))?,
        areas: offered::areas(site, areas.into_iter().flatten().map(|area| i64::from(area.0)))?,
        door,
    })
}

fn template(page: Page, found: Found, form: Form, change: Option<Change>) -> Settings {
    let none = |key: &str, choices: Choices| [(String::new(), page.tr(key))].into_iter().chain(choices).collect();
    let asked = |numbers: &[Number]| numbers.iter().map(|number| Asked::new(&page, number)).collect();
    Settings {
        id: found.door.id.to_string(),
        name: found.door.name,
        readings: choices::readings(&page),
        buttons: choices::exit_buttons(&page),
        schedules: none("settings-unlock-never", found.schedules),
        firsts: choices::first_person(&page),
        areas: none("settings-no-area", found.areas),
        times: asked(&fields::TIMES),
        long_times: asked(&fields::LONG_TIMES),
        second_cards: asked(&fields::SECOND_CARDS),
        lockout: asked(&fields::LOCKOUT),
        ages: choices::ages(&page, found.door.settings.age),
        beyond: choices::beyond(&page),
        unknown_time: choices::unknown_time(&page),
        page,
        form,
        change,
    }
}

impl Asked {
    fn new(page: &Page, number: &Number) -> Self {
        let bounds = [
            ("least", number.unit.shown(page, number.least).into()),
            ("most", number.unit.shown(page, number.most).into()),
        ];
        let bounds = match number.unit {
            Unit::Milliseconds | Unit::Seconds => page.lang.say_with("settings-bounds-seconds", &bounds),
            Unit::Times => page.lang.say_with("settings-bounds-times", &bounds),
        };
        let more = page.lang.try_say(&format!("{}-hint", number.label)).map(|more| format!(" {more}"));
        Self {
            name: number.name,
            label: number.labelled(page),
            hint: format!("{bounds}{}", more.unwrap_or_default()),
            optional: number.optional,
        }
    }
}
