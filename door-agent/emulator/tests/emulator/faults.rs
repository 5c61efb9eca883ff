//! Wiring, power, and cards that come and go at the wrong moment.

use std::time::Duration;

use mfrc522::Error;
use mfrc522_emulator::{Fault, FieldFull, MAX_CARDS, SpiError};

use crate::support::{Raw, UID_4, card, open, reader, reader_and_card, select};

#[test]
fn a_failed_transaction_is_reported_and_passes() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.set_fault(Some(Fault::SpiError));
    assert_eq!(driver.reqa().err(), Some(Error::Comm(SpiError::Injected)));
    emulator.set_fault(None);
    assert!(driver.reqa().is_ok());
}

#[test]
fn without_antenna_no_card_answers_and_cards_forget_their_session() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 4);
    driver.stop_crypto1().unwrap();
    let mut raw = Raw(emulator.spi());
    raw.write(0x14, 0x80);
    assert_eq!(driver.reqa().err(), Some(Error::Timeout));
    raw.write(0x14, 0x83);
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
}

#[test]
fn power_down_stops_the_field_and_wakes_after_38_us() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    let mut raw = Raw(emulator.spi());
    raw.write(0x01, 0x10);
    emulator.wait(Duration::from_secs(1));
    assert_eq!(raw.read(0x01) & 0x10, 0x10);
    raw.write(0x01, 0x00);
    assert_eq!(raw.read(0x01) & 0x10, 0x10, "it needs 1024 clocks");
    emulator.wait(Duration::from_micros(38));
    assert_eq!(raw.read(0x01) & 0x10, 0);
    // The settings survived, the antenna included.
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
}

#[test]
fn a_held_card_leaves_by_itself_and_can_still_be_taken_back() {
    let (emulator, mut driver) = reader();
    let id = emulator.place_for(card(&UID_4), 30).unwrap();
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
    emulator.wait(Duration::from_millis(30));
    assert!(!emulator.is_present(id));
    assert_eq!(driver.reqa().err(), Some(Error::Timeout));
    assert_eq!(emulator.remove(id).unwrap().uid(), UID_4);
    assert!(emulator.remove(id).is_none());
}

#[test]
fn a_card_that_leaves_during_programming_holds_a_torn_block() {
    let (emulator, mut driver) = reader();
    let slow = card(&UID_4).with_programming_us(10_000);
    // Request to the end of the data phase takes some 9 ms here; the card leaves in the middle of the programming.
    let id = emulator.place_for(slow, 15).unwrap();
    open(&mut driver, 4);
    assert_eq!(driver.mf_write(4, [0xFF; 16]), Err(Error::Timeout));
    let block = emulator.remove(id).unwrap().block(4).unwrap();
    let new = block.iter().take_while(|byte| **byte == 0xFF).count();
    assert!((1..16).contains(&new), "{block:02X?}");
    assert_eq!(block[new..], vec![0; 16 - new], "the rest is old");
}

#[test]
fn a_card_that_leaves_in_the_middle_of_its_answer_is_heard_in_part() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 4);
    let mut raw = Raw(emulator.spi());
    raw.fill_fifo(&[0x30, 0x04, 0x26, 0xEE]);
    raw.write(0x01, 0x0C);
    raw.write(0x0D, 0x80);
    emulator.wait(Duration::from_micros(1_000));
    assert!(emulator.remove_uid(&UID_4).is_some());
    assert_eq!(raw.wait_irq(0x21) & 0x20, 0x20, "the end of the frame is seen");
    let level = raw.read(0x0A);
    assert!((1..18).contains(&level), "{level} bytes");
}

#[test]
fn the_field_has_room_for_eight_cards() {
    let (emulator, _driver) = reader();
    for last in 0..8 {
        emulator.place(card(&[0, 0, 0, last])).unwrap();
    }
    assert_eq!(emulator.place(card(&UID_4)), Err(FieldFull));
    assert_eq!(emulator.clear().len(), MAX_CARDS);
    assert!(emulator.cards().is_empty());
}

#[test]
fn cards_come_and_go_while_a_thread_owns_the_driver() {
    let (emulator, mut driver) = reader();
    emulator.set_transaction_budget(None);
    let seen = std::thread::spawn(move || {
        loop {
            if let Ok(atqa) = driver.reqa() {
                return driver.select(&atqa).map(|uid| uid.as_bytes().to_vec());
            }
        }
    });
    emulator.place(card(&UID_4)).unwrap();
    assert_eq!(seen.join().unwrap(), Ok(UID_4.to_vec()));
}
