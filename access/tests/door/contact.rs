//! A contact that cannot be believed accuses nobody.

use access::door::{CONTACT_EDGES_MAX, CONTACT_QUIET_MS, Input};
use access::event::Watched;
use access::message::Leaf;

use crate::bench::{Bench, RELEASE_MS, granted};

fn flutter(bench: &mut Bench, edges: usize, every_ms: u64) -> Vec<String> {
    let mut told = Vec::new();
    for edge in 0..edges {
        bench.now += every_ms;
        told.extend(bench.hear(Input::Contact(edge % 2 == 0)));
    }
    told
}

fn count(told: &[String], code: &str) -> usize {
    told.iter().filter(|one| *one == code).count()
}

#[test]
fn a_contact_that_flutters_is_at_fault_once_and_is_believed_again_when_it_was_quiet() {
    let mut bench = Bench::new();
    let told = flutter(&mut bench, 100, 100);
    assert_eq!(count(&told, "contact-fault"), 1);
    assert!(count(&told, "opened-unreleased") <= CONTACT_EDGES_MAX / 2, "a flutter does not fill the journal");
    assert_eq!(count(&told, "forced-open"), count(&told, "forced-cleared"));
    assert_eq!(bench.wait(CONTACT_QUIET_MS - 1), [""; 0]);
    assert_eq!(bench.wait(1), ["contact-mended"]);
    assert_eq!(bench.open(), ["opened-unreleased", "forced-open"]);
}

#[test]
fn a_door_that_is_much_used_has_no_fault() {
    let mut bench = Bench::new();
    let _ = bench.hear(Input::Watched(Watched::Fire, true));
    assert_eq!(count(&flutter(&mut bench, 1_000, 501), "contact-fault"), 0);
}

#[test]
fn what_was_raised_is_cleared_by_the_fault_and_how_the_leaf_stands_is_told_after_it() {
    let mut bench = Bench::new();
    let _ = bench.open();
    let told = bench.hear(Input::Watched(Watched::Contact, true));
    assert_eq!(told, ["contact-fault", "forced-cleared"]);
    assert_eq!(bench.leaf(), Leaf::Open);
    assert_eq!(bench.close(), [""; 0]);
    assert_eq!(bench.leaf(), Leaf::Closed);
    assert_eq!(bench.hear(Input::Watched(Watched::Contact, false)), ["contact-mended", "closed"]);
    let _ = bench.hear(Input::Watched(Watched::Contact, true));
    let _ = bench.open();
    assert_eq!(bench.wait(3_600_000), [""; 0]);
    assert_eq!(bench.hear(Input::Watched(Watched::Contact, false)), ["contact-mended", "opened-unreleased"]);
    assert_eq!(bench.leaf(), Leaf::Open, "nobody knows when it opened");
    assert_eq!(bench.wait(15_000), ["held-warning", "(held-warning)"]);
    let _ = bench.wait(15_000);
    let told = bench.hear(Input::Watched(Watched::Contact, true));
    assert_eq!(told, ["contact-fault", "held-cleared"]);
}

#[test]
fn a_contact_at_fault_ends_no_release_and_the_release_is_the_entry() {
    let mut bench = Bench::new();
    let _ = bench.grant(granted(1));
    let told = bench.hear(Input::Watched(Watched::Contact, true));
    assert_eq!(told, ["contact-fault", "entered 1", "passed 1 in"]);
    let told = bench.grant(granted(2));
    assert_eq!(told, ["(granted)", "entered 2", "passed 2 in"]);
    let _ = bench.open();
    let _ = bench.close();
    assert!(bench.is_released(), "a contact that flutters keeps nobody out");
    assert_eq!(bench.wait(RELEASE_MS), ["REST"]);
}
