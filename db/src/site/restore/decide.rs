//! The operator's decision, and what it does to cards and doors.

use std::collections::{BTreeMap, BTreeSet};

use access::entry::{Block, Blocks};
use access::mode::Mode;
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::super::alarms::Raised;
use super::super::cards::{self, state};
use super::super::desk::{self, HandOutEnd};
use super::super::life::{Cause, Refusal, Transition, step};
use super::super::open::Wakes;
use super::super::whitelist::{Range, at_door, doors_of_card, was_listed};
use super::super::{Actor, Site, SiteError, alarms, change, modes, row, states};
use super::types::{Decided, Decision};
use super::{Restored, begin, latest};

/// Who treats a door that tells after the decision.
const SYSTEM: &str = "restore";

/// How far beyond now the generation of a door is believed, in milliseconds, which generations count: a year. No clock of a
/// controller is believed to have been further ahead, and numbers have to last.
const AHEAD_MAX_MS: i64 = 366 * 86_400_000;

/// Most cards that one door has kept out here. One that tells of more may be in somebody else's hands: it goes on waiting,
/// with the list that it has, until the backup is accepted.
const CARDS_OF_DOOR_MAX: u32 = 1_000;

impl Site {
    /// Ends the hold. With [`Decision::KeepOut`] the cards that doors keep out are kept out here, those that a door has
    /// blocked for good as well, all others paused; doors that are locked down stay so; and doors that have not told
    /// are left alone until they have; so are those that keep out more cards than is believed. A door is believed only
    /// about cards that it may have listed, and a card that was taken off one door only is left as it is. It can be
    /// decided again for doors that have told since. With [`Decision::Accept`] all doors get what this file says, also those that
    /// were left alone by an earlier decision.
    ///
    /// # Errors
    /// [`SiteError::Refused`] with `not-restored` or `is-decided`; [`SiteError::Invalid`] with `reason`.
    pub fn decide(&self, actor: &Actor<'_>, decision: Decision, reason: &str) -> Result<Decided, SiteError> {
        modes::check_reason(reason)?;
        self.write(Wakes::Changes, |db| {
            let restored = latest(db)?.ok_or(SiteError::refused("site", "not-restored"))?;
            let follow = match decision {
                Decision::KeepOut => believed(db, &restored)?,
                Decision::Accept => held(db)?,
            };
            if restored.decision.is_some() && follow.is_empty() {
                return Err(SiteError::refused("site", "is-decided"));
            }
            let number = begin_above(db, actor, &format!("restore-{}", decision.code()), reason)?;
            let mut decided = Decided::default();
            if decision == Decision::KeepOut {
                (decided.cards, decided.left) = keep_out(db, number, actor, &restored, &follow)?;
                for door in held(db)? {
                    decided.lockdowns += u32::from(keep_locked(db, number, door, &restored, reason)?);
                }
            }
            for door in follow {
                release(db, number, door)?;
                alarms::clear(db, "site-restored", Some(door), None, actor.at)?;
            }
            decided.waiting = u32::try_from(held(db)?.len()).unwrap_or(u32::MAX);
            row::prepare(db, "UPDATE restored SET decision = $1, reason = $2, decided = $3 WHERE change = $4")?
                .execute((decision.code(), reason, number, restored.change))?;
            alarms::clear(db, "site-restored", None, None, actor.at)?;
            Ok(decided)
        })
    }
}

/// A door that has told after the decision is let go, locked down if it is, unless it keeps cards out that are let in
/// here: it may be the door that has it wrong by now, so that waits for an operator. Says whether it was let go.
pub(super) fn late(db: &Connection, door: i64, at: UtcMs) -> Result<bool, SiteError> {
    let Some(restored) = latest(db)?.filter(|restored| restored.decision == Some(Decision::KeepOut)) else {
        return Ok(false);
    };
    if !kept_out_at(db, &restored, door)?.is_empty() {
        alarms::raise(db, &Raised { door: Some(door), ..Raised::new("site-restored", at) })?;
        return Ok(false);
    }
    let actor = Actor { operator: SYSTEM, at };
    let name: String = row::prepare(db, "SELECT id FROM door WHERE number = $1")?.query_row([door], |r| r.get(0))?;
    let number = begin_above(db, &actor, "restore-door", &name)?;
    keep_locked(db, number, door, &restored, &restored.reason)?;
    release(db, number, door)?;
    Ok(true)
}

fn release(db: &Connection, number: i64, door: i64) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE restored_door SET released = $1 WHERE door = $2 AND released IS NULL")?
        .execute((number, door))?;
    Ok(())
}

/// A change with a number above all that doors have in force: the clock of a new machine may be behind. A door that claims
/// to be further ahead than that is not followed, and raises an alarm.
fn begin_above(db: &Connection, actor: &Actor<'_>, action: &str, detail: &str) -> Result<i64, SiteError> {
    let most = actor.at.0.saturating_add(AHEAD_MAX_MS).max(change::newest(db)?.cast_signed());
    let sql = "SELECT r.door, MAX(s.list_generation, s.state_generation) FROM door_status s
               JOIN restored_door r ON r.door = s.door";
    let said: Vec<(i64, i64)> = row::all(row::prepare(db, sql)?.query([])?, |r| Ok((r.get(0)?, r.get(1)?)))?;
    let mut highest = 0;
    for (door, generation) in said {
        // On the wire it has no sign.
        if (0..=most).contains(&generation) {
            highest = highest.max(generation);
        } else {
            alarms::raise(db, &Raised { door: Some(door), ..Raised::new("door-ahead", actor.at) })?;
        }
    }
    let number = change::begin_from(db, actor, action, detail, highest + 1)?;
    begin::touch_states(db, number)?;
    Ok(number)
}

/// The doors that are left alone.
fn held(db: &Connection) -> Result<Vec<i64>, SiteError> {
    let mut statement = row::prepare(db, "SELECT door FROM restored_door WHERE released IS NULL ORDER BY door")?;
    row::all(statement.query([])?, |r| Ok(r.get(0)?))
}

/// Those of them that have told.
pub(super) fn told(db: &Connection) -> Result<Vec<i64>, SiteError> {
    let sql = "SELECT door FROM restored_door WHERE released IS NULL AND told_ms IS NOT NULL ORDER BY door";
    row::all(row::prepare(db, sql)?.query([])?, |r| Ok(r.get(0)?))
}

/// Those that have told, and of no more cards than one is believed about. The others wait.
fn believed(db: &Connection, restored: &Restored) -> Result<Vec<i64>, SiteError> {
    let mut doors = told(db)?;
    let mut counts = Vec::with_capacity(doors.len());
    for door in &doors {
        counts.push(kept_out_at(db, restored, *door)?.len() <= CARDS_OF_DOOR_MAX as usize);
    }
    let mut counts = counts.into_iter();
    doors.retain(|_| counts.next() == Some(true));
    Ok(doors)
}

/// The cards that a door with a newer list keeps out and that are let in here, with what is in their way there; without, if
/// the door does not list them any more.
fn kept_out_at(db: &Connection, restored: &Restored, door: i64) -> Result<Vec<(Uid, Option<Blocks>)>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT c.uid, c.there FROM restored_card c JOIN restored_door r ON r.door = c.door
         WHERE c.door = $1 AND c.differs IN ('blocked', 'unlisted') AND r.list_generation > $2 ORDER BY c.uid LIMIT $3",
    )?;
    let rows = statement.query((door, restored.last_change, CARDS_OF_DOOR_MAX + 1))?;
    row::all(rows, |r| Ok((row::uid(r, 0)?, r.get::<_, Option<u16>>(1)?.map(Blocks::from_bits))))
}

/// Keeps out here what these doors keep out. Says how many cards that were, and how many were left as they are.
fn keep_out(
    db: &Connection,
    number: i64,
    actor: &Actor<'_>,
    restored: &Restored,
    doors: &[i64],
) -> Result<(u32, u32), SiteError> {
    // At one door suspended, at a later one blocked: both count.
    let mut cards: BTreeMap<Uid, Blocks> = BTreeMap::new();
    let mut left = BTreeSet::new();
    for door in doors {
        for (uid, there) in kept_out_at(db, restored, *door)? {
            let believed = match there {
                Some(_) => was_listed(db, *door, &uid)?,
                None => !passes_elsewhere(db, restored, *door, &uid)?,
            };
            if believed {
                let known = cards.entry(uid).or_insert(Blocks::NONE);
                *known = Blocks::from_bits(known.bits() | there.map_or(0, Blocks::bits));
            } else {
                left.insert(uid);
            }
        }
    }
    left.retain(|uid| !cards.contains_key(uid));
    let mut cards: Vec<(Uid, Blocks)> = cards.into_iter().collect();
    // A backup card that is blocked brings its original back into use, which may have to be kept out itself.
    cards.sort_by_key(|(_, there)| !there.contains(Block::Blocked));
    let mut kept = 0;
    for (uid, there) in cards {
        kept += u32::from(keep_card_out(db, number, actor, &uid, there)?);
    }
    Ok((kept, u32::try_from(left.len()).unwrap_or(u32::MAX)))
}

/// Whether another door with a newer list lets the card in: then it was a rule that changed, and not the card.
fn passes_elsewhere(db: &Connection, restored: &Restored, door: i64, uid: &Uid) -> Result<bool, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT d.number, d.id, c.uid IS NOT NULL, c.there FROM restored_door r JOIN door d ON d.number = r.door
         LEFT JOIN restored_card c ON c.door = r.door AND c.uid = $1
         WHERE r.list_generation > $2 AND r.door <> $3",
    )?;
    let listing = doors_of_card(db, uid, Range::as_of(restored.change))?;
    let others = row::all(statement.query((uid.as_bytes(), restored.last_change, door))?, |r| {
        Ok((r.get::<_, i64>(0)?, row::door(r, 1)?, r.get::<_, bool>(2)?, r.get::<_, Option<u16>>(3)?))
    })?;
    for (other, name, differs, there) in others {
        let mut passes = differs && there == Some(0);
        // Where they do not differ the door lists it as this file does.
        if !differs && listing.contains(&other) {
            let then = Generation(restored.change.cast_unsigned());
            at_door(db, &name, Some(&[*uid]), then, &mut |entry| passes = entry.blocks.is_empty())?;
        }
        if passes {
            return Ok(true);
        }
    }
    Ok(false)
}

fn keep_card_out(db: &Connection, number: i64, actor: &Actor<'_>, uid: &Uid, there: Blocks) -> Result<bool, SiteError> {
    let Some(mut card) = state::find(db, uid)? else { return Ok(false) };
    let mut kept = false;
    if there.contains(Block::Cloned) && !card.blocks.contains(Block::Cloned) {
        card.blocks = card.blocks.with(Block::Cloned);
        state::set(db, number, uid, &card)?;
        kept = true;
    }
    let transition = if there.contains(Block::Blocked) { Transition::Block } else { Transition::Suspend };
    match step(card.life, transition) {
        Ok(_) => {}
        // Whatever it was paused for here must not be what ends the pause.
        Err(Refusal::AlreadySo) if matches!(card.cause, Cause::Forgotten | Cause::Inactive) => {
            state::set(db, number, uid, &state::State { cause: Cause::Restored, ..card })?;
            return Ok(true);
        }
        // One that is paused, back or at its end lets nobody in as it is.
        Err(_) => return Ok(kept),
    }
    cards::go(db, number, uid, transition, Cause::Restored)?;
    if transition == Transition::Block {
        desk::end_of_card(db, number, actor, uid, HandOutEnd::Missing)?;
    }
    Ok(true)
}

/// A door that has said since then that it is locked down stays so. Says whether a lockdown was made for it.
fn keep_locked(db: &Connection, number: i64, door: i64, restored: &Restored, reason: &str) -> Result<bool, SiteError> {
    let sql = "SELECT 1 FROM door_status s JOIN change c ON c.number = $1
               WHERE s.door = $2 AND s.mode = $3 AND s.last_seen_ms >= c.at_ms";
    let mut statement = row::prepare(db, sql)?;
    let says = row::first(statement.query((restored.change, door, Mode::LockedDown.code()))?, |_| Ok(()))?;
    let wanted = states::of(db, Some(&[door]), number)?.pop();
    if says.is_none() || wanted.is_some_and(|(_, state)| state.lockdown.is_some()) {
        return Ok(false);
    }
    row::prepare(db, "INSERT INTO lockdown (door, area, until_s, reason, since) VALUES ($1, NULL, NULL, $2, $3)")?
        .execute((door, reason, number))?;
    Ok(true)
}
