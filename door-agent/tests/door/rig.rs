//! An agent with as many doors as a test wants, each set up as it wants it, and people in front of them.

use std::path::Path;

use access::calendar::Calendar;
use access::entry::{Comfort, Entry};
use access::event::{Event, EventKind};
use access::passage::{AreaId, Passback};
use access::settings::{DoorSettings, Times};
use access::state::DoorState;
use access::time::Window;
use access::whitelist::{Generation, WhitelistId, WhitelistPart};
use db::door::{Applied, JOURNAL_FILE, Pending, StateApplied, WHITELIST_FILE, WhitelistStore};
use serde_json::{Value, json};

use crate::bench::{Bench, cards};

pub(crate) const SHORT: &str = "01A062BD";
pub(crate) const LONG: &str = "04A1B2C3D4E5F6";
pub(crate) const TRIPLE: &str = "04A1B2C3D4E5F6A7B8C9";
pub(crate) const WARD: AreaId = AreaId(1);

/// What the agent's configuration says beside its doors.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wiring {
    pub(crate) doors: usize,
    pub(crate) out_reader: bool,
    pub(crate) interlock: bool,
}

pub(crate) const ONE: Wiring = Wiring { doors: 1, out_reader: false, interlock: false };

pub(crate) fn always(uid: &str) -> Entry {
    Entry::granting(uid.parse().unwrap(), [Window::ALWAYS])
}

/// Two who work here, and a visitor who needs longer.
pub(crate) fn entries() -> Vec<Entry> {
    let mut visitor = always(TRIPLE);
    (visitor.terms[0].visitor, visitor.terms[0].comfort) = (true, Comfort::LONG);
    vec![always(SHORT), always(LONG), visitor]
}

/// Short times, so that no test waits for long.
pub(crate) fn settings() -> DoorSettings {
    let times = Times { release_ms: 500, held_warning_ms: 1_000, held_alarm_ms: 1_200 };
    DoorSettings { times, ..DoorSettings::default() }
}

pub(crate) fn state(settings: DoorSettings) -> DoorState {
    DoorState { generation: Generation(1), settings, ..DoorState::default() }
}

/// A door into the ward, under this rule.
pub(crate) fn ward(hard: bool, change: impl FnOnce(&mut Passback)) -> DoorState {
    let mut rule = Passback { area: WARD, hard, within_s: None, forgiven_at: None };
    change(&mut rule);
    let settings = DoorSettings { leads_into: Some(WARD), ..settings() };
    DoorState { passback: vec![rule], ..state(settings) }
}

/// Puts a state and a list in force in a data folder.
pub(crate) fn put_in_force(folder: &Path, state: &DoorState, entries: &[Entry], calendar: &Calendar) {
    let mut store = WhitelistStore::open(&folder.join(WHITELIST_FILE)).unwrap();
    let generation = Generation(store.current().unwrap().generation.0 + 1);
    let mut to = WhitelistId { generation, ..WhitelistId::default() };
    entries.iter().for_each(|entry| to.replace(None, Some(&entry.to_bytes())));
    to.replace_calendar(&Calendar::empty(), calendar);
    let calendar = Some(calendar.clone());
    let part = WhitelistPart::Chunk { to, index: 0, count: 1, calendar, entries: entries.to_vec() };
    assert_eq!(store.apply(&part).unwrap(), Applied::InForce(to));
    let generation = Generation(store.state().unwrap().generation.0 + 1);
    let state = DoorState { generation, ..state.clone() };
    assert_eq!(store.set_state(&state).unwrap(), StateApplied::InForce);
}

/// An agent whose doors are all set up like this.
pub(crate) async fn agent(wiring: Wiring, state: &DoorState) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let out = if wiring.out_reader { "out_reader.kind = \"emulated\"\n" } else { "" };
    let mut text = if wiring.interlock { "interlock = true\n".to_owned() } else { String::new() };
    for door in 0..wiring.doors {
        let data = folder.path().join(format!("door-{door}"));
        std::fs::create_dir(&data).unwrap();
        put_in_force(&data, state, &entries(), &Calendar::empty());
        let provisioning = json!({"format": 1, "site": "hospital", "door": format!("door-{door}"), "key_id": 1,
            "key": "07".repeat(32), "mqtt": {"host": "127.0.0.1", "port": 9}});
        std::fs::write(data.join("door.json"), provisioning.to_string()).unwrap();
        let folder = format!("data = \"door-{door}\"\nprovisioning = \"door-{door}/door.json\"\n");
        text += &format!("[[doors]]\n{folder}reader.kind = \"emulated\"\n{out}io.kind = \"memory\"\n");
    }
    std::fs::write(folder.path().join("agent.toml"), text).unwrap();
    start_in(folder).await
}

/// The same folder again.
pub(crate) async fn start_in(folder: tempfile::TempDir) -> Bench {
    let config = folder.path().join("agent.toml");
    Bench::start_with(folder, config, cards()).await
}

pub(crate) async fn tap(bench: &Bench, door: usize, side: &str, card: &str) -> Value {
    bench.at(door).post("/tap", json!({"card": card, "hold_ms": 30, "side": side})).await
}

pub(crate) async fn reasons(bench: &Bench, door: usize, side: &str, card: &str) -> Value {
    tap(bench, door, side, card).await["reasons"].clone()
}

/// Somebody goes through: granted, the door opens, and closes.
pub(crate) async fn pass(bench: &Bench, door: usize, side: &str, card: &str) {
    assert_eq!(reasons(bench, door, side, card).await, json!([]), "{card} at {door} {side}");
    for open in [true, false] {
        bench.at(door).post("/contact", json!({"open": open})).await;
    }
}

/// Nobody opened the door.
pub(crate) async fn locked(bench: &Bench, door: usize) {
    bench.at(door).until("the release is over", |state| state["lock"] == "locked").await;
}

/// Everything in the journal of a door that has stopped.
pub(crate) fn journal(folder: &Path, door: usize) -> Vec<Event> {
    let journal = folder.join(format!("door-{door}")).join(JOURNAL_FILE);
    Pending::open(&journal).unwrap().pending(0, 1_000).unwrap().events
}

pub(crate) fn codes(folder: &Path, door: usize) -> Vec<&'static str> {
    journal(folder, door).iter().map(|event| event.kind.code()).collect()
}

pub(crate) fn kinds(folder: &Path, door: usize) -> Vec<EventKind> {
    journal(folder, door).into_iter().map(|event| event.kind).collect()
}
