//! Who may pass where and when: the rules, and the groups, areas, schedules and holidays that they speak of.
//!
//! What changes who may pass is shown before it is saved, and saved only if nothing has changed since.
//!
//! | module | subject |
//! | --- | --- |
//! | `matrix`, `rule` | the rules, and one of them |
//! | `groups`, `group` | people |
//! | `areas`, `area`, `passback` | doors, and who is inside |
//! | `schedules`, `schedule`, `week` | hours |
//! | `holidays` | the site's holidays and zone |
//! | `preview` | the step before saving |

use db::site::{AreaView, GroupId, GroupView, LIST_MAX, Page as Rows, RuleFilter, RuleView, Site, SiteError};

use crate::fault::Fault;
use crate::page::Page;
use crate::rights::Right;
use crate::routes::Routes;

mod area;
mod areas;
mod group;
mod groups;
mod holidays;
mod matrix;
pub(super) mod offered;
pub(crate) mod passback;
pub(crate) mod preview;
mod rule;
mod schedule;
mod schedules;
mod week;

/// Rules that a page about something that they name shows.
const RULES_SHOWN: u32 = 50;

/// All routes of these pages.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::Rules, "/rules", matrix::show)
        .get(Right::RulesEdit, "/rules/new", rule::fresh)
        .post(Right::RulesEdit, "/rules/new", rule::add)
        .get(Right::Rules, "/rules/{id}", rule::show)
        .post(Right::RulesEdit, "/rules/{id}", rule::change)
        .post(Right::RulesEdit, "/rules/{id}/remove", rule::remove)
        .get(Right::Rules, "/rules/groups", groups::show)
        .post(Right::RulesEdit, "/rules/groups", groups::add)
        .get(Right::Rules, "/rules/groups/{id}", group::show)
        .post(Right::RulesEdit, "/rules/groups/{id}/rename", group::rename)
        .post(Right::RulesEdit, "/rules/groups/{id}/remove", group::remove)
        .post(Right::Grant, "/rules/groups/{id}/member", group::set_member)
        .post(Right::Grant, "/rules/groups/{id}/leave", group::remove_member)
        .post(Right::RulesEdit, "/rules/groups/{id}/match", group::add_match)
        .post(Right::RulesEdit, "/rules/groups/{id}/unmatch", group::remove_match)
        .get(Right::Rules, "/rules/areas", areas::show)
        .post(Right::RulesEdit, "/rules/areas", areas::add)
        .get(Right::Rules, "/rules/areas/{id}", area::show)
        .post(Right::RulesEdit, "/rules/areas/{id}", area::set_doors)
        .post(Right::RulesEdit, "/rules/areas/{id}/rename", area::rename)
        .post(Right::RulesEdit, "/rules/areas/{id}/remove", area::remove)
        .post(Right::RulesEdit, "/rules/areas/{id}/names", area::set_names)
        .post(Right::RulesEdit, "/rules/areas/{id}/passback", area::set_passback)
        .get(Right::Evacuation, "/rules/areas/{id}/inside", passback::inside)
        .get(Right::Command, "/rules/areas/{id}/inside/{uid}", passback::ask)
        .post(Right::Command, "/rules/areas/{id}/inside/{uid}", passback::forgive)
        .get(Right::Rules, "/rules/schedules", schedules::show)
        .get(Right::RulesEdit, "/rules/schedules/new", schedule::fresh)
        .post(Right::RulesEdit, "/rules/schedules/new", schedule::add)
        .get(Right::Rules, "/rules/schedules/{id}", schedule::show)
        .post(Right::RulesEdit, "/rules/schedules/{id}", schedule::change)
        .post(Right::RulesEdit, "/rules/schedules/{id}/remove", schedule::remove)
        .get(Right::Rules, "/rules/holidays", holidays::show)
        .post(Right::RulesEdit, "/rules/holidays", holidays::set)
}

/// A rule on a page about something that it names.
pub(super) struct RuleLine {
    pub(super) id: i64,
    pub(super) effect: &'static str,
    pub(super) group: String,
    pub(super) area: String,
    pub(super) schedule: String,
    /// From when until when; empty if always.
    pub(super) window: String,
    pub(super) note: String,
}

impl RuleLine {
    fn new(page: &Page, view: RuleView) -> Self {
        let window = view.rule.window;
        Self {
            id: view.id.0,
            effect: view.rule.effect.code(),
            group: view.group_name,
            area: view.area_name,
            schedule: view.schedule_name.unwrap_or_else(|| page.tr("schedule-always")),
            window: if window == access::time::Window::ALWAYS { String::new() } else { page.window(&window) },
            note: view.rule.note,
        }
    }

    pub(super) fn all(page: &Page, views: Vec<RuleView>) -> Vec<Self> {
        views.into_iter().map(|view| Self::new(page, view)).collect()
    }
}

/// The first rules that a filter finds.
fn rules_of(site: &Site, filter: &RuleFilter) -> Result<Vec<RuleView>, SiteError> {
    site.rules(filter, Rows { after: None, limit: RULES_SHOWN })
}

/// The number in a path.
fn number(text: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// Up to so many groups whose name contains a text, after a number. All are looked at if need be; a site has
/// ten thousand at most.
fn groups_named(site: &Site, text: &str, after: Option<i64>, most: usize) -> Result<Vec<GroupView>, SiteError> {
    named(after, most, |page| site.groups(page), |group: &GroupView| (group.id.0, contains(&group.name, text)))
}

/// The same of areas.
fn areas_named(site: &Site, text: &str, after: Option<i64>, most: usize) -> Result<Vec<AreaView>, SiteError> {
    named(after, most, |page| site.areas(page), |area: &AreaView| (area.id.0, area.names.contain(text)))
}

/// Reads a list in pages until enough rows are wanted, or it ends.
fn named<T>(
    mut after: Option<i64>,
    most: usize,
    read: impl Fn(Rows) -> Result<Vec<T>, SiteError>,
    look: impl Fn(&T) -> (i64, bool),
) -> Result<Vec<T>, SiteError> {
    let mut found = Vec::new();
    loop {
        let rows = read(Rows { after, limit: LIST_MAX })?;
        let last = rows.len() < LIST_MAX as usize;
        after = rows.last().map(|row| look(row).0);
        found.extend(rows.into_iter().filter(|row| look(row).1));
        if last || found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}

/// Whether a name contains a text, whatever the case.
fn contains(name: &str, text: &str) -> bool {
    name.to_lowercase().contains(&text.to_lowercase())
}

/// The number of a group as a filter.
fn of_group(group: GroupId) -> RuleFilter {
    RuleFilter { group: Some(group), ..RuleFilter::default() }
}
