//! A door's list held against what this file would send it.

use std::collections::BTreeMap;

use access::entry::Blocks;
use access::id::DoorId;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::super::whitelist::{Card, at_door};
use super::super::{SiteError, change, row};
use super::types::Differs;

/// A card about which the two differ.
pub(super) struct Difference {
    uid: Uid,
    differs: Differs,
    there: Option<Blocks>,
    here: Option<Blocks>,
}

/// What matters of the cards of a door and of this file. Their windows are not told, so a card whose time was cut
/// short after the backup is not found.
pub(super) fn compare(db: &Connection, door: &DoorId, there: &[(Uid, Blocks)]) -> Result<Vec<Difference>, SiteError> {
    let now = Generation(change::newest(db)?);
    let mut here: BTreeMap<Uid, Blocks> = BTreeMap::new();
    at_door(db, door, None, now, &mut |entry| {
        here.insert(entry.uid, entry.blocks);
    })?;
    let mut found = Vec::new();
    for (uid, there) in there {
        let listed = here.remove(uid);
        let known = match listed {
            Some(blocks) => Some(blocks),
            None => Card::of(db, uid, row::generation(now))?.map(|card| card.blocks),
        };
        if let Some(differs) = differs(*there, listed, known) {
            found.push(Difference { uid: *uid, differs, there: Some(*there), here: known });
        }
    }
    let unlisted = here.into_iter().filter(|(_, here)| here.is_empty());
    found.extend(unlisted.map(|(uid, here)| Difference {
        uid,
        differs: Differs::Unlisted,
        there: None,
        here: Some(here),
    }));
    Ok(found)
}

/// Of a card that the door lists: `listed` here for that door, `known` here at all.
fn differs(there: Blocks, listed: Option<Blocks>, known: Option<Blocks>) -> Option<Differs> {
    let known_bits = known.map_or(0, Blocks::bits);
    if there.bits() & !known_bits != 0 {
        // A card that this file does not know opens nothing once it is followed again.
        return known.is_some().then_some(Differs::Blocked);
    }
    match listed {
        _ if known_bits & !there.bits() != 0 => Some(Differs::Unblocked),
        None => Some(Differs::OnlyThere),
        Some(_) => None,
    }
}

/// Keeps what was found, in place of what was found before.
pub(super) fn store(db: &Connection, door: i64, found: &[Difference]) -> Result<(), SiteError> {
    row::prepare(db, "DELETE FROM restored_card WHERE door = $1")?.execute([door])?;
    let mut insert =
        row::prepare(db, "INSERT INTO restored_card (door, uid, differs, there, here) VALUES ($1, $2, $3, $4, $5)")?;
    for Difference { uid, differs, there, here } in found {
        let bits = |blocks: &Option<Blocks>| blocks.map(Blocks::bits);
        insert.execute((door, uid.as_bytes(), differs.code(), bits(there), bits(here)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::entry::Block;

    #[test]
    fn what_is_in_the_way_at_the_door_and_not_here_matters_most() {
        let none = Blocks::NONE;
        let blocked = none.with(Block::Blocked);
        let both = blocked.with(Block::Revoked);
        for (there, listed, known, expected) in [
            (none, Some(none), Some(none), None),
            (blocked, Some(blocked), Some(blocked), None),
            (blocked, Some(none), Some(none), Some(Differs::Blocked)),
            (blocked, None, Some(none), Some(Differs::Blocked)),
            (both, Some(blocked), Some(blocked), Some(Differs::Blocked)),
            (blocked, None, None, None),
            (none, None, None, Some(Differs::OnlyThere)),
            (none, None, Some(none), Some(Differs::OnlyThere)),
            (none, Some(blocked), Some(blocked), Some(Differs::Unblocked)),
            (none, None, Some(blocked), Some(Differs::Unblocked)),
        ] {
            assert_eq!(differs(there, listed, known), expected, "{there:?} {listed:?} {known:?}");
        }
    }
}
