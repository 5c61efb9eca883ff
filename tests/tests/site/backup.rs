//! The controller's machine burns down. Another one goes on from encrypted backups that were made while the site was busy.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;
use site::http::Client;
use site::people::invent;
use site::wait;
use site::whole::{Broker, Copies, Door, Recovery, Whole, people};

use crate::restore::signal;

const HOLD_MS: u32 = 30;
const DOORS: usize = 3;

/// What a door says to a card that stays out whatever time it is. Two cards at once are only denied.
const BLOCKED: &str = "denied-for-good";

/// What goes on at a site all day long.
struct Load {
    over: AtomicBool,
    /// Taps that were let in, at each door.
    granted: Vec<AtomicUsize>,
}

impl Load {
    fn new() -> Self {
        Self { over: AtomicBool::new(false), granted: (0..DOORS).map(|_| AtomicUsize::new(0)).collect() }
    }

    fn goes_on(&self) -> bool {
        !self.over.load(Ordering::Relaxed)
    }

    /// Somebody passes again and again.
    fn taps(&self, door: &Door, number: usize, card: &str) {
        while self.goes_on() {
            if door.control.tap(card, HOLD_MS).unwrap().signal == "granted" {
                self.granted[number].fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// An admin blocks a card and lets it in again.
    fn changes(&self, api: &Client, card: &str) {
        while self.goes_on() {
            for what in ["block", "unblock"] {
                // The controller may be gone by now.
                let _ = api.post(&format!("/api/v1/cards/{card}/{what}"), &json!({}));
            }
        }
    }

    fn at_least(&self, more: usize) {
        let before: Vec<usize> = self.granted.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        wait::until("people pass at every door", || {
            let passed = |(now, before): (&AtomicUsize, &usize)| now.load(Ordering::Relaxed) >= before + more;
            self.granted.iter().zip(&before).all(passed).then_some(())
        })
        .unwrap();
    }
}

/// Ends the load, also when the test fails meanwhile.
struct Ends<'a>(&'a Load);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_site_goes_on_elsewhere_from_an_encrypted_backup_made_under_load_and_nothing_that_happened_is_lost() {
    let mut site = Whole::start(Broker::Embedded, DOORS, &people(DOORS + 2, DOORS).unwrap()).unwrap();
    let cards: Vec<String> = invent(DOORS + 2).iter().map(|person| person.uid.hex()).collect();
    for (door, card) in site.doors.iter().flat_map(|door| cards.iter().map(move |card| (door, card))) {
        door.make_card(card, "classic-1k").unwrap();
    }
    site.settle().unwrap();
    let copies = Copies::prepare(&site).unwrap();
    let (stolen, changing) = (&cards[DOORS], &cards[DOORS + 1]);
    let load = Load::new();

    busy(&site, &load, &cards, changing, || {
        load.at_least(3);
        copies.make(&site).unwrap();
        load.at_least(3);
        // The backup has never heard of this.
        site.api.post(&format!("/api/v1/cards/{stolen}/block"), &json!({})).unwrap().success("").unwrap();
        wait::until("every door has been told of the stolen card", || {
            site.doors
                .iter()
                .all(|door| door.control.tap(stolen, HOLD_MS).is_ok_and(|t| t.signal != "granted"))
                .then_some(())
        })
        .unwrap();
    });
    site.lose_controller().unwrap();
    let load = Load { over: AtomicBool::new(false), ..load };
    busy(&site, &load, &cards, changing, || load.at_least(3));

    let Recovery { unpacked, restored, started, told, settled } = site.go_on_elsewhere(&copies).unwrap();
    println!("unpacked {unpacked:?}, restored {restored:?}, started {started:?}, told {told:?}, settled {settled:?}");
    for (number, door) in site.doors.iter().enumerate() {
        assert_eq!(signal(door, stolen), BLOCKED, "{}: the thief got in", door.id);
        let granted = load.granted[number].load(Ordering::Relaxed);
        let events = wait::until("all that happened at the door is in the log", || {
            let events = site.events(&door.id).ok()?;
            let passed =
                events.iter().filter(|e| e.code == "granted" && e.card.as_deref() == Some(&cards[number])).count();
            (passed == granted).then_some(events)
        })
        .unwrap();
        assert!(events.windows(2).all(|pair| pair[1].sequence == pair[0].sequence + 1), "a gap at {}", door.id);
    }
    site.stop().unwrap();
}

/// While people pass at every door, and one card is blocked and let in again.
fn busy(site: &Whole, load: &Load, cards: &[String], changing: &str, meanwhile: impl FnOnce()) {
    std::thread::scope(|scope| {
        for (number, door) in site.doors.iter().enumerate() {
            let card = &cards[number];
            scope.spawn(move || load.taps(door, number, card));
        }
        scope.spawn(|| load.changes(&site.api, changing));
        let _ends = Ends(load);
        meanwhile();
    });
}
