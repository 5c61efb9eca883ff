//! A disk that refuses.

use db::door::JOURNAL_FILE;
use serde_json::json;

use crate::bench::Bench;

async fn with_events_that_are_nowhere() -> Bench {
    let bench = Bench::start().await;
    bench.until("the start is on disk", |state| state["journal"]["head"] == 1).await;
    db::trial::refuse(&bench.journal(), "event").unwrap();
    // No release waits for these, so that nothing is told of a slow disk beside them.
    bench.post("/contact", json!({"open": true})).await;
    bench.post("/contact", json!({"open": false})).await;
    bench
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_written_is_shown_and_written_once_the_disk_takes_it() {
    let bench = with_events_that_are_nowhere().await;
    let refuses = |state: &serde_json::Value| state["faults"] == json!(["disk"]);
    bench.until("the door says that its disk refuses", refuses).await;
    let state = bench.until("that is an event too", |state| state["journal"]["unwritten"] == 5).await;
    assert_eq!(state["journal"]["head"], 1, "{state}");
    db::trial::relent(&bench.journal(), "event").unwrap();
    let written = |state: &serde_json::Value| state["journal"]["unwritten"] == 0 && state["faults"] == json!([]);
    bench.until("everything is on disk, and the disk is well", written).await;
    let journal = bench.journal();
    let _folder = bench.stop().await;
    assert_eq!(
        db::door::Journal::open(&journal, 0).unwrap().start().head,
        8,
        "started, opened by force, closed and cleared, the disk refuses and is mended, stopped"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_loses_events_at_its_end_says_how_many() {
    let bench = with_events_that_are_nowhere().await;
    bench.until("the refusal is an event too", |state| state["journal"]["unwritten"] == 5).await;
    let error = bench.stop_badly().await.unwrap_err().to_string();
    assert!(
        error.contains("events lost: 6") && error.contains(JOURNAL_FILE),
        "opened by force, closed and cleared, the disk refuses, stopped: {error}"
    );
}
