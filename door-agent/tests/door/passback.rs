//! A card that is inside does not come in again.

use access::passage::{Passage, Passages, Step};
use access::settings::DoorSettings;
use access::time::UtcMs;
use db::door::{WHITELIST_FILE, WhitelistStore};
use serde_json::json;

use crate::rig::{ONE, SHORT, WARD, Wiring, agent, codes, locked, pass, reasons, settings, start_in, state, tap, ward};

const BOTH_SIDES: Wiring = Wiring { out_reader: true, ..ONE };
const TWO: Wiring = Wiring { doors: 2, ..ONE };

#[tokio::test(flavor = "multi_thread")]
async fn hard_denies_until_the_card_has_left_by_the_other_reader() {
    let bench = agent(BOTH_SIDES, &ward(true, |_| {})).await;
    pass(&bench, 0, "in", "short").await;
    assert_eq!(reasons(&bench, 0, "in", "short").await, json!(["passback"]));
    assert_eq!(reasons(&bench, 0, "in", "long").await, json!([]), "another card is another card");
    pass(&bench, 0, "out", "short").await;
    pass(&bench, 0, "in", "short").await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn soft_lets_in_and_notes_it_and_nobody_is_kept_in() {
    let bench = agent(BOTH_SIDES, &ward(false, |_| {})).await;
    pass(&bench, 0, "in", "short").await;
    let again = tap(&bench, 0, "in", "short").await;
    assert_eq!((&again["reasons"], &again["noted"]), (&json!([]), &json!(["passback"])));
    for _ in 0..2 {
        pass(&bench, 0, "out", "short").await;
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_nobody_followed_is_no_entry() {
    let bench = agent(TWO, &ward(true, |_| {})).await;
    assert_eq!(reasons(&bench, 0, "in", "short").await, json!([]));
    assert_eq!(reasons(&bench, 0, "in", "short").await, json!([]), "the same release still runs");
    assert_eq!(reasons(&bench, 1, "in", "short").await, json!(["passback"]), "it counts at once at the other door");
    locked(&bench, 0).await;
    // An opening just after the release would still belong to it.
    bench.at(0).until("it is taken back", |state| state["passages"] == 0).await;
    pass(&bench, 1, "in", "short").await;
    let folder = bench.stop().await;
    assert!(codes(folder.path(), 0).contains(&"not-entered"));
    assert!(codes(folder.path(), 1).contains(&"entered"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_taps_at_two_doors_at_once_one_is_granted() {
    let bench = agent(TWO, &ward(true, |_| {})).await;
    // The same number on two cards: only so can it lie on two readers.
    for name in ["one", "other"] {
        bench.post("/cards", json!({"name": name, "uid": SHORT, "kind": "classic-1k"})).await;
    }
    let (one, other) = tokio::join!(reasons(&bench, 0, "in", "one"), reasons(&bench, 1, "in", "other"));
    let granted = [&one, &other].into_iter().filter(|reasons| **reasons == json!([])).count();
    assert_eq!(granted, 1, "{one} {other}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_doors_remember_after_a_restart_without_a_network() {
    let bench = agent(TWO, &ward(true, |_| {})).await;
    pass(&bench, 0, "in", "short").await;
    let folder = bench.stop().await;
    for door in ["door-0", "door-1"] {
        let mut store = WhitelistStore::open(&folder.path().join(door).join(WHITELIST_FILE)).unwrap();
        assert_eq!(store.passages().unwrap().len(), 1, "{door}");
    }
    let bench = start_in(folder).await;
    for door in [0, 1] {
        assert_eq!(reasons(&bench, door, "in", "short").await, json!(["passback"]), "{door}");
    }
    assert_eq!(bench.get("/state").await["passages"], 1);
    bench.stop().await;
}

/// What the disk knows when the agent starts, which is also what it knows after the controller has told.
async fn knowing(step: Step, ago_s: i64, rule: access::state::DoorState) -> serde_json::Value {
    let bench = agent(ONE, &rule).await;
    let folder = bench.stop().await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let at = UtcMs(i64::try_from(now).unwrap() - ago_s * 1_000);
    let passage = Passage { uid: SHORT.parse().unwrap(), area: WARD, step, at };
    let mut store = WhitelistStore::open(&folder.path().join("door-0").join(WHITELIST_FILE)).unwrap();
    store.take_passages(&Passages { generation: access::whitelist::Generation(1), passages: vec![passage] }).unwrap();
    drop(store);
    let bench = start_in(folder).await;
    let reasons = reasons(&bench, 0, "in", "short").await;
    bench.stop().await;
    reasons
}

#[tokio::test(flavor = "multi_thread")]
async fn time_the_daily_hour_and_an_operator_forgive() {
    let timed = |rule: &mut access::passage::Passback| rule.within_s = Some(60);
    let daily = |rule: &mut access::passage::Passback| rule.forgiven_at = Some(4 * 60);
    let denied = json!(["passback"]);
    assert_eq!(knowing(Step::Entered, 30, ward(true, timed)).await, denied);
    assert_eq!(knowing(Step::Entered, 90, ward(true, timed)).await, json!([]));
    assert_eq!(knowing(Step::Entered, 86_500, ward(true, daily)).await, json!([]));
    assert_eq!(knowing(Step::Entered, 86_500, ward(true, |_| {})).await, denied);
    assert_eq!(knowing(Step::Forgiven, 1, ward(true, |_| {})).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_without_a_rule_does_not_care() {
    let settings = DoorSettings { leads_into: Some(WARD), ..settings() };
    let bench = agent(ONE, &state(settings)).await;
    for _ in 0..2 {
        pass(&bench, 0, "in", "short").await;
    }
    assert_eq!(bench.get("/state").await["passages"], 0);
    bench.stop().await;
}
