//! How long a site is without a controller that can be worked with, from the copies to doors that follow again.
//!
//! ```sh
//! cargo build --release --workspace --bins && cargo bench -p kulku-tests --bench recover
//! ```
//!
//! A site with `KULKU_EVENTS` rows in its log and as many cards as a hospital has is backed up while people pass, its
//! controller is killed and loses its disk, and another one is set up from the copies as `docs/OPERATE.md` says. Finding a
//! machine, installing the package and carrying the copies there are not in it.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use access::time::UtcMs;
use anyhow::{Context as _, Result};
use db::trial::log::{Filling, fill};
use site::people::invent;
use site::whole::{Copies, Recovery, Whole, now, people};

const DOORS: usize = 8;
/// Cards that are listed at every door.
const CARDS: usize = 10_000;
const HOLD_MS: u32 = 30;
/// How long taps are timed without a backup beside them.
const QUIET: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let events = std::env::var("KULKU_EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let filling = Filling { events, cards: 1, now: UtcMs(now().0 * 1_000), days: 365, seed: 1 };
    let mut site = Whole::start_filled(DOORS, &people(CARDS, DOORS)?, |path| Ok(fill(path, &filling)?))?;
    site.settle()?;
    let bytes = std::fs::metadata(site.folder().join("site.db"))?.len();
    println!("{events} events, {CARDS} cards, {DOORS} doors, {} MB", bytes / 1_000_000);

    let copies = Copies::prepare(&site)?;
    let (alone, ()) = passing(&site, || {
        std::thread::park_timeout(QUIET);
        Ok(())
    })?;
    let began = Instant::now();
    let (beside, ()) = passing(&site, || copies.make(&site))?;
    println!("backup, encrypted: {:.1} s", began.elapsed().as_secs_f64());
    println!(
        "taps at one door: p50 {:.0} ms, most {:.0} ms; beside the backup p50 {:.0} ms, most {:.0} ms",
        alone.0, alone.1, beside.0, beside.1
    );

    site.lose_controller()?;
    let Recovery { unpacked, restored, started, told, settled } = site.go_on_elsewhere(&copies)?;
    for (what, at) in [
        ("decrypted and unpacked", unpacked),
        ("database checked and put back", restored),
        ("controller takes connections", started),
        ("every door has told what it has", told),
        ("decided, and every door follows", settled),
    ] {
        println!("{what:<34}{:>8.1} s", at.as_secs_f64());
    }
    site.stop()
}

/// Somebody passes at a door again and again while something is done: median and longest time from card to signal.
fn passing<T>(site: &Whole, meanwhile: impl FnOnce() -> Result<T>) -> Result<((f64, f64), T)> {
    let door = site.doors.first().context("there are doors")?;
    let card = invent(1).first().context("there are people")?.uid.hex();
    door.make_card(&card, "classic-1k")?;
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let passing = scope.spawn(|| {
            let mut times = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                door.control.tap(&card, HOLD_MS)?;
                times.push(began.elapsed());
            }
            anyhow::Ok(times)
        });
        let done = meanwhile();
        over.store(true, Ordering::Relaxed);
        let mut times = passing.join().map_err(|_| anyhow::anyhow!("whoever passed panicked"))??;
        times.sort();
        let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1_000.0);
        Ok(((ms(times.get(times.len() / 2)), ms(times.last())), done?))
    })
}
