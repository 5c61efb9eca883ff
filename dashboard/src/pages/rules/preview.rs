//! The step between a form and its saving: who would gain and who would lose which doors.

use std::collections::HashMap;

use access::whitelist::Generation;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use db::site::{Preview, PreviewRow, RuleEdit, Site, Thing};

use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::meanwhile;
use crate::page::Page;
use crate::pages::{done, place_names, render};
use crate::visit::{Visit, actor};

/// Rows of each list that the page shows; the counts go on.
const SHOWN: usize = 50;

/// Where a form came from and where it leads.
pub(super) struct Plan {
    /// What is about to be done, as a key.
    pub(super) title: &'static str,
    /// To what.
    pub(super) about: String,
    /// Where the form is sent.
    pub(super) action: String,
    /// Where it can be corrected.
    pub(super) back: String,
    /// Where to look when it is saved; `{}` stands for the number of what was edited.
    pub(super) place: String,
    /// What to say then.
    pub(super) done: &'static str,
}

#[derive(Template)]
#[template(path = "rules_preview.html")]
struct PreviewPage {
    page: Page,
    plan: Plan,
    form: Form,
    /// Whether it was confirmed already, and something else had changed meanwhile.
    changed: bool,
    seen: u64,
    lists: Vec<List>,
    /// Doors that get other hours.
    calendars: usize,
    nothing: bool,
}

/// Those who gain, those who lose, those who pass at other times.
pub(in crate::pages) struct List {
    pub(in crate::pages) title: String,
    pub(in crate::pages) caption: &'static str,
    pub(in crate::pages) tone: &'static str,
    pub(in crate::pages) symbol: &'static str,
    pub(in crate::pages) rows: Vec<Row>,
    pub(in crate::pages) hidden: usize,
}

pub(in crate::pages) struct Row {
    pub(in crate::pages) person: i64,
    pub(in crate::pages) name: String,
    pub(in crate::pages) door: String,
    pub(in crate::pages) door_name: String,
}

/// Saves what was confirmed, shows what an edit would do, or notes in the form what is wrong with it and returns
/// nothing.
pub(super) async fn step(
    app: &App,
    visit: &Visit,
    form: &mut Form,
    edit: RuleEdit,
    plan: Plan,
) -> Result<Option<Response>, Fault> {
    if form.value("seen").is_empty() {
        return show(app, visit, form, edit, plan, false).await;
    }
    let seen = Generation(form.value("seen").parse().map_err(|_| Fault::NotFound)?);
    let (caller, operator, saved) = (app.clone(), visit.operator.clone(), edit.clone());
    let (thing, entered) = (edited(&edit), form.clone());
    let save = move |site: &Site| {
        meanwhile::guarded(site, &entered, thing.as_ref())?.edit_rules_as_seen(&actor(&caller, &operator), &saved, seen)
    };
    match app.db(save).await {
        Ok(number) => Ok(Some(done(&plan.place.replace("{}", &number.to_string()), plan.done))),
        Err(Fault::Invalid { field: "seen", .. }) => show(app, visit, form, edit, plan, true).await,
        Err(Fault::Stale(_)) => stale(app, visit, form, &edit, plan).await,
        Err(fault) => refused(form, fault).map(|()| None),
    }
}

/// What an edit changes, if there can be two who edit it from what they saw. Members by name are edited one by one.
pub(crate) fn edited(edit: &RuleEdit) -> Option<Thing> {
    match edit {
        RuleEdit::RenameGroup { group, .. } | RuleEdit::SetMatches { group, .. } => Some(Thing::Group(*group)),
        RuleEdit::RenameArea { area, .. } | RuleEdit::SetAreaDoors { area, .. } => Some(Thing::Area(*area)),
        RuleEdit::ChangeSchedule { schedule, .. } => Some(Thing::Schedule(*schedule)),
        RuleEdit::SetCalendar(_) => Some(Thing::Calendar),
        RuleEdit::ChangeRule { rule, .. } | RuleEdit::RemoveRule(rule) => Some(Thing::Rule(*rule)),
        _ => None,
    }
}

/// Shows what somebody else has done to it since the form was opened.
async fn stale(app: &App, visit: &Visit, form: &Form, edit: &RuleEdit, plan: Plan) -> Result<Option<Response>, Fault> {
    let thing = edited(edit).ok_or(Fault::Broken)?;
    let place = meanwhile::Place { about: plan.about, action: plan.action, back: plan.back };
    meanwhile::answer(app, visit.page.clone(), thing, form, place).await.map(Some)
}

/// Saves an edit that decides nothing by itself, such as a name.
pub(super) async fn save(app: &App, visit: &Visit, form: &mut Form, edit: RuleEdit) -> Result<Option<i64>, Fault> {
    let (caller, operator) = (app.clone(), visit.operator.clone());
    let (thing, entered) = (edited(&edit), form.clone());
    let save = move |site: &Site| {
        meanwhile::guarded(site, &entered, thing.as_ref())?.edit_rules(&actor(&caller, &operator), &edit)
    };
    match app.db(save).await {
        Ok(number) => Ok(Some(number)),
        // The page that says so shows the name as it is now.
        Err(Fault::Stale(_)) => {
            form.problem_in("name", "changed-meanwhile");
            Ok(None)
        }
        Err(fault) => refused(form, fault).map(|()| None),
    }
}

/// What is there already has the same name.
fn refused(form: &mut Form, fault: Fault) -> Result<(), Fault> {
    match fault {
        Fault::Conflict(_) => form.problem_in("name", "duplicate"),
        Fault::Invalid { field: "window", problem } => form.problem_in("until", problem),
        other => form.refused(other)?,
    }
    Ok(())
}

async fn show(
    app: &App,
    visit: &Visit,
    form: &mut Form,
    edit: RuleEdit,
    plan: Plan,
    changed: bool,
) -> Result<Option<Response>, Fault> {
    let (caller, operator, tried) = (app.clone(), visit.operator.clone(), edit.clone());
    let (thing, entered) = (edited(&edit), form.clone());
    let found = app.db(move |site| {
        // The number is taken first: what changes while the preview is made makes the saving refuse.
        let seen = site.latest()?;
        let guarded = meanwhile::guarded(site, &entered, thing.as_ref())?;
        Ok((seen, guarded.preview(&actor(&caller, &operator), &tried)?, place_names(site)?))
    });
    let (seen, preview, doors) = match found.await {
        Ok(found) => found,
        Err(Fault::Stale(_)) => return stale(app, visit, form, &edit, plan).await,
        Err(fault) => return refused(form, fault).map(|()| None),
    };
    let page = visit.page.clone().at(&plan.back);
    let doors: HashMap<String, String> = doors.into_iter().collect();
    let template = PreviewPage {
        lists: lists(&page, &preview, &doors),
        calendars: preview.calendars.len(),
        nothing: preview == Preview::default(),
        seen: seen.0,
        form: form.clone(),
        page,
        plan,
        changed,
    };
    let shown = render(&template)?;
    let status = if changed { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok(Some((status, shown).into_response()))
}

/// The lists of a preview, with the names of doors.
pub(in crate::pages) fn lists(page: &Page, preview: &Preview, doors: &HashMap<String, String>) -> Vec<List> {
    [
        ("preview-gains", "preview-gains-caption", "good", "+", &preview.gains, preview.gain_count),
        ("preview-loses", "preview-loses-caption", "bad", "−", &preview.loses, preview.lose_count),
        ("preview-others", "preview-others-caption", "warn", "◷", &preview.other_times, preview.other_times_count),
    ]
    .into_iter()
    .map(|(title, caption, tone, symbol, rows, count)| List {
        title: page.number(title, "count", &count),
        caption,
        tone: if count == 0 { "plain" } else { tone },
        symbol: if count == 0 { "" } else { symbol },
        rows: rows.iter().take(SHOWN).map(|row| Row::new(page, row, doors)).collect(),
        hidden: count.saturating_sub(rows.len().min(SHOWN)),
    })
    .collect()
}

impl Row {
    fn new(page: &Page, row: &PreviewRow, doors: &HashMap<String, String>) -> Self {
        let door = row.door.to_string();
        let door_name = doors.get(&door).unwrap_or(&door).clone();
        Self { person: row.person.0, name: page.name(&row.name), door, door_name }
    }
}
