//! The row that says how a card is: its life, its stored blocks and its validity. A new version is written
//! for each change, and one change writes one version at most.

use access::entry::Blocks;
use access::time::Window;
use access::uid::Uid;
use rusqlite::{Connection, Row};

use super::types::CardKind;
use crate::site::{Cause, Life, SiteError, row};

/// How a card is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::site) struct State {
    pub(in crate::site) kind: CardKind,
    pub(in crate::site) life: Life,
    pub(in crate::site) cause: Cause,
    /// Those that come neither from its life nor from its certificates.
    pub(in crate::site) blocks: Blocks,
    pub(in crate::site) window: Window,
}

/// How a card is now, if there is one.
pub(in crate::site) fn find(db: &Connection, uid: &Uid) -> Result<Option<State>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT c.kind, s.life, s.cause, s.blocks, s.from_s, s.until_s
         FROM card_state s JOIN card c ON c.uid = s.uid WHERE s.uid = $1 AND s.until IS NULL",
    )?;
    row::first(statement.query([uid.as_bytes()])?, |r| {
        Ok(State {
            kind: kind(r, 0)?,
            life: life(r, 1)?,
            cause: cause(r, 2)?,
            blocks: Blocks::from_bits(r.get(3)?),
            window: row::window(r, 4)?,
        })
    })
}

/// The same for a card that the call is about.
pub(in crate::site) fn get(db: &Connection, uid: &Uid) -> Result<State, SiteError> {
    find(db, uid)?.ok_or_else(SiteError::no_such_card)
}

/// The life that a card had last before it came to this one, and why.
pub(super) fn before(db: &Connection, uid: &Uid, now: Life) -> Result<(Life, Cause), SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT life, cause FROM card_state WHERE uid = $1 AND life <> $2 ORDER BY since DESC LIMIT 1",
    )?;
    let before = row::first(statement.query((uid.as_bytes(), now.code()))?, |r| Ok((life(r, 0)?, cause(r, 1)?)))?;
    before.ok_or(SiteError::corrupt("life of a card"))
}

/// The first version of a card.
pub(super) fn insert(db: &Connection, change: i64, uid: &Uid, state: &State) -> Result<(), SiteError> {
    let (from, until) = row::bounds(state.window);
    row::prepare(
        db,
        "INSERT INTO card_state (uid, life, cause, blocks, from_s, until_s, since) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )?
    .execute((uid.as_bytes(), state.life.code(), state.cause.code(), state.blocks.bits(), from, until, change))?;
    Ok(())
}

/// The next version of a card. A second one within a change takes the place of the first: a version that
/// held during no change would be neither touched nor explained.
pub(in crate::site) fn set(db: &Connection, change: i64, uid: &Uid, state: &State) -> Result<(), SiteError> {
    row::prepare(db, "DELETE FROM card_state WHERE uid = $1 AND until IS NULL AND since = $2")?
        .execute((uid.as_bytes(), change))?;
    row::prepare(db, "UPDATE card_state SET until = $1 WHERE uid = $2 AND until IS NULL")?
        .execute((change, uid.as_bytes()))?;
    insert(db, change, uid, state)
}

pub(in crate::site) fn kind(row: &Row<'_>, column: usize) -> Result<CardKind, SiteError> {
    kind_or_none(row, column)?.ok_or(SiteError::corrupt("kind of card"))
}

pub(in crate::site) fn kind_or_none(row: &Row<'_>, column: usize) -> Result<Option<CardKind>, SiteError> {
    let code: Option<String> = row.get(column)?;
    code.map(|code| CardKind::from_code(&code).ok_or(SiteError::corrupt("kind of card"))).transpose()
}

pub(in crate::site) fn life(row: &Row<'_>, column: usize) -> Result<Life, SiteError> {
    let code: String = row.get(column)?;
    Life::from_code(&code).ok_or(SiteError::corrupt("life of a card"))
}

pub(in crate::site) fn cause(row: &Row<'_>, column: usize) -> Result<Cause, SiteError> {
    let code: String = row.get(column)?;
    Cause::from_code(&code).ok_or(SiteError::corrupt("cause of a card's life"))
}
