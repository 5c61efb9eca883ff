//! The site on a virtual clock: whatever fails, nothing that was acknowledged is missing, nothing is there twice or out of
//! order, no card passes that is blocked there, and in the end everything is as it should be. And each program that is
//! broken on purpose is found out.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must fail")]
#![expect(clippy::print_stdout, reason = "how many seeds there were is half of what it shows")]

use std::num::NonZero;
use std::time::Duration;

use site::sim::{self, Broken, Plan, Seeds};

/// Seeds of every run, always the same ones, so that a change is to blame for what fails. Far more by hand.
const SEEDS: u64 = 120;
/// The same where disks are lost.
const SEEDS_WITH_DISKS: u64 = 60;

/// Seeds that a broken program has until it must have been noticed.
const SEEDS_PER_BROKEN: u64 = 400;

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// `KULKU_SEEDS` and `KULKU_SEED` say how many and from where, `KULKU_SECONDS` how long a test may begin new ones.
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn seeds(first: u64, count: u64, failures: usize) -> Seeds {
    Seeds { first, count, threads: threads(), failures, within: Duration::from_secs(number("KULKU_SECONDS", 60)) }
}

#[test]
fn nothing_is_lost_forged_or_let_in_whatever_fails() {
    let (from, count) = (number("KULKU_SEED", 0), number("KULKU_SEEDS", SEEDS));
    passes(from, count, Plan::default());
}

/// The same while disks are lost, of doors or of the site, and copies of them are put back.
#[test]
fn nothing_that_anybody_still_has_is_lost_when_disks_are_put_back() {
    let (from, count) = (number("KULKU_SEED", 0), number("KULKU_SEEDS", SEEDS_WITH_DISKS));
    passes(from, count, Plan { disks: true, ..Plan::default() });
}

fn passes(from: u64, count: u64, plan: Plan) {
    let summary = sim::many(&seeds(from, count, 3), plan).unwrap();
    println!(
        "{} of {count} seeds from {from} with {} events and {} faults, {} too small",
        summary.counted, summary.events, summary.faults, summary.small
    );
    let failed: Vec<String> = summary.failed.iter().map(|o| format!("seed {}: {:#?}", o.seed, o.violations)).collect();
    assert!(failed.is_empty(), "{failed:#?}\nsimulate --from SEED --trace shows what happened");
    assert!(summary.counted > 0);
}

#[test]
fn a_seed_reproduces_its_run() {
    let templates = sim::Templates::new().unwrap();
    for seed in 0..5 {
        let run = || sim::one(&templates, seed, Plan::default(), true).unwrap().trace;
        assert_eq!(run(), run(), "seed {seed}");
    }
}

fn is_noticed(broken: Broken) {
    is_noticed_in(Plan { broken: Some(broken), disks: false });
}

fn is_noticed_where_disks_are_put_back(broken: Broken) {
    is_noticed_in(Plan { broken: Some(broken), disks: true });
}

fn is_noticed_in(plan: Plan) {
    let summary = sim::many(&seeds(0, SEEDS_PER_BROKEN, 1), plan).unwrap();
    let first = summary.failed.first();
    let first = first.unwrap_or_else(|| panic!("{} seeds have not noticed {plan:?}", summary.counted));
    println!("{plan:?}: seed {}: {}", first.seed, first.violations.first().unwrap());
}

#[test]
fn an_acknowledgement_before_the_commit_is_noticed() {
    is_noticed(Broken::AcknowledgesBeforeCommit);
}

#[test]
fn a_delta_that_is_applied_unchecked_is_noticed() {
    is_noticed(Broken::AppliesUnchecked);
}

#[test]
fn an_event_that_is_forgotten_before_its_receipt_is_noticed() {
    is_noticed(Broken::ForgetsBeforeReceipt);
}

#[test]
fn an_older_list_that_is_taken_is_noticed() {
    is_noticed(Broken::TakesOlderLists);
}

#[test]
fn a_mac_that_nobody_checks_is_noticed() {
    is_noticed(Broken::ChecksNoMac);
}

#[test]
fn an_event_that_is_stored_twice_is_noticed() {
    is_noticed(Broken::StoresTwice);
}

#[test]
fn a_list_that_was_reported_and_then_lost_is_noticed() {
    is_noticed(Broken::ReportsUnsynced);
}

#[test]
fn a_command_of_an_earlier_connection_that_is_followed_is_noticed() {
    is_noticed(Broken::FollowsOldCommands);
}

#[test]
fn a_list_in_force_before_all_of_it_has_come_is_noticed() {
    is_noticed(Broken::SwitchesTooEarly);
}

#[test]
fn an_old_answer_that_makes_a_list_young_is_noticed() {
    is_noticed(Broken::TakesOldAnswers);
}

#[test]
fn a_backup_whose_generations_do_not_jump_is_noticed() {
    is_noticed_where_disks_are_put_back(Broken::JumpsNot);
}

#[test]
fn a_hold_that_is_ignored_is_noticed() {
    is_noticed_where_disks_are_put_back(Broken::HoldsNothing);
}

#[test]
fn a_journal_that_was_put_back_and_begins_no_epoch_is_noticed() {
    is_noticed_where_disks_are_put_back(Broken::BeginsNoEpoch);
}
