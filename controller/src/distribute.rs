//! What is due to which door: pure functions over what should be true and what the door says.
//!
//! ```text
//! reported == desired                                  nothing
//! a list that the history leads from, in one message   delta
//! anything else                                        the whole, in chunks
//! ```
//!
//! Beside the list and the state there are two streams of what other doors have seen, see [`Stream`].

use access::calendar::Calendar;
use access::entry::Entry;
use access::uid::Uid;
use access::whitelist::{Change, Generation, PART_ENTRIES_MAX, WhitelistId, WhitelistPart};

/// Entries in one chunk. A chunk of the longest entries still fits a message, and the number of chunks is known
/// before the list is read. The calendar, which may be long, is a chunk of its own.
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
    /// The newest of each stream that concerns it; 0 if nothing does, the highest number until that has been read.
    pub streams: PerStream<Generation>,
}

/// What a door has, as it says itself or as it will once what is on its way has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reported {
    /// The whitelist.
    pub whitelist: WhitelistId,
    /// The state.
    pub state: Generation,
    /// The streams.
    pub streams: PerStream<Generation>,
}

/// What doors have seen of cards, and other doors shall know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// How far the counters of cards have come.
    Counters,
    /// Who has gone into which area.
    Passages,
}

impl Stream {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Counters, Self::Passages];
}

/// One of each stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerStream<T> {
    /// That of [`Stream::Counters`].
    pub counters: T,
    /// That of [`Stream::Passages`].
    pub passages: T,
}

impl<T> PerStream<T> {
    /// That of this stream.
    #[must_use]
    pub fn of(&self, stream: Stream) -> &T {
        match stream {
            Stream::Counters => &self.counters,
            Stream::Passages => &self.passages,
        }
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, stream: Stream) -> &mut T {
        match stream {
            Stream::Counters => &mut self.counters,
            Stream::Passages => &mut self.passages,
        }
    }

    /// Made for each stream.
    pub fn each(make: impl Fn(Stream) -> T) -> Self {
        Self { counters: make(Stream::Counters), passages: make(Stream::Passages) }
    }
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
    /// Which streams are.
    pub streams: PerStream<bool>,
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
    // A stream only ever goes on, and its generation with it, even over a restored site database.
    let streams = PerStream::each(|stream| desired.streams.of(stream) > reported.streams.of(stream));
    Due { whitelist, state: desired.state != reported.state, streams }
}

/// What doors have of one card, before and after.
pub type Pair = (Option<Entry>, Option<Entry>);

/// The changes that lead from one list to the next, from the calendars and the touched cards' entries before and
/// after.
///
/// `None` if they do not lead exactly there, which means that the door's list is not the one that it
/// claims to be, or if they do not fit one message: then the whole is the way.
#[must_use]
pub fn delta(
    from: WhitelistId,
    to: WhitelistId,
    calendars: (&Calendar, &Calendar),
    entries: impl IntoIterator<Item = (Uid, Pair)>,
) -> Option<WhitelistPart> {
    let mut reached = from;
    let mut changes: Vec<Change> = new_calendar(&mut reached, calendars.0, calendars.1).into_iter().collect();
    changes.extend(entries.into_iter().filter_map(|(uid, pair)| change(&mut reached, uid, pair)));
    reached.generation = to.generation;
    (reached == to && fits(&changes)).then_some(WhitelistPart::Delta { from, to, changes })
}

/// Whether changes fit one message.
#[must_use]
pub fn fits(changes: &[Change]) -> bool {
    let bytes: usize = changes.iter().map(change_bytes).sum();
    changes.len() <= PART_ENTRIES_MAX && bytes <= DELTA_BYTES_MAX
}

/// The step from one calendar to the next, if they differ; `id` follows it.
pub fn new_calendar(id: &mut WhitelistId, before: &Calendar, after: &Calendar) -> Option<Change> {
    (before != after).then(|| {
        id.replace_calendar(before, after);
        Change::Calendar(after.clone())
    })
}

/// The step between a card's entries before and after, if they differ; `id` follows it.
pub fn change(id: &mut WhitelistId, uid: Uid, (before, after): Pair) -> Option<Change> {
    (before != after).then(|| {
        let bytes = |entry: &Option<Entry>| entry.as_ref().map(Entry::to_bytes);
        id.replace(bytes(&before).as_deref(), bytes(&after).as_deref());
        after.map_or(Change::Remove(uid), Change::Put)
    })
}

/// How many chunks a list takes: one for the calendar, and those of its entries.
#[must_use]
pub fn chunk_count(entries: u32) -> u32 {
    entries.div_ceil(CHUNK_ENTRIES) + 1
}

/// Cuts a list that is read entry by entry into chunks, holding no more than one of them.
#[derive(Debug)]
pub struct Cutter {
    to: WhitelistId,
    index: u32,
    entries: Vec<Entry>,
}

impl Cutter {
    /// For this list, with its first chunk.
    #[must_use]
    pub fn new(to: WhitelistId, calendar: Calendar) -> (Self, WhitelistPart) {
        let count = chunk_count(to.entries);
        let first = WhitelistPart::Chunk { to, index: 0, count, calendar: Some(calendar), entries: Vec::new() };
        (Self { to, index: 1, entries: Vec::new() }, first)
    }

    /// Takes the next entry, and gives a chunk whenever one is full.
    pub fn push(&mut self, entry: Entry) -> Option<WhitelistPart> {
        self.entries.push(entry);
        let full = u32::try_from(self.entries.len()).is_ok_and(|count| count >= CHUNK_ENTRIES);
        full.then(|| self.cut())
    }

    /// The last chunk, if something is left.
    #[must_use]
    pub fn finish(mut self) -> Option<WhitelistPart> {
        (!self.entries.is_empty()).then(|| self.cut())
    }

    fn cut(&mut self) -> WhitelistPart {
        let index = self.index;
        self.index += 1;
        WhitelistPart::Chunk {
            to: self.to,
            index,
            count: chunk_count(self.to.entries),
            calendar: None,
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
