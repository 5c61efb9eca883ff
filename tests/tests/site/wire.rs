//! Somebody else on the broker: nothing opens, nothing is lost, and it is noticed.

use std::time::Duration;

use access::chain::Link;
use access::command::{Action, Command};
use access::envelope::{DoorKey, Header, MESSAGE_LENGTH_MAX, seal};
use access::message::{Down, Up};
use access::time::MonoMs;
use access::topic::{Channel, Topic};
use serde_json::{Value, json};
use site::people::invent;
use site::wait;
use site::whole::{Broker, Whole, people};

const HOLD_MS: u32 = 60;

/// A client that hears and says everything: whoever runs the broker, or has broken into it.
struct Intruder {
    runtime: tokio::runtime::Runtime,
    handle: link::Handle,
    events: tokio::sync::mpsc::Receiver<link::Event>,
}

impl Intruder {
    fn enter(port: u16) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let _context = runtime.enter();
        let mut options = link::Options::new("127.0.0.1", port, "intruder");
        options.subscriptions = vec![("kulku/#".to_owned(), link::Qos::AtLeastOnce)];
        let (handle, events) = link::open(options).unwrap();
        drop(_context);
        let mut intruder = Self { runtime, handle, events };
        intruder.hear(|event| matches!(event, link::Event::Connected { .. }).then_some(()));
        intruder
    }

    fn say(&self, topic: &str, payload: Vec<u8>) {
        self.runtime.block_on(self.handle.publish(topic, payload, link::Qos::AtLeastOnce)).unwrap();
    }

    /// The first thing heard that `wanted` takes.
    fn hear<T>(&mut self, mut wanted: impl FnMut(link::Event) -> Option<T>) -> T {
        let Self { runtime, events, .. } = self;
        runtime.block_on(async {
            tokio::time::timeout(wait::PATIENCE, async {
                loop {
                    if let Some(found) = wanted(events.recv().await.unwrap()) {
                        return found;
                    }
                }
            })
            .await
            .unwrap()
        })
    }

    fn hear_on(&mut self, topic: &str) -> Vec<u8> {
        self.hear(|event| match event {
            link::Event::Message(message) if message.topic == topic => Some(message.payload),
            _ => None,
        })
    }
}

fn topic(channel: Channel) -> String {
    Topic::build(&"hospital".parse().unwrap(), &"door-1".parse().unwrap(), channel)
}

fn header() -> Header {
    Header {
        site: "hospital".parse().unwrap(),
        door: "door-1".parse().unwrap(),
        key_id: 1,
        epoch: 1,
        boot: u64::MAX,
        sequence: u64::MAX,
        link: Link::START,
    }
}

/// Frames that are wrong in every way that does not need the key.
fn nonsense(authentic: &[u8]) -> Vec<Vec<u8>> {
    let stranger = DoorKey::new([1; 32]);
    let unlock = Command { id: 1, boot: 1, session: 1, expires: MonoMs(u64::MAX), action: Action::UnlockOnce };
    let mut changed = authentic.to_vec();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let mut version = authentic.to_vec();
    version[0] = 99;
    vec![
        Vec::new(),
        b"unlock".to_vec(),
        vec![1; 100],
        vec![0xFF; MESSAGE_LENGTH_MAX - 100],
        authentic[..authentic.len() - 1].to_vec(),
        changed,
        version,
        seal(&stranger, &header(), &Down::Command(unlock)),
        seal(&stranger, &header(), &Up::Events(Vec::new())),
    ]
}

fn figure(site: &Whole, name: &str) -> u64 {
    let door: Value = site.api.read("/api/v1/doors/door-1").unwrap();
    door[name].as_u64().unwrap_or(0)
}

#[test]
fn forged_replayed_and_malformed_messages_open_nothing_and_are_counted() {
    let site = Whole::start_plain(Broker::Mosquitto, 1, &people(1, 1).unwrap()).unwrap();
    let uid = invent(1)[0].uid.hex();
    site.doors[0].make_card(&uid, "classic-1k").unwrap();
    site.settle().unwrap();
    let mut intruder = Intruder::enter(site.mosquitto.as_ref().unwrap().port);

    // What an authentic tap and an authentic command look like on the wire.
    site.doors[0].control.tap(&uid, HOLD_MS).unwrap();
    let report = intruder.hear_on(&topic(Channel::UpEvents));
    let order = json!({"action": "unlock-once", "reason": "A courier waits"});
    site.api.act("/api/v1/doors/door-1/commands", &order).unwrap();
    let command = intruder.hear_on(&topic(Channel::DownCommand));
    let resting = || {
        let state: Value = site.doors[0].control.read("/state").ok()?;
        (state["lock"] == "locked").then_some(())
    };
    wait::until("the lock at rest", resting).unwrap();
    let count = |code: &str| site.events("door-1").unwrap().iter().filter(|event| event.code == code).count();
    wait::until("the command in the log", || (count("command-followed") == 1).then_some(())).unwrap();

    for channel in [Channel::UpStatus, Channel::UpEvents] {
        for frame in nonsense(&report).into_iter().chain([report.clone()]) {
            intruder.say(&topic(channel), frame);
        }
    }
    let down =
        [Channel::DownWhitelist, Channel::DownState, Channel::DownCounters, Channel::DownAck, Channel::DownCommand];
    for channel in down {
        for frame in nonsense(&command).into_iter().chain([command.clone(), report.clone()]) {
            intruder.say(&topic(channel), frame);
        }
    }

    // The door tells how many messages it has refused, and the tap after all that is the second, not a third.
    wait::until("the refusals counted", || (figure(&site, "messages_refused") >= 40).then_some(())).unwrap();
    assert!(resting().is_some(), "the lock moved");
    assert_eq!(site.doors[0].control.tap(&uid, HOLD_MS).unwrap().signal, "granted");
    wait::until("the second tap in the log", || (count("granted") == 2).then_some(())).unwrap();
    assert_eq!(count("command-followed"), 1, "a replayed command was followed");
    assert!(count("messages-refused") >= 1, "nobody was told");
    site.stop().unwrap();
    intruder.runtime.shutdown_timeout(Duration::from_secs(1));
}
