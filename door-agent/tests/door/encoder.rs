//! An encoder at the desk, and jobs over the wire.

use access::encode::{ChipClass, EncodeJob, JOB_LIFE_MS_MAX, Outcome, Stage};
use access::event::EventKind;
use access::message::{Down, Status, Up};
use access::uid::Uid;
use mfrc522_emulator::VirtualCard;
use serde_json::json;

use crate::bench::{Bench, prepare};
use crate::site::{Site, UID_4, UID_7};
use crate::wire::{Controller, Mosquitto, key};

pub(crate) async fn desk() -> Option<(Mosquitto, Controller, Bench)> {
    let broker = Mosquitto::start()?;
    let (folder, config) = prepare();
    let file = folder.path().join("door.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"port\":9", &format!("\"port\":{}", broker.port))).unwrap();
    let text = std::fs::read_to_string(&config).unwrap();
    let text = format!("role = \"encoder\"\n{}", text.replace("io.kind = \"memory\"", "io.kind = \"none\""));
    std::fs::write(&config, text).unwrap();
    let controller = Controller::start(broker.port).await;
    let cards = vec![
        ("blank".to_owned(), VirtualCard::classic_1k(&UID_4).unwrap()),
        ("other".to_owned(), VirtualCard::classic_1k(&UID_7).unwrap()),
    ];
    let bench = Bench::start_with(folder, config, cards).await;
    Some((broker, controller, bench))
}

fn job(id: u64, (boot, status): (u64, &Status), uid: &[u8]) -> EncodeJob {
    let uid = Uid::new(uid).unwrap();
    let sealed = Site::new().work(&uid, 1).seal(&key(), &uid);
    let expires = status.mono + JOB_LIFE_MS_MAX / 2;
    EncodeJob { id, boot, session: status.session, expires, uid, sealed }
}

/// Lays a card down; it is taken off once it is written, or when the time is over.
async fn lay(bench: &Bench, card: &str, hold_ms: u64) {
    bench.post("/tap", json!({"card": card, "hold_ms": hold_ms})).await;
}

async fn stage(controller: &mut Controller, wanted: Stage) {
    while !matches!(controller.hear().await.1, Up::Encoding { stage, .. } if stage == wanted) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_waits_for_its_card_tells_its_stages_and_ends_as_an_event() {
    let Some((_broker, mut controller, bench)) = desk().await else { return };
    let status = controller.status(|status| status.reader).await;
    controller.say(&Down::Encode(job(7, (controller.boot, &status), &UID_4))).await;
    stage(&mut controller, Stage::Waiting).await;
    lay(&bench, "other", 100).await;
    let laid = async {
        lay(&bench, "blank", 10_000).await;
    };
    let told = async {
        for wanted in [Stage::Probing, Stage::Writing, Stage::Locking] {
            stage(&mut controller, wanted).await;
        }
        controller.event(|kind| matches!(kind, EventKind::Encoded { .. })).await
    };
    let ((), event) = tokio::join!(laid, told);
    assert_eq!(event.kind, EventKind::Encoded { job: 7, outcome: Outcome::Done, chip: ChipClass::Plain });
    assert_eq!(event.subject.unwrap().uid.as_bytes(), UID_4);
    lay(&bench, "other", 100).await;
    let event = controller.event(|kind| *kind == EventKind::Presented).await;
    assert_eq!(event.subject.unwrap().uid.as_bytes(), UID_7);
    let state = bench.get("/state").await;
    assert_eq!(state["lock"], "locked");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_for_another_session_is_refused_and_a_second_one_takes_the_place_of_the_first() {
    let Some((_broker, mut controller, bench)) = desk().await else { return };
    let status = controller.status(|status| status.reader).await;
    let strange = EncodeJob { session: status.session ^ 1, ..job(1, (controller.boot, &status), &UID_4) };
    controller.say(&Down::Encode(strange)).await;
    let ended = |job, outcome| EventKind::Encoded { job, outcome, chip: ChipClass::Unknown };
    controller.event(|kind| *kind == ended(1, Outcome::Refused)).await;
    controller.say(&Down::Encode(job(2, (controller.boot, &status), &UID_4))).await;
    controller.say(&Down::Encode(job(3, (controller.boot, &status), &UID_7))).await;
    controller.event(|kind| *kind == ended(2, Outcome::Untouched)).await;
    bench.stop().await;
}
