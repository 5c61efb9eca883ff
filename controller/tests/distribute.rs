//! What is due to which door, as a table and as properties.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use access::calendar::{Calendar, HolidayPlan, Schedule};
use access::entry::{Block, Blocks, Comfort, Condition, Entry, Grant, ScheduleId, SealedKeys, Term};
use access::envelope::MESSAGE_LENGTH_MAX;
use access::message::Down;
use access::time::{UtcS, Window};
use access::uid::Uid;
use access::whitelist::{Change, Digest, Generation, WhitelistId, WhitelistPart};
use controller::distribute::{
    CHUNK_ENTRIES, Cutter, Desired, Due, Pair, PerStream, Reported, Way, change, chunk_count, delta, due, new_calendar,
};
use proptest::prelude::*;

fn id(generation: u64, digest: u8, entries: u32) -> WhitelistId {
    WhitelistId { generation: Generation(generation), digest: Digest::from_bytes([digest; 32]), entries }
}

#[test]
fn the_whitelists_way_as_a_table() {
    let (desired, older) = (id(9, 1, 5), id(7, 2, 4));
    let cases = [
        ("the same", desired, false, Way::Nothing),
        ("the same, although deltas failed", desired, true, Way::Nothing),
        ("an older one", older, false, Way::Delta { from: older }),
        ("an older one that deltas do not reach", older, true, Way::Whole),
        ("never had one", id(0, 0, 0), false, Way::Whole),
        ("a newer one, from before the site was restored", id(12, 3, 5), false, Way::Whole),
        ("the same generation with another digest", id(9, 2, 5), false, Way::Whole),
        ("the same digest at an older generation", id(8, 1, 5), false, Way::Delta { from: id(8, 1, 5) }),
    ];
    for (name, whitelist, failed, way) in cases {
        let desired = Desired { whitelist: desired, ..Desired::default() };
        let reported = Reported { whitelist, ..Reported::default() };
        assert_eq!(due(&desired, &reported, failed).whitelist, way, "{name}");
    }
}

#[test]
fn state_and_streams_are_due_whatever_the_whitelist_waits_for() {
    let streams = PerStream { counters: Generation(2), passages: Generation(4) };
    let desired = Desired { whitelist: id(9, 1, 5), state: Generation(3), streams };
    let nothing = due(&desired, &Reported::default(), false);
    assert_eq!((nothing.state, nothing.streams), (true, PerStream { counters: true, passages: true }));
    let all = Reported { whitelist: desired.whitelist, state: desired.state, streams };
    assert_eq!(
        due(&desired, &all, false),
        Due { whitelist: Way::Nothing, state: false, streams: PerStream::default() }
    );
}

#[test]
fn an_empty_list_is_its_calendar() {
    let (cutter, first) = Cutter::new(id(3, 0, 0), calendar(7));
    assert_eq!(cutter.finish(), None);
    let WhitelistPart::Chunk { index, count, calendar: held, entries, .. } = first else {
        panic!("not a chunk");
    };
    assert_eq!((index, count, held, entries.len()), (0, 1, Some(calendar(7)), 0));
}

#[test]
fn a_chunk_of_the_heaviest_entries_fits_a_message() {
    // As far as the site database takes windows.
    let far = Window::new(UtcS(-100_000_000_000), UtcS(100_000_000_000));
    let (mut cutter, _) = Cutter::new(id(1, 1, CHUNK_ENTRIES), Calendar::empty());
    let grant = Grant { window: far, schedule: ScheduleId(u16::MAX) };
    let windows = Condition::Needed(vec![far; access::entry::CONDITION_WINDOWS_MAX]);
    let term = Term {
        holding: far,
        right_to_practise: windows.clone(),
        employment: windows,
        grants: vec![grant; access::entry::GRANTS_MAX],
        refusals: vec![grant; access::entry::GRANTS_MAX],
        exemptions: vec![grant; access::entry::GRANTS_MAX],
        visitor: true,
        comfort: Comfort(u16::MAX),
    };
    let mut part = None;
    for number in 0..CHUNK_ENTRIES {
        let mut bytes = [0xff; 10];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        let mut entry = Entry::new(Uid::new(&bytes).unwrap());
        (entry.card, entry.certificate) = (far, far);
        entry.blocks = Blocks::from_bits(u16::MAX);
        entry.terms = vec![term.clone(); access::entry::TERMS_MAX];
        let mut entry = entry.fitted();
        let room = access::entry::ENTRY_LENGTH_MAX - entry.to_bytes().len() - 2;
        entry.keys = Some(SealedKeys(vec![0xff; room.min(access::entry::SEALED_KEYS_LENGTH_MAX)]));
        entry.check().unwrap();
        part = cutter.push(entry);
    }
    let key = access::envelope::DoorKey::new([1; 32]);
    let header = access::envelope::Header {
        site: "hospital".parse().unwrap(),
        door: "pharmacy".parse().unwrap(),
        key_id: u32::MAX,
        epoch: u64::MAX,
        boot: u64::MAX,
        sequence: u64::MAX,
        link: access::chain::Link([0xff; 32]),
    };
    let message = access::envelope::seal(&key, &header, &Down::Whitelist(part.unwrap()));
    assert!(message.len() + 128 <= MESSAGE_LENGTH_MAX, "{}", message.len());
}

type List = BTreeMap<Uid, Entry>;

fn list_id(generation: u64, list: &List) -> WhitelistId {
    let mut id = WhitelistId { generation: Generation(generation), ..WhitelistId::default() };
    for entry in list.values() {
        id.replace(None, Some(&entry.to_bytes()));
    }
    id
}

fn list() -> impl Strategy<Value = List> {
    proptest::collection::btree_map(0_u8..40, 0_u8..4, 0..30).prop_map(|cards| {
        cards
            .into_iter()
            .map(|(number, variant)| {
                let mut entry = Entry::new(Uid::new(&[number; 4]).unwrap());
                if variant > 1 {
                    entry.blocks = entry.blocks.with(Block::Blocked);
                }
                entry.terms = vec![Term { comfort: Comfort(variant.into()), ..Term::always() }];
                (entry.uid, entry)
            })
            .collect()
    })
}

fn calendar(number: u16) -> Calendar {
    let schedule = Schedule { holiday: HolidayPlan::Closed, ..Schedule::default() };
    Calendar { schedules: vec![(ScheduleId(number), schedule)], ..Calendar::empty() }
}

/// The cards that a history of changes would name: all that differ, and some that do not.
fn touched(before: &List, after: &List, extra: usize) -> Vec<(Uid, Pair)> {
    let differs = |uid: &Uid| before.get(uid) != after.get(uid);
    let mut uids: Vec<Uid> = before.keys().chain(after.keys()).copied().collect();
    uids.sort();
    uids.dedup();
    let named = uids.into_iter().enumerate().filter(|(place, uid)| differs(uid) || place % 7 == extra);
    named.map(|(_, uid)| (uid, (before.get(&uid).cloned(), after.get(&uid).cloned()))).collect()
}

fn follow(mut list: List, changes: Vec<Change>) -> List {
    for change in changes {
        match change {
            Change::Put(entry) => list.insert(entry.uid, entry),
            Change::Remove(uid) => list.remove(&uid),
            Change::Calendar(_) => None,
        };
    }
    list
}

proptest! {
    #[test]
    fn a_delta_leads_from_one_list_to_the_other(before in list(), after in list(), extra in 0_usize..7) {
        let (from, to) = (list_id(3, &before), list_id(8, &after));
        let entries = touched(&before, &after, extra);
        let none = Calendar::empty();
        let Some(WhitelistPart::Delta { changes, .. }) = delta(from, to, (&none, &none), entries) else {
            return Err(TestCaseError::fail("no delta"));
        };
        prop_assert_eq!(follow(before, changes), after);
    }

    #[test]
    fn a_door_whose_list_is_not_what_it_claims_gets_no_delta(
        before in list(), after in list(), other in list(), extra in 0_usize..7,
    ) {
        prop_assume!(list_id(3, &before) != list_id(3, &other));
        let (none, entries) = (Calendar::empty(), touched(&before, &after, extra));
        prop_assert_eq!(delta(list_id(3, &other), list_id(8, &after), (&none, &none), entries.clone()), None);
        // Nor one whose calendar is another.
        let (old, new) = (calendar(1), calendar(2));
        prop_assert_eq!(delta(list_id(3, &before), list_id(8, &after), (&old, &new), entries), None);
    }

    #[test]
    fn the_id_followed_change_by_change_is_the_id_of_the_whole(before in list(), after in list(), extra in 0_usize..7) {
        let (old, new) = (calendar(1), calendar(2));
        let mut id = list_id(8, &before);
        id.replace_calendar(&Calendar::empty(), &old);
        for (uid, pair) in touched(&before, &after, extra) {
            change(&mut id, uid, pair);
        }
        prop_assert_eq!(new_calendar(&mut id, &old, &new), Some(Change::Calendar(new.clone())));
        let mut whole = list_id(8, &after);
        whole.replace_calendar(&Calendar::empty(), &new);
        prop_assert_eq!(id, whole);
    }

    #[test]
    fn chunks_hold_every_entry_once_and_are_as_many_as_announced(entries in 0_u32..1_000) {
        let (mut cutter, first) = Cutter::new(id(5, 1, entries), calendar(1));
        let mut parts = vec![first];
        for number in 0..entries {
            parts.extend(cutter.push(Entry::new(Uid::new(&number.to_be_bytes()).unwrap())));
        }
        parts.extend(cutter.finish());
        prop_assert_eq!(u32::try_from(parts.len()).unwrap(), chunk_count(entries));
        let mut seen = Vec::new();
        for (place, part) in parts.into_iter().enumerate() {
            let WhitelistPart::Chunk { index, count, calendar, entries: held, .. } = part else {
                return Err(TestCaseError::fail("not a chunk"));
            };
            prop_assert_eq!(calendar.is_some(), place == 0);
            prop_assert_eq!((index as usize, count), (place, chunk_count(entries)));
            seen.extend(held.into_iter().map(|entry| u32::from_be_bytes(entry.uid.as_bytes().try_into().unwrap())));
        }
        prop_assert_eq!(seen, (0..entries).collect::<Vec<_>>());
    }
}
