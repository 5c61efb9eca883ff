//! What goes wrong at a door: its event, its alarm, how the door shows it, and how all of it ends.

use serde_json::{Value, json};
use site::people::invent;
use site::wait;
use site::whole::{Broker, Door, OPERATOR, Whole, people};

const HOLD_MS: u32 = 60;

/// Something that goes wrong and is well again.
struct Case {
    /// What happens at the door's control, in this order.
    wrong: Vec<(&'static str, Value)>,
    /// What ends it.
    well: (&'static str, Value),
    /// The event, which is the alarm's kind as well.
    raised: &'static str,
    cleared: &'static str,
    /// What the door says of itself meanwhile.
    shown: (&'static str, Value),
    /// Whether its alarm closes by itself.
    technical: bool,
}

fn watched(path: &'static str, fault: &str, raised: &'static str, cleared: &'static str, technical: bool) -> Case {
    let (wrong, well) = (vec![(path, json!({"wrong": true}))], (path, json!({"wrong": false})));
    Case { wrong, well, raised, cleared, shown: ("faults", json!([fault])), technical }
}

fn cases(card: &str) -> Vec<Case> {
    let closed = ("/contact", json!({"open": false}));
    let opens = ("/contact", json!({"open": true}));
    let tap = ("/tap", json!({"card": card, "hold_ms": HOLD_MS}));
    vec![
        Case {
            wrong: vec![opens.clone()],
            well: closed.clone(),
            raised: "forced-open",
            cleared: "forced-cleared",
            shown: ("leaf", json!("forced")),
            technical: false,
        },
        Case {
            wrong: vec![tap, opens],
            well: closed,
            raised: "held-open",
            cleared: "held-cleared",
            shown: ("leaf", json!("held-open")),
            technical: false,
        },
        watched("/tamper", "tamper", "tamper", "tamper-cleared", false),
        watched("/mains", "mains", "mains-lost", "mains-restored", true),
        watched("/battery", "battery", "battery-low", "battery-good", true),
        watched("/fire", "fire", "fire", "fire-cleared", false),
        watched("/contact-fault", "contact", "contact-fault", "contact-mended", false),
    ]
}

/// Held down for half a minute.
fn stuck() -> Case {
    Case {
        wrong: vec![("/exit", json!({"down": true}))],
        well: ("/exit", json!({"down": false})),
        raised: "exit-button-stuck",
        cleared: "exit-button-freed",
        shown: ("faults", json!(["exit-button"])),
        technical: false,
    }
}

fn count(site: &Whole, door: &Door, code: &str) -> usize {
    site.events(&door.id).unwrap().iter().filter(|event| event.code == code).count()
}

fn goes_wrong(door: &Door, case: &Case) {
    for (path, body) in &case.wrong {
        door.control.act(path, body).unwrap();
    }
}

/// The alarm, as soon as it is so.
fn alarm(site: &Whole, door: &Door, case: &Case, so: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/api/v1/alarms?state=all&kind={}&door={}", case.raised, door.id);
    let newest = || {
        let alarms: Value = site.api.read(&path).ok()?;
        alarms["items"].get(0).filter(|alarm| so(alarm)).cloned()
    };
    wait::until(&format!("the alarm {}", case.raised), newest).unwrap()
}

fn is_raised_and_ends(site: &Whole, door: &Door, case: &Case) {
    let (key, value) = &case.shown;
    let shows = |client: &site::http::Client, path: &str| {
        let state: Value = client.read(path).ok()?;
        (&state[key] == value).then_some(())
    };
    wait::until(case.raised, || shows(&door.control, "/state")).unwrap();
    wait::until("it at the desk", || shows(&site.api, &format!("/api/v1/doors/{}", door.id))).unwrap();
    let raised = alarm(site, door, case, |alarm| alarm["state"] == "open");
    assert_eq!((&raised["over"], &raised["count"]), (&Value::Null, &json!(1)), "{raised}");
    assert!(raised["event"].is_i64(), "nobody can look up what happened: {raised}");

    door.control.act(case.well.0, &case.well.1).unwrap();
    if case.technical {
        let closed = alarm(site, door, case, |alarm| alarm["state"] == "closed");
        assert_eq!(closed["closed"]["operator"], Value::Null, "it closes by itself");
    } else {
        let over = alarm(site, door, case, |alarm| alarm["over"].is_string());
        assert_eq!(over["state"], "open", "nobody has looked at it: {over}");
        let path = format!("/api/v1/alarms/{}/acknowledge", over["id"]);
        site.api.act(&path, &json!({"comment": "I was there"})).unwrap();
        let closed = alarm(site, door, case, |alarm| alarm["state"] == "closed");
        assert_eq!(closed["acknowledged"]["operator"], OPERATOR.0, "{closed}");
    }
    assert_eq!((count(site, door, case.raised), count(site, door, case.cleared)), (1, 1), "{}", case.raised);
}

#[test]
fn what_goes_wrong_at_a_door_is_logged_and_raised_once_shown_and_over() {
    let site = Whole::start(Broker::Embedded, 2, &people(1, 1).unwrap()).unwrap();
    let card = invent(1)[0].uid.hex();
    let [first, second] = &site.doors[..] else { panic!("two doors") };
    first.make_card(&card, "classic-1k").unwrap();
    site.api.set_up(&first.id, &json!({"held_warning_ms": 1_000, "held_alarm_ms": 1_500})).unwrap();
    site.settle().unwrap();
    let stuck = stuck();
    goes_wrong(second, &stuck);
    for case in cases(&card) {
        goes_wrong(first, &case);
        is_raised_and_ends(&site, first, &case);
    }
    assert_eq!(count(&site, first, "held-warning"), 1, "nobody was warned before the alarm");
    is_raised_and_ends(&site, second, &stuck);
    site.stop().unwrap();
}

#[test]
fn whoever_flees_a_fire_forces_nothing_and_a_denied_crowd_is_told() {
    let site = Whole::start(Broker::Embedded, 1, &people(1, 1).unwrap()).unwrap();
    let card = invent(1)[0].uid.hex();
    let door = &site.doors[0];
    let control = &door.control;
    for uid in [card.as_str(), "DEADBEEF", "DEADBEE0"] {
        door.make_card(uid, "classic-1k").unwrap();
    }
    site.api.set_up(&door.id, &json!({"lockout_denials": 3})).unwrap();
    site.settle().unwrap();

    assert_eq!(control.act("/fire", &json!({"wrong": true})).unwrap()["lock"], "locked", "the hardware releases exits");
    assert_eq!(control.act("/contact", &json!({"open": true})).unwrap()["leaf"], "open");
    control.act("/contact", &json!({"open": false})).unwrap();
    control.act("/fire", &json!({"wrong": false})).unwrap();
    wait::until("the end of the fire in the log", || (count(&site, door, "fire-cleared") == 1).then_some(())).unwrap();
    assert_eq!(count(&site, door, "forced-open"), 0);

    for (uid, reasons) in [
        ("DEADBEEF", vec!["unknown-card"]),
        ("DEADBEE0", vec!["unknown-card"]),
        ("DEADBEEF", vec!["unknown-card"]),
        ("DEADBEE0", vec!["unknown-card", "locked-out"]),
    ] {
        assert_eq!(control.tap(uid, HOLD_MS).unwrap().reasons, reasons);
    }
    assert_eq!(control.tap(&card, HOLD_MS).unwrap().signal, "granted", "a listed card pays for others");
    wait::until("the lockout in the log", || (count(&site, door, "locked-out") == 1).then_some(())).unwrap();
    wait::until("the alarm", || {
        let alarms: Value = site.api.read("/api/v1/alarms?kind=repeated-denials").ok()?;
        alarms["items"].get(0).is_some().then_some(())
    })
    .unwrap();
    site.stop().unwrap();
}
