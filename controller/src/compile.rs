//! Doors' entries as the doors get them: what the database says, with the keys to each card's credential, sealed
//! for the door, if the door asks for credentials.
//!
//! As of one generation the bytes are always the same, so that digests can be compared: nothing here reads a
//! clock or draws a number. Cards come one by one with all their doors, so that a card's keys are derived once.
//! Everything blocks.

use std::collections::{BTreeMap, HashMap};

use access::credential::sealed::{CardKeys, seal};
use access::entry::Entry;
use access::envelope::DoorKey;
use access::id::DoorId;
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{CredentialRecord, CredentialState, DoorKind, Site, SiteError, Which};
use zeroize::Zeroize as _;

use crate::keys::Keyring;

/// Entries by door, card by card.
pub(crate) fn each(
    site: &Site,
    keys: Option<&Keyring>,
    which: Which<'_>,
    as_of: Generation,
    take: &mut dyn FnMut(&DoorId, Entry),
) -> Result<(), SiteError> {
    let doors: Vec<DoorId> = match which {
        Which::All => {
            let doors = site.doors()?.into_iter().filter(|door| door.kind == DoorKind::Door);
            doors.map(|door| door.id).collect()
        }
        Which::Pairs(pairs) => pairs.values().flatten().cloned().collect(),
    };
    let only: Option<Vec<Uid>> = match which {
        Which::All => None,
        Which::Pairs(pairs) => Some(pairs.keys().copied().collect()),
    };
    let mut sealer = Sealer::new(site, keys, doors, only.as_deref(), as_of)?;
    site.compile(which, as_of, &mut |door, mut entry| {
        sealer.seal(door, &mut entry);
        take(door, entry);
    })
}

/// Every entry of one door, by number.
pub(crate) fn of_door(
    site: &Site,
    keys: Option<&Keyring>,
    door: &DoorId,
    as_of: Generation,
    mut take: impl FnMut(Entry),
) -> Result<(), SiteError> {
    let mut sealer = Sealer::new(site, keys, vec![door.clone()], None, as_of)?;
    site.for_each_entry(door, as_of, |mut entry| {
        sealer.seal(door, &mut entry);
        take(entry);
    })
}

/// Puts keys into entries.
struct Sealer<'a> {
    keys: Option<&'a Keyring>,
    /// Those that asked for credentials then.
    doors: BTreeMap<DoorId, DoorKey>,
    active: HashMap<Uid, CredentialRecord>,
    /// The card that came last.
    last: Option<(Uid, Option<CardKeys>)>,
}

impl<'a> Sealer<'a> {
    fn new(
        site: &Site,
        keys: Option<&'a Keyring>,
        mut doors: Vec<DoorId>,
        only: Option<&[Uid]>,
        as_of: Generation,
    ) -> Result<Self, SiteError> {
        let mut sealer = Self { keys, doors: BTreeMap::new(), active: HashMap::new(), last: None };
        if keys.is_none() {
            return Ok(sealer);
        }
        doors.sort_unstable();
        doors.dedup();
        for door in doors {
            if asked(site, &door, as_of)? {
                let (_, key) = site.newest_door_key(&door)?;
                sealer.doors.insert(door, key);
            }
        }
        if !sealer.doors.is_empty() {
            let records = site.credentials(only, as_of)?.into_iter();
            let active = records.filter(|record| record.state == CredentialState::Active);
            sealer.active = active.map(|record| (record.uid, record)).collect();
        }
        Ok(sealer)
    }

    /// A card without a credential, or of masters that are gone, is left without keys: the door says so.
    fn seal(&mut self, door: &DoorId, entry: &mut Entry) {
        if self.doors.contains_key(door) && self.last.as_ref().is_none_or(|(uid, _)| *uid != entry.uid) {
            self.forget();
            let record = self.active.get(&entry.uid);
            let keys = record.zip(self.keys).and_then(|(record, keys)| keys.card_keys(record));
            self.last = Some((entry.uid, keys));
        }
        let Some(door) = self.doors.get(door) else { return };
        entry.keys = self.last.as_ref().and_then(|(uid, keys)| Some(seal(door, uid, keys.as_ref()?)));
    }

    fn forget(&mut self) {
        if let Some((_, Some(keys))) = &mut self.last {
            keys.key_a.zeroize();
        }
    }
}

impl Drop for Sealer<'_> {
    fn drop(&mut self) {
        self.forget();
    }
}

fn asked(site: &Site, door: &DoorId, as_of: Generation) -> Result<bool, SiteError> {
    match site.door_state(door, as_of) {
        Ok(state) => Ok(state.settings.reading.asks_for_credential()),
        // It did not exist yet, and so had no entries.
        Err(SiteError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
