//! What the real program tells systemd, and what it makes of the files of a newer one.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::io::Write as _;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use db::door::{JOURNAL_FILE, WHITELIST_FILE};
use serde_json::json;

/// A busy machine gets this long.
const DEADLINE: Duration = Duration::from_secs(60);

/// Many times what the loop lets pass between two signs of life here.
const SILENCE: Duration = Duration::from_secs(1);

/// More than a pipe holds.
const TOO_MUCH: usize = 4 << 20;

/// More signs of life than come until the door has tried for its broker again.
const SIGNS_MAX: usize = 2_000;

/// Signs of life within which a loop without a broker has several lines for its log.
const SIGNS: usize = 100;

/// A door that is alone, under something that listens as systemd does.
struct Service {
    folder: tempfile::TempDir,
    told: UnixDatagram,
    child: Child,
}

/// The folder of a door whose broker is not there.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let provisioning = json!({"format": 1, "site": "hospital", "door": "pharmacy", "key_id": 1,
        "key": "07".repeat(32), "mqtt": {"host": "127.0.0.1", "port": 9}});
    std::fs::write(folder.path().join("door.json"), provisioning.to_string()).unwrap();
    let config = "data = \".\"\nprovisioning = \"door.json\"\nreader.kind = \"emulated\"\nio.kind = \"memory\"\n";
    std::fs::write(folder.path().join("agent.toml"), config).unwrap();
    folder
}

fn program(folder: &tempfile::TempDir, command: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_kulku-door-agent"));
    program.args([command, "--config"]).arg(folder.path().join("agent.toml"));
    program
}

impl Service {
    fn start() -> Self {
        let folder = folder();
        let program = program(&folder, "run");
        Self::start_in(folder, program, Stdio::null())
    }

    fn start_in(folder: tempfile::TempDir, mut program: Command, log: Stdio) -> Self {
        let socket = folder.path().join("notify");
        let told = UnixDatagram::bind(&socket).unwrap();
        told.set_read_timeout(Some(DEADLINE)).unwrap();
        let child = program
            .env("NOTIFY_SOCKET", &socket)
            .env("WATCHDOG_USEC", "90000")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { folder, told, child }
    }

    fn next(&self) -> String {
        let mut buffer = [0; 256];
        let length = self.told.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(buffer.get(..length).unwrap()).trim_end().to_owned()
    }

    fn until(&self, word: &str) {
        while self.next() != word {}
    }

    /// Whether nothing is heard any more.
    fn is_silent(&self) -> bool {
        self.told.set_read_timeout(Some(SILENCE)).unwrap();
        let mut buffer = [0; 256];
        let silent = (0..SIGNS_MAX).any(|_| self.told.recv(&mut buffer).is_err());
        self.told.set_read_timeout(Some(DEADLINE)).unwrap();
        silent
    }

    /// Asks it to end; whether it has done so well.
    fn stop(&mut self) -> bool {
        self.signal("-TERM");
        self.until("STOPPING=1");
        self.child.wait().unwrap().success()
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has ended already, in a test that went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_is_ready_once_and_alive_again_and_again_and_says_that_it_stops() {
    let mut service = Service::start();
    let mut told = Vec::new();
    // The loop may turn before the program says that it is ready.
    while !told.iter().any(|word| word == "READY=1") || told.len() < 6 {
        told.push(service.next());
    }
    assert_eq!(told.iter().filter(|word| *word == "READY=1").count(), 1, "{told:?}");
    assert_eq!(told.iter().filter(|word| *word == "WATCHDOG=1").count(), told.len() - 1, "{told:?}");
    assert!(service.stop());
}

#[test]
fn a_log_that_nobody_takes_holds_no_loop_up_and_not_the_end() {
    let (_nobody_reads, mut filling) = std::io::pipe().unwrap();
    let folder = folder();
    let program = program(&folder, "run");
    let mut service = Service::start_in(folder, program, filling.try_clone().unwrap().into());
    service.until("READY=1");
    // It ends with an error when the test does.
    let filled = std::thread::spawn(move || filling.write_all(&vec![b'.'; TOO_MUCH]));
    for _ in 0..SIGNS {
        service.until("WATCHDOG=1");
    }
    assert!(!filled.is_finished(), "somebody took it");
    assert!(service.stop());
}

/// Says where the configuration of the agent below is.
const CONFIG: &str = "KULKU_TEST_AGENT";

/// An agent whose loop can be made to hang: it writes its log itself, and whoever takes it may stop.
#[test]
#[ignore = "it is the program of the next test"]
fn an_agent_whose_loop_writes_its_log_itself() {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let config = door_agent::Config::load(std::env::var_os(CONFIG).unwrap().as_ref()).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let agent = door_agent::Agent::start(config).await.unwrap();
        service::notify::ready();
        agent.run_until(std::future::pending()).await.unwrap();
    });
}

/// The loop has to tell that the broker is not there, and nobody takes it any more.
#[test]
fn a_loop_that_hangs_gives_no_sign_of_life_and_gives_them_again_once_it_goes_on() {
    let (mut log, mut filling) = std::io::pipe().unwrap();
    let folder = folder();
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["--exact", "--ignored", "--nocapture", "an_agent_whose_loop_writes_its_log_itself"]);
    program.env(CONFIG, folder.path().join("agent.toml"));
    let service = Service::start_in(folder, program, filling.try_clone().unwrap().into());
    service.until("READY=1");
    service.until("WATCHDOG=1");
    let filled = std::thread::spawn(move || filling.write_all(&vec![b'.'; TOO_MUCH]));
    assert!(service.is_silent(), "a loop that hangs gives signs of life");
    let drained = std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    service.until("WATCHDOG=1");
    filled.join().unwrap().unwrap();
    drop(service);
    drained.join().unwrap().unwrap();
}

/// An agent that was gone back to must not take away what only the newer one understands.
#[test]
fn files_of_a_newer_program_are_refused_by_name_and_left_as_they_are() {
    for (file, other) in [(JOURNAL_FILE, WHITELIST_FILE), (WHITELIST_FILE, JOURNAL_FILE)] {
        let mut service = Service::start();
        service.until("READY=1");
        assert!(service.stop());
        let path = service.folder.path().join(file);
        db::trial::from_a_newer_program(&path).unwrap();
        let (before, count) =
            (std::fs::read(&path).unwrap(), std::fs::read_dir(service.folder.path()).unwrap().count());
        let Output { status, stderr, .. } = program(&service.folder, "run").output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(1), "{said}");
        for part in [file, "schema 900", "newer program"] {
            assert!(said.contains(part), "{part:?} is not in: {said}");
        }
        assert!(std::fs::read(&path).unwrap() == before, "{file} was changed");
        assert_eq!(std::fs::read_dir(service.folder.path()).unwrap().count(), count, "{other} was moved");
        let doctor = program(&service.folder, "doctor").output().unwrap();
        assert_eq!(doctor.status.code(), Some(3));
        assert!(String::from_utf8(doctor.stdout).unwrap().contains("schema 900"));
    }
}
