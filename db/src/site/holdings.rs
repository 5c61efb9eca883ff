//! Who holds a card, and when. The holdings of a card never overlap, so each instant of the log names one
//! holder at most.

use access::time::{UtcS, Window};
use access::uid::Uid;
use rusqlite::{Connection, OptionalExtension};

use super::{Actor, PersonId, SiteError, change, row};

/// Most holdings of one card over all its life. A blank that is lent every day for eight years needs
/// fewer.
const HOLDINGS_MAX: usize = 4_000;

struct Holding {
    id: i64,
    person: PersonId,
    window: Window,
}

/// Gives a card to a person, in a transaction that has checked the card and the window.
pub(super) fn give(
    db: &Connection,
    actor: &Actor<'_>,
    uid: &Uid,
    person: PersonId,
    held: Window,
) -> Result<(), SiteError> {
    row::prepare(db, "SELECT 1 FROM person WHERE id = $1")?
        .query_row([person.0], |_| Ok(()))
        .optional()?
        .ok_or(SiteError::invalid("person", "unknown-person"))?;
    let before = current(db, uid)?;
    if before.len() >= HOLDINGS_MAX {
        return Err(SiteError::invalid("held", "too-many"));
    }
    let held = begun(held, actor, &before, person)?;
    if before.iter().any(|h| h.person == person && h.window == held) {
        return Ok(());
    }
    let detail = format!("{} {}", uid.hex(), person.0);
    let change = change::begin(db, actor, "card-give", &detail)?;
    for earlier in before.iter().filter(|h| overlap(h.window, held)) {
        close(db, change, earlier.id)?;
        let rest = Window { until: held.from, ..earlier.window };
        if begins_before(earlier.window, held) {
            insert(db, change, uid, earlier.person, rest)?;
        }
    }
    insert(db, change, uid, person, held)
}

/// Inserts a holding that overlaps no other.
pub(super) fn insert(
    db: &Connection,
    change: i64,
    uid: &Uid,
    person: PersonId,
    window: Window,
) -> Result<(), SiteError> {
    let (from, until) = row::bounds(window);
    row::prepare(db, "INSERT INTO holding (uid, person, from_s, until_s, since) VALUES ($1, $2, $3, $4, $5)")?
        .execute((uid.as_bytes(), person.0, from, until, change))?;
    Ok(())
}

/// A beginning that is left out means "always" only if nobody else has held the card.
fn begun(held: Window, actor: &Actor<'_>, before: &[Holding], person: PersonId) -> Result<Window, SiteError> {
    if held.from.is_some() || before.iter().all(|h| h.person == person) {
        return Ok(held);
    }
    let held = Window { from: Some(actor.at.second()), ..held };
    row::check_window("held", held)?;
    Ok(held)
}

fn current(db: &Connection, uid: &Uid) -> Result<Vec<Holding>, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT id, person, from_s, until_s FROM holding WHERE uid = $1 AND until IS NULL")?;
    row::all(statement.query([uid.as_bytes()])?, |r| {
        Ok(Holding { id: r.get(0)?, person: PersonId(r.get(1)?), window: row::window(r, 2)? })
    })
}

fn close(db: &Connection, change: i64, id: i64) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE holding SET until = $1 WHERE id = $2")?.execute((change, id))?;
    Ok(())
}

fn overlap(a: Window, b: Window) -> bool {
    let ends_after = |end: Option<UtcS>, beginning: Option<UtcS>| match (end, beginning) {
        (Some(end), Some(beginning)) => end > beginning,
        _ => true,
    };
    ends_after(a.until, b.from) && ends_after(b.until, a.from)
}

fn begins_before(a: Window, b: Window) -> bool {
    match (a.from, b.from) {
        (Some(a), Some(b)) => a < b,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}
