//! What a recording shows.

use mfrc522_emulator::{FaultKind, MAX_FRAMES, Plan, Side};

use crate::support::{UID_4, card, open, reader, reader_and_card, tap};

/// A tap up to the first read. The nonces come from the UID, so they are the same in every run; the cipher is not
/// computed, so the frames behind it can be read.
const GOLDEN: &str = "\
\x20  0  reader  26 (7 bits)
   0  card    04 00
   1  reader  93 20
   1  card    DE AD BE EF 22
   2  reader  93 70 DE AD BE EF 22 B9 9C
   2  card    08 B6 DD
   3  reader  60 04 D1 3D
   3  card    B3 4B 74 72
   4  reader  proof
   4  card    34 43 86 29
   5  reader  30 04 26 EE encrypted
   5  card    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 37 49 encrypted
";

#[test]
fn a_tap_is_as_it_always_was() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.record(100);
    open(&mut driver, 4);
    driver.mf_read(4).unwrap();
    assert_eq!(format!("{:#}", emulator.transcript()), GOLDEN);
}

#[test]
fn two_runs_are_the_same_to_the_nanosecond() {
    let run = || {
        let (emulator, mut driver) = reader_and_card(&UID_4);
        emulator.record(100);
        emulator.set_plan(Plan::random(9, 4));
        let _ = driver.reqa().and_then(|atqa| driver.select(&atqa));
        let _ = driver.hlta();
        emulator.transcript().to_string()
    };
    assert_eq!(run(), run());
    assert!(run().contains("µs"), "{}", run());
}

#[test]
fn a_fault_stands_with_the_frame_that_it_hit() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.record(100);
    emulator.set_plan(Plan::new(0).at(1, FaultKind::DropAnswer));
    let atqa = driver.reqa().unwrap();
    assert!(driver.select(&atqa).is_err());
    let transcript = emulator.transcript();
    let last = transcript.frames().last().unwrap();
    assert_eq!((last.from, last.exchange), (Side::Reader, Some(1)));
    assert_eq!(format!("{last:#}"), "   1  reader  93 20 ! DropAnswer");
}

#[test]
fn frames_of_an_open_sector_are_marked_and_the_proof_has_no_bytes() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.record(100);
    open(&mut driver, 4);
    driver.mf_read(4).unwrap();
    let transcript = emulator.transcript();
    let frames: Vec<_> = transcript.frames().collect();
    assert_eq!(format!("{:#}", frames[8]), "   4  reader  proof");
    let [.., ask, answer] = frames[..] else { panic!("too few frames") };
    assert_eq!((&ask.bytes[..2], ask.encrypted, ask.bits), (&[0x30, 0x04][..], true, 32));
    assert_eq!((answer.from, answer.encrypted, answer.bytes.len()), (Side::Card, true, 18));
    assert!(answer.begins >= ask.begins + ask.lasts);
}

#[test]
fn nothing_is_recorded_unless_asked_for_and_frames_without_a_card_have_no_number() {
    let (emulator, mut driver) = reader();
    assert!(driver.reqa().is_err());
    assert_eq!(emulator.transcript().frames().count(), 0);
    emulator.record(10);
    assert!(driver.reqa().is_err());
    assert_eq!(format!("{:#}", emulator.transcript()), "   -  reader  26 (7 bits)\n");
}

#[test]
fn a_collision_is_seen() {
    let (emulator, mut driver) = reader();
    for last in [1, 2] {
        emulator.place(card(&[0, 0, 0, last])).unwrap();
    }
    emulator.record(10);
    let atqa = driver.reqa().unwrap();
    driver.select(&atqa).unwrap();
    assert!(emulator.transcript().frames().any(|frame| frame.collided));
}

#[test]
fn the_newest_frames_are_kept_and_the_others_counted() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.record(4);
    tap(&mut driver);
    let transcript = emulator.transcript();
    assert_eq!(transcript.frames().count(), 4);
    assert_eq!(transcript.forgotten(), 12, "8 exchanges of two frames");
    assert!(transcript.to_string().starts_with("(12 older frames are not kept)\n"));
    emulator.record(usize::MAX);
    assert_eq!(emulator.transcript().frames().count(), 0);
    assert_eq!(MAX_FRAMES, 65_536);
}
