//! A stranger who has read the page about the wire attacks a site: from the broker, from the net between door and broker,
//! and with the key of another door. Nothing opens, nothing is believed, and each attempt is counted and alarmed.
//!
//! Without TLS, since all of this must hold even where whoever attacks owns the broker and its certificates.

mod door;
mod log;
mod middle;
mod neighbour;
mod rollback;

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use site::people::invent;
use site::stranger::client::{Client, Login};
use site::stranger::frame::Frame;
use site::stranger::middle::{Middle, Seen, Way};
use site::stranger::words::Status;
use site::wait;
use site::whole::{Broker, Whole, people};

const HOLD_MS: u32 = 60;

/// An alarm that comes again within a second is not counted again, so an attempt is repeated this often until it is.
const AGAIN: Duration = Duration::from_millis(1_100);

/// Two doors on a broker that the attacker owns, and the attacker between door 1 and it.
struct Siege {
    site: Whole,
    middle: Middle,
    attacker: RefCell<Client>,
    /// Listed for both doors.
    card: String,
}

impl Siege {
    fn begin() -> Self {
        let mut site = Whole::start_plain(Broker::Mosquitto, 2, &people(2, 2).unwrap()).unwrap();
        let broker = SocketAddr::from(([127, 0, 0, 1], site.mosquitto.as_ref().unwrap().port));
        let middle = Middle::before(broker).unwrap();
        site.doors[0].kill().unwrap();
        lead_through(site.doors[0].folder(), middle.port);
        // So that the whole list goes by.
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(site.doors[0].folder().join(format!("state/whitelist.db{end}")));
        }
        site.doors[0].run().unwrap();
        let card = invent(1)[0].uid.hex();
        site.doors.iter().for_each(|door| door.make_card(&card, "classic-1k").unwrap());
        site.settle().unwrap();
        let mut attacker = Client::connect(broker, Login { client: "attacker", user: None }).unwrap();
        assert!(attacker.subscribe("kulku/#").unwrap());
        Self { site, middle, attacker: RefCell::new(attacker), card }
    }

    /// The key that a door shares with the controller: whoever steals the box has it.
    fn key(&self, door: usize) -> Vec<u8> {
        let text = std::fs::read_to_string(self.site.doors[door].folder().join("door.json")).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        let digits = file["key"].as_str().unwrap();
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    /// How often an alarm of this kind has been raised, at this door or at none.
    fn alarms(&self, kind: &str, door: Option<&str>) -> u64 {
        let list: Value = self.site.api.read(&format!("/api/v1/alarms?state=all&kind={kind}")).unwrap();
        let at = |alarm: &&Value| alarm["door"].as_str() == door;
        list["items"].as_array().unwrap().iter().filter(at).filter_map(|alarm| alarm["count"].as_u64()).sum()
    }

    /// Tries something until it has been alarmed.
    #[track_caller]
    fn alarmed(&self, what: &str, kind: &str, door: Option<&str>, attempt: impl Fn()) {
        let before = self.alarms(kind, door);
        let mut last: Option<Instant> = None;
        let counted = wait::until(what, || {
            if last.is_none_or(|last| last.elapsed() >= AGAIN) {
                attempt();
                last = Some(Instant::now());
            }
            (self.alarms(kind, door) > before).then_some(())
        });
        assert!(counted.is_ok(), "{what}: not alarmed as {kind} at {door:?}");
    }

    /// How many messages door 1 has refused since its boot: it is given another state, and says so in its next status.
    /// What was sent to it before has come before.
    fn refused(&self) -> u64 {
        let (before, from) = (self.status().state, self.middle.seen().unwrap().len());
        let settings: Value = self.site.api.read("/api/v1/doors/door-1").unwrap();
        let release_ms = 5_000 + u64::from(settings["settings"]["release_ms"] == 5_000);
        self.site.api.set_up("door-1", &json!({"release_ms": release_ms})).unwrap();
        let newer = |seen: &Seen| status(seen).filter(|status| status.state > before);
        self.middle.wait("a status with the new state", from, newer).unwrap().refused
    }

    /// Waits until door 1 has refused so many more than before, and no more.
    #[track_caller]
    fn assert_refused(&self, before: u64, count: u64) {
        // What its disk refuses it says a moment later.
        let refused = || Some(self.refused() - before).filter(|refused| *refused >= count);
        assert_eq!(wait::until("each to be refused and counted", refused).unwrap(), count);
    }

    /// Ends door 1's connection, and waits for its next one.
    fn cut(&self) {
        let (from, before) = (self.middle.seen().unwrap().len(), self.status().session);
        self.middle.cut();
        let next = |seen: &Seen| status(seen).filter(|status| status.session != before);
        self.middle.wait("a status of the next connection", from, next).unwrap();
    }

    /// What door 1 said last of itself.
    fn status(&self) -> Status {
        self.middle.seen().unwrap().iter().rev().find_map(status).unwrap()
    }

    fn codes(&self, door: &str) -> Vec<String> {
        self.site.events(door).unwrap().into_iter().map(|event| event.code).collect()
    }

    fn count(&self, door: &str, code: &str) -> usize {
        self.codes(door).iter().filter(|this| *this == code).count()
    }

    fn tap(&self, door: usize) -> String {
        let tap = || {
            let seen = self.site.doors[door].control.tap(&self.card, HOLD_MS).ok()?;
            (seen.signal != "none").then_some(seen.signal)
        };
        wait::until("a signal at the door", tap).unwrap()
    }

    fn lock(&self, door: usize) -> String {
        let state: Value = self.site.doors[door].control.read("/state").unwrap();
        state["lock"].as_str().unwrap().to_owned()
    }

    fn at_rest(&self, door: usize) {
        wait::until("the lock at rest", || (self.lock(door) == "locked").then_some(())).unwrap();
    }

    /// Asks a door to unlock once; the number of the command.
    fn unlock(&self, door: &str) -> String {
        let order = json!({"action": "unlock-once", "reason": "A courier waits"});
        let command = self.site.api.act(&format!("/api/v1/doors/{door}/commands"), &order).unwrap();
        command["id"].as_str().unwrap().to_owned()
    }

    /// An unlock that was followed at this door, as it went over the wire; the lock is at rest again.
    fn followed(&self, door: usize) -> Vec<u8> {
        let id = self.site.doors[door].id.clone();
        let before = self.count(&id, "command-followed");
        self.unlock(&id);
        let command = self.hear(&down(&id, "command"));
        wait::until("the command in the log", || (self.count(&id, "command-followed") > before).then_some(())).unwrap();
        self.at_rest(door);
        command
    }

    /// Publishes at the broker, as anybody there can.
    fn publish(&self, topic: &str, payload: &[u8]) {
        self.attacker.borrow_mut().publish(topic, payload, false).unwrap();
    }

    /// The next message on this topic, as anybody at the broker hears it.
    fn hear(&self, topic: &str) -> Vec<u8> {
        self.attacker.borrow_mut().hear_on(topic).unwrap().payload
    }
}

fn up(door: &str, channel: &str) -> String {
    format!("kulku/hospital/{door}/up/{channel}")
}

fn down(door: &str, channel: &str) -> String {
    format!("kulku/hospital/{door}/down/{channel}")
}

/// A status of door 1 that went by.
fn status(seen: &Seen) -> Option<Status> {
    let ours = seen.way == Way::Up && seen.message.topic == up("door-1", "status");
    Status::read(&Frame::read(&seen.message.payload).filter(|_| ours)?.message)
}

/// Has a door look for its broker somewhere else.
fn lead_through(folder: &Path, port: u16) {
    let path = folder.join("door.json");
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    file["mqtt"]["port"] = json!(port);
    std::fs::write(&path, file.to_string()).unwrap();
}

/// A message damaged in each way that needs no key, by name.
fn damaged(authentic: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = vec![
        ("nothing".to_owned(), Vec::new()),
        ("a word".to_owned(), b"unlock".to_vec()),
        ("noise".to_owned(), vec![1; 100]),
        ("as much noise as the broker carries".to_owned(), vec![0xA5; 262_000]),
    ];
    let length = authentic.len();
    for end in [1, 2, 9, 33, length / 2, length - 33, length - 32, length - 1] {
        all.push((format!("the first {end} of {length} bytes"), authentic[..end].to_vec()));
    }
    for at in [1, 3, 11, length / 3, length / 2, length - 40, length - 32, length - 1] {
        let mut changed = authentic.to_vec();
        changed[at] ^= 0x01;
        all.push((format!("byte {at} of {length} changed"), changed));
    }
    all.push(("one byte more".to_owned(), [authentic, &[0]].concat()));
    all.push(("twice in one".to_owned(), [authentic, authentic].concat()));
    all
}
