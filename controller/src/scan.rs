//! What should be true at which door, read from the database: all of it at the start, then only what a
//! change has touched. Everything here blocks.

use std::collections::BTreeMap;

use access::envelope::DoorKey;
use access::id::DoorId;
use access::state::DoorState;
use access::uid::Uid;
use access::whitelist::{Change, Generation, PART_ENTRIES_MAX, WhitelistId, WhitelistPart};
use db::site::{Site, SiteError};

use crate::distribute;

/// Cards that are asked for at once, within what a statement may hold.
const CARDS_AT_ONCE: usize = 500;

/// What should be true now.
pub(crate) struct Found {
    /// As of this change.
    pub(crate) through: Generation,
    /// Every door.
    pub(crate) doors: Vec<FoundDoor>,
}

/// What should be true at one door.
pub(crate) struct FoundDoor {
    pub(crate) door: DoorId,
    pub(crate) keys: Vec<(u32, DoorKey)>,
    pub(crate) whitelist: WhitelistId,
    pub(crate) state: DoorState,
    /// What leads here from the list that was known; `None` for a new door, and if it is too much for one
    /// message.
    pub(crate) changes: Option<Vec<Change>>,
}

/// Everything, at the start.
///
/// A list that is still what was compiled last keeps the generation that doors know it by.
pub(crate) fn all(site: &Site) -> Result<Found, SiteError> {
    let through = site.latest()?;
    let mut keys = keys(site)?;
    let doors = site.doors()?.into_iter().map(|view| {
        let compiled = whole_id(site, &view.id, through)?;
        let unchanged = |last: &WhitelistId| (last.digest, last.entries) == (compiled.digest, compiled.entries);
        Ok(FoundDoor {
            keys: keys.remove(&view.id).unwrap_or_default(),
            whitelist: view.wanted.filter(unchanged).unwrap_or(compiled),
            state: site.door_state(&view.id, through)?,
            changes: None,
            door: view.id,
        })
    });
    Ok(Found { doors: doors.collect::<Result<_, SiteError>>()?, through })
}

/// What has changed since `after`; `None` if nothing has.
pub(crate) fn since(
    site: &Site,
    after: Generation,
    known: &BTreeMap<DoorId, WhitelistId>,
) -> Result<Option<Found>, SiteError> {
    let through = site.latest()?;
    if through == after {
        return Ok(None);
    }
    let mut keys = keys(site)?;
    let mut touched: BTreeMap<DoorId, Vec<Uid>> = BTreeMap::new();
    for (door, uid) in site.touched(after, through)? {
        touched.entry(door).or_default().push(uid);
    }
    let mut doors = Vec::with_capacity(keys.len());
    while let Some((door, keys)) = keys.pop_first() {
        let (whitelist, changes) = match known.get(&door) {
            Some(known) => {
                let uids = touched.remove(&door).unwrap_or_default();
                follow(site, &door, *known, &uids, after, through)?
            }
            None => (whole_id(site, &door, through)?, None),
        };
        let state = site.door_state(&door, through)?;
        doors.push(FoundDoor { door, keys, whitelist, state, changes });
    }
    Ok(Some(Found { through, doors }))
}

/// The delta from the list that a door says it has; `None` if the history does not lead from it.
pub(crate) fn delta(
    site: &Site,
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
        before.extend(site.entries(door, Some(some), from.generation)?);
        after.extend(site.entries(door, Some(some), to.generation)?);
    }
    Ok(distribute::delta(from, to, &before, &after))
}

fn follow(
    site: &Site,
    door: &DoorId,
    known: WhitelistId,
    uids: &[Uid],
    after: Generation,
    through: Generation,
) -> Result<(WhitelistId, Option<Vec<Change>>), SiteError> {
    let mut whitelist = known;
    let mut all = Vec::new();
    for some in uids.chunks(CARDS_AT_ONCE) {
        let before = site.entries(door, Some(some), after)?;
        let now = site.entries(door, Some(some), through)?;
        all.extend(distribute::changes(&mut whitelist, &before, &now));
    }
    if !all.is_empty() {
        whitelist.generation = through;
    }
    let fits = distribute::fits(&all);
    Ok((whitelist, fits.then_some(all)))
}

fn whole_id(site: &Site, door: &DoorId, as_of: Generation) -> Result<WhitelistId, SiteError> {
    let mut id = WhitelistId { generation: as_of, ..WhitelistId::default() };
    site.for_each_entry(door, as_of, |entry| id.replace(None, Some(&entry.to_bytes())))?;
    Ok(id)
}

fn keys(site: &Site) -> Result<BTreeMap<DoorId, Vec<(u32, DoorKey)>>, SiteError> {
    let mut keys: BTreeMap<DoorId, Vec<(u32, DoorKey)>> = BTreeMap::new();
    for (door, id, key) in site.door_keys()? {
        keys.entry(door).or_default().push((id, key));
    }
    Ok(keys)
}
