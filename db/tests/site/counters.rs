//! Counters go on and never back, and each door hears of those that concern it.

use access::credential::block::Token;
use access::decide::Credential;
use access::event::{Event, EventKind, Rolling};
use access::time::{UtcMs, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::Report;

use crate::support::{ACTOR, Bench, Journal, NOW, door, tap, uid};

/// One tap, as the only event of an epoch.
fn tapped(bench: &Bench, name: &str, epoch: u64, card: Uid, issue: u8, written: Option<u32>) {
    let token = |counter| Token { counter, nonce: 7 };
    let rolling = Rolling { issue, found: Some(token(3)), written: written.map(token), stepped_in: false };
    let credential = if written.is_some() { Credential::Verified } else { Credential::NotWritten };
    let plain = tap(1, Some(card), credential.reason());
    let EventKind::Tap { presented, decision, .. } = plain.kind else { panic!("not a tap") };
    let kind = EventKind::Tap {
        side: access::passage::Side::In,
        noted: access::reason::Reasons::NONE,
        presented,
        credential,
        decision,
        rolling: Some(rolling),
    };
    let mut journal = Journal::of(name, epoch, 0);
    journal.events = vec![Event { kind, ..plain }];
    bench.site.intake(&[Report { received: UtcMs(NOW.0), ..journal.report(1, 1) }]).unwrap();
}

/// The values that a door is told after a generation.
fn told(bench: &Bench, name: &str, epoch: u64, after: Generation) -> Vec<(Uid, u8, u32)> {
    let moved = bench.site.counters(&door(name), epoch, after, 100).unwrap();
    moved.iter().map(|moved| (moved.counter.uid, moved.counter.issue, moved.counter.value)).collect()
}

fn bench() -> (Bench, Uid) {
    let bench = Bench::with_doors(&["attic", "ward", "cellar"]);
    let card = bench.add_card(1);
    for name in ["attic", "ward"] {
        bench.site.list_card(&ACTOR, &card, &door(name), Window::ALWAYS).unwrap();
    }
    (bench, card)
}

const NONE: Generation = Generation(0);

#[test]
fn doors_that_list_the_card_are_told_and_the_one_that_said_so_is_not() {
    let (bench, card) = bench();
    tapped(&bench, "ward", 5, card, 1, Some(9));
    assert_eq!(told(&bench, "attic", 5, NONE), [(card, 1, 9)]);
    assert!(told(&bench, "ward", 5, NONE).is_empty(), "it said so itself");
    assert_eq!(told(&bench, "ward", 6, NONE), [(card, 1, 9)], "a box that was replaced since did not");
    assert!(told(&bench, "cellar", 1, NONE).is_empty(), "the card is not listed there");
    let (through, moved) = bench.site.counters_moved(NONE).unwrap();
    assert!(moved.iter().any(|(id, newest)| *id == door("attic") && *newest == through));
    assert!(!moved.iter().any(|(id, _)| *id == door("cellar")));
    assert!(told(&bench, "attic", 5, through).is_empty());
    assert_eq!(bench.site.counters_moved(through).unwrap(), (through, Vec::new()));
}

#[test]
fn a_counter_never_goes_back_nor_does_an_issue() {
    let (bench, card) = bench();
    tapped(&bench, "ward", 1, card, 1, Some(9));
    tapped(&bench, "ward", 2, card, 1, Some(8));
    tapped(&bench, "ward", 3, card, 1, None);
    assert_eq!(told(&bench, "attic", 1, NONE), [(card, 1, 9)]);
    tapped(&bench, "ward", 4, card, 2, Some(2));
    assert_eq!(told(&bench, "attic", 1, NONE), [(card, 2, 2)], "a new encoding begins anew");
    tapped(&bench, "ward", 5, card, 1, Some(30));
    tapped(&bench, "ward", 6, card, 255, Some(30));
    assert_eq!(told(&bench, "attic", 1, NONE), [(card, 2, 2)], "an old one does not come back");
}

#[test]
fn what_a_door_accepted_and_could_not_write_is_how_far_the_card_has_come() {
    let (bench, card) = bench();
    tapped(&bench, "ward", 1, card, 1, None);
    assert_eq!(told(&bench, "attic", 1, NONE), [(card, 1, 3)]);
}

#[test]
fn counters_are_no_changes_and_their_generation_stays_ahead_of_a_restored_backup() {
    let (bench, card) = bench();
    let before = bench.latest();
    tapped(&bench, "ward", 1, card, 1, Some(9));
    assert_eq!(bench.latest(), before);
    let moved = bench.site.counters(&door("attic"), 1, NONE, 10).unwrap();
    assert!(moved[0].generation.0 >= NOW.0.cast_unsigned());
    tapped(&bench, "ward", 2, card, 1, Some(10));
    let again = bench.site.counters(&door("attic"), 1, NONE, 10).unwrap();
    assert!(again[0].generation > moved[0].generation, "two in one millisecond are two");
}

#[test]
fn a_door_that_lists_a_card_later_is_told_how_far_it_has_come() {
    let (bench, card) = bench();
    tapped(&bench, "ward", 1, card, 1, Some(9));
    let (through, _) = bench.site.counters_moved(NONE).unwrap();
    bench.site.list_card(&ACTOR, &card, &door("cellar"), Window::ALWAYS).unwrap();
    assert_eq!(told(&bench, "cellar", 1, through), [(card, 1, 9)]);
}

#[test]
fn a_message_that_takes_only_some_takes_the_oldest() {
    let (bench, _) = bench();
    for number in 2..7 {
        let card = bench.add_card(number);
        for name in ["attic", "ward"] {
            bench.site.list_card(&ACTOR, &card, &door(name), Window::ALWAYS).unwrap();
        }
        tapped(&bench, "ward", u64::from(number), card, 1, Some(9));
    }
    let (mut after, mut heard) = (NONE, Vec::new());
    loop {
        let some = bench.site.counters(&door("attic"), 1, after, 2).unwrap();
        let Some(last) = some.last() else { break };
        after = last.generation;
        heard.extend(some.iter().map(|moved| moved.counter.uid));
    }
    assert_eq!(heard, (2..7).map(uid).collect::<Vec<_>>());
}
