//! What a door remembers of cards, in its database.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use access::credential::block::Token;
use access::state::{Counter, Counters};
use access::uid::Uid;
use access::whitelist::Generation;
use db::door::{Lookup, Seen, WHITELIST_FILE, WhitelistStore};

fn uid() -> Uid {
    "04A1B2C3D4E5F6".parse().unwrap()
}

fn seen(issue: u8, counter: u32, nonce: u16, in_doubt: u8) -> Seen {
    Seen { uid: uid(), issue, token: Token { counter, nonce }, in_doubt }
}

struct Bench {
    _folder: tempfile::TempDir,
    store: WhitelistStore,
    lookup: Lookup,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(WHITELIST_FILE);
    let store = WhitelistStore::open(&path).unwrap();
    let lookup = Lookup::open(&path).unwrap();
    Bench { _folder: folder, store, lookup }
}

#[test]
fn what_was_noted_is_read_and_never_goes_back() {
    let mut bench = bench();
    assert_eq!(bench.lookup.seen(&uid()).unwrap(), None);
    bench.store.note_seen(&[seen(1, 5, 7, 0)]).unwrap();
    assert_eq!(bench.lookup.seen(&uid()).unwrap(), Some(seen(1, 5, 7, 0)));
    bench.store.note_seen(&[seen(1, 4, 9, 2)]).unwrap();
    assert_eq!(bench.lookup.seen(&uid()).unwrap(), Some(seen(1, 5, 7, 2)), "the doubts are of the last tap");
    bench.store.note_seen(&[seen(1, 5, 8, 0), seen(1, 6, 1, 0)]).unwrap();
    assert_eq!(bench.lookup.seen(&uid()).unwrap(), Some(seen(1, 6, 1, 0)));
}

#[test]
fn a_new_encoding_begins_anew_also_when_its_number_wraps() {
    let mut bench = bench();
    bench.store.note_seen(&[seen(255, 500, 7, 1)]).unwrap();
    bench.store.note_seen(&[seen(0, 2, 3, 0)]).unwrap();
    assert_eq!(bench.lookup.seen(&uid()).unwrap(), Some(seen(0, 2, 3, 0)));
}

#[test]
fn what_other_doors_saw_is_seen_too() {
    let mut bench = bench();
    bench.store.note_seen(&[seen(1, 5, 7, 2)]).unwrap();
    let raise = |issue, value| Counters {
        generation: Generation(9),
        counters: vec![Counter { uid: uid(), issue, value, nonce: 44 }],
    };
    bench.store.raise_counters(&raise(1, 4)).unwrap();
    assert_eq!(bench.lookup.seen(&uid()).unwrap(), Some(seen(1, 5, 7, 2)));
    bench.store.raise_counters(&raise(1, 9)).unwrap();
    assert_eq!(bench.lookup.seen(&uid()).unwrap(), Some(seen(1, 9, 44, 2)));
    bench.store.raise_counters(&raise(2, 1)).unwrap();
    assert_eq!(bench.lookup.seen(&uid()).unwrap(), Some(seen(2, 1, 44, 0)));
}
