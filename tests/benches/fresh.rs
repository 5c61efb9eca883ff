//! How soon a box that was just put up has its whole list in force.
//!
//! ```sh
//! cargo build --release --workspace --bins && cargo bench -p kulku-tests --bench fresh
//! ```
//!
//! A door's agent is started without any file but its identity, `KULKU_ROUNDS` (3) times with each broker. The clock runs from its
//! start, TLS and all, until `KULKU_ENTRIES` (100,000) entries are in force.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use site::whole::{Broker, Door, Whole, people};

/// A door that takes longer has lost its list.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() -> Result<()> {
    let (entries, rounds) = (number("KULKU_ENTRIES", 100_000), number("KULKU_ROUNDS", 3));
    println!("{entries} entries; milliseconds from the start of the agent until they are in force");
    for (broker, name) in [(Broker::Embedded, "embedded"), (Broker::Mosquitto, "Mosquitto")] {
        let mut site = Whole::start(broker, 1, &people(entries, 1)?)?;
        let mut times = Vec::new();
        for _ in 0..rounds {
            let door = site.doors.first_mut().context("a door")?;
            in_force(door, entries)?;
            door.kill()?;
            let state = door.folder().join("state");
            std::fs::remove_dir_all(&state)?;
            std::fs::create_dir(&state)?;
            let begun = Instant::now();
            door.run()?;
            in_force(door, entries)?;
            times.push(begun.elapsed().as_millis());
        }
        println!("{name:<12}{times:?}");
        site.stop()?;
    }
    Ok(())
}

fn in_force(door: &Door, entries: usize) -> Result<()> {
    let begun = Instant::now();
    let has = || -> Result<bool> {
        let state: Value = door.control.read("/state")?;
        let count = state.get("whitelist_entries").and_then(Value::as_u64);
        Ok(count.and_then(|count| usize::try_from(count).ok()).is_some_and(|count| count >= entries))
    };
    while !has()? {
        ensure!(begun.elapsed() < PATIENCE, "{} has not got its list", door.id);
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
