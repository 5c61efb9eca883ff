//! The demo, as somebody who has just cloned the repository uses it.

use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;
use site::http::Client;
use site::people::invent;
use site::process::{Process, program};
use site::wait;

const HOLD_MS: u32 = 60;

#[derive(Deserialize)]
struct Ready {
    dashboard: String,
    operator: Operator,
    token: String,
    mqtt: String,
    doors: Vec<Door>,
}

#[derive(Deserialize)]
struct Operator {
    name: String,
    password: String,
}

#[derive(Deserialize)]
struct Door {
    id: String,
    control: String,
}

fn demo(more: &[&str]) -> (Process, Ready, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program("demo").unwrap());
    command.args(["--json", "--dashboard", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"]).args(more);
    let (process, ready) = Process::start::<Ready>(&mut command, &folder.path().join("demo.log")).unwrap();
    (process, ready, folder)
}

fn denials(api: &Client, door: &str) -> Option<Vec<Value>> {
    let page: Value = api.read(&format!("/api/v1/events?door={door}&code=denied&limit=10")).ok()?;
    page["items"].as_array().cloned()
}

#[test]
fn the_demo_opens_a_hospital_whose_cards_can_be_tapped() {
    let (process, ready, _folder) = demo(&["--doors", "3"]);
    assert_eq!(ready.doors.len(), 3);
    assert!(!ready.operator.name.is_empty() && ready.operator.password.len() >= 16 && ready.mqtt.contains(':'));
    let api = Client::new(&ready.dashboard, Some(&ready.token));
    assert_eq!(Client::new(&ready.dashboard, None).get("/api/v1/doors").unwrap().status, 401);
    let door = Client::new(&ready.doors[0].control, None);
    let uid = invent(1)[0].uid.hex();
    let granted = || (door.tap(&uid, HOLD_MS).ok()?.signal == "granted").then_some(());
    wait::until("the whitelist at the door", granted).unwrap();
    for (card, reason) in [("DEADBEEF", "unknown-card"), ("C0FFEE09", "unsupported-card")] {
        let seen = door.tap(card, HOLD_MS).unwrap();
        assert_eq!((seen.signal.as_str(), &seen.reasons[..]), ("denied", &[reason.to_owned()][..]), "{seen:?}");
    }
    let reasons = wait::until("both denials in the log", || {
        let denied = denials(&api, &ready.doors[0].id)?;
        let has = |reason| denied.iter().any(|event| event["reasons"] == serde_json::json!([reason]));
        (has("unknown-card") && has("unsupported-card")).then_some(())
    });
    reasons.unwrap();
    process.stop().unwrap();
}

#[test]
fn real_dumps_can_be_tapped_and_what_is_no_1k_is_refused_by_name() {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/cards");
    let cards = std::env::var_os("KULKU_CARDS").map_or(beside, PathBuf::from);
    if !cards.is_dir() {
        println!("skipped: no folder of dumps at KULKU_CARDS or beside the repository");
        return;
    }
    let (process, ready, folder) = demo(&["--doors", "1", "--cards", &cards.to_string_lossy()]);
    let door = Client::new(&ready.doors[0].control, None);
    for name in ["s50-empty", "fudan-1k-used"] {
        let granted = || (door.tap(name, HOLD_MS).ok()?.signal == "granted").then_some(());
        wait::until(name, granted).unwrap();
    }
    let log = std::fs::read_to_string(folder.path().join("demo.log")).unwrap();
    assert!(log.contains("s20-mini-empty.json") && log.contains("MIFARE Mini"), "{log}");
    process.stop().unwrap();
}

#[test]
fn an_occupied_address_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = Command::new(program("demo").unwrap());
    let failure = Process::fail(command.args(["--dashboard", &address])).unwrap();
    assert!(failure.stderr.contains(&address), "{}", failure.stderr);
}
