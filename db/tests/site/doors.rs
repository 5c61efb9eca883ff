//! Doors: what they shall be, and how they say they are.

use access::chain::Link;
use access::confirm::LogHead;
use access::envelope::{DoorKey, Header};
use access::event::{Faults, Watched};
use access::message::Leaf;
use access::message::Status;
use access::mode::{Mode, Order};
use access::settings::{DoorSettings, Reading, Times};
use access::state::DoorState;
use access::time::{ClockTrust, UtcMs, UtcS};
use access::whitelist::{Digest, Generation, WhitelistId};
use db::site::{AlarmFilter, Heard, NewDoor, SiteError};

use crate::support::{ACTOR, Bench, Journal, NOW, door, problem, site_id};

fn header(epoch: u64, boot: u64, sequence: u64) -> Header {
    Header { site: site_id(), door: door("ward"), key_id: 1, epoch, boot, sequence, link: Link::START }
}

fn status(session: u64) -> Status {
    Status {
        session,
        utc: UtcMs(NOW.0 - 250),
        whitelist: list(3),
        state_generation: Generation(2),
        mode: Mode::LockedDown,
        journal_head: 12,
        journal_acknowledged: 11,
        leaf: Leaf::HeldOpen,
        faults: mains_lost(),
        passages_generation: Generation(77),
        journal_percent: 80,
        messages_refused: 4,
        ..Status::of_new_box("0.1.0")
    }
}

fn mains_lost() -> Faults {
    let mut faults = Faults::NONE;
    faults.set(Watched::Mains, true);
    faults
}

fn list(generation: u64) -> WhitelistId {
    let mut digest = Digest::default();
    digest.add(b"one");
    WhitelistId { generation: Generation(generation), digest, entries: 1 }
}

fn settings(release_ms: u32) -> DoorSettings {
    let times = Times { release_ms, ..Times::DEFAULT };
    DoorSettings { times, reading: Reading::Sector, ..DoorSettings::default() }
}

#[test]
fn a_door_is_added_once_within_its_bounds_and_keeps_its_key() {
    let bench = Bench::with_doors(&["ward"]);
    assert!(matches!(bench.add_door("ward"), Err(SiteError::Conflict { what: "door", .. })));
    let add = |name: &str, release_ms| {
        bench.site.add_door(
            &ACTOR,
            NewDoor {
                id: door("attic"),
                name: name.to_owned(),
                key: DoorKey::new([9; 32]),
                settings: settings(release_ms),
            },
        )
    };
    assert_eq!(problem(add("", 5_000)), ("name", "empty"));
    assert_eq!(problem(add("Attic", 499)), ("release_ms", "out-of-range"));
    assert_eq!(problem(add("Attic", 120_001)), ("release_ms", "out-of-range"));
    add("Attic", 500).unwrap();
    let key = |name: &str, id| bench.site.door_key(&door(name), id).unwrap();
    assert_eq!(key("attic", 1).unwrap().expose(), &[9; 32]);
    assert!(key("attic", 2).is_none() && key("cellar", 1).is_none());
    let keys = bench.site.door_keys().unwrap();
    let names: Vec<_> = keys.iter().map(|(door, id, _)| (door.as_str(), *id)).collect();
    assert_eq!(names, [("attic", 1), ("ward", 1)]);
}

#[test]
fn an_order_and_settings_change_the_state_and_what_is_so_already_is_no_change() {
    let bench = Bench::with_doors(&["ward"]);
    let ward = door("ward");
    let order = |order| bench.site.order_mode(&ACTOR, &ward, order, "visiting hours");
    order(None).unwrap();
    assert_eq!(bench.latest().0, 1);
    let open = Some(Order { unlock: true, until: UtcS(NOW.second().0 + 99) });
    order(open).unwrap();
    order(open).unwrap();
    assert_eq!(bench.latest().0, 2);
    bench.site.set_settings(&ACTOR, &ward, settings(3_000)).unwrap();
    bench.site.set_settings(&ACTOR, &ward, settings(3_000)).unwrap();
    let view = bench.site.door(&ward).unwrap();
    assert_eq!((view.order, view.settings, view.wanted_state), (open, settings(3_000), Generation(3)));
    let refused = bench.site.set_settings(&ACTOR, &ward, settings(1));
    assert_eq!(problem(refused), ("release_ms", "out-of-range"));
    let cellar = bench.site.order_mode(&ACTOR, &door("cellar"), None, "no such door");
    assert!(matches!(cellar, Err(SiteError::NotFound { what: "door", .. })));
}

#[test]
fn a_door_that_never_spoke_shows_nothing_of_itself() {
    let bench = Bench::with_doors(&["ward"]);
    let view = bench.site.door(&door("ward")).unwrap();
    assert!(!view.online && view.last_seen.is_none() && view.agent.is_none());
    assert!(view.wanted.is_none() && view.in_force.is_none() && view.state_in_force.is_none());
    assert_eq!(view.settings, DoorState::default().settings);
    assert_eq!((bench.site.freshness(&door("ward")).unwrap(), bench.site.wire(&door("ward")).unwrap()), (None, None));
    assert!(matches!(bench.site.door(&door("attic")), Err(SiteError::NotFound { .. })));
}

#[test]
fn what_a_door_says_is_shown_beside_what_is_wanted() {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let ward = door("ward");
    let epoch = u64::MAX - 1;
    bench.site.record_status(&ward, &header(epoch, 7, 9), &status(5), NOW).unwrap();
    bench.site.record_wanted(&[(ward.clone(), list(4), Generation(2))]).unwrap();
    let doors = bench.site.doors().unwrap();
    assert_eq!(doors.len(), 2);
    let view = &doors[1];
    assert!(view.online && view.reader == Some(true) && view.leaf == Some(Leaf::HeldOpen));
    assert_eq!((view.last_seen, view.clock_offset_ms), (Some(NOW), Some(-250)));
    assert_eq!((view.wanted, view.in_force), (Some(list(4)), Some(list(3))));
    assert_eq!(view.state_in_force, Some(Generation(2)));
    assert_eq!((view.journal_head, view.journal_acknowledged), (Some(12), Some(11)));
    assert_eq!((view.trust, view.messages_refused), (Some(ClockTrust::Kept), Some(4)));
    assert_eq!((view.epoch, view.boot, view.session), (Some(epoch), Some(7), Some(5)));
    assert_eq!((view.faults, view.journal_percent), (Some(mains_lost()), Some(80)));
    assert_eq!(view.passages_in_force, Some(Generation(77)));
    assert_eq!((view.lockdown, view.mode_in_force), (None, Some(Mode::LockedDown)));
    assert_eq!(bench.site.freshness(&ward).unwrap(), Some((epoch, 7, 9)));
    assert_eq!(bench.site.wire(&ward).unwrap(), Some((1, 1)));
}

#[test]
fn statuses_that_are_noted_together_count_together_or_not_at_all() {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let heard = |name: &str, sequence| Heard {
        door: door(name),
        header: header(1, 1, sequence),
        status: Box::new(status(1)),
        received: NOW,
    };
    bench.site.record_statuses(&[heard("ward", 1), heard("attic", 1), heard("ward", 2)]).unwrap();
    let of = |name: &str| bench.site.freshness(&door(name)).unwrap();
    assert_eq!((of("attic"), of("ward")), (Some((1, 1, 1)), Some((1, 1, 2))));
    let refused = bench.site.record_statuses(&[heard("attic", 2), heard("cellar", 1)]);
    assert!(matches!(refused, Err(SiteError::NotFound { what: "door", .. })));
    assert_eq!(of("attic"), Some((1, 1, 1)));
}

#[test]
fn unknown_doors_and_endless_names_are_refused() {
    let bench = Bench::with_doors(&["ward"]);
    let cellar = door("cellar");
    let known = |result: Result<(), SiteError>| assert!(matches!(result, Err(SiteError::NotFound { .. })));
    known(bench.site.record_status(&cellar, &header(1, 1, 1), &status(1), NOW));
    known(bench.site.record_offline(&cellar, None, NOW).map(|_| ()));
    known(bench.site.record_wanted(&[(cellar, list(1), Generation(1))]));
    let long = Status { agent: "a".repeat(33), ..status(1) };
    let refused = bench.site.record_status(&door("ward"), &header(1, 1, 1), &long, NOW);
    assert_eq!(problem(refused), ("agent", "too-long"));
}

#[test]
fn a_door_that_was_told_of_rows_that_are_gone_is_believed_once() {
    let bench = Bench::with_doors(&["ward"]);
    let journal = Journal::of("ward", 1, 9);
    bench.site.intake(&[journal.report(1, 4)]).unwrap();
    let before = bench.site.log_head().unwrap();
    bench.site.intake(&[journal.report(5, 9)]).unwrap();
    let mut sequence = 0;
    let mut cut = |log| {
        sequence += 1;
        bench.site.record_status(&door("ward"), &header(1, 1, sequence), &Status { log, ..status(1) }, NOW).unwrap();
        let alarms = bench.site.alarms(&AlarmFilter::default(), NOW, 9).unwrap();
        alarms.iter().find(|alarm| alarm.kind == "log-cut").map_or(0, |alarm| alarm.count)
    };
    let newest = bench.site.log_head().unwrap();
    assert_eq!([LogHead::default(), before, newest].map(&mut cut), [0; 3]);
    let gone = LogHead { row: newest.row + 1, ..newest };
    let other = LogHead { link: Link([7; 32]), ..before };
    assert_eq!([gone, gone, other, other, newest, gone].map(&mut cut), [1, 1, 2, 2, 2, 3]);
}

#[test]
fn rows_that_are_cut_off_after_a_door_has_repeated_their_head_are_missed() {
    let bench = Bench::with_doors(&["ward"]);
    bench.site.intake(&[Journal::of("ward", 1, 9).report(1, 9)]).unwrap();
    let told = Status { log: bench.site.log_head().unwrap(), ..status(1) };
    let mut sequence = 0;
    let mut says = || {
        sequence += 1;
        bench.site.record_status(&door("ward"), &header(1, 1, sequence), &told, NOW).unwrap();
        bench.site.alarms(&AlarmFilter::default(), NOW, 9).unwrap().iter().filter(|a| a.kind == "log-cut").count()
    };
    assert_eq!([says(), says()], [0, 0]);
    let raw = rusqlite::Connection::open(bench.folder.path().join("site.db")).unwrap();
    raw.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM event WHERE id > 7").unwrap();
    assert_eq!([says(), says()], [1, 1]);
}

#[test]
fn only_the_end_of_its_current_session_takes_a_door_away() {
    let bench = Bench::with_doors(&["ward"]);
    let ward = door("ward");
    let offline = |session| bench.site.record_offline(&ward, session, NOW).unwrap();
    assert!(!offline(None), "it was never there");
    bench.site.record_status(&ward, &header(1, 1, 1), &status(u64::MAX), NOW).unwrap();
    assert!(!offline(Some(1)), "the will of an old connection came late");
    assert!(bench.site.door(&ward).unwrap().online);
    assert!(offline(Some(u64::MAX)));
    assert!(!offline(Some(u64::MAX)));
    assert!(!bench.site.door(&ward).unwrap().online);
    bench.site.record_status(&ward, &header(1, 1, 2), &status(6), NOW).unwrap();
    assert!(offline(None));
}

#[test]
fn a_door_that_does_not_know_any_more_how_old_its_list_is_has_not_lost_what_it_told() {
    let bench = Bench::with_doors(&["ward"]);
    let told = |sequence, confirmed_age_s, at_ms: i64| {
        let status = Status { confirmed_age_s, ..status(1) };
        let received = UtcMs(NOW.0 + at_ms);
        bench.site.record_status(&door("ward"), &header(1, 1, sequence), &status, received).unwrap();
        let confirmed = bench.site.door(&door("ward")).unwrap().confirmed;
        assert_eq!(bench.site.watch_doors().unwrap()[0].confirmed, confirmed);
        confirmed
    };
    assert_eq!(told(1, None, 0), None);
    assert_eq!(told(2, Some(30), 30_000), Some(NOW));
    assert_eq!(told(3, None, 60_000), Some(NOW), "it was switched off");
    assert_eq!(told(4, Some(1), 90_000), Some(UtcMs(NOW.0 + 89_000)));
}

#[test]
fn the_controllers_boot_counts_up_and_is_never_behind_the_clock() {
    let bench = Bench::new();
    assert_eq!(bench.site.next_boot(UtcMs(1_000)).unwrap(), 1_000);
    assert_eq!(bench.site.next_boot(UtcMs(500)).unwrap(), 1_001);
    let bench = bench.reopen();
    assert_eq!(bench.site.next_boot(UtcMs(500)).unwrap(), 1_002);
    assert_eq!(bench.site.next_boot(UtcMs(5_000)).unwrap(), 5_000);
}

#[test]
fn those_who_wait_are_woken_after_the_commit_and_only_then() {
    let bench = Bench::with_doors(&["ward"]);
    let (mut changes, mut news, mut requests) = (bench.site.changes(), bench.site.news(), bench.site.requests());
    assert_eq!(*changes.borrow_and_update(), 1);
    news.mark_unchanged();
    requests.mark_unchanged();
    bench.add_card(1);
    assert_eq!(*changes.borrow_and_update(), 2);
    bench.site.order_mode(&ACTOR, &door("ward"), None, "as it is").unwrap();
    assert!(!changes.has_changed().unwrap(), "what is so already is no change");
    let again = bench.add_door("ward");
    assert!(again.is_err() && !changes.has_changed().unwrap());
    assert!(!news.has_changed().unwrap());
    bench.site.record_status(&door("ward"), &header(1, 1, 1), &status(1), NOW).unwrap();
    assert!(news.has_changed().unwrap() && !requests.has_changed().unwrap());
    let action = access::command::Action::TestSignal;
    bench.site.request_command(&ACTOR, &door("ward"), action, "a test").unwrap();
    assert!(requests.has_changed().unwrap());
    assert!(changes.has_changed().unwrap(), "a command stands in the operator log");
}
