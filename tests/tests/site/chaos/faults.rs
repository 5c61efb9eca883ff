//! What fails, when, and when it is well again.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use site::whole::Whole;

use super::disk::Disk;
use super::tapper::Order;
use super::{DOORS, Post, SMALL_DISKS};

/// A small generator (splitmix64) whose whole state is its seed.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least)
    }
}

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    AgentKilled,
    AgentHeld,
    NetworkCut,
    DiskFull,
    ControllerKilled,
    ControllerHeld,
    BrokerRestarted,
    BrokerHeld,
}

/// Each at least once, and those of doors more often.
const KINDS: [Kind; 14] = [
    Kind::AgentKilled,
    Kind::NetworkCut,
    Kind::DiskFull,
    Kind::ControllerKilled,
    Kind::AgentHeld,
    Kind::BrokerRestarted,
    Kind::AgentKilled,
    Kind::ControllerHeld,
    Kind::NetworkCut,
    Kind::BrokerHeld,
    Kind::DiskFull,
    Kind::AgentKilled,
    Kind::AgentHeld,
    Kind::NetworkCut,
];

/// Between two faults.
const GAP_MS: (u64, u64) = (300, 1_800);
/// How long something is held, cut or full.
const HELD_MS: (u64, u64) = (300, 6_000);

/// What is wrong at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Door(usize),
    Controller,
    Broker,
}

/// How to end it.
enum Undo {
    Continue(u32),
    Connect(usize),
    Free(usize),
}

pub(super) struct Faults {
    chance: Chance,
    end: Instant,
    wrong: BTreeMap<Target, (Instant, Undo)>,
    made: BTreeMap<Kind, u32>,
}

/// How often something was done.
#[derive(Debug)]
#[expect(dead_code, reason = "it is printed")]
pub(super) struct Made(BTreeMap<Kind, u32>);

impl Faults {
    pub(super) fn new(chance: Chance, end: Instant) -> Self {
        Self { chance, end, wrong: BTreeMap::new(), made: BTreeMap::new() }
    }

    pub(super) fn run(mut self, site: &mut Whole, posts: &[Post], disks: &mut [Disk]) -> Made {
        let mut number = 0;
        while Instant::now() < self.end {
            let (least, most) = GAP_MS;
            let next = Instant::now() + Duration::from_millis(self.chance.between(least, most));
            while Instant::now() < next {
                std::thread::park_timeout(Duration::from_millis(20));
                self.mend(Some(Instant::now()), posts, disks);
            }
            let kind = match KINDS.get(number) {
                Some(kind) => *kind,
                None => KINDS[self.chance.below(KINDS.len())],
            };
            number += 1;
            self.make(kind, site, posts, disks);
        }
        self.mend(None, posts, disks);
        Made(self.made)
    }

    fn make(&mut self, kind: Kind, site: &mut Whole, posts: &[Post], disks: &[Disk]) {
        let doors = if kind == Kind::DiskFull { SMALL_DISKS } else { DOORS };
        let door = self.chance.below(doors);
        let (least, most) = HELD_MS;
        let until = Instant::now() + Duration::from_millis(self.chance.between(least, most));
        let target = match kind {
            Kind::AgentKilled | Kind::AgentHeld | Kind::NetworkCut | Kind::DiskFull => Target::Door(door),
            Kind::ControllerKilled | Kind::ControllerHeld => Target::Controller,
            Kind::BrokerRestarted | Kind::BrokerHeld => Target::Broker,
        };
        let process = posts[door].process.load(Ordering::Relaxed);
        // One thing at a time at each; and what does not run cannot fail.
        if self.wrong.contains_key(&target) || process == 0 {
            return;
        }
        *self.made.entry(kind).or_default() += 1;
        let undo = match kind {
            Kind::AgentKilled => {
                signal("KILL", process);
                return;
            }
            Kind::ControllerKilled => {
                site.kill_controller().unwrap();
                return site.start_controller().unwrap();
            }
            Kind::BrokerRestarted => return site.mosquitto.as_mut().unwrap().restart().unwrap(),
            Kind::AgentHeld => held(process),
            Kind::ControllerHeld => held(site.controller_id().unwrap()),
            Kind::BrokerHeld => held(site.mosquitto.as_ref().unwrap().process_id().unwrap()),
            Kind::NetworkCut => {
                posts[door].orders.send(Order::Network(false)).unwrap();
                Undo::Connect(door)
            }
            Kind::DiskFull => {
                disks[door].fill(process).unwrap();
                Undo::Free(door)
            }
        };
        self.wrong.insert(target, (until, undo));
    }

    /// Ends what is to be well by now; without a time everything.
    fn mend(&mut self, now: Option<Instant>, posts: &[Post], disks: &[Disk]) {
        let due = self.wrong.extract_if(.., |_, (until, _)| now.is_none_or(|now| *until <= now));
        for (_, (_, undo)) in due {
            match undo {
                Undo::Continue(process) => signal("CONT", process),
                Undo::Connect(door) => posts[door].orders.send(Order::Network(true)).unwrap(),
                Undo::Free(door) => {
                    let process = posts[door].process.load(Ordering::Relaxed);
                    let _ = disks[door].free(process);
                }
            }
        }
    }
}

fn held(process: u32) -> Undo {
    signal("STOP", process);
    Undo::Continue(process)
}

fn signal(name: &str, process: u32) {
    // One that has just ended by itself is no fault of this.
    let _ = Command::new("kill").arg(format!("-{name}")).arg(process.to_string()).output();
}
