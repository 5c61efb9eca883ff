//! What is said to a door in the name of its controller.

use site::stranger::frame::{DOWN, Frame, UP};
use site::stranger::words::{acknowledged, unlock, variant};

use super::{Siege, damaged, down};

/// Where a door hears something.
const CHANNELS: [&str; 8] = ["whitelist", "state", "counters", "passages", "ack", "confirmed", "command", "encode"];

/// Everything that went over the wire to a door so far, each with its topic.
fn heard(siege: &Siege) -> Vec<(String, Vec<u8>)> {
    let seen = siege.middle.seen().unwrap();
    let down = seen.iter().filter(|seen| seen.message.topic.contains("/down/"));
    down.map(|seen| (seen.message.topic.clone(), seen.message.payload.clone())).collect()
}

#[test]
fn nothing_that_a_stranger_tells_a_door_moves_its_lock_or_its_list() {
    let siege = Siege::begin();
    let command = siege.followed(0);
    let foreign = siege.followed(1);
    assert_eq!(siege.tap(0), "granted");
    siege.at_rest(0);
    let replays = heard(&siege);
    for channel in ["whitelist", "state", "command"] {
        assert!(replays.iter().any(|(topic, _)| *topic == down("door-1", channel)), "no {channel} was caught");
    }
    let now = siege.status();
    let sealed = |key: &[u8], label: &[u8], message: Vec<u8>| {
        let frame = Frame::read(&command).unwrap();
        Frame { boot: frame.boot + 1, sequence: 1, message, ..frame }.seal(key, label)
    };
    let boot = Frame::read(&command).unwrap().boot;
    let expires = now.mono + 9_000;
    let mut attempts: Vec<(String, Vec<u8>)> = Vec::new();
    for channel in CHANNELS {
        let to = down("door-1", channel);
        attempts.extend(damaged(&command).into_iter().map(|(_, payload)| (to.clone(), payload)));
        // Of another channel, unless it is its own: then it has been here before.
        attempts.push((to.clone(), command.clone()));
        attempts.push((to, foreign.clone()));
    }
    attempts.extend(replays);
    let to = down("door-1", "command");
    let order = unlock(7, boot, now.session, expires);
    attempts.push((to.clone(), sealed(&[1; 32], DOWN, order.clone())));
    attempts.push((to.clone(), sealed(&siege.key(1), DOWN, order.clone())));
    attempts.push((to, sealed(&siege.key(0), UP, order)));
    attempts.push((down("door-1", "ack"), sealed(&siege.key(1), DOWN, acknowledged(1, u64::MAX))));

    let refused = siege.refused();
    let followed = siege.count("door-1", "command-followed");
    for (topic, payload) in &attempts {
        siege.publish(topic, payload);
    }
    siege.assert_refused(refused, attempts.len() as u64);
    siege.at_rest(0);
    assert_eq!(siege.count("door-1", "command-followed"), followed, "a command was followed");
    let then = siege.status();
    assert_eq!((then.whitelist, then.mode), (now.whitelist, now.mode));
    assert_eq!(siege.tap(0), "granted");
    assert!(siege.alarms("messages-refused", Some("door-1")) > 0, "nobody was told");
    assert_eq!(variant(&Frame::read(&command).unwrap().message), Some(5));
    siege.site.stop().unwrap();
}

#[test]
fn an_unlock_that_the_broker_retains_opens_nothing_at_any_connection() {
    let siege = Siege::begin();
    let command = siege.followed(0);
    let refused = siege.refused();
    siege.attacker.borrow_mut().publish(&down("door-1", "command"), &command, true).unwrap();
    // As it comes, and then for each connection that finds it retained.
    siege.assert_refused(refused, 1);
    for connections in 1..=3 {
        siege.cut();
        siege.assert_refused(refused, 1 + connections);
    }
    siege.at_rest(0);
    assert_eq!(siege.count("door-1", "command-followed"), 1);
    siege.site.stop().unwrap();
}
