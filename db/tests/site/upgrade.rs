//! A database of the version before goes over to this one with what it meant.

use access::message::Leaf;
use access::mode::Lockdown;
use access::settings::{DoorSettings, Reading, Times};
use access::time::UtcS;
use access::whitelist::Generation;
use db::site::Site;
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
    let path = folder.path().join("site.db");
    let mut old = Connection::open(&path).unwrap();
    old.pragma_update(None, "application_id", u32::from_be_bytes(*b"KulS")).unwrap();
    old.pragma_update(None, "journal_mode", "WAL").unwrap();
    embedded::migrations::runner().set_target(Target::Version(2)).run(&mut old).unwrap();
    old.execute_batch(ROWS).unwrap();
    drop(old);
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
