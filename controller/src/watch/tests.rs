use access::chain::Link;
use access::envelope::{DoorKey, Header};
use access::message::Status;
use access::settings::{Age, Beyond, DoorSettings};
use access::whitelist::Digest;
use db::site::{Actor, AlarmFilter, NewDoor};

use super::*;

const START: UtcMs = UtcMs(1_800_000_000_000);

const HOUR: Age = Age { limit_s: 3_600, beyond: Beyond::Denies };
const HOUR_MS: i64 = 3_600_000;

fn after(ms: i64) -> UtcMs {
    UtcMs(START.0 + ms)
}

fn list(generation: u64) -> (WhitelistId, Generation) {
    let generation = Generation(generation);
    (WhitelistId { generation, digest: Digest::default(), entries: 0 }, generation)
}

fn well(seen_ms: i64) -> DoorWatch {
    DoorWatch {
        door: "ward".parse().unwrap(),
        online: true,
        last_seen: after(seen_ms),
        clock_offset_ms: 0,
        trust: ClockTrust::Synchronised,
        in_force: list(5),
        wanted: Some(list(5)),
        journal_percent: 0,
        confirmed: Some(after(seen_ms)),
        age: Some(HOUR),
    }
}

fn says(known: &mut Known, door: &DoorWatch, kind: &str, ms: i64) -> Option<bool> {
    known.look(door, START, after(ms)).into_iter().find(|(code, _)| *code == kind).map(|(_, wrong)| wrong)
}

#[test]
fn a_door_is_offline_after_30_s_and_a_controller_that_has_just_started_gives_it_time() {
    let mut known = Known::default();
    let long_ago = DoorWatch { online: false, ..well(-1_000_000) };
    assert_eq!(says(&mut known, &long_ago, "door-offline", 29_999), None);
    assert_eq!(says(&mut known, &long_ago, "door-offline", 30_000), Some(true));
    assert_eq!(says(&mut known, &well(31_000), "door-offline", 31_000), Some(false));
    let lost = DoorWatch { online: false, ..well(40_000) };
    assert_eq!(says(&mut known, &lost, "door-offline", 69_999), None);
    assert_eq!(says(&mut known, &lost, "door-offline", 70_000), Some(true));
    assert_eq!(says(&mut known, &well(0), "door-offline", SILENT_MS - 1), Some(false));
    assert_eq!(says(&mut known, &well(0), "door-offline", SILENT_MS), Some(true), "connected, and says nothing");
}

#[test]
fn a_clock_is_off_when_more_than_one_status_says_so_or_nobody_knows() {
    for bad in [
        DoorWatch { clock_offset_ms: 1_001, ..well(0) },
        DoorWatch { clock_offset_ms: i64::MIN, ..well(0) },
        DoorWatch { trust: ClockTrust::Unknown, ..well(0) },
        DoorWatch { trust: ClockTrust::Kept, ..well(0) },
    ] {
        let mut known = Known::default();
        assert_eq!(says(&mut known, &bad, "clock-off", 0), None);
        assert_eq!(says(&mut known, &bad, "clock-off", 59_999), None);
        assert_eq!(says(&mut known, &bad, "clock-off", 60_000), Some(true));
        assert_eq!(says(&mut known, &well(0), "clock-off", 60_001), Some(false));
        assert_eq!(says(&mut known, &bad, "clock-off", 60_002), None, "the time begins anew");
    }
    let good = DoorWatch { clock_offset_ms: -1_000, ..well(0) };
    assert_eq!(says(&mut Known::default(), &good, "clock-off", 0), Some(false));
}

#[test]
fn a_list_is_old_when_the_door_does_not_get_on_and_not_when_it_follows_from_behind() {
    let behind = |has, wanted| DoorWatch { in_force: list(has), wanted: Some(list(wanted)), ..well(0) };
    let mut known = Known::default();
    assert_eq!(says(&mut known, &behind(5, 6), "whitelist-old", 0), None);
    assert_eq!(says(&mut known, &behind(5, 9), "whitelist-old", OLD_MS - 1), None);
    assert_eq!(says(&mut known, &behind(5, 9), "whitelist-old", OLD_MS), Some(true));
    assert_eq!(says(&mut known, &behind(9, 9), "whitelist-old", OLD_MS + 1), Some(false));
    let mut known = Known::default();
    for turn in 0..1_000 {
        let door = behind(u64::try_from(turn).unwrap() + 5, u64::try_from(turn).unwrap() + 6);
        assert_eq!(says(&mut known, &door, "whitelist-old", turn * 60_000), None);
    }
    let state = DoorWatch { in_force: (list(6).0, Generation(1)), wanted: Some(list(6)), ..well(0) };
    let mut known = Known::default();
    says(&mut known, &state, "whitelist-old", 0);
    assert_eq!(says(&mut known, &state, "whitelist-old", OLD_MS), Some(true), "a lockdown that has not arrived");
}

#[test]
fn a_list_is_told_to_age_at_three_quarters_of_its_limit_before_the_door_does_what_its_settings_say() {
    let says = |door: &DoorWatch, since: i64, ms: i64| {
        let all = Known::default().look(door, after(since), after(ms));
        all.into_iter().find(|(code, _)| *code == "list-ageing").map(|(_, wrong)| wrong)
    };
    let away = DoorWatch { online: false, ..well(0) };
    assert_eq!(says(&away, 0, HOUR_MS * 3 / 4 - 1), Some(false));
    assert_eq!(says(&away, 0, HOUR_MS * 3 / 4), Some(true));
    assert_eq!(says(&away, HOUR_MS - 29_999, HOUR_MS), None, "the controller has just started");
    assert_eq!(says(&away, HOUR_MS - 30_000, HOUR_MS), Some(true));
    assert_eq!(says(&DoorWatch { age: None, ..away.clone() }, 0, 99 * HOUR_MS), Some(false), "of any age");
    assert_eq!(says(&DoorWatch { confirmed: None, ..away }, 0, 99 * HOUR_MS), None, "it has never told");
}

#[test]
fn a_door_that_has_something_newer_than_it_should_is_ahead_after_a_minute() {
    for ahead in [
        DoorWatch { in_force: list(6), ..well(0) },
        DoorWatch { in_force: (list(5).0, Generation(6)), ..well(0) },
        DoorWatch { in_force: (list(6).0, Generation(5)), ..well(0) },
    ] {
        let mut known = Known::default();
        assert_eq!(says(&mut known, &ahead, "door-ahead", 0), None);
        assert_eq!(says(&mut known, &ahead, "door-ahead", 59_999), None, "a note may be late");
        assert_eq!(says(&mut known, &ahead, "door-ahead", 60_000), Some(true));
        assert_eq!(says(&mut known, &well(0), "door-ahead", 60_001), Some(false));
    }
}

#[test]
fn a_journal_is_full_from_80_and_empties_below_70() {
    let at = |percent| {
        let door = DoorWatch { journal_percent: percent, ..well(0) };
        says(&mut Known::default(), &door, "journal-full", 0)
    };
    assert_eq!([at(69), at(70), at(79), at(80), at(255)], [Some(false), None, None, Some(true), Some(true)]);
}

#[test]
fn an_alarm_is_raised_and_closed_in_the_database_and_one_that_a_person_closed_is_not_raised_again() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
    let door: DoorId = "ward".parse().unwrap();
    let actor = |ms| Actor { operator: "maija", at: after(ms) };
    let (key, settings) = (DoorKey::new([7; 32]), DoorSettings::default());
    site.add_door(&actor(0), NewDoor { id: door.clone(), name: "Ward".to_owned(), key, settings }).unwrap();
    let header = Header {
        site: "hospital".parse().unwrap(),
        door: door.clone(),
        key_id: 1,
        epoch: 1,
        boot: 1,
        sequence: 1,
        link: Link::START,
    };
    let all = AlarmFilter { closed_too: true, ..AlarmFilter::default() };
    let open = |ms| site.alarms(&AlarmFilter::default(), after(ms), 9).unwrap();
    let mut watch = Watch::new(START);
    let mut look = |from: i64, to: i64| {
        for ms in (from..=to).step_by(3_000) {
            watch.look(&site, after(ms)).unwrap();
        }
    };
    site.record_status(&door, &header, &status(), START).unwrap();
    look(0, 9_000);
    assert!(site.alarms(&all, START, 9).unwrap().is_empty());
    site.record_offline(&door, Some(1), after(9_000)).unwrap();
    look(12_000, 36_000);
    assert!(open(36_000).is_empty());
    look(39_000, 60_000);
    assert_eq!((open(60_000)[0].kind.as_str(), open(60_000)[0].count), ("door-offline", 1));
    site.close_alarm(&actor(60_000), open(60_000)[0].id, "the ward is rebuilt").unwrap();
    look(63_000, 90_000);
    assert!(open(90_000).is_empty(), "it is away for the same reason");
    site.record_status(&door, &header, &status(), after(91_000)).unwrap();
    look(93_000, 96_000);
    site.record_offline(&door, Some(1), after(96_000)).unwrap();
    look(99_000, 126_000);
    assert_eq!(open(126_000).len(), 1, "away again");
    site.record_status(&door, &header, &status(), after(127_000)).unwrap();
    look(129_000, 129_000);
    assert!(open(129_000).is_empty());
    let closed = site.alarms(&all, START, 9).unwrap()[0].closed.clone().unwrap();
    assert_eq!((closed.who, closed.at), (None, after(129_000)));
}

fn status() -> Status {
    Status { utc: START, trust: ClockTrust::Synchronised, ..Status::of_new_box("test") }
}
