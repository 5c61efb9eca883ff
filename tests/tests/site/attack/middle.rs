//! What whoever owns the net can do with authentic messages: hold them back, let them overtake each other, and break the
//! connection with nonsense. None of it opens a door or loses an event.

use serde_json::Value;
use site::stranger::middle::{Fate, Way};
use site::wait;

use super::{Siege, down, up};

#[test]
fn an_unlock_that_is_held_back_opens_nothing_once_it_is_late() {
    let siege = Siege::begin();
    let topic = down("door-1", "command");
    let on = topic.clone();
    siege.middle.judge(move |_, message| if message.topic == on { Fate::Hold } else { Fate::Pass });
    let id = siege.unlock("door-1");
    let held = siege.middle.wait("the command", 0, |seen| (seen.message.topic == topic).then_some(seen.fate));
    assert_eq!(held.unwrap(), Fate::Hold);
    wait::until("the controller to give it up", || {
        let command: Value = siege.site.api.read(&format!("/api/v1/commands/{id}")).ok()?;
        (command["state"] == "expired").then_some(())
    })
    .unwrap();
    siege.middle.release_backwards();
    wait::until("the refusal", || (siege.count("door-1", "command-refused") == 1).then_some(())).unwrap();
    assert_eq!(siege.lock(0), "locked");
    assert_eq!(siege.count("door-1", "command-followed"), 0);
    siege.site.stop().unwrap();
}

#[test]
fn reports_that_overtake_each_other_are_in_the_log_once_and_in_order() {
    let siege = Siege::begin();
    let topic = up("door-1", "events");
    siege.middle.judge(move |_, message| if message.topic == topic { Fate::Hold } else { Fate::Pass });
    for taps in 1..=3 {
        assert_eq!(siege.tap(0), "granted");
        let held =
            || (siege.middle.seen().ok()?.iter().filter(|seen| seen.fate == Fate::Hold).count() >= taps).then_some(());
        wait::until("a report that is held", held).unwrap();
    }
    siege.middle.relent();
    siege
        .alarmed("reports in the wrong order", "replayed-message", Some("door-1"), || siege.middle.release_backwards());
    // What was confirmed and never came is sent again at the latest by the next connection.
    siege.cut();
    wait::until("every tap in the log", || (siege.count("door-1", "granted") >= 3).then_some(())).unwrap();
    let sequences: Vec<u64> = siege.site.events("door-1").unwrap().iter().map(|event| event.sequence).collect();
    assert!(sequences.windows(2).all(|pair| pair[1] == pair[0] + 1), "{sequences:?}");
    assert_eq!(siege.count("door-1", "granted"), 3);
    for kind in ["chain-broken", "chain-fork"] {
        assert_eq!(siege.alarms(kind, Some("door-1")), 0, "{kind}");
    }
    siege.site.stop().unwrap();
}

#[test]
fn a_broker_that_acknowledges_what_never_arrived_makes_a_door_forget_nothing() {
    let siege = Siege::begin();
    siege.middle.judge(|way, message| {
        let events = way == Way::Up && message.topic.ends_with("/events");
        if events { Fate::Drop } else { Fate::Pass }
    });
    for _ in 0..5 {
        assert_eq!(siege.tap(0), "granted");
    }
    // An acknowledgement of before, again, and a connection in between.
    let acks: Vec<_> =
        siege.middle.seen().unwrap().into_iter().filter(|seen| seen.message.topic.ends_with("/ack")).collect();
    acks.iter().for_each(|ack| siege.middle.say(Way::Down, &ack.message));
    siege.cut();
    acks.iter().for_each(|ack| siege.middle.say(Way::Down, &ack.message));
    assert_eq!(siege.count("door-1", "granted"), 0);
    siege.middle.relent();
    siege.cut();
    wait::until("every tap in the log", || (siege.count("door-1", "granted") >= 5).then_some(())).unwrap();
    assert_eq!(siege.count("door-1", "granted"), 5);
    siege.site.stop().unwrap();
}

#[test]
fn a_broker_that_talks_nonsense_or_too_much_ends_its_connection_and_nothing_else() {
    let siege = Siege::begin();
    let refused = siege.refused();
    let oversized = [&[0x30, 0xFF, 0xFF, 0xFF, 0x7F][..], &vec![0; 300_000]].concat();
    let nonsense = [vec![0xFF; 64], vec![0x30, 2, 0xFF, 0xFF], vec![0x3F; 8], oversized];
    for (number, bytes) in (1..).zip(&nonsense) {
        siege.middle.say_bytes(Way::Down, bytes.clone());
        // It is heard of over the next connection, so the next nonsense meets that one.
        siege.assert_refused(refused, number);
        assert_eq!(siege.tap(0), "granted");
    }
    let count = || (siege.count("door-1", "granted") == nonsense.len()).then_some(());
    wait::until("every tap in the log", count).unwrap();
    siege.site.stop().unwrap();
}
