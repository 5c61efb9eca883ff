//! The whole opening through the emulated door's control: who passes, the exit button, modes, and rules at the door.

use serde_json::{Value, json};
use site::http::{Client, Tap};
use site::people::invent;
use site::wait;
use site::whole::{Broker, Door, OPERATOR, Whole, now, people};

const HOLD_MS: u32 = 60;

/// Doors, and people whose cards are listed at all of them.
fn site_of(doors: usize, count: usize) -> (Whole, Vec<String>) {
    let site = Whole::start(Broker::Embedded, doors, &people(count, doors).unwrap()).unwrap();
    let cards: Vec<String> = invent(count).iter().map(|person| person.uid.hex()).collect();
    for (door, card) in site.doors.iter().flat_map(|door| cards.iter().map(move |card| (door, card))) {
        door.make_card(card, "classic-1k").unwrap();
    }
    (site, cards)
}

fn tap(door: &Door, card: &str) -> Tap {
    door.control.tap(card, HOLD_MS).unwrap()
}

fn contact(door: &Door, open: bool) -> Value {
    door.control.act("/contact", &json!({"open": open})).unwrap()
}

fn count(site: &Whole, door: &Door, code: &str) -> usize {
    site.events(&door.id).unwrap().iter().filter(|event| event.code == code).count()
}

/// Waits until the door shows all of this.
#[track_caller]
fn shows(client: &Client, path: &str, wanted: &Value) {
    let holds = || {
        let state: Value = client.read(path).ok()?;
        wanted.as_object()?.iter().all(|(key, value)| &state[key] == value).then_some(())
    };
    wait::until(&format!("{path} {wanted}"), holds).unwrap();
}

#[track_caller]
fn door_shows(door: &Door, wanted: &Value) {
    shows(&door.control, "/state", wanted);
}

/// The cards of a door's events of this kind, once there are so many.
fn cards_of(site: &Whole, door: &Door, code: &str, wanted: usize) -> Vec<String> {
    wait::until(&format!("{wanted} {code}"), || {
        let events = site.events(&door.id).ok()?;
        let cards: Vec<String> = events.into_iter().filter(|e| e.code == code).filter_map(|e| e.card).collect();
        (cards.len() == wanted).then_some(cards)
    })
    .unwrap()
}

/// In so many seconds, as the API reads it.
fn in_seconds(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(now().0 + seconds, 0).unwrap().to_rfc3339()
}

#[test]
fn whoever_is_granted_has_entered_or_has_not_and_leaves_by_the_button() {
    let (site, cards) = site_of(2, 2);
    let [releases, shunts] = &site.doors[..] else { panic!("two doors") };
    site.api.set_up(&releases.id, &json!({"release_ms": 1_000})).unwrap();
    site.api.set_up(&shunts.id, &json!({"exit_button": "shunts"})).unwrap();
    site.settle().unwrap();

    assert_eq!(tap(releases, &cards[0]).signal, "granted");
    assert_eq!(contact(releases, true)["leaf"], "open");
    assert_eq!(contact(releases, false)["lock"], "locked", "somebody could slip in behind");
    assert_eq!(cards_of(&site, releases, "entered", 1), [cards[0].as_str()]);
    assert_eq!(tap(releases, &cards[1]).signal, "granted");
    assert_eq!(cards_of(&site, releases, "not-entered", 1), [cards[1].as_str()]);

    assert_eq!(releases.control.act("/exit", &json!({})).unwrap()["lock"], "released");
    assert_eq!(contact(releases, true)["leaf"], "open");
    contact(releases, false);
    assert_eq!(shunts.control.act("/exit", &json!({})).unwrap()["lock"], "locked");
    assert_eq!(contact(shunts, true)["leaf"], "open");
    contact(shunts, false);
    for (door, closings) in [(releases, 2), (shunts, 1)] {
        wait::until("the door closed", || (count(&site, door, "closed") == closings).then_some(())).unwrap();
        let told = (count(&site, door, "exit-pressed"), count(&site, door, "forced-open"));
        assert_eq!(told, (1, 0), "{}", door.id);
    }
    site.stop().unwrap();
}

#[test]
fn a_command_says_who_why_and_what_became_of_it() {
    let (site, _) = site_of(1, 1);
    let door = &site.doors[0];
    site.settle().unwrap();
    let path = "/api/v1/doors/door-1/commands";
    let without = site.api.post(path, &json!({"action": "unlock-once", "reason": ""})).unwrap();
    assert_eq!((without.status, &without.body["field"]), (422, &json!("reason")));
    let asked = site.api.act(path, &json!({"action": "unlock-once", "reason": "A courier waits"})).unwrap();
    let id = asked["id"].as_str().unwrap().to_owned();
    shows(&site.api, &format!("/api/v1/commands/{id}"), &json!({"state": "followed"}));
    let command: Value = site.api.read(&format!("/api/v1/commands/{id}")).unwrap();
    assert_eq!((&command["operator"], &command["reason"]), (&json!(OPERATOR.0), &json!("A courier waits")));
    door_shows(door, &json!({"lock": "released"}));
    contact(door, true);
    contact(door, false);
    let event = wait::until("the command in the log", || {
        let page: Value = site.api.read("/api/v1/events?code=command-followed").ok()?;
        page["items"].get(0).cloned()
    })
    .unwrap();
    assert_eq!((&event["command"], &event["action"]), (&json!(id), &json!("unlock-once")), "{event}");
    wait::until("the door closed", || (count(&site, door, "closed") == 1).then_some(())).unwrap();
    assert_eq!(count(&site, door, "forced-open"), 0);
    site.stop().unwrap();
}

#[test]
fn a_door_unlocks_by_its_schedule_and_by_an_order_that_ends_by_itself() {
    let (site, cards) = site_of(1, 1);
    let door = &site.doors[0];
    let day = "00:00-24:00";
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let days: serde_json::Map<String, Value> = week.iter().map(|name| ((*name).to_owned(), json!(day))).collect();
    let always = json!({"name": "Always", "days": days, "holiday": "as-weekday", "exceptions": {}});
    let schedule = site.api.act("/api/v1/schedules", &always).unwrap()["id"].clone();
    site.settle().unwrap();
    let (unlocked, normal) =
        (json!({"mode": "unlocked", "lock": "released"}), json!({"mode": "normal", "lock": "locked"}));
    let at_the_desk = |mode: &str| shows(&site.api, "/api/v1/doors/door-1", &json!({"mode_in_force": mode}));

    site.api.set_up(&door.id, &json!({"unlock_schedule": schedule})).unwrap();
    door_shows(door, &unlocked);
    at_the_desk("unlocked");
    assert_eq!(contact(door, true)["leaf"], "open", "whoever opens an unlocked door forces nothing");
    contact(door, false);
    site.api.set_up(&door.id, &json!({"first_person_in": true})).unwrap();
    door_shows(door, &normal);
    assert_eq!(tap(door, &cards[0]).signal, "granted");
    door_shows(door, &unlocked);

    let order = |mode: &str, seconds| json!({"mode": mode, "until": in_seconds(seconds), "reason": "Open house"});
    site.api.act("/api/v1/doors/door-1/order", &order("locked", 3_600)).unwrap();
    door_shows(door, &json!({"mode": "locked", "lock": "locked"}));
    assert_eq!(tap(door, &cards[0]).signal, "granted", "cards decide at a locked door");
    site.api.set_up(&door.id, &json!({"unlock_schedule": null, "first_person_in": false})).unwrap();
    site.api.act("/api/v1/doors/door-1/order", &order("unlocked", 5)).unwrap();
    door_shows(door, &unlocked);
    at_the_desk("unlocked");
    door_shows(door, &normal);
    at_the_desk("normal");
    let ordered: Value = site.api.read("/api/v1/doors/door-1").unwrap();
    assert_eq!(ordered["mode_ordered"], Value::Null, "{ordered}");
    assert_eq!(count(&site, door, "forced-open"), 0);
    assert!(count(&site, door, "mode-changed") >= 6, "the modes are not in the log");
    site.stop().unwrap();
}

#[test]
fn a_lockdown_keeps_cards_out_but_the_exempt_and_lets_everybody_out() {
    let (site, cards) = site_of(2, 2);
    let [inside, other] = &site.doors[..] else { panic!("two doors") };
    let id = |answer: Value| answer["id"].as_i64().unwrap();
    let act = |path: &str, body: Value| site.api.act(path, &body).unwrap();
    let group = id(act("/api/v1/groups", json!({"name": "Security"})));
    let area = id(act("/api/v1/areas", json!({"name": "Wards", "doors": [inside.id]})));
    let card: Value = site.api.read(&format!("/api/v1/cards/{}", cards[1])).unwrap();
    let member = format!("/api/v1/groups/{group}/members/{}", card["holder"]["id"]);
    site.api.put(&member, &json!({})).unwrap().success(&member).unwrap();
    act("/api/v1/rules", json!({"group": group, "area": area, "effect": "exempt"}));
    site.settle().unwrap();

    let body = json!({"scope": "area", "area": area, "reason": "Threat of violence"});
    let lockdown = id(act("/api/v1/lockdowns", body));
    door_shows(inside, &json!({"mode": "locked-down", "lock": "locked"}));
    shows(&site.api, &format!("/api/v1/lockdowns/{lockdown}"), &json!({"doors": 1, "in_force": 1, "missing": []}));
    let denied = tap(inside, &cards[0]);
    assert!(denied.is_denied() && denied.reasons == ["locked-down"], "{denied:?}");
    assert_eq!(inside.control.act("/exit", &json!({})).unwrap()["lock"], "released", "somebody is locked in");
    contact(inside, true);
    contact(inside, false);
    door_shows(inside, &json!({"lock": "locked"}));
    assert_eq!(tap(inside, &cards[1]).signal, "granted", "the exempt are kept out");
    assert_eq!(tap(other, &cards[0]).signal, "granted", "the lockdown is of another area");

    act(&format!("/api/v1/lockdowns/{lockdown}/lift"), json!({"reason": "All clear"}));
    door_shows(inside, &json!({"mode": "normal"}));
    assert_eq!(tap(inside, &cards[0]).signal, "granted");
    let lifted: Value = site.api.read(&format!("/api/v1/lockdowns/{lockdown}")).unwrap();
    assert_eq!(lifted["lifted"]["operator"], OPERATOR.0, "{lifted}");
    assert_eq!(count(&site, inside, "forced-open"), 0);
    site.stop().unwrap();
}

#[test]
fn two_people_pass_together_and_neither_alone() {
    let (site, cards) = site_of(1, 2);
    let door = &site.doors[0];
    site.api.set_up(&door.id, &json!({"two_person_s": 60, "release_ms": 3_000})).unwrap();
    site.settle().unwrap();
    for _ in 0..2 {
        let first = tap(door, &cards[0]);
        let seen = (first.signal.as_str(), first.lock.as_str());
        assert_eq!(seen, ("second-card", "locked"), "one card twice are two people");
        assert_eq!(first.reasons, ["second-person-needed"]);
    }
    let second = tap(door, &cards[1]);
    assert_eq!((second.signal.as_str(), second.lock.as_str()), ("granted", "released"));
    contact(door, true);
    contact(door, false);
    let mut entered = cards_of(&site, door, "entered", 2);
    entered.sort();
    let mut both = cards;
    both.sort();
    assert_eq!(entered, both);
    site.stop().unwrap();
}
