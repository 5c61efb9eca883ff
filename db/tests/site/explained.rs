//! A past event is explained by the rules as they were then, however often everything was edited since.

use access::calendar::Calendar;
use access::decide::{Credential, Decision, Presented, Question, judge_with};
use access::entry::Entry;
use access::event::{Event, EventKind, Subject};
use access::passage::Side;
use access::reason::{Reason, Reasons};
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

/// What is judged.
type Known<'a> = (Option<&'a Entry>, &'a Calendar, &'a DoorState);

/// What a door decides by this entry, calendar and state, and by what only it knows.
fn decided(
    (entry, calendar, door): Known<'_>,
    (generation, utc): (Generation, UtcMs),
    tap: (Side, Reasons),
) -> Decision {
    let question = Question {
        presented: Presented::Classic1k,
        entry,
        credential: Credential::NotAsked,
        calendar,
        door,
        side: tap.0,
        generation,
        utc,
        trust: ClockTrust::Synchronised,
    };
    judge_with(&question, tap.1)
}

/// What only a door can know, by chance.
fn local(world: &mut World) -> Reasons {
    let all =
        [Reason::Passback, Reason::SecondPersonNeeded, Reason::EscortNeeded, Reason::Interlocked, Reason::LockedOut];
    if world.rng.one_in(5) { Reasons::from(world.rng.of(&all)) } else { Reasons::NONE }
}

/// The doors decide by the lists and states that they have, and report.
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
        let state = world.bench.site.door_state(&door(name), generation).unwrap();
        let side = if world.rng.one_in(4) { Side::Out } else { Side::In };
        let tap = (side, local(world));
        let decision = decided((entries.first(), &calendar, &state), (generation, utc), tap);
        let journal = journals.iter_mut().find(|journal| journal.door == door(name)).unwrap();
        let sequence = u64::try_from(journal.events.len()).unwrap() + 1;
        let kind = EventKind::Tap {
            side,
            presented: Presented::Classic1k,
            credential: Credential::NotAsked,
            rolling: None,
            noted: Reasons::NONE,
            decision,
        };
        let subject = Some(Subject { uid: card, salt: [7; 16] });
        let state_generation = state.generation;
        journal.events.push(Event { utc, generation, state_generation, subject, ..event(sequence, kind) });
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
    let mut seen = Reasons::NONE;
    for view in &log {
        let EventKind::Tap { side, decision: recorded, .. } = view.event.kind else { panic!("not a tap") };
        let uid = view.event.subject.as_ref().unwrap().uid;
        let told = site.explain(&view.door, &uid, view.event.generation).unwrap();
        let state = site.door_state(&view.door, view.event.state_generation).unwrap();
        let (when, tap) = ((view.event.generation, view.event.utc), (side, recorded.reasons.within(Reason::LOCAL)));
        let again = decided((told.entry.as_ref(), &told.calendar, &state), when, tap);
        assert_eq!(again, recorded, "event {} at generation {}", view.id, view.event.generation);
        let now = site.explain(&view.door, &uid, site.latest().unwrap()).unwrap();
        let state = site.door_state(&view.door, site.latest().unwrap()).unwrap();
        let today = decided((now.entry.as_ref(), &now.calendar, &state), when, tap);
        granted += u32::from(recorded.granted());
        would_differ += u32::from(today != recorded);
        recorded.reasons.iter().for_each(|reason| seen.insert(reason));
    }
    // A fifth is denied for what only the door knows, and a lockdown is on half of the time.
    assert!(granted > 20, "{granted} granted");
    assert!(would_differ > 300, "by today's rules only {would_differ} would come out otherwise");
    for reason in [Reason::LockedDown, Reason::Passback, Reason::Interlocked, Reason::LockedOut] {
        assert!(seen.contains(reason), "no event came to {}", reason.code());
    }
}
