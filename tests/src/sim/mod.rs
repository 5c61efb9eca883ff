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

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

pub use broken::Broken;
pub use files::Templates;
pub use run::Outcome;

/// Events and faults that a run must have had to count.
pub const COUNTS_FROM: (usize, u64) = (20, 5);

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
pub fn one(templates: &Templates, seed: u64, broken: Option<Broken>, traced: bool) -> Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build()?;
    let local = LocalSet::new();
    let outcome = local.block_on(&runtime, run::run(templates, seed, broken, traced));
    // Whatever still waits goes before the clock that it waits for.
    drop(local);
    outcome
}

/// Runs seeds from `first` on, on so many threads, until so many have counted or `failures` have failed.
///
/// # Errors
/// If the machine below has no room for them.
pub fn many(first: u64, count: u64, threads: usize, broken: Option<Broken>, failures: usize) -> Result<Summary> {
    let templates = Templates::new()?;
    let (next, counted, failed) = (AtomicU64::new(first), AtomicU64::new(0), AtomicU64::new(0));
    let most = u64::try_from(failures).unwrap_or(u64::MAX);
    let work = || -> Result<Summary> {
        let mut summary = Summary::default();
        while counted.load(Ordering::Relaxed) < count && failed.load(Ordering::Relaxed) < most {
            let outcome = one(&templates, next.fetch_add(1, Ordering::Relaxed), broken, false)?;
            summary.events += u64::try_from(outcome.events).unwrap_or(0);
            summary.faults += outcome.faults;
            if outcome.events >= COUNTS_FROM.0 && outcome.faults >= COUNTS_FROM.1 {
                summary.counted += 1;
                counted.fetch_add(1, Ordering::Relaxed);
            } else {
                summary.small += 1;
            }
            if !outcome.violations.is_empty() {
                failed.fetch_add(1, Ordering::Relaxed);
                summary.failed.push(outcome);
            }
        }
        Ok(summary)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
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
