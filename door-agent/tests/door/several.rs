//! Several doors in one agent, and two readers at one door.

use serde_json::json;

use crate::rig::{ONE, Wiring, agent, codes, pass, reasons, settings, state, tap};

#[tokio::test(flavor = "multi_thread")]
async fn each_door_has_its_own_journal() {
    let bench = agent(Wiring { doors: 3, ..ONE }, &state(settings())).await;
    pass(&bench, 1, "in", "short").await;
    let folder = bench.stop().await;
    let quiet = ["started", "stopped"];
    assert_eq!(codes(folder.path(), 0), quiet);
    assert_eq!(codes(folder.path(), 1), ["started", "granted", "opened", "entered", "closed", "stopped"]);
    assert_eq!(codes(folder.path(), 2), quiet);
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_at_both_readers_of_a_door_are_each_answered() {
    let bench = agent(Wiring { out_reader: true, ..ONE }, &state(settings())).await;
    for _ in 0..5 {
        let (inside, outside) = tokio::join!(tap(&bench, 0, "out", "short"), tap(&bench, 0, "in", "blocked"));
        assert_eq!(
            (&inside["signal"], &outside["signal"]),
            (&json!("granted"), &json!("denied")),
            "{inside} {outside}"
        );
    }
    assert_eq!(bench.get("/state").await["sides"], json!(["in", "out"]));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_side_without_a_reader_is_said_to_have_none() {
    let bench = agent(ONE, &state(settings())).await;
    let body = json!({"card": "short", "side": "out"}).to_string();
    assert_eq!(bench.send("POST", "/tap", body).await.0, 404);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interlocked_door_stays_shut_while_another_could_be_passed() {
    let bench = agent(Wiring { doors: 2, interlock: true, out_reader: true }, &state(settings())).await;
    assert_eq!(reasons(&bench, 0, "in", "short").await, json!([]));
    assert_eq!(reasons(&bench, 1, "in", "long").await, json!(["interlocked"]), "released");
    bench.post("/contact", json!({"open": true})).await;
    bench.until("its release is over", |state| state["lock"] == "locked").await;
    assert_eq!(reasons(&bench, 1, "in", "long").await, json!(["interlocked"]), "open");
    let exit = bench.at(1).post("/exit", json!({})).await;
    assert_eq!(exit["lock"], "released", "nobody is kept in");
    bench.at(1).until("its release is over", |state| state["lock"] == "locked").await;
    bench.post("/contact", json!({"open": false})).await;
    assert_eq!(reasons(&bench, 1, "in", "long").await, json!([]));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_at_fault_does_not_keep_the_other_doors_shut() {
    let bench = agent(Wiring { doors: 2, interlock: true, out_reader: false }, &state(settings())).await;
    bench.post("/contact", json!({"open": true})).await;
    assert_eq!(reasons(&bench, 1, "in", "long").await, json!(["interlocked"]));
    bench.post("/contact-fault", json!({"wrong": true})).await;
    assert_eq!(reasons(&bench, 1, "in", "long").await, json!([]));
    assert_eq!(reasons(&bench, 0, "in", "short").await, json!(["interlocked"]), "the other one is released");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_door_may_be_passed_as_soon_as_the_one_before_is_closed() {
    let bench = agent(Wiring { doors: 2, interlock: true, out_reader: false }, &state(settings())).await;
    pass(&bench, 0, "in", "short").await;
    assert_eq!(reasons(&bench, 1, "in", "long").await, json!([]));
    bench.stop().await;
}
