//! What a door reads and how long it opens. A change is shown with its consequences before it is made.

use std::collections::HashSet;

use access::id::DoorId;
use access::state::{DoorSettings, Reading};
use access::uid::Uid;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::{CredentialState, DoorKind, DoorView, Site, SiteError};

use super::views::{self, Mark};
use super::{choices, done, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::Pairs;
use crate::visit::{Visit, actor};

/// EN 60839-11-1 asks for at least this long.
const RELEASE_MS_ADVISED: u32 = 3_000;

#[derive(Template)]
#[template(path = "settings.html")]
struct Settings {
    page: Page,
    id: String,
    name: String,
    form: Form,
    readings: Vec<(String, String)>,
    change: Option<Change>,
}

/// What would change.
struct Change {
    /// Label, as it is, as it would be.
    rows: Vec<(&'static str, Mark, Mark)>,
    /// What follows from it.
    notes: Vec<Mark>,
}

/// Cards that are listed for a door, and those of them that have no credential.
struct Listed {
    all: usize,
    bare: usize,
}

/// The form; with values in the URL also what would change. Looking changes nothing.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, Fault> {
    let door = door(&app, &id).await?;
    let page = visit.page.at(&format!("/doors/{}/settings", door.id));
    if pairs.get("reading").is_none() {
        let form = Form::with(&[
            ("reading", door.settings.reading.code().to_owned()),
            ("release", seconds(door.settings.release_ms)),
        ]);
        return render(&template(page, &door, form, None));
    }
    let mut form = pairs.as_form();
    let Some(settings) = read(&mut form) else {
        return render_refused(&template(page, &door, form, None));
    };
    let id = door.id.clone();
    let listed = app.db(move |site| listed(site, &id)).await?;
    let change = change(&page, &door, settings, &listed);
    render(&template(page, &door, form, Some(change)))
}

/// Makes the change.
pub(super) async fn set(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let door = door(&app, &id).await?;
    let place = format!("/doors/{}", door.id);
    let Some(settings) = read(&mut form) else {
        return render_refused(&template(visit.page.at(&format!("{place}/settings")), &door, form, None));
    };
    let (caller, operator) = (app.clone(), visit.operator);
    app.db(move |site| site.set_settings(&actor(&caller, &operator), &door.id, settings)).await?;
    Ok(done(&place, "door-set"))
}

/// A door, not an encoder: that has nothing to set.
async fn door(app: &App, id: &str) -> Result<DoorView, Fault> {
    let id: DoorId = id.parse().map_err(|_| Fault::NotFound)?;
    let door = app.db(move |site| site.door(&id)).await?;
    if door.kind == DoorKind::Door { Ok(door) } else { Err(Fault::NotFound) }
}

fn read(form: &mut Form) -> Option<DoorSettings> {
    let reading = Reading::from_code(form.value("reading"));
    if reading.is_none() {
        form.problem_in("reading", "unknown-code");
    }
    let release_ms = milliseconds(form.value("release"));
    let bounds = DoorSettings::RELEASE_MS_MIN..=DoorSettings::RELEASE_MS_MAX;
    match release_ms {
        None => form.problem_in("release", "not-a-number"),
        Some(ms) if !bounds.contains(&ms) => form.problem_in("release", "out-of-range"),
        Some(_) => {}
    }
    if form.failed() {
        return None;
    }
    Some(DoorSettings { release_ms: release_ms?, reading: reading? })
}

fn listed(site: &Site, door: &DoorId) -> Result<Listed, SiteError> {
    let as_of = site.latest()?;
    let active = site.credentials(None, as_of)?.into_iter().filter(|record| record.state == CredentialState::Active);
    let encoded: HashSet<Uid> = active.map(|record| record.uid).collect();
    let mut listed = Listed { all: 0, bare: 0 };
    site.for_each_entry(door, as_of, |entry| {
        listed.all += 1;
        listed.bare += usize::from(!encoded.contains(&entry.uid));
    })?;
    Ok(listed)
}

fn change(page: &Page, door: &DoorView, new: DoorSettings, listed: &Listed) -> Change {
    let old = door.settings;
    let release = |ms| Mark::plain(page.tr1("release-seconds", "seconds", &seconds(ms)));
    let mut notes = vec![Mark::plain(page.code("reading-about", new.reading.code()))];
    if new.reading == Reading::UidOnly {
        notes = vec![Mark::warn(page.code("reading-about", new.reading.code()))];
    } else {
        notes.push(refused(page, listed));
    }
    if new.release_ms < RELEASE_MS_ADVISED {
        notes.push(Mark::warn(page.tr("release-short")));
    }
    Change {
        rows: vec![
            ("door-reading", views::reading(page, old.reading), views::reading(page, new.reading)),
            ("door-release", release(old.release_ms), release(new.release_ms)),
        ],
        notes,
    }
}

fn refused(page: &Page, listed: &Listed) -> Mark {
    let numbers = [("bare", listed.bare.into()), ("all", listed.all.into())];
    if listed.bare == 0 {
        Mark::good(page.number("settings-none-refused", "all", &listed.all))
    } else {
        Mark::bad(page.lang.say_with("settings-refused", &numbers))
    }
}

fn template(page: Page, door: &DoorView, form: Form, change: Option<Change>) -> Settings {
    Settings {
        id: door.id.to_string(),
        name: door.name.clone(),
        readings: choices::readings(&page),
        page,
        form,
        change,
    }
}

/// As people enter it, with a point or a comma.
fn milliseconds(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u32 = format!("{part:0<3}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(1000)?.checked_add(part)
}

fn seconds(ms: u32) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_as_they_are_written() {
        for (text, ms) in [("5", 5_000), ("0.5", 500), ("2,25", 2_250), ("120", 120_000), ("3.001", 3_001)] {
            assert_eq!(milliseconds(text), Some(ms), "{text}");
            assert_eq!(milliseconds(&seconds(ms)), Some(ms), "{text}");
        }
        for text in ["", "x", "-1", "1.2.3", "1e3", "0.0001", "99999999999"] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }
}
