//! How soon a card is blocked at every door after its copy was tapped at one.
//!
//! ```sh
//! cargo build --release --workspace --bins && cargo bench -p kulku-tests --bench clone
//! ```
//!
//! Each card is encoded at the desk and dumped; original and copy lie beside a strict rolling door. The original is
//! tapped, then the copy. The clock runs from the moment the copy is laid down: until the door shows red, until the site
//! has the card blocked, and until the other door has that in force. Cards are counted by `KULKU_CLONES`.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use site::people::invent;
use site::wait;
use site::whole::{Broker, Door, Whole, people};

const HOLD_MS: u32 = 200;
const DESK_HOLD_MS: u32 = 5_000;

fn main() -> Result<()> {
    let cards = std::env::var("KULKU_CLONES").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let site = Whole::start(Broker::Embedded, 2, &people(cards, 2)?)?;
    let desk = site.start_encoder("desk")?;
    for door in &site.doors {
        site.api.set_up(&door.id, &json!({"reading": "sector-rolling-strict", "release_ms": 500}))?;
    }
    let mut times = [const { Vec::new() }; 3];
    for person in invent(cards) {
        for (all, time) in times.iter_mut().zip(measure(&site, &desk, &person.uid.hex())?) {
            all.push(time);
        }
    }
    println!("{cards} copies; milliseconds from the copy on the reader");
    println!("{:<28}{:>8}{:>8}{:>8}", "until", "p50", "p90", "max");
    for (name, mut all) in ["the door shows red", "the card is blocked", "in force at the other door"].iter().zip(times)
    {
        all.sort();
        let at =
            |part: usize| all.get((all.len() * part / 100).min(all.len() - 1)).map_or(0.0, |t| t.as_secs_f64() * 1e3);
        println!("{name:<28}{:>8.0}{:>8.0}{:>8.0}", at(50), at(90), at(100));
    }
    site.stop()
}

fn measure(site: &Whole, desk: &Door, uid: &str) -> Result<[Duration; 3]> {
    let [first, second] = site.doors.as_slice() else { bail!("two doors") };
    let dump = encoded(site, desk, uid)?;
    for name in ["original", "copy"] {
        let path = format!("/cards/{name}?format=mfd");
        first.control.put_bytes(&path, &dump, "application/octet-stream")?.success(&path)?;
    }
    site.settle()?;
    ensure!(first.control.tap("original", HOLD_MS)?.signal == "granted", "the original was refused");
    let before = generation(second)?;
    let start = Instant::now();
    let seen = first.control.tap("copy", HOLD_MS)?;
    let red = start.elapsed();
    ensure!(seen.is_denied(), "the copy was not refused: {seen:?}");
    let blocked = wait::until("the card blocked", || {
        let card: Value = site.api.read(&format!("/api/v1/cards/{uid}")).ok()?;
        (card.get("blocks")? == &json!(["cloned"])).then(|| start.elapsed())
    })?;
    let in_force =
        wait::until("the block at the other door", || (generation(second).ok()? > before).then(|| start.elapsed()))?;
    Ok([red, blocked, in_force])
}

/// Encodes the card at the desk; its dump.
fn encoded(site: &Whole, desk: &Door, uid: &str) -> Result<Vec<u8>> {
    desk.make_card(uid, "classic-1k")?;
    let path = format!("/api/v1/cards/{uid}/encode");
    let state = |id: &str| {
        let job: Value = site.api.read(&format!("/api/v1/encodings/{id}")).ok()?;
        Some(job.get("state")?.as_str()?.to_owned())
    };
    let job = wait::until("the job at the desk", || {
        let answer = site.api.post(&path, &json!({"encoder": "desk", "work": "encode"})).ok()?;
        let id = answer.body.get("id")?.as_str()?.to_owned();
        let begun = || state(&id).filter(|state| state != "requested" && state != "sent");
        (wait::until("its first stage", begun).ok()? == "waiting").then_some(id)
    })?;
    desk.control.tap(uid, DESK_HOLD_MS)?;
    wait::until("the card written", || (state(&job)? == "done").then_some(()))?;
    desk.control.get_bytes(&format!("/cards/{uid}?format=mfd"))
}

fn generation(door: &Door) -> Result<u64> {
    let state: Value = door.control.read("/state")?;
    state.get("whitelist_generation").and_then(Value::as_u64).context("the door shows no generation")
}
