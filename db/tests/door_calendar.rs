//! The calendar beside a door's whitelist: what comes with it, what is refused, and what a tap sees of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::path::PathBuf;
use std::sync::Arc;

use access::calendar::{Calendar, DayWindow, SCHEDULES_MAX, Schedule, Zone};
use access::entry::{Entry, ScheduleId};
use access::uid::Uid;
use access::whitelist::{Change, Generation, WhitelistId, WhitelistPart};
use db::door::{Applied, Found, Lookup, Refused, WhitelistStore};

/// Open from 08:00 until then, every day.
fn calendar(until_min: u16) -> Calendar {
    let window = DayWindow { from_min: 480, until_min };
    let schedule = Schedule { days: std::array::from_fn(|_| vec![window]), ..Schedule::default() };
    Calendar { zone: Zone::HELSINKI, schedules: vec![(ScheduleId(7), schedule)], ..Calendar::empty() }
}

fn uid(number: u8) -> Uid {
    Uid::new(&[number, 1, 2, 3]).unwrap()
}

/// What is in force with these cards and this calendar.
fn id(generation: u64, cards: &[u8], calendar: &Calendar) -> WhitelistId {
    let mut id = WhitelistId { generation: Generation(generation), ..WhitelistId::default() };
    cards.iter().for_each(|card| id.replace(None, Some(&Entry::new(uid(*card)).to_bytes())));
    id.replace_calendar(&Calendar::empty(), calendar);
    id
}

/// A list of two pieces: cards 1 and 2.
fn whole(generation: u64, calendar: &Calendar) -> Vec<WhitelistPart> {
    let to = id(generation, &[1, 2], calendar);
    let piece = |index: u8| WhitelistPart::Chunk {
        to,
        index: u32::from(index),
        count: 2,
        calendar: (index == 0).then(|| calendar.clone()),
        entries: vec![Entry::new(uid(index + 1))],
    };
    vec![piece(0), piece(1)]
}

fn with_calendar(mut part: WhitelistPart, new: Option<Calendar>) -> WhitelistPart {
    let WhitelistPart::Chunk { calendar, .. } = &mut part else { unreachable!() };
    *calendar = new;
    part
}

fn delta(from: WhitelistId, to: WhitelistId, changes: Vec<Change>) -> WhitelistPart {
    WhitelistPart::Delta { from, to, changes }
}

struct Door {
    folder: tempfile::TempDir,
    store: WhitelistStore,
    /// One that stays open, as the agent's does.
    lookup: Lookup,
}

impl Door {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("whitelist.db");
        let store = WhitelistStore::open(&path).unwrap();
        let lookup = Lookup::open(&path).unwrap();
        Self { folder, store, lookup }
    }

    /// With [`whole`] in force.
    fn having(calendar: &Calendar) -> Self {
        let mut door = Self::new();
        for part in whole(1, calendar) {
            door.store.apply(&part).unwrap();
        }
        assert_eq!(door.seen(), (Generation(1), calendar.clone()));
        door
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("whitelist.db")
    }

    fn found(&self) -> Found {
        self.lookup.lookup(&uid(1)).unwrap()
    }

    fn seen(&self) -> (Generation, Calendar) {
        let found = self.found();
        assert_eq!(found.entry.is_some(), found.generation != Generation(0));
        (found.generation, Calendar::clone(&found.calendar))
    }
}

#[test]
fn a_door_that_was_told_nothing_has_the_empty_calendar() {
    assert_eq!(Door::new().seen(), (Generation(0), Calendar::empty()));
}

#[test]
fn a_whole_brings_its_calendar_with_its_last_piece_in_whatever_order_and_however_often() {
    for order in [vec![0, 1], vec![1, 0], vec![0, 0, 1], vec![1, 1, 0]] {
        let mut door = Door::having(&calendar(600));
        let parts = whole(2, &calendar(700));
        let (last, before) = order.split_last().unwrap();
        for index in before {
            assert!(matches!(door.store.apply(&parts[*index]).unwrap(), Applied::Staged { .. }));
            assert_eq!(door.seen(), (Generation(1), calendar(600)), "{order:?}");
        }
        let to = id(2, &[1, 2], &calendar(700));
        assert_eq!(door.store.apply(&parts[*last]).unwrap(), Applied::InForce(to));
        assert_eq!(door.seen(), (Generation(2), calendar(700)), "{order:?}");
    }
}

#[test]
fn a_whole_without_schedules_takes_those_of_the_list_before_away() {
    let mut door = Door::having(&calendar(600));
    for part in whole(2, &Calendar::empty()) {
        door.store.apply(&part).unwrap();
    }
    assert_eq!(door.seen(), (Generation(2), Calendar::empty()));
}

#[test]
fn a_delta_replaces_the_calendar_and_may_be_repeated() {
    let mut door = Door::having(&calendar(600));
    let (from, to) = (id(1, &[1, 2], &calendar(600)), id(2, &[1], &calendar(700)));
    let changes = vec![Change::Calendar(calendar(700)), Change::Remove(uid(2)), Change::Calendar(calendar(700))];
    let delta = delta(from, to, changes);
    for _ in 0..2 {
        assert_eq!(door.store.apply(&delta).unwrap(), Applied::InForce(to));
        assert_eq!(door.seen(), (Generation(2), calendar(700)));
    }
}

#[test]
fn a_delta_that_says_nothing_of_the_calendar_leaves_it() {
    let mut door = Door::having(&calendar(600));
    let (from, to) = (id(1, &[1, 2], &calendar(600)), id(2, &[1], &calendar(600)));
    assert_eq!(door.store.apply(&delta(from, to, vec![Change::Remove(uid(2))])).unwrap(), Applied::InForce(to));
    assert_eq!(door.seen(), (Generation(2), calendar(600)));
}

#[test]
fn another_calendar_than_the_one_promised_changes_nothing() {
    let mut door = Door::having(&calendar(600));
    let (from, to) = (id(1, &[1, 2], &calendar(600)), id(2, &[1, 2], &calendar(700)));
    let other = delta(from, to, vec![Change::Calendar(calendar(701))]);
    assert_eq!(door.store.apply(&other).unwrap(), Applied::Refused(Refused::Mismatch));
    let forgotten = delta(from, to, Vec::new());
    assert_eq!(door.store.apply(&forgotten).unwrap(), Applied::Refused(Refused::Mismatch));
    let [first, second] = whole(2, &calendar(700)).try_into().unwrap();
    door.store.apply(&with_calendar(first, Some(calendar(701)))).unwrap();
    assert_eq!(door.store.apply(&second).unwrap(), Applied::Refused(Refused::Mismatch));
    assert_eq!(door.seen(), (Generation(1), calendar(600)));
    assert_eq!(door.store.current().unwrap(), from);
}

#[test]
fn the_first_piece_must_bring_a_calendar_and_no_other_may() {
    let mut door = Door::having(&calendar(600));
    let [first, second] = whole(2, &calendar(700)).try_into().unwrap();
    for wrong in [with_calendar(first, None), with_calendar(second, Some(calendar(700)))] {
        assert_eq!(door.store.apply(&wrong).unwrap(), Applied::Refused(Refused::CalendarMisplaced));
    }
    for part in whole(2, &calendar(700)) {
        assert!(!matches!(door.store.apply(&part).unwrap(), Applied::Refused(_)));
    }
    assert_eq!(door.seen(), (Generation(2), calendar(700)));
}

#[test]
fn a_calendar_beyond_its_bounds_is_refused_wherever_it_comes_from() {
    let many = |count| {
        let schedules = (1..=u16::try_from(count).unwrap()).map(|id| (ScheduleId(id), Schedule::default())).collect();
        Calendar { schedules, ..Calendar::empty() }
    };
    for (calendar, fits) in [
        (many(SCHEDULES_MAX), true),
        (many(SCHEDULES_MAX + 1), false),
        (calendar(480), false),
        (Calendar { schedules: vec![(ScheduleId::ALWAYS, Schedule::default())], ..Calendar::empty() }, false),
    ] {
        let mut door = Door::having(&Calendar::empty());
        let (from, to) = (id(1, &[1, 2], &Calendar::empty()), id(2, &[1, 2], &calendar));
        let first = whole(2, &calendar).swap_remove(0);
        for part in [first, delta(from, to, vec![Change::Calendar(calendar)])] {
            let refused = door.store.apply(&part).unwrap() == Applied::Refused(Refused::OutOfBounds);
            assert_eq!(refused, !fits);
        }
    }
}

#[test]
fn a_list_that_never_came_whole_leaves_nothing_of_its_calendar() {
    let mut door = Door::having(&calendar(600));
    for generation in 2..5 {
        door.store.apply(&whole(generation, &calendar(700))[0]).unwrap();
    }
    let to = id(9, &[1, 2], &calendar(600));
    door.store.apply(&delta(id(1, &[1, 2], &calendar(600)), to, Vec::new())).unwrap();
    for part in whole(10, &calendar(800)) {
        door.store.apply(&part).unwrap();
    }
    let file = rusqlite::Connection::open(door.path()).unwrap();
    let kept: u32 = file.query_row("SELECT count(*) FROM calendar", [], |row| row.get(0)).unwrap();
    assert_eq!((kept, door.seen().1), (1, calendar(800)));
}

#[test]
fn a_calendar_is_decoded_once_and_not_at_every_tap() {
    let mut door = Door::having(&calendar(600));
    let first = door.found().calendar;
    assert!(Arc::ptr_eq(&first, &door.found().calendar));
    let (from, to) = (id(1, &[1, 2], &calendar(600)), id(2, &[1], &calendar(600)));
    door.store.apply(&delta(from, to, vec![Change::Remove(uid(2))])).unwrap();
    assert!(Arc::ptr_eq(&first, &door.found().calendar), "another generation with the same calendar");
    let next = id(3, &[1], &calendar(601));
    door.store.apply(&delta(to, next, vec![Change::Calendar(calendar(601))])).unwrap();
    assert_eq!(door.seen(), (Generation(3), calendar(601)));
}

#[test]
fn a_calendar_is_in_force_after_a_restart() {
    let Door { folder, store, lookup } = Door::having(&calendar(600));
    drop((store, lookup));
    let path = folder.path().join("whitelist.db");
    let store = WhitelistStore::open(&path).unwrap();
    let door = Door { lookup: Lookup::open(&path).unwrap(), folder, store };
    assert_eq!(door.seen(), (Generation(1), calendar(600)));
}

/// Bytes in the file that no calendar of this version has: a disk that failed, or a file of a later version.
#[test]
fn a_calendar_that_cannot_be_read_denies_and_is_mended_by_the_next_whole() {
    let mut door = Door::having(&calendar(600));
    let from = door.store.current().unwrap();
    let file = rusqlite::Connection::open(door.path()).unwrap();
    file.execute("UPDATE calendar SET number = number + 1000, body = x'FFFFFF'", []).unwrap();
    let error = door.lookup.lookup(&uid(1)).unwrap_err().to_string();
    assert!(error.contains("calendar"), "{error}");
    let to = id(2, &[1, 2], &calendar(700));
    let delta = delta(from, to, vec![Change::Calendar(calendar(700))]);
    assert_eq!(door.store.apply(&delta).unwrap(), Applied::Refused(Refused::Mismatch));
    for part in whole(2, &calendar(700)) {
        door.store.apply(&part).unwrap();
    }
    assert_eq!(door.seen(), (Generation(2), calendar(700)));
}
