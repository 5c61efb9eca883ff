//! The central log, read with filters.

use access::event::{Event, EventKind};
use access::reason::Reason;
use access::time::{UtcMs, UtcS, Window};
use db::site::{EventFilter, EventView, Seek};

use crate::support::{ACTOR, Bench, Journal, NOW, door, event, problem, tap, uid};

/// The second of NOW, from which the events of a journal count.
const START_S: i64 = NOW.0 / 1000;

/// Six events at the ward and two at the attic.
fn filled() -> Bench {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let mut ward = Journal::of("ward", 1, 0);
    ward.events = vec![
        tap(1, Some(uid(1)), None),
        tap(2, Some(uid(1)), Some(Reason::CardBlocked)),
        tap(3, Some(uid(2)), Some(Reason::UnknownCard)),
        event(4, EventKind::ExitPressed),
        tap(5, None, Some(Reason::SeveralCards)),
        tap(6, Some(uid(1)), None),
    ];
    let reports = [ward.report(1, 6), Journal::of("attic", 1, 2).report(1, 2)];
    bench.site.intake(&reports).unwrap();
    bench
}

fn find(bench: &Bench, filter: &EventFilter) -> Vec<i64> {
    let events = bench.site.events(filter, Seek::Newest, 100).unwrap();
    events.iter().map(|event| event.id).collect()
}

#[test]
fn newest_and_before_go_back_in_time_and_after_goes_forward_in_the_order_of_the_intake() {
    let bench = filled();
    let all = EventFilter::default();
    let ids = |seek, limit| -> Vec<i64> {
        let events = bench.site.events(&all, seek, limit).unwrap();
        events.iter().map(|event: &EventView| event.id).collect()
    };
    // The attic's events, 7 and 8, happened in the first and second seconds and came in last.
    assert_eq!(ids(Seek::Newest, 3), [6, 5, 4]);
    assert_eq!(ids(Seek::Before(4), 10), [3, 8, 2, 7, 1]);
    assert_eq!(ids(Seek::Before(8), 10), [2, 7, 1]);
    assert_eq!(ids(Seek::After(6), 3), [7, 8]);
    assert_eq!(ids(Seek::After(0), 2), [1, 2]);
    assert!(ids(Seek::Newest, 0).is_empty());
}

#[test]
fn every_filter_narrows_and_all_hold_together() {
    let bench = filled();
    let default = EventFilter::default;
    let ward = EventFilter { doors: vec![door("ward")], ..default() };
    assert_eq!(find(&bench, &ward), [6, 5, 4, 3, 2, 1]);
    let both = EventFilter { doors: vec![door("ward"), door("attic")], ..default() };
    assert_eq!(find(&bench, &both).len(), 8);
    let card = EventFilter { uids: vec![uid(1)], ..default() };
    assert_eq!(find(&bench, &card), [6, 2, 1]);
    let denied = EventFilter { codes: vec!["denied".to_owned()], ..default() };
    assert_eq!(find(&bench, &denied), [5, 3, 2]);
    let blocked = EventFilter { reasons: Reason::CardBlocked.into(), ..default() };
    assert_eq!(find(&bench, &blocked), [2]);
    let at = |second: i64| Some(UtcMs(NOW.0 + second * 1000));
    let time = EventFilter { from: at(2), until: at(4), doors: vec![door("ward")], ..default() };
    assert_eq!(find(&bench, &time), [3, 2]);
    let all = EventFilter { uids: vec![uid(1)], codes: denied.codes, ..time };
    assert_eq!(find(&bench, &all), [2]);
}

#[test]
fn a_filter_that_can_mean_nothing_is_refused() {
    let bench = filled();
    let read = |filter: EventFilter| bench.site.events(&filter, Seek::Newest, 1);
    let default = EventFilter::default;
    let cellar = EventFilter { doors: vec![door("cellar")], ..default() };
    assert_eq!(problem(read(cellar)), ("door", "unknown-door"));
    let many = EventFilter { doors: vec![door("ward"); 201], ..default() };
    assert_eq!(problem(read(many)), ("doors", "too-many"));
    let long = EventFilter { codes: vec!["x".repeat(65)], ..default() };
    assert_eq!(problem(read(long)), ("code", "too-long"));
}

#[test]
fn an_event_comes_back_as_the_door_told_it() {
    let bench = filled();
    let events = bench.site.events(&EventFilter::default(), Seek::After(0), 2).unwrap();
    let expected: Event = tap(2, Some(uid(1)), Some(Reason::CardBlocked));
    assert_eq!(events[1].event, expected);
    assert_eq!((events[1].door.as_str(), events[1].door_name.as_str()), ("ward", "Door ward"));
    assert_eq!((events[1].epoch, events[1].sequence, events[1].received), (1, 2, NOW));
    assert!(events[1].link_ok);
}

#[test]
fn the_log_names_who_held_the_card_when_it_happened() {
    let bench = filled();
    let card = bench.add_card(1);
    let (aino, eero) = (bench.add_person("Aino"), bench.add_person("Eero"));
    let until = |s: i64| Window { from: None, until: Some(UtcS(START_S + s)) };
    let from = |s: i64| Window { from: Some(UtcS(START_S + s)), until: None };
    bench.site.give_card(&ACTOR, &card, aino, until(2)).unwrap();
    bench.site.give_card(&ACTOR, &card, eero, from(3)).unwrap();
    let filter = EventFilter { uids: vec![card], ..EventFilter::default() };
    let events = bench.site.events(&filter, Seek::After(0), 10).unwrap();
    let holders: Vec<_> = events.iter().map(|e| e.holder.as_ref().map(|(id, _)| *id)).collect();
    assert_eq!(holders, [Some(aino), None, Some(eero)]);
    let of = |person| EventFilter { persons: vec![person], ..EventFilter::default() };
    assert_eq!(find(&bench, &of(aino)), [1]);
    assert_eq!(find(&bench, &of(eero)), [6]);
}
