//! A controller and a door that need not be of the same version: programs that were built before take the place of one of
//! them where `KULKU_OLD_AGENT` or `KULKU_OLD_CONTROLLER` names one. Everything is done by the programs, so that whichever is
//! the older one has files of its own making.

use serde_json::{Value, json};
use site::process::older;
use site::wait;
use site::whole::{Broker, Whole};

const HOLD_MS: u32 = 60;
const CARD: &str = "04A1B2C3D4E5F6";

fn tap(site: &Whole) -> (String, Vec<String>) {
    let seen = site.doors[0].control.tap(CARD, HOLD_MS).unwrap();
    (seen.signal, seen.reasons)
}

/// Somebody who works here, with a card that is listed for the door.
fn hire(site: &Whole) {
    let act = |path: &str, body: Value| site.api.act(path, &body).unwrap();
    let person = act("/api/v1/people", json!({"name": "Aino"}))["id"].clone();
    act(&format!("/api/v1/people/{person}/employments"), json!({"unit": "House", "title": "Staff"}));
    act("/api/v1/cards", json!({"uid": CARD, "kind": "staff"}));
    act(&format!("/api/v1/cards/{CARD}/give"), json!({"person": person}));
    let listed = format!("/api/v1/cards/{CARD}/doors/door-1");
    site.api.put(&listed, &json!({})).unwrap().success(&listed).unwrap();
}

#[test]
fn whichever_is_older_a_tap_is_granted_a_block_keeps_out_a_lockdown_holds_and_no_event_is_lost() {
    for name in ["kulku-controller", "kulku-door-agent"] {
        println!(
            "{name}: {}",
            older(name).unwrap().map_or("of this build".to_owned(), |path| path.display().to_string())
        );
    }
    let mut site = Whole::start(Broker::Embedded, 1, &[]).unwrap();
    hire(&site);
    site.doors[0].make_card(CARD, "classic-1k").unwrap();
    site.settle().unwrap();
    assert_eq!(tap(&site), ("granted".to_owned(), vec![]));

    let body = json!({"scope": "site", "reason": "Threat"});
    let lockdown = site.api.act("/api/v1/lockdowns", &body).unwrap()["id"].clone();
    let in_force = |mode: &str| {
        let holds = || (site.doors[0].control.read::<Value>("/state").ok()?["mode"] == mode).then_some(());
        wait::until(mode, holds).unwrap();
    };
    in_force("locked-down");
    assert_eq!(tap(&site).1, ["locked-down"]);
    site.api.act(&format!("/api/v1/lockdowns/{lockdown}/lift"), &json!({"reason": "Over"})).unwrap();
    in_force("normal");

    site.api.act(&format!("/api/v1/cards/{CARD}/block"), &json!({"block": "blocked"})).unwrap();
    site.settle().unwrap();
    assert_eq!(tap(&site).1, ["card-blocked"]);

    // What happens while the controller is away comes when it is back.
    site.stop_controller().unwrap();
    assert_eq!(tap(&site).1, ["card-blocked"]);
    site.start_controller().unwrap();
    let told = || {
        let codes: Vec<String> = site.taps("door-1").ok()?.into_iter().map(|tap| tap.code).collect();
        (codes == ["granted", "denied", "denied", "denied"]).then_some(())
    };
    wait::until("every tap in the log, once and in order", told).unwrap();
    site.settle().unwrap();
    let alarms: Value = site.api.read("/api/v1/alarms").unwrap();
    let refused = |alarm: &Value| {
        ["wire-version", "forged-message", "replayed-message"].map(Value::from).contains(&alarm["kind"])
    };
    assert!(!alarms["items"].as_array().unwrap().iter().any(refused), "{alarms}");
    let door: Value = site.api.read("/api/v1/doors/door-1").unwrap();
    assert_eq!(door["messages_refused"], 0, "{door}");
    site.stop().unwrap();
}
