//! The door's journal: numbered, chained, kept until the controller has it.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::path::PathBuf;

use access::chain::{Link, link};
use access::confirm::LogHead;
use access::event::EventKind;
use access::mode::Mode;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::whitelist::Generation;
use db::door::{Acknowledged, Draft, Journal, Pending, UNCOUNTED_BITS};

const EPOCH: u64 = 0xFEDC_BA98_7654_3210;

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

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    (folder, path)
}

#[test]
fn events_are_numbered_and_chained_across_a_restart() {
    let (_folder, path) = folder();
    let mut journal = Journal::open(&path, EPOCH).unwrap();
    let mut all = journal.append(&[draft(1), draft(2)]).unwrap();
    drop(journal);
    let mut journal = Journal::open(&path, 99).unwrap();
    assert_eq!(journal.epoch(), EPOCH, "the first epoch stays");
    all.extend(journal.append(&[draft(3)]).unwrap());
    let mut previous = Link::START;
    for (number, (event, this)) in (1_u64..).zip(&all) {
        assert_eq!(event.sequence, number);
        previous = link(previous, EPOCH, event);
        assert_eq!(*this, previous);
    }
}

#[test]
fn each_boot_has_a_higher_number() {
    let (_folder, path) = folder();
    let first = Journal::open(&path, 1).unwrap().begin_boot().unwrap();
    // The disk takes nothing for some boots: without a clock they differ by chance, and none is one that was counted.
    let uncounted = |beyond| Journal::open(&path, 1).unwrap().uncounted_boot(0, beyond).unwrap();
    let between = [uncounted(0), uncounted(7), uncounted(u16::MAX)];
    assert!(first < between[0] && between.is_sorted() && between[0] < between[1]);
    assert!(Journal::open(&path, 1).unwrap().begin_boot().unwrap() > between[2]);
    let floor = 5 << (2 * UNCOUNTED_BITS);
    assert_eq!(Journal::open(&path, 1).unwrap().uncounted_boot(floor, 7).unwrap(), floor + 7);
    assert_eq!(Journal::open(&path, 1).unwrap().begin_boot_from(floor).unwrap(), floor);
}

#[test]
fn what_is_not_acknowledged_is_found_oldest_first_with_the_link_before_it() {
    let (_folder, path) = folder();
    let mut journal = Journal::open(&path, EPOCH).unwrap();
    let all = journal.append(&(1..=5).map(draft).collect::<Vec<_>>()).unwrap();
    let mut pending = Pending::open(&path).unwrap();

    let first = pending.pending(0, 2).unwrap();
    assert_eq!(first.previous, Link::START);
    assert_eq!(first.events, [all[0].0.clone(), all[1].0.clone()]);
    let next = pending.pending(2, 10).unwrap();
    assert_eq!(next.previous, all[1].1);
    assert_eq!(next.events.len(), 3);

    assert_eq!(journal.acknowledge(EPOCH, 3, LogHead::default()).unwrap(), Acknowledged::Through(3));
    let rest = pending.pending(3, 10).unwrap();
    assert_eq!(rest.previous, all[2].1);
    assert_eq!(rest.events, [all[3].0.clone(), all[4].0.clone()]);
    assert!(pending.pending(5, 10).unwrap().events.is_empty());
    assert!(pending.pending(77, 10).unwrap().events.is_empty());
}

#[test]
fn an_acknowledgement_that_makes_no_sense_deletes_nothing() {
    let (_folder, path) = folder();
    let mut journal = Journal::open(&path, EPOCH).unwrap();
    journal.append(&[draft(1), draft(2)]).unwrap();
    for (epoch, through) in [(EPOCH + 1, 2), (EPOCH, 0), (EPOCH, 3), (EPOCH, u64::MAX)] {
        assert_eq!(journal.acknowledge(epoch, through, LogHead::default()).unwrap(), Acknowledged::Ignored);
    }
    journal.acknowledge(EPOCH, 2, LogHead::default()).unwrap();
    assert_eq!(journal.acknowledge(EPOCH, 1, LogHead::default()).unwrap(), Acknowledged::Ignored);
    let start = Journal::open(&path, 1).unwrap().start();
    assert_eq!((start.head, start.acknowledged), (2, 2));
}

/// So that a site which is restored from a backup hears of it again.
#[test]
fn what_is_acknowledged_is_kept_for_a_while_and_forgotten_in_bounded_batches_when_room_is_short() {
    let (_folder, path) = folder();
    let mut journal = Journal::open(&path, EPOCH).unwrap();
    let drafts: Vec<Draft> = (0..2_500).map(draft).collect();
    let all = journal.append(&drafts).unwrap();
    journal.acknowledge(EPOCH, 2_400, LogHead::default()).unwrap();
    assert!(!journal.sweep().unwrap());
    assert_eq!(journal.start().before, 0);
    let mut journal = journal.bounded(10_000, 300_000);
    let mut rounds = 0;
    while journal.sweep().unwrap() {
        rounds += 1;
        assert!(rounds < 10, "sweeping does not come to an end");
    }
    let before = journal.start().before;
    assert!((1_000..=2_400).contains(&before), "{before}");
    let mut pending = Pending::open(&path).unwrap();
    let rest = pending.pending(0, 10_000).unwrap();
    assert_eq!(rest.events.len() as u64, 2_500 - before);
    let at = usize::try_from(before).unwrap();
    assert_eq!(rest.previous, all[at - 1].1, "the link outlives its event");
    assert_eq!(pending.link(before).unwrap(), Some(all[at - 1].1));
    assert_eq!(pending.link(before - 1).unwrap(), None);
    assert_eq!(pending.link(2_500).unwrap(), Some(all[2_499].1));
    assert_eq!(Journal::open(&path, 1).unwrap().start().before, before);
}

#[test]
fn the_clock_floor_rises_with_kept_time_and_follows_synchronised_time() {
    let (_folder, path) = folder();
    let mut journal = Journal::open(&path, EPOCH).unwrap();
    let at = |utc, trust| Draft { utc: UtcMs(utc), trust, ..draft(1) };
    journal.append(&[at(50, ClockTrust::Kept), at(40, ClockTrust::Kept)]).unwrap();
    assert_eq!(journal.start().last_utc, UtcMs(50));
    journal.append(&[at(99, ClockTrust::Unknown)]).unwrap();
    assert_eq!(journal.start().last_utc, UtcMs(50));
    journal.append(&[at(45, ClockTrust::Synchronised)]).unwrap();
    drop(journal);
    let journal = Journal::open(&path, 1).unwrap();
    assert_eq!(journal.start().last_utc, UtcMs(45));
}

#[test]
fn a_truncated_journal_is_refused_by_its_name() {
    let (_folder, path) = folder();
    let mut journal = Journal::open(&path, EPOCH).unwrap();
    journal.append(&(0..500).map(draft).collect::<Vec<_>>()).unwrap();
    drop(journal);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = Journal::open(&path, EPOCH).unwrap_err().to_string();
    assert!(error.contains("journal.db"), "{error}");
    std::fs::write(&path, b"this is no database, whatever its name says").unwrap();
    let error = Journal::open(&path, EPOCH).unwrap_err().to_string();
    assert!(error.contains("journal.db"), "{error}");
}
