//! The whole site on a virtual clock: the real loops of controller and doors, real database files, and around them a
//! network, disks, clocks and power that fail as a seed says.
//!
//! | module | subject |
//! | --- | --- |
//! | [`mod@run`] | one run: a storm of faults, and what must be true after it |
//! | [`ledger`] | what really happened, and whether the programs say so |
//! | [`net`], [`forge`] | the broker, the network, and whoever sits on it |
//! | [`centre`], [`doorbox`] | the machines |
//! | [`broken`], [`sabotage`] | programs that are broken on purpose, each of which must be noticed |
//! | [`mod@time`], [`dice`], [`trace`], [`files`] | one clock, one seed, one account of it, and files in memory |
//!
//! One thread runs one seed, and nothing in it depends on anything but the seed, except for numbers that are drawn at
//! random and only compared. So a seed that fails fails again.

pub mod broken;
pub mod centre;
pub mod dice;
pub mod doorbox;
pub mod files;
pub mod forge;
pub mod ledger;
pub mod net;
pub mod run;
pub mod sabotage;
pub mod time;
pub mod trace;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

pub use broken::Broken;
pub use files::Templates;
pub use run::Outcome;

/// Events and faults that a run must have had to count.
pub const COUNTS_FROM: (usize, u64) = (20, 5);

/// What kind of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Plan {
    /// What is broken on purpose, if anything is.
    pub broken: Option<Broken>,
    /// Disks are lost as well: copies of doors' disks are put back, and backups of the site.
    pub disks: bool,
}

/// Which seeds, and how many.
#[derive(Debug, Clone, Copy)]
pub struct Seeds {
    /// The first.
    pub first: u64,
    /// So many must count.
    pub count: u64,
    /// Threads, each with a seed of its own.
    pub threads: usize,
    /// Enough when so many have failed.
    pub failures: usize,
    /// No seed is begun after this time.
    pub within: Duration,
}

/// What came of many runs.
#[derive(Debug, Default)]
pub struct Summary {
    /// Runs with enough events and faults.
    pub counted: u64,
    /// Runs with fewer.
    pub small: u64,
    /// Events of all of them.
    pub events: u64,
    /// Faults of all of them.
    pub faults: u64,
    /// The runs in which something was that must never be.
    pub failed: Vec<Outcome>,
}

/// Runs one seed on this thread.
///
/// # Errors
/// If the machine below has no room for it.
pub fn one(templates: &Templates, seed: u64, plan: Plan, traced: bool) -> Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build()?;
    let local = LocalSet::new();
    let outcome = local.block_on(&runtime, run::run(templates, seed, plan, traced));
    // Whatever still waits goes before the clock that it waits for.
    drop(local);
    outcome
}

/// Runs seeds until enough have counted, have failed, or the time is over.
///
/// # Errors
/// If the machine below has no room for them.
pub fn many(seeds: &Seeds, plan: Plan) -> Result<Summary> {
    let templates = Templates::new()?;
    let begun = Instant::now();
    let (next, counted, failed) = (AtomicU64::new(seeds.first), AtomicU64::new(0), AtomicUsize::new(0));
    let goes_on = || {
        let enough = counted.load(Ordering::Relaxed) >= seeds.count || failed.load(Ordering::Relaxed) >= seeds.failures;
        !enough && begun.elapsed() < seeds.within
    };
    let work = || -> Result<Summary> {
        let mut summary = Summary::default();
        while goes_on() {
            let outcome = one(&templates, next.fetch_add(1, Ordering::Relaxed), plan, false)?;
            counted.fetch_add(u64::from(outcome.counts()), Ordering::Relaxed);
            failed.fetch_add(usize::from(!outcome.violations.is_empty()), Ordering::Relaxed);
            summary.take(outcome);
        }
        Ok(summary)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..seeds.threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut all = Summary::default();
        for thread in threads {
            let part = thread.join().map_err(|_| anyhow::anyhow!("a run panicked"))??;
            all.counted += part.counted;
            all.small += part.small;
            all.events += part.events;
            all.faults += part.faults;
            all.failed.extend(part.failed);
        }
        Ok(all)
    })
}

impl Outcome {
    /// Whether enough has happened.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.events >= COUNTS_FROM.0 && self.faults >= COUNTS_FROM.1
    }
}

impl Summary {
    fn take(&mut self, outcome: Outcome) {
        self.events += u64::try_from(outcome.events).unwrap_or(0);
        self.faults += outcome.faults;
        self.counted += u64::from(outcome.counts());
        self.small += u64::from(!outcome.counts());
        if !outcome.violations.is_empty() {
            self.failed.push(outcome);
        }
    }
}
