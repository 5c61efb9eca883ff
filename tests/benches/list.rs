//! How soon a card is refused at every connected door when a revocation list arrives in a watched file.
//!
//! ```sh
//! cargo build --release --workspace --bins && cargo bench -p kulku-tests --bench list
//! ```
//!
//! The clock runs from the moment when the list is moved into place to the moment when the slowest of eight doors
//! has the change in force. Rounds are counted by `KULKU_LISTS`; the last line is one list of a million entries.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::{Duration, Instant};

use access::uid::Uid;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use site::lists::{Authority, publish};
use site::people::invent;
use site::whole::{Broker, Door, Whole, people};

const DOORS: usize = 8;
const SMALL: u64 = 1_000;
const LARGE: u64 = 1_000_000;
/// A door that takes longer has lost the change.
const PATIENCE: Duration = Duration::from_secs(60);
/// Far from the numbers of the site's own cards.
const OTHERS: u64 = 1 << 40;

fn main() -> Result<()> {
    let rounds = std::env::var("KULKU_LISTS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let authority = Authority::new("Authority")?;
    let mut site = Whole::start(Broker::Embedded, DOORS, &people(rounds + 1, DOORS)?)?;
    let cards: Vec<(Uid, u64)> = invent(rounds + 1).iter().map(|person| person.uid).zip(1..).collect();
    let file = authority.set_up(&mut site, &cards)?;
    site.settle()?;
    println!("{DOORS} doors; milliseconds from a list's arrival to the slowest door");
    println!("{:<22}{:>8}{:>8}{:>8}", "entries", "p50", "p99", "max");
    let mut times = Vec::new();
    for number in (1_u64..).take(rounds) {
        let list = authority.list(number, (1..=number).chain(OTHERS..OTHERS + SMALL))?;
        times.push(arrives(&site, &file, &list)?);
    }
    report(SMALL, times);
    let number = u64::try_from(rounds)? + 1;
    let list = authority.list(number, (1..=number).chain(OTHERS..OTHERS + LARGE))?;
    println!("({} MB)", list.len() / 1_000_000);
    report(LARGE, vec![arrives(&site, &file, &list)?]);
    site.stop()
}

fn report(entries: u64, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).map_or(0.0, ms);
    println!("{entries:<22}{:>8.0}{:>8.0}{:>8.0}", at(50), at(99), times.last().map_or(0.0, ms));
}

fn arrives(site: &Whole, file: &std::path::Path, list: &[u8]) -> Result<Duration> {
    let before = site.doors.iter().map(generation).collect::<Result<Vec<_>>>()?;
    let start = Instant::now();
    publish(file, list)?;
    for (door, before) in site.doors.iter().zip(before) {
        while generation(door)? <= before {
            ensure!(start.elapsed() < PATIENCE, "{} did not get the change", door.id);
        }
    }
    Ok(start.elapsed())
}

fn generation(door: &Door) -> Result<u64> {
    let state: Value = door.control.read("/state")?;
    state.get("whitelist_generation").and_then(Value::as_u64).context("the door shows no generation")
}

fn ms(time: &Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
