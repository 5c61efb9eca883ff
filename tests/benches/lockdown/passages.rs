//! Cards go in at one of four doors of an area, and the others hear of it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site::people::invent;

use crate::house::{AREA_DOORS, House, Housed};

const HOLD_MS: u32 = 1_200;
const PATIENCE: Duration = Duration::from_secs(20);

/// From the opening of the door by whoever was granted until each of the others knows it, in milliseconds.
pub(crate) fn measure(house: &House, entries: usize) -> Result<Vec<f64>> {
    let first = crate::door(house, 0)?;
    let others: Vec<&Housed> = house.doors.iter().take(AREA_DOORS).skip(1).collect();
    let mut times = Vec::new();
    // Each entry is timed at three doors.
    for person in invent(entries).iter().take(entries.div_ceil(others.len().max(1))) {
        let uid = person.uid.hex();
        let card = json!({ "name": uid, "uid": uid, "kind": "classic-1k" });
        tokio::task::block_in_place(|| first.control.post("/cards", &card))?.success("/cards")?;
        let known = others.iter().map(|door| passages(door)).collect::<Result<Vec<_>>>()?;
        let tap = tokio::task::block_in_place(|| first.control.tap(&uid, HOLD_MS))?;
        ensure!(tap.lock == "released", "{uid} was not let in: {tap:?}");
        let begun = Instant::now();
        contact(first, true)?;
        let heard = std::thread::scope(|scope| {
            let waiting: Vec<_> = others
                .iter()
                .zip(&known)
                .map(|(door, known)| scope.spawn(move || more_than(door, *known, begun)))
                .collect();
            waiting
                .into_iter()
                .map(|thread| thread.join().map_err(|_| anyhow::anyhow!("a watcher panicked"))?)
                .collect::<Result<Vec<Duration>>>()
        })?;
        times.extend(heard.iter().map(|time| time.as_secs_f64() * 1_000.0));
        contact(first, false)?;
    }
    Ok(times)
}

fn more_than(door: &Housed, known: u64, begun: Instant) -> Result<Duration> {
    loop {
        if passages(door)? > known {
            return Ok(begun.elapsed());
        }
        ensure!(begun.elapsed() < PATIENCE, "{} did not hear who went in", door.id);
    }
}

fn contact(door: &Housed, open: bool) -> Result<()> {
    tokio::task::block_in_place(|| door.control.post("/contact", &json!({ "open": open })))?.success("/contact")?;
    Ok(())
}

fn passages(door: &Housed) -> Result<u64> {
    let state: Value = tokio::task::block_in_place(|| door.control.read("/state"))?;
    state.get("passages").and_then(Value::as_u64).context("the door shows no passages")
}
