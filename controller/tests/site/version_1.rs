//! What a door of wire version 1 says, byte by byte, to the controller as it is: whoever makes version 2 goes on understanding it.
//! And a version that it does not know.

#[path = "../../../access/tests/wire_v1/recorded/frame.rs"]
mod frame;
#[path = "../../../access/tests/wire_v1/recorded/up.rs"]
mod up;

use access::confirm::Nonce;
use access::encode::Stage;
use access::envelope::Header;
use access::event::{Faults, Watched};
use access::message::{Down, Leaf};
use access::mode::Mode;
use access::topic::Channel;
use access::whitelist::Generation;
use db::site::{EncodeState, EncodeWork, EventFilter, Seek};

use self::frame::{Frame, hex};
use super::door::{Door, SESSION};
use super::encoder::{desk, is, request};
use super::observe::{observed, until_told};
use super::restore::put_back_now;
use super::support::{Bench, key, list, open_alarms, uid};

const EPOCH: u64 = 0x0102_0304_0506_0708;

/// A door that begins as the recorded one did.
async fn connect(bench: &Bench) -> Door {
    let mut ward = Door::connect(bench, "ward").await;
    (ward.header.epoch, ward.header.boot) = (EPOCH, 3);
    ward
}

/// Says it in this version, and in its own name.
async fn say(door: &mut Door, version: u8, channel: Channel, content: Vec<u8>) {
    door.header.sequence += 1;
    let id: &'static str = if door.id.as_str() == "desk" { "desk" } else { "ward" };
    let (key, label) = (*key(id).expose(), up::LABEL);
    let Header { epoch, boot, sequence, .. } = door.header;
    let frame = Frame { version, label, key, door: id, epoch, boot, sequence, link: [0; 32], content };
    door.send_bytes(channel, frame.seal()).await;
}

async fn says(door: &mut Door, channel: Channel, content: Vec<u8>) {
    say(door, 1, channel, content).await;
}

/// The next answer to a status; whatever else comes is followed.
async fn answered(door: &mut Door) -> access::confirm::Confirmation {
    loop {
        match door.hear().await.1 {
            Down::Confirmed(confirmation) => return confirmation,
            other => door.follow(other),
        }
    }
}

fn is_refused(bench: &Bench) -> bool {
    let kinds = ["wire-version", "forged-message", "replayed-message"];
    open_alarms(bench.site()).iter().any(|alarm| kinds.contains(&alarm.kind.as_str()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_believed_and_answered_and_a_last_will_takes_the_door_away() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = connect(&bench).await;
    says(&mut ward, Channel::UpStatus, hex(up::STATUS)).await;
    let answer = answered(&mut ward).await;
    assert_eq!(answer.nonce, Nonce([0xA5; 16]));
    assert_eq!((answer.receipt.epoch, answer.receipt.probe), (EPOCH, 41));
    bench.until("online", |site| site.door(&ward.id).unwrap().online).await;
    let view = bench.site().door(&ward.id).unwrap();
    let mut faults = Faults::NONE;
    [Watched::Tamper, Watched::Contact].into_iter().for_each(|watched| faults.set(watched, true));
    assert_eq!(
        (view.agent.as_deref(), view.session, view.boot, view.epoch),
        (Some("0.1.0"), Some(9), Some(3), Some(EPOCH))
    );
    assert_eq!(
        (view.mode_in_force, view.leaf, view.faults),
        (Some(Mode::LockedDown), Some(Leaf::HeldOpen), Some(faults))
    );
    assert_eq!((view.journal_head, view.journal_acknowledged, view.journal_percent), (Some(42), Some(41), Some(81)));
    assert_eq!((view.state_in_force, view.passages_in_force), (Some(Generation(5)), Some(Generation(4))));
    assert_eq!((view.reader, view.lock_released, view.messages_refused), (Some(true), Some(false), Some(2)));
    let in_force = view.in_force.unwrap();
    assert_eq!((in_force.generation, in_force.entries), (Generation(300), 1));
    says(&mut ward, Channel::UpStatus, hex(up::OFFLINE)).await;
    bench.until("away", |site| !site.door(&ward.id).unwrap().online).await;
    assert!(!is_refused(&bench));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_event_comes_into_the_log_under_its_code_and_is_acknowledged() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = connect(&bench).await;
    says(&mut ward, Channel::UpEvents, up::events()).await;
    let (_, epoch, through) = ward.acknowledged().await;
    assert_eq!((epoch, through), (EPOCH, 35));
    let mut rows = bench.site().events(&EventFilter::default(), Seek::Newest, 100).unwrap();
    rows.sort_by_key(|row| row.sequence);
    let codes: Vec<&str> = rows.iter().map(|row| row.event.kind.code()).collect();
    assert_eq!(codes, up::KINDS.map(|(_, code)| code));
    assert!(rows.iter().all(|row| row.link_ok), "they are one chain");
    assert_eq!(rows.iter().filter(|row| row.event.subject.is_some()).count(), 7);
    assert!(!is_refused(&bench));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stages_of_a_job_are_followed() {
    let bench = Bench::with_masters(&["ward"], "desk", |site| list(site, 0..3, &["ward"])).await;
    let mut desk = desk(&bench).await;
    let asked = request(&bench, EncodeWork::Encode);
    let job = desk.job().await;
    assert!(job.is_for(1, SESSION, desk.status.mono) && job.uid == uid(1));
    bench.until("sent", is(asked.id, EncodeState::Sent)).await;
    for (said, stage) in (0..).zip([Stage::Waiting, Stage::Probing, Stage::Writing, Stage::Locking]) {
        says(&mut desk, Channel::UpEncoding, up::encoding(job.id, said)).await;
        bench.until("a stage", is(asked.id, stage.into())).await;
    }
    assert!(!is_refused(&bench));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_told_after_a_restored_backup_is_taken() {
    let bench = put_back_now(Bench::prepared(&["ward"], |site| list(site, 0..2, &["ward"])).await).await;
    let mut ward = connect(&bench).await;
    says(&mut ward, Channel::UpStatus, hex(up::STATUS)).await;
    assert!(answered(&mut ward).await.hold);
    bench.until("online", |site| site.door(&ward.id).unwrap().online).await;
    says(&mut ward, Channel::UpListed, hex(up::LISTED)).await;
    bench.until("told", |site| site.restored().unwrap().unwrap().doors.first().unwrap().told.is_some()).await;
    assert!(!is_refused(&bench));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_taps_took_is_counted() {
    let bench = observed(&["ward"]).await;
    let mut ward = connect(&bench).await;
    says(&mut ward, Channel::UpStatus, hex(up::STATUS)).await;
    answered(&mut ward).await;
    says(&mut ward, Channel::UpFigures, up::figures(0)).await;
    until_told(&bench, &[("kulku_tap_decision_seconds_count", 308.0), ("kulku_tap_decision_seconds_sum", 5.0)]).await;
    assert!(!is_refused(&bench));
    bench.stop().await;
}

/// An agent that was upgraded too far, or a controller that was gone back too far: the site is told, and what happened at the
/// door waits there until it is understood.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_not_known_is_alarmed_for_its_door_acknowledged_never_and_stops_nobody() {
    let bench = Bench::new(&["ward", "pharmacy"]).await;
    let mut ward = connect(&bench).await;
    says(&mut ward, Channel::UpStatus, hex(up::STATUS)).await;
    bench.until("online", |site| site.door(&ward.id).unwrap().online).await;
    for (channel, content) in
        [(Channel::UpEvents, up::events()), (Channel::UpStatus, hex(up::STATUS)), (Channel::UpListed, hex(up::LISTED))]
    {
        say(&mut ward, 2, channel, content).await;
    }
    bench.until_alarm("wire-version").await;
    let alarms = open_alarms(bench.site());
    let alarm = alarms.iter().find(|alarm| alarm.kind == "wire-version").unwrap();
    assert_eq!(alarm.door.as_ref().map(ToString::to_string).as_deref(), Some("ward"));
    assert!(!alarms.iter().any(|alarm| alarm.kind == "forged-message"), "nobody is accused");
    // The controller goes on, for this door and for the others.
    let mut pharmacy = Door::connect(&bench, "pharmacy").await;
    let events = pharmacy.happen(&[access::event::EventKind::ExitPressed]);
    pharmacy.report(events).await;
    assert_eq!(pharmacy.acknowledged().await.2, 1);
    assert_eq!(bench.stored(), 1, "nothing of what was not understood");
    // The same events, understood: none is lost.
    says(&mut ward, Channel::UpEvents, up::events()).await;
    let (_, epoch, through) = ward.acknowledged().await;
    assert_eq!((epoch, through), (EPOCH, 35));
    assert_eq!(bench.stored(), 36);
    bench.stop().await;
}

/// It speaks version 1 until it is answered in another one.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_door_is_answered_in_what_both_understand_and_one_with_which_there_is_nothing_of_that_is_alarmed() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = connect(&bench).await;
    (ward.status.wire_min, ward.status.wire_max, ward.status.nonce) = (1, 2, Nonce([1; 16]));
    ward.report_status().await;
    assert_eq!(answered(&mut ward).await.nonce, Nonce([1; 16]));
    bench.until("noted", |site| site.wire(&ward.id).unwrap() == Some((1, 2))).await;
    assert!(!is_refused(&bench));
    (ward.status.wire_min, ward.status.wire_max) = (2, 3);
    ward.report_status().await;
    bench.until_alarm("wire-version").await;
    bench.stop().await;
}
