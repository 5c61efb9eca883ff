//! One data folder, one agent.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use access::event::EventKind;
use access::mode::Mode;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::whitelist::Generation;
use db::door::{Draft, Journal};
use door_agent::{Agent, Config};
use serde_json::json;

use crate::bench::{Bench, prepare};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_agent_on_a_folder_is_refused_and_the_first_goes_on() {
    let (folder, config) = prepare();
    let bench = Bench::start_in(folder, config.clone()).await;
    let error = Agent::start(Config::load(&config).unwrap()).await.unwrap_err().to_string();
    assert!(error.contains(&bench.folder.path().display().to_string()) && error.contains("another"), "{error}");
    assert_eq!(bench.tap("short").await["signal"], "granted");
    let folder = bench.stop().await;
    Bench::start_in(folder, config).await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_that_finds_its_folder_taken_ends_with_a_failure() {
    let (folder, config) = prepare();
    let bench = Bench::start_in(folder, config.clone()).await;
    let mut second = Command::new(env!("CARGO_BIN_EXE_kulku-door-agent"));
    second.args(["run", "--config"]).arg(&config);
    let ended = tokio::task::spawn_blocking(move || second.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && told.contains(&bench.folder.path().display().to_string()), "{told}");
    bench.stop().await;
}

#[test]
fn a_log_that_goes_to_no_terminal_has_no_colours() {
    let (_folder, config) = prepare();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kulku-door-agent"));
    command.args(["run", "--config"]).arg(&config).env("RUST_LOG", "info").stderr(Stdio::piped());
    let mut agent = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(agent.stderr.take().unwrap()).read_line(&mut line).unwrap();
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert!(line.contains("INFO") && !line.contains('\u{1b}'), "{line:?}");
}

/// As a backup tool or a hand does that puts an older file in place. Trying again would never help, and would
/// hold back every grant.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_somebody_else_wrote_to_ends_the_agent() {
    let bench = Bench::start().await;
    bench.until("the start is on disk", |state| state["journal"]["head"] == 1).await;
    let foreign = Draft {
        boot: 9,
        mono: MonoMs(0),
        utc: UtcMs(0),
        trust: ClockTrust::Unknown,
        generation: Generation(0),
        state_generation: Generation(0),
        mode: Mode::Normal,
        kind: EventKind::Started,
        subject: None,
    };
    Journal::open(&bench.journal(), 0).unwrap().append(&[foreign]).unwrap();
    bench.post("/exit", json!({})).await;
    let error = bench.ended().await.unwrap_err().to_string();
    assert!(error.contains("journal"), "{error}");
}
