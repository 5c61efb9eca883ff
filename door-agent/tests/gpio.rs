//! The lock's pin over the lives of the real program, in a file that outlives it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot set up its case has failed")]

use std::fs::read_to_string;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use access::entry::Entry;
use access::state::DoorState;
use access::time::Window;
use access::whitelist::{Change, Generation, WhitelistId, WhitelistPart};
use db::door::{Applied, StateApplied, WHITELIST_FILE, WhitelistStore};
use door_agent::config::Level;
use door_agent::io::pin_file::{PinFile, log_path};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_kulku-door-agent");
/// Most tests end within a second; a busy machine gets this long.
const DEADLINE: Duration = Duration::from_secs(30);
const UID: &str = "01A062BD";

const LOCK: usize = 17;
const CONTACT: u8 = 6;
const EXIT: u8 = 5;

/// Every lock that can be configured: key, active level, and the level at which it is locked.
const LOCKS: [(&str, &str, u8); 4] =
    [("fail-secure", "high", 0), ("fail-secure", "low", 1), ("fail-safe", "high", 1), ("fail-safe", "low", 0)];

/// A door with a card that may enter, closed, and nobody at its button.
struct Place {
    folder: tempfile::TempDir,
    pins: PinFile,
    locked: u8,
}

/// A program that runs there.
struct Agent {
    child: Child,
    control: String,
}

impl Place {
    fn new((kind, active, locked): (&str, &str, u8)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut to = WhitelistId { generation: Generation(7), ..WhitelistId::default() };
        let entry = Entry::granting(UID.parse().unwrap(), [Window::ALWAYS]);
        to.replace(None, Some(&entry.to_bytes()));
        let mut store = WhitelistStore::open(&folder.path().join(WHITELIST_FILE)).unwrap();
        let part = WhitelistPart::Delta { from: WhitelistId::default(), to, changes: vec![Change::Put(entry)] };
        assert_eq!(store.apply(&part).unwrap(), Applied::InForce(to));
        let state = DoorState { generation: Generation(1), ..DoorState::default() };
        assert_eq!(store.set_state(&state).unwrap(), StateApplied::InForce);
        let provisioning = json!({"format": 1, "site": "hospital", "door": "pharmacy", "key_id": 1,
            "key": "07".repeat(32), "mqtt": {"host": "127.0.0.1", "port": 9}});
        std::fs::write(folder.path().join("door.json"), provisioning.to_string()).unwrap();
        let config = format!(
            "data = \".\"\nprovisioning = \"door.json\"\nreader.kind = \"emulated\"\n[io]\nkind = \"pin-file\"\n\
             path = \"pins\"\nlock = \"{kind}\"\nlock_pin = {LOCK}\nlock_active = \"{active}\"\n\
             contact_pin = {CONTACT}\nexit_pin = {EXIT}\n"
        );
        std::fs::write(folder.path().join("agent.toml"), config).unwrap();
        let pins = PinFile::open(&folder.path().join("pins")).unwrap();
        pins.drive_wire(CONTACT, Some(Level::Low)).unwrap();
        Self { folder, pins, locked }
    }

    fn pins(&self) -> PathBuf {
        self.folder.path().join("pins")
    }

    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg(subcommand).arg("--config").arg(self.folder.path().join("agent.toml"));
        command
    }

    fn start(&self) -> Agent {
        let mut command = self.command("run");
        let mut child = command.arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(told["controls"]["pharmacy"], told["control"], "{told}");
        let control = format!("http://{}", told["control"].as_str().unwrap());
        Agent { child, control }
    }

    fn rest(&self, arguments: &[&str]) -> Output {
        self.command("rest").args(arguments).output().unwrap()
    }

    /// The line of the lock's pin: mode, pull, register, wire.
    fn lock(&self) -> String {
        read_to_string(self.pins()).unwrap().lines().nth(LOCK).unwrap().to_owned()
    }

    fn locked_line(&self) -> String {
        format!("{LOCK} out -- {} -", self.locked)
    }

    /// The levels that the lock has seen, from the first moment that its pin was an output. Equal ones in a row are one.
    fn levels(&self) -> Vec<u8> {
        let (mut register, mut out, mut levels) = (None, false, Vec::new());
        for line in read_to_string(log_path(&self.pins())).unwrap().lines() {
            match line.strip_prefix(&format!("{LOCK} ")) {
                Some("out") => out = true,
                Some(mode @ "in") => assert_ne!(mode, "in", "the lock never becomes an input"),
                Some(level) => register = Some(level.strip_prefix("level ").unwrap().parse::<u8>().unwrap()),
                None => {}
            }
            levels.extend(register.filter(|_| out));
            levels.dedup();
        }
        levels
    }

    fn until_levels(&self, levels: &[u8]) {
        until(&format!("the lock has seen {levels:?}"), || self.levels() == levels, || format!("{:?}", self.levels()));
    }
}

impl Agent {
    fn signal(&mut self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap();
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let config = ureq::Agent::config_builder().timeout_global(Some(DEADLINE));
        let client: ureq::Agent = config.build().into();
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.control));
        client.run(request.body(body.to_string()).unwrap()).unwrap().body_mut().read_json().unwrap()
    }

    fn state(&self) -> Value {
        self.send("GET", "/state", &Value::Null)
    }

    /// A card that may enter.
    fn tap(&self) {
        self.send("POST", "/cards", &json!({"name": "anna", "uid": UID, "kind": "classic-1k"}));
        let answer = self.send("POST", "/tap", &json!({"card": "anna", "hold_ms": 30}));
        assert_eq!(answer["signal"], "granted", "{answer}");
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // It has ended already, in a test that went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `holds`, or the test fails.
fn until(what: &str, holds: impl Fn() -> bool, seen: impl Fn() -> String) {
    let until = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < until, "{what}: {}", seen());
        std::thread::yield_now();
    }
}

#[test]
fn neither_start_nor_stop_nor_another_start_pulses_any_lock() {
    for lock in LOCKS {
        let place = Place::new(lock);
        for _ in 0..2 {
            let mut agent = place.start();
            assert_eq!(place.lock(), place.locked_line(), "{lock:?} runs");
            agent.signal("-TERM");
            assert_eq!(place.lock(), place.locked_line(), "{lock:?} has ended");
        }
        assert_eq!(place.levels(), [place.locked], "{lock:?}");
    }
}

#[test]
fn a_killed_agent_leaves_no_lock_released_once_rest_has_run() {
    for lock in LOCKS {
        let place = Place::new(lock);
        let mut agent = place.start();
        agent.tap();
        place.until_levels(&[place.locked, 1 - place.locked]);
        agent.signal("-KILL");
        assert_ne!(place.lock(), place.locked_line(), "{lock:?}: a pin keeps its level when its process dies");
        assert!(place.rest(&[]).status.success());
        assert_eq!(place.lock(), place.locked_line(), "{lock:?}");
        assert_eq!(place.levels(), [place.locked, 1 - place.locked, place.locked], "{lock:?}");
    }
}

#[test]
fn a_stop_while_the_lock_is_released_ends_the_release_and_so_does_a_start_after_a_kill() {
    for (signal, lock) in [("-TERM", LOCKS[0]), ("-KILL", LOCKS[0]), ("-TERM", LOCKS[2]), ("-KILL", LOCKS[2])] {
        let place = Place::new(lock);
        let mut agent = place.start();
        agent.tap();
        place.until_levels(&[place.locked, 1 - place.locked]);
        agent.signal(signal);
        let mut next = place.start();
        assert_eq!(place.levels(), [place.locked, 1 - place.locked, place.locked], "{signal} {lock:?}");
        next.signal("-TERM");
        assert_eq!(place.levels(), [place.locked, 1 - place.locked, place.locked], "{signal} {lock:?}");
    }
}

#[test]
fn a_tap_is_one_release_and_a_door_that_closes_one_rest() {
    let place = Place::new(LOCKS[0]);
    let mut agent = place.start();
    agent.tap();
    place.pins.drive_wire(CONTACT, None).unwrap();
    let open = |open: bool| move |state: &Value| state["contact"]["open"] == open;
    let contact =
        |holds: &dyn Fn(&Value) -> bool| until("the contact", || holds(&agent.state()), || agent.state().to_string());
    contact(&open(true));
    assert_eq!(place.levels(), [0, 1], "it stays released while somebody is in the door");
    place.pins.drive_wire(CONTACT, Some(Level::Low)).unwrap();
    contact(&open(false));
    place.until_levels(&[0, 1, 0]);
    agent.signal("-TERM");
    assert_eq!(place.levels(), [0, 1, 0]);
}

#[test]
fn a_press_releases_once_and_a_wire_that_bounces_does_not() {
    let place = Place::new(LOCKS[2]);
    let agent = place.start();
    for _ in 0..20 {
        place.pins.drive_wire(EXIT, Some(Level::Low)).unwrap();
        place.pins.drive_wire(EXIT, None).unwrap();
    }
    // What comes later is told later.
    place.pins.drive_wire(CONTACT, None).unwrap();
    until("the contact", || agent.state()["contact"]["open"] == true, || agent.state().to_string());
    assert_eq!((agent.state()["exit"]["presses"].as_u64(), place.levels()), (Some(0), vec![1]));
    place.pins.drive_wire(EXIT, Some(Level::Low)).unwrap();
    place.until_levels(&[1, 0]);
    place.pins.drive_wire(EXIT, None).unwrap();
    assert_eq!(agent.state()["exit"]["presses"], 1);
}

#[test]
fn rest_leaves_a_lock_alone_that_an_agent_drives_unless_it_is_forced() {
    let place = Place::new(LOCKS[0]);
    let mut agent = place.start();
    agent.tap();
    place.until_levels(&[0, 1]);
    let refused = place.rest(&[]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("--force"), "{told}");
    assert_eq!(place.levels(), [0, 1]);
    assert!(place.rest(&["--force"]).status.success());
    assert_eq!(place.levels(), [0, 1, 0]);
    agent.signal("-KILL");
}

/// The journal may be on a dead disk, and the key gone: neither is needed to let go of a lock.
#[test]
fn rest_needs_neither_data_nor_provisioning() {
    let place = Place::new(LOCKS[1]);
    let config = place.folder.path().join("agent.toml");
    let text =
        read_to_string(&config).unwrap().replace("data = \".\"", "data = \"gone\"").replace("door.json", "gone.json");
    std::fs::write(config, text).unwrap();
    assert!(!place.command("check").output().unwrap().status.success());
    assert!(place.rest(&[]).status.success());
    assert_eq!(place.lock(), place.locked_line());
    assert_eq!(place.levels(), [1]);
}

#[test]
fn check_says_nothing_wrong_of_a_good_configuration_and_touches_no_pin() {
    let place = Place::new(LOCKS[0]);
    let checked = place.command("check").output().unwrap();
    assert!(checked.status.success());
    assert_eq!((checked.stdout.len(), checked.stderr.len()), (0, 0));
    assert_eq!(place.lock(), format!("{LOCK} in  -- 0 -"));
}
