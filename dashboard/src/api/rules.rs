//! Groups, areas, schedules, the calendar and rules; and what an edit of them would do.

use access::whitelist::Generation;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{PersonId, Preview, PreviewRow, RuleEdit, Site};
use schemars::JsonSchema;
use serde::Serialize;

use super::calls::Calls;
use crate::api::tag::IfMatch;
use crate::app::App;
use crate::fault::Fault;
use crate::pages::rules::preview::edited;
use crate::query::Pairs;
use crate::rights::Right;
use crate::visit::{Caller, actor};

mod areas;
mod calendar;
mod groups;
mod list;
mod schedules;

/// All routes of these subjects.
pub(super) fn router() -> Calls {
    Calls::new()
        .get(Right::Rules, "/people/{id}/gained", gained)
        .get(Right::Rules, "/groups", groups::list)
        .post(Right::RulesEdit, "/groups", groups::add)
        .get(Right::Rules, "/groups/{id}", groups::show)
        .put(Right::RulesEdit, "/groups/{id}", groups::rename)
        .delete(Right::RulesEdit, "/groups/{id}", groups::remove)
        .get(Right::Rules, "/groups/{id}/members", groups::members)
        .put(Right::Grant, "/groups/{id}/members/{person}", groups::set_member)
        .delete(Right::Grant, "/groups/{id}/members/{person}", groups::remove_member)
        .put(Right::RulesEdit, "/groups/{id}/matches", groups::set_matches)
        .get(Right::Rules, "/areas", areas::list)
        .post(Right::RulesEdit, "/areas", areas::add)
        .get(Right::Rules, "/areas/{id}", areas::show)
        .put(Right::RulesEdit, "/areas/{id}", areas::set)
        .delete(Right::RulesEdit, "/areas/{id}", areas::remove)
        .get(Right::Rules, "/schedules", schedules::list)
        .post(Right::RulesEdit, "/schedules", schedules::add)
        .get(Right::Rules, "/schedules/{id}", schedules::show)
        .put(Right::RulesEdit, "/schedules/{id}", schedules::change)
        .delete(Right::RulesEdit, "/schedules/{id}", schedules::remove)
        .get(Right::Rules, "/calendar", calendar::show)
        .put(Right::RulesEdit, "/calendar", calendar::set)
        .get(Right::Rules, "/rules", list::list)
        .post(Right::RulesEdit, "/rules", list::add)
        .get(Right::Rules, "/rules/{id}", list::show)
        .put(Right::RulesEdit, "/rules/{id}", list::change)
        .delete(Right::RulesEdit, "/rules/{id}", list::remove)
}

/// What an edit did, or with `?preview=true` would do.
#[derive(Serialize, JsonSchema)]
pub(super) struct Edited {
    /// The number of what was edited; absent from a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    /// The site's newest change afterwards, or at the time of the preview.
    change: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<PreviewShape>,
}

/// Who would gain and who would lose which doors.
#[derive(Serialize, JsonSchema)]
pub(super) struct PreviewShape {
    gains: Rows,
    loses: Rows,
    /// Who may pass before and after, at other hours.
    other_times: Rows,
    /// Doors that get other hours or holidays.
    calendars: Vec<String>,
}

/// The first rows of a list, and how many there are.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PreviewRows")]
struct Rows {
    count: usize,
    first: Vec<RowShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PreviewRow")]
struct RowShape {
    person: i64,
    name: String,
    door: String,
}

/// What changes made of one person's doors: see [`Site::gained`].
pub(super) async fn gained(
    State(app): State<App>,
    Path(id): Path<i64>,
    pairs: Pairs,
) -> Result<Json<PreviewShape>, Fault> {
    let generation = |name| {
        let number: Option<u64> = pairs.parse(name, "not-a-number")?;
        number.map(Generation).ok_or(Fault::Invalid { field: name, problem: "empty" })
    };
    let (before, after, now) = (generation("before")?, generation("after")?, app.now().second());
    let gained = app.db(move |site| {
        let person = site.person(PersonId(id))?.id;
        site.gained(person, (before, after), now)
    });
    Ok(Json(PreviewShape::from(&gained.await?)))
}

impl From<&Preview> for PreviewShape {
    fn from(found: &Preview) -> Self {
        let row =
            |row: &PreviewRow| RowShape { person: row.person.0, name: row.name.clone(), door: row.door.to_string() };
        let rows = |count, rows: &[PreviewRow]| Rows { count, first: rows.iter().map(row).collect() };
        Self {
            gains: rows(found.gain_count, &found.gains),
            loses: rows(found.lose_count, &found.loses),
            other_times: rows(found.other_times_count, &found.other_times),
            calendars: found.calendars.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Makes an edit, or with `preview=true` in the query says what it would do. With `seen=CHANGE` it is made only if
/// nothing has changed since.
///
/// # Errors
/// [`Fault::Invalid`] with field `seen` and code `changed-meanwhile`, and what the database has against the edit.
async fn edit(app: &App, caller: Caller, pairs: &Pairs, edit: RuleEdit) -> Result<Json<Edited>, Fault> {
    edit_seen(app, caller, pairs, IfMatch::default(), edit).await
}

/// The same, only if nobody has edited the thing since the call has read it, if it says when.
///
/// # Errors
/// [`Fault::Stale`], and as [`edit`].
async fn edit_seen(
    app: &App,
    Caller(operator): Caller,
    pairs: &Pairs,
    tag: IfMatch,
    edit: RuleEdit,
) -> Result<Json<Edited>, Fault> {
    let preview = pairs.parse::<bool>("preview", "unknown-code")?.unwrap_or(false);
    let seen = pairs.parse("seen", "not-a-number")?.map(Generation);
    let caller = app.clone();
    let made = app.db(move |site: &Site| {
        let actor = actor(&caller, &operator);
        let site = &tag.guarded(site, edited(&edit));
        if preview {
            let change = site.latest()?.0;
            let found = site.preview(&actor, &edit)?;
            return Ok(Edited { id: None, change, preview: Some(PreviewShape::from(&found)) });
        }
        let id = match seen {
            Some(seen) => site.edit_rules_as_seen(&actor, &edit, seen)?,
            None => site.edit_rules(&actor, &edit)?,
        };
        Ok(Edited { id: Some(id), change: site.latest()?.0, preview: None })
    });
    made.await.map(Json)
}

/// The number in a path.
fn number(text: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// The cursor behind a full page.
fn next<T>(rows: &[T], limit: u32, id: impl Fn(&T) -> i64) -> Option<String> {
    rows.last().filter(|_| rows.len() >= limit as usize).map(|last| id(last).to_string())
}
