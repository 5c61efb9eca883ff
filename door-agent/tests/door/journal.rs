//! What is on the disk afterwards.

use access::chain::{Link, link};
use access::event::{Event, EventKind};
use db::door::{Journal, Pending};
use serde_json::json;

use crate::bench::Bench;

async fn events_after(act: impl AsyncFnOnce(&Bench)) -> Vec<Event> {
    let bench = Bench::start().await;
    act(&bench).await;
    let journal = bench.journal();
    let _folder = bench.stop().await;
    let epoch = Journal::open(&journal, 0).unwrap().epoch();
    let batch = Pending::open(&journal).unwrap().pending(0, 1_000).unwrap();
    let mut previous = Link::START;
    for (number, event) in (1..).zip(&batch.events) {
        assert_eq!(event.sequence, number);
        previous = link(previous, epoch, event);
    }
    batch.events
}

fn codes(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.kind.code()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_happened_is_there_in_order() {
    let events = events_after(async |bench| {
        bench.tap("short").await;
        bench.post("/contact", json!({"open": true})).await;
        bench.post("/contact", json!({"open": false})).await;
        bench.tap("unlisted").await;
        bench.post("/exit", json!({})).await;
    })
    .await;
    assert_eq!(
        codes(&events),
        ["started", "granted", "opened", "entered", "closed", "denied", "exit-pressed", "stopped"]
    );
    let uids: Vec<String> = events.iter().filter_map(|event| event.subject).map(|s| s.uid.hex()).collect();
    assert_eq!(uids, ["01A062BD", "01A062BD", "11223344"]);
    assert!(events.iter().all(|event| event.generation.0 == 7 && event.boot == events[0].boot));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_opens_without_a_release_is_noted_as_such() {
    let events = events_after(async |bench| {
        let state = bench.post("/contact", json!({"open": true})).await;
        assert_eq!((&state["contact"]["open"], &state["lock"]), (&json!(true), &json!("locked")));
    })
    .await;
    assert_eq!(codes(&events), ["started", "opened-unreleased", "forced-open", "stopped"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_door_locks_at_once() {
    let events = events_after(async |bench| {
        let state = bench.post("/exit", json!({})).await;
        assert_eq!((&state["lock"], &state["exit"]["presses"]), (&json!("released"), &json!(1)));
        bench.post("/contact", json!({"open": true})).await;
        let state = bench.post("/contact", json!({"open": false})).await;
        assert_eq!(state["lock"], "locked");
    })
    .await;
    assert!(events.iter().any(|event| event.kind == EventKind::Opened { released: true }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_door_knows_its_list_and_goes_on_counting() {
    let (folder, config) = crate::bench::prepare();
    let bench = Bench::start_in(folder, config.clone()).await;
    bench.tap("short").await;
    let folder = bench.stop().await;
    let bench = Bench::start_in(folder, config).await;
    assert_eq!(bench.tap("long").await["signal"], "granted");
    let journal = bench.journal();
    let _folder = bench.stop().await;
    let events = Pending::open(&journal).unwrap().pending(0, 100).unwrap().events;
    assert_eq!(codes(&events), ["started", "granted", "stopped", "started", "granted", "stopped"]);
    assert!(events[0].boot < events[5].boot);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_was_stopped_leaves_whole_files_and_no_logs_beside_them() {
    let bench = Bench::start().await;
    bench.tap("short").await;
    let folder = bench.stop().await;
    for name in [db::door::JOURNAL_FILE, db::door::WHITELIST_FILE] {
        assert!(!folder.path().join(format!("{name}-wal")).exists(), "{name}");
    }
}
