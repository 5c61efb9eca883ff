//! The operator's decision, and what it does to cards and doors.

use access::entry::{Block, Blocks};
use access::mode::Mode;
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::Connection;

use super::super::cards::{self, state};
use super::super::desk::{self, HandOutEnd};
use super::super::life::{Cause, Transition, step};
use super::super::open::Wakes;
use super::super::{Actor, Site, SiteError, alarms, change, modes, row, states};
use super::types::{Decided, Decision};
use super::{Restored, begin, latest};

/// Who treats a door that tells after the decision.
const SYSTEM: &str = "restore";

/// The highest generation that a door is believed to have: none of an honest one comes near, and numbers have to last.
const GENERATION_MAX: i64 = 1 << 52;

impl Site {
    /// Ends the hold. With [`Decision::KeepOut`] the cards that doors keep out are kept out here, those that a door has
    /// blocked for good as well, all others paused; doors that are locked down stay so; and doors that have not told
    /// are left alone until they have. With [`Decision::Accept`] all doors get what this file says, also those that
    /// were left alone by an earlier decision.
    ///
    /// # Errors
    /// [`SiteError::Refused`] with `not-restored` or `is-decided`; [`SiteError::Invalid`] with `reason`.
    pub fn decide(&self, actor: &Actor<'_>, decision: Decision, reason: &str) -> Result<Decided, SiteError> {
        modes::check_reason(reason)?;
        self.write(Wakes::Changes, |db| {
            let restored = latest(db)?.ok_or(SiteError::refused("site", "not-restored"))?;
            if restored.decision.is_some() && (decision == Decision::KeepOut || held(db)?.is_empty()) {
                return Err(SiteError::refused("site", "is-decided"));
            }
            let number = begin_above(db, actor, &format!("restore-{}", decision.code()), reason)?;
            let mut decided = Decided::default();
            if decision == Decision::KeepOut {
                decided.cards = keep_out(db, number, actor, &restored, None)?;
                for door in held(db)? {
                    decided.lockdowns += u32::from(keep_locked(db, number, door, &restored, reason)?);
                }
            }
            let release = match decision {
                Decision::KeepOut => {
                    "UPDATE restored_door SET released = $1 WHERE released IS NULL AND told_ms IS NOT NULL"
                }
                Decision::Accept => "UPDATE restored_door SET released = $1 WHERE released IS NULL",
            };
            row::prepare(db, release)?.execute([number])?;
            decided.waiting = u32::try_from(held(db)?.len()).unwrap_or(u32::MAX);
            row::prepare(db, "UPDATE restored SET decision = $1, reason = $2, decided = $3 WHERE change = $4")?
                .execute((decision.code(), reason, number, restored.change))?;
            alarms::clear(db, "site-restored", None, None, actor.at)?;
            Ok(decided)
        })
    }
}

/// A door that has told after the decision is treated as was decided then, and let go. Says whether it was.
pub(super) fn late(db: &Connection, door: i64, at: UtcMs) -> Result<bool, SiteError> {
    let Some(restored) = latest(db)?.filter(|restored| restored.decision == Some(Decision::KeepOut)) else {
        return Ok(false);
    };
    let actor = Actor { operator: SYSTEM, at };
    let name: String = row::prepare(db, "SELECT id FROM door WHERE number = $1")?.query_row([door], |r| r.get(0))?;
    let number = begin_above(db, &actor, "restore-door", &name)?;
    keep_out(db, number, &actor, &restored, Some(door))?;
    keep_locked(db, number, door, &restored, &restored.reason)?;
    row::prepare(db, "UPDATE restored_door SET released = $1 WHERE door = $2 AND released IS NULL")?
        .execute((number, door))?;
    Ok(true)
}

/// A change with a number above all that doors have in force: the clock of a new machine may be behind.
fn begin_above(db: &Connection, actor: &Actor<'_>, action: &str, detail: &str) -> Result<i64, SiteError> {
    let sql = "SELECT COALESCE(MAX(MAX(s.list_generation, s.state_generation)), 0) FROM door_status s
               JOIN restored_door r ON r.door = s.door
               WHERE s.list_generation <= $1 AND s.state_generation <= $1";
    let highest: i64 = row::prepare(db, sql)?.query_row([GENERATION_MAX], |r| r.get(0))?;
    let number = change::begin_from(db, actor, action, detail, highest + 1)?;
    begin::touch_states(db, number)?;
    Ok(number)
}

/// The doors that are left alone.
fn held(db: &Connection) -> Result<Vec<i64>, SiteError> {
    let mut statement = row::prepare(db, "SELECT door FROM restored_door WHERE released IS NULL ORDER BY door")?;
    row::all(statement.query([])?, |r| Ok(r.get(0)?))
}

/// Keeps out here what doors with a newer list keep out, and says how many cards that were.
fn keep_out(
    db: &Connection,
    number: i64,
    actor: &Actor<'_>,
    restored: &Restored,
    door: Option<i64>,
) -> Result<u32, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT c.uid, c.there FROM restored_card c JOIN restored_door r ON r.door = c.door
         WHERE c.differs IN ('blocked', 'unlisted') AND r.list_generation > $1 AND r.released IS NULL
           AND ($2 IS NULL OR c.door = $2)
         ORDER BY c.uid",
    )?;
    let rows = row::all(statement.query((restored.last_change, door))?, |r| {
        Ok((row::uid(r, 0)?, Blocks::from_bits(r.get::<_, Option<u16>>(1)?.unwrap_or(0))))
    })?;
    // At one door suspended, at a later one blocked: both count.
    let mut cards: Vec<(Uid, Blocks)> = Vec::new();
    for (uid, there) in rows {
        match cards.last_mut().filter(|(last, _)| *last == uid) {
            Some((_, known)) => *known = Blocks::from_bits(known.bits() | there.bits()),
            None => cards.push((uid, there)),
        }
    }
    // A backup card that is blocked brings its original back into use, which may have to be kept out itself.
    cards.sort_by_key(|(_, there)| !there.contains(Block::Blocked));
    let mut kept = 0;
    for (uid, there) in cards {
        kept += u32::from(keep_card_out(db, number, actor, &uid, there)?);
    }
    Ok(kept)
}

fn keep_card_out(db: &Connection, number: i64, actor: &Actor<'_>, uid: &Uid, there: Blocks) -> Result<bool, SiteError> {
    let Some(card) = state::find(db, uid)? else { return Ok(false) };
    let mut kept = false;
    if there.contains(Block::Cloned) && !card.blocks.contains(Block::Cloned) {
        state::set(db, number, uid, &state::State { blocks: card.blocks.with(Block::Cloned), ..card })?;
        kept = true;
    }
    let transition = if there.contains(Block::Blocked) { Transition::Block } else { Transition::Suspend };
    // One that is paused, back or at its end lets nobody in as it is.
    if step(card.life, transition).is_err() {
        return Ok(kept);
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
