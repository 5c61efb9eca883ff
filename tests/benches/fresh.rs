//! How soon a box that was just put up has its whole list in force.
//!
//! ```sh
//! cargo build --release --workspace --bins && cargo bench -p kulku-tests --bench fresh
//! ```
//!
//! A door's agent is started without any file but its identity, `KULKU_ROUNDS` (3) times with each broker. The clock runs from its
//! start, TLS and all, until `KULKU_ENTRIES` (100,000) entries are in force.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::Value;
use site::wait;
use site::whole::{Broker, Door, Whole, people};

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
    wait::until("the whole list in force", || {
        let state: Value = door.control.read("/state").ok()?;
        let count = usize::try_from(state.get("whitelist_entries")?.as_u64()?).ok()?;
        (count >= entries).then_some(())
    })
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
