//! Any past generation can be asked for, and says what it said then.

use std::collections::{BTreeMap, HashSet};

use access::calendar::Calendar;
use access::decide::{Credential, Presented, Question, decide};
use access::entry::{Block, Entry};
use access::id::DoorId;
use access::mode::Lockdown;
use access::reason::Reason;
use access::state::DoorState;
use access::time::{ClockTrust, UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{LockdownScope, PersonId, SiteError};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use db::site::Actor;

use crate::support::{ACTOR, Bench, NOW, door, uid, window};

const DOORS: [&str; 2] = ["attic", "ward"];
const CARDS: u8 = 4;
const PEOPLE: i64 = 3;

#[derive(Debug, Clone)]
enum Edit {
    Add(u8),
    Give(u8, i64, Window),
    Block(u8, bool),
    List(u8, usize, Window),
    Unlist(u8, usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let bound = || prop::option::of(0..50_i64);
    let windows =
        || (bound(), bound()).prop_map(|(from, until)| Window { from: from.map(UtcS), until: until.map(UtcS) });
    let edit = prop_oneof![
        2 => (0..CARDS).prop_map(Edit::Add),
        3 => (0..CARDS, 1..=PEOPLE, windows()).prop_map(|(card, person, held)| Edit::Give(card, person, held)),
        2 => (0..CARDS, any::<bool>()).prop_map(|(card, on)| Edit::Block(card, on)),
        3 => (0..CARDS, 0..2_usize, windows()).prop_map(|(card, at, when)| Edit::List(card, at, when)),
        1 => (0..CARDS, 0..2_usize).prop_map(|(card, at)| Edit::Unlist(card, at)),
    ];
    prop::collection::vec(edit, 1..25)
}

/// Refused edits are part of the game: they must leave no trace.
fn apply(bench: &Bench, edit: &Edit) {
    let site = &bench.site;
    let result = match edit {
        Edit::Add(card) => {
            site.add_card(&ACTOR, db::site::NewCard::new(uid(*card), db::site::CardKind::Visitor, Window::ALWAYS))
        }
        Edit::Give(card, person, held) => site.give_card(&ACTOR, &uid(*card), PersonId(*person), *held),
        Edit::Block(card, true) => site.block_card(&ACTOR, &uid(*card), Block::Blocked),
        Edit::Block(card, false) => site.unblock_card(&ACTOR, &uid(*card), Block::Blocked),
        Edit::List(card, at, when) => site.list_card(&ACTOR, &uid(*card), &door(DOORS[*at]), *when),
        Edit::Unlist(card, at) => site.unlist_card(&ACTOR, &uid(*card), &door(DOORS[*at])),
    };
    match result {
        Ok(_) | Err(SiteError::NotFound { .. } | SiteError::Invalid { .. } | SiteError::Conflict { .. }) => {}
        Err(other) => panic!("{other}"),
    }
}

type Snapshot = BTreeMap<(DoorId, Uid), Entry>;

fn snapshot(bench: &Bench, as_of: Generation) -> Snapshot {
    let mut all = Snapshot::new();
    for name in DOORS {
        for entry in bench.site.entries(&door(name), None, as_of).unwrap() {
            all.insert((door(name), entry.uid), entry);
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32,
        rng_seed: RngSeed::Fixed(20_260),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_past_stays_as_it_was_and_touched_names_every_difference(edits in edits()) {
        let bench = Bench::with_doors(&DOORS);
        for name in ["Aino", "Eero", "Iida"] {
            bench.add_person(name);
        }
        let card = bench.add_card(0);
        bench.site.list_card(&ACTOR, &card, &door("ward"), Window::ALWAYS).unwrap();
        let mut then = vec![(bench.latest(), snapshot(&bench, bench.latest()))];
        for edit in &edits {
            apply(&bench, edit);
            then.push((bench.latest(), snapshot(&bench, bench.latest())));
        }
        prop_assert_eq!(then[0].1.len(), 1);
        for (generation, was) in &then {
            prop_assert_eq!(&snapshot(&bench, *generation), was);
        }
        for (after, before) in &then {
            for (through, now) in then.iter().filter(|(through, _)| through >= after) {
                let touched = bench.site.touched(*after, *through).unwrap().pairs;
                let distinct: HashSet<_> = touched.iter().cloned().collect();
                prop_assert_eq!(distinct.len(), touched.len(), "each pair once");
                let pairs: HashSet<_> = before.keys().chain(now.keys()).cloned().collect();
                for pair in pairs {
                    if before.get(&pair) != now.get(&pair) {
                        prop_assert!(distinct.contains(&pair), "{:?}", pair);
                    }
                }
                if after == through {
                    prop_assert!(touched.is_empty());
                }
            }
        }
    }
}

#[test]
fn entries_of_chosen_cards_are_those_of_the_whole_list() {
    let bench = Bench::with_doors(&DOORS);
    let ward = door("ward");
    for number in 0..9 {
        let card = bench.add_card(number);
        bench.site.list_card(&ACTOR, &card, &ward, Window::ALWAYS).unwrap();
    }
    bench.add_card(9);
    let latest = bench.latest();
    let only = [uid(7), uid(2), uid(9), uid(2), uid(200)];
    let some = bench.site.entries(&ward, Some(&only), latest).unwrap();
    let all = bench.site.entries(&ward, None, latest).unwrap();
    assert_eq!(all.len(), 9);
    assert_eq!(some, [all[2].clone(), all[7].clone()]);
    assert!(bench.site.entries(&ward, Some(&[]), latest).unwrap().is_empty());
    let cellar = bench.site.entries(&door("cellar"), None, latest);
    assert!(matches!(cellar, Err(SiteError::NotFound { what: "door", .. })));
}

#[test]
fn more_cards_than_one_statement_asks_for_are_found_all_the_same() {
    let bench = Bench::with_doors(&["ward"]);
    let ward = door("ward");
    let cards: Vec<Uid> =
        (0..1_200_u16).map(|n| Uid::new(&[1, 1, n.to_be_bytes()[0], n.to_be_bytes()[1]]).unwrap()).collect();
    let person = db::site::ImportPerson {
        name: "Aino".to_owned(),
        cards: cards
            .iter()
            .map(|uid| db::site::ImportCard {
                uid: *uid,
                kind: db::site::CardKind::Visitor,
                window: Window::ALWAYS,
                doors: vec![(ward.clone(), Window::ALWAYS)],
            })
            .collect(),
        ..db::site::ImportPerson::default()
    };
    let generation = bench.site.import(&ACTOR, &[person]).unwrap();
    let entries = bench.site.entries(&ward, Some(&cards), generation).unwrap();
    assert_eq!(entries.len(), cards.len());
    let touched = bench.site.touched(Generation(generation.0 - 1), generation).unwrap().pairs;
    assert_eq!(touched.len(), cards.len());
}

/// Long before the holdings of these tests, which count as long as they are not over.
const EARLY: Actor<'static> = Actor { operator: "maija", at: UtcMs(0) };

/// What the door would say at a second.
fn reasons(entry: &Entry, at: i64) -> Vec<Reason> {
    let question = Question {
        side: access::passage::Side::In,
        presented: Presented::Classic1k,
        entry: Some(entry),
        credential: Credential::NotAsked,
        calendar: &Calendar::empty(),
        door: &DoorState { generation: Generation(1), ..DoorState::default() },
        generation: Generation(1),
        utc: UtcMs(at * 1000),
        trust: ClockTrust::Synchronised,
    };
    decide(&question).reasons.iter().collect()
}

fn entry_of(bench: &Bench, card: Uid) -> Entry {
    let entries = bench.site.entries(&door("ward"), Some(&[card]), bench.latest());
    entries.unwrap().remove(0)
}

#[test]
fn a_card_that_is_lent_again_opens_for_both_holders_and_for_nobody_in_between() {
    let bench = Bench::with_doors(&["ward"]);
    let (card, aino, eero) = (bench.add_card(1), bench.add_person("Aino"), bench.add_person("Eero"));
    bench.site.give_card(&EARLY, &card, aino, window(10, 20)).unwrap();
    bench.site.give_card(&EARLY, &card, eero, window(30, 40)).unwrap();
    bench.site.list_card(&ACTOR, &card, &door("ward"), Window::ALWAYS).unwrap();
    let entry = entry_of(&bench, card);
    assert_eq!(reasons(&entry, 9), [Reason::HoldingNotBegun]);
    assert!(reasons(&entry, 10).is_empty() && reasons(&entry, 19).is_empty());
    assert_eq!(reasons(&entry, 20), [Reason::HoldingNotBegun]);
    assert_eq!(reasons(&entry, 29), [Reason::HoldingNotBegun]);
    assert!(reasons(&entry, 30).is_empty() && reasons(&entry, 39).is_empty());
    assert!(reasons(&entry, 40).contains(&Reason::HoldingEnded));
}

#[test]
fn a_card_that_goes_from_hand_to_hand_opens_without_a_break() {
    let bench = Bench::with_doors(&["ward"]);
    let (card, aino, eero) = (bench.add_card(1), bench.add_person("Aino"), bench.add_person("Eero"));
    bench.site.give_card(&EARLY, &card, aino, window(10, 20)).unwrap();
    bench.site.give_card(&EARLY, &card, eero, window(20, 30)).unwrap();
    bench.site.list_card(&ACTOR, &card, &door("ward"), window(0, 100)).unwrap();
    let entry = entry_of(&bench, card);
    let held: Vec<_> = entry.terms.iter().map(|term| term.holding).collect();
    assert_eq!(held, [window(10, 20), window(20, 30)]);
    assert_eq!(reasons(&entry, 9), [Reason::HoldingNotBegun]);
    assert!((10..30).all(|at| reasons(&entry, at).is_empty()));
    assert_eq!(reasons(&entry, 30), [Reason::HoldingEnded]);
}

#[test]
fn a_card_that_was_lent_more_often_than_an_entry_has_grants_opens_for_its_newest_holder() {
    let bench = Bench::with_doors(&["ward"]);
    let (card, aino) = (bench.add_card(1), bench.add_person("Aino"));
    bench.site.list_card(&ACTOR, &card, &door("ward"), Window::ALWAYS).unwrap();
    for day in 0..40 {
        let held = window(day * 10, day * 10 + 5);
        bench.site.give_card(&ACTOR, &card, aino, held).unwrap();
    }
    let entry = entry_of(&bench, card);
    entry.check().unwrap();
    assert!(reasons(&entry, 392).is_empty());
    assert!(!reasons(&entry, 397).is_empty());
    assert!(!reasons(&entry, 2).is_empty(), "what is long over does not matter");
}

#[test]
fn blocked_cards_stay_listed_and_say_why() {
    let bench = Bench::with_doors(&["ward"]);
    let card = bench.add_card(1);
    bench.site.list_card(&ACTOR, &card, &door("ward"), Window::ALWAYS).unwrap();
    assert!(reasons(&entry_of(&bench, card), 0).is_empty(), "never given: its listing alone counts");
    bench.site.block_card(&ACTOR, &card, Block::Blocked).unwrap();
    assert_eq!(reasons(&entry_of(&bench, card), 0), [Reason::CardBlocked]);
}

#[test]
fn a_doors_state_is_that_of_its_generation() {
    let bench = Bench::with_doors(&["ward"]);
    let (ward, added) = (door("ward"), bench.latest());
    bench.add_card(1);
    let end = Some(UtcS(NOW.second().0 + 9));
    bench.site.lock_down(&ACTOR, &LockdownScope::Site, end, "a threat").unwrap();
    let locked = bench.latest();
    bench.add_card(2);
    let before = bench.site.door_state(&ward, Generation(locked.0 - 1)).unwrap();
    assert_eq!((before.lockdown, before.generation), (None, added));
    let now = bench.site.door_state(&ward, bench.latest()).unwrap();
    assert_eq!((now.lockdown, now.generation), (Some(Lockdown { until: end }), locked));
    let early = bench.site.door_state(&ward, Generation(0));
    assert!(matches!(early, Err(SiteError::NotFound { what: "door", .. })));
}
