//! What is due to which door: pure functions over what should be true and what the door says.
//!
//! ```text
//! reported == desired                                  nothing
//! a list that the history leads from, in one message   delta
//! anything else                                        the whole, in chunks
//! ```

use std::collections::BTreeMap;

use access::calendar::Calendar;
use access::entry::Entry;
use access::uid::Uid;
use access::whitelist::{Change, Generation, PART_ENTRIES_MAX, WhitelistId, WhitelistPart};

/// Entries in one chunk. An entry of the greatest allowed size has about 1,000 bytes, so that a chunk of
/// the worst entries still fits a message, and the number of chunks is known before the list is read.
pub const CHUNK_ENTRIES: u32 = 240;

/// Bytes of changes in one delta: what a message may weigh less the envelope, with room to spare.
const DELTA_BYTES_MAX: usize = access::envelope::MESSAGE_LENGTH_MAX - 4 * 1024;

/// What a door should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Desired {
    /// Its whitelist.
    pub whitelist: WhitelistId,
    /// Its state.
    pub state: Generation,
    /// The newest counter that concerns it; 0 if none does, the highest number until that has been read.
    pub counters: Generation,
}

/// What a door has, as it says itself or as it will once what is on its way has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reported {
    /// The whitelist.
    pub whitelist: WhitelistId,
    /// The state.
    pub state: Generation,
    /// The counters.
    pub counters: Generation,
}

/// How a door gets from its list to the one that it should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It has it.
    Nothing,
    /// By the changes since the list that it has, if the history confirms that it is the one that it
    /// claims to be.
    Delta {
        /// What it has.
        from: WhitelistId,
    },
    /// By the whole list.
    Whole,
}

/// What is due to one door, by stream: none of them waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The whitelist.
    pub whitelist: Way,
    /// Whether the state is.
    pub state: bool,
    /// Whether counters are.
    pub counters: bool,
}

/// What is due.
///
/// `deltas_failed` says that the door did not follow earlier deltas, so the whole is the way.
#[must_use]
pub fn due(desired: &Desired, reported: &Reported, deltas_failed: bool) -> Due {
    let (to, from) = (desired.whitelist, reported.whitelist);
    let whitelist = if to == from {
        Way::Nothing
    } else if from.generation == Generation(0) || from.generation >= to.generation || deltas_failed {
        // A door that never had a list, or one from another time line (a restored site database), has
        // nothing that the history could lead from.
        Way::Whole
    } else {
        Way::Delta { from }
    };
    // Counters only ever go on, and their generation with them, even over a restored site database.
    Due { whitelist, state: desired.state != reported.state, counters: desired.counters > reported.counters }
}

/// The changes that lead from one list to the next, from the touched cards' entries before and after.
///
/// `None` if they do not lead exactly there, which means that the door's list is not the one that it
/// claims to be, or if they do not fit one message: then the whole is the way.
#[must_use]
pub fn delta(from: WhitelistId, to: WhitelistId, before: &[Entry], after: &[Entry]) -> Option<WhitelistPart> {
    let mut reached = from;
    let changes = changes(&mut reached, before, after);
    reached.generation = to.generation;
    (reached == to && fits(&changes)).then_some(WhitelistPart::Delta { from, to, changes })
}

/// Whether changes fit one message.
#[must_use]
pub fn fits(changes: &[Change]) -> bool {
    let bytes: usize = changes.iter().map(change_bytes).sum();
    changes.len() <= PART_ENTRIES_MAX && bytes <= DELTA_BYTES_MAX
}

/// The steps between the touched cards' entries before and after; `id` follows them.
pub fn changes(id: &mut WhitelistId, before: &[Entry], after: &[Entry]) -> Vec<Change> {
    let mut cards: BTreeMap<Uid, (Option<&Entry>, Option<&Entry>)> = BTreeMap::new();
    for entry in before {
        cards.entry(entry.uid).or_default().0 = Some(entry);
    }
    for entry in after {
        cards.entry(entry.uid).or_default().1 = Some(entry);
    }
    cards
        .into_iter()
        .filter(|(_, (old, new))| old != new)
        .map(|(uid, (old, new))| {
            let bytes = |entry: Option<&Entry>| entry.map(Entry::to_bytes);
            id.replace(bytes(old).as_deref(), bytes(new).as_deref());
            new.map_or(Change::Remove(uid), |entry| Change::Put(entry.clone()))
        })
        .collect()
}

/// How many chunks a list takes; at least one, which tells a door that its list is empty.
#[must_use]
pub fn chunk_count(entries: u32) -> u32 {
    entries.div_ceil(CHUNK_ENTRIES).max(1)
}

/// Cuts a list that is read entry by entry into chunks, holding no more than one of them.
#[derive(Debug)]
pub struct Cutter {
    to: WhitelistId,
    index: u32,
    entries: Vec<Entry>,
}

impl Cutter {
    /// For this list.
    #[must_use]
    pub fn new(to: WhitelistId) -> Self {
        Self { to, index: 0, entries: Vec::new() }
    }

    /// Takes the next entry, and gives a chunk whenever one is full.
    pub fn push(&mut self, entry: Entry) -> Option<WhitelistPart> {
        self.entries.push(entry);
        let full = u32::try_from(self.entries.len()).is_ok_and(|count| count >= CHUNK_ENTRIES);
        full.then(|| self.cut())
    }

    /// The last chunk, if something is left or nothing came at all.
    #[must_use]
    pub fn finish(mut self) -> Option<WhitelistPart> {
        (!self.entries.is_empty() || self.index == 0).then(|| self.cut())
    }

    fn cut(&mut self) -> WhitelistPart {
        let index = self.index;
        self.index += 1;
        WhitelistPart::Chunk {
            to: self.to,
            index,
            calendar: (index == 0).then(Calendar::empty),
            count: chunk_count(self.to.entries),
            entries: std::mem::take(&mut self.entries),
        }
    }
}

fn change_bytes(change: &Change) -> usize {
    match change {
        Change::Put(entry) => entry.to_bytes().len() + 1,
        Change::Remove(_) => Uid::LENGTH_MAX + 2,
        Change::Calendar(calendar) => calendar.to_bytes().len() + 1,
    }
}
