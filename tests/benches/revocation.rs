//! How soon a card that is blocked on the dashboard is refused at every connected door.
//!
//! ```sh
//! cargo build --release --workspace --bins && cargo bench -p kulku-tests --bench revocation
//! ```
//!
//! The clock runs from the moment the request to block is sent to the moment when the slowest of eight doors has the
//! change in force; then the card is tapped at one of them, and must be refused. Blocks are counted by `KULKU_BLOCKS`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site::people::invent;
use site::whole::{Broker, Door, Whole, people};

const DOORS: usize = 8;
const HOLD_MS: u32 = 30;
/// A door that takes longer has lost the change.
const PATIENCE: Duration = Duration::from_secs(20);

fn main() -> Result<()> {
    let blocks = std::env::var("KULKU_BLOCKS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    println!("{blocks} blocks, {DOORS} doors; milliseconds from the request to the slowest door");
    println!("{:<12}{:>8}{:>8}{:>8}", "broker", "p50", "p99", "max");
    for (name, broker) in [("embedded", Broker::Embedded), ("mosquitto", Broker::Mosquitto)] {
        let mut times = measure(broker, blocks)?;
        times.sort();
        let at = |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).map_or(0.0, ms);
        println!("{name:<12}{:>8.1}{:>8.1}{:>8.1}", at(50), at(99), times.last().map_or(0.0, ms));
    }
    Ok(())
}

fn measure(broker: Broker, blocks: usize) -> Result<Vec<Duration>> {
    let site = Whole::start(broker, DOORS, &people(blocks, DOORS)?)?;
    site.settle()?;
    let mut times = Vec::new();
    for (number, person) in invent(blocks).iter().enumerate() {
        let uid = person.uid.hex();
        let before = site.doors.iter().map(generation).collect::<Result<Vec<_>>>()?;
        let start = Instant::now();
        site.api.post(&format!("/api/v1/cards/{uid}/block"), &json!({}))?.success("block")?;
        let arrivals = std::thread::scope(|scope| {
            let waiting: Vec<_> = site
                .doors
                .iter()
                .zip(&before)
                .map(|(door, before)| scope.spawn(move || in_force_after(door, *before, start)))
                .collect();
            waiting
                .into_iter()
                .map(|thread| thread.join().map_err(|_| anyhow::anyhow!("a watcher panicked"))?)
                .collect::<Result<Vec<Duration>>>()
        })?;
        times.push(arrivals.into_iter().max().context("there are doors")?);
        let door = site.doors.get(number % DOORS).context("there are doors")?;
        door.make_card(&uid, "classic-1k")?;
        let seen = door.control.tap(&uid, HOLD_MS)?;
        ensure!(seen.is_denied(), "a blocked card was not refused: {seen:?}");
    }
    site.stop()?;
    Ok(times)
}

/// Waits for a newer generation in force; the duration since `start`.
fn in_force_after(door: &Door, before: u64, start: Instant) -> Result<Duration> {
    loop {
        if generation(door)? > before {
            return Ok(start.elapsed());
        }
        ensure!(start.elapsed() < PATIENCE, "{} did not get the change", door.id);
    }
}

fn generation(door: &Door) -> Result<u64> {
    let state: Value = door.control.read("/state")?;
    state.get("whitelist_generation").and_then(Value::as_u64).context("the door shows no generation")
}

fn ms(time: &Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
