//! A database of the version before goes over to this one with what it meant.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use access::message::Leaf;
use access::mode::Lockdown;
use access::settings::{DoorSettings, Reading, Times};
use access::time::{UtcMs, UtcS};
use access::whitelist::Generation;
use db::site::{Site, copies, end_copies, older};
use refinery::Target;
use rusqlite::Connection;

use crate::support::{door, site_id};

mod embedded {
    refinery::embed_migrations!("migrations/site");
}

/// What the second version wrote: two doors, of which the ward was locked down by change 3 and is still.
const ROWS: &str = "
    INSERT INTO site (id, name, log_head) VALUES (1, 'hospital', zeroblob(32));
    INSERT INTO change VALUES (1, 1000, 'maija', 'door-add', 'ward'), (2, 2000, 'maija', 'door-add', 'attic'),
        (3, 3000, 'maija', 'door-mode', 'ward locked-down');
    INSERT INTO door (number, id, name, kind, since) VALUES (1, 'ward', 'Ward', 'door', 1), (2, 'attic', 'Attic', 'door', 2);
    INSERT INTO door_setting (door, mode, mode_until_s, release_ms, reading, since, until)
        VALUES (1, 'normal', NULL, 20000, 'sector', 1, 3), (2, 'normal', NULL, 5000, 'uid-only', 2, NULL),
               (1, 'locked-down', 99, 20000, 'sector', 3, NULL);
    INSERT INTO card VALUES (x'01020304', 'visitor', '01020304', NULL, 1);
    INSERT INTO door_status VALUES (1, 1, 5, 1, 1, 1, 1, '1', 1, 1, 1, 0, 'kept', 1, zeroblob(32), 0, 3, 0,
        'locked-down', 0, 0, 1, 0, 1, 0);
    INSERT INTO event (door, epoch, sequence, received_ms, at_ms, code, uid, body, link, link_ok)
        VALUES (1, 1, 1, 5, 4500, 'granted', x'01020304', x'00', zeroblob(32), 1);";

#[test]
fn a_database_of_the_second_version_goes_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = of_schema(folder.path(), 2);
    let site = Site::open(&path, &site_id()).unwrap();
    let state = |name: &str, at| site.door_state(&door(name), Generation(at)).unwrap();
    let locked = Some(Lockdown { until: Some(UtcS(99)) });
    assert_eq!((state("ward", 2).lockdown, state("ward", 3).lockdown), (None, locked));
    assert_eq!((state("ward", 2).generation, state("ward", 3).generation), (Generation(1), Generation(3)));
    let latest = site.latest().unwrap();
    assert_eq!(latest, Generation(4));
    for name in ["ward", "attic"] {
        assert_eq!(state(name, latest.0).generation, latest, "every door is to hear its state anew");
    }
    assert_eq!(state("attic", latest.0).settings, DoorSettings::default());
    let times = Times { release_ms: 20_000, ..Times::DEFAULT };
    let long_times = Times { release_ms: 20_000, ..Times::DEFAULT_LONG };
    let settings = DoorSettings { times, long_times, reading: Reading::Sector, ..DoorSettings::default() };
    let view = site.door(&door("ward")).unwrap();
    assert_eq!((view.settings, view.lockdown, view.leaf), (settings, locked, Some(Leaf::Open)));
    let listed = site.lockdowns(Some(UtcS(98)), 9).unwrap().remove(0);
    assert_eq!((listed.operator.as_str(), listed.at.0, listed.name.as_str()), ("maija", 3_000, "Ward"));
    let used = Connection::open(&path).unwrap();
    let last: i64 = used.query_row("SELECT last_ms FROM card_use", [], |row| row.get(0)).unwrap();
    assert_eq!(last, 4_500);
}

#[test]
fn the_rows_of_before_are_chained_once_and_from_where_it_was_left() {
    let bench = crate::support::Bench::with_doors(&["ward"]);
    bench.site.intake(&[crate::support::Journal::of("ward", 1, 50).report(1, 50)]).unwrap();
    let (head, path) = (bench.site.log_head().unwrap(), bench.folder.path().join("site.db"));
    let db = Connection::open(&path).unwrap();
    // As the version before left it, after a power cut at row 20.
    db.execute_batch(
        "UPDATE event SET head = NULL WHERE id > 20; UPDATE change SET salt = NULL, commitment = NULL, head = NULL;
         UPDATE site SET log_chain = 1, log_row = 20, log_head = (SELECT head FROM event WHERE id = 20),
             change_number = 0, change_head = NULL;",
    )
    .unwrap();
    let bench = bench.reopen();
    assert_eq!(bench.site.log_head().unwrap(), head);
    let mut check = bench.site.check_log().unwrap();
    let end = loop {
        match bench.site.check_log_on(&mut check, 9, &|_| false).unwrap() {
            db::site::Checked::More { .. } => {}
            end => break end,
        }
    };
    assert!(matches!(end, db::site::Checked::Whole(whole) if (whole.rows, whole.changes) == (50, 1)), "{end:?}");
    // A row that somebody adds later is not taken for one of before.
    db.execute_batch("INSERT INTO event SELECT 51, door, 7, 1, received_ms, at_ms, code, reasons, uid, salt, commitment, body, link, 0, NULL
         FROM event WHERE id = 1")
        .unwrap();
    let bench = bench.reopen();
    let heads: i64 = db.query_row("SELECT COUNT(*) FROM event WHERE head IS NULL", [], |row| row.get(0)).unwrap();
    assert_eq!((heads, bench.site.log_head().unwrap().row), (1, 50));
}

/// A database of this schema, with one door, as the program of then left it.
fn of_schema(folder: &Path, schema: i32) -> PathBuf {
    let path = folder.join("site.db");
    let mut old = Connection::open(&path).unwrap();
    old.pragma_update(None, "application_id", u32::from_be_bytes(*b"KulS")).unwrap();
    old.pragma_update(None, "journal_mode", "WAL").unwrap();
    embedded::migrations::runner().set_target(Target::Version(schema)).run(&mut old).unwrap();
    old.execute_batch(ROWS).unwrap();
    path
}

fn newest_schema() -> i64 {
    let versions = embedded::migrations::runner().get_migrations().iter().map(|one| i64::from(one.version())).max();
    versions.unwrap()
}

fn schema(path: &Path) -> i64 {
    let db = Connection::open(path).unwrap();
    db.query_row("SELECT MAX(version) FROM refinery_schema_history", [], |row| row.get(0)).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect();
    names.sort();
    names
}

#[test]
fn what_is_migrated_is_kept_beside_it_first_as_it_was_and_can_be_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = of_schema(folder.path(), 2);
    let known = newest_schema();
    let found = older(&path).unwrap().unwrap();
    assert_eq!((found.found, found.known, schema(&path)), (2, known, 2), "looking changes nothing");
    let site = Site::open(&path, &site_id()).unwrap();
    assert_eq!(schema(&path), known);
    assert_eq!(older(&path).unwrap(), None);
    let copy = format!("site.db.before-schema-{known}");
    assert_eq!(names(folder.path()), ["site.db".to_owned(), copy.clone()]);
    let copy = folder.path().join(copy);
    assert_eq!((&found.copy, fs::metadata(&copy).unwrap().permissions().mode() & 0o777), (&copy, 0o600));
    assert_eq!(copies(&path).unwrap().iter().map(|kept| kept.number).collect::<Vec<_>>(), [known]);
    drop(site);
    // The program of before goes on with it, and does not see what came after.
    fs::rename(&copy, &path).unwrap();
    assert_eq!(schema(&path), 2);
    let db = Connection::open(&path).unwrap();
    let rows =
        |table: &str| -> i64 { db.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).unwrap() };
    assert_eq!((rows("door"), rows("change"), rows("event")), (2, 3, 1));
}

#[test]
fn nothing_is_kept_of_a_database_that_is_new_or_of_this_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    assert_eq!(older(&path).unwrap(), None, "it is not there");
    for _ in 0..2 {
        drop(Site::open(&path, &site_id()).unwrap());
        assert_eq!(names(folder.path()), ["site.db"]);
    }
}

#[test]
fn two_copies_are_kept_the_newest_always_and_each_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = of_schema(folder.path(), 2);
    // Of attempts before, the last one of a program that was gone back from; and what an attempt left that was cut off.
    let old = |name: &str, days: u64| {
        let file = fs::File::create(folder.path().join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(days * 86_400)).unwrap();
    };
    let known = newest_schema();
    let copy = format!("site.db.before-schema-{known}");
    old("site.db.before-schema-1", 40);
    old("site.db.before-schema-900", 31);
    old(&copy, 35);
    old(&format!("{copy}.new"), 35);
    drop(Site::open(&path, &site_id()).unwrap());
    let newest = "site.db.before-schema-900".to_owned();
    assert_eq!(names(folder.path()), ["site.db".to_owned(), copy.clone(), newest]);
    assert_eq!(schema(&folder.path().join(&copy)), 2, "it is the one of now");
    let now = |days: i64| {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        UtcMs(i64::try_from(since.as_millis()).unwrap() + days * 86_400_000)
    };
    assert_eq!(end_copies(&path, now(0)).unwrap(), 1);
    assert_eq!(names(folder.path()), ["site.db".to_owned(), copy]);
    assert_eq!((end_copies(&path, now(29)).unwrap(), end_copies(&path, now(31)).unwrap()), (0, 1));
    assert_eq!(names(folder.path()), ["site.db"]);
}

#[test]
fn a_damaged_database_is_not_migrated_and_no_copy_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = of_schema(folder.path(), 2);
    let db = Connection::open(&path).unwrap();
    // A door that its settings belong to, and that is not there.
    db.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM door WHERE number = 2;").unwrap();
    drop(db);
    let text = Site::open(&path, &site_id()).err().unwrap().to_string();
    assert!(text.contains("was not migrated") && text.contains("not sound"), "{text}");
    assert_eq!((schema(&path), names(folder.path())), (2, vec!["site.db".to_owned()]));
}
