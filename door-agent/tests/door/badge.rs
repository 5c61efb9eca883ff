//! A door that reads the badge: from the card through the loop to the lock and the journal.

use access::calendar::Calendar;
use access::credential::sealed::seal;
use access::decide::Credential;
use access::entry::{Block, Blocks, Entry};
use access::envelope::DoorKey;
use access::event::{Event, EventKind};
use access::settings::{DoorSettings, Reading};
use access::state::DoorState;
use access::time::Window;
use access::uid::Uid;
use access::whitelist::{Generation, WhitelistId, WhitelistPart};
use db::door::{Applied, Lookup, Pending, StateApplied, WHITELIST_FILE, WhitelistStore};
use mfrc522_emulator::VirtualCard;
use serde_json::{Value, json};

use crate::bench::{Bench, prepare};
use crate::site::{Site, UID_4, UID_7};

fn entry(uid: &[u8], encoded: bool) -> Entry {
    let uid = Uid::new(uid).unwrap();
    let keys = encoded.then(|| seal(&DoorKey::new([7; 32]), &uid, &Site::new().keys(&uid, 1)));
    Entry { keys, ..Entry::granting(uid, [Window::ALWAYS]) }
}

const BARE: [u8; 4] = [0x21, 0xA0, 0x62, 0xBD];
const BLOCKED: [u8; 4] = [0x31, 0xA0, 0x62, 0xBD];

/// A door with this reading, and the cards that lie beside it.
async fn door(reading: Reading) -> Bench {
    let (folder, config) = prepare();
    let mut store = WhitelistStore::open(&folder.path().join(WHITELIST_FILE)).unwrap();
    let from = store.current().unwrap();
    let entries = [
        entry(&UID_4, true),
        entry(&UID_7, true),
        entry(&BARE, false),
        Entry { blocks: Blocks::NONE.with(Block::Suspended), ..entry(&BLOCKED, true) },
    ];
    // A list of its own, so that the one from before does not matter.
    let mut to = WhitelistId { generation: Generation(from.generation.0 + 1), ..WhitelistId::default() };
    entries.iter().for_each(|entry| to.replace(None, Some(&entry.to_bytes())));
    let part =
        WhitelistPart::Chunk { to, index: 0, count: 1, calendar: Some(Calendar::empty()), entries: entries.to_vec() };
    assert_eq!(store.apply(&part).unwrap(), Applied::InForce(to));
    let settings = DoorSettings { reading, ..DoorSettings::default() };
    let state = DoorState { generation: Generation(3), settings, ..DoorState::default() };
    assert_eq!(store.set_state(&state).unwrap(), StateApplied::InForce);
    drop(store);
    let site = Site::new();
    let cards = vec![
        ("original".to_owned(), site.card(&UID_4, 1)),
        ("copy".to_owned(), site.card(&UID_4, 1)),
        ("long".to_owned(), site.card(&UID_7, 1)),
        ("bare".to_owned(), site.card(&BARE, 1)),
        ("number".to_owned(), VirtualCard::classic_1k(&UID_7).unwrap()),
        ("blocked".to_owned(), site.card(&BLOCKED, 1)),
    ];
    Bench::start_with(folder, config, cards).await
}

async fn reasons(bench: &Bench, card: &str) -> Value {
    bench.tap(card).await["reasons"].clone()
}

async fn events(bench: Bench) -> Vec<Event> {
    let journal = bench.journal();
    let _folder = bench.stop().await;
    Pending::open(&journal).unwrap().pending(0, 1_000).unwrap().events
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reading_lets_good_cards_in_and_keeps_others_out() {
    for reading in [Reading::Sector, Reading::RollingLenient, Reading::RollingStrict] {
        let bench = door(reading).await;
        for round in 0..3 {
            for card in ["original", "long"] {
                assert_eq!(reasons(&bench, card).await, json!([]), "{reading:?} {card} {round}");
            }
        }
        assert_eq!(reasons(&bench, "number").await, json!(["credential-unreadable"]), "{reading:?}");
        assert_eq!(reasons(&bench, "bare").await, json!(["card-not-encoded"]), "{reading:?}");
        assert_eq!(reasons(&bench, "blocked").await, json!(["card-suspended"]), "its credential is no reason");
        let copied = if reading.rolls() { json!(["card-cloned"]) } else { json!([]) };
        assert_eq!(reasons(&bench, "copy").await, copied, "{reading:?}");
        bench.stop().await;
    }
    let bench = door(Reading::UidOnly).await;
    assert_eq!(reasons(&bench, "number").await, json!([]), "weak, as it is shown everywhere");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_tells_how_the_counter_moved() {
    let bench = door(Reading::RollingStrict).await;
    for card in ["original", "original", "copy"] {
        bench.tap(card).await;
    }
    let taps: Vec<(Credential, Option<access::event::Rolling>)> = events(bench)
        .await
        .into_iter()
        .filter_map(|event| match event.kind {
            EventKind::Tap { credential, rolling, .. } => Some((credential, rolling)),
            _ => None,
        })
        .collect();
    let [(first, one), (second, two), (third, three)] = taps[..] else { panic!("{taps:?}") };
    assert_eq!([first, second, third], [Credential::Verified, Credential::Verified, Credential::Cloned]);
    let (one, two, three) = (one.unwrap(), two.unwrap(), three.unwrap());
    assert_eq!(one.written, two.found);
    assert_eq!((three.found, three.written, three.issue), (one.found, None, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_outlives_the_agent() {
    let bench = door(Reading::RollingStrict).await;
    bench.tap("original").await;
    let (folder, config) = (bench.folder.path().to_path_buf(), bench.folder.path().join("agent.toml"));
    let kept = bench.stop().await;
    let seen = Lookup::open(&folder.join(WHITELIST_FILE)).unwrap().seen(&Uid::new(&UID_4).unwrap()).unwrap();
    assert_eq!(seen.unwrap().token.counter, 2);
    let cards = vec![("copy".to_owned(), Site::new().card(&UID_4, 1))];
    let bench = Bench::start_with(kept, config, cards).await;
    assert_eq!(reasons(&bench, "copy").await, json!(["card-cloned"]));
    bench.stop().await;
}
