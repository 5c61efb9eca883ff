//! What time it is at a door after a boot, and how old its list is: in both wrong directions.
//!
//! No test sets the clock of its machine. One that was set back is played by a disk that has known a later time.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use access::calendar::{Calendar, DayWindow, Schedule};
use access::confirm::{Confirmation, Nonce};
use access::entry::{Entry, Grant, ScheduleId};
use access::event::{ClockSource, EventKind};
use access::message::{Down, STATUS_EVERY_MS, Status};
use access::settings::{Age, Beyond, DoorSettings, UnknownTime};
use access::time::{ClockTrust, UtcMs, UtcS, Window};
use access::whitelist::Generation;
use db::door::{KnownTime, WHITELIST_FILE, WhitelistStore};
use serde_json::{Value, json};

use crate::bench::{Bench, prepare};
use crate::rig::{LONG, SHORT, always, put_in_force, settings, state};
use crate::wire::{Controller, Mosquitto};

const HOUR_MS: i64 = 3_600_000;
const YEAR_MS: i64 = 365 * 24 * HOUR_MS;
const NIGHT: ScheduleId = ScheduleId(3);
const EMPTY: ScheduleId = ScheduleId(4);
const PHARMACY: Option<Age> = Some(Age { limit_s: 3_600, beyond: Beyond::Denies });

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

fn known(folder: &Path, time: KnownTime) {
    WhitelistStore::open(&folder.join(WHITELIST_FILE)).unwrap().note_known_time(&time).unwrap();
}

fn read_known(folder: &Path) -> KnownTime {
    WhitelistStore::open(&folder.join(WHITELIST_FILE)).unwrap().known_time().unwrap()
}

/// A board without a battery, set up like this, that has these cards on its list.
fn board(settings: DoorSettings, entries: &[Entry], calendar: &Calendar) -> (tempfile::TempDir, PathBuf) {
    let (folder, config) = prepare();
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("battery_clock = false\n{text}")).unwrap();
    put_in_force(folder.path(), &state(settings), entries, calendar);
    (folder, config)
}

async fn reasons(bench: &Bench, card: &str) -> Value {
    bench.tap(card).await["reasons"].clone()
}

/// The thief's direction: a box that was carried off, and whose clock was set back, knows that the card is over. No
/// event had told it so: the time alone was on its disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_box_whose_clock_was_set_back_keeps_no_card_alive() {
    let over = Window { from: None, until: Some(UtcS(now_ms() / 1_000 + 1_800)) };
    let entries = [Entry { card: over, ..always(SHORT) }, always(LONG)];
    let (folder, config) = board(settings(), &entries, &Calendar::empty());
    let bench = Bench::start_in(folder, config.clone()).await;
    assert_eq!(reasons(&bench, "short").await, json!([]));
    let folder = bench.stop().await;
    assert!((read_known(folder.path()).known.0 - now_ms()).abs() < HOUR_MS, "its end is on the disk");
    let later = UtcMs(now_ms() + HOUR_MS);
    known(folder.path(), KnownTime { known: later, ..KnownTime::default() });
    let bench = Bench::start_in(folder, config.clone()).await;
    assert_eq!(reasons(&bench, "short").await, json!(["card-expired"]));
    assert_eq!(reasons(&bench, "long").await, json!([]));
    let folder = bench.stop().await;
    assert!(read_known(folder.path()).known > later, "and counts on");
    let bench = Bench::start_in(folder, config).await;
    assert_eq!(reasons(&bench, "short").await, json!(["card-expired"]));
    bench.stop().await;
}

/// The nurse's direction: a board without network after a power cut lets in by hours if it is set so, and not otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_board_without_network_after_a_power_cut_lets_in_by_hours_as_its_settings_say() {
    let minute = vec![DayWindow { from_min: 3, until_min: 4 }];
    let night = Schedule { days: std::array::from_fn(|_| minute.clone()), ..Schedule::default() };
    let schedules = vec![(NIGHT, night), (EMPTY, Schedule::default())];
    let calendar = Calendar { schedules, ..Calendar::empty() };
    let by_hours = |uid: &str, schedule| {
        let mut entry = always(uid);
        entry.terms[0].grants = vec![Grant { window: Window::ALWAYS, schedule }];
        entry
    };
    let entries = [by_hours(SHORT, NIGHT), by_hours(LONG, EMPTY)];
    for (unknown_time, short) in
        [(UnknownTime::Denies, json!(["outside-schedule", "time-unknown"])), (UnknownTime::Allows, json!([]))]
    {
        let (folder, config) = board(DoorSettings { unknown_time, ..settings() }, &entries, &calendar);
        known(folder.path(), KnownTime { known: UtcMs(now_ms() + HOUR_MS), ..KnownTime::default() });
        let bench = Bench::start_in(folder, config).await;
        assert_eq!(reasons(&bench, "short").await, short, "{unknown_time:?}");
        let none = json!(["outside-schedule", "time-unknown"]);
        assert_eq!(reasons(&bench, "long").await, none, "there are no hours to be in");
        bench.stop().await;
    }
}

/// A pharmacy's door that was switched off does not know how old its list is, and lets in nobody on the strength of it.
/// A ward's goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_boot_makes_no_list_younger_and_keeps_nobody_out_where_the_door_goes_on() {
    let ward = Some(Age { limit_s: 3_600, beyond: Beyond::GoesOn });
    for (age, before, short) in [
        (PHARMACY, None, json!(["list-too-old"])),
        (PHARMACY, Some(-60_000), json!(["list-too-old"])),
        (ward, Some(-60_000), json!([])),
        (ward, Some(-2 * HOUR_MS), json!([])),
        (None, None, json!([])),
    ] {
        let (folder, config) = board(DoorSettings { age, ..settings() }, &[always(SHORT)], &Calendar::empty());
        let confirmed = before.map(|before| UtcMs(now_ms() + before));
        known(folder.path(), KnownTime { known: UtcMs(now_ms() - 1_000), confirmed, too_old: false });
        let bench = Bench::start_in(folder, config).await;
        assert_eq!(reasons(&bench, "short").await, short, "{age:?} {before:?}");
        bench.stop().await;
    }
}

/// A door, its controller, and what that says.
struct Site {
    _broker: Mosquitto,
    controller: Controller,
    bench: Bench,
}

impl Site {
    /// `None` where no broker is installed.
    async fn start((folder, config): (tempfile::TempDir, PathBuf)) -> Option<Self> {
        let broker = Mosquitto::start()?;
        let file = folder.path().join("door.json");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replace("\"port\":9", &format!("\"port\":{}", broker.port))).unwrap();
        let mut controller = Controller::start(broker.port).await;
        controller.answers = false;
        let bench = Bench::start_in(folder, config).await;
        Some(Self { _broker: broker, controller, bench })
    }

    async fn say(&mut self, confirmation: Confirmation) {
        self.controller.say(&Down::Confirmed(confirmation)).await;
    }
}

/// That all is as it should be, now.
fn agreed(site: &Site, status: &Status) -> Confirmation {
    Confirmation { issued: UtcMs(now_ms()), ..site.controller.confirmation(status) }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_answer_to_the_doors_own_question_that_it_has_what_it_should_makes_a_list_young() {
    let strict = DoorSettings { age: PHARMACY, ..settings() };
    let Some(mut site) = Site::start(board(strict, &[always(SHORT)], &Calendar::empty())).await else { return };
    let status = site.controller.status(|_| true).await;
    assert_ne!(status.nonce, Nonce::default());
    assert_eq!(status.confirmed_age_s, None);
    let good = agreed(&site, &status);
    let mut other = good.whitelist;
    other.generation = Generation(other.generation.0 + 1);
    for wrong in [
        Confirmation { nonce: Nonce([1; 16]), ..good },
        // This one uses the nonce up: nothing that comes later answers it.
        Confirmation { whitelist: other, ..good },
        good,
    ] {
        site.say(wrong).await;
    }
    // The clock is right since the second: when that has been told, all three have been heard.
    site.controller.event(|kind| *kind == EventKind::Started).await;
    assert_eq!(reasons(&site.bench, "short").await, json!(["list-too-old"]));
    site.bench.post("/exit", json!({})).await;

    let status = site.controller.status(|status| status.nonce != good.nonce).await;
    let good = agreed(&site, &status);
    site.say(good).await;
    site.bench.until("the list is confirmed", |state| state["signal"] != "idle-out-of-order").await;
    assert_eq!(reasons(&site.bench, "short").await, json!([]));
    let confirmed = |status: &Status| status.confirmed_age_s.is_some_and(|age_s| age_s < 600);
    site.controller.status(confirmed).await;
    let folder = site.bench.stop().await;
    let on_disk = read_known(folder.path()).confirmed.expect("it is on the disk for the next boot");
    assert!((now_ms() - on_disk.0).abs() < HOUR_MS);
}

/// The nurse's direction: one lost answer keeps nobody out for as long as the next status takes.
#[tokio::test(flavor = "multi_thread")]
async fn a_door_whose_list_is_too_old_asks_again_before_the_next_status_is_due() {
    let strict = DoorSettings { age: PHARMACY, ..settings() };
    let Some(mut site) = Site::start(board(strict, &[always(SHORT)], &Calendar::empty())).await else { return };
    let status = site.controller.status(|_| true).await;
    // The two agree about the journal, so that nothing but the list is in question.
    let mut other = agreed(&site, &status);
    other.whitelist.generation = Generation(other.whitelist.generation.0 + 1);
    site.say(other).await;
    site.controller.event(|kind| *kind == EventKind::Started).await;
    let mut last = status;
    let gap_ms = loop {
        let next = site.controller.status(|_| true).await;
        let gap_ms = next.mono.since(last.mono);
        last = next;
        // What changes is told sooner.
        if gap_ms > 2_000 {
            break gap_ms;
        }
    };
    assert!(gap_ms < STATUS_EVERY_MS / 2, "{gap_ms}");
    let good = agreed(&site, &last);
    site.say(good).await;
    site.bench.until("the list is confirmed", |state| state["signal"] != "idle-out-of-order").await;
    assert_eq!(reasons(&site.bench, "short").await, json!([]));
    site.bench.stop().await;
}

/// A clock that was once set to another decade has poisoned the disk: every card is over, until the controller says what
/// time it is.
#[tokio::test(flavor = "multi_thread")]
async fn signed_time_alone_repairs_a_disk_that_has_known_the_future() {
    let until = Window { from: None, until: Some(UtcS(now_ms() / 1_000 + 86_400)) };
    let (folder, config) = board(settings(), &[Entry { card: until, ..always(SHORT) }], &Calendar::empty());
    known(folder.path(), KnownTime { known: UtcMs(now_ms() + 10 * YEAR_MS), ..KnownTime::default() });
    let Some(mut site) = Site::start((folder, config)).await else { return };
    assert_eq!(reasons(&site.bench, "short").await, json!(["card-expired"]));
    let status = site.controller.status(|_| true).await;
    assert_eq!(status.trust, ClockTrust::Unknown);
    let good = agreed(&site, &status);
    site.say(good).await;
    let stepped = site.controller.event(|kind| matches!(kind, EventKind::ClockStepped { .. })).await;
    let EventKind::ClockStepped { by_ms, by } = stepped.kind else { panic!("{stepped:?}") };
    assert_eq!(by, ClockSource::Controller);
    assert!((by_ms + 10 * YEAR_MS).abs() < HOUR_MS, "{by_ms}");
    assert_eq!(stepped.trust, ClockTrust::Synchronised);
    assert_eq!(reasons(&site.bench, "short").await, json!([]));
    let folder = site.bench.stop().await;
    assert!((read_known(folder.path()).known.0 - now_ms()).abs() < HOUR_MS, "the disk is repaired, too");
}
