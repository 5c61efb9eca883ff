//! An old backup is put back: nobody gets in again who was kept out since, and nothing that doors hold is lost.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use site::people::invent;
use site::wait;
use site::whole::{Broker, Door, Event, Whole, people};

const HOLD_MS: u32 = 60;

/// Taps that are made after the backup, so that the log has something to lose.
const TAPS: usize = 12;

/// What the door answers to a card.
pub(crate) fn signal(door: &Door, card: &str) -> String {
    // A busy machine's reader may look away while the card passes.
    wait::until("a signal at the door", || {
        let seen = door.control.tap(card, HOLD_MS).unwrap();
        (seen.signal != "none").then_some(seen.signal)
    })
    .unwrap()
}

fn doors(site: &Whole) -> Vec<Value> {
    let doors: Value = site.api.read("/api/v1/doors").unwrap();
    doors["items"].as_array().unwrap().clone()
}

fn generations(site: &Whole) -> Vec<u64> {
    doors(site).iter().map(|door| door["generation_in_force"].as_u64().unwrap_or(0)).collect()
}

fn reconcile(site: &Whole, what: &str) -> Value {
    serde_json::from_str(&site.run(&["reconcile", what, "--json"]).unwrap()).unwrap()
}

/// What identifies an event, whatever its place in the central log.
fn identities(events: &[Event]) -> BTreeSet<(u64, String, Option<String>)> {
    events.iter().map(|event| (event.sequence, event.code.clone(), event.card.clone())).collect()
}

/// All events of a door once its newest is at least this one.
fn events_through(site: &Whole, door: &str, newest: u64) -> Vec<Event> {
    wait::until("the events in the log", || {
        let events = site.events(door).ok()?;
        events.iter().any(|event| event.sequence >= newest).then_some(events)
    })
    .unwrap()
}

fn kinds_of_alarms(site: &Whole) -> Vec<String> {
    let alarms: Value = site.api.read("/api/v1/alarms").unwrap();
    let kinds = alarms["items"].as_array().unwrap().iter().map(|alarm| alarm["kind"].as_str().unwrap().to_owned());
    kinds.collect()
}

#[test]
fn an_old_backup_lets_nobody_in_again_and_loses_no_event_that_doors_hold() {
    let mut site = Whole::start(Broker::Embedded, 2, &people(3, 2).unwrap()).unwrap();
    let cards: Vec<String> = invent(3).iter().map(|person| person.uid.hex()).collect();
    for (door, card) in site.doors.iter().flat_map(|door| cards.iter().map(move |card| (door, card))) {
        door.make_card(card, "classic-1k").unwrap();
    }
    site.settle().unwrap();
    let (stolen, honest) = (&cards[0], &cards[1]);
    assert_eq!(signal(&site.doors[0], stolen), "granted");
    let out = site.folder().join("old.backup").to_string_lossy().into_owned();
    site.run(&["backup", "--out", &out]).unwrap();

    // What the backup will never have heard of.
    site.api.post(&format!("/api/v1/cards/{stolen}/block"), &json!({"block": "blocked"})).unwrap().success("").unwrap();
    let lockdown = json!({"scope": "door", "door": "door-2", "reason": "a threat"});
    site.api.post("/api/v1/lockdowns", &lockdown).unwrap().success("").unwrap();
    wait::until("the stolen card refused everywhere", || {
        site.doors.iter().all(|door| signal(door, stolen) != "granted").then_some(())
    })
    .unwrap();
    site.settle().unwrap();
    for _ in 0..TAPS {
        assert_eq!(signal(&site.doors[0], honest), "granted");
    }
    let of_honest = |events: &[Event]| events.iter().filter(|event| event.card.as_deref() == Some(honest)).count();
    wait::until("the taps in the log", || (of_honest(&site.taps("door-1").ok()?) == TAPS).then_some(())).unwrap();
    let before: Vec<Vec<Event>> = site.doors.iter().map(|door| site.events(&door.id).unwrap()).collect();
    let old = generations(&site);

    let refused = site.run(&["restore", &out]).unwrap_err().to_string();
    assert!(refused.contains("another controller runs"), "{refused}");
    site.stop_controller().unwrap();
    site.run(&["restore", &out]).unwrap();

    // A thief who tries all the while, from before the start until everything has come together.
    let over = AtomicBool::new(false);
    let door_1 = site.doors[0].control.clone();
    std::thread::scope(|scope| {
        let thief = scope.spawn(|| {
            let mut tries = 0_u32;
            while !over.load(Ordering::Relaxed) {
                assert_ne!(door_1.tap(stolen, HOLD_MS).unwrap().signal, "granted", "the thief got in");
                tries += 1;
            }
            tries
        });
        after_the_restore(&mut site, (stolen, honest), &before, &old);
        over.store(true, Ordering::Relaxed);
        assert!(thief.join().unwrap() > 0);
    });
    site.stop().unwrap();
}

fn after_the_restore(site: &mut Whole, (stolen, honest): (&str, &str), before: &[Vec<Event>], old: &[u64]) {
    site.start_controller().unwrap();
    let shown = wait::until("both doors have told what they know", || {
        let shown = reconcile(site, "--show");
        let doors = shown["doors"].as_array().unwrap();
        doors.iter().all(|door| door["told_ms"].is_i64() && door["newer"] == true).then_some(shown)
    })
    .unwrap();
    assert_eq!(shown["waits"], true);
    assert_eq!(shown["counts"]["blocked"], 1);
    assert_eq!(shown["cards"][0]["uid"], *stolen);
    assert!(shown["doors"].as_array().unwrap().iter().any(|door| door["locked_down"] == true));
    assert!(kinds_of_alarms(site).contains(&"site-restored".to_owned()));
    assert_eq!(generations(site), old, "nothing has been sent to a door");

    // What the log has lost comes back by itself.
    for (door, before) in site.doors.iter().zip(before) {
        let newest = before.last().unwrap().sequence;
        let now = events_through(site, &door.id, newest);
        let missing: Vec<_> = identities(before).difference(&identities(&now)).cloned().collect();
        assert!(missing.is_empty(), "{}: {missing:?}", door.id);
        assert!(now.windows(2).all(|pair| pair[1].sequence == pair[0].sequence + 1), "a gap at {}", door.id);
    }

    let decided = reconcile(site, "--keep-out");
    assert_eq!((&decided["cards"], &decided["lockdowns"], &decided["waiting"]), (&json!(1), &json!(1), &json!(0)));
    site.settle().unwrap();
    assert!(generations(site).iter().zip(old).all(|(now, old)| now > old), "{:?} after {old:?}", generations(site));
    let card: Value = site.api.read(&format!("/api/v1/cards/{stolen}")).unwrap();
    assert_eq!((&card["life"], &card["life_cause"]), (&json!("blocked"), &json!("restored")));
    assert_eq!(signal(&site.doors[0], honest), "granted");
    let door_2 = doors(site).into_iter().find(|door| door["id"] == "door-2").unwrap();
    assert_eq!(door_2["mode_in_force"], "locked-down", "{door_2}");
    assert!(!kinds_of_alarms(site).contains(&"site-restored".to_owned()));
}
