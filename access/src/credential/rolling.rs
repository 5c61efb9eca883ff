//! Is this the one card, an older copy of it, or a damaged one?
//!
//! ```text
//!              slot A   slot B                                     the door has seen
//!   at rest      n       n-1                                       n
//!   tap          n       n+1   written into the older slot         n+1, after the read-back
//!   torn         n       ???   still n: nothing is lost            n; n and n+1 are both fine next time
//! ```
//!
//! The current slot is never touched, so a card that leaves in the middle of a write keeps it. The two
//! readings of what a slot holds then are both acceptable: a door only insists that a card never goes *back*.
//!
//! | read | judged |
//! | --- | --- |
//! | newer than seen | current: another door moved it |
//! | as seen | current |
//! | older than seen, both slots valid | cloned: the one card would be further |
//! | seen counter, another nonce | cloned, unless a door has noted on the card that it stepped in for a faded slot |
//! | older than seen, one slot invalid | damaged: a weakly written slot has faded back |
//! | no slot valid | damaged |
//!
//! Nothing here can prevent a copy. Whichever of the two is tapped second shows it.

use hmac::Mac as _;

use super::block::{Slot, Token};
use crate::envelope::{DoorKey, keyed};
use crate::uid::Uid;

/// Most taps in a row whose write stayed in doubt before a lenient door behaves as a strict one: who tears every
/// write away could stay at one counter for ever.
pub const IN_DOUBT_MAX: u8 = 3;

/// One valid slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Where the counter stood when it was written.
    pub token: Token,
    /// Its sibling could not be read when it was written.
    pub stepped_in: bool,
}

/// What a pair of slots means to a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The card may go on.
    Current {
        /// Where it stands.
        token: Token,
        /// The slot to write next.
        write: Slot,
        /// Whether that slot cannot be read, which is to be noted when it is written.
        steps_in: bool,
    },
    /// To be encoded anew; nobody is accused.
    Damaged,
    /// There is another card with this credential, or this is the other one.
    Cloned,
}

/// Judges what was read against the furthest token that the door has seen of this encoding of the card.
#[must_use]
pub fn judge(a: Option<Reading>, b: Option<Reading>, seen: Option<Token>) -> Verdict {
    let (current, write) = match (a, b) {
        (None, None) => return Verdict::Damaged,
        (Some(a), None) => (a, Slot::B),
        (None, Some(b)) => (b, Slot::A),
        (Some(a), Some(b)) if a.token.counter == b.token.counter => return Verdict::Damaged,
        (Some(a), Some(b)) if a.token.counter > b.token.counter => (a, Slot::B),
        (Some(_), Some(b)) => (b, Slot::A),
    };
    let steps_in = a.is_none() || b.is_none();
    let go_on = Verdict::Current { token: current.token, write, steps_in };
    if current.token.counter == u32::MAX {
        return Verdict::Damaged;
    }
    match seen {
        None => go_on,
        Some(seen) if current.token.counter > seen.counter || current.token == seen => go_on,
        Some(seen) if current.token.counter == seen.counter && current.stepped_in => Verdict::Damaged,
        Some(_) if steps_in => Verdict::Damaged,
        Some(_) => Verdict::Cloned,
    }
}

/// The token to write after `current`. Its nonce is derived, so that nothing has to be on a disk before the
/// write, and a door that crashed in between writes the same again.
#[must_use]
pub fn next(current: Token, door: &DoorKey, uid: &Uid, issue: u8) -> Token {
    let counter = current.counter.saturating_add(1);
    let mac = keyed(&door.nonce_key())
        .chain_update(uid.as_bytes())
        .chain_update([issue])
        .chain_update(counter.to_le_bytes())
        .finalize()
        .into_bytes();
    let mut bytes = mac.into_iter();
    let nonce = u16::from_le_bytes([bytes.next().unwrap_or_default(), bytes.next().unwrap_or_default()]);
    Token { counter, nonce }
}

/// A write that was read back: the card stood at `from` and stands at `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Step {
    /// Before.
    pub from: Token,
    /// After.
    pub to: Token,
    /// The slot that was written could not be read before.
    pub stepped_in: bool,
}

/// What two steps of one encoding of one card, from doors that knew nothing of each other, say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// One card made both.
    Fine,
    /// The first step faded from the card before the second was made.
    Damaged,
    /// Two cards made them.
    Forked,
}

/// Joins two steps by what they started from. One card leaves a token once.
#[must_use]
pub fn join(one: &Step, other: &Step) -> Joined {
    if one.from != other.from || one.to == other.to {
        Joined::Fine
    } else if one.stepped_in || other.stepped_in {
        Joined::Damaged
    } else {
        Joined::Forked
    }
}
