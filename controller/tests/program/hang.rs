//! A loop that hangs is silent, whatever goes on beside it: so the service manager ends it. A log that nobody takes is no
//! reason to hang.

use std::io::{PipeReader, PipeWriter, Write as _};
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::thread::JoinHandle;
use std::time::Duration;

use access::time::UtcMs;
use controller::config::Config;
use db::site::{AlarmFilter, Site};
use link::{Credentials, Options, Qos};
use serde_json::Value;

use crate::support::{Folder, Running};

/// A busy machine gets this long.
const DEADLINE: Duration = Duration::from_secs(60);

/// Four times what the loop lets pass between two signs of life at most.
const SILENCE: Duration = Duration::from_secs(2);

/// More than a pipe holds.
const TOO_MUCH: usize = 4 << 20;

/// More signs of life than can be on their way.
const SIGNS_MAX: usize = 10;

/// Times that the loop is given something to write.
const TRIES: usize = 10;

/// What listens as systemd does.
struct Manager(UnixDatagram);

impl Manager {
    fn until(&self, word: &str) {
        self.0.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut buffer = [0; 64];
        loop {
            let length = self.0.recv(&mut buffer).unwrap();
            if std::str::from_utf8(&buffer[..length]).unwrap().trim_end() == word {
                return;
            }
        }
    }

    /// Whether nothing is heard any more.
    fn hears_nothing(&self) -> bool {
        self.0.set_read_timeout(Some(SILENCE)).unwrap();
        let mut buffer = [0; 64];
        (0..SIGNS_MAX).any(|_| self.0.recv(&mut buffer).is_err())
    }
}

/// A door that is connected, in a runtime of its own.
fn connected(folder: &Folder, mqtt: &str) -> (tokio::runtime::Runtime, link::Handle) {
    let provisioning: Value = serde_json::from_slice(&std::fs::read(folder.path("ward.json")).unwrap()).unwrap();
    let key = provisioning["key"].as_str().unwrap();
    let digit = |at: usize| u8::from_str_radix(&key[at..at + 2], 16).unwrap();
    let key: Vec<u8> = (0..key.len()).step_by(2).map(digit).collect();
    let password = access::envelope::DoorKey::new(key.try_into().unwrap()).broker_password();
    let password: String = password.iter().map(|byte| format!("{byte:02x}")).collect();
    let (host, port) = mqtt.split_once(':').unwrap();
    let mut options = Options::new(host, port.parse().unwrap(), "ward");
    options.credentials = Some(Credentials::new("ward", password));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let handle = runtime.block_on(async {
        let (handle, mut events) = link::open(options).unwrap();
        while !matches!(events.recv().await.unwrap(), link::Event::Connected { .. }) {}
        tokio::spawn(async move { while events.recv().await.is_some() {} });
        handle
    });
    (runtime, handle)
}

/// A controller with a door, whose log nobody takes once [`Logged::fill`] was called.
struct Logged {
    folder: Folder,
    manager: Manager,
    log: PipeReader,
    into_log: PipeWriter,
}

impl Logged {
    fn new() -> Self {
        let folder = Folder::new();
        assert!(folder.run(&["door", "add", "ward", "--name", "Ward 1", "--out", "ward.json"]).status.success());
        let manager = Manager(UnixDatagram::bind(folder.path("notify")).unwrap());
        let (log, into_log) = std::io::pipe().unwrap();
        Self { folder, manager, log, into_log }
    }

    fn start(&self, mut command: Command) -> Running {
        command.env("NOTIFY_SOCKET", self.folder.path("notify")).env("WATCHDOG_USEC", "90000");
        Running(command.stderr(self.into_log.try_clone().unwrap()).spawn().unwrap())
    }

    /// From now on nobody takes a line. Ends once somebody has read all of this.
    fn fill(&self) -> JoinHandle<std::io::Result<()>> {
        let mut filling = self.into_log.try_clone().unwrap();
        std::thread::spawn(move || filling.write_all(&vec![b'.'; TOO_MUCH]))
    }

    /// Whether the clerk beside the loop has noted what was refused.
    fn has_alarm(&self) -> bool {
        let site = Site::open(&self.folder.database(), &"hospital".parse().unwrap()).unwrap();
        let alarms = site.alarms(&AlarmFilter::default(), UtcMs(0), 10).unwrap();
        alarms.iter().any(|alarm| alarm.kind == "forged-message")
    }
}

/// Something of which the loop writes a line: it is refused.
fn publish_what_is_refused((runtime, ward): &(tokio::runtime::Runtime, link::Handle)) {
    let publish = ward.publish("kulku/hospital/ward/up/status", vec![1; 60], Qos::AtLeastOnce);
    runtime.block_on(publish).unwrap();
}

#[test]
fn a_log_that_nobody_takes_holds_no_loop_up_and_not_the_end() {
    let logged = Logged::new();
    let mut controller = logged.start(logged.folder.command(&["run", "--json"]));
    let ward = connected(&logged.folder, controller.ready()["mqtt"].as_str().unwrap());
    let filled = logged.fill();
    for _ in 0..TRIES {
        publish_what_is_refused(&ward);
        logged.manager.until("WATCHDOG=1");
    }
    // The loop has gone on to what it was told: the clerk was told of it in turn.
    while !logged.has_alarm() {
        logged.manager.until("WATCHDOG=1");
    }
    // Signs of before may have been on their way until here.
    assert!(!logged.manager.hears_nothing(), "the loop hangs");
    assert!(!filled.is_finished(), "somebody took it");
    assert_eq!(controller.terminate(), Some(0));
}

/// Says where the configuration of the controller below is.
const CONFIG: &str = "KULKU_TEST_CONTROLLER";

/// A controller whose loop can be made to hang: it writes its log itself, and whoever takes it may stop.
#[test]
#[ignore = "it is the program of the next test"]
fn a_controller_whose_loop_writes_its_log_itself() {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let config = Config::read(std::env::var_os(CONFIG).unwrap().as_ref()).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut controller = controller::start(config).await.unwrap();
        std::fs::write(std::env::var_os(PLACE).unwrap(), controller.mqtt.to_string()).unwrap();
        service::notify::ready();
        controller.failed().await;
    });
}

/// Says where the controller below writes where its broker is.
const PLACE: &str = "KULKU_TEST_PLACE";

#[test]
fn a_loop_that_hangs_gives_no_sign_of_life_while_threads_beside_it_work_and_gives_them_again_once_it_goes_on() {
    let logged = Logged::new();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--ignored", "--nocapture", "hang::a_controller_whose_loop_writes_its_log_itself"]);
    command.env(CONFIG, logged.folder.path("controller.toml")).env(PLACE, logged.folder.path("place"));
    let controller = logged.start(command);
    logged.manager.until("READY=1");
    let ward = connected(&logged.folder, &std::fs::read_to_string(logged.folder.path("place")).unwrap());
    logged.manager.until("WATCHDOG=1");

    let filled = logged.fill();
    // The pipe may not have been full before.
    let hangs = (0..TRIES).any(|_| {
        publish_what_is_refused(&ward);
        logged.manager.hears_nothing()
    });
    assert!(hangs, "a loop that hangs gives signs of life");
    // What was given to the threads beside it before is done all the same, and is no sign of life.
    assert!(logged.has_alarm(), "the clerk goes on");
    assert!(logged.manager.hears_nothing(), "something beside the loop gives signs of life");

    let Logged { manager, mut log, into_log, .. } = logged;
    let drained = std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    manager.until("WATCHDOG=1");
    filled.join().unwrap().unwrap();
    // What else could write to the log.
    drop((controller, into_log));
    drained.join().unwrap().unwrap();
}
