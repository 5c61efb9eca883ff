//! What a door has on its disk when it starts: read as far as it reads, and made anew where it does not.

use std::path::Path;

use access::event::{DoorFile, EventKind};
use access::mode::Mode;
use access::passage::Passage;
use access::state::DoorState;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::whitelist::{Generation, WhitelistId};
use db::door::{
    DoorDbError, Draft, JOURNAL_EVENTS_MAX, JOURNAL_FILE, Journal, JournalStart, KnownTime, Lookup, Opened, Pending,
    UNCOUNTED_BITS, WHITELIST_FILE, WhitelistStore,
};

use crate::agent::StartError;
use crate::journal::{Source, Unrescued};
use crate::run::{Confirmed, Facts, FirstPerson, Found, PassageMemory};

/// What a door has on its disk.
pub(crate) struct Disk {
    /// The writers, which threads of their own own.
    pub(crate) journal: Source,
    pub(crate) store: WhitelistStore,
    pub(crate) rest: Rest,
}

/// What the loop itself reads, or has read.
pub(crate) struct Rest {
    pub(crate) start: JournalStart,
    pub(super) pending: Pending,
    pub(super) lookup: Lookup,
    pub(crate) boot: u64,
    pub(crate) time: KnownTime,
    pub(super) facts: Facts,
}

impl Disk {
    /// Opens the files of a door, and makes anew what is damaged. The boot has at least the number that belongs to the time `utc_s`, so that a box
    /// whose card was copied back from an image is heard though it has counted fewer than the controller has heard of.
    pub(crate) fn open(
        data: &Path,
        journal_bytes: u64,
        utc_s: u64,
        passages: &mut PassageMemory,
    ) -> Result<Self, StartError> {
        let epoch =
            getrandom::u64().map_err(|error| StartError::System { what: "randomness", reason: error.to_string() })?;
        let whitelist = data.join(WHITELIST_FILE);
        let (store, mut found, read) = Kept::open(&whitelist)?;
        let journal = open_journal(&data.join(JOURNAL_FILE), journal_bytes, epoch, utc_s)?;
        let lookup = Lookup::open(&whitelist)?;
        found.passages_known.drain(..).for_each(|passage| passages.learn(passage));
        let files = [(read == Read::Nothing, DoorFile::Whitelist), (journal.rescued, DoorFile::Journal)];
        let rebuilt = files.into_iter().filter_map(|(rebuilt, file)| rebuilt.then_some(file)).collect();
        let (start, time) = (journal.source.start(), found.time);
        let calendar = lookup.calendar().unwrap_or_else(|error| {
            tracing::error!(%error, "the schedules cannot be read; none of them unlocks the door");
            std::sync::Arc::default()
        });
        let facts = Found {
            state: found.state,
            whitelist: found.whitelist,
            calendar,
            counters: found.counters,
            passages: found.passages,
            first_person: FirstPerson::known(found.first_person),
            confirmed: Confirmed::found(time),
            journal_head: start.head,
            journal_link: start.head_link,
            standing: journal.source.standing(),
            log: start.log,
            rebuilt,
            damaged: read == Read::Some,
        };
        let OpenedJournal { source, pending, boot, .. } = journal;
        let rest = Rest { start, pending, lookup, boot, time, facts: facts.into() };
        Ok(Self { journal: source, store, rest })
    }
}

/// A journal, or what is left of it.
struct OpenedJournal {
    source: Source,
    pending: Pending,
    boot: u64,
    rescued: bool,
}

/// Opens the journal and counts the boot. One that is damaged is made anew; if the disk does not let us, the door decides
/// all the same, and the journal's thread goes on trying.
fn open_journal(path: &Path, bytes: u64, epoch: u64, utc_s: u64) -> Result<OpenedJournal, DoorDbError> {
    let (draft, floor) = (before_any_boot(utc_s), boot_from(utc_s));
    let counted = |opened: Opened| {
        let mut journal = opened.journal.bounded(JOURNAL_EVENTS_MAX, bytes);
        let boot = match journal.begin_boot_from(floor) {
            // A door whose disk is full decides all the same, also after a power cut.
            Err(error) if !error.is_damage() => {
                tracing::error!(%error, "the disk does not take that the agent has started; it starts all the same");
                journal.uncounted_boot(floor, beyond())?
            }
            counted => counted?,
        };
        Ok((journal, boot, opened.rescued, Pending::open(path)?))
    };
    let opened = Journal::open_or_rescue(path, epoch, &draft).and_then(counted);
    let opened = opened.or_else(|error| match error {
        error if error.is_damage() => Journal::rescue(path, epoch, &draft).and_then(counted),
        error => Err(error),
    });
    match opened {
        Ok((journal, boot, rescued, pending)) => {
            if let Some((aside, events)) = &rescued {
                tracing::error!(path = %aside.display(), events, "the journal was damaged, and what read of it was taken over");
            }
            Ok(OpenedJournal { source: Source::Journal(journal), pending, boot, rescued: rescued.is_some() })
        }
        Err(error @ DoorDbError::Unrescued(_)) => {
            tracing::error!(%error, "what happens is in memory only until it does; the door decides all the same");
            let next = ((Journal::last_boot(path) >> UNCOUNTED_BITS) + 1) << UNCOUNTED_BITS;
            let boot = next.max(floor).saturating_add(u64::from(beyond()));
            let source = Source::Damaged(Unrescued { path: path.to_path_buf(), epoch, draft: Draft { boot, ..draft } });
            Ok(OpenedJournal { source, pending: Pending::absent(path)?, boot, rescued: false })
        }
        Err(error) => Err(error),
    }
}

/// What `whitelist.db` holds.
struct Kept {
    state: DoorState,
    whitelist: WhitelistId,
    counters: Generation,
    passages: Generation,
    passages_known: Vec<Passage>,
    first_person: Option<UtcMs>,
    time: KnownTime,
}

/// How much of `whitelist.db` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    All,
    /// The list and the state, and not all of what is beside them.
    Some,
    /// It was made anew.
    Nothing,
}

impl Kept {
    /// Opens the file and reads all that a start needs. One without a list or a state that reads is moved aside and made
    /// anew: a door without a list denies and says why, and the controller fills it again. For anything else a list is not
    /// thrown away.
    fn open(path: &Path) -> Result<(WhitelistStore, Self, Read), DoorDbError> {
        let open = || WhitelistStore::open(path).and_then(Self::read);
        // Once more: a sector may read at the second attempt.
        match open().or_else(|error| if error.is_damage() { open() } else { Err(error) }) {
            Ok((store, kept, true)) => Ok((store, kept, Read::All)),
            Ok((store, kept, false)) => Ok((store, kept, Read::Some)),
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "the whitelist is damaged, and is made anew; the controller sends what the door needs");
                let (store, kept, _) = WhitelistStore::make_anew(path).and_then(Self::read)?;
                Ok((store, kept, Read::Nothing))
            }
            Err(error) => Err(error),
        }
    }

    /// With whether everything reads.
    fn read(mut store: WhitelistStore) -> Result<(WhitelistStore, Self, bool), DoorDbError> {
        let mut all = true;
        let kept = Self {
            // What a card needs beside its number is part of it: a list without it would let in whom it should not.
            state: store.state()?,
            whitelist: store.current()?,
            counters: or_none(store.counters_generation(), &mut all)?,
            passages: or_none(store.passages_generation(), &mut all)?,
            passages_known: or_none(store.passages(), &mut all)?,
            first_person: or_none(store.first_person(), &mut all)?,
            time: or_none(store.known_time(), &mut all)?,
        };
        Ok((store, kept, all))
    }
}

/// Nothing in the place of what is damaged.
fn or_none<T: Default>(read: Result<T, DoorDbError>, all: &mut bool) -> Result<T, DoorDbError> {
    match read {
        Err(error) if error.is_damage() => {
            tracing::error!(%error, "something beside the list does not read, and is left out");
            *all = false;
            Ok(T::default())
        }
        read => read,
    }
}

/// When a journal is taken over before the boot is counted and the clock is looked at.
fn before_any_boot(utc_s: u64) -> Draft {
    Draft {
        boot: 0,
        mono: MonoMs(0),
        utc: UtcMs(i64::try_from(utc_s).unwrap_or(0).saturating_mul(1_000)),
        trust: ClockTrust::Unknown,
        generation: Generation(0),
        state_generation: Generation(0),
        mode: Mode::Normal,
        kind: EventKind::Started,
        subject: None,
    }
}

/// Boots go on from the time in seconds.
fn boot_from(utc_s: u64) -> u64 {
    utc_s << UNCOUNTED_BITS
}

/// Tells a boot that is not counted from others. Without randomness the boot may be one that was before.
fn beyond() -> u16 {
    let mut bytes = [0; 2];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the operating system gives no randomness; this boot may have the number of another");
    }
    u16::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_read_beside_the_list_costs_nobody_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(WHITELIST_FILE);
        let state = DoorState { generation: Generation(3), ..DoorState::default() };
        let mut store = WhitelistStore::open(&path).unwrap();
        store.set_state(&state).unwrap();
        store.note_known_time(&KnownTime { known: UtcMs(7), ..KnownTime::default() }).unwrap();
        drop(store);
        db::trial::garble(&path, "clock", "known").unwrap();
        let (store, kept, read) = Kept::open(&path).unwrap();
        assert_eq!((kept.state, kept.time, read), (state, KnownTime::default(), Read::Some));
        drop(store);
        db::trial::garble(&path, "state", "body").unwrap();
        let (_store, kept, read) = Kept::open(&path).unwrap();
        assert_eq!((kept.state, read), (DoorState::default(), Read::Nothing));
    }
}
