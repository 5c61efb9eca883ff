//! What forms offer to choose from: groups, areas and schedules by name.

use db::site::{LIST_MAX, Page as Rows, Site, SiteError};

/// Value and text.
pub(in crate::pages) type Choices = Vec<(String, String)>;

/// Pages of a list that a form offers: ten thousand entries, which is more than anybody scrolls through.
const PAGES_MAX: u32 = 10;

/// Groups, and those that the form names already.
pub(in crate::pages) fn groups(site: &Site, named: impl IntoIterator<Item = i64>) -> Result<Choices, SiteError> {
    offered(|rows| Ok(site.groups(rows)?.into_iter().map(|group| (group.id.0, group.name)).collect()), named)
}

/// Areas, and those that the form names already.
pub(in crate::pages) fn areas(site: &Site, named: impl IntoIterator<Item = i64>) -> Result<Choices, SiteError> {
    offered(|rows| Ok(site.areas(rows)?.into_iter().map(|area| (area.id.0, area.name)).collect()), named)
}

/// Schedules, and those that the form names already.
pub(in crate::pages) fn schedules(site: &Site, named: impl IntoIterator<Item = i64>) -> Result<Choices, SiteError> {
    let read = |rows| Ok(site.schedules(rows)?.into_iter().map(|one| (i64::from(one.id.0), one.name)).collect());
    offered(read, named)
}

/// A list by name, and in any case the entry that the form names: a browser chooses the first of a list that lacks it,
/// and whoever saves would point the rule at that.
fn offered(
    read: impl Fn(Rows) -> Result<Vec<(i64, String)>, SiteError>,
    named: impl IntoIterator<Item = i64>,
) -> Result<Choices, SiteError> {
    let mut all: Vec<(i64, String)> = Vec::new();
    for _ in 0..PAGES_MAX {
        let page = read(Rows { after: all.last().map(|(id, _)| *id), limit: LIST_MAX })?;
        let last = page.len() < LIST_MAX as usize;
        all.extend(page);
        if last {
            break;
        }
    }
    for named in named {
        if !all.iter().any(|(id, _)| *id == named) {
            let found = read(Rows { after: Some(named.saturating_sub(1)), limit: 1 })?;
            all.extend(found.into_iter().filter(|(id, _)| *id == named));
        }
    }
    all.sort_by_key(|(_, name)| name.to_lowercase());
    Ok(all.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}
