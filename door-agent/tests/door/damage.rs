//! Cards that were copied back from an image, and files that were damaged while the agent was off.

use std::path::Path;

use access::event::{DoorFile, EpochCause, EventKind};
use access::whitelist::Generation;
use db::door::{JOURNAL_FILE, Journal, WHITELIST_FILE};
use serde_json::json;

use crate::bench::Bench;
use crate::wire::site;

async fn again(folder: tempfile::TempDir) -> Bench {
    let config = folder.path().join("agent.toml");
    Bench::start_in(folder, config).await
}

fn overwrite(path: &Path, from: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[from..].fill(0x5A);
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_was_copied_back_begins_a_new_epoch_and_tells_what_only_it_has() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    bench.tap("short").await;
    controller.event(|kind| kind.code() == "granted").await;
    let folder = bench.stop().await;
    let image = std::fs::read(folder.path().join(JOURNAL_FILE)).unwrap();

    let bench = again(folder).await;
    bench.tap("unlisted").await;
    controller.event(|kind| kind.code() == "denied").await;
    let folder = bench.stop().await;
    let old = Journal::open(&folder.path().join(JOURNAL_FILE), 0).unwrap().start();

    std::fs::write(folder.path().join(JOURNAL_FILE), image).unwrap();
    let bench = again(folder).await;
    let began = controller.event(|kind| matches!(kind, EventKind::EpochBegan { .. })).await;
    let EventKind::EpochBegan { before, through, .. } = began.kind else { panic!("{began:?}") };
    assert_eq!((began.sequence, before), (1, old.epoch));
    assert!(through < old.head, "only what both have: {through} of {}", old.head);
    bench.tap("long").await;
    controller.event(|kind| kind.code() == "granted").await;
    let head = bench.get("/state").await["journal"]["head"].as_u64().unwrap();
    bench.until("all is acknowledged", |state| state["journal"]["acknowledged"].as_u64() >= Some(head)).await;
    let folder = bench.stop().await;
    let start = Journal::open(&folder.path().join(JOURNAL_FILE), 0).unwrap().start();
    assert_ne!(start.epoch, old.epoch);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_list_is_made_anew_and_the_door_says_so_and_denies_until_it_is_filled() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let folder = bench.stop().await;
    overwrite(&folder.path().join(WHITELIST_FILE), 4_096);
    let bench = again(folder).await;
    controller.event(|kind| *kind == EventKind::Rebuilt { file: DoorFile::Whitelist }).await;
    let status = controller.status(|status| status.whitelist.generation == Generation(0)).await;
    assert_eq!(status.whitelist, access::whitelist::WhitelistId::default());
    assert_eq!(bench.tap("short").await["reasons"], json!(["no-whitelist"]));
    let folder = bench.stop().await;
    assert!(folder.path().join(format!("{WHITELIST_FILE}.damaged-1")).exists(), "the damaged one is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_journal_goes_on_in_a_new_epoch() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    controller.event(|kind| *kind == EventKind::Started).await;
    let folder = bench.stop().await;
    overwrite(&folder.path().join(JOURNAL_FILE), 0);
    let bench = again(folder).await;
    let began = controller.event(|kind| matches!(kind, EventKind::EpochBegan { .. })).await;
    assert!(matches!(began.kind, EventKind::EpochBegan { cause: EpochCause::Unreadable, .. }), "{began:?}");
    controller.event(|kind| *kind == EventKind::Rebuilt { file: DoorFile::Journal }).await;
    assert_eq!(bench.tap("short").await["signal"], "granted");
    bench.stop().await;
}

/// A worn-out card has changed a bit of an entry, which SQLite does not notice. The door goes on with what reads until the
/// controller is there, and asks for all of it then.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_what_it_was_is_found_out_and_made_anew_when_the_controller_is_there() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let folder = bench.stop().await;
    let path = folder.path().join(WHITELIST_FILE);
    let mut bytes = std::fs::read(&path).unwrap();
    let uid = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0xA7, 0xB8, 0xC9];
    // The body of the entry begins with its length and its UID; the key of the row beside it has no length.
    let wanted: Vec<u8> = std::iter::once(10).chain(uid).collect();
    let at = bytes.windows(wanted.len()).position(|window| window == wanted).unwrap();
    bytes[at + 1] ^= 0x10;
    std::fs::write(&path, bytes).unwrap();
    let bench = again(folder).await;
    controller.event(|kind| *kind == EventKind::Rebuilt { file: DoorFile::Whitelist }).await;
    bench.until("the disk is well again", |state| state["faults"] == json!([])).await;
    bench.stop().await;
}
