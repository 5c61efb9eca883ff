//! How far the logs were handed to a receiver outside: where it begins, what waits, and what a restore makes of it.

use access::time::UtcMs;
use db::site::{PutBack, Site, SoundBackup, SyslogPosition, WithoutDigest, back_up, put_back, syslog_standing_in};

use crate::support::{ACTOR, Bench, Journal, NOW, problem, site_id, tap, uid};

const SERVER: &str = "siem.example:6514";

fn path(bench: &Bench) -> std::path::PathBuf {
    bench.folder.path().join("site.db")
}

#[test]
fn it_begins_with_what_comes_and_the_operator_log_tells_where_to_and_with_what() {
    let bench = Bench::with_doors(&["ward"]);
    bench.site.intake(&[Journal::of("ward", 5, 10).report(1, 4)]).unwrap();
    assert_eq!(bench.site.syslog_standing().unwrap(), None);
    assert_eq!(syslog_standing_in(&path(&bench)).unwrap(), None);
    let before = bench.latest().0;
    let first = bench.site.syslog_begin(&ACTOR, SERVER, false).unwrap();
    assert_eq!(first, SyslogPosition { row: 4, change: before, step: 0, restored: None });
    let told = |bench: &Bench| {
        let all = bench.site.change_log(None, 100).unwrap();
        all.into_iter().filter(|change| change.action == "syslog-set").map(|change| change.detail).collect::<Vec<_>>()
    };
    assert_eq!(told(&bench), ["siem.example:6514, without names"]);
    bench.site.intake(&[Journal::of("ward", 5, 10).report(5, 7)]).unwrap();
    assert_eq!(bench.site.syslog_begin(&ACTOR, SERVER, false).unwrap(), first, "it stands where it stood");
    assert_eq!(bench.site.syslog_begin(&ACTOR, SERVER, true).unwrap(), first);
    assert_eq!(bench.site.syslog_begin(&ACTOR, "other.example:6514", true).unwrap(), first);
    let all = ["other.example:6514, with names", "siem.example:6514, with names", "siem.example:6514, without names"];
    assert_eq!(told(&bench), all);
    assert_eq!(problem(bench.site.syslog_begin(&ACTOR, "", false)), ("server", "empty"));
    assert_eq!(problem(bench.site.syslog_begin(&ACTOR, &"x".repeat(300), false)), ("server", "too-long"));
}

#[test]
fn what_waits_is_read_in_order_and_in_parts_and_stands_in_the_file_for_whoever_looks() {
    let bench = Bench::with_doors(&["ward"]);
    let first = bench.site.syslog_begin(&ACTOR, SERVER, false).unwrap();
    let mut journal = Journal::of("ward", 5, 0);
    journal.events = (1..=5).map(|sequence| tap(sequence, Some(uid(9)), None)).collect();
    let mut report = journal.report(1, 5);
    report.received = UtcMs(NOW.0 + 7);
    bench.site.intake(&[report]).unwrap();
    bench.site.raise_alarm("chain-fork", None, None, UtcMs(NOW.0 + 9)).unwrap();
    let page = bench.site.syslog_page(&first, 3).unwrap();
    assert_eq!(page.events.iter().map(|event| event.row).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(page.changes.iter().map(|change| change.action.as_str()).collect::<Vec<_>>(), ["syslog-set"]);
    assert_eq!(
        page.steps.iter().map(|step| (step.kind.as_str(), step.step.what.as_str())).collect::<Vec<_>>(),
        [("chain-fork", "raised")]
    );
    let event = page.events[2].event.as_ref().unwrap();
    assert_eq!((event.event.subject.unwrap().uid, event.door.as_str()), (uid(9), "ward"));
    assert_eq!(page.events[2].head, Some(bench.site.log_rows(3, 3, 1).unwrap()[0].head));

    let through = SyslogPosition { row: 3, restored: Some(0), ..page.ends };
    bench.site.syslog_through(&through, UtcMs(NOW.0 + 20)).unwrap();
    let standing = bench.site.syslog_standing().unwrap().unwrap();
    assert_eq!((standing.position, standing.moved, standing.server.as_str()), (through, UtcMs(NOW.0 + 20), SERVER));
    assert_eq!((standing.behind, standing.waiting_since), (2, Some(UtcMs(NOW.0 + 7))));
    assert_eq!(syslog_standing_in(&path(&bench)).unwrap(), Some(standing));
    let rest = bench.site.syslog_page(&through, 3).unwrap();
    assert_eq!(rest.events.iter().map(|event| event.row).collect::<Vec<_>>(), [4, 5]);
    assert!(rest.changes.is_empty() && rest.steps.is_empty());
}

#[test]
fn a_row_that_is_no_event_any_more_keeps_those_behind_it_from_nobody() {
    let bench = Bench::with_doors(&["ward"]);
    bench.site.intake(&[Journal::of("ward", 5, 3).report(1, 3)]).unwrap();
    let raw = rusqlite::Connection::open(path(&bench)).unwrap();
    raw.execute("UPDATE event SET body = x'ff', head = x'00' WHERE id = 2", []).unwrap();
    let page = bench.site.syslog_page(&SyslogPosition::default(), 100).unwrap();
    assert_eq!(page.events.iter().map(|row| row.event.is_some()).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(page.events[1].head, None);
}

#[test]
fn a_backup_that_is_put_back_has_its_own_place_and_says_what_is_numbered_anew() {
    let bench = Bench::with_doors(&["ward"]);
    let journal = Journal::of("ward", 5, 30);
    bench.site.intake(&[journal.report(1, 10)]).unwrap();
    bench.site.syslog_begin(&ACTOR, SERVER, false).unwrap();
    let at = |row| SyslogPosition { row, change: bench.latest().0, step: 0, restored: Some(0) };
    bench.site.syslog_through(&at(10), NOW).unwrap();
    let out = bench.folder.path().join("one.backup");
    back_up(&path(&bench), &out, "1", NOW, &mut |_, _| {}).unwrap();
    bench.site.intake(&[journal.report(11, 30)]).unwrap();
    bench.site.syslog_through(&at(30), NOW).unwrap();
    let last = bench.latest().0;
    let Bench { folder, site } = bench;
    drop(site);
    let database = folder.path().join("site.db");
    let _: PutBack = put_back(
        &SoundBackup::open(&out, &site_id(), WithoutDigest::Refused).unwrap(),
        &database,
        &ACTOR,
        &mut |_, _| {},
    )
    .unwrap();
    let site = Site::open(&database, &site_id()).unwrap();
    let position = site.syslog_begin(&ACTOR, SERVER, false).unwrap();
    assert_eq!((position.row, position.restored), (10, Some(0)), "no further than the file");
    let page = site.syslog_page(&position, 100).unwrap();
    assert_eq!((page.restored.last_row, page.restored.last_change), (10, last));
    assert_eq!(page.changes.first().unwrap().action, "restore");
    assert_eq!(page.restored.change, page.changes.first().unwrap().number);
    assert_eq!(page.ends.row, 10);
}
