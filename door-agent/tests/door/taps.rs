//! What the person at the door sees, for each kind of card.

use serde_json::json;

use crate::bench::{Bench, prepare_without_state};

#[tokio::test(flavor = "multi_thread")]
async fn listed_cards_with_uids_of_each_length_release_the_lock() {
    for card in ["short", "long", "triple"] {
        let bench = Bench::start().await;
        let answer = bench.tap(card).await;
        assert_eq!((&answer["signal"], &answer["lock"]), (&json!("granted"), &json!("released")), "{card}: {answer}");
        assert_eq!(answer["reasons"], json!([]));
        assert_eq!(answer["generation"], 7);
        assert!(answer["reader_ms"].as_f64().unwrap() > 0.0, "{answer}");
        let state = bench.get("/state").await;
        assert_eq!((&state["lock"], &state["lamps"]["green"]), (&json!("released"), &json!(true)), "{state}");
        bench.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_that_has_its_list_and_not_yet_its_state_opens_to_nobody_and_shows_it() {
    let (folder, config) = prepare_without_state();
    let bench = Bench::start_in(folder, config).await;
    assert_eq!(bench.get("/state").await["signal"], "idle-out-of-order");
    let answer = bench.tap("short").await;
    assert_eq!((&answer["lock"], &answer["reasons"]), (&json!("locked"), &json!(["no-whitelist"])), "{answer}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_card_is_denied_with_every_reason_and_the_lock_stays() {
    let bench = Bench::start().await;
    for (card, signal, reasons) in [
        ("unlisted", "denied", json!(["unknown-card"])),
        ("blocked", "denied-for-good", json!(["card-blocked"])),
        ("coming", "denied", json!(["card-not-yet-valid"])),
        ("expired", "denied-for-good", json!(["card-expired", "employment-ended"])),
        ("mini", "denied", json!(["unsupported-card"])),
    ] {
        let answer = bench.tap(card).await;
        assert_eq!(
            (&answer["signal"], &answer["lock"], &answer["reasons"]),
            (&json!(signal), &json!("locked"), &reasons),
            "{card}: {answer}"
        );
    }
    assert_eq!(bench.get("/state").await["lock"], "locked");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_cards_at_once_are_denied_also_if_each_alone_may_pass() {
    let bench = Bench::start().await;
    for pair in [json!(["short", "unlisted"]), json!(["short", "long"]), json!(["long", "mini"])] {
        let answer = bench.post("/tap", json!({"cards": pair, "hold_ms": 30})).await;
        assert_eq!(
            (&answer["signal"], &answer["lock"], &answer["reasons"]),
            (&json!("try-again"), &json!("locked"), &json!(["several-cards"])),
            "{pair}: {answer}"
        );
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_counts_again_as_soon_as_its_tap_is_answered() {
    let bench = Bench::start().await;
    for round in 0..20 {
        assert_eq!(bench.tap("unlisted").await["signal"], "denied", "round {round}");
    }
    bench.until("the journal has them", |state| state["journal"]["head"].as_u64() >= Some(21)).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taps_that_come_together_are_answered_one_after_the_other() {
    let bench = Bench::start().await;
    let (first, second, third) = tokio::join!(bench.tap("unlisted"), bench.tap("blocked"), bench.tap("expired"));
    assert_eq!(first["reasons"], json!(["unknown-card"]));
    assert_eq!(second["reasons"], json!(["card-blocked"]));
    assert_eq!(third["reasons"], json!(["card-expired", "employment-ended"]));
    bench.stop().await;
}
