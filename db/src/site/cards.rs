//! Cards: what operators do with them. Kind, validity and blocks are here and in `view`; who holds a
//! card is in `holdings`.

use access::entry::{Block, Blocks};
use access::id::DoorId;
use access::time::Window;
use access::uid::Uid;
use rusqlite::{Connection, OptionalExtension};

use super::open::Wakes;
use super::{Actor, DoorKind, PersonId, Site, SiteError, change, counters, holdings, row};

mod types;
mod view;

pub use types::{CardFilter, CardKind, CardPage, CardView, Listing, NewCard};
pub(super) use view::of_person;

impl Site {
    /// Adds a card that nobody holds and no door admits.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if the card is there already.
    pub fn add_card(&self, actor: &Actor<'_>, card: NewCard) -> Result<CardView, SiteError> {
        check(&card.uid, card.window)?;
        self.write(Wakes::Changes, |db| {
            let change = change::begin(db, actor, "card-add", &card.uid.hex())?;
            insert(db, change, &card)?;
            view::one(db, &card.uid)
        })
    }

    /// Gives a card to a person. It ends an earlier holding where the new one begins, and replaces
    /// those that begin later and overlap it. If somebody held the card before and `held` does not say
    /// from when, it begins now: the log must go on naming the earlier holder.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card, [`SiteError::Invalid`] for an unknown person or a window
    /// that never holds.
    pub fn give_card(
        &self,
        actor: &Actor<'_>,
        uid: &Uid,
        person: PersonId,
        held: Window,
    ) -> Result<CardView, SiteError> {
        row::check_window("held", held)?;
        self.write(Wakes::Changes, |db| {
            need(db, uid)?;
            holdings::give(db, actor, uid, person, held)?;
            view::one(db, uid)
        })
    }

    /// Puts something in a card's way. A repeated block makes no new change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn block_card(&self, actor: &Actor<'_>, uid: &Uid, block: Block) -> Result<CardView, SiteError> {
        self.write(Wakes::Changes, |db| {
            self::block(db, actor, uid, block)?;
            view::one(db, uid)
        })
    }

    /// Takes something out of a card's way. What is not there is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn unblock_card(&self, actor: &Actor<'_>, uid: &Uid, block: Block) -> Result<CardView, SiteError> {
        self.write(Wakes::Changes, |db| {
            set_blocks(db, actor, uid, "card-unblock", block, |blocks| {
                Blocks::from_bits(blocks.bits() & !Blocks::NONE.with(block).bits())
            })?;
            view::one(db, uid)
        })
    }

    /// Lists a card for a door; a card that is listed there already gets the new window.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card, [`SiteError::Invalid`] for an unknown door or a window
    /// that never holds.
    pub fn list_card(
        &self,
        actor: &Actor<'_>,
        uid: &Uid,
        door: &DoorId,
        window: Window,
    ) -> Result<CardView, SiteError> {
        row::check_window("window", window)?;
        self.write(Wakes::Changes, |db| {
            need(db, uid)?;
            let number = row::known_door(db, door)?;
            if listed(db, uid, number)? != Some(window) {
                let detail = format!("{} {door}", uid.hex());
                let change = change::begin(db, actor, "card-list", &detail)?;
                unlist(db, change, uid, number)?;
                list(db, change, uid, number, window)?;
            }
            view::one(db, uid)
        })
    }

    /// Takes a card off a door's list. What is not listed is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card, [`SiteError::Invalid`] for an unknown door.
    pub fn unlist_card(&self, actor: &Actor<'_>, uid: &Uid, door: &DoorId) -> Result<CardView, SiteError> {
        self.write(Wakes::Changes, |db| {
            need(db, uid)?;
            let number = row::known_door(db, door)?;
            if listed(db, uid, number)?.is_some() {
                let detail = format!("{} {door}", uid.hex());
                let change = change::begin(db, actor, "card-unlist", &detail)?;
                unlist(db, change, uid, number)?;
            }
            view::one(db, uid)
        })
    }

    /// One card.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn card(&self, uid: &Uid) -> Result<CardView, SiteError> {
        self.read(|db| view::one(db, uid))
    }

    /// Cards, ordered by the bytes of their numbers.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] for an unknown door.
    pub fn cards(&self, filter: &CardFilter, page: CardPage) -> Result<Vec<CardView>, SiteError> {
        self.read(|db| view::page(db, filter, page))
    }
}

/// Puts something in a card's way, inside a transaction. A repeated block makes no new change.
pub(super) fn block(db: &Connection, actor: &Actor<'_>, uid: &Uid, block: Block) -> Result<(), SiteError> {
    set_blocks(db, actor, uid, "card-block", block, |blocks| blocks.with(block))
}

fn set_blocks(
    db: &Connection,
    actor: &Actor<'_>,
    uid: &Uid,
    action: &str,
    block: Block,
    set: impl FnOnce(Blocks) -> Blocks,
) -> Result<(), SiteError> {
    let (blocks, window) = state(db, uid)?.ok_or_else(SiteError::no_such_card)?;
    let after = set(blocks);
    if after != blocks {
        let detail = format!("{} {}", uid.hex(), block.reason().code());
        let change = change::begin(db, actor, action, &detail)?;
        close_state(db, change, uid)?;
        insert_state(db, change, uid, after, window)?;
    }
    Ok(())
}

/// Refuses what cannot be a card of somebody.
pub(super) fn check(uid: &Uid, window: Window) -> Result<(), SiteError> {
    if uid.is_random() {
        return Err(SiteError::invalid("uid", "random-uid"));
    }
    row::check_window("window", window)
}

/// Inserts a card that has been checked.
pub(super) fn insert(db: &Connection, change: i64, card: &NewCard) -> Result<(), SiteError> {
    let inserted = row::prepare(
        db,
        "INSERT INTO card (uid, kind, hex, since) VALUES ($1, $2, $3, $4)
             ON CONFLICT (uid) DO NOTHING",
    )?
    .execute((card.uid.as_bytes(), card.kind.code(), card.uid.hex(), change))?;
    if inserted == 0 {
        return Err(SiteError::card_exists());
    }
    insert_state(db, change, &card.uid, Blocks::NONE, card.window)
}

/// Inserts a listing where none holds.
pub(super) fn list(db: &Connection, change: i64, uid: &Uid, door: i64, window: Window) -> Result<(), SiteError> {
    if row::kind(db, door)? != DoorKind::Door {
        return Err(SiteError::invalid("door", "is-encoder"));
    }
    let (from, until) = row::bounds(window);
    row::prepare(db, "INSERT INTO listing (door, uid, from_s, until_s, since) VALUES ($1, $2, $3, $4, $5)")?
        .execute((door, uid.as_bytes(), from, until, change))?;
    // The door was told of nothing while it did not list the card.
    counters::renew(db, uid)
}

fn unlist(db: &Connection, change: i64, uid: &Uid, door: i64) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE listing SET until = $1 WHERE door = $2 AND uid = $3 AND until IS NULL")?.execute((
        change,
        door,
        uid.as_bytes(),
    ))?;
    Ok(())
}

fn listed(db: &Connection, uid: &Uid, door: i64) -> Result<Option<Window>, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT from_s, until_s FROM listing WHERE door = $1 AND uid = $2 AND until IS NULL")?;
    row::first(statement.query((door, uid.as_bytes()))?, |r| row::window(r, 0))
}

/// Refuses a card that the site does not have.
pub(super) fn need(db: &Connection, uid: &Uid) -> Result<(), SiteError> {
    if exists(db, uid)? { Ok(()) } else { Err(SiteError::no_such_card()) }
}

/// Whether the site has the card.
pub(super) fn exists(db: &Connection, uid: &Uid) -> Result<bool, SiteError> {
    let found =
        row::prepare(db, "SELECT 1 FROM card WHERE uid = $1")?.query_row([uid.as_bytes()], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

fn state(db: &Connection, uid: &Uid) -> Result<Option<(Blocks, Window)>, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT blocks, from_s, until_s FROM card_state WHERE uid = $1 AND until IS NULL")?;
    row::first(statement.query([uid.as_bytes()])?, |r| Ok((Blocks::from_bits(r.get(0)?), row::window(r, 1)?)))
}

fn close_state(db: &Connection, change: i64, uid: &Uid) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE card_state SET until = $1 WHERE uid = $2 AND until IS NULL")?
        .execute((change, uid.as_bytes()))?;
    Ok(())
}

fn insert_state(db: &Connection, change: i64, uid: &Uid, blocks: Blocks, window: Window) -> Result<(), SiteError> {
    let (from, until) = row::bounds(window);
    row::prepare(db, "INSERT INTO card_state (uid, blocks, from_s, until_s, since) VALUES ($1, $2, $3, $4, $5)")?
        .execute((uid.as_bytes(), blocks.bits(), from, until, change))?;
    Ok(())
}
