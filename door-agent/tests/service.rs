//! What the real program tells systemd.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

/// A busy machine gets this long.
const DEADLINE: Duration = Duration::from_secs(30);

/// A door that is alone, under something that listens as systemd does.
struct Service {
    _folder: tempfile::TempDir,
    told: UnixDatagram,
    child: Child,
}

impl Service {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let provisioning = json!({"format": 1, "site": "hospital", "door": "pharmacy", "key_id": 1,
            "key": "07".repeat(32), "mqtt": {"host": "127.0.0.1", "port": 9}});
        std::fs::write(folder.path().join("door.json"), provisioning.to_string()).unwrap();
        let config = "data = \".\"\nprovisioning = \"door.json\"\nreader.kind = \"emulated\"\nio.kind = \"memory\"\n";
        std::fs::write(folder.path().join("agent.toml"), config).unwrap();
        let socket = folder.path().join("notify");
        let told = UnixDatagram::bind(&socket).unwrap();
        told.set_read_timeout(Some(DEADLINE)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_kulku-door-agent"))
            .args(["run", "--config"])
            .arg(folder.path().join("agent.toml"))
            .env("NOTIFY_SOCKET", &socket)
            .env("WATCHDOG_USEC", "90000")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { _folder: folder, told, child }
    }

    fn next(&self) -> String {
        let mut buffer = [0; 256];
        let length = self.told.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(buffer.get(..length).unwrap()).trim_end().to_owned()
    }

    fn until(&self, word: &str) {
        while self.next() != word {}
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
    service.signal("-TERM");
    service.until("STOPPING=1");
    assert!(service.child.wait().unwrap().success());
}
