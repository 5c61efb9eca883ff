//! What should be true at which door, read from the database: all of it at the start, then only what a
//! change has touched. Everything here blocks.

use std::collections::BTreeMap;

use access::envelope::DoorKey;
use access::id::DoorId;
use access::state::DoorState;
use access::uid::Uid;
use access::whitelist::{Change, Generation, PART_ENTRIES_MAX, WhitelistId, WhitelistPart};
use db::site::{DoorKind, DoorView, Site, SiteError};

use crate::compile;
use crate::distribute::{self, Desired};
use crate::keys::Keyring;

/// Cards that are asked for at once, within what a statement may hold.
const CARDS_AT_ONCE: usize = 500;

/// What should be true now.
pub(crate) struct Found {
    /// As of this change.
    pub(crate) through: Generation,
    /// The keys of every door.
    pub(crate) keys: BTreeMap<DoorId, Vec<(u32, DoorKey)>>,
    /// Every door that something is new of.
    pub(crate) doors: Vec<FoundDoor>,
}

/// What should be true at one door.
pub(crate) struct FoundDoor {
    pub(crate) door: DoorId,
    pub(crate) kind: DoorKind,
    pub(crate) whitelist: WhitelistId,
    pub(crate) state: DoorState,
    /// What leads here from the list that was known; `None` for a new door, and if it is too much for one
    /// message.
    pub(crate) changes: Option<Vec<Change>>,
}

/// Everything, at the start.
///
/// A list that is still what was compiled last keeps the generation that doors know it by.
pub(crate) fn all(site: &Site, secrets: Option<&Keyring>) -> Result<Found, SiteError> {
    let through = site.latest()?;
    let doors = site.doors()?.into_iter().map(|view| {
        let compiled = whole_id(site, secrets, &view, through)?;
        let unchanged = |last: &WhitelistId| (last.digest, last.entries) == (compiled.digest, compiled.entries);
        Ok(FoundDoor {
            whitelist: view.wanted.filter(unchanged).unwrap_or(compiled),
            state: site.door_state(&view.id, through)?,
            changes: None,
            kind: view.kind,
            door: view.id,
        })
    });
    Ok(Found { doors: doors.collect::<Result<_, SiteError>>()?, keys: keys(site)?, through })
}

/// What has changed since `after`; `None` if nothing has.
pub(crate) fn since(
    site: &Site,
    secrets: Option<&Keyring>,
    after: Generation,
    known: &BTreeMap<DoorId, Desired>,
) -> Result<Option<Found>, SiteError> {
    let through = site.latest()?;
    if through == after {
        return Ok(None);
    }
    let mut touched: BTreeMap<DoorId, Vec<Uid>> = BTreeMap::new();
    for (door, uid) in site.touched(after, through)? {
        touched.entry(door).or_default().push(uid);
    }
    let mut doors = Vec::new();
    for view in site.doors()? {
        let uids = touched.remove(&view.id).unwrap_or_default();
        let (whitelist, changes) = match known.get(&view.id) {
            Some(known) if uids.is_empty() && known.state == view.wanted_state => continue,
            Some(known) => follow(site, secrets, &view.id, known.whitelist, &uids, (after, through))?,
            // Added after the change that this looks as of; the next look finds it.
            None if view.wanted_state > through => continue,
            None => (whole_id(site, secrets, &view, through)?, None),
        };
        let state = site.door_state(&view.id, through)?;
        doors.push(FoundDoor { door: view.id, kind: view.kind, whitelist, state, changes });
    }
    Ok(Some(Found { through, keys: keys(site)?, doors }))
}

/// The delta from the list that a door says it has; `None` if the history does not lead from it.
pub(crate) fn delta(
    site: &Site,
    secrets: Option<&Keyring>,
    door: &DoorId,
    from: WhitelistId,
    to: WhitelistId,
) -> Result<Option<WhitelistPart>, SiteError> {
    let touched = site.touched(from.generation, to.generation)?;
    let uids: Vec<Uid> = touched.into_iter().filter(|(touched, _)| touched == door).map(|(_, uid)| uid).collect();
    if uids.len() > PART_ENTRIES_MAX {
        return Ok(None);
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for some in uids.chunks(CARDS_AT_ONCE) {
        before.extend(compile::some(site, secrets, door, some, from.generation)?);
        after.extend(compile::some(site, secrets, door, some, to.generation)?);
    }
    Ok(distribute::delta(from, to, &before, &after))
}

fn follow(
    site: &Site,
    secrets: Option<&Keyring>,
    door: &DoorId,
    known: WhitelistId,
    uids: &[Uid],
    (after, through): (Generation, Generation),
) -> Result<(WhitelistId, Option<Vec<Change>>), SiteError> {
    let mut whitelist = known;
    let mut all = Vec::new();
    for some in uids.chunks(CARDS_AT_ONCE) {
        let before = compile::some(site, secrets, door, some, after)?;
        let now = compile::some(site, secrets, door, some, through)?;
        all.extend(distribute::changes(&mut whitelist, &before, &now));
    }
    if !all.is_empty() {
        whitelist.generation = through;
    }
    let fits = distribute::fits(&all);
    Ok((whitelist, fits.then_some(all)))
}

fn whole_id(
    site: &Site,
    secrets: Option<&Keyring>,
    door: &DoorView,
    as_of: Generation,
) -> Result<WhitelistId, SiteError> {
    if door.kind == DoorKind::Encoder {
        return Ok(WhitelistId::default());
    }
    let mut id = WhitelistId { generation: as_of, ..WhitelistId::default() };
    compile::each(site, secrets, &door.id, as_of, |entry| id.replace(None, Some(&entry.to_bytes())))?;
    Ok(id)
}

fn keys(site: &Site) -> Result<BTreeMap<DoorId, Vec<(u32, DoorKey)>>, SiteError> {
    let mut keys: BTreeMap<DoorId, Vec<(u32, DoorKey)>> = BTreeMap::new();
    for (door, id, key) in site.door_keys()? {
        keys.entry(door).or_default().push((id, key));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests;
