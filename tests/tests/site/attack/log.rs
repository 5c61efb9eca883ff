//! What is said to the controller in the name of a door.

use site::stranger::frame::{DOWN, Frame, UP};
use site::stranger::packet::Message;
use site::stranger::words::{Status, events};
use site::wait;

use super::{Siege, damaged, up};

/// Something to say to the controller: what it is, where, the bytes, and the alarm that it must raise.
struct Attempt {
    what: String,
    topic: String,
    payload: Vec<u8>,
    kind: &'static str,
}

/// A report and a status of door 1, and a report of door 2, as they went over the wire.
struct Caught {
    report: Vec<u8>,
    status: Vec<u8>,
    foreign: Vec<u8>,
}

fn caught(siege: &Siege) -> Caught {
    assert_eq!(siege.tap(0), "granted");
    let report = siege.hear(&up("door-1", "events"));
    assert_eq!(siege.tap(1), "granted");
    let foreign = siege.hear(&up("door-2", "events"));
    siege.middle.cut();
    // And not the last will, which comes there as well.
    let of_status = |message: &Message| {
        let ours = message.topic == up("door-1", "status");
        Status::read(&Frame::read(&message.payload).filter(|_| ours)?.message).map(|_| message.payload.clone())
    };
    let status = siege.attacker.borrow_mut().hear("a status of door 1", of_status).unwrap();
    siege.site.settle().unwrap();
    // Nobody has gone in, which both doors tell some seconds later.
    wait::until("both taps in the log with their ends", || {
        let logged = |door| (siege.count(door, "not-entered") == 1).then_some(());
        logged("door-1").and_then(|()| logged("door-2"))
    })
    .unwrap();
    Caught { report, status, foreign }
}

/// A frame like this one and newer, with something else in it, under this key.
fn forged(like: &[u8], key: &[u8], label: &[u8], change: impl FnOnce(&mut Frame)) -> Vec<u8> {
    let mut frame = Frame::read(like).unwrap();
    frame.sequence += 1_000_000;
    change(&mut frame);
    frame.seal(key, label)
}

fn attempts(siege: &Siege, caught: &Caught) -> Vec<Attempt> {
    let (mine, foreign, report) = (siege.key(0), siege.key(1), &caught.report);
    let exit = |frame: &mut Frame| frame.message = events(&[1], 1);
    let of_status = up("door-1", "status");
    let mut newer = report.clone();
    newer[0] = 9;
    let under = |key: &[u8], label| forged(report, key, label, exit);
    let named: Vec<(&str, Vec<u8>)> = vec![
        ("events under a stranger's key", under(&[1; 32], UP)),
        ("events under the other door's key", under(&foreign, UP)),
        ("events under the key of the other direction", under(&mine, DOWN)),
        ("events under a key that the door does not have", forged(report, &mine, UP, |frame| frame.key_id = 9)),
        ("events of another site", forged(report, &mine, UP, |frame| frame.site = "elsewhere".to_owned())),
        ("events of another door", forged(report, &mine, UP, |frame| frame.door = "door-2".to_owned())),
        ("the other door's events", caught.foreign.clone()),
        ("a status as events", caught.status.clone()),
        ("events of another version", newer),
    ];
    let one = |what: &str, topic: &str, payload: Vec<u8>, kind| {
        let version = payload.first().is_some_and(|first| *first != 1);
        let kind = if version { "wire-version" } else { kind };
        Attempt { what: what.to_owned(), topic: topic.to_owned(), payload, kind }
    };
    let of_events = up("door-1", "events");
    let damaged = damaged(report).into_iter().map(|(what, payload)| one(&what, &of_events, payload, "forged-message"));
    let named = named.into_iter().map(|(what, payload)| one(what, &of_events, payload, "forged-message"));
    damaged
        .chain(named)
        .chain([
            one("events as a status", &of_status, report.clone(), "forged-message"),
            one("the same events again", &of_events, report.clone(), "replayed-message"),
            one("the same status again", &of_status, caught.status.clone(), "replayed-message"),
        ])
        .collect()
}

#[test]
fn nothing_that_a_stranger_tells_the_controller_stands_in_the_log() {
    let siege = Siege::begin();
    let caught = caught(&siege);
    let before = (siege.codes("door-1"), siege.codes("door-2"));
    for attempt in attempts(&siege, &caught) {
        let Attempt { what, topic, payload, kind } = attempt;
        siege.alarmed(&what, kind, Some("door-1"), || siege.publish(&topic, &payload));
    }
    for topic in [up("door-9", "events"), up("door-1", "nonsense")] {
        siege.alarmed(&topic, "forged-message", None, || siege.publish(&topic, &caught.report));
    }
    assert_eq!((siege.codes("door-1"), siege.codes("door-2")), before, "something was believed");
    // And what is authentic still counts.
    assert_eq!(siege.tap(0), "granted");
    wait::until("the tap in the log", || (siege.count("door-1", "granted") == 2).then_some(())).unwrap();
    siege.site.stop().unwrap();
}

/// A report that a restarted controller hears again, and a status from before.
#[test]
fn a_controller_that_has_started_anew_believes_nothing_old() {
    let mut siege = Siege::begin();
    let caught = caught(&siege);
    let before = siege.codes("door-1");
    siege.site.kill_controller().unwrap();
    siege.site.start_controller().unwrap();
    for (what, topic, payload) in [
        ("an old status", up("door-1", "status"), &caught.status),
        ("old events of a door that has spoken since", up("door-1", "events"), &caught.report),
    ] {
        if what.starts_with("old events") {
            assert_eq!(siege.tap(0), "granted");
            wait::until("the tap in the log", || (siege.count("door-1", "granted") == 2).then_some(())).unwrap();
        }
        siege.alarmed(what, "replayed-message", Some("door-1"), || siege.publish(&topic, payload));
    }
    assert_eq!(siege.codes("door-1").len(), before.len() + 1);
    siege.site.stop().unwrap();
}
