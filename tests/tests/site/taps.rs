//! What a card meets at a door, and how it stands in the log.

use access::time::{UtcS, Window};
use serde_json::{Value, json};
use site::wait;
use site::whole::{Broker, Event, Whole, now, people, person};

/// A card that stays a moment, as a person holds it.
const HOLD_MS: u32 = 60;

const GOOD_4: &str = "11223344";
const GOOD_7: &str = "04A1B2C3D4E5F6";
const EARLY: &str = "22334455";
const LATE: &str = "33445566";
const BLOCKED: &str = "44556677";
const UNLISTED: &str = "55667788";
const MINI: &str = "66778899";

fn site_of(broker: Broker) -> Whole {
    let (now, day) = (now(), 24 * 60 * 60);
    let always = Window::ALWAYS;
    let cards = [
        person("Aino Korhonen", GOOD_4, always),
        person("Eino Virtanen", GOOD_7, always),
        person("Helmi Laine", EARLY, Window { from: Some(UtcS(now.0 + day)), until: None }),
        person("Leo Niemi", LATE, Window { from: None, until: Some(UtcS(now.0 - 1)) }),
        person("Sofia Salo", BLOCKED, always),
        // Its number is listed, so nothing but the kind of the card can keep it out.
        person("Onni Turunen", MINI, always),
    ];
    let site = Whole::start(broker, 1, &cards.into_iter().collect::<Result<Vec<_>, _>>().unwrap()).unwrap();
    site.api.post(&format!("/api/v1/cards/{BLOCKED}/block"), &json!({})).unwrap().success("block").unwrap();
    for uid in [GOOD_4, GOOD_7, EARLY, LATE, BLOCKED, UNLISTED] {
        site.doors[0].make_card(uid, "classic-1k").unwrap();
    }
    site.doors[0].make_card(MINI, "mini").unwrap();
    site.settle().unwrap();
    site
}

/// Taps, and waits for the event.
fn tapped(site: &Whole, body: &Value) -> (Value, Event) {
    let door = &site.doors[0];
    let before = site.taps(&door.id).unwrap().len();
    let seen = door.control.post("/tap", body).unwrap().success("/tap").unwrap();
    let event = wait::until("the tap in the log", || site.taps(&door.id).unwrap().into_iter().nth(before)).unwrap();
    (seen, event)
}

fn every_card_meets_its_reason(broker: Broker) {
    let site = site_of(broker);
    let one = |uid: &str| json!({"card": uid, "hold_ms": HOLD_MS});
    for uid in [GOOD_4, GOOD_7] {
        let (seen, event) = tapped(&site, &one(uid));
        assert_eq!((&seen["lock"], &seen["signal"]), (&json!("released"), &json!("granted")), "{uid}");
        assert!(seen["reader_ms"].as_f64().unwrap() > 0.0);
        assert_eq!((event.code.as_str(), event.card.as_deref()), ("granted", Some(uid)));
    }
    wait::until("the lock at rest again", || {
        let state: Value = site.doors[0].control.read("/state").ok()?;
        (state["lock"] == "locked").then_some(())
    })
    .unwrap();
    let denied = [
        (one(UNLISTED), "denied", "unknown-card", Some(UNLISTED)),
        (one(BLOCKED), "denied-for-good", "card-blocked", Some(BLOCKED)),
        (one(EARLY), "denied", "card-not-yet-valid", Some(EARLY)),
        (one(LATE), "denied-for-good", "card-expired", Some(LATE)),
        (one(MINI), "denied", "unsupported-card", Some(MINI)),
        (json!({"cards": [GOOD_4, GOOD_7], "hold_ms": HOLD_MS}), "try-again", "several-cards", None),
        (json!({"cards": [GOOD_4, BLOCKED], "hold_ms": HOLD_MS}), "try-again", "several-cards", None),
    ];
    let taps = 2 + denied.len();
    for (body, signal, reason, card) in denied {
        let (seen, event) = tapped(&site, &body);
        assert_eq!((&seen["lock"], &seen["signal"]), (&json!("locked"), &json!(signal)), "{body}");
        assert_eq!((event.code.as_str(), event.reasons), ("denied", vec![reason.to_owned()]), "{body}");
        assert_eq!(event.card.as_deref(), card, "{body}");
    }
    // The first is told at once; the others within a minute, which nobody waits for here.
    wait::until("how long the first tap took", || {
        let health: Value = site.api.read("/api/v1/health").ok()?;
        let hour = &health["figures"]["tap"]["hour"];
        let count = hour["count"].as_u64().filter(|count| *count > 0)?;
        assert!(count <= taps as u64 && hour["p50_ms"].as_u64()? <= 1_000, "{health}");
        (health["doors"][0]["tells_taps"] == true).then_some(())
    })
    .unwrap();
    site.stop().unwrap();
}

#[test]
fn every_card_meets_its_reason_with_the_embedded_broker() {
    every_card_meets_its_reason(Broker::Embedded);
}

#[test]
fn every_card_meets_its_reason_with_mosquitto() {
    every_card_meets_its_reason(Broker::Mosquitto);
}

#[test]
fn a_block_and_its_end_reach_every_door() {
    let doors = 3;
    let site = Whole::start(Broker::Embedded, doors, &people(1, doors).unwrap()).unwrap();
    let uid = site::people::invent(1)[0].uid.hex();
    for door in &site.doors {
        door.make_card(&uid, "classic-1k").unwrap();
    }
    site.settle().unwrap();
    for (path, signal) in [("block", "denied-for-good"), ("unblock", "granted"), ("block", "denied-for-good")] {
        site.api.post(&format!("/api/v1/cards/{uid}/{path}"), &json!({})).unwrap().success(path).unwrap();
        for door in &site.doors {
            wait::until(path, || (door.control.tap(&uid, HOLD_MS).ok()?.signal == signal).then_some(())).unwrap();
        }
    }
    site.stop().unwrap();
}

#[test]
fn an_unlock_from_the_desk_moves_the_lock_once_and_is_kept_for_no_door_that_is_away() {
    let site = Whole::start(Broker::Embedded, 1, &[]).unwrap();
    site.settle().unwrap();
    let door = &site.doors[0];
    let order = json!({"action": "unlock-once", "reason": "A courier waits"});
    let unlock = || site.api.post("/api/v1/doors/door-1/commands", &order).unwrap();
    let outcome = |id: &str| {
        let command: Value = site.api.read(&format!("/api/v1/commands/{id}")).ok()?;
        let state = command["state"].as_str()?.to_owned();
        (!matches!(state.as_str(), "requested" | "sent")).then_some(state)
    };
    let answer = unlock();
    assert_eq!(answer.status, 202);
    let id = answer.body["id"].as_str().unwrap().to_owned();
    assert_eq!(wait::until("the command's outcome", || outcome(&id)).unwrap(), "followed");
    let commands = || site.events("door-1").unwrap().into_iter().filter(|e| e.code.starts_with("command-")).count();
    wait::until("the command in the log", || (commands() == 1).then_some(())).unwrap();

    door.network(false).unwrap();
    wait::until("the door away", || {
        let door: Value = site.api.read("/api/v1/doors/door-1").ok()?;
        (door["online"] == false).then_some(())
    })
    .unwrap();
    let id = unlock().body["id"].as_str().unwrap().to_owned();
    assert_eq!(wait::until("the command's outcome", || outcome(&id)).unwrap(), "door-away");
    door.network(true).unwrap();
    site.settle().unwrap();
    assert_eq!(commands(), 1, "a command for a door that was away was kept");
    site.stop().unwrap();
}
