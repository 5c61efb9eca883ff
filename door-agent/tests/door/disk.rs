//! A disk that refuses.

use db::door::JOURNAL_FILE;
use rusqlite::Connection;
use serde_json::json;

use crate::bench::Bench;

/// From now on nothing can be written; the file itself stays whole.
fn refuse(bench: &Bench) {
    let connection = Connection::open(bench.journal()).unwrap();
    connection.execute_batch("ALTER TABLE event RENAME TO away").unwrap();
}

fn relent(bench: &Bench) {
    let connection = Connection::open(bench.journal()).unwrap();
    connection.execute_batch("ALTER TABLE away RENAME TO event").unwrap();
}

async fn with_events_that_are_nowhere() -> Bench {
    let bench = Bench::start().await;
    bench.until("the start is on disk", |state| state["journal"]["head"] == 1).await;
    refuse(&bench);
    // No release waits for these, so that nothing is told of a slow disk beside them.
    bench.post("/contact", json!({"open": true})).await;
    bench.post("/contact", json!({"open": false})).await;
    bench
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_written_is_shown_and_written_once_the_disk_takes_it() {
    let bench = with_events_that_are_nowhere().await;
    let state = bench.get("/state").await;
    assert_eq!(state["journal"]["unwritten"], 2, "{state}");
    relent(&bench);
    bench.until("everything is on disk", |state| state["journal"]["unwritten"] == 0).await;
    let journal = bench.journal();
    let _folder = bench.stop().await;
    assert_eq!(db::door::Journal::open(&journal, 0).unwrap().start().head, 4, "started, opened, closed, stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_loses_events_at_its_end_says_how_many() {
    let bench = with_events_that_are_nowhere().await;
    let error = bench.stop_badly().await.unwrap_err().to_string();
    assert!(error.contains("events lost: 3") && error.contains(JOURNAL_FILE), "opened, closed, stopped: {error}");
}
