//! A door's data folder with a long whitelist.

use access::calendar::Calendar;
use access::entry::{Condition, Entry};
use access::state::DoorState;
use access::time::{UtcS, Window};
use access::uid::Uid;
use access::whitelist::{Generation, PART_ENTRIES_MAX, WhitelistId, WhitelistPart};
use db::door::{Applied, WHITELIST_FILE, WhitelistStore};

/// The first number on the command line, or a million.
pub(crate) fn entries_wanted() -> u32 {
    std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000)
}

/// Seven bytes, spread over the list like real ones.
pub(crate) fn uid(number: u32) -> Uid {
    let [a, b, c, d] = number.wrapping_mul(2_654_435_761).to_be_bytes();
    Uid::new(&[4, a, b, c, d, 0x5A, 0x80]).unwrap()
}

fn entry(number: u32) -> Entry {
    let window = Window::new(UtcS(1_700_000_000), UtcS(1_900_000_000));
    let mut entry = Entry { card: window, certificate: window, ..Entry::granting(uid(number), [Window::ALWAYS]) };
    entry.terms.iter_mut().for_each(|term| term.employment = Condition::Needed(vec![window]));
    entry
}

/// A folder with a list of so many entries in force.
pub(crate) fn filled(entries: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut store = WhitelistStore::open(&folder.path().join(WHITELIST_FILE)).unwrap();
    let mut to = WhitelistId { generation: Generation(1), ..WhitelistId::default() };
    (0..entries).for_each(|number| to.replace(None, Some(&entry(number).to_bytes())));
    let size = u32::try_from(PART_ENTRIES_MAX).unwrap();
    let count = entries.div_ceil(size);
    for index in 0..count {
        let numbers = index * size..entries.min((index + 1) * size);
        let calendar = (index == 0).then(Calendar::empty);
        let part = WhitelistPart::Chunk { to, index, count, calendar, entries: numbers.map(entry).collect() };
        assert!(!matches!(store.apply(&part).unwrap(), Applied::Refused(_)));
    }
    assert_eq!(store.current().unwrap(), to);
    store.set_state(&DoorState { generation: Generation(1), ..DoorState::default() }).unwrap();
    folder
}

/// Whether it worked: only root may.
pub(crate) fn drop_page_cache() -> bool {
    std::process::Command::new("sync").status().is_ok_and(|status| status.success())
        && std::fs::write("/proc/sys/vm/drop_caches", "3").is_ok()
}
