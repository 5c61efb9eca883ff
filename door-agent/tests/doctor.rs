//! `kulku-door-agent doctor` over doors that are well and doors that are not.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_kulku-door-agent");

/// An emulated door whose broker listens, or does not.
struct Place {
    folder: tempfile::TempDir,
    broker: Option<TcpListener>,
}

impl Place {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o750)).unwrap();
        let broker = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = broker.local_addr().unwrap().port();
        let provisioning = json!({"format": 1, "site": "hospital", "door": "pharmacy", "key_id": 1,
            "key": "07".repeat(32), "mqtt": {"host": "127.0.0.1", "port": port}});
        std::fs::write(folder.path().join("door.json"), provisioning.to_string()).unwrap();
        let config = "data = \".\"\nprovisioning = \"door.json\"\nreader.kind = \"emulated\"\nio.kind = \"memory\"\n";
        std::fs::write(folder.path().join("agent.toml"), config).unwrap();
        Self { folder, broker: Some(broker) }
    }

    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args([subcommand, "--json", "--config"]).arg(self.folder.path().join("agent.toml"));
        command
    }

    fn doctor(&self) -> (Option<i32>, Value) {
        let output = self.command("doctor").output().unwrap();
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
    }
}

/// The first finding of this check.
fn of<'a>(report: &'a Value, check: &str) -> &'a Value {
    report["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == check).unwrap()
}

#[test]
fn a_door_that_is_well_is_said_to_be_and_what_could_be_better_is_no_failure() {
    let place = Place::new();
    let (code, report) = place.doctor();
    // A clear connection wants attention, and so may the clock of the machine that runs this.
    assert_eq!((code, &report["health"]), (Some(4), &json!("attention")), "{report}");
    for check in ["config", "gpio", "reader", "permissions", "database", "broker"] {
        assert_eq!(of(&report, check)["health"], "well", "{report}");
    }
    assert_eq!(of(&report, "certificate")["health"], "attention", "{report}");
    let listed = std::fs::read_dir(place.folder.path()).unwrap().count();
    assert_eq!(listed, 2, "it leaves nothing behind");
}

#[test]
fn each_thing_that_is_wrong_is_named_with_its_remedy() {
    let mut place = Place::new();
    drop(place.broker.take());
    std::fs::write(place.folder.path().join("journal.db"), "no database").unwrap();
    let (code, report) = place.doctor();
    assert_eq!((code, &report["health"]), (Some(3), &json!("wrong")), "{report}");
    assert_eq!(of(&report, "broker")["health"], "wrong", "{report}");
    let journal =
        report["findings"].as_array().unwrap().iter().find(|finding| {
            finding["check"] == "database" && finding["found"].as_str().unwrap().contains("journal.db")
        });
    assert_eq!(journal.unwrap()["health"], "wrong", "{report}");
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(finding["health"] == "well", finding["remedy"].is_null(), "{finding}");
    }
}

#[test]
fn a_configuration_that_is_wrong_is_said_to_be_and_the_rest_is_looked_at() {
    let place = Place::new();
    std::fs::remove_file(place.folder.path().join("door.json")).unwrap();
    let (code, report) = place.doctor();
    assert_eq!(code, Some(3));
    assert!(of(&report, "config")["found"].as_str().unwrap().contains("door.json"), "{report}");
    assert_eq!(of(&report, "reader")["health"], "well", "{report}");
}

#[test]
fn the_readers_of_an_agent_that_runs_are_left_alone() {
    let place = Place::new();
    let mut agent = place.command("run").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(agent.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (code, report) = place.doctor();
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert_eq!(code, Some(4), "{report}");
    assert!(of(&report, "reader")["found"].as_str().unwrap().contains("left alone"), "{report}");
}
