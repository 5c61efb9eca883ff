//! Two copies of a card show themselves when what doors saw comes together, and one honest card never does.

use access::credential::block::Token;
use access::credential::rolling::next;
use access::decide::Credential;
use access::entry::Block;
use access::envelope::DoorKey;
use access::event::{Event, EventKind, Rolling};
use access::reason::Reason;
use access::time::{UtcMs, Window};
use access::uid::Uid;
use db::site::{AlarmFilter, AlarmView, EventFilter, Report, Seek};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::support::{ACTOR, Bench, Journal, NOW, tap, uid};

const ISSUE: u8 = 1;

fn token(counter: u32, nonce: u16) -> Token {
    Token { counter, nonce }
}

/// A door with its journal, which has told of everything before `told`.
struct Box {
    journal: Journal,
    told: u64,
}

impl Box {
    fn new(name: &str, epoch: u64) -> Self {
        Self { journal: Journal::of(name, epoch, 0), told: 1 }
    }

    fn tapped(&mut self, credential: Credential, rolling: Option<Rolling>) {
        let sequence = u64::try_from(self.journal.events.len()).unwrap() + 1;
        let reason = credential.reason();
        let plain = tap(sequence, Some(uid(1)), reason);
        let EventKind::Tap { presented, decision, .. } = plain.kind else { panic!("not a tap") };
        let kind = EventKind::Tap {
            side: access::passage::Side::In,
            noted: access::reason::Reasons::NONE,
            presented,
            credential,
            decision,
            rolling,
        };
        self.journal.events.push(Event { kind, ..plain });
    }

    fn stepped(&mut self, from: Token, to: Token, stepped_in: bool) {
        let rolling = Rolling { issue: ISSUE, found: Some(from), written: Some(to), stepped_in };
        self.tapped(Credential::Verified, Some(rolling));
    }

    fn report(&mut self, received: UtcMs) -> Report {
        let through = u64::try_from(self.journal.events.len()).unwrap();
        let report = Report { received, ..self.journal.report(self.told, through) };
        self.told = through + 1;
        report
    }

    fn tell(&mut self, bench: &Bench) {
        bench.site.intake(&[self.report(NOW)]).unwrap();
    }
}

fn bench() -> (Bench, Uid) {
    let bench = Bench::with_doors(&["attic", "ward", "pharmacy"]);
    let card = bench.add_card(1);
    for door in ["attic", "ward", "pharmacy"] {
        bench.site.list_card(&ACTOR, &card, &door.parse().unwrap(), Window::ALWAYS).unwrap();
    }
    (bench, card)
}

fn alarms(bench: &Bench) -> Vec<AlarmView> {
    bench.site.alarms(&AlarmFilter::default(), NOW, 100).unwrap()
}

fn is_blocked(bench: &Bench, card: &Uid) -> bool {
    bench.site.card(card).unwrap().blocks.contains(Block::Cloned)
}

/// The doors of an alarm's two events.
fn both(bench: &Bench, alarm: &AlarmView) -> [String; 2] {
    let events = bench.site.events(&EventFilter::default(), Seek::After(0), 1_000).unwrap();
    let of = |id: Option<i64>| events.iter().find(|event| Some(event.id) == id).unwrap().door.to_string();
    [of(alarm.event), of(alarm.other_event)]
}

#[test]
fn two_doors_that_moved_one_card_from_the_same_token_show_a_fork_in_either_order() {
    for order in [["attic", "ward"], ["ward", "attic"]] {
        let (bench, card) = bench();
        let day = 24 * 3_600_000;
        for (at, name) in order.iter().enumerate() {
            let mut door = Box::new(name, 1);
            door.stepped(token(4, 40), token(5, if *name == "attic" { 51 } else { 52 }), false);
            assert!(!is_blocked(&bench, &card));
            let received = UtcMs(NOW.0 + i64::try_from(at).unwrap() * 9 * day);
            bench.site.intake(&[door.report(received)]).unwrap();
        }
        let [alarm] = &alarms(&bench)[..] else { panic!("not one alarm") };
        assert_eq!(alarm.kind, "clone-suspected");
        assert_eq!(both(&bench, alarm), [order[1], order[0]]);
        assert!(is_blocked(&bench, &card));
        let log = bench.site.change_log(None, 1).unwrap();
        assert_eq!((log[0].operator.as_str(), log[0].action.as_str()), ("kulku", "card-block"));
    }
}

#[test]
fn both_halves_of_a_fork_in_one_transaction_are_found_and_wake_those_who_wait_for_changes() {
    let (bench, card) = bench();
    let (mut attic, mut ward) = (Box::new("attic", 1), Box::new("ward", 1));
    attic.stepped(token(4, 40), token(5, 51), false);
    ward.stepped(token(4, 40), token(5, 52), false);
    let mut changes = bench.site.changes();
    changes.mark_unchanged();
    bench.site.intake(&[attic.report(NOW), ward.report(NOW)]).unwrap();
    assert!(is_blocked(&bench, &card));
    assert!(changes.has_changed().unwrap());
    assert_eq!(*changes.borrow_and_update(), bench.latest().0);
}

#[test]
fn the_same_step_told_twice_is_one_step() {
    let (bench, card) = bench();
    // The second time by a box whose journal was lost after the write: it derived the same token again.
    for epoch in [1, 2] {
        let mut ward = Box::new("ward", epoch);
        ward.stepped(token(4, 40), token(5, 51), epoch == 2);
        ward.tell(&bench);
    }
    assert!(alarms(&bench).is_empty() && !is_blocked(&bench, &card));
}

#[test]
fn a_slot_that_faded_is_damage_and_nobody_is_accused() {
    let (bench, card) = bench();
    let (mut attic, mut ward) = (Box::new("attic", 1), Box::new("ward", 1));
    attic.stepped(token(4, 40), token(5, 51), false);
    ward.stepped(token(4, 40), token(5, 52), true);
    attic.tell(&bench);
    ward.tell(&bench);
    let [alarm] = &alarms(&bench)[..] else { panic!("not one alarm") };
    assert_eq!(alarm.kind, "credential-damaged");
    assert_eq!(both(&bench, alarm), ["ward", "attic"]);
    assert!(!is_blocked(&bench, &card));
}

#[test]
fn a_fork_is_found_beside_a_step_that_is_only_damage() {
    let (bench, card) = bench();
    for (name, nonce, stepped_in) in [("attic", 51, true), ("ward", 52, false), ("pharmacy", 53, false)] {
        let mut door = Box::new(name, 1);
        door.stepped(token(4, 40), token(5, nonce), stepped_in);
        door.tell(&bench);
    }
    let kinds: Vec<String> = alarms(&bench).into_iter().map(|alarm| alarm.kind).collect();
    assert!(kinds.contains(&"clone-suspected".to_owned()), "{kinds:?}");
    assert!(is_blocked(&bench, &card));
}

#[test]
fn what_a_door_knows_to_be_cloned_stands_beside_the_newest_tap_that_was_not() {
    let (bench, card) = bench();
    let (mut attic, mut ward) = (Box::new("attic", 1), Box::new("ward", 1));
    attic.stepped(token(4, 40), token(5, 51), false);
    attic.tell(&bench);
    let stale = Rolling { issue: ISSUE, found: Some(token(4, 40)), written: None, stepped_in: false };
    ward.tapped(Credential::Cloned, Some(stale));
    ward.tapped(Credential::Cloned, Some(stale));
    ward.tell(&bench);
    let [alarm] = &alarms(&bench)[..] else { panic!("not one alarm") };
    assert_eq!((alarm.kind.as_str(), alarm.count), ("clone-suspected", 2));
    assert_eq!(both(&bench, alarm), ["ward", "attic"]);
    assert!(is_blocked(&bench, &card));
}

#[test]
fn two_cards_that_are_copied_at_one_door_are_two_alarms() {
    let (bench, _) = bench();
    let second = bench.add_card(2);
    bench.site.list_card(&ACTOR, &second, &"ward".parse().unwrap(), Window::ALWAYS).unwrap();
    let mut ward = Box::new("ward", 1);
    ward.tapped(Credential::Cloned, None);
    ward.tapped(Credential::Cloned, None);
    let subject = ward.journal.events[1].subject.as_mut().unwrap();
    subject.uid = uid(2);
    ward.tell(&bench);
    assert_eq!(alarms(&bench).len(), 2);
}

#[test]
fn a_door_that_names_a_card_which_nobody_knows_keeps_no_other_event_out() {
    let bench = Bench::with_doors(&["ward"]);
    let mut ward = Box::new("ward", 1);
    ward.stepped(token(4, 40), token(5, 51), false);
    ward.tapped(Credential::Cloned, None);
    ward.tell(&bench);
    assert!(alarms(&bench).is_empty());
    assert_eq!(bench.site.events(&EventFilter::default(), Seek::Newest, 10).unwrap().len(), 2);
}

#[test]
fn a_door_accuses_no_card_that_it_never_listed() {
    let bench = Bench::with_doors(&["ward", "pharmacy"]);
    let card = bench.add_card(1);
    bench.site.list_card(&ACTOR, &card, &"pharmacy".parse().unwrap(), Window::ALWAYS).unwrap();
    let (mut ward, mut pharmacy) = (Box::new("ward", 1), Box::new("pharmacy", 2));
    pharmacy.stepped(token(4, 40), token(5, 50), false);
    pharmacy.tell(&bench);
    ward.stepped(token(4, 40), token(5, 51), false);
    ward.tapped(Credential::Cloned, None);
    ward.tell(&bench);
    assert!(alarms(&bench).is_empty() && !is_blocked(&bench, &card));

    // It may have been listed when it was tapped, and be told of late.
    bench.site.list_card(&ACTOR, &card, &"ward".parse().unwrap(), Window::ALWAYS).unwrap();
    bench.site.unlist_card(&ACTOR, &card, &"ward".parse().unwrap()).unwrap();
    ward.tapped(Credential::Cloned, None);
    ward.tell(&bench);
    assert!(is_blocked(&bench, &card));
}

#[test]
fn a_fork_of_what_a_card_bore_before_it_was_encoded_anew_alarms_and_does_not_block() {
    let (bench, card) = bench();
    let desk = bench.add_encoder("desk");
    assert_eq!(bench.encode(&desk, 1, card), ISSUE);
    let mut attic = Box::new("attic", 1);
    attic.stepped(token(4, 40), token(5, 51), false);
    attic.tell(&bench);
    bench.encode(&desk, 2, card);
    let mut ward = Box::new("ward", 1);
    ward.stepped(token(4, 40), token(5, 52), false);
    ward.tell(&bench);
    assert_eq!(alarms(&bench)[0].kind, "clone-suspected");
    assert!(!is_blocked(&bench, &card));
    bench.site.unblock_card(&ACTOR, &card, Block::Cloned).unwrap();
}

/// One honest card at doors that are told of late, restored from old images, or tell twice.
#[derive(Debug, Clone)]
enum Act {
    /// At this door.
    Tap(usize),
    /// And the door loses its journal afterwards: a new box with the same key does the step over.
    TapTwice(usize),
    /// The door's journal is begun anew.
    Restore(usize),
    /// The door tells what it has not told.
    Tell(usize),
}

const DOORS: [&str; 3] = ["attic", "ward", "pharmacy"];

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        5 => (0..3_usize).prop_map(Act::Tap),
        1 => (0..3_usize).prop_map(Act::TapTwice),
        1 => (0..3_usize).prop_map(Act::Restore),
        3 => (0..3_usize).prop_map(Act::Tell),
    ];
    prop::collection::vec(act, 1..30)
}

fn written(at: usize, from: Token) -> Token {
    next(from, &DoorKey::new([u8::try_from(at).unwrap() + 1; 32]), &uid(1), ISSUE)
}

/// Plays them; everything is told in the end.
fn play(bench: &Bench, doors: &mut Vec<Box>, acts: &[Act], mut card: Token) -> Token {
    let mut lost = Vec::new();
    for act in acts {
        match act {
            Act::Tap(at) => {
                doors[*at].stepped(card, written(*at, card), false);
                card = written(*at, card);
            }
            Act::TapTwice(at) => {
                doors[*at].stepped(card, written(*at, card), false);
                let epoch = doors[*at].journal.epoch + 1;
                lost.push(std::mem::replace(&mut doors[*at], Box::new(DOORS[*at], epoch)));
                doors[*at].stepped(card, written(*at, card), true);
                card = written(*at, card);
            }
            Act::Restore(at) => {
                let epoch = doors[*at].journal.epoch + 1;
                lost.push(std::mem::replace(&mut doors[*at], Box::new(DOORS[*at], epoch)));
            }
            Act::Tell(at) => doors[*at].tell(bench),
        }
    }
    doors.extend(lost);
    card
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        rng_seed: RngSeed::Fixed(3_141),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_honest_card_is_never_suspected_and_a_copy_always_is(
        before in acts(), after in acts(), at in 0..3_usize, other in 1..3_usize, reversed in any::<bool>(),
    ) {
        let (bench, card) = bench();
        let mut doors: Vec<Box> = DOORS.iter().map(|name| Box::new(name, 1)).collect();
        let copied = play(&bench, &mut doors, &before, token(1, 9));
        // The original goes on at one door, and then anywhere; its copy is tapped at another door.
        doors[at].stepped(copied, written(at, copied), false);
        play(&bench, &mut doors, &after, written(at, copied));
        doors.iter_mut().for_each(|door| door.tell(&bench));
        prop_assert!(alarms(&bench).is_empty() && !is_blocked(&bench, &card));

        let (bench, card) = self::bench();
        let mut doors: Vec<Box> = DOORS.iter().map(|name| Box::new(name, 1)).collect();
        let copied = play(&bench, &mut doors, &before, token(1, 9));
        doors[at].stepped(copied, written(at, copied), false);
        let elsewhere = (at + other) % 3;
        doors[elsewhere].stepped(copied, written(elsewhere, copied), false);
        play(&bench, &mut doors, &after, written(at, copied));
        if reversed {
            doors.reverse();
        }
        doors.iter_mut().for_each(|door| door.tell(&bench));
        prop_assert_eq!(&alarms(&bench)[0].kind, "clone-suspected");
        prop_assert!(is_blocked(&bench, &card));
    }
}

#[test]
fn a_tap_that_is_denied_for_another_reason_accuses_nobody() {
    let (bench, card) = bench();
    let mut ward = Box::new("ward", 1);
    for credential in [Credential::NotWritten, Credential::Invalid, Credential::Unreadable, Credential::NotEncoded] {
        ward.tapped(credential, None);
    }
    ward.journal.events.push(tap(5, Some(card), Some(Reason::CardCloned)));
    ward.tell(&bench);
    assert!(alarms(&bench).is_empty());
}
