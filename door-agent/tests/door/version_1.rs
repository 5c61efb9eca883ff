//! What a controller of wire version 1 says, byte by byte, to the agent as it is: whoever makes version 2 goes on understanding it.
//! And a version that it does not know.

#[path = "../../../access/tests/wire_v1/recorded/down.rs"]
mod down;
#[path = "../../../access/tests/wire_v1/recorded/frame.rs"]
mod frame;

use access::encode::{ChipClass, Outcome};
use access::envelope::Header;
use access::event::EventKind;
use access::message::{Status, Up};
use access::mode::Mode;
use access::whitelist::{Generation, WhitelistId};
use serde_json::{Value, json};

use self::frame::{Frame, hex};
use crate::bench::Bench;
use crate::encoder::desk;
use crate::wire::{Controller, key, site};

const CARD: &str = "long";

/// Says it in this version.
async fn say(controller: &mut Controller, version: u8, channel: &str, content: Vec<u8>) {
    let (epoch, sequence) = controller.numbered();
    let (label, key) = (down::LABEL, *key().expose());
    let frame = Frame { version, label, key, door: "pharmacy", epoch, boot: 1, sequence, link: [0; 32], content };
    controller.send(&format!("kulku/hospital/pharmacy/down/{channel}"), frame.seal()).await;
}

async fn says(controller: &mut Controller, channel: &str, content: Vec<u8>) {
    say(controller, 1, channel, content).await;
}

/// Answers the next status as version 1 did, so that the door agrees that nothing of its journal has come in.
async fn agree(controller: &mut Controller) -> (Header, Status) {
    controller.answers = false;
    loop {
        let (header, Up::Status(status)) = controller.hear().await else { continue };
        let list = postcard_of(&status.whitelist);
        let issued = u64::try_from(status.utc.0).unwrap();
        let state = status.state_generation.0;
        says(controller, "confirmed", down::confirmed(status.nonce.0, issued, &list, state, header.epoch)).await;
        return (header, status);
    }
}

/// The list in force as its bytes are.
fn postcard_of(list: &WhitelistId) -> Vec<u8> {
    let lanes = list.digest.to_bytes();
    let lanes = lanes.chunks(8).flat_map(|lane| frame::number(u64::from_le_bytes(lane.try_into().unwrap())));
    [frame::number(list.generation.0), lanes.collect(), frame::number(list.entries.into())].concat()
}

async fn reasons(bench: &Bench) -> Vec<Value> {
    bench.tap(CARD).await["reasons"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_and_what_changes_it_are_put_in_force() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    controller.status(|_| true).await;
    let in_force = |generation| move |status: &Status| status.whitelist.generation == Generation(generation);
    says(&mut controller, "whitelist", hex(down::LIST)).await;
    assert_eq!(controller.status(in_force(299)).await.whitelist.entries, 1);
    assert!(reasons(&bench).await.contains(&json!("card-suspended")));
    says(&mut controller, "whitelist", hex(down::CALENDAR)).await;
    controller.status(in_force(300)).await;
    says(&mut controller, "whitelist", hex(down::DELTA)).await;
    assert_eq!(controller.status(in_force(301)).await.messages_refused, 0);
    assert_eq!(reasons(&bench).await, [json!("unknown-card")]);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_counters_and_passages_are_put_in_force() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    controller.status(|_| true).await;
    says(&mut controller, "state", hex(down::STATE)).await;
    controller.status(|status| status.mode == Mode::LockedDown && status.state_generation == Generation(5)).await;
    says(&mut controller, "counters", hex(down::COUNTERS)).await;
    controller.status(|status| status.counters_generation == Generation(1)).await;
    says(&mut controller, "passages", hex(down::PASSAGES)).await;
    let status = controller.status(|status| status.passages_generation == Generation(2)).await;
    assert_eq!(status.messages_refused, 0);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_opens_the_way_for_events_and_an_acknowledgement_is_taken() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let (header, _) = agree(&mut controller).await;
    let events = loop {
        if let (_, Up::Events(events)) = controller.hear().await {
            break events;
        }
    };
    let through = events.last().unwrap().sequence;
    says(&mut controller, "ack", down::acknowledged(header.epoch, through)).await;
    bench.until("the acknowledgement", |state| state["journal"]["acknowledged"] == through).await;
    // The next status tells what it was told of the log, and how old the list is.
    bench.post("/tamper", json!({"wrong": true})).await;
    let status = controller.status(|status| status.log.row == 1_000).await;
    assert!(status.confirmed_age_s.is_some() && status.messages_refused == 0, "{status:?}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_followed() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let status = controller.status(|_| true).await;
    let boot = controller.boot;
    says(&mut controller, "command", down::command(boot, status.session, status.mono.0 + 9_000)).await;
    let event = controller.event(|kind| matches!(kind, EventKind::Command { .. })).await;
    assert_eq!((event.kind.code(), bench.get("/state").await["lock"].clone()), ("command-followed", json!("released")));
    bench.stop().await;
}

/// Its work is none, and that is told of the job that was meant.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_reaches_an_encoder() {
    let Some((_broker, mut controller, bench)) = desk().await else { return };
    let status = controller.status(|status| status.reader).await;
    let boot = controller.boot;
    says(&mut controller, "encode", down::encode(boot, status.session, status.mono.0 + 9_000)).await;
    let refused = EventKind::Encoded { job: 77, outcome: Outcome::Refused, chip: ChipClass::Unknown };
    let event = controller.event(|kind| *kind == refused).await;
    assert_eq!(event.subject.unwrap().uid.hex(), "04A1B2C3D4E5F6");
    bench.stop().await;
}

/// A controller that was upgraded too far, or a door that was forgotten: nothing that it says opens, blocks or acknowledges. The
/// door decides by what it has, says that it refuses, and keeps what happened until somebody speaks as it does.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_not_known_is_counted_changes_nothing_and_costs_no_event() {
    let Some((_broker, mut controller, bench)) = site().await else { return };
    let (header, status) = agree(&mut controller).await;
    let boot = controller.boot;
    let all = [
        ("whitelist", hex(down::LIST)),
        ("state", hex(down::STATE)),
        ("counters", hex(down::COUNTERS)),
        ("passages", hex(down::PASSAGES)),
        ("ack", down::acknowledged(header.epoch, 1)),
        ("confirmed", down::confirmed([5; 16], 1_900_000_000_000, &[0; 6], 9, header.epoch)),
        ("command", down::command(boot, status.session, status.mono.0 + 9_000)),
        ("encode", down::encode(boot, status.session, status.mono.0 + 9_000)),
    ];
    for (channel, content) in all.clone() {
        say(&mut controller, 2, channel, content).await;
    }
    let state = bench.until("all are counted", |state| state["messages_refused"] == all.len()).await;
    assert_eq!((&state["lock"], &state["journal"]["acknowledged"]), (&json!("locked"), &json!(0)));
    assert_eq!(bench.tap("short").await["signal"], "granted", "it decides");
    // What happened meanwhile is there for whoever speaks version 1.
    let mut seen = Vec::new();
    while !seen.iter().any(|kind: &EventKind| kind.code() == "granted") {
        seen.extend(controller.events().await.1.into_iter().map(|event| event.kind));
    }
    assert!(seen.contains(&EventKind::MessagesRefused { count: 1 }), "the first is told at once: {seen:?}");
    bench.until("it is acknowledged", |state| state["journal"]["acknowledged"] != 0).await;
    bench.post("/tamper", json!({"wrong": true})).await;
    let told = controller.status(|told| usize::try_from(told.messages_refused).unwrap() == all.len()).await;
    assert_eq!((told.whitelist, told.state_generation), (status.whitelist, status.state_generation));
    assert_eq!((told.mode, told.log.row), (status.mode, 0));
    bench.stop().await;
}
