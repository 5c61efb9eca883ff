//! A list that follows changes one by one is the list that is compiled anew, keys and all.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use access::chain::Link;
use access::credential::Sector;
use access::credential::keys::KeyVersion;
use access::credential::sealed::open;
use access::encode::{ChipClass, Outcome};
use access::entry::{Block, Entry};
use access::event::{Event, EventKind, Subject};
use access::mode::Mode;
use access::settings::{DoorSettings, Reading};
use access::time::{ClockTrust, MonoMs, UtcMs, Window};
use db::site::{Actor, CardKind, EncodePlan, EncodeWork, LockdownScope, NewCard, NewDoor, Report};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::keys;

const ACTOR: Actor<'static> = Actor { operator: "maija", at: UtcMs(1_800_000_000_000) };
const DOORS: [&str; 2] = ["attic", "ward"];

#[derive(Debug, Clone)]
enum Edit {
    Block(u8, bool),
    List(u8, usize),
    Unlist(u8, usize),
    Read(usize, Reading),
    Lock(usize, bool),
    Encode(u8, u8, Outcome),
    Wipe(u8),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let readings = prop::sample::select(vec![Reading::UidOnly, Reading::Sector, Reading::RollingStrict]);
    let outcomes = prop::sample::select(vec![Outcome::Done, Outcome::Done, Outcome::Interrupted, Outcome::Foreign]);
    let edit = prop_oneof![
        1 => (0..4_u8, any::<bool>()).prop_map(|(card, on)| Edit::Block(card, on)),
        2 => (0..4_u8, 0..2_usize).prop_map(|(card, at)| Edit::List(card, at)),
        1 => (0..4_u8, 0..2_usize).prop_map(|(card, at)| Edit::Unlist(card, at)),
        3 => (0..2_usize, readings).prop_map(|(at, reading)| Edit::Read(at, reading)),
        1 => (0..2_usize, any::<bool>()).prop_map(|(at, on)| Edit::Lock(at, on)),
        3 => (0..4_u8, 1..4_u8, outcomes).prop_map(|(card, version, outcome)| Edit::Encode(card, version, outcome)),
        1 => (0..4_u8).prop_map(Edit::Wipe),
    ];
    prop::collection::vec(edit, 1..20)
}

struct Bench {
    _folder: tempfile::TempDir,
    site: Site,
    keys: Keyring,
    epoch: u64,
}

fn uid(card: u8) -> Uid {
    Uid::new(&[1, 2, 3, card]).unwrap()
}

impl Bench {
    /// Two doors, four cards, and masters of the versions 1 and 2 but not of 3.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
        let path = folder.path().join("masters");
        let line = |version: u8| format!("{version} {}\n", format!("{version:02x}").repeat(128));
        std::fs::write(&path, line(1) + &line(2)).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let new = |id: &str, byte| NewDoor {
            id: id.parse().unwrap(),
            name: id.to_owned(),
            key: DoorKey::new([byte; 32]),
            settings: DoorSettings::default(),
        };
        site.add_door(&ACTOR, new("attic", 1)).unwrap();
        site.add_door(&ACTOR, new("ward", 2)).unwrap();
        site.add_encoder(&ACTOR, new("desk", 3)).unwrap();
        for card in 0..4 {
            let new = NewCard::new(uid(card), CardKind::Staff, Window::ALWAYS);
            site.add_card(&ACTOR, new).unwrap();
        }
        let keys = keys::Keyring::read(&path, site.id()).unwrap();
        Self { _folder: folder, site, keys, epoch: 0 }
    }

    fn apply(&mut self, edit: &Edit) {
        let door = |at: usize| DOORS[at].parse::<DoorId>().unwrap();
        match edit {
            Edit::Block(card, true) => drop(self.site.block_card(&ACTOR, &uid(*card), Block::Blocked).unwrap()),
            Edit::Block(card, false) => drop(self.site.unblock_card(&ACTOR, &uid(*card), Block::Blocked).unwrap()),
            Edit::List(card, at) => {
                drop(self.site.list_card(&ACTOR, &uid(*card), &door(*at), Window::ALWAYS).unwrap());
            }
            Edit::Unlist(card, at) => drop(self.site.unlist_card(&ACTOR, &uid(*card), &door(*at)).unwrap()),
            Edit::Read(at, reading) => {
                let settings = DoorSettings { reading: *reading, ..DoorSettings::default() };
                self.site.set_settings(&ACTOR, &door(*at), settings).unwrap();
            }
            Edit::Lock(at, true) => {
                drop(self.site.lock_down(&ACTOR, &LockdownScope::Door(door(*at)), None, "a drill"));
            }
            Edit::Lock(..) => {
                let on = self.site.lockdowns(Some(ACTOR.at.second()), 1).unwrap();
                on.iter().for_each(|lockdown| self.site.lift_lockdown(&ACTOR, lockdown.id, "over").unwrap());
            }
            Edit::Encode(card, version, outcome) => self.job(*card, EncodeWork::Encode, *version, *outcome),
            Edit::Wipe(card) => self.job(*card, EncodeWork::Wipe, 1, Outcome::Done),
        }
    }

    fn job(&mut self, card: u8, work: EncodeWork, version: u8, outcome: Outcome) {
        let desk: DoorId = "desk".parse().unwrap();
        let id = self.site.request_encoding(&ACTOR, &uid(card), &desk, work).unwrap().id;
        let version = KeyVersion::new(version).unwrap();
        let plan = EncodePlan { sector: Sector::LAST, version, credential: u32::from(card) };
        self.site.begin_encoding(id, &plan, ACTOR.at).unwrap().unwrap();
        self.epoch += 1;
        let event = Event {
            sequence: 1,
            boot: 1,
            mono: MonoMs(1),
            utc: ACTOR.at,
            trust: ClockTrust::Kept,
            generation: Generation(0),
            state_generation: Generation(0),
            mode: Mode::Normal,
            kind: EventKind::Encoded { job: id, outcome, chip: ChipClass::Plain },
            subject: Some(Subject { uid: uid(card), salt: [1; 16] }),
        };
        let report = Report {
            door: desk,
            epoch: self.epoch,
            boot: 1,
            previous: Link::START,
            events: vec![event],
            received: ACTOR.at,
        };
        self.site.intake(&[report]).unwrap();
    }

    fn list(&self, door: &str, as_of: Generation) -> BTreeMap<Uid, Entry> {
        let mut list = BTreeMap::new();
        let take = |entry: Entry| drop(list.insert(entry.uid, entry));
        compile::of_door(&self.site, Some(&self.keys), &door.parse().unwrap(), as_of, take).unwrap();
        list
    }
}

fn id_of(list: &BTreeMap<Uid, Entry>, generation: Generation) -> WhitelistId {
    let mut id = WhitelistId { generation, ..WhitelistId::default() };
    list.values().for_each(|entry| id.replace(None, Some(&entry.to_bytes())));
    id
}

fn follow(list: &mut BTreeMap<Uid, Entry>, changes: &[Change]) {
    for change in changes {
        match change {
            Change::Put(entry) => drop(list.insert(entry.uid, entry.clone())),
            Change::Remove(uid) => drop(list.remove(uid)),
            Change::Calendar(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32,
        rng_seed: RngSeed::Fixed(2_718),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_followed_change_by_change_is_what_is_compiled_anew(edits in edits()) {
        let mut bench = Bench::new();
        let Found { mut through, new, .. } = all(&bench.site, Some(&bench.keys)).unwrap();
        let mut states: BTreeMap<DoorId, DoorState> =
            new.iter().map(|door| (door.door.clone(), door.state.clone())).collect();
        let mut known: BTreeMap<DoorId, WhitelistId> =
            new.into_iter().map(|door| (door.door, door.whitelist)).collect();
        let mut lists: BTreeMap<&str, BTreeMap<Uid, Entry>> = DOORS.map(|door| (door, BTreeMap::new())).into();
        let mut history: Vec<(WhitelistId, BTreeMap<Uid, Entry>)> = Vec::new();
        for edit in &edits {
            bench.apply(edit);
            let found = since(&bench.site, Some(&bench.keys), through, &known).unwrap();
            for (door, state) in super::states(&bench.site, through).unwrap().into_iter().flat_map(|found| found.states) {
                states.insert(door, state);
            }
            if let Some(found) = found {
                through = found.through;
                assert!(found.new.is_empty());
                for door in found.lists {
                    known.insert(door.door.clone(), door.whitelist);
                    if let Some(list) = lists.get_mut(door.door.as_str()) {
                        follow(list, &door.changes.unwrap());
                    }
                }
            }
            for (door, state) in &states {
                prop_assert_eq!(state, &bench.site.door_state(door, through).unwrap());
            }
            for name in DOORS {
                let (anew, wanted) = (bench.list(name, through), known[&name.parse().unwrap()]);
                prop_assert_eq!(&lists[name], &anew);
                prop_assert_eq!(id_of(&anew, wanted.generation), wanted);
                prop_assert_eq!(&bench.list(name, wanted.generation), &anew, "as of its own generation");
            }
            history.push((known[&"ward".parse().unwrap()], lists["ward"].clone()));
        }
        let ward: DoorId = "ward".parse().unwrap();
        let (to, last) = history.last().unwrap();
        for (from, then) in history.iter().filter(|(from, _)| from != to) {
            let part = delta(&bench.site, Some(&bench.keys), &ward, *from, *to).unwrap();
            let Some(WhitelistPart::Delta { changes, .. }) = part else { panic!("the history does not lead there") };
            let mut list = then.clone();
            follow(&mut list, &changes);
            prop_assert_eq!(&list, last);
        }
    }
}

#[test]
fn only_a_door_that_asks_gets_keys_and_only_it_can_open_them() {
    let mut bench = Bench::new();
    for edit in [
        Edit::List(0, 0),
        Edit::List(0, 1),
        Edit::List(1, 1),
        Edit::List(2, 1),
        Edit::Encode(0, 1, Outcome::Done),
        Edit::Encode(1, 2, Outcome::Interrupted),
        Edit::Encode(2, 3, Outcome::Done),
        Edit::Read(1, Reading::Sector),
    ] {
        bench.apply(&edit);
    }
    let latest = bench.site.latest().unwrap();
    assert!(bench.list("attic", latest).values().all(|entry| entry.keys.is_none()));
    let ward = bench.list("ward", latest);
    assert!(ward[&uid(1)].keys.is_none(), "it may not be on the card");
    assert!(ward[&uid(2)].keys.is_none(), "there are no masters of its version");
    let sealed = ward[&uid(0)].keys.as_ref().unwrap();
    let keys = open(&DoorKey::new([2; 32]), &uid(0), sealed).unwrap();
    assert_eq!((keys.sector, keys.issue), (Sector::LAST, 1));
    assert!(open(&DoorKey::new([1; 32]), &uid(0), sealed).is_err());
    assert!(open(&DoorKey::new([2; 32]), &uid(1), sealed).is_err());
    let mut without = Vec::new();
    compile::of_door(&bench.site, None, &"ward".parse().unwrap(), latest, |entry| without.push(entry)).unwrap();
    assert!(without.iter().all(|entry| entry.keys.is_none()) && without.len() == 3);
}
