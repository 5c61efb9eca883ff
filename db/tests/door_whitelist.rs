//! The door's whitelist file: random changes against a plain map, and power cuts at every place.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use access::calendar::{Calendar, DayWindow, Schedule, Zone};
use access::entry::{Block, Blocks, Entry, ScheduleId};
use access::mode::Lockdown;
use access::state::{Counter, Counters, DoorState};
use access::time::UtcS;
use access::uid::Uid;
use access::whitelist::{Change, Generation, WhitelistId, WhitelistPart};
use db::door::{Applied, Lookup, Refused, StateApplied, WhitelistStore};
use proptest::prelude::*;

struct Site {
    folder: tempfile::TempDir,
    model: BTreeMap<Uid, Entry>,
    calendar: Calendar,
    id: WhitelistId,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, model: BTreeMap::new(), calendar: Calendar::empty(), id: WhitelistId::default() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("whitelist.db")
    }

    fn open(&self) -> WhitelistStore {
        WhitelistStore::open(&self.path()).unwrap()
    }

    /// The site changes, and the delta to follow is returned.
    fn change(&mut self, changes: Vec<Change>) -> WhitelistPart {
        let from = self.id;
        self.id.generation.0 += 1;
        for change in &changes {
            let (old, new) = match change {
                Change::Put(entry) => (self.model.insert(entry.uid, entry.clone()), Some(entry.to_bytes())),
                Change::Remove(uid) => (self.model.remove(uid), None),
                Change::Calendar(calendar) => {
                    self.id.replace_calendar(&self.calendar, calendar);
                    self.calendar = calendar.clone();
                    continue;
                }
            };
            self.id.replace(old.map(|e| e.to_bytes()).as_deref(), new.as_deref());
        }
        WhitelistPart::Delta { from, to: self.id, changes }
    }

    fn whole(&self, entries_per_part: usize) -> Vec<WhitelistPart> {
        let entries: Vec<Entry> = self.model.values().cloned().collect();
        let mut parts: Vec<Vec<Entry>> = entries.chunks(entries_per_part).map(<[Entry]>::to_vec).collect();
        if parts.is_empty() {
            parts.push(Vec::new());
        }
        let count = u32::try_from(parts.len()).unwrap();
        (0..count)
            .zip(parts)
            .map(|(index, entries)| {
                let calendar = (index == 0).then(|| self.calendar.clone());
                WhitelistPart::Chunk { to: self.id, index, count, calendar, entries }
            })
            .collect()
    }

    fn assert_in_force(&self, store: &mut WhitelistStore) {
        assert_eq!(store.current().unwrap(), self.id);
        let lookup = Lookup::open(&self.path()).unwrap();
        for number in 0..=u8::MAX {
            let found = lookup.lookup(&uid(number)).unwrap();
            assert_eq!(found.generation, self.id.generation);
            assert_eq!(found.entry.as_ref(), self.model.get(&uid(number)));
            assert_eq!(*found.calendar, self.calendar);
        }
    }
}

fn uid(number: u8) -> Uid {
    match number % 3 {
        0 => Uid::new(&[number, 1, 2, 3]).unwrap(),
        1 => Uid::new(&[4, number, 2, 3, 4, 5, 6]).unwrap(),
        _ => Uid::new(&[4, number, 2, 3, 4, 5, 6, 7, 8, 9]).unwrap(),
    }
}

fn entry(number: u8, blocked: bool) -> Entry {
    let blocks = if blocked { Blocks::NONE.with(Block::Blocked) } else { Blocks::NONE };
    Entry { blocks, ..Entry::new(uid(number)) }
}

/// Open from 08:00 until then, every day.
fn calendar(until_min: u16) -> Calendar {
    let window = DayWindow { from_min: 480, until_min };
    let schedule = Schedule { days: std::array::from_fn(|_| vec![window]), ..Schedule::default() };
    Calendar { zone: Zone::HELSINKI, schedules: vec![(ScheduleId(7), schedule)], ..Calendar::empty() }
}

fn put(number: u8) -> Change {
    Change::Put(entry(number, false))
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0_u8..24, any::<bool>()).prop_map(|(number, blocked)| Change::Put(entry(number, blocked))),
        1 => (0_u8..24).prop_map(|number| Change::Remove(uid(number))),
        1 => (481_u16..484).prop_map(|until_min| Change::Calendar(calendar(until_min))),
        1 => Just(Change::Calendar(Calendar::empty())),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Delta(Vec<Change>),
    /// Changes that come as a whole, in this many entries a part, turned by this much, the first twice.
    Whole(Vec<Change>, usize, usize),
    /// A whole of which only the first part comes before something else does.
    Begun(Vec<Change>),
    PowerCut,
}

fn any_step() -> impl Strategy<Value = Step> {
    let changes = || proptest::collection::vec(any_change(), 0..12);
    prop_oneof![
        4 => changes().prop_map(Step::Delta),
        2 => (changes(), 1_usize..5, any::<usize>()).prop_map(|(c, n, turn)| Step::Whole(c, n, turn)),
        1 => changes().prop_map(Step::Begun),
        1 => Just(Step::PowerCut),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_in_whatever_order_the_list_in_force_is_the_one_promised(
        steps in proptest::collection::vec(any_step(), 1..12),
    ) {
        let mut site = Site::new();
        let mut store = site.open();
        // One that stays open, as the agent's does.
        let lookup = Lookup::open(&site.path()).unwrap();
        for step in steps {
            match step {
                Step::Delta(changes) => {
                    let delta = site.change(changes);
                    prop_assert_eq!(store.apply(&delta).unwrap(), Applied::InForce(site.id));
                    prop_assert_eq!(store.apply(&delta).unwrap(), Applied::InForce(site.id));
                }
                Step::Whole(changes, size, turn) => {
                    site.change(changes);
                    let mut parts = site.whole(size);
                    let middle = turn % parts.len();
                    parts.rotate_left(middle);
                    parts.insert(0, parts[0].clone());
                    for part in &parts {
                        prop_assert!(!matches!(store.apply(part).unwrap(), Applied::Refused(_)));
                    }
                }
                Step::Begun(changes) => {
                    let before = (site.model.clone(), site.calendar.clone());
                    let id = site.id;
                    site.change(changes);
                    let parts = site.whole(2);
                    if parts.len() > 1 {
                        let of = u32::try_from(parts.len()).unwrap();
                        prop_assert_eq!(store.apply(&parts[0]).unwrap(), Applied::Staged { received: 1, of });
                    }
                    // The site moves on from where the door is; the number that was begun is used up.
                    (site.model, site.calendar) = before;
                    site.id = id;
                    let generation = Generation(id.generation.0 + 2);
                    let to = WhitelistId { generation, ..id };
                    let delta = WhitelistPart::Delta { from: id, to, changes: Vec::new() };
                    prop_assert_eq!(store.apply(&delta).unwrap(), Applied::InForce(to));
                    site.id = to;
                }
                Step::PowerCut => {
                    drop(store);
                    store = site.open();
                }
            }
            prop_assert_eq!(store.current().unwrap(), site.id);
            let found = lookup.lookup(&uid(0)).unwrap();
            prop_assert_eq!((found.generation, &*found.calendar), (site.id.generation, &site.calendar));
        }
        site.assert_in_force(&mut store);
    }
}

#[test]
fn a_list_survives_a_power_cut_between_any_two_parts() {
    let mut site = Site::new();
    let first = site.change((0..9).map(put).chain([Change::Calendar(calendar(600))]).collect());
    let mut store = site.open();
    store.apply(&first).unwrap();
    let old = site.id;
    site.change((20..29).map(put).chain([Change::Calendar(calendar(700))]).collect());
    let parts = site.whole(3);
    for (at, part) in parts.iter().enumerate() {
        assert_eq!(store.current().unwrap(), old, "before part {at}");
        let found = Lookup::open(&site.path()).unwrap().lookup(&uid(3)).unwrap();
        assert_eq!((found.generation, &*found.calendar), (old.generation, &calendar(600)), "before part {at}");
        assert!(found.entry.is_some());
        store.apply(part).unwrap();
        drop(store);
        store = site.open();
    }
    site.assert_in_force(&mut store);
}

#[test]
fn a_transaction_that_was_not_committed_never_happened() {
    let mut site = Site::new();
    let delta = site.change((0..9).map(put).chain([Change::Calendar(calendar(600))]).collect());
    let mut store = site.open();
    store.apply(&delta).unwrap();
    let bad = WhitelistPart::Delta {
        from: site.id,
        to: WhitelistId { generation: Generation(site.id.generation.0 + 1), ..site.id },
        changes: vec![put(100), Change::Remove(uid(3)), Change::Calendar(calendar(700))],
    };
    assert_eq!(store.apply(&bad).unwrap(), Applied::Refused(Refused::Mismatch));
    drop(store);
    site.assert_in_force(&mut site.open());
}

#[test]
fn an_older_list_is_refused_and_so_is_the_same_number_with_another_content() {
    let mut site = Site::new();
    let first = site.change(vec![put(1)]);
    let old = site.whole(1);
    let mut store = site.open();
    store.apply(&first).unwrap();
    let second = site.change(vec![Change::Put(entry(1, true))]);
    store.apply(&second).unwrap();
    assert_eq!(store.apply(&old[0]).unwrap(), Applied::Refused(Refused::Older));
    assert_eq!(store.apply(&first).unwrap(), Applied::Refused(Refused::Older));
    let other = WhitelistPart::Chunk {
        to: WhitelistId { generation: site.id.generation, ..WhitelistId::default() },
        index: 0,
        count: 1,
        calendar: Some(Calendar::empty()),
        entries: Vec::new(),
    };
    assert_eq!(store.apply(&other).unwrap(), Applied::Refused(Refused::SameNumber));
    site.assert_in_force(&mut store);
}

#[test]
fn a_delta_from_a_list_that_is_not_there_is_refused() {
    let mut site = Site::new();
    let mut store = site.open();
    let _missed = site.change(vec![put(1)]);
    let second = site.change(vec![put(2)]);
    assert_eq!(store.apply(&second).unwrap(), Applied::Refused(Refused::OtherBase));
    assert_eq!(store.current().unwrap(), WhitelistId::default());
}

#[test]
fn a_whole_whose_content_is_not_what_was_promised_never_takes_effect() {
    let mut site = Site::new();
    site.change((0..4).map(put).collect());
    let mut parts = site.whole(2);
    let WhitelistPart::Chunk { entries, .. } = &mut parts[1] else { unreachable!() };
    entries[0].card.until = Some(UtcS(1));
    let mut store = site.open();
    store.apply(&parts[0]).unwrap();
    assert_eq!(store.apply(&parts[1]).unwrap(), Applied::Refused(Refused::Mismatch));
    assert_eq!(store.current().unwrap(), WhitelistId::default());
    for part in site.whole(2) {
        store.apply(&part).unwrap();
    }
    site.assert_in_force(&mut store);
}

#[test]
fn lists_that_are_not_needed_any_more_are_deleted() {
    let mut site = Site::new();
    let mut store = site.open();
    for round in 0..5 {
        site.change((0..50).map(|n| Change::Put(entry(n, round % 2 == 0))).collect());
        for part in site.whole(20) {
            store.apply(&part).unwrap();
        }
    }
    let mut rounds = 0;
    while store.sweep().unwrap() {
        rounds += 1;
        assert!(rounds < 20, "sweeping does not come to an end");
    }
    site.assert_in_force(&mut store);
}

#[test]
fn a_state_moves_forward_only() {
    let site = Site::new();
    let mut store = site.open();
    assert_eq!(store.state().unwrap(), DoorState::default());
    let lockdown =
        DoorState { generation: Generation(3), lockdown: Some(Lockdown { until: None }), ..DoorState::default() };
    assert_eq!(store.set_state(&lockdown).unwrap(), StateApplied::InForce);
    assert_eq!(store.set_state(&lockdown).unwrap(), StateApplied::Unchanged);
    for generation in [2, 3] {
        let other = DoorState { generation: Generation(generation), ..DoorState::default() };
        assert_eq!(store.set_state(&other).unwrap(), StateApplied::Stale);
    }
    let mut wild = DoorState { generation: Generation(4), ..DoorState::default() };
    wild.settings.times.release_ms = 1;
    assert_eq!(store.set_state(&wild).unwrap(), StateApplied::OutOfBounds);
    drop(store);
    assert_eq!(site.open().state().unwrap(), lockdown);
}

#[test]
fn a_counter_never_goes_back() {
    let site = Site::new();
    let mut store = site.open();
    let counter = |value| Counter { uid: uid(1), issue: 1, value, nonce: 7 };
    let message = |generation, value| Counters { generation: Generation(generation), counters: vec![counter(value)] };
    assert_eq!(store.raise_counters(&message(5, 9)).unwrap(), Generation(5));
    assert_eq!(store.raise_counters(&message(4, 8)).unwrap(), Generation(5));
    assert_eq!(store.counter(&uid(1)).unwrap(), Some(counter(9)));
    assert_eq!(store.counter(&uid(2)).unwrap(), None);
}

#[test]
fn a_truncated_file_is_refused_by_its_name() {
    let mut site = Site::new();
    let mut store = site.open();
    let delta = site.change((0..200).map(put).collect());
    store.apply(&delta).unwrap();
    drop(store);
    let whole = std::fs::read(site.path()).unwrap();
    for bytes in [whole.len() - 1, whole.len() / 2, 100] {
        std::fs::write(site.path(), &whole[..bytes]).unwrap();
        let error = WhitelistStore::open(&site.path()).unwrap_err().to_string();
        assert!(error.contains("whitelist.db"), "{bytes}: {error}");
    }
}
