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
    let state = bench.get("/state").await;
    assert_eq!(state["journal"]["unwritten"], 4, "{state}");
    db::trial::relent(&bench.journal(), "event").unwrap();
    bench.until("everything is on disk", |state| state["journal"]["unwritten"] == 0).await;
    let journal = bench.journal();
    let _folder = bench.stop().await;
    assert_eq!(
        db::door::Journal::open(&journal, 0).unwrap().start().head,
        6,
        "started, opened by force, closed and cleared, stopped"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_loses_events_at_its_end_says_how_many() {
    let bench = with_events_that_are_nowhere().await;
    let error = bench.stop_badly().await.unwrap_err().to_string();
    assert!(
        error.contains("events lost: 5") && error.contains(JOURNAL_FILE),
        "opened by force, closed and cleared, stopped: {error}"
    );
}
