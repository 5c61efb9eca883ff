//! Files that are not what they should be are refused, by name and with a remedy.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use access::id::SiteId;
use access::time::Window;
use db::site::{CardKind, ImportCard, ImportPerson, Site};
use tempfile::TempDir;

use crate::support::{ACTOR, Bench, site_id, uid};

/// A sound file of which nothing is left in the write-ahead log.
fn sound() -> (TempDir, PathBuf) {
    let bench = Bench::with_doors(&["ward"]);
    for number in 0..50 {
        bench.add_card(number);
    }
    let Bench { folder, site } = bench;
    let path = folder.path().join("site.db");
    drop(site);
    assert!(!folder.path().join("site.db-wal").exists());
    (folder, path)
}

/// What opening says, which must name the file.
fn refusal(path: &Path) -> String {
    let Err(error) = Site::open(path, &site_id()) else {
        panic!("{path:?} was opened");
    };
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()), "{text}");
    text
}

#[test]
fn a_new_file_is_its_owners_alone_and_nothing_is_left_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    let site = Site::open(&path, &site_id()).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!folder.path().join("site.db.new").exists());
    assert_eq!(site.id(), &site_id());
}

#[test]
fn what_a_power_cut_left_of_a_creation_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("site.db.new"), b"half").unwrap();
    let site = Site::open(&folder.path().join("site.db"), &site_id()).unwrap();
    assert_eq!(site.latest().unwrap().0, 0);
}

#[test]
fn a_truncated_file_is_refused_wherever_it_was_cut() {
    let (_folder, path) = sound();
    let whole = fs::metadata(&path).unwrap().len();
    for length in [whole - 1, whole - 4096, whole / 2, 4096, 120, 99, 50, 3] {
        File::options().write(true).open(&path).unwrap().set_len(length).unwrap();
        let text = refusal(&path);
        assert!(text.contains("truncated") && text.contains("put a backup back"), "{text}");
    }
    File::create(&path).unwrap();
    assert!(refusal(&path).contains("is empty"));
}

#[test]
fn a_truncated_file_is_refused_beside_a_write_ahead_log_too() {
    let bench = Bench::with_doors(&["ward"]);
    bench.add_card(1);
    let left = tempfile::tempdir().unwrap();
    for name in ["site.db", "site.db-wal"] {
        fs::copy(bench.folder.path().join(name), left.path().join(name)).unwrap();
    }
    let path = left.path().join("site.db");
    let length = fs::metadata(&path).unwrap().len();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
    assert!(refusal(&path).contains("truncated"));
}

/// A power cut in the middle of a checkpoint: the first page tells of pages that are in the log only.
#[test]
fn a_file_whose_missing_pages_are_in_the_write_ahead_log_is_mended() {
    let bench = Bench::with_doors(&["ward"]);
    let card =
        |number| ImportCard { uid: uid(number), kind: CardKind::Staff, window: Window::ALWAYS, doors: Vec::new() };
    let person =
        ImportPerson { name: "Aino".to_owned(), cards: (0..250).map(card).collect(), ..ImportPerson::default() };
    bench.site.import(&ACTOR, &[person]).unwrap();
    let left = tempfile::tempdir().unwrap();
    for name in ["site.db", "site.db-wal"] {
        fs::copy(bench.folder.path().join(name), left.path().join(name)).unwrap();
    }
    let path = left.path().join("site.db");
    let wal = fs::read(left.path().join("site.db-wal")).unwrap();
    let mut pages = wal[32..].chunks_exact(24 + 4096).rev();
    let first = pages.find(|frame| frame[..4] == [0, 0, 0, 1]).unwrap();
    let mut main = fs::read(&path).unwrap();
    main[..4096].copy_from_slice(&first[24..]);
    let needs = 4096 * u64::from(u32::from_be_bytes(main[28..32].try_into().unwrap()));
    assert!(needs > main.len() as u64, "the file has grown in the log");
    fs::write(&path, main).unwrap();
    let site = Site::open(&path, &site_id()).unwrap();
    assert_eq!(site.latest().unwrap(), bench.latest());
}

#[test]
fn foreign_files_are_refused_and_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    fs::write(&path, "Dear diary".repeat(50)).unwrap();
    assert!(refusal(&path).contains("is not a site database"));
    assert_eq!(fs::read(&path).unwrap(), "Dear diary".repeat(50).as_bytes());
    fs::remove_file(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE cat (name TEXT)").unwrap();
    other.close().unwrap();
    assert!(refusal(&path).contains("is not a site database"));
}

#[test]
fn a_file_of_a_newer_program_is_refused() {
    let (_folder, path) = sound();
    let newer = rusqlite::Connection::open(&path).unwrap();
    let history = "INSERT INTO refinery_schema_history VALUES (900, 'later', '2030-01-01T00:00:00Z', '1')";
    newer.execute_batch(history).unwrap();
    newer.close().unwrap();
    let text = refusal(&path);
    assert!(text.contains("schema 900") && text.contains("newer program"), "{text}");
}

#[test]
fn the_database_of_another_site_is_refused() {
    let (_folder, path) = sound();
    let other: SiteId = "school".parse().unwrap();
    let Err(error) = Site::open(&path, &other) else {
        panic!("the file of another site was opened");
    };
    let text = error.to_string();
    assert!(text.contains("hospital") && text.contains("school"), "{text}");
    assert!(Site::open(&path, &site_id()).is_ok());
}

#[test]
fn a_folder_that_is_not_there_and_a_folder_in_place_of_the_file_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = refusal(&folder.path().join("nowhere/site.db"));
    assert!(text.contains("cannot be opened") && text.contains("rights"), "{text}");
    refusal(folder.path());
}

#[test]
fn everything_is_there_when_the_file_is_opened_again() {
    let bench = Bench::with_doors(&["ward"]);
    let card = bench.add_card(1);
    let before = bench.site.card(&card).unwrap();
    let bench = bench.reopen();
    assert_eq!(bench.site.card(&card).unwrap(), before);
    assert_eq!(*bench.site.changes().borrow(), 2);
}
