//! Cards that nobody uses, and what makes passing easier.

use access::entry::{Block, Comfort};
use access::event::Event;
use access::time::{ClockTrust, UtcMs, Window};
use db::site::{Actor, CardKind, Cause, Life, NewCard, Report, Transition};

use crate::support::{ACTOR, Bench, Journal, NOW, door, problem, tap, uid};

const DAY: i64 = 86_400_000;

fn later(days: i64) -> UtcMs {
    UtcMs(NOW.0 + days * DAY)
}

fn suspend(bench: &Bench, days: i64) -> u32 {
    let at = later(days);
    bench.site.suspend_inactive(&Actor { operator: "housekeeping", at }, at, 100).unwrap()
}

#[test]
fn a_card_that_nobody_used_is_suspended_with_its_own_reason_and_an_operator_lifts_it() {
    let bench = Bench::with_doors(&["ward"]);
    let (used, unused) = (bench.add_card(1), bench.add_card(2));
    bench.site.list_card(&ACTOR, &unused, &door("ward"), Window::ALWAYS).unwrap();
    assert_eq!(suspend(&bench, 900), 0, "off by default");
    assert_eq!(problem(bench.site.set_inactivity(&ACTOR, Some(1))), ("days", "out-of-range"));
    bench.site.set_inactivity(&ACTOR, Some(90)).unwrap();
    assert_eq!(bench.site.inactivity().unwrap(), Some(90));
    let mut journal = Journal::of("ward", 1, 0);
    journal.events = vec![tap(1, Some(used), None)];
    journal.events[0].utc = later(50);
    let mut report = journal.report(1, 1);
    report.received = later(51);
    bench.site.intake(&[report]).unwrap();
    let before = bench.latest();
    assert_eq!(suspend(&bench, 89), 0);
    assert_eq!(bench.latest(), before);
    assert_eq!(suspend(&bench, 90), 1);
    let card = bench.site.card(&unused).unwrap();
    assert_eq!((card.life, card.cause), (Life::Suspended, Cause::Inactive));
    assert!(card.blocks.contains(Block::Inactive) && !card.blocks.contains(Block::Suspended));
    let entry = bench.site.entries(&door("ward"), None, bench.latest()).unwrap().remove(0);
    assert_eq!(entry.blocks, card.blocks);
    assert_eq!(bench.site.card(&used).unwrap().life, Life::Active);
    let at = Actor { operator: "maija", at: later(91) };
    bench.site.unblock_card(&at, &unused, Block::Inactive).unwrap();
    assert_eq!(bench.site.card(&unused).unwrap().life, Life::Active);
    assert_eq!(suspend(&bench, 100), 0, "its time counts anew");
    assert_eq!(suspend(&bench, 140), 1, "the other card's last tap");
    let by_hand = bench.site.transit(&at, &unused, Transition::Suspend, Cause::Inactive);
    assert!(by_hand.is_err(), "no operator has this cause");
}

#[test]
fn a_card_counts_from_when_its_holder_got_it() {
    let bench = Bench::with_doors(&["ward"]);
    let (card, person) = (bench.add_card(1), bench.add_person("Maija"));
    bench.site.set_inactivity(&ACTOR, Some(90)).unwrap();
    bench.site.give_card(&Actor { operator: "maija", at: later(80) }, &card, person, Window::ALWAYS).unwrap();
    assert_eq!((suspend(&bench, 169), suspend(&bench, 170)), (0, 1));
}

#[test]
fn a_spare_backup_card_is_not_suspended_and_one_that_is_held_is() {
    let bench = Bench::new();
    for number in [1, 2] {
        bench.site.add_card(&ACTOR, NewCard::new(uid(number), CardKind::Backup, Window::ALWAYS)).unwrap();
    }
    bench.site.set_inactivity(&ACTOR, Some(30)).unwrap();
    let person = bench.add_person("Maija");
    bench.site.give_card(&ACTOR, &uid(2), person, Window::ALWAYS).unwrap();
    assert_eq!(suspend(&bench, 60), 1);
    let life = |number| bench.site.card(&uid(number)).unwrap().life;
    assert_eq!((life(1), life(2)), (Life::Active, Life::Suspended));
}

#[test]
fn a_late_tap_from_before_a_card_was_suspended_takes_it_back() {
    // The day of the tap, whose clock it was, when it was told, and what becomes of the card that was paused on day 90.
    for (used, trust, told, life) in [
        (50, ClockTrust::Synchronised, 91, Life::Active),
        (50, ClockTrust::Unknown, 91, Life::Suspended),
        (50, ClockTrust::Synchronised, 140, Life::Suspended),
        (91, ClockTrust::Synchronised, 92, Life::Suspended),
    ] {
        let bench = Bench::with_doors(&["ward"]);
        let card = bench.add_card(1);
        bench.site.set_inactivity(&ACTOR, Some(90)).unwrap();
        assert_eq!(suspend(&bench, 90), 1);
        let mut journal = Journal::of("ward", 1, 0);
        journal.events = vec![Event { utc: later(used), trust, ..tap(1, Some(card), None) }];
        bench.site.intake(&[Report { received: later(told), ..journal.report(1, 1) }]).unwrap();
        assert_eq!(bench.site.card(&card).unwrap().life, life, "used on day {used}, told on day {told}");
        let log = bench.site.change_log(None, 1).unwrap().remove(0);
        assert_eq!(log.operator == "kulku" && log.action == "card-resume", life == Life::Active);
    }
}

#[test]
fn comfort_and_visitors_are_told_to_the_doors_where_the_holder_is_listed() {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let (card, person) = (bench.add_card(1), bench.add_person("Maija"));
    bench.site.give_card(&ACTOR, &card, person, Window::ALWAYS).unwrap();
    bench.site.list_card(&ACTOR, &card, &door("ward"), Window::ALWAYS).unwrap();
    let term = || bench.site.entries(&door("ward"), None, bench.latest()).unwrap()[0].terms[0].clone();
    assert!(term().visitor && term().comfort == Comfort::NONE);
    let before = bench.latest();
    bench.site.set_comfort(&ACTOR, person, Comfort::LONG).unwrap();
    assert_eq!(bench.site.touched(before, bench.latest()).unwrap().pairs, [(door("ward"), uid(1))]);
    assert_eq!((term().comfort, bench.site.person(person).unwrap().comfort), (Comfort::LONG, Comfort::LONG));
    assert_eq!(bench.site.card(&card).unwrap().kind, CardKind::Visitor);
    assert_eq!(problem(bench.site.set_comfort(&ACTOR, person, Comfort(2))), ("comfort", "out-of-range"));
}
