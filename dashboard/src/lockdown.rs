//! Which doors a lockdown reaches and whether they have it, who passes all the same, and the line that every page
//! shows while one holds.

use std::collections::BTreeSet;

use access::id::DoorId;
use access::mode::Mode;
use access::time::UtcS;
use db::site::{
    AreaId, DoorKind, DoorView, Effect, LIST_MAX, LockdownScope, LockdownView, Page as Rows, RuleFilter, RuleView,
    Site, SiteError,
};

/// Lockdowns that a page looks at. A site has had a handful.
pub(crate) const SHOWN_MAX: u32 = 200;

/// The doors that a lockdown reaches.
#[derive(Debug)]
pub(crate) struct Reach {
    /// What people call the area or the door; empty for the site.
    pub(crate) name: String,
    pub(crate) doors: Vec<DoorView>,
}

impl Reach {
    /// # Errors
    /// [`SiteError::NotFound`] for the area or the door.
    pub(crate) fn of(site: &Site, scope: &LockdownScope) -> Result<Self, SiteError> {
        let real = |door: &DoorView| door.kind == DoorKind::Door;
        let of_site = || -> Result<Vec<DoorView>, SiteError> { Ok(site.doors()?.into_iter().filter(real).collect()) };
        Ok(match scope {
            LockdownScope::Site => Self { name: String::new(), doors: of_site()? },
            LockdownScope::Area(area) => {
                let area = site.area(AreaId(*area))?;
                let members: BTreeSet<DoorId> = area.doors.into_iter().map(|(door, _)| door).collect();
                let doors = of_site()?.into_iter().filter(|door| members.contains(&door.id)).collect();
                Self { name: area.name, doors }
            }
            LockdownScope::Door(door) => {
                let door = site.door(door)?;
                if !real(&door) {
                    return Err(SiteError::NotFound { what: "door", id: door.id.to_string() });
                }
                Self { name: door.name.clone(), doors: vec![door] }
            }
        })
    }

    /// Those that do not say that they are locked down: what a door says of itself counts, not what was sent to it.
    pub(crate) fn missing(&self) -> Vec<&DoorView> {
        self.doors.iter().filter(|door| door.mode_in_force != Some(Mode::LockedDown)).collect()
    }
}

/// The lockdowns that hold now, newest first.
pub(crate) fn on(site: &Site, now: UtcS) -> Result<Vec<LockdownView>, SiteError> {
    site.lockdowns(Some(now), SHOWN_MAX)
}

/// Rules that let people pass although it is locked down here; and whether there are more than so many.
pub(crate) fn exemptions(site: &Site, scope: &LockdownScope, most: usize) -> Result<(Vec<RuleView>, bool), SiteError> {
    let filter = match scope {
        LockdownScope::Door(door) => RuleFilter { door: Some(door.clone()), ..RuleFilter::default() },
        LockdownScope::Site | LockdownScope::Area(_) => RuleFilter::default(),
    };
    // A rule of another area concerns this one's doors if they share one.
    let shares = match scope {
        LockdownScope::Area(area) => Some(areas_sharing(site, AreaId(*area))?),
        _ => None,
    };
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let rules = site.rules(&filter, Rows { after, limit: LIST_MAX })?;
        let last = rules.len() < LIST_MAX as usize;
        after = rules.last().map(|rule| rule.id.0);
        found.extend(rules.into_iter().filter(|view| {
            view.rule.effect == Effect::Exempt && shares.as_ref().is_none_or(|areas| areas.contains(&view.rule.area.0))
        }));
        if last || found.len() > most {
            let more = found.len() > most;
            found.truncate(most);
            return Ok((found, more));
        }
    }
}

/// The areas that have a door in common with one.
fn areas_sharing(site: &Site, with: AreaId) -> Result<BTreeSet<i64>, SiteError> {
    let doors: BTreeSet<DoorId> = site.area(with)?.doors.into_iter().map(|(door, _)| door).collect();
    let mut sharing = BTreeSet::new();
    let mut after = None;
    loop {
        let areas = site.areas(Rows { after, limit: LIST_MAX })?;
        let last = areas.len() < LIST_MAX as usize;
        after = areas.last().map(|area| area.id.0);
        sharing.extend(
            areas.iter().filter(|area| area.doors.iter().any(|(door, _)| doors.contains(door))).map(|area| area.id.0),
        );
        if last {
            return Ok(sharing);
        }
    }
}
