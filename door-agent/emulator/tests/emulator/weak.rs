//! Blocks that were weakly written, and what becomes of them.

use mfrc522::Error;
use mfrc522_emulator::{CardId, Emulator, Fade, FaultKind, Plan, Torn};

use crate::support::{Driver, UID_4, card, open, reader};

const OLD: [u8; 16] = [0x11; 16];
const NEW: [u8; 16] = [0x22; 16];

/// A card whose block 4 was torn in this way, back on the reader with its sector open.
fn torn(left: Torn) -> (Emulator, Driver, CardId) {
    let (emulator, mut driver) = reader();
    let mut card = card(&UID_4);
    card.set_block(4, OLD);
    let id = emulator.place(card).unwrap();
    emulator.set_plan(Plan::new(7).at(6, FaultKind::TearWrite { left, away_ms: Some(0) }));
    open(&mut driver, 4);
    assert_eq!(driver.mf_write(4, NEW), Err(Error::Timeout));
    driver.stop_crypto1().unwrap();
    open(&mut driver, 4);
    (emulator, driver, id)
}

#[test]
fn a_weak_block_reads_well_until_it_fades() {
    for (to, expected) in [(Fade::Old, OLD), (Fade::Erased, [0; 16])] {
        let (emulator, mut driver, id) = torn(Torn::Weak);
        assert_eq!(driver.mf_read(4), Ok(NEW));
        assert_eq!(emulator.fade(id, to), Some(1));
        assert_eq!(driver.mf_read(4), Ok(expected), "{to:?}");
        assert_eq!(emulator.fade(id, to), Some(0), "it has faded already");
    }
}

#[test]
fn a_weak_block_may_fade_to_unstable_bits() {
    let (emulator, mut driver, id) = torn(Torn::Weak);
    emulator.fade(id, Fade::Unstable { seed: 3 }).unwrap();
    let readings = [0; 8].map(|_| driver.mf_read(4).unwrap());
    assert!(readings.iter().any(|reading| *reading != readings[0]));
    let outside = readings[0].iter().zip(&OLD).any(|(read, old)| (read ^ old) & !0x33 != 0);
    assert!(!outside, "only bits that should have changed are unstable: {readings:02X?}");
}

#[test]
fn of_a_prefix_only_the_new_bytes_fade() {
    let (emulator, mut driver, id) = torn(Torn::Prefix(4));
    assert_eq!(emulator.fade(id, Fade::Erased), Some(1));
    let read = driver.mf_read(4).unwrap();
    assert_eq!((&read[..4], &read[4..]), (&[0; 4][..], &OLD[4..]));
}

#[test]
fn a_good_write_over_a_weak_block_does_not_fade() {
    let (emulator, mut driver, id) = torn(Torn::Weak);
    driver.mf_write(4, NEW).unwrap();
    assert_eq!(emulator.fade(id, Fade::Erased), Some(0));
    assert_eq!(driver.mf_read(4), Ok(NEW));
}

#[test]
fn a_card_that_was_taken_off_fades_in_the_hand() {
    let (emulator, _driver, id) = torn(Torn::Weak);
    let mut card = emulator.remove(id).unwrap();
    assert_eq!(emulator.fade(id, Fade::Old), None, "it is not here any more");
    assert_eq!(card.fade(Fade::Old), 1);
    assert_eq!(card.block(4), Some(OLD));
}

#[test]
fn a_torn_trailer_may_lock_its_sector_for_good() {
    let (emulator, mut driver) = reader();
    emulator.place(card(&UID_4)).unwrap();
    emulator.set_plan(Plan::new(0).at(6, FaultKind::TearWrite { left: Torn::Erased, away_ms: Some(0) }));
    let uid = open(&mut driver, 4);
    let trailer = [[0xA0; 6].as_slice(), &[0x7E, 0x17, 0x88, 0x69], &[0xB0; 6]].concat();
    assert!(driver.mf_write(7, trailer.try_into().unwrap()).is_err());
    for key in [[0xFF; 6], [0xA0; 6], [0x00; 6]] {
        driver.stop_crypto1().unwrap();
        let atqa = driver.wupa().or_else(|_| driver.wupa()).unwrap();
        driver.select(&atqa).unwrap();
        assert!(driver.mf_authenticate(&uid, 4, &key).is_err(), "{key:02X?}");
    }
}
