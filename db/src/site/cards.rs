//! Cards: what operators do with them. Who holds a card is in `holdings`.
//!
//! | module | subject |
//! | --- | --- |
//! | `types` | what is said about cards |
//! | `state` | the versioned row: life, stored blocks, validity |
//! | `moves` | transitions of their life, and what belongs to each |
//! | `listings` | the personal exception: this card at that door |
//! | `view` | cards, read |

use access::time::{UtcS, Window};
use access::uid::Uid;
use rusqlite::{Connection, OptionalExtension};

use super::open::Wakes;
use super::{Actor, Life, PersonId, Site, SiteError, change, desk, holdings, limits, row};

mod listings;
mod moves;
pub(super) mod state;
mod types;
mod view;

pub(super) use listings::{list, unlist_all};
pub(super) use moves::{block, by_hand, emptied, go};
pub use types::{CardFilter, CardKind, CardPage, CardView, Listing, NewCard};
pub(super) use view::{ending, of_person, one, page};

use super::life::{Cause, Transition};
use state::State;

impl Site {
    /// Adds a card that nobody holds and no door admits. Without an end it is valid for as long as a card of
    /// its kind may be.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], among them `longer-than-60-months`; [`SiteError::Conflict`] if the card is there
    /// already; [`SiteError::Refused`] if the card that it renews is at its end or is being renewed already.
    pub fn add_card(&self, actor: &Actor<'_>, card: NewCard) -> Result<CardView, SiteError> {
        check(&card.uid, card.window)?;
        self.write(Wakes::Changes, |db| {
            let change = change::begin(db, actor, "card-add", &card.uid.hex())?;
            insert(db, change, &card, actor.at.second())?;
            view::one(db, &card.uid)
        })
    }

    /// Gives a card another validity. Without a beginning, its limit counts from the day on which it was added.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], or [`SiteError::Invalid`], among them `longer-than-60-months`.
    pub fn set_card_window(&self, actor: &Actor<'_>, uid: &Uid, window: Window) -> Result<CardView, SiteError> {
        self.write(Wakes::Changes, |db| {
            let card = state::get(db, uid)?;
            let window = limited(db, uid, &card, window)?;
            if window != card.window {
                let change = change::begin(db, actor, "card-window", &uid.hex())?;
                state::set(db, change, uid, &State { window, ..card })?;
            }
            view::one(db, uid)
        })
    }

    /// Gives a card to a person. It ends an earlier holding where the new one begins, and replaces
    /// those that begin later and overlap it. If somebody held the card before and `held` does not say
    /// from when, it begins now: the log must go on naming the earlier holder. A card that had been returned
    /// is in use again. A backup card is held for three months at most, and under the conditions of the card
    /// that its holder has beside it.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card, [`SiteError::Invalid`] for an unknown person or a window
    /// that never holds or is too long, [`SiteError::Refused`] for a card that the desk has given out.
    pub fn give_card(
        &self,
        actor: &Actor<'_>,
        uid: &Uid,
        person: PersonId,
        held: Window,
    ) -> Result<CardView, SiteError> {
        row::check_window("held", held)?;
        self.write(Wakes::Changes, |db| {
            let card = state::get(db, uid)?;
            let Some(planned) = holdings::plan(db, actor, uid, card.kind, (person, held))? else {
                return view::one(db, uid);
            };
            let detail = format!("{} {}", uid.hex(), person.0);
            let change = change::begin(db, actor, "card-give", &detail)?;
            if card.kind == CardKind::Backup {
                desk::came_back(db, actor, uid, "")?;
            }
            given(db, change, uid, &card, &planned)?;
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

/// Refuses what cannot be a card of somebody.
pub(super) fn check(uid: &Uid, window: Window) -> Result<(), SiteError> {
    if uid.is_random() {
        return Err(SiteError::invalid("uid", "random-uid"));
    }
    row::check_window("window", window)
}

/// Inserts a card whose number has been checked.
pub(super) fn insert(db: &Connection, change: i64, card: &NewCard, today: UtcS) -> Result<(), SiteError> {
    let cause = match card.life {
        Life::Active => Cause::Added,
        Life::Ordered => Cause::Ordered,
        _ => return Err(SiteError::invalid("life", "not-a-beginning")),
    };
    let window = limits::of_card(card.kind).apply(&limits::zone(db)?, "window", card.window, today)?;
    if let Some(old) = &card.renews {
        super::renewal::check(db, old, card)?;
    }
    let inserted = row::prepare(
        db,
        "INSERT INTO card (uid, kind, hex, renews, since) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (uid) DO NOTHING",
    )?
    .execute((
        card.uid.as_bytes(),
        card.kind.code(),
        card.uid.hex(),
        card.renews.as_ref().map(Uid::as_bytes),
        change,
    ))?;
    if inserted == 0 {
        return Err(SiteError::card_exists());
    }
    let blocks = access::entry::Blocks::NONE;
    state::insert(db, change, &card.uid, &State { kind: card.kind, life: card.life, cause, blocks, window })
}

/// Gives a card to a person within a change; one that had been returned is in use again. What was an exception
/// for another holder is none for this one.
pub(super) fn given(
    db: &Connection,
    change: i64,
    uid: &Uid,
    card: &State,
    holding: &holdings::Holding,
) -> Result<(), SiteError> {
    if holdings::last_was_of_another(db, uid, holding.person)? {
        unlist_all(db, change, uid)?;
    }
    holdings::give(db, change, uid, holding)?;
    match card.life {
        Life::Returned => go(db, change, uid, Transition::HandOut, Cause::HandedOut),
        _ => Ok(()),
    }
}

/// A window that the card may have.
pub(super) fn limited(db: &Connection, uid: &Uid, card: &State, window: Window) -> Result<Window, SiteError> {
    let sql = "SELECT h.at_ms FROM card c JOIN change h ON h.number = c.since WHERE c.uid = $1";
    let added: i64 = row::prepare(db, sql)?.query_row([uid.as_bytes()], |row| row.get(0))?;
    let added = access::time::UtcMs(added).second();
    limits::of_card(card.kind).apply(&limits::zone(db)?, "window", window, added)
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
