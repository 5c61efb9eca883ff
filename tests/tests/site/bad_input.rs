//! What a person gets wrong: a message that names the thing, an exit status that says so, and nothing half-done.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use site::process::{Failure, Process, free_port, program};
use site::whole::{Broker, Whole, people};

const CONTROLLER: &str = "kulku-controller";
const AGENT: &str = "kulku-door-agent";

fn fails(name: &str, config: &Path) -> Failure {
    Process::fail(Command::new(program(name).unwrap()).arg("run").arg("--config").arg(config)).unwrap()
}

#[track_caller]
fn says(failure: &Failure, words: &[&str]) {
    for word in words {
        assert!(failure.stderr.contains(word), "{word:?} is not in:\n{}", failure.stderr);
    }
    assert!(failure.status.code().is_some_and(|code| code != 0 && code != 101), "{:?}", failure.status);
}

/// A controller's configuration in a folder of its own.
fn controller_config(more: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("controller.toml");
    let (dashboard, mqtt) = (free_port().unwrap(), free_port().unwrap());
    let text = format!(
        "site = \"hospital\"\ndata = \".\"\n{more}[dashboard]\nlisten = \"127.0.0.1:{dashboard}\"\n\
         [mqtt.embedded]\nlisten = \"127.0.0.1:{mqtt}\"\n"
    );
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn an_unknown_key_of_the_configuration_is_named() {
    let (_folder, path) = controller_config("door_count = 7\n");
    says(&fails(CONTROLLER, &path), &["controller.toml", "door_count"]);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.toml");
    std::fs::write(&path, "data = \".\"\nprovisioning = \"door.json\"\nlock = 7\n").unwrap();
    says(&fails(AGENT, &path), &["agent.toml", "lock"]);
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    says(&fails(CONTROLLER, Path::new("/nowhere/controller.toml")), &["/nowhere/controller.toml"]);
    says(&fails(AGENT, Path::new("/nowhere/agent.toml")), &["/nowhere/agent.toml"]);
}

#[test]
fn an_occupied_port_is_named_with_its_key() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for (key, text) in [
        (
            "dashboard.listen",
            format!("[dashboard]\nlisten = \"127.0.0.1:{port}\"\n[mqtt.embedded]\nlisten = \"127.0.0.1:0\"\n"),
        ),
        (
            "mqtt.embedded.listen",
            format!("[dashboard]\nlisten = \"127.0.0.1:0\"\n[mqtt.embedded]\nlisten = \"127.0.0.1:{port}\"\n"),
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("controller.toml");
        std::fs::write(&path, format!("site = \"hospital\"\ndata = \".\"\n{text}")).unwrap();
        says(&fails(CONTROLLER, &path), &[key, &port.to_string()]);
    }
}

#[test]
fn a_truncated_site_database_is_refused_by_name_and_left_as_it_is() {
    let mut site = Whole::start(Broker::Embedded, 1, &people(50, 1).unwrap()).unwrap();
    site.settle().unwrap();
    site.kill_controller().unwrap();
    let database = site.folder().join("site.db");
    for rest in ["site.db-wal", "site.db-shm"] {
        let _ = std::fs::remove_file(site.folder().join(rest));
    }
    let half = std::fs::metadata(&database).unwrap().len() / 2;
    std::fs::File::options().write(true).open(&database).unwrap().set_len(half).unwrap();
    let before = std::fs::read(&database).unwrap();
    says(&fails(CONTROLLER, &site.folder().join("controller.toml")), &["site.db"]);
    assert_eq!(std::fs::read(&database).unwrap(), before);
}

#[test]
fn a_truncated_door_database_is_kept_aside_and_filled_again() {
    let mut site = Whole::start(Broker::Embedded, 1, &people(300, 1).unwrap()).unwrap();
    site.settle().unwrap();
    site.doors[0].kill().unwrap();
    let state = site.doors[0].folder().join("state");
    for rest in ["whitelist.db-wal", "whitelist.db-shm"] {
        let _ = std::fs::remove_file(state.join(rest));
    }
    let database = state.join("whitelist.db");
    std::fs::write(&database, &std::fs::read(&database).unwrap()[..3000]).unwrap();
    let before = std::fs::read(&database).unwrap();
    site.doors[0].run().unwrap();
    assert_eq!(std::fs::read(state.join("whitelist.db.damaged-1")).unwrap(), before);
    let told = || site.events("door-1").ok()?.iter().any(|event| event.code == "file-rebuilt").then_some(());
    site::wait::until("what became of the file in the log", told).unwrap();
    site.settle().unwrap();
}

#[test]
fn a_file_that_is_no_database_is_refused_by_name() {
    let (folder, path) = controller_config("");
    std::fs::write(folder.path().join("site.db"), b"this is a letter to the reader, not a database").unwrap();
    says(&fails(CONTROLLER, &path), &["site.db"]);
}

#[test]
fn a_bad_dump_is_refused_with_file_line_and_fault() {
    let site = Whole::start(Broker::Embedded, 1, &[]).unwrap();
    let put = |format: &str, bytes: &[u8]| {
        let path = format!("/cards/found?format={format}");
        let answer = site.doors[0].control.put_bytes(&path, bytes, "application/octet-stream").unwrap();
        (answer.status, answer.body.to_string())
    };
    let (status, body) = put("mfd", &[0; 1000]);
    assert!(status == 400 && body.contains("1000"), "{status} {body}");
    let (status, body) = put("eml", b"00112233445566778899AABBCCDDEEFF\nnot a block\n");
    assert!(status == 400 && body.contains("line 2"), "{status} {body}");
    let (status, body) = put("tape", b"");
    assert!(status == 400 && body.contains("format"), "{status} {body}");
    let mut raw = [0; 1024];
    raw[..5].copy_from_slice(&[1, 2, 3, 4, 0xFF]);
    let (status, body) = put("mfd", &raw);
    assert!(status == 400 && body.contains("BCC"), "{status} {body}");
    assert_eq!(site.doors[0].control.post("/tap", &json!({"card": "found"})).unwrap().status, 404);
    site.stop().unwrap();
}

#[test]
fn the_doors_control_refuses_other_hosts_and_pages_of_other_sites() {
    let site = Whole::start(Broker::Embedded, 1, &[]).unwrap();
    let control = &site.doors[0].control;
    for (name, value) in [("host", "door.example"), ("origin", "http://door.example")] {
        let answer = control.with_header(name, value).get("/state").unwrap();
        assert_eq!(answer.status, 403, "{name}");
    }
    assert_eq!(control.get("/state").unwrap().status, 200);
    site.stop().unwrap();
}
