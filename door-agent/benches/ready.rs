//! From the start of the real program until it decides, with 1,000,000 entries, and its peak memory. Run on
//! demand: `cargo bench -p kulku-door-agent --bench ready [-- ENTRIES]`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench that cannot set up its case has failed")]

#[path = "shared/list.rs"]
mod list;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

fn main() {
    let entries = list::entries_wanted();
    let folder = list::filled(entries);
    let config = configure(folder.path());
    println!("agent with {entries} entries");
    for (what, cold) in [("warm", false), ("page cache dropped", true)] {
        if cold && !list::drop_page_cache() {
            println!("{what}: not measured, only root may drop it");
            continue;
        }
        let begun = Instant::now();
        let (mut agent, control) = start(&config);
        let ready = begun.elapsed();
        let answer = tap(&control);
        let decided = begun.elapsed();
        for _ in 0..20 {
            tap(&control);
        }
        println!(
            "{what}: ready after {ready:.1?}, first tap answered {:.1?} later ({}), VmHWM {}",
            decided.saturating_sub(ready),
            answer.get("signal").unwrap(),
            peak(&agent)
        );
        agent.kill().unwrap();
        agent.wait().unwrap();
    }
}

fn configure(folder: &Path) -> std::path::PathBuf {
    let provisioning = json!({"format": 1, "site": "bench", "door": "bench", "key_id": 1,
        "key": "07".repeat(32), "mqtt": {"host": "127.0.0.1", "port": 9}});
    std::fs::write(folder.join("door.json"), provisioning.to_string()).unwrap();
    let config = folder.join("agent.toml");
    let text = "data = \".\"\nprovisioning = \"door.json\"\nreader.kind = \"emulated\"\nio.kind = \"memory\"\n";
    std::fs::write(&config, text).unwrap();
    config
}

fn start(config: &Path) -> (Child, String) {
    let mut agent = Command::new(env!("CARGO_BIN_EXE_kulku-door-agent"))
        .args(["run", "--json", "--config"])
        .arg(config)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(agent.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    (agent, told.get("control").unwrap().as_str().unwrap().to_owned())
}

fn tap(control: &str) -> Value {
    let uid = list::uid(1).hex();
    let card = json!({"name": "card", "uid": uid, "kind": "classic-1k"});
    post(control, "/cards", &card);
    post(control, "/tap", &json!({"card": "card", "hold_ms": 30}))
}

fn post(control: &str, path: &str, body: &Value) -> Value {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30)));
    let client: ureq::Agent = config.build().into();
    client.post(format!("http://{control}{path}")).send_json(body).unwrap().body_mut().read_json().unwrap()
}

fn peak(agent: &Child) -> String {
    let status = std::fs::read_to_string(format!("/proc/{}/status", agent.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
