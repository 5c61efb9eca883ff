//! What the driver does wrong, shown on the emulator: whoever wraps it must know these. The numbers are those of the
//! project's reference on the driver.

use mfrc522::comm::blocking::spi::SpiInterface;
use mfrc522::{Error, Mfrc522};
use mfrc522_emulator::{CollisionCount, Config, Emulator, Fault, SpiError};

use crate::support::{FACTORY_KEY, Raw, UID_4, UID_7, card, open, reader, reader_and_card, reader_with, select};

const SPENT: Error<SpiError> = Error::Comm(SpiError::BudgetSpent);

#[test]
fn b1_miso_low_passes_init_and_then_hangs() {
    let emulator = Emulator::default();
    emulator.set_fault(Some(Fault::MisoStuckLow));
    emulator.set_transaction_budget(Some(10_000));
    let driver = Mfrc522::new(SpiInterface::new(emulator.spi()));
    let mut driver = driver.init().expect("init sees nothing");
    assert_eq!(driver.version(), Ok(0x00));
    assert_eq!(driver.reqa().err(), Some(SPENT));
}

#[test]
fn b1_miso_high_hangs_in_init() {
    let emulator = Emulator::default();
    emulator.set_fault(Some(Fault::MisoStuckHigh));
    emulator.set_transaction_budget(Some(10_000));
    let driver = Mfrc522::new(SpiInterface::new(emulator.spi()));
    assert_eq!(driver.init().err(), Some(SPENT));
}

#[test]
fn b1_a_chip_that_reset_itself_hangs_while_its_version_reads_well() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.reset_chip();
    assert_eq!(driver.version(), Ok(0x92));
    assert_eq!(driver.reqa().err(), Some(SPENT));
}

#[test]
fn b2_a_sector_for_key_b_stays_closed_to_the_driver() {
    let (emulator, mut driver) = reader();
    let mut card = card(&UID_4);
    let mut trailer = [0xA0; 16];
    trailer[6..10].copy_from_slice(&[0x0F, 0x00, 0xFF, 0x69]);
    trailer[10..].fill(0xB0);
    card.set_block(7, trailer);
    emulator.place(card).unwrap();
    let uid = select(&mut driver);
    assert_eq!(driver.mf_authenticate(&uid, 4, &[0xB0; 6]), Err(Error::Timeout));
    let uid = select(&mut driver);
    assert_eq!(driver.mf_authenticate(&uid, 4, &[0xA0; 6]), Ok(()));
    assert_eq!(driver.mf_read(4), Err(Error::Crc), "key A may read nothing here");
    driver.stop_crypto1().unwrap();
    select(&mut driver);
    assert!(Raw(emulator.spi()).authenticate(0x61, 4, [0xB0; 6], UID_4));
    assert_eq!(driver.mf_read(4), Ok([0; 16]));
}

#[test]
fn b3_a_seven_byte_uid_cannot_be_authenticated() {
    let (_emulator, mut driver) = reader_and_card(&UID_7);
    let uid = select(&mut driver);
    let result = driver.mf_authenticate(&uid, 4, &FACTORY_KEY);
    assert_eq!(result, Err(Error::Timeout));
}

#[test]
fn b4_a_refused_data_phase_is_taken_for_success() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 4);
    emulator.set_fault(Some(Fault::WriteDataRefused));
    assert_eq!(driver.mf_write(4, [0x5A; 16]), Ok(()));
    let card = emulator.remove_uid(&UID_4).unwrap();
    assert_eq!(card.block(4), Some([0; 16]), "nothing was written");
}

#[test]
fn b5_a_refused_read_looks_like_a_damaged_frame() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 4);
    assert_eq!(driver.mf_read(8), Err(Error::Crc));
}

#[test]
fn b6_a_refused_write_ends_in_a_timeout() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 0);
    let before = emulator.now();
    assert_eq!(driver.mf_write(0, [0; 16]), Err(Error::Timeout));
    assert!((emulator.now() - before).as_millis() >= 25);
}

#[test]
fn b7_a_damaged_check_byte_is_not_noticed() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.set_fault(Some(Fault::CheckByteDamaged));
    driver.reqa().unwrap();
    let answer = driver.transceive::<5>(&[0x93, 0x20], 0, 0).unwrap();
    assert_eq!(answer.buffer, [0xDE, 0xAD, 0xBE, 0xEF, 0xA2], "should end in 22");
    let atqa = driver.wupa().or_else(|_| driver.wupa()).unwrap();
    assert_eq!(driver.select(&atqa).unwrap().as_bytes(), UID_4);
}

#[test]
fn b9_three_cards_can_make_the_anticollision_spin() {
    // The first collision is in bit 9 and the second in bit 17, which the chip counts from the second byte.
    let uids = [[0, 0, 0, 0x40], [0, 1, 0, 0x40], [0, 1, 1, 0x40]];
    let outcome = |collision_count| {
        let (emulator, mut driver) = reader_with(Config { collision_count, ..Config::default() });
        for uid in uids {
            emulator.place(card(&uid)).unwrap();
        }
        let atqa = driver.reqa().unwrap();
        driver.select(&atqa).map(|uid| uid.as_bytes().to_vec())
    };
    assert_eq!(outcome(CollisionCount::FromAlignedByte), Err(SPENT));
    assert_eq!(outcome(CollisionCount::FromFirstUidBit), Ok(uids[2].to_vec()));
}

#[test]
fn b10_halt_and_a_wrong_key_cost_25_ms() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    let uid = select(&mut driver);
    let before = emulator.now();
    let wrong = driver.mf_authenticate(&uid, 4, &[0; 6]);
    assert_eq!(wrong, Err(Error::Timeout));
    let took = (emulator.now() - before).as_micros();
    assert!((26_000..27_500).contains(&took), "{took} µs");
    let before = emulator.now();
    driver.hlta().unwrap();
    assert!((emulator.now() - before).as_millis() >= 25);
}

#[test]
fn b11_a_forgotten_stop_crypto1_makes_the_next_tap_fail() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 4);
    assert_eq!(driver.reqa().err(), Some(Error::Timeout));
    assert_eq!(driver.reqa().err(), Some(Error::Timeout));
    driver.stop_crypto1().unwrap();
    assert!(driver.reqa().is_ok());
}

#[test]
fn b11_a_wrong_key_for_a_second_sector_leaves_the_cipher_on() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    let uid = open(&mut driver, 4);
    assert!(driver.mf_authenticate(&uid, 8, &[0; 6]).is_err());
    assert_eq!(driver.reqa().err(), Some(Error::Timeout));
    driver.stop_crypto1().unwrap();
    assert!(driver.reqa().is_ok());
}

#[test]
fn b12_an_answer_that_is_too_long_stays_in_the_buffer() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    let answer = driver.transceive::<1>(&[0x26], 7, 0);
    assert_eq!(answer.err(), Some(Error::NoRoom));
    assert_eq!(driver.transceive::<5>(&[0x93, 0x20], 0, 0).unwrap().valid_bytes, 5);
}

#[test]
fn b13_init_does_not_look_at_the_version() {
    let emulator = Emulator::default();
    emulator.set_fault(Some(Fault::MisoStuckLow));
    assert!(Mfrc522::new(SpiInterface::new(emulator.spi())).init().is_ok());
}

#[test]
fn cards_of_different_uid_lengths_collide_in_the_request() {
    let (emulator, mut driver) = reader();
    emulator.place(card(&UID_4)).unwrap();
    emulator.place(card(&UID_7)).unwrap();
    assert_eq!(driver.reqa().err(), Some(Error::Collision));
}
