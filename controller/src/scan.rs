//! What should be true at which door, read from the database: all of it at the start, then only what a
//! change has touched. Everything here blocks.

use std::collections::BTreeMap;

use access::calendar::Calendar;
use access::entry::Entry;
use access::envelope::DoorKey;
use access::id::DoorId;
use access::state::DoorState;
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::{Change, Generation, PART_ENTRIES_MAX, WhitelistId, WhitelistPart};
use db::site::{DoorKind, DoorView, Site, SiteError, Which};

use crate::compile;
use crate::distribute::{self, Pair};
use crate::hold::Holds;
use crate::keys::Keyring;

/// Cards that are compiled at once before and after a change: what is held in memory of one that touches tens of
/// thousands.
const CARDS_AT_ONCE: usize = 2_000;

/// What should be true now.
pub(crate) struct Found {
    /// As of this change.
    pub(crate) through: Generation,
    /// The keys of every door.
    pub(crate) keys: BTreeMap<DoorId, Vec<(u32, DoorKey)>>,
    /// Doors that were not known until now.
    pub(crate) new: Vec<NewDoor>,
    /// Lists of the others that may be new.
    pub(crate) lists: Vec<FoundList>,
    /// Whom to leave alone, as far as that is known through this change.
    pub(crate) holds: Holds,
    /// When the oldest of the changes was made that were looked at.
    pub(crate) since: Option<UtcMs>,
}

/// What should be true at a door that was not known.
pub(crate) struct NewDoor {
    pub(crate) door: DoorId,
    pub(crate) kind: DoorKind,
    pub(crate) whitelist: WhitelistId,
    pub(crate) state: DoorState,
}

/// The list that a door should have.
pub(crate) struct FoundList {
    pub(crate) door: DoorId,
    pub(crate) whitelist: WhitelistId,
    /// What leads here from the list that was known; `None` if it is too much for one message.
    pub(crate) changes: Option<Vec<Change>>,
    /// Whether it blocks a card there or takes one off.
    pub(crate) takes: bool,
}

/// What doors should be that should be otherwise until now.
pub(crate) struct States {
    /// As of this change.
    pub(crate) through: Generation,
    pub(crate) states: Vec<(DoorId, DoorState)>,
    /// Whom to leave alone, as far as that is known through this change.
    pub(crate) holds: Holds,
    /// When the oldest of the changes was made that were looked at.
    pub(crate) since: Option<UtcMs>,
}

/// Everything, at the start.
///
/// A list that is still what was compiled last keeps the generation that doors know it by.
pub(crate) fn all(site: &Site, secrets: Option<&Keyring>) -> Result<Found, SiteError> {
    let through = site.latest()?;
    let views = site.doors()?;
    let mut compiled = BTreeMap::new();
    for view in views.iter().filter(|view| view.kind == DoorKind::Door) {
        compiled.insert(view.id.clone(), with_calendar(site, &view.id, through)?);
    }
    compile::each(site, secrets, Which::All, through, &mut |door, entry| {
        if let Some(id) = compiled.get_mut(door) {
            id.replace(None, Some(&entry.to_bytes()));
        }
    })?;
    let doors = views.into_iter().map(|view| {
        let compiled = compiled.remove(&view.id).unwrap_or_default();
        let unchanged = |last: &WhitelistId| (last.digest, last.entries) == (compiled.digest, compiled.entries);
        Ok(NewDoor {
            whitelist: view.wanted.filter(unchanged).unwrap_or(compiled),
            state: site.door_state(&view.id, through)?,
            kind: view.kind,
            door: view.id,
        })
    });
    let new = doors.collect::<Result<_, SiteError>>()?;
    Ok(Found { through, keys: keys(site)?, new, lists: Vec::new(), holds: Holds::read(site)?, since: None })
}

/// The states that changes since `after` have touched; `None` if nothing has changed.
///
/// They cost what was touched and compile nothing: a lockdown does not wait for a list.
pub(crate) fn states(site: &Site, after: Generation) -> Result<Option<States>, SiteError> {
    let through = site.latest()?;
    if through == after {
        return Ok(None);
    }
    let touched = site.states_touched(after, through)?;
    let states = site.door_states(Some(&touched), through)?;
    Ok(Some(States { through, states, holds: Holds::read(site)?, since: site.changed_since(after)? }))
}

/// The lists that changes since `after` have touched, and the doors that they have added; `None` if nothing has
/// changed.
pub(crate) fn since(
    site: &Site,
    secrets: Option<&Keyring>,
    after: Generation,
    known: &BTreeMap<DoorId, WhitelistId>,
) -> Result<Option<Found>, SiteError> {
    let through = site.latest()?;
    if through == after {
        return Ok(None);
    }
    let mut followed = follow(site, secrets, known, (after, through))?;
    // What is sealed under another key has other bytes, whatever else has changed: the list is compiled anew, and sent
    // whole.
    let sealed_anew = site.keys_changed(after, through)?;
    sealed_anew.iter().for_each(|door| drop(followed.remove(door)));
    let followed = followed.into_iter();
    let lists = followed.map(|(door, followed)| {
        let takes = followed.takes;
        let (whitelist, changes) = followed.end(through);
        FoundList { door, whitelist, changes, takes }
    });
    let mut lists: Vec<FoundList> = lists.collect();
    let mut new = Vec::new();
    for view in site.doors()? {
        if let Some(known) = known.get(&view.id) {
            if view.kind == DoorKind::Door && sealed_anew.contains(&view.id) {
                let whitelist = whole_id(site, secrets, &view, through)?;
                // A door that asks for no credential has nothing sealed.
                if (whitelist.digest, whitelist.entries) != (known.digest, known.entries) {
                    lists.push(FoundList { door: view.id, whitelist, changes: None, takes: false });
                }
            }
            continue;
        }
        match site.door_state(&view.id, through) {
            Ok(state) => {
                let whitelist = whole_id(site, secrets, &view, through)?;
                new.push(NewDoor { door: view.id, kind: view.kind, whitelist, state });
            }
            // Added after the change that this looks as of; the next look finds it.
            Err(SiteError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let since = site.changed_since(after)?;
    Ok(Some(Found { through, keys: keys(site)?, new, lists, holds: Holds::read(site)?, since }))
}

/// The delta from the list that a door says it has; `None` if the history does not lead from it.
pub(crate) fn delta(
    site: &Site,
    secrets: Option<&Keyring>,
    door: &DoorId,
    from: WhitelistId,
    to: WhitelistId,
) -> Result<Option<WhitelistPart>, SiteError> {
    if site.keys_changed(from.generation, to.generation)?.contains(door) {
        return Ok(None);
    }
    let touched = site.touched(from.generation, to.generation)?.pairs.into_iter();
    let uids: Vec<Uid> = touched.filter(|(touched, _)| touched == door).map(|(_, uid)| uid).collect();
    if uids.len() > PART_ENTRIES_MAX {
        return Ok(None);
    }
    let cards = uids.into_iter().map(|uid| (uid, vec![door.clone()])).collect();
    let entries = pairs(site, secrets, &cards, (from.generation, to.generation))?;
    let entries = entries.into_iter().map(|((uid, _), pair)| (uid, pair));
    let (before, now) = (site.calendar(door, from.generation)?, site.calendar(door, to.generation)?);
    Ok(distribute::delta(from, to, (&before, &now), entries))
}

/// A door's list on its way from one change to another.
struct Followed {
    before: WhitelistId,
    whitelist: WhitelistId,
    /// As long as they fit one message.
    changes: Option<Vec<Change>>,
    takes: bool,
}

impl Followed {
    fn from(known: WhitelistId) -> Self {
        Self { before: known, whitelist: known, changes: Some(Vec::new()), takes: false }
    }

    fn push(&mut self, change: Option<Change>) {
        let (Some(change), Some(changes)) = (change, &mut self.changes) else { return };
        changes.push(change);
        if changes.len() > PART_ENTRIES_MAX {
            self.changes = None;
        }
    }

    fn end(mut self, through: Generation) -> (WhitelistId, Option<Vec<Change>>) {
        if self.whitelist != self.before {
            self.whitelist.generation = through;
        }
        (self.whitelist, self.changes.filter(|changes| distribute::fits(changes)))
    }
}

/// The lists of the touched doors, from what is known of them to what is now.
fn follow(
    site: &Site,
    secrets: Option<&Keyring>,
    known: &BTreeMap<DoorId, WhitelistId>,
    span: (Generation, Generation),
) -> Result<BTreeMap<DoorId, Followed>, SiteError> {
    let touched = site.touched(span.0, span.1)?;
    let mut followed: BTreeMap<DoorId, Followed> = BTreeMap::new();
    for door in touched.calendars {
        let Some(known) = known.get(&door) else { continue };
        let (before, now) = (site.calendar(&door, span.0)?, site.calendar(&door, span.1)?);
        let door = followed.entry(door).or_insert_with(|| Followed::from(*known));
        let change = distribute::new_calendar(&mut door.whitelist, &before, &now);
        door.push(change);
    }
    let mut cards: BTreeMap<Uid, Vec<DoorId>> = BTreeMap::new();
    for (door, uid) in touched.pairs {
        if known.contains_key(&door) {
            cards.entry(uid).or_default().push(door);
        }
    }
    while !cards.is_empty() {
        let rest = cards.keys().nth(CARDS_AT_ONCE).copied().map(|uid| cards.split_off(&uid));
        for ((uid, door), pair) in pairs(site, secrets, &cards, span)? {
            let Some(known) = known.get(&door) else { continue };
            let door = followed.entry(door).or_insert_with(|| Followed::from(*known));
            door.takes |= takes(&pair);
            let change = distribute::change(&mut door.whitelist, uid, pair);
            door.push(change);
        }
        cards = rest.unwrap_or_default();
    }
    Ok(followed)
}

/// Whether a card is blocked that was not, or is no longer listed.
fn takes((before, after): &Pair) -> bool {
    let blocks = |entry: &Entry| entry.blocks.bits();
    before.as_ref().is_some_and(|before| after.as_ref().is_none_or(|after| blocks(after) & !blocks(before) != 0))
}

/// What doors have of these cards, before and after.
fn pairs(
    site: &Site,
    secrets: Option<&Keyring>,
    cards: &BTreeMap<Uid, Vec<DoorId>>,
    (before, after): (Generation, Generation),
) -> Result<BTreeMap<(Uid, DoorId), Pair>, SiteError> {
    let mut pairs: BTreeMap<(Uid, DoorId), Pair> = BTreeMap::new();
    compile::each(site, secrets, Which::Pairs(cards), before, &mut |door, entry| {
        let uid = entry.uid;
        pairs.entry((uid, door.clone())).or_default().0 = Some(entry);
    })?;
    compile::each(site, secrets, Which::Pairs(cards), after, &mut |door, entry| {
        let uid = entry.uid;
        pairs.entry((uid, door.clone())).or_default().1 = Some(entry);
    })?;
    Ok(pairs)
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
    let mut id = with_calendar(site, &door.id, as_of)?;
    compile::of_door(site, secrets, &door.id, as_of, |entry| id.replace(None, Some(&entry.to_bytes())))?;
    Ok(id)
}

/// A list without entries yet.
fn with_calendar(site: &Site, door: &DoorId, as_of: Generation) -> Result<WhitelistId, SiteError> {
    let mut id = WhitelistId { generation: as_of, ..WhitelistId::default() };
    id.replace_calendar(&Calendar::empty(), &site.calendar(door, as_of)?);
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
