//! A door's entries as the door gets them: what the database says, with the keys to each card's credential,
//! sealed for that door, if the door asks for credentials.
//!
//! As of one generation the bytes are always the same, so that digests can be compared: nothing here reads a
//! clock or draws a number. Everything blocks.

use std::collections::HashMap;

use access::entry::Entry;
use access::envelope::DoorKey;
use access::id::DoorId;
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{CredentialRecord, CredentialState, Site, SiteError};

use crate::keys::Keyring;

/// The entries of these cards.
pub(crate) fn some(
    site: &Site,
    keys: Option<&Keyring>,
    door: &DoorId,
    only: &[Uid],
    as_of: Generation,
) -> Result<Vec<Entry>, SiteError> {
    let mut entries = site.entries(door, Some(only), as_of)?;
    if let Some(sealer) = Sealer::new(site, keys, door, Some(only), as_of)? {
        entries.iter_mut().for_each(|entry| sealer.seal(entry));
    }
    Ok(entries)
}

/// Every entry, one by one.
pub(crate) fn each(
    site: &Site,
    keys: Option<&Keyring>,
    door: &DoorId,
    as_of: Generation,
    mut take: impl FnMut(Entry),
) -> Result<(), SiteError> {
    let sealer = Sealer::new(site, keys, door, None, as_of)?;
    site.for_each_entry(door, as_of, |mut entry| {
        if let Some(sealer) = &sealer {
            sealer.seal(&mut entry);
        }
        take(entry);
    })
}

/// Puts keys into the entries of one door.
struct Sealer<'a> {
    keys: &'a Keyring,
    door: DoorKey,
    active: HashMap<Uid, CredentialRecord>,
}

impl<'a> Sealer<'a> {
    /// Nothing if the door did not ask for credentials then, or if there are no masters.
    fn new(
        site: &Site,
        keys: Option<&'a Keyring>,
        door: &DoorId,
        only: Option<&[Uid]>,
        as_of: Generation,
    ) -> Result<Option<Self>, SiteError> {
        let Some(keys) = keys else { return Ok(None) };
        let asked = match site.door_state(door, as_of) {
            Ok(state) => state.settings.reading.asks_for_credential(),
            // It did not exist yet, and so had no entries.
            Err(SiteError::NotFound { .. }) => false,
            Err(error) => return Err(error),
        };
        if !asked {
            return Ok(None);
        }
        let records = site.credentials(only, as_of)?.into_iter();
        let active = records.filter(|record| record.state == CredentialState::Active);
        let (_, door) = site.newest_door_key(door)?;
        Ok(Some(Self { keys, door, active: active.map(|record| (record.uid, record)).collect() }))
    }

    /// A card without a credential, or of masters that are gone, is left without keys: the door says so.
    fn seal(&self, entry: &mut Entry) {
        entry.keys = self.active.get(&entry.uid).and_then(|record| self.keys.sealed(record, &self.door));
    }
}
