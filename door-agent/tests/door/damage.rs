//! Cards that were copied back from an image, and files that were damaged while the agent was off.

use std::path::Path;

use access::chain::Link;
use access::confirm::{Confirmation, LogHead};
use access::door::Ticket;
use access::event::{DoorFile, EpochCause, EventKind};
use access::message::{Down, JOURNAL_BYTES_MAX};
use access::mode::Mode;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::whitelist::{Generation, WhitelistId};
use db::door::{Draft, JOURNAL_FILE, Journal, Pending, WHITELIST_FILE};
use door_agent::journal::{Bounds, JournalAnswer, JournalThread, Source, Unrescued};
use serde_json::json;

use crate::bench::Bench;
use crate::wire::site;

async fn again(folder: tempfile::TempDir) -> Bench {
    let config = folder.path().join("agent.toml");
    Bench::start_in(folder, config).await
}

fn overwrite(path: &Path, from: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[from..].fill(0x5A);
    std::fs::write(path, bytes).unwrap();
}

/// One bit of an entry of the list is another one.
fn wear(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let uid = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0xA7, 0xB8, 0xC9];
    // The body of the entry begins with its length and its UID; the key of the row beside it has no length.
    let wanted: Vec<u8> = std::iter::once(10).chain(uid).collect();
    let at = bytes.windows(wanted.len()).position(|window| window == wanted).unwrap();
    bytes[at + 1] ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_was_copied_back_begins_a_new_epoch_and_tells_what_only_it_has() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    bench.tap("short").await;
    controller.event(|kind| kind.code() == "granted").await;
    let folder = bench.stop().await;
    let image = std::fs::read(folder.path().join(JOURNAL_FILE)).unwrap();

    let bench = again(folder).await;
    bench.tap("unlisted").await;
    controller.event(|kind| kind.code() == "denied").await;
    let folder = bench.stop().await;
    let old = Journal::open(&folder.path().join(JOURNAL_FILE), 0).unwrap().start();

    std::fs::write(folder.path().join(JOURNAL_FILE), image).unwrap();
    let bench = again(folder).await;
    let began = controller.event(|kind| matches!(kind, EventKind::EpochBegan { .. })).await;
    let EventKind::EpochBegan { before, through, .. } = began.kind else { panic!("{began:?}") };
    assert_eq!((began.sequence, before), (1, old.epoch));
    assert!(through < old.head, "only what both have: {through} of {}", old.head);
    bench.tap("long").await;
    controller.event(|kind| kind.code() == "granted").await;
    let head = bench.get("/state").await["journal"]["head"].as_u64().unwrap();
    bench.until("all is acknowledged", |state| state["journal"]["acknowledged"].as_u64() >= Some(head)).await;
    let folder = bench.stop().await;
    let start = Journal::open(&folder.path().join(JOURNAL_FILE), 0).unwrap().start();
    assert_ne!(start.epoch, old.epoch);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_list_is_made_anew_and_the_door_says_so_and_denies_until_it_is_filled() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let folder = bench.stop().await;
    overwrite(&folder.path().join(WHITELIST_FILE), 4_096);
    let bench = again(folder).await;
    controller.event(|kind| *kind == EventKind::Rebuilt { file: DoorFile::Whitelist }).await;
    let status = controller.status(|status| status.whitelist.generation == Generation(0)).await;
    assert_eq!(status.whitelist, WhitelistId::default());
    assert_eq!(bench.tap("short").await["reasons"], json!(["no-whitelist", "unknown-card"]));
    let folder = bench.stop().await;
    assert!(folder.path().join(format!("{WHITELIST_FILE}.damaged-1")).exists(), "the damaged one is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_journal_goes_on_in_a_new_epoch() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    controller.event(|kind| *kind == EventKind::Started).await;
    let folder = bench.stop().await;
    overwrite(&folder.path().join(JOURNAL_FILE), 0);
    let bench = again(folder).await;
    let began = controller.event(|kind| matches!(kind, EventKind::EpochBegan { .. })).await;
    assert!(matches!(began.kind, EventKind::EpochBegan { cause: EpochCause::Unreadable, .. }), "{began:?}");
    assert_eq!(bench.tap("short").await["signal"], "granted");
    let folder = bench.stop().await;
    let events = Pending::open(&folder.path().join(JOURNAL_FILE)).unwrap().pending(0, 100).unwrap().events;
    let rebuilt = EventKind::Rebuilt { file: DoorFile::Journal };
    assert!(events.iter().any(|event| event.kind == rebuilt), "{events:?}");
}

/// A worn-out card has changed a bit of an entry, which SQLite does not notice. The door goes on with what reads until the
/// controller is there, and asks for all of it then.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_what_it_was_is_found_out_and_made_anew_when_the_controller_is_there() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let folder = bench.stop().await;
    wear(&folder.path().join(WHITELIST_FILE));
    let bench = again(folder).await;
    controller.event(|kind| *kind == EventKind::Rebuilt { file: DoorFile::Whitelist }).await;
    bench.until("the disk is well again", |state| state["faults"] == json!([])).await;
    bench.stop().await;
}

/// A site that was restored waits for its operator, and fills no list: the door keeps what reads of the one that it has.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_nobody_would_fill_again_is_not_thrown_away() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let folder = bench.stop().await;
    wear(&folder.path().join(WHITELIST_FILE));
    controller.answers = false;
    let bench = again(folder).await;
    bench.until("the list is found out", |state| state["faults"] == json!(["disk"])).await;
    for spoil in [
        |confirmation| Confirmation { hold: true, ..confirmation },
        |confirmation| Confirmation { whitelist: WhitelistId::default(), ..confirmation },
    ] {
        bench.post("/exit", json!({})).await;
        let status = controller.status(|_| true).await;
        let confirmation = spoil(controller.confirmation(&status));
        controller.say(&Down::Confirmed(confirmation)).await;
        bench.until("the answer has been heard", |_| true).await;
        assert_eq!(bench.tap("short").await["signal"], "granted");
    }
    let folder = bench.stop().await;
    assert!(!folder.path().join(format!("{WHITELIST_FILE}.damaged-1")).exists());
}

/// The rule for a full journal: the oldest are kept, nobody waits for room, and the number of the others is told.
#[test]
fn a_full_journal_lets_nobody_wait_and_tells_later_how_many_it_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(JOURNAL_FILE);
    let bounds = Bounds { events: 3, bytes: JOURNAL_BYTES_MAX };
    let (mut thread, mut answers) = JournalThread::spawn(Journal::open(&path, 1).unwrap(), bounds).unwrap();
    for number in 1..=5 {
        thread.append(Ticket(number), draft());
    }
    let (mut recorded, mut dropped) = (Vec::new(), Vec::new());
    while recorded.len() + dropped.len() < 5 {
        match answers.blocking_recv().unwrap() {
            JournalAnswer::Recorded { tickets, .. } => recorded.extend(tickets),
            JournalAnswer::Dropped { tickets, standing } => {
                assert_eq!(standing.percent, 100);
                dropped.extend(tickets);
            }
            other => assert!(matches!(other, JournalAnswer::Stands(_)), "{other:?}"),
        }
    }
    assert_eq!(recorded, [1, 2, 3].map(Ticket));
    assert_eq!(dropped, [4, 5].map(Ticket));
    thread.acknowledge(1, 2, LogHead { row: 7, link: Link([7; 32]) });
    thread.append(Ticket(6), draft());
    drop(answers);
    thread.stop();
    assert_eq!(thread.unwritten().count(), 0, "what was dropped is counted on the disk");
    let events = Pending::open(&path).unwrap().pending(3, 10).unwrap().events;
    let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::EventsDropped { count: 2 }, EventKind::ExitPressed]);
    assert_eq!(Journal::open(&path, 0).unwrap().start().log.row, 7);
}

/// A journal that is sound is not taken for a damaged one because somebody has read the one before it.
#[test]
fn a_sound_journal_is_not_rescued() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(JOURNAL_FILE);
    let bounds = Bounds { events: 100, bytes: JOURNAL_BYTES_MAX };
    let (mut thread, mut answers) = JournalThread::spawn(Journal::open(&path, 1).unwrap(), bounds).unwrap();
    thread.rescue(2, draft());
    thread.append(Ticket(1), draft());
    let answer = answers.blocking_recv().unwrap();
    assert!(matches!(answer, JournalAnswer::Recorded { head: 1, .. }), "{answer:?}");
    drop(answers);
    thread.stop();
    assert_eq!(Journal::open(&path, 0).unwrap().epoch(), 1);
}

/// At first nobody can make a file where a folder is: the disk refuses, and nothing is lost. Then it does not.
#[test]
fn a_damaged_journal_that_the_disk_does_not_let_be_made_anew_is_tried_until_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(JOURNAL_FILE);
    drop(Journal::open(&path, 1).unwrap());
    overwrite(&path, 4_096);
    let hindrance = folder.path().join(format!("{JOURNAL_FILE}.rescue"));
    std::fs::create_dir(&hindrance).unwrap();
    let source = Source::Damaged(Unrescued { path: path.clone(), epoch: 7, draft: Draft { boot: 9, ..draft() } });
    let bounds = Bounds { events: 100, bytes: JOURNAL_BYTES_MAX };
    let (mut thread, mut answers) = JournalThread::spawn(source, bounds).unwrap();
    thread.append(Ticket(1), draft());
    let answer = answers.blocking_recv().unwrap();
    assert!(matches!(answer, JournalAnswer::Disk { refuses: true }), "{answer:?}");
    assert_eq!(thread.unwritten().count(), 1);
    std::fs::remove_dir(&hindrance).unwrap();
    let answer = answers.blocking_recv().unwrap();
    assert!(matches!(answer, JournalAnswer::Began { epoch: 7, rebuilt: true, .. }), "{answer:?}");
    let answer = answers.blocking_recv().unwrap();
    assert!(matches!(answer, JournalAnswer::Recorded { .. }), "{answer:?}");
    drop(answers);
    thread.stop();
    assert!(Journal::open(&path, 0).unwrap().begin_boot().unwrap() > 9, "the boot that has begun is counted");
}

/// The door decides, says that its disk is broken, and writes what happened when the disk is well.
#[tokio::test(flavor = "multi_thread")]
async fn a_door_starts_with_a_damaged_journal_that_cannot_be_made_anew() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    controller.event(|kind| *kind == EventKind::Started).await;
    let folder = bench.stop().await;
    overwrite(&folder.path().join(JOURNAL_FILE), 0);
    let hindrance = folder.path().join(format!("{JOURNAL_FILE}.rescue"));
    std::fs::create_dir(&hindrance).unwrap();
    let bench = again(folder).await;
    assert_eq!(bench.tap("short").await["signal"], "granted");
    bench.until("the disk is told", |state| state["faults"] == json!(["disk"])).await;
    std::fs::remove_dir(&hindrance).unwrap();
    controller.event(|kind| kind.code() == "granted").await;
    let folder = bench.stop().await;
    let events = Pending::open(&folder.path().join(JOURNAL_FILE)).unwrap().pending(0, 1).unwrap().events;
    assert!(matches!(events[0].kind, EventKind::EpochBegan { cause: EpochCause::Unreadable, .. }), "{events:?}");
}

fn draft() -> Draft {
    Draft {
        boot: 1,
        mono: MonoMs(1),
        utc: UtcMs(1_800_000_000_000),
        trust: ClockTrust::Kept,
        generation: Generation(1),
        state_generation: Generation(1),
        mode: Mode::Normal,
        kind: EventKind::ExitPressed,
        subject: None,
    }
}
