//! The desk's records, written and read.

use access::time::{UtcMs, UtcS};
use access::uid::Uid;
use rusqlite::{Connection, Row, params};

use super::Out;
use super::types::{Document, HandOut, HandOutCause, HandOutEnd, HandOutFilter, HandOutId, HandOutState, HandOutView};
use crate::site::cards::state;
use crate::site::{Actor, CardKind, PersonId, SiteError, row};

/// Whether the desk has given this card out.
pub(in crate::site) fn is_out(db: &Connection, uid: &Uid) -> Result<bool, SiteError> {
    Ok(row::prepare(db, "SELECT 1 FROM handout WHERE backup = $1 AND ended IS NULL")?.exists([uid.as_bytes()])?)
}

/// Whether a backup card stands in for this card.
pub(super) fn has_backup(db: &Connection, original: &Uid) -> Result<bool, SiteError> {
    let mut statement = row::prepare(db, "SELECT 1 FROM handout WHERE original = $1 AND ended IS NULL")?;
    Ok(statement.exists([original.as_bytes()])?)
}

/// Whether a backup card stood in for this card, and none does any more.
pub(in crate::site) fn is_over(db: &Connection, original: &Uid) -> Result<bool, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT 1 FROM handout WHERE original = $1 AND cause = 'forgotten' AND ended IS NOT NULL")?;
    Ok(statement.exists([original.as_bytes()])? && !has_backup(db, original)?)
}

/// The newest hand-out of a card, if the desk does not have the card back since.
pub(super) fn not_back(db: &Connection, backup: &Uid) -> Result<Option<Out>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT id, original, returned_ms, ended FROM handout WHERE backup = $1 ORDER BY id DESC LIMIT 1",
    )?;
    let newest = row::first(statement.query([backup.as_bytes()])?, |r| {
        let ended: Option<String> = r.get(3)?;
        let ended = ended.as_deref().map(read_end).transpose()?;
        let out = Out { id: HandOutId(r.get(0)?), original: row::uid_or_none(r, 1)?, ended };
        Ok(r.get::<_, Option<i64>>(2)?.is_none().then_some(out))
    })?;
    Ok(newest.flatten())
}

/// Records a hand-out.
pub(super) fn insert(
    db: &Connection,
    actor: &Actor<'_>,
    hand_out: &HandOut,
    kind: CardKind,
    until: UtcS,
) -> Result<HandOutView, SiteError> {
    let id = row::prepare(
        db,
        "INSERT INTO handout (backup, original, kind, person, cause, document, place, given_by, given_ms, until_s)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
    )?
    .query_row(
        params![
            hand_out.backup.as_bytes(),
            hand_out.original.as_ref().map(Uid::as_bytes),
            kind.code(),
            hand_out.person.0,
            hand_out.cause.code(),
            hand_out.document.code(),
            hand_out.place,
            actor.operator,
            actor.at.0,
            until.0,
        ],
        |row| row.get(0),
    )?;
    one(db, HandOutId(id))
}

/// Records that the desk has a card back. Of a hand-out that had ended, that stays the end.
pub(in crate::site) fn came_back(
    db: &Connection,
    actor: &Actor<'_>,
    backup: &Uid,
    place: &str,
) -> Result<(), SiteError> {
    row::prepare(
        db,
        "UPDATE handout SET returned_by = $1, returned_ms = $2, returned_place = $3, ended = COALESCE(ended, $4)
         WHERE backup = $5 AND returned_ms IS NULL AND COALESCE(ended, '') <> $6",
    )?
    .execute((
        actor.operator,
        actor.at.0,
        (!place.is_empty()).then_some(place),
        HandOutEnd::Returned.code(),
        backup.as_bytes(),
        HandOutEnd::Missing.code(),
    ))?;
    Ok(())
}

/// Records how a hand-out ended. One whose time was over may yet go missing; no other end changes.
pub(super) fn end(db: &Connection, id: HandOutId, end: HandOutEnd) -> Result<(), SiteError> {
    row::prepare(
        db,
        "UPDATE handout SET ended = $1 WHERE id = $2 AND (ended IS NULL OR (ended = 'ended' AND $1 = 'missing'))",
    )?
    .execute((end.code(), id.0))?;
    Ok(())
}

/// Hand-outs that are not ended though their time is over, soonest first.
pub(super) fn over(db: &Connection, now: UtcS, limit: u32) -> Result<Vec<(Uid, Out)>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT id, original, backup FROM handout WHERE ended IS NULL AND until_s <= $1 ORDER BY until_s, id LIMIT $2",
    )?;
    row::all(statement.query((now.0, limit))?, |r| {
        Ok((row::uid(r, 2)?, Out { id: HandOutId(r.get(0)?), original: row::uid_or_none(r, 1)?, ended: None }))
    })
}

/// The columns of a hand-out, in the order of [`view`].
macro_rules! select_handouts {
    ($condition:literal) => {
        concat!(
            "SELECT o.id, o.backup, o.original, o.kind, o.person, p.name, o.cause, o.document, o.place, o.given_by,
                    o.given_ms, o.until_s, o.ended, o.returned_by, o.returned_ms, o.returned_place
             FROM handout o JOIN person p ON p.id = o.person WHERE ",
            $condition
        )
    };
}

/// One hand-out.
pub(super) fn one(db: &Connection, id: HandOutId) -> Result<HandOutView, SiteError> {
    let mut statement = row::prepare(db, select_handouts!("o.id = $1"))?;
    row::first(statement.query([id.0])?, view)?.ok_or_else(|| SiteError::not_found("hand-out", &id.0))
}

/// Hand-outs, newest first.
pub(super) fn list(
    db: &Connection,
    filter: &HandOutFilter,
    before: Option<HandOutId>,
    limit: u32,
) -> Result<Vec<HandOutView>, SiteError> {
    let (open, overdue) = match filter.state {
        HandOutState::All => (false, None),
        HandOutState::Open => (true, None),
        HandOutState::Overdue(at) => (false, Some(at.second().0)),
    };
    let mut statement = row::prepare(
        db,
        select_handouts!(
            "o.id < $1
             AND ($2 IS NULL OR o.backup = $2 OR o.original = $2)
             AND ($3 IS NULL OR o.person = $3)
             AND (NOT $4 OR o.ended IS NULL)
             AND ($5 IS NULL OR (o.until_s <= $5 AND o.returned_ms IS NULL AND COALESCE(o.ended, '') <> 'missing'))
             ORDER BY o.id DESC LIMIT $6"
        ),
    )?;
    let before = before.map_or(row::LIMIT_ALL, |id| id.0);
    let uid = filter.uid.as_ref().map(Uid::as_bytes);
    let person = filter.person.map(|person| person.0);
    row::all(statement.query((before, uid, person, open, overdue, row::limit_of(limit)))?, view)
}

fn view(row: &Row<'_>) -> Result<HandOutView, SiteError> {
    let (cause, document): (String, String) = (row.get(6)?, row.get(7)?);
    let ended: Option<String> = row.get(12)?;
    let returned = match row.get::<_, Option<String>>(13)? {
        Some(operator) => Some((operator, UtcMs(row.get(14)?))),
        None => None,
    };
    Ok(HandOutView {
        id: HandOutId(row.get(0)?),
        backup: row::uid(row, 1)?,
        original: row::uid_or_none(row, 2)?,
        kind: state::kind(row, 3)?,
        person: PersonId(row.get(4)?),
        person_name: row.get(5)?,
        cause: HandOutCause::from_code(&cause).ok_or(SiteError::corrupt("cause of a hand-out"))?,
        document: Document::from_code(&document).ok_or(SiteError::corrupt("document of a hand-out"))?,
        place: row.get(8)?,
        given_by: row.get(9)?,
        given: UtcMs(row.get(10)?),
        until: UtcS(row.get(11)?),
        ended: ended.as_deref().map(read_end).transpose()?,
        returned,
        returned_place: row.get(15)?,
    })
}

fn read_end(code: &str) -> Result<HandOutEnd, SiteError> {
    HandOutEnd::from_code(code).ok_or(SiteError::corrupt("end of a hand-out"))
}
