//! Nothing is lost and nothing counts twice, whatever fails.

use site::people::invent;
use site::wait;
use site::whole::{Broker, Whole, people};

/// Long enough for two looks of the reader.
const HOLD_MS: u32 = 60;
const TAPS: usize = 1_000;
const CARDS: usize = 20;

/// What the tapper saw: card and signal, tap by tap.
type Ledger = Vec<(String, String)>;

/// A site of one door, whose tapper has twice as many cards as are listed.
fn site_of(broker: Broker) -> (Whole, Vec<String>) {
    let site = Whole::start(broker, 1, &people(CARDS, 1).unwrap()).unwrap();
    let uids: Vec<String> = invent(2 * CARDS).iter().map(|person| person.uid.hex()).collect();
    for uid in &uids {
        site.doors[0].make_card(uid, "classic-1k").unwrap();
    }
    site.settle().unwrap();
    (site, uids)
}

/// Taps `count` cards, listed and unlisted ones in turn, and writes down what a person sees. On a busy machine the
/// reader may look away while a card passes; then the person sees nothing, and taps again.
fn tap(site: &Whole, uids: &[String], count: usize, ledger: &mut Ledger) {
    for _ in 0..count {
        let uid = &uids[ledger.len() * 7 % uids.len()];
        let seen = wait::until("a signal at the door", || {
            let seen = site.doors[0].control.tap(uid, HOLD_MS).unwrap();
            (seen.signal != "none").then_some(seen)
        });
        ledger.push((uid.clone(), seen.unwrap().signal));
    }
}

/// The log has every tap of the ledger once, in order, and the door's journal has no gap.
fn agree(site: &Whole, uids: &[String], ledger: &Ledger) {
    for (uid, signal) in ledger {
        let listed = uids[..CARDS].contains(uid);
        assert_eq!(signal, if listed { "granted" } else { "denied" }, "a tap was not answered as listed");
    }
    wait::until("every tap in the log", || (site.taps("door-1").ok()?.len() >= ledger.len()).then_some(())).unwrap();
    let logged: Ledger =
        site.taps("door-1").unwrap().into_iter().map(|e| (e.card.unwrap_or_default(), e.code)).collect();
    assert_eq!(&logged, ledger);
    let sequences: Vec<u64> = site.events("door-1").unwrap().iter().map(|event| event.sequence).collect();
    assert!(sequences.windows(2).all(|pair| pair[1] == pair[0] + 1), "the journal has a gap in the log");
}

fn a_thousand_taps_without_network(broker: Broker) {
    let (site, uids) = site_of(broker);
    let mut ledger = Ledger::new();
    tap(&site, &uids, 3, &mut ledger);
    agree(&site, &uids, &ledger);
    site.doors[0].network(false).unwrap();
    tap(&site, &uids, TAPS, &mut ledger);
    assert_eq!(site.taps("door-1").unwrap().len(), 3, "the network was not cut");
    site.doors[0].network(true).unwrap();
    agree(&site, &uids, &ledger);
    site.stop().unwrap();
}

#[test]
fn a_door_goes_on_without_network_and_tells_it_all_afterwards_with_the_embedded_broker() {
    a_thousand_taps_without_network(Broker::Embedded);
}

#[test]
fn a_door_goes_on_without_network_and_tells_it_all_afterwards_with_mosquitto() {
    a_thousand_taps_without_network(Broker::Mosquitto);
}

fn the_controller_is_killed_in_the_middle(broker: Broker) {
    let (mut site, uids) = site_of(broker);
    let mut ledger = Ledger::new();
    tap(&site, &uids, TAPS / 4, &mut ledger);
    site.kill_controller().unwrap();
    tap(&site, &uids, TAPS / 4, &mut ledger);
    site.start_controller().unwrap();
    tap(&site, &uids, TAPS / 4, &mut ledger);
    // Now while it is busy taking in what it missed.
    site.kill_controller().unwrap();
    site.start_controller().unwrap();
    tap(&site, &uids, TAPS / 4, &mut ledger);
    agree(&site, &uids, &ledger);
    site.stop().unwrap();
}

#[test]
fn a_controller_killed_in_the_middle_loses_nothing_with_the_embedded_broker() {
    the_controller_is_killed_in_the_middle(Broker::Embedded);
}

#[test]
fn a_controller_killed_in_the_middle_loses_nothing_with_mosquitto() {
    the_controller_is_killed_in_the_middle(Broker::Mosquitto);
}

#[test]
fn an_agent_killed_after_the_lock_moved_has_its_event_in_the_log() {
    let (mut site, uids) = site_of(Broker::Embedded);
    let mut ledger = Ledger::new();
    for _ in 0..15 {
        tap(&site, &uids, 2, &mut ledger);
        site.doors[0].kill().unwrap();
        site.doors[0].run().unwrap();
        for uid in &uids {
            site.doors[0].make_card(uid, "classic-1k").unwrap();
        }
    }
    tap(&site, &uids, TAPS - ledger.len(), &mut ledger);
    agree(&site, &uids, &ledger);
    site.stop().unwrap();
}

#[test]
fn a_restarted_broker_loses_nothing() {
    let (mut site, uids) = site_of(Broker::Mosquitto);
    let mut ledger = Ledger::new();
    for _ in 0..4 {
        tap(&site, &uids, TAPS / 8, &mut ledger);
        site.mosquitto.as_mut().unwrap().restart().unwrap();
        tap(&site, &uids, TAPS / 8, &mut ledger);
    }
    agree(&site, &uids, &ledger);
    site.stop().unwrap();
}

#[test]
fn a_door_without_any_network_at_boot_decides_by_yesterdays_whitelist() {
    let (mut site, uids) = site_of(Broker::Embedded);
    site.kill_controller().unwrap();
    site.doors[0].kill().unwrap();
    site.doors[0].run().unwrap();
    site.doors[0].make_card(&uids[0], "classic-1k").unwrap();
    let seen = site.doors[0].control.tap(&uids[0], HOLD_MS).unwrap();
    assert_eq!((seen.signal.as_str(), seen.lock.as_str()), ("granted", "released"));
}
