//! New epochs of a door's journal, what is kept though acknowledged, and a journal that is full.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::path::{Path, PathBuf};

use access::chain::{Link, link};
use access::confirm::LogHead;
use access::event::{EpochCause, Event, EventKind};
use access::message::{JOURNAL_BYTES_MAX, JOURNAL_EVENTS_MAX};
use access::mode::Mode;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::whitelist::Generation;
use db::door::{Acknowledged, DoorDbError, Draft, Journal, Moved, Pending};

const OLD: u64 = 11;
const NEW: u64 = 22;

fn draft(mono: u64) -> Draft {
    Draft {
        boot: 1,
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

fn with(events: u64, acknowledged: u64) -> (tempfile::TempDir, PathBuf, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut journal = Journal::open(&path, OLD).unwrap();
    journal.append(&(1..=events).map(draft).collect::<Vec<_>>()).unwrap();
    journal.acknowledge(OLD, acknowledged, LogHead { row: 9, link: Link([9; 32]) }).unwrap();
    (folder, path, journal)
}

fn finish(journal: &mut Journal) {
    while journal.move_on().unwrap() != Moved::All {}
}

/// Everything in the file, whose links must lead from the start.
fn chained(path: &Path, epoch: u64) -> Vec<Event> {
    let mut pending = Pending::open(path).unwrap();
    let batch = pending.pending(0, 100_000).unwrap();
    let mut previous = batch.previous;
    for (number, event) in (1_u64..).zip(&batch.events) {
        assert_eq!(event.sequence, number);
        previous = link(previous, epoch, event);
        assert_eq!(pending.link(number).unwrap(), Some(previous), "event {number}");
    }
    batch.events
}

fn monos(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.mono.0).collect()
}

#[test]
fn a_new_epoch_begins_with_what_it_follows_and_takes_over_what_is_not_common() {
    let (_folder, path, mut journal) = with(7, 4);
    journal.begin(NEW, 5, EpochCause::Forked, &draft(100)).unwrap();
    assert!(journal.start().beginning);
    assert_eq!(journal.epoch(), OLD, "until all is taken over");
    journal.append(&[draft(8)]).unwrap();
    finish(&mut journal);
    let start = journal.start();
    assert_eq!((start.epoch, start.head, start.acknowledged, start.before), (NEW, 4, 0, 0));
    assert_eq!((start.log.row, start.beginning), (9, false));
    journal.append(&[draft(9)]).unwrap();
    let events = chained(&path, NEW);
    assert_eq!(events[0].kind, EventKind::EpochBegan { before: OLD, through: 5, cause: EpochCause::Forked });
    assert_eq!(monos(&events), [100, 6, 7, 8, 9]);
    // What the epoch before has left goes, and nothing of this one.
    while journal.sweep().unwrap() {}
    assert_eq!(monos(&chained(&path, NEW)), [100, 6, 7, 8, 9]);
    assert_eq!(journal.acknowledge(OLD, 5, LogHead::default()).unwrap(), Acknowledged::Ignored);
    assert_eq!(journal.acknowledge(NEW, 5, LogHead::default()).unwrap(), Acknowledged::Through(5));
    let again = Journal::open(&path, 0).unwrap().start();
    assert_eq!((again.epoch, again.head, again.acknowledged, again.head_link), (NEW, 5, 5, journal.start().head_link));
}

#[test]
fn a_journal_that_is_only_behind_takes_over_nothing_and_one_without_common_events_everything() {
    let (_folder, path, mut journal) = with(3, 3);
    journal.begin(NEW, 3, EpochCause::Behind, &draft(100)).unwrap();
    finish(&mut journal);
    assert_eq!(monos(&chained(&path, NEW)), [100]);
    let (_folder, path, mut journal) = with(3, 0);
    journal.begin(NEW, 0, EpochCause::Forked, &draft(100)).unwrap();
    finish(&mut journal);
    assert_eq!(monos(&chained(&path, NEW)), [100, 1, 2, 3]);
}

#[test]
fn power_may_go_between_any_two_steps_of_a_new_epoch() {
    let events = 4_500;
    for cut in 0..5 {
        let (_folder, path, mut journal) = with(events, 0);
        journal.begin(NEW, 10, EpochCause::Forked, &draft(0)).unwrap();
        for _ in 0..cut {
            journal.move_on().unwrap();
        }
        drop(journal);
        let mut journal = Journal::open(&path, 77).unwrap();
        journal.append(&[draft(events + 1)]).unwrap();
        if journal.start().beginning {
            assert_eq!(journal.epoch(), OLD);
            finish(&mut journal);
        }
        let taken = chained(&path, NEW);
        assert_eq!(taken.len() as u64, events + 2 - 10, "after {cut} steps");
        assert_eq!(monos(&taken)[1..], (11..=events + 1).collect::<Vec<_>>());
    }
}

#[test]
fn a_site_that_was_restored_is_told_again_what_the_door_still_holds() {
    let (_folder, path, mut journal) = with(9, 9);
    journal.agree(OLD, 4).unwrap();
    assert_eq!(journal.start().acknowledged, 4);
    assert_eq!(monos(&Pending::open(&path).unwrap().pending(4, 100).unwrap().events), [5, 6, 7, 8, 9]);
    journal.agree(OLD + 1, 2).unwrap();
    assert_eq!(Journal::open(&path, 0).unwrap().start().acknowledged, 4);
}

#[test]
fn a_full_journal_keeps_the_oldest_and_says_later_how_many_it_dropped() {
    let (_folder, path, journal) = with(0, 0);
    let mut journal = journal.bounded(5, JOURNAL_BYTES_MAX);
    journal.append(&(1..=5).map(draft).collect::<Vec<_>>()).unwrap();
    assert_eq!(journal.percent(), 100);
    assert!(matches!(journal.append(&[draft(6)]), Err(DoorDbError::JournalFull)));
    journal.note_dropped(1).unwrap();
    journal.note_dropped(2).unwrap();
    drop(journal);
    let mut journal = Journal::open(&path, 0).unwrap().bounded(5, JOURNAL_BYTES_MAX);
    journal.acknowledge(OLD, 1, LogHead::default()).unwrap();
    assert!(matches!(journal.append(&[draft(9)]), Err(DoorDbError::JournalFull)), "there must be room for both");
    journal.acknowledge(OLD, 2, LogHead::default()).unwrap();
    let told = journal.append(&[draft(10)]).unwrap();
    assert_eq!(told[0].0.kind, EventKind::EventsDropped { count: 3 });
    assert_eq!(monos(&chained(&path, OLD)), [1, 2, 3, 4, 5, 10, 10]);
    journal.acknowledge(OLD, 7, LogHead::default()).unwrap();
    assert_eq!(journal.append(&[draft(11)]).unwrap().len(), 1, "it is told once");
}

#[test]
fn bytes_on_the_disk_are_bounded_and_what_is_acknowledged_makes_room() {
    const BYTES: u64 = 400_000;
    let (_folder, path, journal) = with(0, 0);
    let mut journal = journal.bounded(JOURNAL_EVENTS_MAX, BYTES);
    let (mut written, mut percent) = (0, 0);
    let some = |from: u64| (from..from + 20).map(draft).collect::<Vec<_>>();
    while journal.append(&some(written)).is_ok() {
        written += 20;
        assert!(journal.percent() >= percent, "it never sinks");
        percent = journal.percent();
    }
    assert!((90..=100).contains(&percent), "{percent} when there is no more room");
    assert!(std::fs::metadata(&path).unwrap().len() <= BYTES);
    journal.acknowledge(OLD, written / 2, LogHead::default()).unwrap();
    for more in 0..written / 60 {
        journal.append(&some(written + 20 * more)).unwrap();
    }
    assert!(journal.start().before > 0);
    assert!(std::fs::metadata(&path).unwrap().len() <= BYTES);
}

/// The bound of bytes is generous enough for the bound of events.
#[test]
fn a_million_events_of_the_longest_kind_find_room() {
    use access::event::{Rolling, Subject};
    let (_folder, _path, mut journal) = with(0, 0);
    let token = access::credential::block::Token { counter: u32::MAX, nonce: u16::MAX };
    let kind = EventKind::Tap {
        side: access::passage::Side::In,
        presented: access::decide::Presented::Classic1k,
        credential: access::decide::Credential::Verified,
        decision: access::decide::Decision {
            reasons: access::reason::Reasons::from_bits(u64::MAX),
            generation: Generation(u64::MAX),
        },
        noted: access::reason::Reasons::from_bits(u64::MAX),
        rolling: Some(Rolling { issue: 255, found: Some(token), written: Some(token), stepped_in: true }),
    };
    let uid = access::uid::Uid::new(&[0xFF; 10]).unwrap();
    let longest = Draft {
        boot: u64::MAX,
        mono: MonoMs(u64::MAX),
        generation: Generation(u64::MAX),
        state_generation: Generation(u64::MAX),
        utc: UtcMs(i64::MIN),
        kind,
        subject: Some(Subject { uid, salt: [0xFF; 16] }),
        ..draft(1)
    };
    const SAMPLE: u64 = 10_000;
    journal.append(&vec![longest; usize::try_from(SAMPLE).unwrap()]).unwrap();
    let journal = journal.bounded(JOURNAL_EVENTS_MAX, JOURNAL_BYTES_MAX * SAMPLE / JOURNAL_EVENTS_MAX);
    assert!(journal.percent() <= 80, "{} of the room", journal.percent());
}
