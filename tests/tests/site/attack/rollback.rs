//! What was true once is never in force again: lists, states and commands from before, at a door that has started anew
//! and remembers no message of them.

use serde_json::json;
use site::stranger::middle::{Fate, Way};
use site::stranger::packet::Message;
use site::wait;

use super::{Siege, down};

/// Everything that has gone over the wire to door 1 on this channel.
fn caught(siege: &Siege, channel: &str) -> Vec<Vec<u8>> {
    let topic = down("door-1", channel);
    let seen = siege.middle.seen().unwrap();
    seen.into_iter().filter(|seen| seen.message.topic == topic).map(|seen| seen.message.payload).collect()
}

/// From now on door 1 hears nothing of its controller on this channel.
fn deafen(siege: &Siege, channel: &'static str) {
    let topic = down("door-1", channel);
    siege.middle.judge(
        move |way, message| {
            if way == Way::Down && message.topic == topic { Fate::Drop } else { Fate::Pass }
        },
    );
}

/// Says something of before to door 1, which hears nothing of its broker there.
fn replay(siege: &Siege, channel: &str, payload: &[u8]) {
    let (topic, payload) = (down("door-1", channel), payload.to_vec());
    siege.middle.say(Way::Down, &Message { topic, payload, qos: 0, retain: false, id: 0 });
}

fn restart(siege: &mut Siege) {
    let from = siege.middle.seen().unwrap().len();
    siege.site.doors[0].kill().unwrap();
    siege.site.doors[0].run().unwrap();
    siege.site.doors[0].make_card(&siege.card, "classic-1k").unwrap();
    siege.middle.wait("a status of the new boot", from, super::status).unwrap();
}

#[test]
fn a_card_that_was_blocked_is_not_listed_again_by_an_old_list() {
    let mut siege = Siege::begin();
    assert_eq!(siege.tap(0), "granted");
    let lists = caught(&siege, "whitelist");
    assert!(!lists.is_empty());
    let before = siege.status().whitelist;
    siege.site.api.act(&format!("/api/v1/cards/{}/block", siege.card), &json!({"block": "blocked"})).unwrap();
    let newer = |seen: &_| super::status(seen).filter(|status| status.whitelist > before);
    let blocked = siege.middle.wait("the block in force", 0, newer).unwrap().whitelist;
    restart(&mut siege);
    deafen(&siege, "whitelist");
    let refused = siege.refused();
    for _ in 0..2 {
        lists.iter().for_each(|list| replay(&siege, "whitelist", list));
    }
    siege.assert_refused(refused, 2 * lists.len() as u64);
    assert_eq!(siege.status().whitelist, blocked);
    assert_eq!(siege.tap(0), "denied-for-good");
    siege.at_rest(0);
    assert!(siege.alarms("messages-refused", Some("door-1")) > 0, "nobody was told");
    siege.site.stop().unwrap();
}

#[test]
fn a_state_of_before_is_not_in_force_again() {
    let mut siege = Siege::begin();
    let order = |hours| {
        let until = chrono::Utc::now() + chrono::TimeDelta::hours(hours);
        let until = until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        json!({"mode": "locked", "until": until, "reason": "Painting"})
    };
    siege.site.api.act("/api/v1/doors/door-1/order", &order(1)).unwrap();
    let mode = |wanted| move |seen: &_| super::status(seen).filter(|status| status.mode == wanted);
    let ordered = siege.middle.wait("the order in force", 0, mode(3)).unwrap();
    let states = caught(&siege, "state");
    let from = siege.middle.seen().unwrap().len();
    siege.site.api.act("/api/v1/doors/door-1/order", &order(2)).unwrap();
    let newer = |seen: &_| super::status(seen).filter(|status| status.state > ordered.state);
    let now = siege.middle.wait("the next order in force", from, newer).unwrap();
    restart(&mut siege);
    wait::until("its state of before", || (siege.status().state >= now.state).then_some(())).unwrap();
    let (refused, state) = (siege.refused(), siege.status().state);
    states.iter().for_each(|old| siege.publish(&down("door-1", "state"), old));
    siege.assert_refused(refused, states.len() as u64);
    assert!(siege.status().state > state && siege.status().mode == 3);
    siege.site.stop().unwrap();
}

#[test]
fn an_unlock_of_an_earlier_boot_or_connection_opens_nothing() {
    let mut siege = Siege::begin();
    let command = siege.followed(0);
    restart(&mut siege);
    let refused = siege.refused();
    siege.publish(&down("door-1", "command"), &command);
    // The first is of another boot, which the door says by its event; then it has been here before.
    let said = || (siege.count("door-1", "command-refused") == 1).then_some(());
    wait::until("the refusal in the log", said).unwrap();
    siege.publish(&down("door-1", "command"), &command);
    // What the broker has not passed on yet would be lost with the connection.
    siege.assert_refused(refused, 2);
    siege.cut();
    siege.publish(&down("door-1", "command"), &command);
    siege.assert_refused(refused, 3);
    assert_eq!(siege.lock(0), "locked");
    assert_eq!(siege.count("door-1", "command-followed"), 1);
    assert!(siege.alarms("messages-refused", Some("door-1")) > 0, "nobody was told");
    siege.site.stop().unwrap();
}

#[test]
fn old_confirmations_and_silence_make_no_list_look_younger() {
    let siege = Siege::begin();
    let answers = caught(&siege, "confirmed");
    assert!(!answers.is_empty());
    deafen(&siege, "confirmed");
    let (refused, mut tried) = (siege.refused(), 0);
    let older = || {
        answers.iter().for_each(|answer| replay(&siege, "confirmed", answer));
        tried += answers.len() as u64;
        siege.refused();
        (siege.status().confirmed_age_s? >= 5).then_some(())
    };
    wait::until("a list that is no younger than it is", older).unwrap();
    siege.assert_refused(refused, tried);
    // Nor at a door that has started anew and remembers neither answer nor question.
    let mut siege = siege;
    restart(&mut siege);
    answers.iter().for_each(|answer| replay(&siege, "confirmed", answer));
    siege.refused();
    assert!(siege.status().confirmed_age_s.is_none_or(|age| age >= 5));
    siege.site.stop().unwrap();
}
