//! What a door knows of the time after a boot.

use access::time::UtcMs;
use db::door::{KnownTime, WHITELIST_FILE, WhitelistStore};

#[test]
fn what_was_noted_of_the_time_is_there_after_a_boot_and_may_go_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(WHITELIST_FILE);
    assert_eq!(WhitelistStore::open(&path).unwrap().known_time().unwrap(), KnownTime::default());
    let poisoned =
        KnownTime { known: UtcMs(4_000_000_000_000), confirmed: Some(UtcMs(1_800_000_000_000)), too_old: true };
    let repaired = KnownTime { known: UtcMs(1_800_000_000_001), confirmed: None, too_old: false };
    for time in [poisoned, repaired] {
        WhitelistStore::open(&path).unwrap().note_known_time(&time).unwrap();
        assert_eq!(WhitelistStore::open(&path).unwrap().known_time().unwrap(), time);
    }
}
