//! A thousand doors on one controller: what they cost at rest, and how soon all of them know of a blocked card.
//!
//! ```sh
//! cargo build --release --workspace --bins && cargo bench -p kulku-tests --bench thousand
//! ```
//!
//! The doors have enrolled, speak TLS with their certificates, tell how they are every 30 s, follow what they hear and say so;
//! they are played by this process, on the same cores as the controller and the broker. **At rest**: memory and processor time of
//! controller and broker over a minute. **Blocks**: from the request at the API until a door has the change in force, over all
//! doors; `KULKU_BLOCKS` (20) cards, one after the other. Doors are counted by `KULKU_DOORS`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::{Duration, Instant};

use access::time::{UtcMs, Window};
use access::whitelist::WhitelistId;
use anyhow::{Context, Result, ensure};
use db::site::{Actor, CardKind, ImportCard, ImportPerson, NewEmployment};
use serde_json::json;
use site::people::invent;
use site::whole::Broker;
use tokio::sync::mpsc;

#[path = "thousand/ear.rs"]
mod ear;
#[path = "intake/house.rs"]
mod house;

use ear::Ear;
use house::House;

/// Over which the processor's time is counted.
const REST: Duration = Duration::from_secs(60);
/// A door that takes longer has lost the change.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the operating system counts processor time in.
const TICKS_A_SECOND: f64 = 100.0;

#[tokio::main]
async fn main() -> Result<()> {
    let (doors, blocks) = (number("KULKU_DOORS", 1_000), number("KULKU_BLOCKS", 20));
    println!(
        "{:<12}{:>8}{:>12}{:>12}{:>12}{:>10}{:>10}{:>10}",
        "broker", "doors", "controller", "broker", "CPU at rest", "p50 ms", "p99 ms", "max ms"
    );
    for broker in [Broker::Embedded, Broker::Mosquitto] {
        let house = House::start(broker, doors).await?;
        list(&house, blocks)?;
        let (tell, mut heard) = mpsc::unbounded_channel();
        for number in 0..doors {
            tokio::spawn(Ear::connect(&house, number).await?.listen(tell.clone()));
        }
        let first = settled(&mut heard, doors, 0).await?;
        let processes: Vec<u32> =
            [house.site.controller_id(), house.site.mosquitto.as_ref().and_then(|m| m.process_id())]
                .into_iter()
                .flatten()
                .collect();
        let before = processes.iter().map(|id| ticks(*id)).sum::<Result<u64>>()?;
        tokio::time::sleep(REST).await;
        let after = processes.iter().map(|id| ticks(*id)).sum::<Result<u64>>()?;
        let memory = processes.iter().map(|id| resident_mib(*id)).collect::<Result<Vec<u64>>>()?;
        let mut times = blocked(&house, &mut heard, (doors, blocks), first).await?;
        times.sort();
        let at = |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).map_or(0.0, ms);
        println!(
            "{:<12}{doors:>8}{:>8} MiB{:>8} MiB{:>10.1} %{:>10.0}{:>10.0}{:>10.0}",
            house::name(broker),
            memory.first().copied().unwrap_or(0),
            memory.get(1).copied().unwrap_or(0),
            percent(after - before),
            at(50),
            at(99),
            at(100)
        );
        house.site.stop()?;
    }
    Ok(())
}

/// Cards that are listed at every door.
fn list(house: &House, cards: u32) -> Result<()> {
    let doors: Vec<_> = house.doors.iter().map(|door| (door.door.clone(), Window::ALWAYS)).collect();
    let person = |person: site::people::Invented| {
        let card = ImportCard { uid: person.uid, kind: CardKind::Staff, window: Window::ALWAYS, doors: doors.clone() };
        let employments = vec![NewEmployment::always("House", "Staff")];
        ImportPerson { name: person.name, employments, cards: vec![card], ..ImportPerson::default() }
    };
    let people: Vec<ImportPerson> = invent(usize::try_from(cards)?).into_iter().map(person).collect();
    let actor = Actor { operator: "bench", at: UtcMs(site::whole::now().0 * 1_000) };
    house.site.database()?.import(&actor, &people)?;
    Ok(())
}

/// Waits until every door has something newer than `generation` in force; what they have.
async fn settled(
    heard: &mut mpsc::UnboundedReceiver<(u32, WhitelistId, Instant)>,
    doors: u32,
    generation: u64,
) -> Result<u64> {
    let mut newest = vec![0; usize::try_from(doors)?];
    while newest.iter().any(|known| *known <= generation) {
        let (door, id, _) =
            tokio::time::timeout(PATIENCE, heard.recv()).await.context("a door has nothing")?.context("doors")?;
        if let Some(known) = newest.get_mut(usize::try_from(door)?) {
            *known = id.generation.0;
        }
    }
    newest.into_iter().max().context("there are doors")
}

async fn blocked(
    house: &House,
    heard: &mut mpsc::UnboundedReceiver<(u32, WhitelistId, Instant)>,
    (doors, blocks): (u32, u32),
    mut generation: u64,
) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for person in invent(usize::try_from(blocks)?) {
        let begun = Instant::now();
        house.site.api.post(&format!("/api/v1/cards/{}/block", person.uid.hex()), &json!({}))?.success("block")?;
        let mut missing = doors;
        let mut newest = generation;
        while missing > 0 {
            let (_, id, at) =
                tokio::time::timeout(PATIENCE, heard.recv()).await.context("a door did not hear")?.context("doors")?;
            if id.generation.0 > generation {
                missing -= 1;
                newest = newest.max(id.generation.0);
                times.push(at.duration_since(begun));
            }
        }
        ensure!(newest > generation, "nothing has changed");
        generation = newest;
    }
    Ok(times)
}

fn ticks(process: u32) -> Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after = stat.rsplit(')').next().context("a line of figures")?;
    let field =
        |number: usize| after.split_whitespace().nth(number).context("a figure")?.parse::<u64>().context("a figure");
    Ok(field(11)? + field(12)?)
}

fn resident_mib(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("the system tells no memory")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1_024)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn percent(ticks: u64) -> f64 {
    100.0 * ticks as f64 / TICKS_A_SECOND / REST.as_secs_f64()
}

fn number(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn ms(time: &Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
