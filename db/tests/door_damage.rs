//! Files of a door whose content is wrong: at every page, at every length, and in their logs.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot set up its case has failed")]

use std::path::{Path, PathBuf};

use access::confirm::LogHead;
use access::entry::Entry;
use access::event::{EpochCause, Event, EventKind};
use access::mode::Mode;
use access::time::{ClockTrust, MonoMs, UtcMs, Window};
use access::uid::Uid;
use access::whitelist::{Change, Generation, WhitelistId, WhitelistPart};
use db::door::{Applied, Check, Checked, Draft, Journal, Lookup, Pending, WhitelistStore};

const EVENTS: u64 = 300;
const ACKNOWLEDGED: u64 = 100;

fn draft(mono: u64) -> Draft {
    Draft {
        boot: 3,
        mono: MonoMs(mono),
        utc: UtcMs(1_800_000_000_000),
        trust: ClockTrust::Kept,
        generation: Generation(4),
        state_generation: Generation(2),
        mode: Mode::Normal,
        kind: EventKind::ExitPressed,
        subject: None,
    }
}

struct Kept {
    folder: tempfile::TempDir,
    path: PathBuf,
    page: usize,
    bytes: Vec<u8>,
}

/// A journal that was closed, so that all of it is in one file.
fn journal() -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut journal = Journal::open(&path, 11).unwrap();
    journal.append(&(1..=EVENTS).map(draft).collect::<Vec<_>>()).unwrap();
    journal.acknowledge(11, ACKNOWLEDGED, LogHead::default()).unwrap();
    journal.begin_boot().unwrap();
    drop(journal);
    let bytes = std::fs::read(&path).unwrap();
    let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    Kept { folder, path, page, bytes }
}

impl Kept {
    /// The file with other content, alone in a folder.
    fn with(&self, bytes: &[u8]) -> PathBuf {
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
        std::fs::write(&self.path, bytes).unwrap();
        self.path.clone()
    }

    fn pages(&self) -> usize {
        self.bytes.len() / self.page
    }
}

/// Opens it, whatever it is, and uses it as an agent does. Returns what is not acknowledged, and the epoch.
fn use_journal(path: &Path) -> (u64, Vec<Event>) {
    let opened = Journal::open_or_rescue(path, 22, &draft(0)).unwrap();
    let mut journal = opened.journal;
    let after = journal.start().acknowledged;
    let read = Pending::open(path).and_then(|mut pending| pending.pending(after, 100_000));
    let appended = journal.begin_boot().and_then(|_| journal.append(&[draft(1_000)]));
    let events = match (read, appended) {
        (Ok(batch), Ok(_)) => batch.events,
        (Err(error), _) | (_, Err(error)) => {
            assert!(error.is_damage(), "{error}");
            drop(journal);
            journal = Journal::rescue(path, 33, &draft(0)).unwrap().journal;
            let events = Pending::open(path).unwrap().pending(0, 100_000).unwrap().events;
            journal.begin_boot().unwrap();
            journal.append(&[draft(1_000)]).unwrap();
            events
        }
    };
    (journal.epoch(), events)
}

/// When what was there before the damage happened.
fn monos(events: &[Event]) -> Vec<u64> {
    let before = events.iter().filter(|event| event.kind == EventKind::ExitPressed && event.mono.0 < 1_000);
    before.map(|event| event.mono.0).collect()
}

#[test]
fn a_journal_with_any_page_overwritten_goes_on_and_keeps_what_the_others_hold() {
    let kept = journal();
    let all: Vec<u64> = (ACKNOWLEDGED + 1..=EVENTS).collect();
    let mut rescued = 0;
    for page in 0..kept.pages() {
        for filling in [0x00, 0xFF, 0x5A] {
            let mut bytes = kept.bytes.clone();
            bytes[page * kept.page..(page + 1) * kept.page].fill(filling);
            let (epoch, events) = use_journal(&kept.with(&bytes));
            let monos = monos(&events);
            assert!(monos.is_sorted_by(|a, b| a < b), "page {page}: in order and none twice");
            assert!(monos.iter().all(|mono| (1..=EVENTS).contains(mono)), "page {page}");
            let lost = all.iter().filter(|mono| !monos.contains(mono)).count();
            if epoch != 11 {
                rescued += 1;
                assert!(
                    matches!(events[0].kind, EventKind::EpochBegan { cause: EpochCause::Unreadable, .. }),
                    "page {page}: {:?}",
                    events[0].kind
                );
            } else {
                assert_eq!(lost, 0, "page {page}: what was lost without a new epoch could not be seen");
            }
            // A page holds some thirty events; the page above them leads to all.
            let leads = lost == all.len();
            assert!(lost <= kept.page / 40 || leads, "page {page}, {filling:02x}: {lost} are lost");
        }
    }
    assert!(rescued >= kept.pages(), "{rescued}");
}

#[test]
fn a_journal_of_any_length_goes_on() {
    let kept = journal();
    for length in (0..kept.bytes.len()).step_by(kept.page / 2).chain([1, 99, kept.bytes.len() - 1]) {
        let (_, events) = use_journal(&kept.with(&kept.bytes[..length]));
        assert!(monos(&events).is_sorted_by(|a, b| a < b), "{length} bytes");
    }
}

#[test]
fn an_event_that_was_changed_on_the_disk_is_not_told_as_true() {
    let kept = journal();
    let mut journal = Journal::open(&kept.with(&kept.bytes), 0).unwrap();
    let wanted = journal.append(&[draft(777)]).unwrap()[0].0.to_bytes();
    drop(journal);
    let mut bytes = std::fs::read(&kept.path).unwrap();
    let at = bytes.windows(wanted.len()).position(|window| window == wanted).unwrap();
    // The boot, which is the third byte.
    bytes[at + 2] ^= 1;
    let path = kept.with(&bytes);
    let rescued = Journal::rescue(&path, 33, &draft(0)).unwrap();
    assert_eq!(rescued.rescued.unwrap().1, EVENTS - ACKNOWLEDGED, "all but the one that was changed");
}

/// What a power cut leaves in the log beside the file is any prefix of it.
#[test]
fn a_log_that_is_cut_or_changed_anywhere_leaves_a_journal_that_is_a_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut journal = Journal::open(&path, 11).unwrap();
    for mono in 1..=20 {
        journal.append(&[draft(mono)]).unwrap();
    }
    let wal = PathBuf::from(format!("{}-wal", path.display()));
    let (file, log) = (std::fs::read(&path).unwrap(), std::fs::read(&wal).unwrap());
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("journal.db");
    let copied = PathBuf::from(format!("{}-wal", copy.display()));
    let mut longest = 0;
    for length in (0..=log.len()).step_by(1_511).chain([log.len()]) {
        let mut changed = log.clone();
        if length < log.len() {
            changed[length] ^= 0x40;
        }
        for bytes in [&log[..length], &changed] {
            let _ = std::fs::remove_file(format!("{}-shm", copy.display()));
            std::fs::write(&copy, &file).unwrap();
            std::fs::write(&copied, bytes).unwrap();
            let (_, events) = use_journal(&copy);
            let monos = monos(&events);
            assert_eq!(monos, (1..=monos.len() as u64).collect::<Vec<_>>(), "{length} bytes");
            longest = longest.max(monos.len());
        }
    }
    assert_eq!(longest, 20);
}

fn uid(number: u32) -> Uid {
    Uid::new(&number.to_be_bytes()).unwrap()
}

fn list() -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whitelist.db");
    let mut store = WhitelistStore::open(&path).unwrap();
    let mut to = WhitelistId { generation: Generation(7), ..WhitelistId::default() };
    let entries: Vec<Entry> = (0..500).map(|number| Entry::granting(uid(number), [Window::ALWAYS])).collect();
    entries.iter().for_each(|entry| to.replace(None, Some(&entry.to_bytes())));
    let changes = entries.into_iter().map(Change::Put).collect();
    let part = WhitelistPart::Delta { from: WhitelistId::default(), to, changes };
    assert_eq!(store.apply(&part).unwrap(), Applied::InForce(to));
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    Kept { folder, path, page, bytes }
}

fn check(store: &mut WhitelistStore) -> Result<Checked, db::door::DoorDbError> {
    let mut check = Check::default();
    loop {
        match store.check(&mut check)? {
            Checked::Some => {}
            found => return Ok(found),
        }
    }
}

#[test]
fn a_list_that_is_what_it_was_is_sound_and_a_changed_entry_is_found() {
    let kept = list();
    let path = kept.with(&kept.bytes);
    assert_eq!(check(&mut WhitelistStore::open(&path).unwrap()).unwrap(), Checked::Sound);
    // A block that somebody, or a worn-out card, takes out of an entry.
    let wanted = Entry::granting(uid(123), [Window::ALWAYS]).to_bytes();
    let at = kept.bytes.windows(wanted.len()).position(|window| window == wanted).unwrap();
    let mut bytes = kept.bytes.clone();
    bytes[at + wanted.len() - 1] ^= 1;
    let path = kept.with(&bytes);
    assert_eq!(check(&mut WhitelistStore::open(&path).unwrap()).unwrap(), Checked::Damaged);
}

#[test]
fn a_list_with_any_page_overwritten_is_refused_found_out_or_still_the_same() {
    let kept = list();
    for page in 0..kept.pages() {
        for filling in [0x00, 0xFF, 0x5A] {
            let mut bytes = kept.bytes.clone();
            bytes[page * kept.page..(page + 1) * kept.page].fill(filling);
            let path = kept.with(&bytes);
            let found = WhitelistStore::open(&path).and_then(|mut store| check(&mut store));
            match found {
                Ok(Checked::Damaged) => {}
                Ok(_) => {
                    let lookup = Lookup::open(&path).unwrap();
                    assert!((0..500).all(|number| lookup.lookup(&uid(number)).unwrap().entry.is_some()), "page {page}");
                }
                Err(error) => assert!(error.is_damage(), "page {page}: {error}"),
            }
            let mut anew = WhitelistStore::make_anew(&path).unwrap();
            assert_eq!(anew.current().unwrap(), WhitelistId::default());
        }
    }
}

/// A journal whose events of now were found damaged, and whose rescue is not finished.
fn begun(kept: &Kept) -> PathBuf {
    let mut bytes = kept.bytes.clone();
    let page = kept.pages() / 2;
    bytes[page * kept.page..(page + 1) * kept.page].fill(0x5A);
    kept.with(&bytes)
}

fn named(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", path.display()))
}

/// The disk takes nothing at first, and then the power goes with half of the new journal written: what is rescued in the end
/// is what the damaged file holds, and it is kept.
#[test]
fn a_rescue_that_does_not_finish_begins_anew_with_the_same_damaged_file() {
    let kept = journal();
    let path = begun(&kept);
    let original = std::fs::read(&path).unwrap();
    let whole = Journal::rescue(&path, 33, &draft(0)).unwrap();
    let (aside, wanted) = whole.rescued.unwrap();
    drop(whole.journal);
    assert_eq!((aside, wanted > 100), (named(&path, ".damaged-1"), true));

    let path = begun(&kept);
    // Nobody can make a file where a folder is.
    std::fs::create_dir(named(&path, ".rescue")).unwrap();
    for _ in 0..5 {
        let error = Journal::rescue(&path, 33, &draft(0)).unwrap_err();
        assert!(matches!(error, db::door::DoorDbError::Unrescued(_)) && !error.is_damage(), "{error}");
    }
    assert!(!path.exists(), "no journal is begun in its place");
    assert_eq!(std::fs::read(named(&path, ".rescuing")).unwrap(), original);
    assert!(!named(&path, ".damaged-1").exists(), "what was not rescued is under its own name");
    std::fs::remove_dir(named(&path, ".rescue")).unwrap();

    // The power went between two batches.
    let mut partial = Journal::open(&named(&path, ".rescue"), 33).unwrap();
    partial.append(&[draft(5), draft(6)]).unwrap();
    drop(partial);
    let opened = Journal::open_or_rescue(&path, 44, &draft(0)).unwrap();
    let (aside, rescued) = opened.rescued.unwrap();
    assert_eq!((aside.clone(), rescued, opened.journal.epoch()), (named(&path, ".damaged-1"), wanted, 44));
    assert_eq!(std::fs::read(aside).unwrap(), original);
    let events = Pending::open(&path).unwrap().pending(0, 100_000).unwrap().events;
    assert_eq!(events.iter().filter(|event| matches!(event.kind, EventKind::EpochBegan { .. })).count(), 1);
    assert!(monos(&events).is_sorted_by(|a, b| a < b), "none twice");
    assert!(!named(&path, ".rescue").exists() && !named(&path, ".rescuing").exists());
}

#[test]
fn a_rescue_that_was_complete_when_the_power_went_is_not_done_again() {
    let kept = journal();
    let path = begun(&kept);
    let opened = Journal::rescue(&path, 33, &draft(0)).unwrap();
    let (aside, wanted) = opened.rescued.unwrap();
    drop(opened.journal);
    std::fs::rename(aside, named(&path, ".rescuing")).unwrap();
    let opened = Journal::open_or_rescue(&path, 44, &draft(0)).unwrap();
    assert_eq!((opened.journal.epoch(), opened.rescued.unwrap().1), (33, wanted));
    assert!(named(&path, ".damaged-1").exists() && !named(&path, ".rescuing").exists());
}

/// The log is moved before the file.
#[test]
fn a_rescue_that_had_moved_the_log_alone_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.db");
    let mut journal = Journal::open(&live, 11).unwrap();
    journal.append(&[draft(1), draft(2)]).unwrap();
    let path = folder.path().join("journal.db");
    std::fs::copy(&live, &path).unwrap();
    std::fs::copy(named(&live, "-wal"), named(&path, ".rescuing-wal")).unwrap();
    let opened = Journal::open_or_rescue(&path, 22, &draft(0)).unwrap();
    assert_eq!(opened.rescued.unwrap().1, 2, "what was in the log");
}

/// One bit of the number of the newest event is wrong: it would be given to two events.
#[test]
fn a_journal_that_does_not_know_its_newest_event_is_rescued() {
    for change in ["head = head - 1", "head = head + 1", "head_link = zeroblob(32)", "base = base + 1"] {
        let kept = journal();
        let path = kept.with(&kept.bytes);
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(&format!("UPDATE journal SET {change}")).unwrap();
        drop(connection);
        assert!(Journal::open(&path, 22).unwrap_err().is_damage(), "{change}");
        let (epoch, events) = use_journal(&path);
        assert_eq!(epoch, 22, "{change}");
        let last = monos(&events).last().copied();
        assert_eq!(last, Some(EVENTS), "{change}");
    }
}

#[test]
fn a_journal_is_verified_to_its_end() {
    let kept = journal();
    let path = kept.with(&kept.bytes);
    let journal = Journal::open(&path, 22).unwrap();
    journal.verify().unwrap();
    drop(journal);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("UPDATE event SET body = X'FF' WHERE place = 7").unwrap();
    drop(connection);
    assert!(Journal::open(&path, 22).unwrap().verify().unwrap_err().is_damage());
}
