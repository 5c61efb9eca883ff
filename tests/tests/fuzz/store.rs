//! A door's file under pieces of lists and states that its controller never made: the list in force is the one before
//! or exactly the one that was promised, and no generation goes back.

use access::calendar::Calendar;
use access::entry::Entry;
use access::state::DoorState;
use access::whitelist::{Generation, WhitelistId, WhitelistPart};
use db::door::{Applied, Lookup, WhitelistStore};

use super::files::memory;
use super::fuzz::{FEW, alone, run};
use super::samples::{bytes_of, delta, entries, list, state, whole};

/// A door that has the list of generation 10.
struct Door {
    store: WhitelistStore,
    lookup: Lookup,
    _folder: tempfile::TempDir,
}

impl Door {
    fn new() -> Self {
        let folder = memory();
        let path = folder.path().join("whitelist.db");
        let mut store = WhitelistStore::open(&path).unwrap();
        assert_eq!(store.apply(&whole(10)).unwrap(), Applied::InForce(list(10)));
        Self { store, lookup: Lookup::open(&path).unwrap(), _folder: folder }
    }

    /// The list in force as `meta` has it, and as it comes out of the cards and the calendar that are found.
    fn in_force(&mut self) -> (WhitelistId, WhitelistId) {
        let told = self.store.current().unwrap();
        let mut found = WhitelistId { generation: told.generation, ..WhitelistId::default() };
        for entry in entries() {
            let card = self.lookup.lookup(&entry.uid).unwrap();
            assert_eq!(card.generation, told.generation);
            found.replace(None, card.entry.as_ref().map(Entry::to_bytes).as_deref());
        }
        found.replace_calendar(&Calendar::empty(), &self.lookup.calendar().unwrap());
        (told, found)
    }
}

#[test]
fn a_piece_of_a_list_is_taken_whole_or_not_at_all() {
    let alone = alone();
    let mut door = Door::new();
    let samples = bytes_of(&[delta(10, 11), whole(11), whole(10), whole(9), delta(9, 10)]);
    run(&alone, &samples, FEW, |bytes, _| {
        let Ok(part) = postcard::from_bytes::<WhitelistPart>(bytes) else { return false };
        let (WhitelistPart::Delta { to: promised, .. } | WhitelistPart::Chunk { to: promised, .. }) = part;
        let applied = door.store.apply(&part);
        let (told, found) = door.in_force();
        if told != list(10) {
            assert_eq!((applied.unwrap(), told), (Applied::InForce(promised), promised));
            assert!(told.generation > Generation(10), "a list went back");
        }
        // A card that no sample has can only have come with a digest that was promised for it.
        if told.entries == found.entries {
            assert_eq!(told, found, "the list is not the one that was promised");
        }
        if told != list(10) {
            door = Door::new();
        }
        true
    });
}

#[test]
fn a_state_is_taken_only_if_it_is_newer_and_within_its_bounds() {
    let alone = alone();
    let mut door = Door::new();
    run(&alone, &bytes_of(&[state(1), state(5), DoorState::default()]), FEW, |bytes, chance| {
        let Ok(mut offered) = postcard::from_bytes::<DoorState>(bytes) else { return false };
        let before = door.store.state().unwrap();
        if chance.below(2) == 0 {
            offered.generation = Generation(before.generation.0.saturating_add(1));
        }
        let _ = door.store.set_state(&offered).unwrap();
        let after = door.store.state().unwrap();
        assert!(after == before || after == offered && after.generation > before.generation, "a state went back");
        assert_eq!(after.check(), Ok(()));
        if after.generation.0 > u64::MAX / 2 {
            door = Door::new();
        }
        true
    });
}
