//! A door's list held against what this file would send it.

use std::collections::{BTreeMap, BTreeSet};

use access::entry::{Block, Blocks};
use access::id::DoorId;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::super::life::{Cause, Life};
use super::super::whitelist::{Card, at_door, touched};
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
///
/// A door may tell days later. So this file is taken as it was at the change by which it was put back: what was done since
/// then is not what the door has missed out. Of a card that something was done with since then, only what is in its way at
/// the door and neither then nor now here is worth a look.
pub(super) fn compare(
    db: &Connection,
    door: &DoorId,
    restored: i64,
    there: &[(Uid, Blocks)],
) -> Result<Vec<Difference>, SiteError> {
    let then = Generation(restored.cast_unsigned());
    let now = change::newest(db)?;
    let since = touched(db, then, Generation(now))?.pairs.into_iter();
    let since: BTreeSet<Uid> = since.filter(|(at, _)| at == door).map(|(_, uid)| uid).collect();
    let mut here: BTreeMap<Uid, Blocks> = BTreeMap::new();
    at_door(db, door, None, then, &mut |entry| {
        here.insert(entry.uid, entry.blocks);
    })?;
    let mut found = Vec::new();
    for (uid, there) in there {
        let listed = here.remove(uid);
        // What is in the way of a listed card is known; why it is paused matters only if the door has it paused too.
        let card = match listed {
            Some(_) if !there.contains(Block::Suspended) => None,
            _ => Card::of(db, uid, restored)?,
        };
        let known = listed.or(card.as_ref().map(|card| card.blocks));
        let stays = card.as_ref().map_or(known.unwrap_or(Blocks::NONE), lasting);
        if let Some(differs) = differs(*there, listed, known, stays) {
            if since.contains(uid) && (differs != Differs::Blocked || is_so_now(db, uid, *there, now)?) {
                continue;
            }
            found.push(Difference { uid: *uid, differs, there: Some(*there), here: known });
        }
    }
    let unlisted = here.into_iter().filter(|(uid, here)| here.is_empty() && !since.contains(uid));
    found.extend(unlisted.map(|(uid, here)| Difference {
        uid,
        differs: Differs::Unlisted,
        there: None,
        here: Some(here),
    }));
    Ok(found)
}

/// What is in the card's way here and does not end by itself. A card that was forgotten is in use again when its backup
/// comes back, and a certificate that is held may be good again tomorrow.
fn lasting(card: &Card) -> Blocks {
    let paused = card.life == Life::Suspended.code() && card.cause != Cause::Forgotten.code();
    let suspended = if paused { 0 } else { Blocks::NONE.with(Block::Suspended).bits() };
    Blocks::from_bits(card.blocks.bits() & !suspended)
}

/// Whether all that is in the card's way at the door is in its way here too by now.
fn is_so_now(db: &Connection, uid: &Uid, there: Blocks, now: u64) -> Result<bool, SiteError> {
    let card = Card::of(db, uid, row::generation(Generation(now)))?;
    Ok(card.is_some_and(|card| there.bits() & !lasting(&card).bits() == 0))
}

/// Of a card that the door lists: `listed` here for that door, `known` here at all, and what of it `stays`.
fn differs(there: Blocks, listed: Option<Blocks>, known: Option<Blocks>, stays: Blocks) -> Option<Differs> {
    let known_bits = known.map_or(0, Blocks::bits);
    if there.bits() & !stays.bits() != 0 {
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
            let stays = known.unwrap_or(none);
            assert_eq!(differs(there, listed, known, stays), expected, "{there:?} {listed:?} {known:?}");
        }
        let paused = none.with(Block::Suspended);
        assert_eq!(
            differs(paused, Some(paused), Some(paused), none),
            Some(Differs::Blocked),
            "paused for another cause"
        );
    }
}
