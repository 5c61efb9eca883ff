//! Whoever has stolen the box of one door, and with it its key: at the embedded broker, and with words of its own that
//! make no sense.

use std::net::SocketAddr;

use serde_json::{Value, json};
use site::people::invent;
use site::stranger::client::{Client, Login};
use site::stranger::frame::{Frame, UP, password};
use site::stranger::words::events;
use site::wait;
use site::whole::{Broker, Whole, people};

use super::{Siege, down, up};

/// The provisioning file of a door.
fn provisioned(site: &Whole, door: usize) -> Value {
    let text = std::fs::read_to_string(site.doors[door].folder().join("door.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn key(file: &Value) -> Vec<u8> {
    let digits = file["key"].as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// Whether the broker ends the connection of whoever publishes there. It may confirm first: MQTT 3.1.1 has no other answer.
fn is_thrown_out(thief: &mut Client, topic: &str, retain: bool) -> bool {
    wait::until("the end of the thief's connection", || thief.publish(topic, &[1; 100], retain).is_err().then_some(()))
        .is_ok()
}

#[test]
fn a_stolen_door_says_and_hears_nothing_in_the_name_of_another_at_the_embedded_broker() {
    let mut site = Whole::start_plain(Broker::Embedded, 2, &people(1, 2).unwrap()).unwrap();
    site.settle().unwrap();
    let stolen = provisioned(&site, 1);
    site.doors[1].kill().unwrap();
    let port = u16::try_from(stolen["mqtt"]["port"].as_u64().unwrap()).unwrap();
    let broker = SocketAddr::from(([127, 0, 0, 1], port));
    let secret = password(&key(&stolen));
    let enter = |client: &str, user: &str| Client::connect(broker, Login { client, user: Some((user, &secret)) });
    for (client, user) in
        [("door-1", "door-1"), ("door-2", "door-1"), ("door-1", "door-2"), ("kulku_controller", "kulku_controller")]
    {
        assert!(enter(client, user).is_err(), "{client} {user} with the password of door 2");
    }
    for filter in
        [down("door-1", "#"), down("door-1", "command"), "#".to_owned(), "kulku/#".to_owned(), "$SYS/#".to_owned()]
    {
        let mut thief = enter("door-2", "door-2").unwrap();
        assert!(!matches!(thief.subscribe(&filter), Ok(true)), "{filter} is heard");
    }
    let before = site.events("door-1").unwrap().len();
    for topic in [up("door-1", "events"), up("door-1", "status"), down("door-1", "command"), down("door-2", "command")]
    {
        let mut thief = enter("door-2", "door-2").unwrap();
        assert!(is_thrown_out(&mut thief, &topic, false), "{topic} is let in");
    }
    let mut thief = enter("door-2", "door-2").unwrap();
    assert!(is_thrown_out(&mut thief, &up("door-2", "status"), true), "something may be retained");
    assert_eq!(site.events("door-1").unwrap().len(), before);
    let uid = invent(1)[0].uid.hex();
    site.doors[0].make_card(&uid, "classic-1k").unwrap();
    assert_eq!(site.doors[0].control.tap(&uid, super::HOLD_MS).unwrap().signal, "granted");
    drop(thief);
    let alarms = || {
        let list: Value = site.api.read("/api/v1/alarms?state=all&kind=identity-refused").ok()?;
        list["items"].as_array()?.iter().any(|alarm| alarm["count"].as_u64() > Some(0)).then_some(())
    };
    wait::until("an alarm", alarms).unwrap();
}

/// With a key that is right, numbers from one end to the other. The controller goes on, and so does the other door.
#[test]
fn a_stolen_door_that_says_anything_at_all_disturbs_nobody_else() {
    let mut siege = Siege::begin();
    assert_eq!(siege.tap(1), "granted");
    let report = siege.hear(&up("door-2", "events"));
    siege.site.doors[1].kill().unwrap();
    let key = siege.key(1);
    let frame = Frame::read(&report).unwrap();
    let status = {
        let seen = siege.middle.seen().unwrap();
        let status = seen.iter().rev().find(|seen| super::status(seen).is_some()).unwrap();
        Frame::read(&status.message.payload).unwrap().message
    };
    let wild: Vec<(&str, Vec<u8>)> = vec![
        ("events", events(&[u64::MAX], 1)),
        ("events", events(&[0], 1)),
        ("events", events(&[u64::MAX, 0], 1)),
        ("events", events(&[1, 2, 3], 20)),
        ("events", events(&[1; 500], 1)),
        ("events", [&[1][..], &[0xFF; 9], &[1]].concat()),
        ("status", status.clone()),
        ("status", [&status[..1], &[0xFF; 9], &[1], &status[2..]].concat()),
        ("status", vec![2; 2]),
        ("encoding", vec![3, 0, 9]),
        ("listed", vec![4; 60]),
    ];
    for (number, (channel, message)) in (1..).zip(wild) {
        for (epoch, boot) in [(frame.epoch, frame.boot), (number, u64::MAX), (u64::MAX, number)] {
            let sequence = frame.sequence + number;
            let said = Frame { epoch, boot, sequence, message: message.clone(), ..frame.clone() };
            siege.publish(&up("door-2", channel), &said.seal(&key, UP));
        }
    }
    let blocked = json!({"block": "blocked"});
    assert_eq!(siege.tap(0), "granted");
    wait::until("the tap in the log", || (siege.count("door-1", "granted") == 1).then_some(())).unwrap();
    siege.site.api.act(&format!("/api/v1/cards/{}/block", siege.card), &blocked).unwrap();
    wait::until("the block in force", || (siege.tap(0) == "denied-for-good").then_some(())).unwrap();
    let doors: Value = siege.site.api.read("/api/v1/doors").unwrap();
    assert_eq!(doors["items"].as_array().unwrap().len(), 2);
    siege.site.stop().unwrap();
}
