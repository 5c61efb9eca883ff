//! The door and a controller, over a real Mosquitto where one is installed.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;

use access::chain::{Link, link};
use access::command::{Action, Command};
use access::confirm::{Confirmation, LogHead, NEVER, Receipt};
use access::entry::{Block, Blocks, Entry};
use access::envelope::{DoorKey, Header, Sealed, seal};
use access::event::{Event, EventKind, Faults, Watched};
use access::message::{Down, Leaf, Status, Up};
use access::mode::{Lockdown, Mode};
use access::passage::{Passage, Passages, Step};
use access::state::{Counters, DoorState};
use access::time::{UtcMs, Window};
use access::topic::{Channel, Topic};
use access::whitelist::{Change, Generation, WhitelistId, WhitelistPart};
use db::door::WHITELIST_FILE;
use link::{Options, Qos};
use serde_json::json;
use tokio::sync::mpsc;

use crate::bench::{Bench, prepare};
use crate::rig::{SHORT, WARD, ward};

/// Far more than any step needs.
const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct Mosquitto {
    process: Child,
    pub(crate) port: u16,
    _settings: tempfile::NamedTempFile,
}

impl Mosquitto {
    /// `None`, and a line that says so, if it is not installed.
    #[expect(clippy::print_stdout, reason = "a skipped test must say so")]
    pub(crate) fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut settings = tempfile::NamedTempFile::new().unwrap();
        writeln!(settings, "listener {port} 127.0.0.1\nallow_anonymous true\nuser root").unwrap();
        let mut command = Process::new("mosquitto");
        let started = command.arg("-c").arg(settings.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        match started {
            Ok(process) => Some(Self { process, port, _settings: settings }),
            Err(error) => {
                println!("skipped: mosquitto cannot be started ({error})");
                None
            }
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A controller of a few lines: it hears one door, and says what a test wants it to say.
pub(crate) struct Controller {
    handle: link::Handle,
    heard: mpsc::Receiver<link::Event>,
    sequence: u64,
    epoch: u64,
    pub(crate) boot: u64,
    /// Whether it answers statuses by itself.
    pub(crate) answers: bool,
    /// The links of the door's events as far as they have come, and the epoch that they are of.
    log: (u64, Vec<Link>),
}

impl Controller {
    pub(crate) async fn start(port: u16) -> Self {
        let mut options = Options::new("127.0.0.1", port, "controller");
        options.subscriptions = vec![(Topic::up_filter(&"hospital".parse().unwrap()), Qos::AtLeastOnce)];
        options.jitter = Box::new(|ceiling| ceiling.min(Duration::from_millis(20)));
        let (handle, mut heard) = link::open(options).unwrap();
        while !matches!(heard.recv().await.unwrap(), link::Event::Connected { .. }) {}
        Self { handle, heard, sequence: 0, epoch: 0, boot: 0, answers: true, log: (0, Vec::new()) }
    }

    pub(crate) async fn hear(&mut self) -> (Header, Up) {
        loop {
            if let link::Event::Message(message) = self.heard.recv().await.unwrap() {
                let (header, message) = Sealed::parse(&message.payload).unwrap().open(&key()).unwrap();
                (self.epoch, self.boot) = (header.epoch, header.boot);
                self.note(&header, &message);
                if let (Up::Status(status), true) = (&message, self.answers) {
                    let confirmation = self.confirmation(status);
                    self.say(&Down::Confirmed(confirmation)).await;
                }
                return (header, message);
            }
        }
    }

    /// As the intake does: what follows is kept.
    fn note(&mut self, header: &Header, message: &Up) {
        if self.log.0 != header.epoch {
            self.log = (header.epoch, Vec::new());
        }
        let Up::Events(events) = message else { return };
        for event in events {
            if event.sequence == self.log.1.len() as u64 + 1 {
                let previous = self.log.1.last().copied().unwrap_or(Link::START);
                self.log.1.push(link(previous, header.epoch, event));
            }
        }
    }

    /// That the door has what it should, and what has come of its events.
    pub(crate) fn confirmation(&self, status: &Status) -> Confirmation {
        let (epoch, probe) = (self.epoch, status.probe);
        let through = self.log.1.len() as u64;
        let link = usize::try_from(probe).unwrap().checked_sub(1).and_then(|at| self.log.1.get(at)).copied();
        Confirmation {
            nonce: status.nonce,
            issued: status.utc,
            expires: NEVER,
            whitelist: status.whitelist,
            state: status.state_generation,
            receipt: Receipt { epoch, through, probe, link },
            log: LogHead::default(),
            hold: false,
        }
    }

    /// The next status for which `holds`.
    pub(crate) async fn status(&mut self, holds: impl Fn(&Status) -> bool) -> Status {
        let wait = async {
            loop {
                if let (_, Up::Status(status)) = self.hear().await
                    && holds(&status)
                {
                    return status;
                }
            }
        };
        tokio::time::timeout(DEADLINE, wait).await.expect("no such status comes")
    }

    /// The next events, acknowledged.
    pub(crate) async fn events(&mut self) -> (Header, Vec<Event>) {
        loop {
            if let (header, Up::Events(events)) = self.hear().await {
                let through = events.last().unwrap().sequence;
                self.say(&Down::Acknowledged { epoch: header.epoch, through, log: LogHead::default() }).await;
                return (header, events);
            }
        }
    }

    /// Hears events until one is of this kind.
    pub(crate) async fn event(&mut self, is: impl Fn(&EventKind) -> bool) -> Event {
        let wait = async {
            loop {
                let (_, events) = self.events().await;
                if let Some(event) = events.into_iter().find(|event| is(&event.kind)) {
                    return event;
                }
            }
        };
        tokio::time::timeout(DEADLINE, wait).await.expect("no such event comes")
    }

    /// The epoch of the door that it has heard last, and the number of the next message.
    pub(crate) fn numbered(&mut self) -> (u64, u64) {
        self.sequence += 1;
        (self.epoch, self.sequence)
    }

    fn sealed(&mut self, message: &Down) -> (String, Vec<u8>) {
        let (epoch, sequence) = self.numbered();
        let (site, door) = ("hospital".parse().unwrap(), "pharmacy".parse().unwrap());
        let topic = Topic::build(&site, &door, Channel::of_down(message));
        let header = Header { site, door, key_id: 1, epoch, boot: 1, sequence, link: Link::START };
        (topic, seal(&key(), &header, message))
    }

    pub(crate) async fn say(&mut self, message: &Down) {
        let (topic, payload) = self.sealed(message);
        self.send(&topic, payload).await;
    }

    pub(crate) async fn send(&self, topic: &str, payload: Vec<u8>) {
        self.handle.publish(topic, payload, Qos::AtLeastOnce).await.unwrap();
    }
}

pub(crate) fn key() -> DoorKey {
    DoorKey::new([7; 32])
}

pub(crate) async fn site() -> Option<(Mosquitto, Controller, Bench)> {
    let broker = Mosquitto::start()?;
    let (folder, config) = prepare();
    let file = folder.path().join("door.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"port\":9", &format!("\"port\":{}", broker.port))).unwrap();
    let controller = Controller::start(broker.port).await;
    let bench = Bench::start_in(folder, config).await;
    Some((broker, controller, bench))
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_once_in_order_and_linked_also_after_a_cut() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    bench.tap("short").await;
    bench.post("/network", json!({"up": false})).await;
    for _ in 0..10 {
        bench.tap("unlisted").await;
    }
    bench.post("/network", json!({"up": true})).await;
    let mut all: Vec<Event> = Vec::new();
    let mut head = Link::START;
    // The start, eleven taps, and that unlisted cards are locked out.
    while all.len() < 13 {
        let (header, events) = controller.events().await;
        let known = all.len() as u64;
        if events[0].sequence == known + 1 {
            assert_eq!(header.link, head, "before event {}", known + 1);
        }
        for event in events.into_iter().filter(|event| event.sequence > known) {
            head = link(head, header.epoch, &event);
            all.push(event);
        }
    }
    let sequences: Vec<u64> = all.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, (1..=13).collect::<Vec<_>>());
    bench.until("the acknowledgement is noted", |state| state["journal"]["acknowledged"] == 13).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_card_is_refused_as_soon_as_the_status_says_so() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    assert_eq!(bench.tap("short").await["signal"], "granted");
    let from = controller.status(|_| true).await.whitelist;
    let listed = Entry::granting("01A062BD".parse().unwrap(), [Window::ALWAYS]);
    let blocked = Entry { blocks: Blocks::NONE.with(Block::Blocked), ..listed.clone() };
    let mut to = WhitelistId { generation: Generation(8), ..from };
    to.replace(Some(&listed.to_bytes()), Some(&blocked.to_bytes()));
    let delta = WhitelistPart::Delta { from, to, changes: vec![Change::Put(blocked)] };
    controller.say(&Down::Whitelist(delta)).await;
    controller.status(|status| status.whitelist == to).await;
    assert_eq!(bench.tap("short").await["reasons"], json!(["card-blocked"]));
    let applied = controller.event(|kind| *kind == EventKind::WhitelistApplied).await;
    assert_eq!(applied.generation, Generation(8));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lockdown_holds_and_an_older_state_does_not_lift_it() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    controller.status(|_| true).await;
    let state =
        |generation, lockdown| DoorState { generation: Generation(generation), lockdown, ..DoorState::default() };
    controller.say(&Down::State(state(5, Some(Lockdown { until: None })))).await;
    controller.status(|status| status.mode == Mode::LockedDown).await;
    controller.say(&Down::State(state(4, None))).await;
    controller.status(|status| status.state_generation == Generation(5)).await;
    assert_eq!(bench.tap("short").await["reasons"], json!(["locked-down"]));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lockdown_holds_before_the_disk_takes_it_and_what_the_disk_says_late_does_not_lift_it() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    controller.status(|_| true).await;
    let whitelist = bench.folder.path().join(WHITELIST_FILE);
    db::trial::refuse(&whitelist, "state").unwrap();
    let state =
        |generation, lockdown| DoorState { generation: Generation(generation), lockdown, ..DoorState::default() };
    controller.say(&Down::State(state(5, Some(Lockdown { until: None })))).await;
    let status = controller.status(|status| status.mode == Mode::LockedDown).await;
    assert_eq!(status.state_generation, Generation(5), "what is in force is told");
    // The store works in order: it has tried the state when it answers this.
    controller.say(&Down::Counters(Counters { generation: Generation(1), counters: Vec::new() })).await;
    controller.status(|status| status.counters_generation == Generation(1)).await;
    db::trial::relent(&whitelist, "state").unwrap();
    controller.say(&Down::State(state(4, None))).await;
    controller.say(&Down::Counters(Counters { generation: Generation(2), counters: Vec::new() })).await;
    let status = controller.status(|status| status.counters_generation == Generation(2)).await;
    assert_eq!((status.state_generation, status.mode), (Generation(5), Mode::LockedDown));
    assert_eq!(bench.tap("short").await["reasons"], json!(["locked-down"]));
    // The door tries again by itself, and no restart goes back behind the lockdown then.
    controller.status(|status| !status.faults.has(Watched::Disk)).await;
    let folder = bench.stop().await;
    let config = folder.path().join("agent.toml");
    let bench = Bench::start_in(folder, config).await;
    controller.status(|status| status.state_generation == Generation(5) && status.mode == Mode::LockedDown).await;
    bench.stop().await;
}

/// Nobody asks for them: what the dashboard shows must not be half a minute old.
#[tokio::test(flavor = "multi_thread")]
async fn what_changes_at_the_door_is_told_at_once() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let status = controller.status(|status| status.reader).await;
    assert_eq!((status.leaf, status.faults, status.journal_percent), (Leaf::Closed, Faults::NONE, 0));
    bench.post("/tamper", json!({"wrong": true})).await;
    controller.status(|status| status.faults.has(Watched::Tamper)).await;
    bench.post("/contact", json!({"open": true})).await;
    controller.status(|status| status.leaf == Leaf::Forced).await;
    bench.post("/contact", json!({"open": false})).await;
    controller.status(|status| status.leaf == Leaf::Closed).await;
    bench.post("/exit", json!({})).await;
    controller.status(|status| status.lock_released).await;
    controller.status(|status| !status.lock_released).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passages_of_other_doors_count_and_a_forgiven_card_is_told_once() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let at = controller.status(|_| true).await.utc;
    controller.say(&Down::State(DoorState { generation: Generation(2), ..ward(true, |_| {}) })).await;
    controller.status(|status| status.state_generation == Generation(2)).await;
    let passage = |step, later| Passage { uid: SHORT.parse().unwrap(), area: WARD, step, at: UtcMs(at.0 + later) };
    let mut say = async |generation, step, later| {
        let passages = Passages { generation: Generation(generation), passages: vec![passage(step, later)] };
        controller.say(&Down::Passages(passages)).await;
        controller.status(|status| status.passages_generation == Generation(generation)).await;
    };
    say(3, Step::Entered, 0).await;
    assert_eq!(bench.tap("short").await["reasons"], json!(["passback"]));
    say(4, Step::Forgiven, 1).await;
    say(5, Step::Forgiven, 1).await;
    assert_eq!(bench.tap("short").await["reasons"], json!([]));
    let journal = bench.journal();
    let _folder = bench.stop().await;
    let events = db::door::Pending::open(&journal).unwrap().pending(0, 100).unwrap().events;
    let forgiven = events.iter().filter(|event| event.kind == EventKind::Forgiven { area: WARD });
    assert_eq!(forgiven.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_opens_once_and_never_late_or_again() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let status = controller.status(|_| true).await;
    let good = Command {
        id: 1,
        boot: controller.boot,
        session: status.session,
        expires: status.mono + 9_000,
        action: Action::UnlockOnce,
    };
    for (command, code, lock) in [
        (Command { session: good.session ^ 1, ..good }, "command-refused", "locked"),
        (Command { boot: 9, ..good }, "command-refused", "locked"),
        (Command { expires: status.mono, ..good }, "command-refused", "locked"),
        (good, "command-followed", "released"),
        (good, "command-refused", "released"),
    ] {
        controller.say(&Down::Command(command)).await;
        let event = controller.event(|kind| matches!(kind, EventKind::Command { .. })).await;
        assert_eq!(event.kind.code(), code, "{command:?}");
        bench.until("the lock", |state| state["lock"] == lock).await;
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_replayed_and_foreign_messages_open_nothing_and_are_counted() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let status = controller.status(|_| true).await;
    let session = status.session;
    let unlock =
        Command { id: 1, boot: controller.boot, session, expires: status.mono + 9_000, action: Action::UnlockOnce };
    let (topic, good) = controller.sealed(&Down::Command(unlock));
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let mut newer = good.clone();
    newer[0] = 99;
    let cut = good[..good.len() - 1].to_vec();
    for payload in [forged, newer, cut, b"nonsense".to_vec(), Vec::new()] {
        controller.send(&topic, payload).await;
    }
    let state = bench.until("all are counted", |state| state["messages_refused"] == 5).await;
    assert_eq!(state["lock"], "locked");
    let told = controller.event(|kind| matches!(kind, EventKind::MessagesRefused { .. })).await;
    assert_eq!(told.kind, EventKind::MessagesRefused { count: 1 }, "the first is told at once");
    controller.send(&topic, good.clone()).await;
    bench.until("the genuine one opens", |state| state["lock"] == "released").await;
    controller.send(&topic, good).await;
    bench.until("its copy is counted", |state| state["messages_refused"] == 6).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_is_told_by_its_will_with_the_highest_number_of_its_session() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let session = controller.status(|_| true).await.session;
    bench.post("/network", json!({"up": false})).await;
    let mut newest = 0;
    let (header, gone) = loop {
        match controller.hear().await {
            (header, Up::Offline { session }) => break (header, session),
            (header, _) => newest = newest.max(header.sequence),
        }
    };
    assert_eq!(gone, session);
    assert!(header.sequence > newest);
    bench.post("/network", json!({"up": true})).await;
    loop {
        if let (next, Up::Status(status)) = controller.hear().await {
            assert_ne!(status.session, session);
            assert!(next.sequence > header.sequence, "a late will never hides the next session");
            break;
        }
    }
    bench.stop().await;
}

/// The socket is closed when the answer comes; whether the loop has heard of it does not matter.
#[tokio::test(flavor = "multi_thread")]
async fn a_door_whose_network_is_cut_is_not_called_connected() {
    let Some((_broker, _controller, bench)) = site().await else { return };
    for _ in 0..20 {
        bench.until("connected", |state| state["network"]["connected"] == true).await;
        let state = bench.post("/network", json!({"up": false})).await;
        assert_eq!(state["network"], json!({"up": false, "connected": false}));
        bench.post("/network", json!({"up": true})).await;
    }
    bench.stop().await;
}
