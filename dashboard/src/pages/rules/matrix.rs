//! The rules as a matrix: groups down, areas across, and in each cell when that group may or may not pass there.

use std::collections::BTreeSet;

use access::id::DoorId;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{
    AreaId, AreaView, CardKind, EmploymentView, GroupId, GroupMatch, GroupView, Page as Rows, PeopleFilter, Person,
    RuleFilter, RuleView, Site, SiteError,
};

use super::{RuleLine, areas_named, groups_named};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::{door_names, render, render_refused};
use crate::query::{self, Pairs};
use crate::visit::Visit;

/// Groups on one page.
const ROWS: usize = 12;
/// Areas on one page: more do not fit beside each other.
const COLUMNS: usize = 6;
/// Rules shown in one cell; the others are counted with "and more".
const IN_CELL: u32 = 4;
/// People that a text may mean; their groups are shown together.
const PEOPLE: u32 = 20;

/// The filters, in the order of the form.
const NAMES: [&str; 6] = ["group", "area", "door", "person", "groups_after", "areas_after"];

#[derive(Template)]
#[template(path = "rules.html")]
struct Matrix {
    page: Page,
    form: Form,
    filtered: bool,
    doors: Vec<(String, String)>,
    areas: Vec<(i64, String)>,
    rows: Vec<Row>,
    more_groups: String,
    more_areas: String,
    /// Whether the first page is elsewhere.
    first: String,
}

struct Row {
    id: i64,
    name: String,
    cells: Vec<Cell>,
}

struct Cell {
    area: i64,
    area_name: String,
    rules: Vec<RuleLine>,
    more: bool,
}

/// What the URL asks for.
struct Wish {
    group: String,
    area: String,
    door: Option<DoorId>,
    person: Option<String>,
    groups_after: Option<i64>,
    areas_after: Option<i64>,
}

struct Found {
    groups: Vec<GroupView>,
    areas: Vec<AreaView>,
    /// By group and area.
    cells: Vec<Vec<Vec<RuleView>>>,
    doors: Vec<(String, String)>,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let mut form = pairs.as_form();
    match wish(&pairs) {
        Ok(wish) => {
            let found = app.db(move |site| find(site, &wish)).await?;
            render(&template(visit.page, &pairs, form, found))
        }
        Err(fault) => {
            form.refused(fault)?;
            let doors = app.db(door_names).await?;
            let nothing = Found { groups: Vec::new(), areas: Vec::new(), cells: Vec::new(), doors };
            render_refused(&template(visit.page, &pairs, form, nothing))
        }
    }
}

fn wish(pairs: &Pairs) -> Result<Wish, Fault> {
    Ok(Wish {
        group: pairs.get("group").unwrap_or_default().to_owned(),
        area: pairs.get("area").unwrap_or_default().to_owned(),
        door: pairs.parse("door", "unknown-door")?,
        person: pairs.get("person").map(str::to_owned),
        groups_after: pairs.parse("groups_after", "not-a-number")?,
        areas_after: pairs.parse("areas_after", "not-a-number")?,
    })
}

/// One more row and column than is shown, so that it is known whether there are more.
fn find(site: &Site, wish: &Wish) -> Result<Found, SiteError> {
    let mut groups = groups_named(site, &wish.group, wish.groups_after, usize::MAX)?;
    if let Some(text) = &wish.person {
        let theirs = people_named(site, text)?;
        groups.retain(|group| theirs.iter().any(|one| one.in_group(group)));
    }
    groups.truncate(ROWS + 1);
    let mut areas = areas_named(site, &wish.area, wish.areas_after, usize::MAX)?;
    if let Some(door) = &wish.door {
        areas.retain(|area| area.doors.iter().any(|(here, _)| here == door));
    }
    areas.truncate(COLUMNS + 1);
    let row = |group: &GroupView| areas.iter().take(COLUMNS).map(|area| cell(site, group.id, area.id)).collect();
    let cells = groups.iter().take(ROWS).map(row).collect::<Result<_, _>>()?;
    Ok(Found { doors: door_names(site)?, groups, areas, cells })
}

fn cell(site: &Site, group: GroupId, area: AreaId) -> Result<Vec<RuleView>, SiteError> {
    let filter = RuleFilter { group: Some(group), area: Some(area), ..RuleFilter::default() };
    site.rules(&filter, Rows { after: None, limit: IN_CELL + 1 })
}

/// Somebody, as groups look at them.
struct Somebody {
    named: BTreeSet<GroupId>,
    employments: Vec<EmploymentView>,
    kinds: Vec<CardKind>,
}

/// The people whom a text may mean.
fn people_named(site: &Site, text: &str) -> Result<Vec<Somebody>, SiteError> {
    let people = site.people(&PeopleFilter { text: Some(text.to_owned()) }, Rows { after: None, limit: PEOPLE })?;
    let somebody = |person: Person| {
        Ok(Somebody {
            named: site.groups_of(person.id)?.into_iter().map(|(group, ..)| group).collect(),
            employments: site.employments(person.id)?,
            kinds: person.cards.iter().map(|card| card.as_kind.unwrap_or(card.kind)).collect(),
        })
    };
    people.into_iter().map(somebody).collect()
}

impl Somebody {
    /// Whether they are in a group by name or by rule, at whatever time.
    fn in_group(&self, group: &GroupView) -> bool {
        self.named.contains(&group.id) || group.matches.iter().any(|line| self.fits(line))
    }

    fn fits(&self, line: &GroupMatch) -> bool {
        let says = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        let works = |job: &EmploymentView| says(&line.unit, &job.unit) && says(&line.title, &job.title);
        let by_work = line.unit.is_some() || line.title.is_some();
        line.kind.is_none_or(|kind| self.kinds.contains(&kind)) && (!by_work || self.employments.iter().any(works))
    }
}

fn template(page: Page, pairs: &Pairs, form: Form, found: Found) -> Matrix {
    let next = |name: &str, last: Option<i64>| {
        last.map_or_else(String::new, |last| {
            let last = last.to_string();
            let kept = NAMES.iter().filter(|other| **other != name).filter_map(|name| Some((*name, pairs.get(name)?)));
            format!("/rules?{}", query::join(kept.chain([(name, last.as_str())])))
        })
    };
    let more_groups = found.groups.get(ROWS).and(found.groups.get(ROWS - 1)).map(|group| group.id.0);
    let more_areas = found.areas.get(COLUMNS).and(found.areas.get(COLUMNS - 1)).map(|area| area.id.0);
    let later = ["groups_after", "areas_after"].iter().any(|name| pairs.get(name).is_some());
    let kept = NAMES.iter().take(4).filter_map(|name| Some((*name, pairs.get(name)?)));
    let filter = query::join(kept);
    let areas: Vec<_> = found.areas.into_iter().take(COLUMNS).map(|area| (area.id.0, area.name)).collect();
    let rows = found.groups.into_iter().zip(found.cells).map(|(group, cells)| Row {
        id: group.id.0,
        name: group.name,
        cells: cells.into_iter().zip(&areas).map(|(rules, area)| Cell::new(&page, rules, area)).collect(),
    });
    Matrix {
        rows: rows.collect(),
        filtered: !filter.is_empty(),
        first: if later { format!("/rules?{filter}") } else { String::new() },
        more_groups: next("groups_after", more_groups),
        more_areas: next("areas_after", more_areas),
        doors: found.doors,
        page: page.at("/rules"),
        areas,
        form,
    }
}

impl Cell {
    fn new(page: &Page, mut rules: Vec<RuleView>, (area, area_name): &(i64, String)) -> Self {
        let more = rules.len() > IN_CELL as usize;
        rules.truncate(IN_CELL as usize);
        Self { area: *area, area_name: area_name.clone(), rules: RuleLine::all(page, rules), more }
    }
}
