//! A past event is explained by the rules as they were then, however often everything was edited since.

use access::decide::{Credential, Decision, Presented, Question, decide};
use access::event::{Event, EventKind, Subject};
use access::state::DoorState;
use access::time::{ClockTrust, UtcMs};
use access::whitelist::Generation;
use db::site::{EventFilter, EventView, LIST_MAX, Seek, Site};

use crate::support::{Journal, door, event};
use crate::world::{DOORS, World};

const EVENTS: u64 = 1_000;
const LATER_EDITS: usize = 1_000;
/// Taps between two edits.
const TAPS: u64 = 5;

/// What a door decides by this entry and calendar.
fn decided(
    (entry, calendar): (Option<&access::entry::Entry>, &access::calendar::Calendar),
    generation: Generation,
    utc: UtcMs,
) -> Decision {
    decide(&Question {
        presented: Presented::Classic1k,
        entry,
        credential: Credential::NotAsked,
        calendar,
        door: &DoorState::default(),
        generation,
        utc,
        trust: ClockTrust::Synchronised,
    })
}

/// The doors decide by the lists that they have, and report.
fn happen(world: &mut World) {
    let mut journals = DOORS.map(|name| Journal::of(name, 1, 0));
    for number in 0..EVENTS {
        if number % TAPS == 0 {
            world.step();
        }
        let generation = world.bench.latest();
        let (card, name) = (world.card(), world.rng.of(&DOORS));
        let utc = UtcMs(world.instant() * 1_000);
        let entries = world.bench.site.entries(&door(name), Some(&[card]), generation).unwrap();
        let calendar = world.bench.site.calendar(&door(name), generation).unwrap();
        let decision = decided((entries.first(), &calendar), generation, utc);
        let journal = journals.iter_mut().find(|journal| journal.door == door(name)).unwrap();
        let sequence = u64::try_from(journal.events.len()).unwrap() + 1;
        let kind = EventKind::Tap {
            presented: Presented::Classic1k,
            credential: Credential::NotAsked,
            rolling: None,
            decision,
        };
        let subject = Some(Subject { uid: card, salt: [7; 16] });
        journal.events.push(Event { utc, generation, subject, ..event(sequence, kind) });
    }
    for journal in &journals {
        let through = u64::try_from(journal.events.len()).unwrap();
        world.bench.site.intake(&[journal.report(1, through)]).unwrap();
    }
}

fn log(site: &Site) -> Vec<EventView> {
    let mut log = Vec::new();
    loop {
        let seek = Seek::After(log.last().map_or(0, |view: &EventView| view.id));
        let page = site.events(&EventFilter::default(), seek, LIST_MAX).unwrap();
        if page.is_empty() {
            return log;
        }
        log.extend(page);
    }
}

#[test]
fn a_thousand_events_are_explained_as_they_were_decided_after_a_thousand_edits() {
    let mut world = World::new(11);
    happen(&mut world);
    (0..LATER_EDITS).for_each(|_| world.step());
    let site = &world.bench.site;
    let log = log(site);
    assert_eq!(u64::try_from(log.len()).unwrap(), EVENTS);
    let (mut granted, mut would_differ) = (0, 0);
    for view in &log {
        let EventKind::Tap { decision: recorded, .. } = view.event.kind else { panic!("not a tap") };
        let uid = view.event.subject.as_ref().unwrap().uid;
        let told = site.explain(&view.door, &uid, view.event.generation).unwrap();
        let again = decided((told.entry.as_ref(), &told.calendar), view.event.generation, view.event.utc);
        assert_eq!(again, recorded, "event {} at generation {}", view.id, view.event.generation);
        let now = site.explain(&view.door, &uid, site.latest().unwrap()).unwrap();
        let today = decided((now.entry.as_ref(), &now.calendar), view.event.generation, view.event.utc);
        granted += u32::from(recorded.granted());
        would_differ += u32::from(today != recorded);
    }
    assert!(granted > 50, "{granted} granted");
    assert!(would_differ > 300, "by today's rules only {would_differ} would come out otherwise");
}
