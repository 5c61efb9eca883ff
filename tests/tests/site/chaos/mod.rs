//! Twenty doors on a real Mosquitto, and everything that a building does to them: programs are killed and held, the broker
//! is restarted, the network is cut, disks are full. A tapper at each door writes down what a person sees; at the end the
//! central log is held against these ledgers.
//!
//! Two minutes, or `KULKU_CHAOS_MINUTES`; the seed is printed, and `KULKU_CHAOS_SEED` repeats the faults (not the
//! moment between two instructions at which one hits).

mod disk;
mod faults;
mod ledger;
mod tapper;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use site::people::invent;
use site::wait;
use site::whole::{Broker, Door, Whole, people};

use disk::Disk;
use faults::{Chance, Faults};
use ledger::{Ledger, Log};
use tapper::Order;

const DOORS: usize = 20;
/// Of these half are listed. So many that no card comes again before a full disk is freed.
const CARDS: usize = 40;
/// Doors whose disks can be filled.
const SMALL_DISKS: usize = 3;
/// How often the end of a backlog is waited for, each time as long as tests wait for anything.
const WAITS: usize = 5;

/// A door and its tapper, as the one who makes the faults sees them.
struct Post {
    /// 0 while the agent does not run.
    process: Arc<AtomicU32>,
    orders: Sender<Order>,
    tapper: JoinHandle<(Door, Ledger)>,
}

fn set(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn uids() -> Vec<String> {
    invent(CARDS).iter().map(|person| person.uid.hex()).collect()
}

/// A listed card is granted, another one is denied.
fn is_listed(uid: &str) -> bool {
    invent(CARDS / 2).iter().any(|person| person.uid.hex() == uid)
}

fn post(mut door: Door) -> Post {
    let process = Arc::new(AtomicU32::new(door.process_id().unwrap()));
    let (orders, inbox) = channel();
    let shared = Arc::clone(&process);
    let tapper = std::thread::spawn(move || {
        let ledger = tapper::tap(&mut door, &uids(), &inbox, &shared);
        (door, ledger)
    });
    Post { process, orders, tapper }
}

#[test]
fn twenty_doors_lose_nothing_and_double_nothing_whatever_fails() {
    let drawn = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed = set("KULKU_CHAOS_SEED").unwrap_or(drawn);
    let length = Duration::from_secs(60 * set("KULKU_CHAOS_MINUTES").unwrap_or(2));
    println!("KULKU_CHAOS_SEED={seed} for {} s", length.as_secs());

    let mut site = Whole::start(Broker::Mosquitto, DOORS, &people(CARDS / 2, DOORS).unwrap()).unwrap();
    let mut disks: Vec<Disk> = site.doors.iter_mut().take(SMALL_DISKS).map(|door| Disk::make(door).unwrap()).collect();
    println!("disks are filled by {}", disks[0].way());
    let posts: Vec<Post> = std::mem::take(&mut site.doors)
        .into_iter()
        .map(|door| {
            uids().iter().for_each(|uid| door.make_card(uid, "classic-1k").unwrap());
            post(door)
        })
        .collect();
    let made = Faults::new(Chance(seed), Instant::now() + length).run(&mut site, &posts, &mut disks);
    println!("{made:?}");

    let mut ledgers = BTreeMap::new();
    for post in posts {
        drop(post.orders);
        let (door, ledger) = post.tapper.join().unwrap();
        assert_ne!(post.process.load(Ordering::Relaxed), 0, "{} does not run", door.id);
        ledgers.insert(door.id.clone(), ledger);
        site.doors.push(door);
    }
    agree(&site, &ledgers);
    well(&site);
    site.stop().unwrap();
}

/// Taps a last card at each door, waits for it in the log, and compares all that came before.
fn agree(site: &Whole, ledgers: &BTreeMap<String, Ledger>) {
    let last = "DEADBEEF";
    let (mut taps, mut lost, mut dropped) = (0, 0, 0);
    for (number, door) in site.doors.iter().enumerate() {
        door.make_card(last, "classic-1k").unwrap();
        let seen = || (door.control.tap(last, tapper::HOLD_MS).ok()?.signal == "denied").then_some(());
        wait::until("the last tap", seen).unwrap();
        let mut log = Log::of(&door.id);
        let mut arrived = || log.read_until(site, last).then_some(());
        let come = (0..WAITS).any(|_| wait::until("the last tap in the log", &mut arrived).is_ok());
        assert!(come, "{}: what it has journalled does not arrive; {} events are there", door.id, log.events.len());
        let ledger = &ledgers[&door.id];
        let held = ledger.held_against(&log, last);
        assert!(held.is_ok(), "{}: {held:?}", door.id);
        let found = held.unwrap();
        taps += ledger.certain();
        lost += found.lost_in_a_crash;
        dropped += found.dropped;
        assert!(
            found.dropped == 0 || number < SMALL_DISKS,
            "{} has dropped events, and its disk was never full",
            door.id
        );
    }
    eprintln!(
        "{taps} taps answered; {dropped} not journalled by full disks and counted; {lost} shown while the disk took more \
         than 50 ms, and the agent was killed"
    );
    assert!(taps > 20 * DOORS, "too few taps to say anything: {taps}");
}

/// Nothing that a person at the dashboard would take for an attack or a loss, and a chain that holds from its first row.
fn well(site: &Whole) {
    site.run(&["log", "verify"]).unwrap();
    for kind in ["chain-broken", "chain-fork", "events-missing", "forged-message", "log-cut", "log-damaged"] {
        let list: Value = site.api.read(&format!("/api/v1/alarms?state=all&kind={kind}")).unwrap();
        assert!(list["items"].as_array().unwrap().is_empty(), "{list}");
    }
}
