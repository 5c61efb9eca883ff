//! A badge from the desk to the doors, and what becomes of its copy.

use serde_json::{Value, json};
use site::http::Tap;
use site::people::invent;
use site::wait;
use site::whole::{Broker, Door, Whole, people};

const HOLD_MS: u32 = 400;
/// Long enough to write a whole sector.
const DESK_HOLD_MS: u32 = 5_000;

/// A site with two doors of this reading and a card that was encoded at the desk; the card's dump.
fn site_of(reading: &str) -> (Whole, Door, String, Vec<u8>) {
    let site = Whole::start(Broker::Embedded, 2, &people(1, 2).unwrap()).unwrap();
    let desk = site.start_encoder("desk").unwrap();
    let uid = invent(1)[0].uid.hex();
    for door in &site.doors {
        site.api.set_up(&door.id, &json!({"reading": reading, "release_ms": 500})).unwrap();
    }
    site.settle().unwrap();
    let before = oldest_list(&site).unwrap();
    desk.make_card(&uid, "classic-1k").unwrap();
    encode(&site, &desk, &uid);
    // What the doors are to have is known only a moment after the card was written: until then they are settled, too.
    wait::until("the written card at every door", || oldest_list(&site).filter(|now| *now > before)).unwrap();
    let dump = desk.control.get_bytes(&format!("/cards/{uid}?format=mfd")).unwrap();
    site.settle().unwrap();
    (site, desk, uid, dump)
}

fn encode(site: &Whole, desk: &Door, uid: &str) {
    let path = format!("/api/v1/cards/{uid}/encode");
    let job = wait::until("the encoder online", || {
        let answer = site.api.post(&path, &json!({"encoder": "desk", "work": "encode"})).ok()?;
        let id = answer.body["id"].as_str()?.to_owned();
        let sent = wait::until("the job at the encoder", || {
            let state = state(site, &id)?;
            (state != "requested" && state != "sent").then_some(state)
        });
        (sent.ok()? == "waiting").then_some(id)
    })
    .unwrap();
    desk.control.tap(uid, DESK_HOLD_MS).unwrap();
    wait::until("the card written", || (state(site, &job)? == "done").then_some(())).unwrap();
}

fn state(site: &Whole, job: &str) -> Option<String> {
    let job: Value = site.api.read(&format!("/api/v1/encodings/{job}")).ok()?;
    Some(job["state"].as_str()?.to_owned())
}

/// The lowest generation that is in force at a door.
fn oldest_list(site: &Whole) -> Option<u64> {
    let doors: Value = site.api.read("/api/v1/doors").ok()?;
    let of_doors = doors["items"].as_array()?.iter().filter(|door| door["kind"] == "door");
    of_doors.map(|door| door["generation_in_force"].as_u64()).min().flatten()
}

fn lay_beside(door: &Door, name: &str, dump: &[u8]) {
    let path = format!("/cards/{name}?format=mfd");
    door.control.put_bytes(&path, dump, "application/octet-stream").unwrap().success(&path).unwrap();
}

/// Taps until the reader has seen the card.
fn tap(door: &Door, name: &str) -> Tap {
    wait::until("a signal", || door.control.tap(name, HOLD_MS).ok().filter(|seen| seen.signal != "none")).unwrap()
}

fn newest(site: &Whole, door: &str) -> Value {
    let page: Value = site.api.read(&format!("/api/v1/events?door={door}&limit=20")).unwrap();
    let taps = |event: &&Value| matches!(event["code"].as_str(), Some("granted" | "denied"));
    page["items"].as_array().unwrap().iter().find(taps).cloned().unwrap_or(Value::Null)
}

fn accused(site: &Whole) -> Option<Value> {
    let alarms: Value = site.api.read("/api/v1/alarms").ok()?;
    alarms["items"].as_array()?.iter().find(|alarm| alarm["kind"] == "clone-suspected").cloned()
}

#[test]
fn a_copy_that_is_tapped_after_the_original_is_refused_and_blocks_the_card_everywhere() {
    let (site, _desk, uid, dump) = site_of("sector-rolling-strict");
    let [first, second] = &site.doors[..] else { panic!("two doors") };
    lay_beside(first, "original", &dump);
    lay_beside(first, "copy", &dump);
    for _ in 0..2 {
        let seen = tap(first, "original");
        assert_eq!(seen.signal, "granted", "{seen:?}");
    }
    assert_eq!(tap(first, "copy").signal, "denied-for-good");
    let denied = wait::until("the refusal in the log", || {
        let event = newest(&site, "door-1");
        (event["code"] == "denied").then_some(event)
    });
    assert_eq!(denied.unwrap()["reasons"], json!(["card-cloned"]));
    let alarm = wait::until("the alarm", || accused(&site)).unwrap();
    assert!(alarm["event"].is_i64() && alarm["other_event"].is_i64(), "not both taps: {alarm}");
    let card: Value = site.api.read(&format!("/api/v1/cards/{uid}")).unwrap();
    assert_eq!(card["blocks"], json!(["cloned"]));

    lay_beside(second, "original", &first.control.get_bytes("/cards/original?format=mfd").unwrap());
    wait::until("the block at the other door", || (tap(second, "original").signal == "denied-for-good").then_some(()))
        .unwrap();
    site.stop().unwrap();
}

#[test]
fn two_copies_at_two_doors_that_were_apart_are_found_when_the_doors_meet() {
    let (site, _desk, _, dump) = site_of("sector-rolling-strict");
    for door in &site.doors {
        door.network(false).unwrap();
        lay_beside(door, "card", &dump);
        assert_eq!(tap(door, "card").signal, "granted");
    }
    site.doors[0].network(true).unwrap();
    wait::until("the first door's tap in the log", || (newest(&site, "door-1") != Value::Null).then_some(())).unwrap();
    assert!(accused(&site).is_none(), "one tap accuses nobody");
    site.doors[1].network(true).unwrap();
    wait::until("the alarm", || accused(&site)).unwrap();
    site.stop().unwrap();
}

#[test]
fn a_number_without_a_credential_does_not_pass_a_door_that_asks_for_one() {
    let (site, _desk, uid, dump) = site_of("sector");
    let door = &site.doors[0];
    lay_beside(door, "original", &dump);
    assert_eq!(tap(door, "original").signal, "granted");
    door.make_card(&uid, "classic-1k").unwrap();
    assert_eq!(tap(door, &uid).signal, "try-again");
    let denied = wait::until("the refusal in the log", || {
        let event = newest(&site, "door-1");
        (event["code"] == "denied").then_some(event)
    });
    assert_eq!(denied.unwrap()["reasons"], json!(["credential-unreadable"]));
    site.stop().unwrap();
}
