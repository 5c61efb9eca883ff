//! Listings: the personal exception that this card may pass that door, whatever the rules say.

use access::id::DoorId;
use access::time::Window;
use access::uid::Uid;
use rusqlite::Connection;

use super::types::CardView;
use super::{need, view};
use crate::site::open::Wakes;
use crate::site::{Actor, DoorKind, Site, SiteError, change, counters, row};

impl Site {
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
}

/// Inserts a listing where none holds.
pub(in crate::site) fn list(
    db: &Connection,
    change: i64,
    uid: &Uid,
    door: i64,
    window: Window,
) -> Result<(), SiteError> {
    if row::kind(db, door)? != DoorKind::Door {
        return Err(SiteError::invalid("door", "is-encoder"));
    }
    let (from, until) = row::bounds(window);
    row::prepare(db, "INSERT INTO listing (door, uid, from_s, until_s, since) VALUES ($1, $2, $3, $4, $5)")?
        .execute((door, uid.as_bytes(), from, until, change))?;
    // The door was told of nothing while it did not list the card.
    counters::renew(db, uid)
}

/// Takes a card off the lists of all doors: what was an exception for its holder is none for the next.
pub(in crate::site) fn unlist_all(db: &Connection, change: i64, uid: &Uid) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE listing SET until = $1 WHERE uid = $2 AND until IS NULL")?
        .execute((change, uid.as_bytes()))?;
    Ok(())
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
