//! Every event once, in order, and nothing forged passes unnoticed.

use access::chain::{Link, commitment, link};
use access::confirm::LogHead;
use access::event::{Event, EventKind};
use access::reason::Reason;
use db::site::{AlarmFilter, ChainFault, EventFilter, Outcome, Report, Seek, SiteError};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sha2::{Digest, Sha256};

use crate::support::{ACTOR, Bench, Journal, NOW, door, event, tap, uid};

fn take(bench: &Bench, report: Report) -> Outcome {
    bench.site.intake(&[report]).unwrap().remove(0)
}

fn sequences(bench: &Bench, name: &str) -> Vec<u64> {
    let filter = EventFilter { doors: vec![door(name)], ..EventFilter::default() };
    let events = bench.site.events(&filter, Seek::After(0), 1000).unwrap();
    events.iter().map(|event| event.sequence).collect()
}

fn alarms(bench: &Bench) -> Vec<String> {
    let alarms = bench.site.alarms(&AlarmFilter::default(), NOW, 100).unwrap();
    alarms.into_iter().map(|alarm| alarm.kind).collect()
}

fn result(outcome: &Outcome) -> (u64, u32, u32, Option<ChainFault>) {
    (outcome.through, outcome.inserted, outcome.duplicates, outcome.fault)
}

#[test]
fn what_is_repeated_or_overlaps_is_stored_once() {
    let bench = Bench::with_doors(&["ward"]);
    let journal = Journal::of("ward", 5, 9);
    assert_eq!(result(&take(&bench, journal.report(1, 4))), (4, 4, 0, None));
    let head = bench.site.log_head().unwrap();
    assert_eq!(result(&take(&bench, journal.report(1, 4))), (4, 0, 4, None));
    assert_eq!(result(&take(&bench, journal.report(2, 3))), (4, 0, 2, None));
    assert_eq!(bench.site.log_head().unwrap(), head, "nothing new, nothing chained");
    assert_eq!(result(&take(&bench, journal.report(3, 7))), (7, 3, 2, None));
    assert_eq!(result(&take(&bench, journal.report(8, 9))), (9, 2, 0, None));
    assert_eq!(sequences(&bench, "ward"), (1..=9).collect::<Vec<_>>());
    assert!(alarms(&bench).is_empty());
}

#[test]
fn an_empty_report_says_how_far_the_journal_has_come() {
    let bench = Bench::with_doors(&["ward"]);
    let journal = Journal::of("ward", 5, 2);
    take(&bench, journal.report(1, 2));
    assert_eq!(result(&take(&bench, journal.report(3, 3))), (2, 0, 0, None));
}

#[test]
fn nothing_of_a_report_with_a_gap_is_stored() {
    let bench = Bench::with_doors(&["ward"]);
    let journal = Journal::of("ward", 5, 9);
    take(&bench, journal.report(1, 2));
    let gap = |expected, got| Some(ChainFault::Gap { expected, got });
    assert_eq!(result(&take(&bench, journal.report(4, 5))), (2, 0, 0, gap(3, 4)));
    let mut holed = journal.report(2, 6);
    holed.events.remove(2);
    assert_eq!(result(&take(&bench, holed)), (2, 0, 0, gap(4, 5)));
    let mut none = journal.report(3, 3);
    none.events[0].sequence = 0;
    assert_eq!(result(&take(&bench, none)), (2, 0, 0, gap(3, 0)));
    let mut far = journal.report(3, 3);
    far.events[0].sequence = u64::MAX;
    assert_eq!(result(&take(&bench, far)), (2, 0, 0, gap(3, u64::MAX)));
    assert_eq!(sequences(&bench, "ward"), [1, 2]);
    assert!(alarms(&bench).is_empty(), "it is mended by the next report");
}

#[test]
fn a_broken_chain_is_stored_and_marked_and_the_next_report_fits_again() {
    let bench = Bench::with_doors(&["ward"]);
    let mut journal = Journal::of("ward", 5, 6);
    take(&bench, journal.report(1, 2));
    // Somebody rewrote the second event at the door after it had been reported.
    journal.events[1] = tap(2, Some(uid(1)), None);
    let broken = Some(ChainFault::Broken { sequence: 3 });
    assert_eq!(result(&take(&bench, journal.report(3, 4))), (4, 2, 0, broken));
    assert_eq!(result(&take(&bench, journal.report(3, 4))), (4, 0, 2, None), "the same again");
    assert_eq!(result(&take(&bench, journal.report(5, 6))), (6, 2, 0, None));
    let events = bench.site.events(&EventFilter::default(), Seek::After(0), 10).unwrap();
    let marked: Vec<_> = events.iter().map(|event| event.link_ok).collect();
    assert_eq!(marked, [true, true, false, true, true, true]);
    assert_eq!(alarms(&bench), ["chain-broken"]);
}

#[test]
fn another_content_under_a_known_number_is_refused() {
    let bench = Bench::with_doors(&["ward"]);
    let mut journal = Journal::of("ward", 5, 5);
    take(&bench, journal.report(1, 3));
    let head = bench.site.log_head().unwrap();
    journal.events[1] = tap(2, Some(uid(1)), None);
    let fork = Some(ChainFault::Fork { sequence: 2 });
    assert_eq!(result(&take(&bench, journal.report(1, 5))), (3, 0, 1, fork));
    assert_eq!(result(&take(&bench, journal.report(2, 2))), (3, 0, 0, fork));
    assert_eq!(sequences(&bench, "ward"), [1, 2, 3]);
    assert_eq!(bench.site.log_head().unwrap(), head);
    let open = bench.site.alarms(&AlarmFilter::default(), NOW, 10).unwrap();
    assert_eq!((open.len(), open[0].kind.as_str(), open[0].count), (1, "chain-fork", 2));
}

#[test]
fn another_card_under_a_known_number_is_a_fork_too() {
    let bench = Bench::with_doors(&["ward"]);
    let mut journal = Journal::of("ward", 5, 1);
    journal.events[0] = tap(1, Some(uid(1)), None);
    take(&bench, journal.report(1, 1));
    journal.events[0] = tap(1, Some(uid(2)), None);
    let outcome = take(&bench, journal.report(1, 1));
    assert_eq!(outcome.fault, Some(ChainFault::Fork { sequence: 1 }));
}

#[test]
fn one_batch_takes_reports_of_several_doors_and_several_of_one() {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let (attic, ward) = (Journal::of("attic", 1, 4), Journal::of("ward", 2, 4));
    let reports = [attic.report(1, 2), ward.report(1, 3), attic.report(3, 4), ward.report(3, 4), attic.report(9, 9)];
    let outcomes = bench.site.intake(&reports).unwrap();
    let through: Vec<_> = outcomes.iter().map(|o| (o.door.as_str(), o.through)).collect();
    assert_eq!(through, [("attic", 2), ("ward", 3), ("attic", 4), ("ward", 4), ("attic", 4)]);
    assert_eq!(sequences(&bench, "attic"), [1, 2, 3, 4]);
    assert_eq!(sequences(&bench, "ward"), [1, 2, 3, 4]);
}

#[test]
fn an_unknown_door_refuses_the_whole_batch() {
    let bench = Bench::with_doors(&["ward"]);
    let reports = [Journal::of("ward", 1, 1).report(1, 1), Journal::of("cellar", 1, 1).report(1, 1)];
    let refused = bench.site.intake(&reports);
    assert!(matches!(refused, Err(SiteError::NotFound { what: "door", .. })));
    assert!(sequences(&bench, "ward").is_empty());
    assert_eq!(bench.site.log_head().unwrap(), LogHead::default());
}

#[test]
fn a_new_epoch_starts_a_new_journal_of_the_same_door() {
    let bench = Bench::with_doors(&["ward"]);
    take(&bench, Journal::of("ward", u64::MAX, 3).report(1, 3));
    let outcome = take(&bench, Journal::of("ward", 1 << 63, 2).report(1, 2));
    assert_eq!(result(&outcome), (2, 2, 0, None));
    let events = bench.site.events(&EventFilter::default(), Seek::After(3), 9).unwrap();
    assert_eq!(events.iter().map(|event| event.epoch).collect::<Vec<_>>(), [1 << 63; 2]);
}

#[test]
fn what_was_taken_in_is_there_after_the_process_died() {
    let bench = Bench::with_doors(&["ward"]);
    let journal = Journal::of("ward", 5, 6);
    take(&bench, journal.report(1, 4));
    let head = bench.site.log_head().unwrap();
    // The files as they are on disk while the process still runs: what a SIGKILL leaves behind.
    let left = tempfile::tempdir().unwrap();
    for name in ["site.db", "site.db-wal"] {
        std::fs::copy(bench.folder.path().join(name), left.path().join(name)).unwrap();
    }
    let path = left.path().join("site.db");
    let site = db::site::Site::open(&path, &crate::support::site_id()).unwrap();
    assert_eq!(site.log_head().unwrap(), head);
    let outcome = site.intake(&[journal.report(1, 6)]).unwrap().remove(0);
    assert_eq!(result(&outcome), (6, 2, 4, None));
}

#[test]
fn the_central_chain_can_be_computed_again_from_the_log() {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let mut ward = Journal::of("ward", 7, 3);
    ward.events[1] = tap(2, Some(uid(1)), Some(Reason::CardBlocked));
    let reports = [ward.report(1, 2), Journal::of("attic", 1, 2).report(1, 2), ward.report(3, 3)];
    bench.site.intake(&reports).unwrap();
    let mut head = [0_u8; 32];
    let mut previous = std::collections::HashMap::new();
    let log = bench.site.events(&EventFilter::default(), Seek::After(0), 100).unwrap();
    for view in &log {
        let key = (view.door.clone(), view.epoch);
        let before = previous.get(&key).copied().unwrap_or(Link::START);
        let own = link(before, view.epoch, &view.event);
        previous.insert(key, own);
        let bare = Event { subject: None, ..view.event.clone() }.to_bytes();
        let mut hash = Sha256::new();
        hash.update(b"kulku/row/v2");
        hash.update(view.id.to_le_bytes());
        hash.update([u8::try_from(view.door.as_str().len()).unwrap()]);
        hash.update(view.door.as_str());
        hash.update(view.epoch.to_le_bytes());
        hash.update(view.sequence.to_le_bytes());
        hash.update(view.received.0.to_le_bytes());
        hash.update(u32::try_from(bare.len()).unwrap().to_le_bytes());
        hash.update(bare);
        hash.update([u8::from(view.event.subject.is_some())]);
        hash.update(commitment(view.event.subject.as_ref()));
        hash.update(own.0);
        hash.update([1]);
        let digest = hash.finalize();
        let mut hash = Sha256::new();
        hash.update(b"kulku/log/v2");
        hash.update(head);
        hash.update(digest);
        head = hash.finalize().into();
        assert!(bench.site.log_has(LogHead { row: view.id.cast_unsigned(), link: Link(head) }).unwrap());
    }
    let newest = LogHead { row: 5, link: Link(head) };
    assert_eq!(bench.site.log_head().unwrap(), newest);
    let has = |row, link| bench.site.log_has(LogHead { row, link }).unwrap();
    assert!(has(0, Link::START), "a door that was never told accuses nobody");
    assert!(!has(6, newest.link) && !has(4, newest.link) && !has(5, Link::START) && !has(u64::MAX, newest.link));
}

#[test]
fn events_that_a_human_must_look_at_raise_alarms_with_the_event() {
    let bench = Bench::with_doors(&["ward"]);
    let kinds = [
        EventKind::JournalSlow { waited_ms: 60 },
        EventKind::MessagesRefused { count: 3 },
        EventKind::ReaderBlind,
        EventKind::ForcedOpen,
        EventKind::Opened { released: true },
        EventKind::ReaderBlind,
    ];
    let mut journal = Journal::of("ward", 5, 0);
    journal.events = (1..).zip(kinds).map(|(sequence, kind)| event(sequence, kind)).collect();
    take(&bench, journal.report(1, 6));
    let mut open = bench.site.alarms(&AlarmFilter::default(), NOW, 10).unwrap();
    open.sort_by(|a, b| a.kind.cmp(&b.kind));
    let open: Vec<_> = open.iter().map(|a| (a.kind.as_str(), a.count, a.event)).collect();
    let expected = [
        ("forced-open", 1, Some(4)),
        ("journal-slow", 1, Some(1)),
        ("messages-refused", 1, Some(2)),
        ("reader-blind", 2, Some(6)),
    ];
    assert_eq!(open, expected);
}

#[test]
fn an_alarm_is_counted_up_while_it_is_open_and_acknowledged_once() {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let raise = |name: Option<&str>, kind: &str| {
        let at = name.map(door);
        bench.site.raise_alarm(kind, at.as_ref(), None, NOW)
    };
    for _ in 0..3 {
        raise(Some("ward"), "forged-message").unwrap();
    }
    raise(Some("attic"), "forged-message").unwrap();
    raise(None, "forged-message").unwrap();
    raise(None, "forged-message").unwrap();
    let open = bench.site.alarms(&AlarmFilter::default(), NOW, 10).unwrap();
    let counts: Vec<_> = open.iter().map(|a| (a.door_name.as_deref(), a.count)).collect();
    assert_eq!(counts, [(None, 2), (Some("Door attic"), 1), (Some("Door ward"), 3)]);
    let ward = open[2].id;
    bench.site.acknowledge_alarm(&ACTOR, ward, "on my way").unwrap();
    let found = |id| {
        let all = bench.site.alarms(&AlarmFilter::default(), NOW, 10).unwrap();
        all.into_iter().find(|alarm| alarm.id == id).unwrap()
    };
    assert_eq!(found(ward).acknowledged.unwrap().who, "maija");
    raise(Some("ward"), "forged-message").unwrap();
    assert_eq!((found(ward).acknowledged, found(ward).count), (None, 4), "it is news again");
    assert!(matches!(bench.site.acknowledge_alarm(&ACTOR, 99, ""), Err(SiteError::NotFound { .. })));
    assert!(matches!(raise(Some("cellar"), "x"), Err(SiteError::NotFound { what: "door", .. })));
    assert!(matches!(raise(None, ""), Err(SiteError::Invalid { field: "kind", .. })));
    let event = bench.site.raise_alarm("x", None, Some(1), NOW);
    assert!(matches!(event, Err(SiteError::NotFound { what: "event", .. })));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32,
        rng_seed: RngSeed::Fixed(41),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn however_reports_are_lost_repeated_and_reordered_the_log_is_each_event_once_in_order(
        parts in prop::collection::vec((1..30_u64, 0..12_u64), 1..25),
    ) {
        let bench = Bench::with_doors(&["ward"]);
        let journal = Journal::of("ward", 5, 40);
        let mut through = 0;
        for (from, length) in parts {
            let outcome = take(&bench, journal.report(from, from + length));
            prop_assert!(outcome.through >= through);
            through = outcome.through;
            let is_gap = matches!(outcome.fault, Some(ChainFault::Gap { .. }));
            prop_assert!(outcome.fault.is_none() || is_gap);
        }
        prop_assert_eq!(sequences(&bench, "ward"), (1..=through).collect::<Vec<_>>());
        prop_assert!(alarms(&bench).is_empty());
        take(&bench, journal.report(through + 1, 40));
        prop_assert_eq!(sequences(&bench, "ward"), (1..=40).collect::<Vec<_>>());
    }
}
