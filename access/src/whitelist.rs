//! A door's whole list: which one it is, and how it changes.

use core::fmt;

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::calendar::Calendar;
use crate::entry::Entry;
use crate::uid::Uid;

/// The number of a state of the site, counted up by one for each change of anything that decides. A
/// door's whitelist carries the number that it was compiled at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Generation(pub u64);

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A digest of a set of entries that follows a change at the cost of that change: the sum of the
/// entries' SHA-256 digests, taken as four 64-bit little-endian lanes that wrap.
///
/// It finds a list that is not the one meant; it is not what keeps a forger out. That is the envelope's
/// MAC, which covers the digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Digest([u64; 4]);

impl Digest {
    /// Adds an entry that is not in the set.
    pub fn add(&mut self, entry: &[u8]) {
        for (lane, part) in self.0.iter_mut().zip(lanes(entry)) {
            *lane = lane.wrapping_add(part);
        }
    }

    /// Takes away an entry that is in the set.
    pub fn remove(&mut self, entry: &[u8]) {
        for (lane, part) in self.0.iter_mut().zip(lanes(entry)) {
            *lane = lane.wrapping_sub(part);
        }
    }

    /// The 32 bytes, lane by lane, little-endian.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (to, lane) in bytes.chunks_exact_mut(8).zip(self.0) {
            to.copy_from_slice(&lane.to_le_bytes());
        }
        bytes
    }

    /// Back from [`Digest::to_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(split(&bytes))
    }
}

/// Which whitelist: compared before a delta is applied and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WhitelistId {
    /// The state of the site that it was compiled at; 0 for a door that never had one.
    pub generation: Generation,
    /// Over all entries and the calendar.
    pub digest: Digest,
    /// How many entries.
    pub entries: u32,
}

impl WhitelistId {
    /// An entry takes the place of `old`. Both as canonical bytes.
    pub fn replace(&mut self, old: Option<&[u8]>, new: Option<&[u8]>) {
        if let Some(old) = old {
            self.digest.remove(old);
            self.entries = self.entries.saturating_sub(1);
        }
        if let Some(new) = new {
            self.digest.add(new);
            self.entries = self.entries.saturating_add(1);
        }
    }

    /// A calendar takes the place of another. An empty one adds nothing: a list without schedules is what it was
    /// before there were any.
    pub fn replace_calendar(&mut self, old: &Calendar, new: &Calendar) {
        if !old.is_empty() {
            self.digest.remove(&old.to_bytes());
        }
        if !new.is_empty() {
            self.digest.add(&new.to_bytes());
        }
    }
}

/// One step of a delta. Each says how things are afterwards, so that a repeated step does no harm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// The card has this entry now.
    Put(Entry),
    /// The card is not listed any more.
    Remove(Uid),
    /// These are the schedules that grants and refusals speak of.
    Calendar(Calendar),
}

/// Most entries or changes in one message: at 128 bytes an entry, half of what a message may weigh.
pub const PART_ENTRIES_MAX: usize = 1_000;

/// A piece of a whitelist on its way to a door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhitelistPart {
    /// Leads from a list that the door has said it has to the next.
    Delta {
        /// What the door must have in force.
        from: WhitelistId,
        /// What it has afterwards. If it comes out otherwise, nothing is applied.
        to: WhitelistId,
        /// At most [`PART_ENTRIES_MAX`].
        changes: Vec<Change>,
    },
    /// One piece of the whole, which takes effect when all have come.
    Chunk {
        /// What the door has when all have come.
        to: WhitelistId,
        /// 0 for the first.
        index: u32,
        /// How many there are; at least 1.
        count: u32,
        /// The schedules of the list; in the first piece only, and there always.
        calendar: Option<Calendar>,
        /// At most [`PART_ENTRIES_MAX`].
        entries: Vec<Entry>,
    },
}

fn lanes(entry: &[u8]) -> [u64; 4] {
    let hash: [u8; 32] = Sha256::digest(entry).into();
    split(&hash)
}

fn split(bytes: &[u8; 32]) -> [u64; 4] {
    let mut lanes = [0; 4];
    for (lane, part) in lanes.iter_mut().zip(bytes.chunks_exact(8)) {
        *lane = part.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_digest_of_one_entry_is_its_sha_256() {
        let mut digest = Digest::default();
        digest.add(b"abc");
        let expected: [u8; 32] = Sha256::digest(b"abc").into();
        assert_eq!(digest.to_bytes(), expected);
        assert_eq!(Digest::from_bytes(expected), digest);
    }

    proptest! {
        #[test]
        fn the_order_of_changes_does_not_matter_and_every_change_can_be_undone(
            entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..8), 0..20),
            turn in any::<usize>(),
        ) {
            let mut straight = WhitelistId::default();
            let mut turned = WhitelistId::default();
            for entry in &entries {
                straight.replace(None, Some(entry));
            }
            let middle = if entries.is_empty() { 0 } else { turn % entries.len() };
            for entry in entries[middle..].iter().chain(&entries[..middle]) {
                turned.replace(None, Some(entry));
            }
            prop_assert_eq!(straight, turned);
            for entry in &entries {
                turned.replace(Some(entry), None);
            }
            prop_assert_eq!(turned, WhitelistId::default());
        }
    }
}
