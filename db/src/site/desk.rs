//! The registration desk: backup cards that are given out and come back.
//!
//! ```text
//!            lost ────▶ original blocked, its tap is an alarm ──────────────┐
//! hand-out ─ forgotten ▶ original paused ──▶ restored when the hand-out ends ├─▶ returned, ended or missing
//!            broken ──▶ original retired ───────────────────────────────────┘
//!            none ────▶ no original, or one that is on its way
//! ```
//!
//! What decides of a hand-out stands in the holding and in the states of both cards; the record here is what a
//! receipt says. A hand-out whose time is over has ended, though the card may still be out: it opens nothing,
//! and stands on the list of those that are overdue until the desk has it back or reports it missing.

use access::time::{UtcS, Window};
use access::uid::Uid;
use rusqlite::Connection;

use super::cards::state::{self, State};
use super::holdings::Holding;
use super::life::{Cause, Refusal, Transition, step};
use super::open::Wakes;
use super::{Actor, CardKind, Life, Site, SiteError, cards, certificates, change, holdings, limits, row};

mod due;
mod record;
mod types;

pub(super) use record::{came_back, is_out, is_over};
pub use types::{
    Document, Due, HandOut, HandOutCause, HandOutEnd, HandOutFilter, HandOutId, HandOutState, HandOutView,
};

/// Longest name of a desk, in bytes.
const PLACE_LENGTH_MAX: usize = 100;

impl Site {
    /// Gives a backup card out, and does with the original what the cause asks for, in one change. A hand-out
    /// of the same card that has ended, but of which the desk did not hear, came back with it.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with the field that is wrong, among them `longer-than-3-months`;
    /// [`SiteError::Refused`] if the backup card is not free (`backup`) or the original cannot be treated
    /// so (`original`).
    pub fn hand_out(&self, actor: &Actor<'_>, hand_out: &HandOut) -> Result<HandOutView, SiteError> {
        row::check_text("place", &hand_out.place, PLACE_LENGTH_MAX)?;
        self.write(Wakes::Changes, |db| {
            holdings::need_person(db, hand_out.person)?;
            let backup = free(db, actor, &hand_out.backup)?;
            let kind = stands_in_for(db, actor, hand_out)?;
            let window = time(db, actor, &backup, hand_out.until)?;
            let detail = format!("{} {} {}", hand_out.backup.hex(), hand_out.person.0, hand_out.cause.code());
            let change = change::begin(db, actor, "backup-hand-out", &detail)?;
            record::came_back(db, actor, &hand_out.backup, &hand_out.place)?;
            if let Some(original) = &hand_out.original {
                set_aside(db, change, original, hand_out.cause)?;
            }
            match backup.life {
                Life::Active => {
                    let handed = State { cause: Cause::HandedOut, ..backup };
                    state::set(db, change, &hand_out.backup, &handed)?;
                }
                _ => cards::go(db, change, &hand_out.backup, Transition::HandOut, Cause::HandedOut)?,
            }
            cards::unlist_all(db, change, &hand_out.backup)?;
            let held = Holding { person: hand_out.person, window, as_kind: Some(kind) };
            holdings::give(db, change, &hand_out.backup, &held)?;
            record::insert(db, actor, hand_out, kind, window.until.unwrap_or(actor.at.second()))
        })
    }

    /// Takes a backup card back at a desk: it belongs to nobody, no door lists it, and an original that was
    /// forgotten is in use again. A card whose hand-out had ended already comes back too.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], [`SiteError::Invalid`] for the place, or [`SiteError::Refused`] if it is not out.
    pub fn give_back(&self, actor: &Actor<'_>, backup: &Uid, place: &str) -> Result<HandOutView, SiteError> {
        row::check_text("place", place, PLACE_LENGTH_MAX)?;
        self.write(Wakes::Changes, |db| {
            let card = state::get(db, backup)?;
            let out = record::not_back(db, backup)?.ok_or(SiteError::refused("backup", "is-not-out"))?;
            let change = change::begin(db, actor, "backup-return", &backup.hex())?;
            if card.life != Life::Returned {
                cards::go(db, change, backup, Transition::Return, Cause::Returned)?;
            }
            cards::emptied(db, change, actor, backup)?;
            record::came_back(db, actor, backup, place)?;
            restore(db, change, &out, Cause::Returned)?;
            record::one(db, out.id)
        })
    }

    /// Reports that a backup card that is out is lost or stolen: it is blocked, and an original that was
    /// forgotten is in use again.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], or [`SiteError::Refused`] if it is not out, or for any other cause.
    pub fn report_missing(&self, actor: &Actor<'_>, backup: &Uid, cause: Cause) -> Result<HandOutView, SiteError> {
        if !matches!(cause, Cause::Lost | Cause::Stolen) {
            return Err(SiteError::refused("backup", Refusal::Cause.code()));
        }
        self.write(Wakes::Changes, |db| {
            cards::need(db, backup)?;
            let out = record::not_back(db, backup)?.ok_or(SiteError::refused("backup", "is-not-out"))?;
            cards::by_hand(db, actor, backup, Transition::Block, cause)?;
            record::one(db, out.id)
        })
    }

    /// One hand-out: what its receipt says.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn handout(&self, id: HandOutId) -> Result<HandOutView, SiteError> {
        self.read(|db| record::one(db, id))
    }

    /// Hand-outs, newest first; `before` continues a page.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn handouts(
        &self,
        filter: HandOutFilter,
        before: Option<HandOutId>,
        limit: u32,
    ) -> Result<Vec<HandOutView>, SiteError> {
        self.read(|db| record::list(db, &filter, before, limit))
    }
}

/// Ends the hand-out of a backup card that is returned, blocked or retired otherwise than at the desk.
pub(super) fn end_of_card(
    db: &Connection,
    change: i64,
    actor: &Actor<'_>,
    uid: &Uid,
    end: HandOutEnd,
) -> Result<(), SiteError> {
    let Some(out) = record::not_back(db, uid)? else { return Ok(()) };
    cards::emptied(db, change, actor, uid)?;
    match end {
        HandOutEnd::Returned => record::came_back(db, actor, uid, "")?,
        HandOutEnd::Ended | HandOutEnd::Missing => record::end(db, out.id, end)?,
    }
    let cause = if end == HandOutEnd::Returned { Cause::Returned } else { Cause::Ended };
    restore(db, change, &out, cause)
}

/// The backup card, if it is one and may be given out.
fn free(db: &Connection, actor: &Actor<'_>, uid: &Uid) -> Result<State, SiteError> {
    let card = state::find(db, uid)?.ok_or(SiteError::invalid("backup", "unknown-card"))?;
    if card.kind != CardKind::Backup {
        return Err(SiteError::invalid("backup", "not-a-backup"));
    }
    if record::is_out(db, uid)? {
        return Err(SiteError::refused("backup", "is-handed-out"));
    }
    match step(card.life, Transition::HandOut) {
        Ok(_) | Err(Refusal::AlreadySo) => {}
        Err(refusal) => return Err(SiteError::refused("backup", refusal.code())),
    }
    if !holdings::from_then_on(db, uid, actor.at.second())?.is_empty() {
        return Err(SiteError::refused("backup", "is-held"));
    }
    Ok(card)
}

/// The kind that the backup card stands in for: the original's, whatever else is said.
fn stands_in_for(db: &Connection, actor: &Actor<'_>, hand_out: &HandOut) -> Result<CardKind, SiteError> {
    let Some(original) = &hand_out.original else {
        return match hand_out.kind {
            _ if hand_out.cause != HandOutCause::None => Err(SiteError::invalid("original", "empty")),
            None => Err(SiteError::invalid("kind", "empty")),
            Some(CardKind::Backup) => Err(SiteError::invalid("kind", "is-backup")),
            Some(kind) => Ok(kind),
        };
    };
    let card = state::find(db, original)?.ok_or(SiteError::invalid("original", "unknown-card"))?;
    if card.kind == CardKind::Backup {
        return Err(SiteError::invalid("original", "is-backup"));
    }
    if record::has_backup(db, original)? {
        return Err(SiteError::refused("original", "has-backup"));
    }
    let held = holdings::from_then_on(db, original, actor.at.second())?;
    if !held.iter().any(|holding: &Holding| holding.person == hand_out.person) {
        return Err(SiteError::invalid("original", "of-another-person"));
    }
    check_original(db, original, &card, hand_out.cause)?;
    Ok(card.kind)
}

/// Refuses an original that something is in the way of: a backup card must not be the way around it. Being lost,
/// stolen or forgotten is no such thing, and the certificates of a lost card are revoked because it is lost.
fn check_original(db: &Connection, original: &Uid, card: &State, cause: HandOutCause) -> Result<(), SiteError> {
    match (card.life, card.cause, cause) {
        (Life::Blocked, Cause::Lost | Cause::Stolen, _) => return Ok(()),
        (Life::Active, ..)
        | (Life::Suspended, Cause::Forgotten, _)
        | (Life::Ordered | Life::Delivered, _, HandOutCause::None) => {}
        (life, ..) => return Err(SiteError::refused("original", Refusal::Is(life).code())),
    }
    if !card.blocks.is_empty() {
        return Err(SiteError::refused("original", "is-cloned"));
    }
    let certificates = certificates::of_card(db, original)?;
    match certificates.iter().find_map(|some| certificates::refusal(some.state)) {
        Some(code) => Err(SiteError::refused("original", code)),
        None => Ok(()),
    }
}

/// From now until what is asked for, within three months and the chip's own time.
fn time(db: &Connection, actor: &Actor<'_>, backup: &State, until: Option<UtcS>) -> Result<Window, SiteError> {
    let now = actor.at.second();
    let asked = Window { from: Some(now), until };
    let limit = limits::of_holding(CardKind::Backup).ok_or(SiteError::corrupt("limit of a backup card"))?;
    let held = limit.apply(&limits::zone(db)?, "until", asked, now)?;
    let held = Window { until: held.until.min(backup.window.until.or(held.until)), ..held };
    if !held.is_possible() {
        return Err(SiteError::refused("backup", "has-ended"));
    }
    if until.is_some() && held.until != until {
        return Err(SiteError::invalid("until", "after-the-card"));
    }
    Ok(held)
}

/// What becomes of the original. One that is blocked is lost or stolen, and stays so.
fn set_aside(db: &Connection, change: i64, original: &Uid, cause: HandOutCause) -> Result<(), SiteError> {
    let (transition, cause) = match cause {
        HandOutCause::Lost => (Transition::Block, Cause::Lost),
        HandOutCause::Forgotten => (Transition::Suspend, Cause::Forgotten),
        HandOutCause::Broken => (Transition::Retire, Cause::Broken),
        HandOutCause::None => return Ok(()),
    };
    let card = state::get(db, original)?;
    match step(card.life, transition) {
        _ if card.life == Life::Blocked => Ok(()),
        Ok(_) => cards::go(db, change, original, transition, cause),
        Err(Refusal::AlreadySo) => Ok(()),
        Err(refusal) => Err(SiteError::refused("original", refusal.code())),
    }
}

/// An original that was forgotten is in use again, if nothing else has become of it meanwhile. A hand-out that
/// had ended before did this then: a later pause is not its own.
fn restore(db: &Connection, change: i64, out: &Out, cause: Cause) -> Result<(), SiteError> {
    let (Some(original), None) = (&out.original, out.ended) else { return Ok(()) };
    let card = state::get(db, original)?;
    if (card.life, card.cause) != (Life::Suspended, Cause::Forgotten) || record::has_backup(db, original)? {
        return Ok(());
    }
    cards::go(db, change, original, Transition::Resume, cause)
}

/// To whom and what a hand-out is, for what ends it.
#[derive(Debug, Clone, Copy)]
struct Out {
    id: HandOutId,
    original: Option<Uid>,
    /// How it has ended, though the card is not back.
    ended: Option<HandOutEnd>,
}
