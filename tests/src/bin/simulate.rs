//! Runs the site on a virtual clock, seed after seed, and shows every seed that fails with what happened in it.

#![expect(clippy::print_stdout, reason = "its figures are what it is run for")]

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Parser;
use site::sim::{self, Broken, Plan, Seeds, Templates};

/// Runs the site on a virtual clock, with faults that follow from a seed.
#[derive(Parser)]
struct Arguments {
    /// How many seeds must count: those with fewer than 20 events or 5 faults do not.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Seeds at the same time.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Stop after so many seeds that fail.
    #[arg(long, default_value_t = 3)]
    failures: usize,
    /// Begin no seed after so many seconds.
    #[arg(long, default_value_t = 86_400)]
    within: u64,
    /// Lose disks as well, and put copies of them back.
    #[arg(long)]
    disks: bool,
    /// Show what happens in the first seed.
    #[arg(long)]
    trace: bool,
    /// Break the programs in this way, by its place in the list.
    #[arg(long)]
    broken: Option<usize>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let broken = arguments.broken.and_then(|number| Broken::ALL.get(number).copied());
    let plan = Plan { broken, disks: arguments.disks };
    if arguments.trace {
        return show(arguments.from, plan);
    }
    let begun = Instant::now();
    let seeds = Seeds {
        first: arguments.from,
        count: arguments.seeds,
        threads: arguments.threads,
        failures: arguments.failures,
        within: Duration::from_secs(arguments.within),
    };
    let summary = sim::many(&seeds, plan)?;
    println!(
        "{} seeds counted, {} too small, {} events, {} faults, {:.1} s",
        summary.counted,
        summary.small,
        summary.events,
        summary.faults,
        begun.elapsed().as_secs_f64()
    );
    for outcome in &summary.failed {
        println!("seed {}:", outcome.seed);
        outcome.violations.iter().take(8).for_each(|violation| println!("    {violation}"));
    }
    match summary.failed.len() {
        0 => Ok(()),
        failed => bail!("{failed} seeds failed; `--from SEED --trace` shows what happened"),
    }
}

fn show(seed: u64, plan: Plan) -> Result<()> {
    let outcome = sim::one(&Templates::new()?, seed, plan, true)?;
    outcome.trace.iter().for_each(|line| println!("{line}"));
    outcome.violations.iter().for_each(|violation| println!("VIOLATED {violation}"));
    println!("{} events, {} faults", outcome.events, outcome.faults);
    Ok(())
}
