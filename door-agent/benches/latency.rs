//! The time that a card must be held, in virtual time at 4 MHz and 20 µs a transaction, against what the air alone
//! takes: the same on every machine. `cargo bench -p kulku-door-agent --bench latency`
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "a bench that cannot set up its case has failed, prints its table, and shares the tests' stand"
)]

#[path = "../tests/badge/arrival.rs"]
mod arrival;
#[path = "../tests/badge/site.rs"]
mod site;
#[path = "../tests/badge/stand.rs"]
mod stand;

use arrival::{Took, WORKS, arrive, ms};

/// Arrivals, spread evenly over the poll cycle.
const ARRIVALS: u32 = 500;

fn main() {
    println!("card work: from the request that the card answers until it is decided (rest not included)");
    println!(
        "{:<28} {:>5} {:>10} {:>9} {:>9} {:>7} {:>7} {:>7}",
        "", "UID", "floor ms", "p50 ms", "p99 ms", "x p50", "x p99", "target"
    );
    for work in WORKS {
        let tooks: Vec<Took> = (0..ARRIVALS).map(|step| arrive(&work, step, ARRIVALS)).collect();
        let (p50, p99) = percentiles(tooks.iter().map(|took| ms(took.whole)));
        println!(
            "{:<28} {:>5} {:>10.2} {p50:>9.2} {p99:>9.2} {:>7.3} {:>7.3} {:>7}",
            work.name,
            work.uid.len(),
            work.floor_ms,
            p50 / work.floor_ms,
            p99 / work.floor_ms,
            work.target,
        );
        assert!(p99 / work.floor_ms <= work.target, "{}", work.name);
    }
    println!("\ndetection, and from the card's arrival until it is decided");
    for work in WORKS {
        let tooks: Vec<Took> = (0..ARRIVALS).map(|step| arrive(&work, step, ARRIVALS)).collect();
        let mean = tooks.iter().map(|took| ms(took.detection)).sum::<f64>() / f64::from(ARRIVALS);
        let (p50, p99) = percentiles(tooks.iter().map(|took| ms(took.detection + took.whole)));
        println!(
            "{:<28} {:>5} detection {mean:>6.2} ms on average; p50 {p50:>6.2} ms, p99 {p99:>6.2} ms",
            work.name,
            work.uid.len()
        );
    }
}

fn percentiles(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |percent: usize| values.get((values.len() - 1) * percent / 100).copied().unwrap_or(f64::NAN);
    (at(50), at(99))
}
