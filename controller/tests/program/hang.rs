//! A loop that hangs is silent, whatever goes on beside it: so the service manager ends it.

use std::io::Write as _;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use access::time::UtcMs;
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

/// Times that the loop is given something to write: the pipe may not have been full before.
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

/// What hangs is real: nobody takes what is written to the log any more, and the loop has something to write.
#[test]
fn a_loop_that_hangs_gives_no_sign_of_life_while_threads_beside_it_work_and_gives_them_again_once_it_goes_on() {
    let folder = Folder::new();
    assert!(folder.run(&["door", "add", "ward", "--name", "Ward 1", "--out", "ward.json"]).status.success());
    let manager = Manager(UnixDatagram::bind(folder.path("notify")).unwrap());
    let (mut log, into_log) = std::io::pipe().unwrap();
    let mut command = folder.command(&["run", "--json"]);
    command.env("NOTIFY_SOCKET", folder.path("notify")).env("WATCHDOG_USEC", "90000");
    let mut controller = Running(command.stderr(into_log.try_clone().unwrap()).spawn().unwrap());
    let ready = controller.ready();
    manager.until("READY=1");
    let (runtime, ward) = connected(&folder, ready["mqtt"].as_str().unwrap());
    manager.until("WATCHDOG=1");

    let mut filling = into_log;
    let filled = std::thread::spawn(move || filling.write_all(&vec![b'.'; TOO_MUCH]));
    // Refused, of which the loop writes a line.
    let hangs = (0..TRIES).any(|_| {
        let publish = ward.publish("kulku/hospital/ward/up/status", vec![1; 60], Qos::AtLeastOnce);
        runtime.block_on(publish).unwrap();
        manager.hears_nothing()
    });
    assert!(hangs, "a loop that hangs gives signs of life");
    // What was given to the threads beside it before is done all the same, and is no sign of life.
    let site = Site::open(&folder.database(), &"hospital".parse().unwrap()).unwrap();
    let alarms = site.alarms(&AlarmFilter::default(), UtcMs(0), 10).unwrap();
    assert!(alarms.iter().any(|alarm| alarm.kind == "forged-message"), "the clerk goes on");
    assert!(manager.hears_nothing(), "something beside the loop gives signs of life");

    let drained = std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    manager.until("WATCHDOG=1");
    filled.join().unwrap().unwrap();
    assert_eq!(controller.terminate(), Some(0));
    // What else could write to the log.
    drop((controller, command));
    drained.join().unwrap().unwrap();
}
