//! Groups, areas, schedules, the calendar and rules; and what an edit of them would do.

use access::whitelist::Generation;
use axum::Json;
use db::site::{RuleEdit, Site};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Caller, actor};

mod areas;
mod calendar;
mod groups;
mod list;
mod schedules;

/// All routes of these subjects.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::Rules, "/groups", groups::list)
        .post(Right::RulesEdit, "/groups", groups::add)
        .get(Right::Rules, "/groups/{id}", groups::show)
        .put(Right::RulesEdit, "/groups/{id}", groups::rename)
        .delete(Right::RulesEdit, "/groups/{id}", groups::remove)
        .get(Right::Rules, "/groups/{id}/members", groups::members)
        .put(Right::RulesEdit, "/groups/{id}/members/{person}", groups::set_member)
        .delete(Right::RulesEdit, "/groups/{id}/members/{person}", groups::remove_member)
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
#[derive(Serialize)]
pub(super) struct Edited {
    /// The number of what was edited; absent from a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    /// The site's newest change afterwards, or at the time of the preview.
    change: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<Value>,
}

/// Makes an edit, or with `preview=true` in the query says what it would do. With `seen=CHANGE` it is made only if
/// nothing has changed since.
///
/// # Errors
/// [`Fault::Invalid`] with field `seen` and code `changed-meanwhile`, and what the database has against the edit.
async fn edit(app: &App, Caller(operator): Caller, pairs: &Pairs, edit: RuleEdit) -> Result<Json<Edited>, Fault> {
    let preview = pairs.parse::<bool>("preview", "unknown-code")?.unwrap_or(false);
    let seen = pairs.parse("seen", "not-a-number")?.map(Generation);
    let caller = app.clone();
    let edited = app.db(move |site: &Site| {
        let actor = actor(&caller, &operator);
        if preview {
            let change = site.latest()?.0;
            let found = site.preview(&actor, &edit)?;
            return Ok(Edited { id: None, change, preview: Some(preview_json(&found)) });
        }
        let id = match seen {
            Some(seen) => site.edit_rules_as_seen(&actor, &edit, seen)?,
            None => site.edit_rules(&actor, &edit)?,
        };
        Ok(Edited { id: Some(id), change: site.latest()?.0, preview: None })
    });
    edited.await.map(Json)
}

fn preview_json(found: &db::site::Preview) -> Value {
    let rows = |rows: &[db::site::PreviewRow]| -> Vec<Value> {
        rows.iter().map(|row| json!({"person": row.person.0, "name": row.name, "door": row.door.as_str()})).collect()
    };
    json!({
        "gains": {"count": found.gain_count, "first": rows(&found.gains)},
        "loses": {"count": found.lose_count, "first": rows(&found.loses)},
        "other_times": {"count": found.other_times_count, "first": rows(&found.other_times)},
        "calendars": found.calendars.iter().map(|door| door.as_str()).collect::<Vec<_>>(),
    })
}

/// The number in a path.
fn number(text: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// The cursor behind a full page.
fn next<T>(rows: &[T], limit: u32, id: impl Fn(&T) -> i64) -> Option<String> {
    rows.last().filter(|_| rows.len() >= limit as usize).map(|last| id(last).to_string())
}
