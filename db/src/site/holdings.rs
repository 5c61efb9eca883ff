//! Who holds a card, and when. The holdings of a card never overlap, so each instant of the log names one
//! holder at most.

use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;
use rusqlite::{Connection, OptionalExtension};

use super::cards::state;
use super::{Actor, CardKind, PersonId, Site, SiteError, cards, desk, limits, row};

mod view;

pub use view::HoldingView;

/// Most holdings of one card over all its life. A blank that is lent every day for eight years needs
/// fewer.
const HOLDINGS_MAX: usize = 4_000;

/// A time for which a card belongs to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holding {
    pub(super) person: PersonId,
    pub(super) window: Window,
    /// The kind whose conditions bind, if not the card's own.
    pub(super) as_kind: Option<CardKind>,
}

impl Site {
    /// Who held a card at an instant, as the holdings are recorded now: an event that arrives late is
    /// resolved by its own time.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card.
    pub fn holder_at(&self, uid: &Uid, at: UtcMs) -> Result<Option<(PersonId, String)>, SiteError> {
        self.read(|db| {
            cards::need(db, uid)?;
            holder(db, uid, at.second())
        })
    }
}

/// Who holds a card at a second.
pub(super) fn holder(db: &Connection, uid: &Uid, at: UtcS) -> Result<Option<(PersonId, String)>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT p.id, p.name FROM holding h JOIN person p ON p.id = h.person
         WHERE h.uid = $1 AND h.until IS NULL
           AND (h.from_s IS NULL OR h.from_s <= $2) AND (h.until_s IS NULL OR $2 < h.until_s)",
    )?;
    row::first(statement.query((uid.as_bytes(), at.0))?, |r| Ok((PersonId(r.get(0)?), r.get(1)?)))
}

/// What giving a card to a person comes to; nothing if it is so already.
pub(super) fn plan(
    db: &Connection,
    actor: &Actor<'_>,
    uid: &Uid,
    kind: CardKind,
    (person, held): (PersonId, Window),
) -> Result<Option<Holding>, SiteError> {
    need_person(db, person)?;
    let before = current(db, uid)?;
    if limits::of_holding(kind).is_none() && before.iter().any(|(_, h)| h.person == person && h.window == held) {
        return Ok(None);
    }
    let open = held.from.is_none();
    let held = begun(held, actor, &before, person)?;
    let (window, as_kind) = match limits::of_holding(kind) {
        Some(limit) => {
            if desk::is_out(db, uid)? {
                return Err(SiteError::refused("card", "is-handed-out"));
            }
            let from = held.from.unwrap_or(actor.at.second());
            let stretch = Window { from: Some(stretch_from(&before, person, from)), ..held };
            let until = limit.apply(&limits::zone(db)?, "held", stretch, from)?.until;
            let window = Window { from: Some(from), until };
            row::check_window("held", window)?;
            (window, Some(beside(db, person, actor.at.second())?))
        }
        None => (held, None),
    };
    let holding = Holding { person, window, as_kind };
    // A holding that has begun already and ends then, too, is the same one.
    let same = |old: &Holding| {
        let goes_on = open && begins_before(old.window, window) && old.window.until == window.until;
        *old == holding || (as_kind.is_some() && goes_on && old.person == person && old.as_kind == as_kind)
    };
    Ok((!before.iter().any(|(_, old)| same(old))).then_some(holding))
}

/// From when a person holds a card without a gap, if the next holding begins at `from`: the limit counts from
/// there, or else repetition would lengthen it.
fn stretch_from(before: &[(i64, Holding)], person: PersonId, from: UtcS) -> UtcS {
    let mut windows: Vec<_> = before.iter().filter(|(_, h)| h.person == person).map(|(_, h)| h.window).collect();
    windows.sort_by_key(|window| std::cmp::Reverse(window.from));
    windows.into_iter().fold(from, |begin, window| match window.from {
        Some(earlier) if earlier < begin && window.until.is_none_or(|until| until >= begin) => earlier,
        _ => begin,
    })
}

/// Gives a card to a person within a change. Earlier holdings that overlap end where this one begins.
pub(super) fn give(db: &Connection, change: i64, uid: &Uid, new: &Holding) -> Result<(), SiteError> {
    let before = current(db, uid)?;
    if before.len() >= HOLDINGS_MAX {
        return Err(SiteError::invalid("held", "too-many"));
    }
    for (id, earlier) in before.iter().filter(|(_, earlier)| overlap(earlier.window, new.window)) {
        close(db, change, *id)?;
        if begins_before(earlier.window, new.window) {
            let window = Window { until: new.window.from, ..earlier.window };
            insert(db, change, uid, &Holding { window, ..*earlier })?;
        }
    }
    insert(db, change, uid, new)
}

/// Ends the holdings of a card at an instant: one that has begun ends there, one to come never begins.
pub(super) fn end(db: &Connection, change: i64, uid: &Uid, at: UtcS) -> Result<(), SiteError> {
    for (id, holding) in current(db, uid)? {
        if holding.window.until.is_some_and(|until| until <= at) {
            continue;
        }
        close(db, change, id)?;
        if holding.window.from.is_none_or(|from| from < at) {
            let window = Window { until: Some(at), ..holding.window };
            insert(db, change, uid, &Holding { window, ..holding })?;
        }
    }
    Ok(())
}

/// Whether a card belongs to somebody at an instant or later, and to whom.
pub(super) fn from_then_on(db: &Connection, uid: &Uid, at: UtcS) -> Result<Vec<Holding>, SiteError> {
    let all = current(db, uid)?.into_iter().map(|(_, holding)| holding);
    Ok(all.filter(|holding| holding.window.until.is_none_or(|until| until > at)).collect())
}

/// Whether the holding that begins last is of somebody else.
pub(super) fn last_was_of_another(db: &Connection, uid: &Uid, person: PersonId) -> Result<bool, SiteError> {
    let last = current(db, uid)?.into_iter().map(|(_, holding)| holding).max_by_key(|holding| holding.window.from);
    Ok(last.is_some_and(|last| last.person != person))
}

/// Inserts a holding that overlaps no other.
pub(super) fn insert(db: &Connection, change: i64, uid: &Uid, holding: &Holding) -> Result<(), SiteError> {
    let (from, until) = row::bounds(holding.window);
    row::prepare(
        db,
        "INSERT INTO holding (uid, person, as_kind, from_s, until_s, since) VALUES ($1, $2, $3, $4, $5, $6)",
    )?
    .execute((uid.as_bytes(), holding.person.0, holding.as_kind.map(CardKind::code), from, until, change))?;
    Ok(())
}

/// Refuses a person that the site does not have.
pub(super) fn need_person(db: &Connection, person: PersonId) -> Result<(), SiteError> {
    row::prepare(db, "SELECT 1 FROM person WHERE id = $1")?
        .query_row([person.0], |_| Ok(()))
        .optional()?
        .ok_or(SiteError::invalid("person", "unknown-person"))
}

/// The strictest kind of card that a person has now, beside a backup card. Without any it counts as a staff card:
/// a backup card must not be the way around the conditions of all others.
pub(super) fn beside(db: &Connection, person: PersonId, at: UtcS) -> Result<CardKind, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT DISTINCT c.kind FROM holding h
         JOIN card c ON c.uid = h.uid JOIN card_state s ON s.uid = h.uid AND s.until IS NULL
         WHERE h.person = $1 AND h.until IS NULL AND c.kind <> 'backup' AND s.life NOT IN ('returned', 'retired')
           AND (h.from_s IS NULL OR h.from_s <= $2) AND (h.until_s IS NULL OR $2 < h.until_s)",
    )?;
    let kinds = row::all(statement.query((person.0, at.0))?, |r| state::kind(r, 0))?;
    Ok(kinds.into_iter().min_by_key(|kind| strictness(*kind)).unwrap_or(CardKind::Staff))
}

/// Lower for a kind whose holder must meet more.
fn strictness(kind: CardKind) -> u8 {
    match kind {
        CardKind::Professional => 0,
        CardKind::Staff | CardKind::Backup => 1,
        CardKind::Actor => 2,
        CardKind::Visitor => 3,
    }
}

/// A beginning that is left out means "always" only if nobody else has held the card, and nobody has given it
/// back: the log must go on saying who had it when.
fn begun(held: Window, actor: &Actor<'_>, before: &[(i64, Holding)], person: PersonId) -> Result<Window, SiteError> {
    let open = match before {
        [] => true,
        [(_, only)] => only.person == person && only.window.until.is_none(),
        _ => false,
    };
    if held.from.is_some() || open {
        return Ok(held);
    }
    let held = Window { from: Some(actor.at.second()), ..held };
    row::check_window("held", held)?;
    Ok(held)
}

fn current(db: &Connection, uid: &Uid) -> Result<Vec<(i64, Holding)>, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT id, person, from_s, until_s, as_kind FROM holding WHERE uid = $1 AND until IS NULL")?;
    row::all(statement.query([uid.as_bytes()])?, |r| {
        let (person, window) = (PersonId(r.get(1)?), row::window(r, 2)?);
        Ok((r.get(0)?, Holding { person, window, as_kind: state::kind_or_none(r, 4)? }))
    })
}

fn close(db: &Connection, change: i64, id: i64) -> Result<(), SiteError> {
    row::prepare(db, "DELETE FROM holding WHERE id = $1 AND since = $2")?.execute((id, change))?;
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
