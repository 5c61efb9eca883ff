//! The search of the log: what it finds, in which order, with how much work.

use std::collections::BTreeSet;

use access::event::{Event, EventKind, Subject};
use access::id::DoorId;
use access::passage::Side;
use access::reason::Reason;
use access::time::{UtcMs, UtcS, Window};
use db::site::{AreaId, EventFilter, EventView, LIST_MAX, PersonId, Report, Seek, Site};
use rusqlite::Connection;

use crate::support::{ACTOR, Bench, Journal, NOW, door, event, problem, tap, uid};
use crate::world::Rng;

const DOORS: [&str; 4] = ["attic", "cellar", "pharmacy", "ward"];
const CARDS: u8 = 6;
const QUESTIONS: u32 = 400;
/// Events of one door.
const EVENTS: u64 = 120;
const REASONS: [Reason; 3] = [Reason::CardBlocked, Reason::UnknownCard, Reason::CardExpired];
/// How far a door's clock is believed when it is ahead.
const AHEAD_MS: i64 = 300_000;

/// A log of four doors whose clocks do not agree, with persons who pass cards on.
struct Told {
    bench: Bench,
    persons: Vec<PersonId>,
    areas: Vec<AreaId>,
}

fn told(rng: &mut Rng) -> Told {
    let bench = Bench::with_doors(&DOORS);
    let start_s = NOW.0 / 1_000;
    let persons = vec![bench.add_person("Aino"), bench.add_person("Eero"), bench.add_person("Kaisa")];
    for number in 1..CARDS {
        let (card, pass_on) = (bench.add_card(number), UtcS(start_s + rng.below(200)));
        let first = Window { from: None, until: Some(pass_on) };
        let then = Window { from: Some(pass_on), until: None };
        bench.site.give_card(&ACTOR, &card, rng.of(&persons), first).unwrap();
        bench.site.give_card(&ACTOR, &card, rng.of(&persons), then).unwrap();
    }
    let add = |name: &str, doors: &[&str]| {
        let doors: Vec<DoorId> = doors.iter().map(|name| door(name)).collect();
        bench.site.add_area(&ACTOR, name, &doors).unwrap()
    };
    let areas = vec![add("Below", &["cellar"]), add("Care", &["pharmacy", "ward"]), add("Nothing", &[])];
    for name in DOORS {
        let mut journal = Journal::of(name, 1, 0);
        journal.events = (1..=EVENTS).map(|sequence| happened(rng, sequence)).collect();
        bench.site.intake(&[journal.report(1, EVENTS)]).unwrap();
    }
    Told { bench, persons, areas }
}

fn happened(rng: &mut Rng, sequence: u64) -> Event {
    let card = (!rng.one_in(4)).then(|| uid(1 + u8::try_from(rng.below(CARDS.into())).unwrap()));
    let subject = card.map(|uid| Subject { uid, salt: [3; 16] });
    let told = match rng.below(5) {
        0 => tap(sequence, card, None),
        1 | 2 => tap(sequence, card, Some(rng.of(&REASONS))),
        3 => event(sequence, EventKind::Opened { released: true }),
        _ => Event { subject, ..event(sequence, EventKind::Entered { side: Side::In }) },
    };
    // Many fall on the same instant; a few clocks are years ahead.
    let off = if rng.one_in(20) { 90 * 86_400_000 + rng.below(3) } else { rng.below(100) * 2_000 };
    Event { utc: UtcMs(NOW.0 + off), ..told }
}

fn asked(rng: &mut Rng, told: &Told) -> EventFilter {
    let mut filter = EventFilter::default();
    let few = |rng: &mut Rng| rng.below(3) + 1;
    if rng.one_in(2) {
        filter.doors = (0..few(rng)).map(|_| door(rng.of(&DOORS))).collect();
    }
    if rng.one_in(4) {
        filter.areas = (0..few(rng)).map(|_| rng.of(&told.areas)).collect();
    }
    if rng.one_in(4) {
        filter.uids = (0..few(rng)).map(|_| uid(1 + u8::try_from(rng.below(CARDS.into())).unwrap())).collect();
    }
    if rng.one_in(4) {
        filter.persons = (0..few(rng)).map(|_| rng.of(&told.persons)).collect();
    }
    if rng.one_in(2) {
        filter.codes =
            (0..few(rng)).map(|_| rng.of(&["granted", "denied", "opened", "entered", "fire"]).to_owned()).collect();
    }
    if rng.one_in(3) {
        (0..few(rng)).for_each(|_| filter.reasons.insert(rng.of(&REASONS)));
    }
    if rng.one_in(4) {
        filter.granted = Some(rng.one_in(2));
    }
    let at = |rng: &mut Rng| Some(UtcMs(NOW.0 + rng.below(350) * 1_000));
    if rng.one_in(3) {
        filter.from = at(rng);
    }
    if rng.one_in(3) {
        filter.until = at(rng);
    }
    filter
}

fn log(site: &Site) -> Vec<EventView> {
    let found = site.find_events(&EventFilter::default(), Seek::After(0), LIST_MAX).unwrap();
    assert!(!found.unfinished);
    found.events
}

/// Every page of a search, and how many of them there were.
fn paged(site: &Site, filter: &EventFilter, limit: u32) -> (Vec<i64>, u32) {
    let (mut ids, mut seek, mut pages) = (Vec::new(), Seek::Newest, 0);
    loop {
        let found = site.find_events(filter, seek, limit).unwrap();
        assert!(found.events.len() <= limit as usize);
        ids.extend(found.events.iter().map(|view| view.id));
        pages += 1;
        match found.next {
            Some(mark) => seek = Seek::Before(mark.id),
            None => return (ids, pages),
        }
    }
}

#[test]
fn every_filter_finds_what_a_plain_look_at_the_whole_log_finds_page_by_page_and_in_order() {
    let seed = 7_031;
    println!("seed {seed}");
    let mut rng = Rng(seed);
    let told = told(&mut rng);
    let site = &told.bench.site;
    let mut all = log(site);
    all.sort_by_key(|view| std::cmp::Reverse((view.happened(), view.id)));
    assert_eq!(all.len(), DOORS.len() * usize::try_from(EVENTS).unwrap());
    let mut found_some = 0;
    for _ in 0..QUESTIONS {
        let filter = asked(&mut rng, &told);
        let watch = site.watch_events(&filter).unwrap();
        let expected: Vec<i64> = all.iter().filter(|view| watch.sees(view)).map(|view| view.id).collect();
        let limit = u32::try_from(rng.below(40) + 1).unwrap();
        let (ids, pages) = paged(site, &filter, limit);
        assert_eq!(ids, expected, "{filter:?}");
        let full = u32::try_from(expected.len()).unwrap().div_ceil(limit).max(1);
        assert_eq!(pages, full, "no page is empty and none is asked for in vain: {filter:?}");
        let (count, complete) = site.count_events(&filter, LIST_MAX).unwrap();
        assert_eq!((count as usize, complete), (expected.len(), true));
        let (mut followed, mut after) = (Vec::new(), 0);
        while let Some(mark) = {
            let found = site.find_events(&filter, Seek::After(after), 7).unwrap();
            followed.extend(found.events.iter().map(|view| view.id));
            found.next
        } {
            after = mark.id;
        }
        let in_order: BTreeSet<i64> = expected.iter().copied().collect();
        assert_eq!(followed, in_order.into_iter().collect::<Vec<_>>(), "{filter:?}");
        found_some += u32::from(!expected.is_empty());
    }
    assert!(found_some > QUESTIONS / 3, "{found_some} of the questions found anything");
}

#[test]
fn a_clock_that_is_far_ahead_keeps_nothing_on_top_and_hides_nothing() {
    let bench = Bench::with_doors(&["ward"]);
    let mut ward = Journal::of("ward", 1, 2);
    ward.events[0].utc = UtcMs(NOW.0 + 400 * 86_400_000);
    bench.site.intake(&[ward.report(1, 1)]).unwrap();
    let later = UtcMs(NOW.0 + 3_600_000);
    ward.events[1].utc = later;
    bench.site.intake(&[Report { received: later, ..ward.report(2, 2) }]).unwrap();
    let ids = |filter: &EventFilter| -> Vec<i64> {
        bench.site.events(filter, Seek::Newest, 9).unwrap().iter().map(|view| view.id).collect()
    };
    assert_eq!(ids(&EventFilter::default()), [2, 1]);
    let today = EventFilter { from: Some(NOW), until: Some(UtcMs(NOW.0 + AHEAD_MS + 1)), ..EventFilter::default() };
    assert_eq!(ids(&today), [1], "it is found where the controller heard of it");
    let first = bench.site.events(&today, Seek::Newest, 1).unwrap().remove(0);
    assert_eq!(first.happened(), UtcMs(NOW.0 + AHEAD_MS));
}

#[test]
fn what_excludes_itself_finds_nothing_and_what_is_unknown_is_refused() {
    let mut rng = Rng(3);
    let told = told(&mut rng);
    let read = |filter: EventFilter| told.bench.site.find_events(&filter, Seek::Newest, 10);
    let default = EventFilter::default;
    let opened = vec!["opened".to_owned()];
    let both = EventFilter { codes: opened.clone(), granted: Some(true), ..default() };
    let reason = EventFilter { granted: Some(true), reasons: Reason::CardBlocked.into(), ..default() };
    let other = EventFilter { codes: opened, reasons: Reason::CardBlocked.into(), ..default() };
    let nowhere = EventFilter { areas: vec![told.areas[2]], ..default() };
    let nobody = EventFilter { persons: vec![PersonId(99)], ..default() };
    for filter in [both, reason, other, nowhere, nobody] {
        let found = read(filter.clone()).unwrap();
        assert!(found.events.is_empty() && found.next.is_none() && !found.unfinished, "{filter:?}");
    }
    let unknown = EventFilter { areas: vec![AreaId(99)], ..default() };
    assert_eq!(problem(read(unknown)), ("area", "unknown-area"));
    let many = EventFilter { uids: vec![uid(1); 101], ..default() };
    assert_eq!(problem(read(many)), ("card", "too-many"));
}

#[test]
fn a_search_that_would_look_at_too_much_says_how_far_it_came_and_goes_on_to_the_end() {
    const DENIED: i64 = 120_000;
    let bench = Bench::with_doors(&["ward"]);
    let mut ward = Journal::of("ward", 1, 0);
    ward.events =
        vec![tap(1, Some(uid(1)), Some(Reason::CardExpired)), tap(2, Some(uid(1)), Some(Reason::CardBlocked))];
    bench.site.intake(&[ward.report(1, 2)]).unwrap();
    let db = Connection::open(bench.folder.path().join("site.db")).unwrap();
    // So many more that were blocked as well, each a millisecond later.
    db.execute(
        "WITH RECURSIVE n (n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM n WHERE n < $1 + 2)
         INSERT INTO event (id, door, epoch, sequence, received_ms, at_ms, code, reasons, uid, salt, commitment, body, link,
                            link_ok, head)
         SELECT n, door, 2, n, received_ms, at_ms + n, code, reasons, uid, salt, commitment, body, link, link_ok, head
         FROM n, event WHERE event.id = 2",
        [DENIED],
    )
    .unwrap();
    // What a card did stands in the order of time and not by what it was, so each row is looked at.
    let filter = EventFilter { uids: vec![uid(1)], reasons: Reason::CardExpired.into(), ..EventFilter::default() };
    let first = bench.site.find_events(&filter, Seek::Newest, 10).unwrap();
    assert!(first.events.is_empty() && first.unfinished);
    assert_eq!(bench.site.count_events(&filter, 10).unwrap(), (0, false));
    let (ids, pages) = paged(&bench.site, &filter, 10);
    assert_eq!(ids, [1]);
    assert!((12..=14).contains(&pages), "{pages} pages of some 10,000 rows");
    let elsewhere = EventFilter { uids: Vec::new(), ..filter.clone() };
    assert_eq!(paged(&bench.site, &elsewhere, 10), (vec![1], 1), "an index leads to it at once");
    // Whoever follows comes on as well, though nothing is for them.
    let followed = bench.site.find_events(&filter, Seek::After(1), 10).unwrap();
    assert!(followed.events.is_empty() && followed.unfinished);
    assert_eq!(followed.next.map(|mark| mark.id), Some(10_001));
    // The page of everything is never unfinished.
    let all = bench.site.find_events(&EventFilter::default(), Seek::Newest, 10).unwrap();
    assert!(!all.unfinished && all.next.is_some());
    assert_eq!(all.newest, DENIED + 2);
}
