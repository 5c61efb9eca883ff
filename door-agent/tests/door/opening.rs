//! The whole opening through the control: contact, button, what is watched, two people, lockout.

use std::time::{Duration, Instant};

use access::settings::{DoorSettings, Lockout, Times};
use serde_json::json;

use crate::rig::{ONE, agent, codes, reasons, settings, state, tap};

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_is_held_open_warns_then_alarms_and_is_cleared_once() {
    let bench = agent(ONE, &state(settings())).await;
    tap(&bench, 0, "in", "short").await;
    bench.post("/contact", json!({"open": true})).await;
    bench.until("the warning is shown", |state| state["signal"] == "held-warning").await;
    bench.until("the alarm", |state| state["leaf"] == "held-open").await;
    let closed = bench.post("/contact", json!({"open": false})).await;
    assert_eq!((&closed["leaf"], &closed["signal"]), (&json!("closed"), &json!("none")));
    let folder = bench.stop().await;
    let told = codes(folder.path(), 0);
    for code in ["held-warning", "held-open", "held-cleared"] {
        assert_eq!(told.iter().filter(|told| **told == code).count(), 1, "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_is_opened_without_a_release_is_forced_and_cleared() {
    let bench = agent(ONE, &state(settings())).await;
    assert_eq!(bench.post("/contact", json!({"open": true})).await["leaf"], "forced");
    bench.post("/contact", json!({"open": false})).await;
    let folder = bench.stop().await;
    let told = codes(folder.path(), 0);
    assert!(told.contains(&"forced-open") && told.contains(&"forced-cleared"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_watched_is_shown_and_journalled_both_ways() {
    let bench = agent(ONE, &state(settings())).await;
    let faults = [("/tamper", "tamper"), ("/mains", "mains"), ("/battery", "battery"), ("/fire", "fire")];
    for (path, fault) in faults {
        assert_eq!(bench.post(path, json!({"wrong": true})).await["faults"], json!([fault]));
        assert_eq!(bench.post(path, json!({"wrong": false})).await["faults"], json!([]));
    }
    bench.post("/fire", json!({"wrong": true})).await;
    let open = bench.post("/contact", json!({"open": true})).await;
    assert_eq!((&open["leaf"], &open["lock"]), (&json!("open"), &json!("locked")), "followed, not driven");
    let folder = bench.stop().await;
    let told = codes(folder.path(), 0);
    for code in ["tamper", "tamper-cleared", "mains-lost", "mains-restored", "battery-low", "battery-good", "fire"] {
        assert!(told.contains(&code), "{code}: {told:?}");
    }
    assert!(!told.contains(&"forced-open"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_needs_longer_has_longer() {
    let long_times = Times { release_ms: 3_000, ..Times::DEFAULT_LONG };
    let bench = agent(ONE, &state(DoorSettings { long_times, ..settings() })).await;
    let begun = Instant::now();
    tap(&bench, 0, "in", "triple").await;
    bench.until("the release is over", |state| state["lock"] == "locked").await;
    assert!(begun.elapsed() >= Duration::from_millis(3_000), "this door's usual time is much shorter");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_are_two_cards() {
    let bench = agent(ONE, &state(DoorSettings { two_person_s: Some(60), ..settings() })).await;
    for _ in 0..2 {
        let first = tap(&bench, 0, "in", "short").await;
        assert_eq!((&first["reasons"], &first["signal"]), (&json!(["second-person-needed"]), &json!("second-card")));
    }
    assert_eq!(reasons(&bench, 0, "in", "long").await, json!([]));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_comes_with_an_escort() {
    let bench = agent(ONE, &state(DoorSettings { escort_s: Some(60), ..settings() })).await;
    assert_eq!(reasons(&bench, 0, "in", "triple").await, json!(["escort-needed"]));
    assert_eq!(reasons(&bench, 0, "in", "short").await, json!([]), "an escort needs nobody");
    assert_eq!(reasons(&bench, 0, "in", "triple").await, json!([]), "and is there already");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_denials_lock_out_that_card_and_no_other() {
    let lockout = Lockout { denials: 3, within_s: 60, for_s: 60 };
    let bench = agent(ONE, &state(DoorSettings { lockout, ..settings() })).await;
    for _ in 0..3 {
        assert_eq!(reasons(&bench, 0, "in", "unlisted").await, json!(["unknown-card"]));
    }
    for card in ["unlisted", "blocked"] {
        assert_eq!(reasons(&bench, 0, "in", card).await, json!(["unknown-card", "locked-out"]), "{card}");
    }
    assert_eq!(reasons(&bench, 0, "in", "short").await, json!([]), "a listed card never pays for another");
    let folder = bench.stop().await;
    assert_eq!(codes(folder.path(), 0).iter().filter(|code| **code == "locked-out").count(), 1);
}
