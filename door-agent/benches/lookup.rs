//! Looking a card up in 1,000,000 entries and deciding on it: warm, and right after the page cache was
//! dropped. Run on demand: `cargo bench -p kulku-door-agent --bench lookup [-- ENTRIES]`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench that cannot set up its case has failed")]

#[path = "shared/list.rs"]
mod list;

use std::time::{Duration, Instant};

use access::decide::{Credential, Presented, Question, decide};
use access::state::DoorState;
use access::time::{ClockTrust, UtcMs};
use access::uid::Uid;
use access::whitelist::Generation;
use db::door::{Lookup, WHITELIST_FILE};

const ROUNDS: u32 = 200_000;
const NOW: UtcMs = UtcMs(1_800_000_000_000);

fn main() {
    let entries = list::entries_wanted();
    let folder = list::filled(entries);
    let path = folder.path().join(WHITELIST_FILE);
    println!("whitelist.db with {entries} entries: {} MiB", std::fs::metadata(&path).unwrap().len() >> 20);

    for (what, listed) in [("listed card", true), ("unlisted card", false)] {
        let lookup = Lookup::open(&path).unwrap();
        tap(&lookup, entries, 0, listed);
        let mut times: Vec<Duration> = (0..ROUNDS).map(|round| tap(&lookup, entries, round, listed)).collect();
        times.sort_unstable();
        let at = |percent: usize| times.get((times.len() - 1) * percent / 100).unwrap().as_secs_f64() * 1e6;
        println!("warm, {what}: p50 {:.1} us, p99 {:.1} us, max {:.1} us", at(50), at(99), at(100));
    }
    if list::drop_page_cache() {
        let begun = Instant::now();
        let lookup = Lookup::open(&path).unwrap();
        let opened = begun.elapsed();
        let first = tap(&lookup, entries, 77, true);
        println!("page cache dropped: open {opened:.1?}, first lookup and decision {first:.1?}");
    } else {
        println!("page cache dropped: not measured, only root may drop it");
    }
}

fn tap(lookup: &Lookup, entries: u32, round: u32, listed: bool) -> Duration {
    // A step that is coprime with any round number visits the list all over.
    let number = round.wrapping_mul(2_654_435_761) % entries;
    let uid = if listed { list::uid(number) } else { Uid::new(&number.to_be_bytes()).unwrap() };
    let door = DoorState { generation: Generation(1), ..DoorState::default() };
    let begun = Instant::now();
    let found = lookup.lookup(&uid).unwrap();
    let decision = decide(&Question {
        presented: Presented::Classic1k,
        entry: found.entry.as_ref(),
        credential: Credential::NotAsked,
        calendar: &found.calendar,
        door: &door,
        side: access::passage::Side::In,
        generation: found.generation,
        utc: NOW,
        trust: ClockTrust::Synchronised,
    });
    let took = begun.elapsed();
    assert_eq!(decision.granted(), listed);
    took
}
