//! The time that a card must be held, against what the air alone takes. Virtual time is the same on every machine.

use door_agent::reader::Report;
use std::time::Duration;

use access::uid::Uid;
use mfrc522_emulator::Emulator;

use crate::stand::{INTERVAL, Mode, Stand, UID_4, UID_7};

/// Milliseconds on the air (ISO/IEC 14443-3 at 106 kbit/s): select; with authentication and three reads; with a write
/// of 3 ms programming and its read-back. Seven bytes need another level.
const FLOOR_UID: f64 = 2.38;
const FLOOR_SECTOR: f64 = 10.71;
const FLOOR_WRITE: f64 = 18.1;
const SECOND_LEVEL: f64 = 2.02;

/// What one tap took: until it was looked at, for its number, and in all.
struct Took {
    detection: Duration,
    number: Duration,
    whole: Duration,
}

/// One tap that arrives this long after a look has begun.
fn tap(uid: &[u8], mode: Option<Mode>, ahead: bool, after: Duration) -> Took {
    let mut stand = Stand::new();
    for _ in 0..3 {
        stand.turn();
    }
    let card = stand.site.card(uid, 1);
    let uid = Uid::new(uid).unwrap();
    if ahead {
        // The door has seen the card further on, so nothing is written: the reading alone is measured.
        let (_, newer) = stand.tap(card.clone(), 1, Mode::Strict);
        drop(newer);
    }
    stand.emulator.wait(after);
    let arrived = stand.emulator.now();
    stand.emulator.place(card).unwrap();
    let (begun, number) = loop {
        let begun = stand.emulator.now();
        let turn = stand.watch.turn();
        match (turn.report, turn.then) {
            (Some(Report::Came { took, .. }), _) => break (begun, took),
            (_, door_agent::reader::watch::Then::Wait(wait)) => wait_for(&stand.emulator, wait),
            other => panic!("{other:?}"),
        }
    };
    if let Some(mode) = mode {
        let task = stand.task(&uid, 1, mode);
        let Some(Report::Read { took, .. }) = stand.watch.follow(&task) else { panic!("it is read") };
        // Rest is not part of what the person waits for.
        return Took { detection: begun - arrived, number, whole: number + took };
    }
    Took { detection: begun - arrived, number, whole: number }
}

fn wait_for(emulator: &Emulator, wait: Duration) {
    emulator.wait(wait);
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Arrivals spread over the whole poll cycle.
fn arrivals() -> impl Iterator<Item = Duration> {
    (0..22).map(|step| INTERVAL * step / 22 + Duration::from_micros(137))
}

#[test]
fn a_card_is_looked_at_within_12_ms_on_average() {
    let detections: Vec<f64> = arrivals().map(|after| ms(tap(&UID_4, None, false, after).detection)).collect();
    let mean = detections.iter().sum::<f64>() / 22.0;
    assert!(mean <= 12.0, "{mean}");
    assert!(detections.iter().all(|detection| *detection <= 25.0), "{detections:?}");
}

#[test]
fn the_work_on_a_card_is_near_its_floor() {
    for (uid, more) in [(&UID_4[..], 0.0), (&UID_7, SECOND_LEVEL)] {
        for (what, mode, ahead, floor, most) in [
            ("uid", None, false, FLOOR_UID, 1.35),
            ("sector", Some(Mode::Strict), true, FLOOR_SECTOR, 1.25),
            ("write", Some(Mode::Strict), false, FLOOR_WRITE, 1.3),
        ] {
            let took = tap(uid, mode, ahead, Duration::from_micros(4_321));
            let multiple = ms(took.whole) / (floor + more);
            assert!(multiple <= most && multiple >= 0.9, "{what}, {} bytes: {multiple:.3}, {:?}", uid.len(), took.number);
        }
    }
}

#[test]
fn an_empty_field_costs_few_transactions() {
    let mut stand = Stand::new();
    let begun = (stand.emulator.transactions(), stand.emulator.now());
    let mut most = 0;
    for _ in 0..200 {
        let before = stand.emulator.transactions();
        stand.turn();
        most = most.max(stand.emulator.transactions() - before);
    }
    let polls = ms(stand.emulator.now() - begun.1) / 24.0;
    let each = (stand.emulator.transactions() - begun.0) as f64 / polls;
    assert!(each <= 24.0, "{each} transactions each 24 ms");
    assert!(most <= 24, "{most} transactions in one poll, checks included");
}

#[test]
fn a_forgotten_card_is_asked_no_more_often_than_an_empty_field() {
    let mut stand = Stand::new();
    stand.emulator.place(stand.site.card(&UID_4, 1)).unwrap();
    stand.until_came(10).unwrap();
    stand.watch.let_go();
    while stand.emulator.now() < Duration::from_secs(5) {
        assert_eq!(stand.turn().report, None);
        stand.emulator.set_transaction_budget(Some(100_000));
    }
    let begun = stand.emulator.now();
    let turns = std::iter::repeat_with(|| stand.turn()).take(40).count();
    assert!(stand.emulator.now() - begun >= INTERVAL * u32::try_from(turns - 1).unwrap());
}
