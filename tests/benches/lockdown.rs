//! How soon a lockdown of the whole site is in force at its doors, and how soon one door knows who went in at another.
//!
//! ```sh
//! cargo bench -p kulku-tests --bench lockdown
//! ```
//!
//! The real controller and 200 real agents with emulated readers run in this process, with the embedded broker and
//! then with Mosquitto. A lockdown is written to the site database, as the dashboard does it; at each door it is in
//! force when the door says so in its journal, by its own clock, which is this machine's. Then some doors are cut off
//! during a lockdown, and are timed from the controller's hearing of their session. Last, cards go in at one of four
//! doors of an area, and the others are watched. Doors, rounds, rounds of doors that were away, and entries are counted by
//! `KULKU_DOORS`, `KULKU_ROUNDS`, `KULKU_AWAY` and `KULKU_ENTRIES`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use access::id::DoorId;
use access::mode::Mode;
use access::time::UtcMs;
use anyhow::{Context, Result, ensure};
use db::site::{EventFilter, LockdownScope, Seek, Site};
use site::whole::Broker;

#[path = "lockdown/house.rs"]
mod house;
#[path = "lockdown/passages.rs"]
mod passages;

use house::{House, actor, now};

/// Doors that are cut off in one round.
const AWAY: usize = 10;
/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);
/// From one look into the log to the next. The times are the doors' own, so it is in none of them.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Events of one look.
const PAGE: u32 = 200;

#[tokio::main]
async fn main() -> Result<()> {
    let count = |name, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (doors, rounds) = (count("KULKU_DOORS", 200_usize), count("KULKU_ROUNDS", 6));
    let (away, entries) = (count("KULKU_AWAY", 10), count("KULKU_ENTRIES", 300));
    println!("{doors} doors; milliseconds");
    println!("{:<12}{:<34}{:>8}{:>8}{:>8}{:>8}", "broker", "what", "samples", "p50", "p99", "max");
    for (name, broker) in [("embedded", Broker::Embedded), ("mosquitto", Broker::Mosquitto)] {
        let house = House::start(broker, doors, entries).await?;
        let (mut down, mut up) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let (begun, lockdown, after) = lock_down(&house.controller.site)?;
            down.extend(times(&arrivals(&house, after, Mode::LockedDown, &BTreeSet::new()).await?, begun));
            let (begun, after) = lift(&house.controller.site, lockdown)?;
            up.extend(times(&arrivals(&house, after, Mode::Normal, &BTreeSet::new()).await?, begun));
        }
        show(name, "lockdown in force", down);
        show(name, "release in force", up);
        let mut late = Vec::new();
        for round in 0..away {
            late.extend(after_being_away(&house, round).await?);
        }
        show(name, "lockdown, from the session", late);
        show(name, "who went in, at the other doors", passages::measure(&house, entries)?);
        house.stop().await?;
    }
    Ok(())
}

fn lock_down(site: &Site) -> Result<(UtcMs, i64, i64)> {
    let after = newest(site)?;
    let begun = now();
    Ok((begun, site.lock_down(&actor(), &LockdownScope::Site, None, "a measurement")?, after))
}

fn lift(site: &Site, lockdown: i64) -> Result<(UtcMs, i64)> {
    let after = newest(site)?;
    let begun = now();
    site.lift_lockdown(&actor(), lockdown, "a measurement")?;
    Ok((begun, after))
}

/// When each door, but for those that are away, has gone into this mode.
async fn arrivals(house: &House, after: i64, mode: Mode, away: &BTreeSet<DoorId>) -> Result<BTreeMap<DoorId, UtcMs>> {
    let begun = Instant::now();
    let (mut at, mut arrived) = (after, BTreeMap::new());
    let filter = EventFilter { codes: vec!["mode-changed".to_owned()], ..EventFilter::default() };
    while arrived.len() < house.doors.len() - away.len() {
        ensure!(begun.elapsed() < PATIENCE, "only {} doors are {}", arrived.len(), mode.code());
        let events = house.controller.site.events(&filter, Seek::After(at), PAGE)?;
        if events.is_empty() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        for event in events {
            at = event.id;
            if event.event.mode == mode && !away.contains(&event.door) {
                arrived.entry(event.door).or_insert(event.event.utc);
            }
        }
    }
    Ok(arrived)
}

/// Some doors hear nothing of a lockdown until they come back.
async fn after_being_away(house: &House, round: usize) -> Result<Vec<f64>> {
    let site = &house.controller.site;
    let chosen: Vec<_> = house.doors.iter().cycle().skip(round * AWAY).take(AWAY.min(house.doors.len())).collect();
    let away: BTreeSet<DoorId> = chosen.iter().map(|door| door.id.clone()).collect();
    for door in &chosen {
        door.network(false)?;
    }
    until("doors are away", || Ok(online(site, &away)?.is_empty())).await?;
    let (_, lockdown, after) = lock_down(site)?;
    arrivals(house, after, Mode::LockedDown, &away).await?;
    let wanted = site.latest()?;
    let after = newest(site)?;
    for door in &chosen {
        door.network(true)?;
    }
    let mut sessions: BTreeMap<DoorId, UtcMs> = BTreeMap::new();
    let mut missed = BTreeSet::new();
    until("doors are back", || {
        for (door, seen, state) in online(site, &away)? {
            if state >= wanted && !sessions.contains_key(&door) {
                // Its second status was looked at before its first.
                missed.insert(door);
            } else {
                sessions.entry(door).or_insert(seen);
            }
        }
        Ok(sessions.len() + missed.len() >= away.len())
    })
    .await?;
    let others: BTreeSet<DoorId> =
        house.doors.iter().map(|door| door.id.clone()).filter(|id| !away.contains(id)).collect();
    let arrived = arrivals(house, after, Mode::LockedDown, &others).await?;
    let late = sessions.iter().filter_map(|(door, session)| Some(times_of(*arrived.get(door)?, *session))).collect();
    let (_, after) = lift(site, lockdown)?;
    arrivals(house, after, Mode::Normal, &BTreeSet::new()).await?;
    Ok(late)
}

/// Which of these doors are connected, since when that is known, and which state they have.
fn online(site: &Site, doors: &BTreeSet<DoorId>) -> Result<Vec<(DoorId, UtcMs, access::whitelist::Generation)>> {
    let mut online = Vec::new();
    for id in doors {
        let door = site.door(id)?;
        if let (true, Some(seen), Some(state)) = (door.online, door.last_seen, door.state_in_force) {
            online.push((door.id, seen, state));
        }
    }
    Ok(online)
}

async fn until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    while !holds()? {
        ensure!(begun.elapsed() < PATIENCE, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

fn newest(site: &Site) -> Result<i64> {
    Ok(site.events(&EventFilter::default(), Seek::Newest, 1)?.first().map_or(0, |event| event.id))
}

fn times(arrived: &BTreeMap<DoorId, UtcMs>, begun: UtcMs) -> Vec<f64> {
    arrived.values().map(|at| times_of(*at, begun)).collect()
}

/// Whole milliseconds, as the doors' clocks tell.
fn times_of(at: UtcMs, begun: UtcMs) -> f64 {
    i32::try_from(at.0 - begun.0).map_or(f64::INFINITY, f64::from)
}

fn show(broker: &str, what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len().saturating_sub(1))).copied();
    let [p50, p99, max] = [50, 99, 100].map(|part| at(part).unwrap_or(f64::NAN));
    println!("{broker:<12}{what:<34}{:>8}{p50:>8.1}{p99:>8.1}{max:>8.1}", times.len());
}

fn door(house: &House, at: usize) -> Result<&house::Housed> {
    house.doors.get(at).context("there are four doors")
}
