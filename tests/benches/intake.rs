//! How fast events become rows of the central log, against SQLite alone.
//!
//! ```sh
//! cargo bench -p kulku-tests --bench intake
//! ```
//!
//! Fifty doors, on a log that has `KULKU_ROWS` rows (1,000,000) already. **Backlog**: each returns with
//! `KULKU_BACKLOG` events (4,000) in reports of 500, and sends the next report when the one before is acknowledged, as an
//! agent does. **Live**: each sends one event, and the next one when it is acknowledged, for `KULKU_SECONDS` (10).
//! **Latency**: fifty events a second, from publishing to the acknowledgement, which follows the commit. **Floor**: the
//! rows of the backlog once more, into a copy of the same file with the same indexes, in transactions of 1,000 with
//! `synchronous=FULL`, by nothing but SQLite.
//!
//! The doors have enrolled and speak TLS with their certificates; they are played by this process, beside the controller and
//! the broker on the same cores.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::{Duration, Instant};

use access::time::{UtcMs, Window};
use access::uid::Uid;
use anyhow::{Context, Result, ensure};
use db::site::{Actor, CardKind, ImportCard, ImportPerson, NewEmployment, Report};
use site::whole::Broker;

#[path = "intake/house.rs"]
mod house;
#[path = "intake/mouth.rs"]
mod mouth;

use house::{House, door};
use mouth::{Chain, Mouth};

const DOORS: u32 = 50;
const CARDS: u32 = 1_000;
/// Events of one report of a backlog: what an agent sends at most.
const REPORT: usize = access::message::REPORT_EVENTS_MAX;
/// One event a second and door.
const LATENCY_ROUNDS: u32 = 20;

#[tokio::main]
async fn main() -> Result<()> {
    let (rows, backlog, seconds) =
        (number("KULKU_ROWS", 1_000_000), number("KULKU_BACKLOG", 4_000), number("KULKU_SECONDS", 10));
    println!("{:<12}{:>14}{:>14}{:>14}{:>12}{:>12}", "broker", "backlog/s", "floor/s", "live/s", "p50 ms", "p99 ms");
    for broker in [Broker::Embedded, Broker::Mosquitto] {
        let mut house = House::start(broker, DOORS).await?;
        house.site.stop_controller()?;
        fill(&house, rows)?;
        let database = house.site.folder().join("site.db");
        let bare = house.site.folder().join("bare.db");
        std::fs::copy(&database, &bare)?;
        house.site.start_controller()?;
        let returned = measure_backlog(&house, backlog).await?;
        let count = u64::from(backlog) * u64::from(DOORS);
        let floor = count_per_second(count, db::trial::plain_inserts(&database, &bare, count, 1_000)?);
        let live = measure_live(&house, Duration::from_secs(u64::from(seconds))).await?;
        let (p50, p99) = measure_latency(&house).await?;
        println!("{:<12}{returned:>14.0}{floor:>14.0}{live:>14.0}{p50:>12.1}{p99:>12.1}", house::name(broker));
        house.site.stop()?;
    }
    Ok(())
}

/// Everybody comes back at once.
async fn measure_backlog(house: &House, events: u32) -> Result<f64> {
    let mouths = mouths(house).await?;
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for mut mouth in mouths {
        tasks.spawn(async move {
            let mut left = usize::try_from(events)?;
            while left > 0 {
                let now = left.min(REPORT);
                mouth.tell(now).await?;
                mouth.acknowledged().await?;
                left -= now;
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(count_per_second(u64::from(events) * u64::from(DOORS), begun.elapsed()))
}

/// Everybody is busy.
async fn measure_live(house: &House, during: Duration) -> Result<f64> {
    let mouths = mouths(house).await?;
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for mut mouth in mouths {
        tasks.spawn(async move {
            let mut told = 0_u64;
            while begun.elapsed() < during {
                mouth.tell(1).await?;
                mouth.acknowledged().await?;
                told += 1;
            }
            Ok::<_, anyhow::Error>(told)
        });
    }
    let mut told = 0;
    while let Some(done) = tasks.join_next().await {
        told += done??;
    }
    Ok(count_per_second(told, begun.elapsed()))
}

/// One event a second at each door, spread over the second; p50 and p99 in milliseconds.
async fn measure_latency(house: &House) -> Result<(f64, f64)> {
    let mouths = mouths(house).await?;
    let mut tasks = tokio::task::JoinSet::new();
    for (number, mut mouth) in (0_u32..).zip(mouths) {
        let first = Duration::from_millis(u64::from(number * 1_000 / DOORS));
        tasks.spawn(async move {
            let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + first, Duration::from_secs(1));
            let mut times = Vec::new();
            for _ in 0..LATENCY_ROUNDS {
                beat.tick().await;
                let begun = Instant::now();
                mouth.tell(1).await?;
                mouth.acknowledged().await?;
                times.push(begun.elapsed());
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    times.sort();
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).map_or(0.0, ms);
    Ok((at(50), at(99)))
}

/// Connects every door.
async fn mouths(house: &House) -> Result<Vec<Mouth>> {
    let mut mouths = Vec::new();
    for number in 0..DOORS {
        let (options, door) = house.options(number)?;
        mouths.push(Mouth::connect(options, door).await?);
    }
    Ok(mouths)
}

/// Cards, and a log of so many rows.
fn fill(house: &House, rows: u32) -> Result<()> {
    let site = house.site.database()?;
    let people: Vec<ImportPerson> = (0..CARDS).map(person).collect::<Result<_>>()?;
    site.import(&actor(), &people)?;
    let mut chains: Vec<Chain> = (0..DOORS).map(|number| Chain::new(u64::from(number) + 1)).collect();
    let mut left = usize::try_from(rows)?;
    for (number, chain) in (0..DOORS).zip(0..).cycle() {
        let now = left.min(REPORT);
        if now == 0 {
            return Ok(());
        }
        left -= now;
        let chain: &mut Chain = chains.get_mut(usize::try_from(chain)?).context("a door has a chain")?;
        let (previous, events) = chain.next(now)?;
        let report =
            Report { door: door(number)?, epoch: chain.epoch, boot: 1, previous, events, received: actor().at };
        let outcome = site.intake(&[report])?;
        ensure!(outcome.iter().all(|outcome| outcome.fault.is_none()), "a report of the filling was refused");
    }
    Ok(())
}

fn person(number: u32) -> Result<ImportPerson> {
    let card = ImportCard { uid: card(number)?, kind: CardKind::Staff, window: Window::ALWAYS, doors: vec![] };
    Ok(ImportPerson {
        name: format!("Person {number}"),
        external_id: Some(format!("E{number}")),
        employments: vec![NewEmployment::always("House", "Staff")],
        cards: vec![card],
        ..ImportPerson::default()
    })
}

fn card(number: u32) -> Result<Uid> {
    let [a, b, c, d] = (number % CARDS).to_be_bytes();
    Ok(Uid::new(&[4, 0xC0, 0xDE, a, b, c, d])?)
}

fn actor() -> Actor<'static> {
    Actor { operator: "bench", at: UtcMs(site::whole::now().0 * 1_000) }
}

fn number(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn count_per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn ms(time: &Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
