//! Cards, read: each with its state, its last holder, its certificates and the doors that it is listed for.

use access::entry::Blocks;
use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;
use rusqlite::{Connection, Row};

use super::state;
use super::types::{CardFilter, CardPage, CardView, Listing};
use crate::site::called::door_called;
use crate::site::{PersonId, SiteError, certificates, row};

/// A card, its state and its last holding. The holding that begins last is the one that counts; one
/// without a beginning begins before all others.
macro_rules! select_cards {
    ($condition:literal) => {
        concat!(
            "SELECT c.uid, c.kind, s.blocks, s.from_s, s.until_s, p.id, p.name, h.from_s, h.until_s,
                    h.as_kind, s.life, s.cause, moved.at_ms, moved.operator, c.renews,
                    (SELECT MAX(next.uid) FROM card next WHERE next.renews = c.uid)
             FROM card c
             JOIN card_state s ON s.uid = c.uid AND s.until IS NULL
             JOIN change moved ON moved.number = (
                 SELECT MIN(same.since) FROM card_state same
                 WHERE same.uid = c.uid AND same.since > COALESCE((
                     SELECT MAX(other.since) FROM card_state other
                     WHERE other.uid = c.uid AND (other.life <> s.life OR other.cause <> s.cause)), 0))
             LEFT JOIN holding h ON h.id = (
                 SELECT last.id FROM holding last
                 WHERE last.uid = c.uid AND last.until IS NULL
                 ORDER BY last.from_s DESC NULLS LAST LIMIT 1)
             LEFT JOIN person p ON p.id = h.person
             WHERE ",
            $condition
        )
    };
}

/// One card.
pub(in crate::site) fn one(db: &Connection, uid: &Uid) -> Result<CardView, SiteError> {
    let mut statement = row::prepare(db, select_cards!("c.uid = $1"))?;
    let card = row::first(statement.query([uid.as_bytes()])?, view)?.ok_or_else(SiteError::no_such_card)?;
    whole(db, card)
}

/// The cards that were last given to a person.
pub(in crate::site) fn of_person(db: &Connection, person: PersonId) -> Result<Vec<CardView>, SiteError> {
    let mut statement = row::prepare(
        db,
        select_cards!(
            "c.uid IN (SELECT uid FROM holding WHERE person = $1 AND until IS NULL) AND h.person = $1
         ORDER BY c.uid LIMIT $2"
        ),
    )?;
    let rows = statement.query((person.0, row::limit_of(u32::MAX)))?;
    row::all(rows, view)?.into_iter().map(|card| whole(db, card)).collect()
}

/// A page of cards.
pub(in crate::site) fn page(db: &Connection, filter: &CardFilter, page: CardPage) -> Result<Vec<CardView>, SiteError> {
    let door = filter.door.as_ref().map(|door| row::known_door(db, door)).transpose()?;
    let text = filter.text.as_deref().filter(|text| !text.trim().is_empty());
    let (number, name) = text.map_or((None, None), patterns);
    // No bytes at all come before every number.
    let after = page.after.as_ref().map_or(&[][..], Uid::as_bytes);
    let mut statement = row::prepare(
        db,
        select_cards!(
            r"c.uid > $1
          AND ($2 IS NULL OR c.hex LIKE $3 ESCAPE '\' OR p.search LIKE $2 ESCAPE '\')
          AND ($4 IS NULL OR $4 = (s.blocks <> 0 OR s.life <> 'active' OR EXISTS (
              SELECT 1 FROM card_certificate x WHERE x.uid = c.uid AND x.until IS NULL AND x.state <> 'good')))
          AND ($5 IS NULL OR EXISTS (
              SELECT 1 FROM listing l WHERE l.door = $5 AND l.uid = c.uid AND l.until IS NULL))
          ORDER BY c.uid LIMIT $6"
        ),
    )?;
    let rows = statement.query((after, name, number, filter.blocked, door, row::limit_of(page.limit)))?;
    row::all(rows, view)?.into_iter().map(|card| whole(db, card)).collect()
}

/// Cards in use whose own validity ends after `now` and at `before` or earlier, soonest first.
pub(in crate::site) fn ending(
    db: &Connection,
    now: UtcS,
    before: UtcS,
    limit: u32,
) -> Result<Vec<CardView>, SiteError> {
    let mut statement = row::prepare(
        db,
        select_cards!(
            "s.until_s > $1 AND s.until_s <= $2 AND s.life NOT IN ('blocked', 'retired')
         ORDER BY s.until_s, c.uid LIMIT $3"
        ),
    )?;
    let rows = statement.query((now.0, before.0, row::limit_of(limit)))?;
    row::all(rows, view)?.into_iter().map(|card| whole(db, card)).collect()
}

/// What the text means as a part of a number and as a part of a name.
fn patterns(text: &str) -> (Option<String>, Option<String>) {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ' | '-')).collect();
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit());
    (is_number.then(|| row::containing(&digits.to_uppercase())), Some(row::containing(&text.trim().to_lowercase())))
}

fn view(row: &Row<'_>) -> Result<CardView, SiteError> {
    let holder = match row.get::<_, Option<i64>>(5)? {
        Some(id) => Some((PersonId(id), row.get(6)?)),
        None => None,
    };
    let (life, cause) = (state::life(row, 10)?, state::cause(row, 11)?);
    Ok(CardView {
        uid: row::uid(row, 0)?,
        kind: state::kind(row, 1)?,
        blocks: Blocks::from_bits(row.get::<_, u16>(2)? | life.blocks(cause).bits()),
        window: row::window(row, 3)?,
        held: if holder.is_some() { row::window(row, 7)? } else { Window::ALWAYS },
        holder,
        as_kind: state::kind_or_none(row, 9)?,
        life,
        cause,
        life_since: UtcMs(row.get(12)?),
        life_by: row.get(13)?,
        renews: row::uid_or_none(row, 14)?,
        renewed_by: row::uid_or_none(row, 15)?,
        certificates: Vec::new(),
        listings: Vec::new(),
    })
}

/// With what stands in other tables.
fn whole(db: &Connection, mut card: CardView) -> Result<CardView, SiteError> {
    card.certificates = certificates::of_card(db, &card.uid)?;
    let bits = card.certificates.iter().fold(card.blocks.bits(), |bits, some| bits | some.state.blocks().bits());
    card.blocks = Blocks::from_bits(bits);
    let mut statement = row::prepare(
        db,
        concat!(
            "SELECT d.id, ",
            door_called!(),
            " AS called, l.from_s, l.until_s FROM listing l JOIN door d ON d.number = l.door
             WHERE l.uid = $1 AND l.until IS NULL ORDER BY called, d.id"
        ),
    )?;
    card.listings = row::all(statement.query([card.uid.as_bytes()])?, |r| {
        Ok(Listing { door: row::door(r, 0)?, door_name: r.get(1)?, window: row::window(r, 2)? })
    })?;
    Ok(card)
}
