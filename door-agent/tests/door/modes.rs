//! Modes, by the door's own clock and across restarts.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use access::calendar::{Calendar, DayWindow, Schedule};
use access::entry::{Grant, ScheduleId};
use access::event::{EventKind, ModeCause};
use access::mode::{Lockdown, Mode, Order, Unlock};
use access::settings::DoorSettings;
use access::state::DoorState;
use access::time::{UtcS, Window};
use serde_json::json;

use crate::bench::Bench;
use crate::rig::{ONE, Wiring, agent, entries, kinds, put_in_force, reasons, settings, start_in, state};

const HOURS: ScheduleId = ScheduleId(7);

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

async fn until_mode(bench: &Bench, mode: &str, lock: &str) {
    let holds = |state: &serde_json::Value| state["mode"] == mode && state["lock"] == lock;
    bench.until(&format!("{mode} and {lock}"), holds).await;
}

fn changes(folder: &Path) -> Vec<ModeCause> {
    let cause = |kind| if let EventKind::ModeChanged { cause, .. } = kind { Some(cause) } else { None };
    kinds(folder, 0).into_iter().filter_map(cause).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_ends_by_the_doors_own_clock() {
    let order = Some(Order { unlock: true, until: UtcS(now() + 3) });
    let bench = agent(ONE, &DoorState { order, ..state(settings()) }).await;
    until_mode(&bench, "unlocked", "released").await;
    assert_eq!(bench.get("/state").await["signal"], "idle-unlocked");
    until_mode(&bench, "normal", "locked").await;
    let folder = bench.stop().await;
    assert_eq!(changes(folder.path()), [ModeCause::Start, ModeCause::Time]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mode_outlives_the_agent_and_may_end_while_it_is_away() {
    let order = Some(Order { unlock: true, until: UtcS(now() + 3) });
    let bench = agent(ONE, &DoorState { order, ..state(settings()) }).await;
    until_mode(&bench, "unlocked", "released").await;
    let bench = start_in(bench.stop().await).await;
    until_mode(&bench, "unlocked", "released").await;
    until_mode(&bench, "normal", "locked").await;
    let bench = start_in(bench.stop().await).await;
    until_mode(&bench, "normal", "locked").await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lockdown_beats_cards_but_the_exempt_and_exits_stay_free() {
    let locked_down = DoorState { lockdown: Some(Lockdown { until: None }), ..state(settings()) };
    let bench = agent(Wiring { out_reader: true, ..ONE }, &locked_down).await;
    let folder = bench.stop().await;
    let mut listed = entries();
    listed[1].terms[0].exemptions = vec![Grant { window: Window::ALWAYS, schedule: ScheduleId::ALWAYS }];
    put_in_force(&folder.path().join("door-0"), &locked_down, &listed, &Calendar::empty());
    let bench = start_in(folder).await;
    assert_eq!(bench.get("/state").await["signal"], "idle-locked-down");
    assert_eq!(reasons(&bench, 0, "in", "short").await, json!(["locked-down"]));
    assert_eq!(bench.post("/exit", json!({})).await["lock"], "released");
    until_mode(&bench, "locked-down", "locked").await;
    assert_eq!(reasons(&bench, 0, "out", "short").await, json!([]));
    until_mode(&bench, "locked-down", "locked").await;
    assert_eq!(reasons(&bench, 0, "in", "long").await, json!([]));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_waits_for_somebody_unlocks_after_them_also_after_a_restart() {
    let whole_day = vec![DayWindow { from_min: 0, until_min: 1_440 }];
    let schedule = Schedule { days: std::array::from_fn(|_| whole_day.clone()), ..Schedule::default() };
    let calendar = Calendar { schedules: vec![(HOURS, schedule)], ..Calendar::empty() };
    let unlock = Some(Unlock { schedule: HOURS, first_person_in: true });
    let waits = state(DoorSettings { unlock, ..settings() });
    let folder = agent(ONE, &waits).await.stop().await;
    put_in_force(&folder.path().join("door-0"), &waits, &entries(), &calendar);
    let bench = start_in(folder).await;
    until_mode(&bench, "normal", "locked").await;
    assert_eq!(reasons(&bench, 0, "in", "unlisted").await, json!(["unknown-card"]));
    until_mode(&bench, "normal", "locked").await;
    assert_eq!(reasons(&bench, 0, "in", "short").await, json!([]));
    until_mode(&bench, "unlocked", "released").await;
    let folder = bench.stop().await;
    assert_eq!(changes(folder.path()), [ModeCause::FirstPerson]);
    let bench = start_in(folder).await;
    until_mode(&bench, "unlocked", "released").await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_lock_keeps_the_schedule_from_unlocking() {
    let order = Some(Order { unlock: false, until: UtcS(now() + 3_600) });
    let bench = agent(ONE, &DoorState { order, ..state(settings()) }).await;
    until_mode(&bench, Mode::Locked.code(), "locked").await;
    assert_eq!(reasons(&bench, 0, "in", "short").await, json!([]), "cards decide");
    bench.stop().await;
}
