//! The list in force, told to a controller that asks: a backup of the site was put back, and the door may know of blocks
//! that it does not.
//!
//! ```text
//! hold ──▶ read a piece ──▶ send it ──▶ after a second the next ──▶ … ──▶ all told; again in a while, if it still holds
//! ```

use access::entry::Blocks;
use access::message::{LISTED_CARDS_MAX, Listed};
use access::time::MonoMs;
use access::uid::Uid;
use access::whitelist::WhitelistId;
use db::door::Listing;

use super::DoorLoop;
use crate::store::StoreOrder;

/// Time from piece to piece, in milliseconds: a broker must not have to keep the lists of a thousand doors.
const PACE_MS: u64 = 1_000;

/// Time until all is told again, in milliseconds, if the controller holds on: a piece may have been lost on the way.
const AGAIN_MS: u64 = 10 * 60_000;

/// How far the door has told its list.
#[derive(Debug, Default)]
pub(crate) enum Telling {
    /// Nobody asks.
    #[default]
    Silent,
    /// The next piece is due.
    Due(MonoMs, From),
    /// The store reads it.
    Reading(From),
    /// All of this list is told, and would be again then.
    Told(WhitelistId, MonoMs),
}

/// Where a piece begins.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct From {
    /// Of this list; none before the first piece.
    whitelist: Option<WhitelistId>,
    index: u32,
    after: Option<Uid>,
}

impl Telling {
    /// When the next piece is due.
    pub(crate) fn deadline(&self) -> Option<MonoMs> {
        match self {
            Self::Due(at, _) => Some(*at),
            Self::Silent | Self::Reading(_) | Self::Told(..) => None,
        }
    }
}

impl DoorLoop {
    /// A confirmation says whether the controller asks.
    pub(super) fn on_hold(&mut self, hold: bool) {
        let now = self.clock.at().mono;
        let begins = match self.telling {
            _ if !hold => {
                self.telling = Telling::Silent;
                false
            }
            Telling::Silent => true,
            Telling::Told(list, again) => list != self.facts.whitelist || now >= again,
            Telling::Due(..) | Telling::Reading(_) => false,
        };
        if begins {
            self.telling = Telling::Due(now, From::default());
            self.tell_list(now);
        }
    }

    /// Has the next piece read if it is due. The loop itself waits for no disk.
    pub(super) fn tell_list(&mut self, now: MonoMs) {
        let Telling::Due(at, from) = self.telling else { return };
        if now < at {
            return;
        }
        if self.uplink.session().is_none() {
            // The next connection's confirmation asks anew.
            self.telling = Telling::Silent;
            return;
        }
        self.telling = Telling::Reading(from);
        self.facts.held.push_back(StoreOrder::List { after: from.after, limit: LISTED_CARDS_MAX });
    }

    /// A piece has been read.
    pub(super) fn on_listing(&mut self, listing: Listing) {
        let Telling::Reading(from) = self.telling else { return };
        let now = self.clock.at().mono;
        if from.whitelist.is_some_and(|list| list != listing.whitelist) {
            // Another list came into force in between.
            self.telling = Telling::Due(now + PACE_MS, From::default());
            return;
        }
        let (last, all) = (listing.cards.last().map(|(uid, _): &(Uid, Blocks)| *uid), listing.whitelist);
        let count = pieces(all.entries);
        let piece = Listed { whitelist: all, index: from.index, count, cards: listing.cards };
        if !self.uplink.listed(piece, self.facts.journal_link) {
            self.telling = Telling::Due(now + PACE_MS, from);
            return;
        }
        let index = from.index + 1;
        self.telling = if index >= count {
            Telling::Told(all, now + AGAIN_MS)
        } else {
            Telling::Due(now + PACE_MS, From { whitelist: Some(all), index, after: last.or(from.after) })
        };
    }

    /// A piece could not be read; the disk has said why.
    pub(super) fn on_no_listing(&mut self) {
        if let Telling::Reading(_) = self.telling {
            self.telling = Telling::Due(self.clock.at().mono + AGAIN_MS, From::default());
        }
    }
}

/// How many pieces a list takes; one for an empty list.
fn pieces(entries: u32) -> u32 {
    let most = u32::try_from(LISTED_CARDS_MAX).unwrap_or(u32::MAX);
    entries.div_ceil(most).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_any_length_has_at_least_one_piece_and_none_that_is_empty_after_it() {
        let most = u32::try_from(LISTED_CARDS_MAX).unwrap();
        assert_eq!([0, 1, most, most + 1, 3 * most].map(pieces), [1, 1, 1, 2, 3]);
    }
}
