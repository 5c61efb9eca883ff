//! Messages in their envelopes: before their MAC has been checked, and with a MAC that is right.

use access::envelope::{DoorKey, Sealed, seal};
use access::message::{Down, Up};
use access::topic::Topic;
use door_agent::downlink::Downlink;
use door_agent::provisioning::Provisioning;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::fuzz::{MANY, alone, run, within};
use super::samples::{bytes_of, downs, header, key, ups};

/// Nobody without the key makes a receiver take more than this: names that are as long as the message.
fn unproved_max(message: &[u8]) -> usize {
    2 * message.len() + 1_024
}

/// What the sender of a right MAC can make a receiver take, whatever lengths it claims: lists are reserved up to a
/// mebibyte at once, a list in a list in a list once each, and one that grows is counted at each growth.
const PROVED_MAX: usize = 24 * 1024 * 1024;

fn sealed() -> Vec<Vec<u8>> {
    let up = ups().into_iter().map(|message| seal(&key(), &header(), &message));
    up.chain(downs().into_iter().map(|message| seal(&key(), &header(), &message))).collect()
}

/// The bytes with a MAC that is right for them.
fn signed(label: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mac = |key: &[u8], data: &[u8]| -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(data);
        mac.finalize().into_bytes().to_vec()
    };
    let direction = mac(&[7; 32], label);
    [bytes, &mac(&direction, bytes)[..]].concat()
}

fn unsigned() -> Vec<Vec<u8>> {
    sealed().into_iter().map(|bytes| bytes[..bytes.len() - 32].to_vec()).collect()
}

#[test]
fn nothing_without_the_key_is_believed_or_costs_more_than_its_own_length() {
    let alone = alone();
    let samples = sealed();
    run(&alone, &samples, MANY, |bytes, _| {
        within(unproved_max(bytes), || {
            let stranger = DoorKey::new([8; 32]);
            let opened = Sealed::parse(bytes).is_ok_and(|sealed| sealed.open::<Up>(&stranger).is_ok());
            assert!(!opened, "a message was believed under another key");
            Sealed::parse(bytes).is_ok()
        })
    });
}

#[test]
fn a_changed_message_of_a_door_is_never_believed() {
    let alone = alone();
    let samples: Vec<Vec<u8>> = ups().iter().map(|message| seal(&key(), &header(), message)).collect();
    run(&alone, &samples, MANY, |bytes, _| {
        let believed = Sealed::parse(bytes).is_ok_and(|sealed| sealed.open::<Up>(&key()).is_ok());
        assert_eq!(believed, samples.iter().any(|sample| sample == bytes));
        believed
    });
}

#[test]
fn whoever_has_the_key_of_a_door_cannot_make_a_reader_fall_or_fill_the_memory() {
    let alone = alone();
    run(&alone, &unsigned(), MANY, |bytes, _| {
        let message = signed(b"kulku/up/v1", bytes);
        within(PROVED_MAX, || {
            let opened = Sealed::parse(&message).and_then(|sealed| sealed.open::<Up>(&key()));
            // What was understood is said again in the same words.
            opened.as_ref().is_ok_and(|(header, up)| {
                let again = seal(&key(), header, up);
                let (header_again, up_again) = Sealed::parse(&again).unwrap().open::<Up>(&key()).unwrap();
                assert_eq!((&header_again, &up_again), (header, up));
                true
            })
        })
    });
}

#[test]
fn a_door_takes_any_authentic_message_without_falling_and_each_number_once() {
    let alone = alone();
    let identity = Provisioning {
        site: "hospital".parse().unwrap(),
        door: "pharmacy".parse().unwrap(),
        key_id: 1,
        key: key(),
        mqtt_host: "broker".to_owned(),
        mqtt_port: 1883,
        identity: None,
    };
    let topics = ["whitelist", "state", "counters", "passages", "ack", "command", "encode", "confirmed"];
    run(&alone, &unsigned(), MANY, |bytes, chance| {
        let message = signed(b"kulku/down/v1", bytes);
        let mut downlink = Downlink::new(identity.clone());
        let mut opened = 0;
        within(topics.len() * PROVED_MAX, || {
            for topic in topics {
                let topic = format!("kulku/hospital/pharmacy/down/{topic}");
                opened += u32::from(downlink.open(&topic, false, &message).is_ok());
                assert!(downlink.open(&topic, chance.below(2) == 0, &message).is_err(), "it was believed twice");
            }
        });
        assert!(opened <= 1, "a message was believed on {opened} topics");
        opened == 1
    });
}

#[test]
fn topics_are_read_or_refused() {
    let alone = alone();
    let known = [
        "up/status",
        "up/events",
        "up/encoding",
        "up/listed",
        "up/figures/taps",
        "down/whitelist",
        "down/ack",
        "down/command",
    ];
    let samples: Vec<Vec<u8>> =
        known.iter().map(|levels| format!("kulku/hospital/ward-1/{levels}").into_bytes()).collect();
    run(&alone, &samples, MANY, |bytes, _| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        within(1_024, || {
            Topic::parse(text).is_ok_and(|topic| {
                assert_eq!(Topic::build(&topic.site, &topic.door, topic.channel), text);
                true
            })
        })
    });
}

#[test]
fn messages_without_an_envelope_are_read_within_the_bound() {
    let alone = alone();
    run(&alone, &[bytes_of(&ups()), bytes_of(&downs())].concat(), MANY, |bytes, _| {
        within(2 * PROVED_MAX, || {
            postcard::from_bytes::<Up>(bytes).is_ok() | postcard::from_bytes::<Down>(bytes).is_ok()
        })
    });
}
