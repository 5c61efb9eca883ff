//! Cards that move on in their life. What belongs to a move is done with it, in the same change: a card that
//! is back belongs to nobody, and a backup card that is no longer in use stands in for nothing.

use access::entry::{Block, Blocks};
use access::uid::Uid;
use rusqlite::Connection;

use super::state::{self, State};
use super::types::CardView;
use super::{listings, view};
use crate::site::desk::{self, HandOutEnd};
use crate::site::life::{Cause, Refusal, Transition, step};
use crate::site::open::Wakes;
use crate::site::{Actor, Life, Site, SiteError, change, holdings};

impl Site {
    /// Moves a card on in its life. A card that is returned belongs to nobody from then on and is taken off
    /// the lists of all doors; a backup card that is returned, blocked or retired ends its hand-out.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], or [`SiteError::Refused`] with the code of a [`Refusal`].
    pub fn transit(
        &self,
        actor: &Actor<'_>,
        uid: &Uid,
        transition: Transition,
        cause: Cause,
    ) -> Result<CardView, SiteError> {
        self.write(Wakes::Changes, |db| {
            by_hand(db, actor, uid, transition, cause)?;
            view::one(db, uid)
        })
    }

    /// Puts something in a card's way. A repeated block makes no new change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Refused`] if the card's life does not lead there;
    /// [`SiteError::Invalid`] for what only a certificate or a delivery puts in a card's way.
    pub fn block_card(&self, actor: &Actor<'_>, uid: &Uid, block: Block) -> Result<CardView, SiteError> {
        self.write(Wakes::Changes, |db| {
            self::block(db, actor, uid, block)?;
            view::one(db, uid)
        })
    }

    /// Takes something out of a card's way. What is not there is no change.
    ///
    /// # Errors
    /// As [`Site::block_card`].
    pub fn unblock_card(&self, actor: &Actor<'_>, uid: &Uid, block: Block) -> Result<CardView, SiteError> {
        self.write(Wakes::Changes, |db| {
            let card = state::get(db, uid)?;
            match (block, card.life) {
                (Block::Blocked, Life::Blocked) => {
                    by_hand(db, actor, uid, Transition::Reinstate, Cause::Mistake)?;
                }
                (Block::Suspended | Block::Inactive, Life::Suspended) if card.life.block(card.cause) == Some(block) => {
                    by_hand(db, actor, uid, Transition::Resume, Cause::Other)?;
                }
                (Block::Cloned, _) => {
                    let rest = Blocks::from_bits(card.blocks.bits() & !Blocks::NONE.with(block).bits());
                    store(db, actor, uid, ("card-unblock", block), rest)?;
                }
                (block, life) if life.block(card.cause) == Some(block) => {
                    return Err(SiteError::refused("card", Refusal::Is(life).code()));
                }
                _ => {}
            }
            view::one(db, uid)
        })
    }
}

/// Puts something in a card's way, inside a transaction. A repeated block makes no new change.
pub(in crate::site) fn block(db: &Connection, actor: &Actor<'_>, uid: &Uid, block: Block) -> Result<(), SiteError> {
    let card = state::get(db, uid)?;
    let (transition, cause) = match block {
        Block::Cloned => return store(db, actor, uid, ("card-block", block), card.blocks.with(block)),
        Block::Blocked => (Transition::Block, Cause::Other),
        Block::Suspended => (Transition::Suspend, Cause::Other),
        Block::Returned => (Transition::Return, Cause::Returned),
        Block::Retired => (Transition::Retire, Cause::Other),
        Block::Revoked | Block::RevocationUnknown | Block::NotDelivered | Block::Inactive => {
            return Err(SiteError::invalid("block", "not-by-hand"));
        }
    };
    if card.life.block(card.cause) == Some(block) { Ok(()) } else { by_hand(db, actor, uid, transition, cause) }
}

/// A move that somebody makes, as a change of its own.
pub(in crate::site) fn by_hand(
    db: &Connection,
    actor: &Actor<'_>,
    uid: &Uid,
    transition: Transition,
    cause: Cause,
) -> Result<(), SiteError> {
    let card = state::get(db, uid)?;
    if !transition.causes().contains(&cause) {
        return Err(SiteError::refused("card", Refusal::Cause.code()));
    }
    step(card.life, transition).map_err(|refusal| SiteError::refused("card", refusal.code()))?;
    let detail = format!("{} {}", uid.hex(), cause.code());
    let change = change::begin(db, actor, transition.action(), &detail)?;
    go(db, change, uid, transition, cause)?;
    let end = match transition {
        Transition::Return => {
            emptied(db, change, actor, uid)?;
            HandOutEnd::Returned
        }
        Transition::Block => HandOutEnd::Missing,
        Transition::Retire => HandOutEnd::Ended,
        _ => return Ok(()),
    };
    desk::end_of_card(db, change, actor, uid, end)
}

/// Moves a card on within a change. What belongs to the move beside the card is the caller's.
pub(in crate::site) fn go(
    db: &Connection,
    change: i64,
    uid: &Uid,
    transition: Transition,
    cause: Cause,
) -> Result<(), SiteError> {
    let card = state::get(db, uid)?;
    let life = step(card.life, transition).map_err(|refusal| SiteError::refused("card", refusal.code()))?;
    let (life, cause) = match (transition, card.life, card.cause) {
        (Transition::Reinstate, ..) => before_block(db, uid)?,
        // A tap of a lost card is an alarm for ever.
        (Transition::Retire, Life::Blocked, kept @ (Cause::Lost | Cause::Stolen)) => (life, kept),
        _ => (life, cause),
    };
    state::set(db, change, uid, &State { life, cause, ..card })
}

/// What a card was before it was blocked by mistake. A pause for a hand-out that is over meanwhile is over too.
fn before_block(db: &Connection, uid: &Uid) -> Result<(Life, Cause), SiteError> {
    match state::before(db, uid, Life::Blocked)? {
        (Life::Suspended, Cause::Forgotten) if desk::is_over(db, uid)? => Ok((Life::Active, Cause::Mistake)),
        before => Ok(before),
    }
}

/// The card belongs to nobody from now on, and no door lists it.
pub(in crate::site) fn emptied(db: &Connection, change: i64, actor: &Actor<'_>, uid: &Uid) -> Result<(), SiteError> {
    holdings::end(db, change, uid, actor.at.second())?;
    listings::unlist_all(db, change, uid)
}

fn store(
    db: &Connection,
    actor: &Actor<'_>,
    uid: &Uid,
    (action, block): (&str, Block),
    blocks: Blocks,
) -> Result<(), SiteError> {
    let card = state::get(db, uid)?;
    if blocks != card.blocks {
        let detail = format!("{} {}", uid.hex(), block.reason().code());
        let change = change::begin(db, actor, action, &detail)?;
        state::set(db, change, uid, &State { blocks, ..card })?;
    }
    Ok(())
}
