//! A door that opens by the clock on the wall. The test turns that clock by the calendar's zone, since no test waits for
//! the evening.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use access::calendar::{Calendar, DayWindow, Schedule, Zone};
use access::entry::{Entry, Grant, ScheduleId};
use access::event::EventKind;
use access::mode::Mode;
use access::time::{ClockTrust, MonoMs, UtcMs, Window};
use access::whitelist::{Generation, WhitelistId, WhitelistPart};
use db::door::{Applied, Draft, JOURNAL_FILE, Journal, WHITELIST_FILE, WhitelistStore};
use serde_json::json;

use crate::bench::{Bench, prepare};

const DAY_S: i64 = 86_400;
const HOURS: ScheduleId = ScheduleId(12);

/// Open from 08:00 to 16:00 on every day, in a zone where it is `minute` of the day now.
fn calendar(minute: i64) -> Calendar {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let ahead = (minute * 60 - now).rem_euclid(DAY_S);
    let offset = if ahead > DAY_S / 2 { ahead - DAY_S } else { ahead };
    let window = DayWindow { from_min: 480, until_min: 960 };
    let schedule = Schedule { days: std::array::from_fn(|_| vec![window]), ..Schedule::default() };
    let zone = Zone { standard_s: i32::try_from(offset).unwrap(), summer: None };
    Calendar { zone, schedules: vec![(HOURS, schedule)], ..Calendar::empty() }
}

/// One that may pass in the hours, one that may pass but in the hours, and one that may pass always.
fn entries() -> Vec<Entry> {
    let in_hours = Grant { window: Window::ALWAYS, schedule: HOURS };
    let always = |uid: &str| Entry::granting(uid.parse().unwrap(), [Window::ALWAYS]);
    let (mut by_day, mut by_night) = (always("01A062BD"), always("04A1B2C3D4E5F6"));
    by_day.terms[0].grants = vec![in_hours];
    by_night.terms[0].refusals = vec![in_hours];
    vec![by_day, by_night, always("04A1B2C3D4E5F6A7B8C9")]
}

/// Puts a whole list with these entries and this calendar in force.
fn put_in_force(folder: &Path, calendar: Calendar) {
    let mut store = WhitelistStore::open(&folder.join(WHITELIST_FILE)).unwrap();
    let generation = Generation(store.current().unwrap().generation.0 + 1);
    let mut to = WhitelistId { generation, ..WhitelistId::default() };
    entries().iter().for_each(|entry| to.replace(None, Some(&entry.to_bytes())));
    to.replace_calendar(&Calendar::empty(), &calendar);
    let part = WhitelistPart::Chunk { to, index: 0, count: 1, calendar: Some(calendar), entries: entries() };
    assert_eq!(store.apply(&part).unwrap(), Applied::InForce(to));
}

fn prepared(minute: i64) -> (tempfile::TempDir, PathBuf) {
    let (folder, config) = prepare();
    put_in_force(folder.path(), calendar(minute));
    (folder, config)
}

async fn assert_open(bench: &Bench, open: bool, when: &str) {
    let (by_day, by_night) =
        if open { (json!([]), json!(["refused-by-rule"])) } else { (json!(["outside-schedule"]), json!([])) };
    for (card, reasons) in [("short", by_day), ("long", by_night), ("triple", json!([]))] {
        assert_eq!(bench.tap(card).await["reasons"], reasons, "{card}, {when}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_opens_and_closes_the_door_and_is_in_force_after_a_restart() {
    for (minute, open) in [(7 * 60 + 30, false), (8 * 60 + 30, true), (15 * 60 + 30, true), (16 * 60 + 30, false)] {
        let (folder, config) = prepared(minute);
        let bench = Bench::start_in(folder, config.clone()).await;
        assert_open(&bench, open, &format!("minute {minute}")).await;
        let folder = bench.stop().await;
        let bench = Bench::start_in(folder, config).await;
        assert_open(&bench, open, &format!("minute {minute} after a restart")).await;
        bench.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_tap_is_decided_by_the_calendar_that_came_into_force_since() {
    let (folder, config) = prepared(7 * 60 + 30);
    let path = folder.path().to_owned();
    let bench = Bench::start_in(folder, config).await;
    for (minute, open) in [(7 * 60 + 30, false), (8 * 60 + 30, true), (16 * 60 + 30, false)] {
        put_in_force(&path, calendar(minute));
        assert_open(&bench, open, &format!("minute {minute}")).await;
    }
    bench.stop().await;
}

/// A board that comes back from a power cut without its clock: hours mean nothing to it, and whoever needs none comes in.
#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_does_not_know_the_time_grants_nothing_by_hours_and_refuses_by_them() {
    let (folder, config) = prepared(8 * 60 + 30);
    let mut journal = Journal::open(&folder.path().join(JOURNAL_FILE), 77).unwrap();
    // The journal has known a later time than the clock shows.
    let later = UtcMs(4_000_000_000_000);
    let draft = Draft {
        boot: journal.begin_boot().unwrap(),
        mono: MonoMs(1),
        utc: later,
        trust: ClockTrust::Kept,
        generation: Generation(8),
        state_generation: Generation(0),
        mode: Mode::Normal,
        kind: EventKind::Started,
        subject: None,
    };
    journal.append(&[draft]).unwrap();
    drop(journal);
    let bench = Bench::start_in(folder, config).await;
    for (card, reasons) in [
        ("short", json!(["outside-schedule", "time-unknown"])),
        ("long", json!(["time-unknown", "refused-by-rule"])),
        ("triple", json!([])),
    ] {
        assert_eq!(bench.tap(card).await["reasons"], reasons, "{card}");
    }
    bench.stop().await;
}
