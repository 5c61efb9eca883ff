//! Every call of the driver.

use mfrc522::{Error, RxGain, Type};
use mfrc522_emulator::{Config, Version};

use crate::support::{FACTORY_KEY, Raw, UID_4, UID_7, open, reader, reader_and_card, reader_with, select};

#[test]
fn version_is_the_one_that_was_chosen() {
    for (version, byte) in [(Version::V1, 0x91), (Version::V2, 0x92)] {
        let (_emulator, mut driver) = reader_with(Config { version, ..Config::default() });
        assert_eq!(driver.version(), Ok(byte));
    }
}

#[test]
fn init_leaves_the_registers_as_the_driver_wants_them() {
    let (emulator, _driver) = reader();
    let mut raw = Raw(emulator.spi());
    let wanted = [
        (0x2A, 0x80),
        (0x2B, 0xA9),
        (0x2C, 0x03),
        (0x2D, 0xE8),
        (0x15, 0x40),
        (0x11, 0x3D),
        (0x14, 0x83),
        (0x01, 0x20),
    ];
    for (register, value) in wanted {
        assert_eq!(raw.read(register), value, "register {register:02X}");
    }
}

#[test]
fn an_empty_field_is_a_timeout() {
    let (_emulator, mut driver) = reader();
    assert_eq!(driver.reqa().err(), Some(Error::Timeout));
    assert_eq!(driver.wupa().err(), Some(Error::Timeout));
    assert_eq!(driver.new_card_present().err(), Some(Error::Timeout));
}

#[test]
fn cards_with_four_seven_and_ten_bytes_are_selected() {
    let ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    for uid in [&UID_4[..], &UID_7, &ten] {
        let (_emulator, mut driver) = reader_and_card(uid);
        let selected = select(&mut driver);
        assert_eq!(selected.as_bytes(), uid);
        assert!(matches!(selected.get_type(), Type::Mifare1k));
    }
}

#[test]
fn a_mini_is_selected_and_says_what_it_is() {
    let (emulator, mut driver) = reader();
    let mini = mfrc522_emulator::VirtualCard::mini(&UID_4).unwrap();
    emulator.place(mini).unwrap();
    assert!(matches!(select(&mut driver).get_type(), Type::MifareMini));
}

#[test]
fn a_block_is_written_and_read_back() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 4);
    assert_eq!(driver.mf_read(4), Ok([0; 16]));
    assert_eq!(driver.mf_write(4, [0x5A; 16]), Ok(()));
    assert_eq!(driver.mf_read(4), Ok([0x5A; 16]));
    let card = emulator.remove_uid(&UID_4).unwrap();
    assert_eq!(card.block(4), Some([0x5A; 16]));
}

#[test]
fn a_halted_card_hears_wupa_and_not_reqa() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    select(&mut driver);
    assert_eq!(driver.hlta(), Ok(()));
    assert_eq!(driver.reqa().err(), Some(Error::Timeout));
    let atqa = driver.wupa().unwrap();
    assert_eq!(driver.select(&atqa).unwrap().as_bytes(), UID_4);
}

#[test]
fn an_authenticated_card_can_be_halted_and_tapped_again() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    for _ in 0..3 {
        let atqa = driver.wupa().unwrap();
        let uid = driver.select(&atqa).unwrap();
        driver.mf_authenticate(&uid, 8, &FACTORY_KEY).unwrap();
        driver.mf_read(8).unwrap();
        driver.hlta().unwrap();
        driver.stop_crypto1().unwrap();
    }
}

#[test]
fn another_sector_is_opened_out_of_an_open_one() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    let uid = open(&mut driver, 4);
    driver.mf_authenticate(&uid, 8, &FACTORY_KEY).unwrap();
    assert!(driver.mf_read(8).is_ok());
    assert_eq!(driver.mf_read(4), Err(Error::Crc), "the first one is closed");
}

#[test]
fn a_new_card_is_seen_by_new_card_present() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    let atqa = driver.new_card_present().unwrap();
    assert_eq!(driver.select(&atqa).unwrap().as_bytes(), UID_4);
}

#[test]
fn gain_and_raw_frames_pass() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    driver.set_antenna_gain(RxGain::DB48).unwrap();
    assert_eq!(Raw(emulator.spi()).read(0x26), 0x70);
    let atqa = driver.transceive::<2>(&[0x26], 7, 0).unwrap();
    assert_eq!((atqa.buffer, atqa.valid_bytes), ([0x04, 0x00], 2));
    let uid = driver.transceive::<5>(&[0x93, 0x20], 0, 0).unwrap();
    assert_eq!(uid.buffer, [0xDE, 0xAD, 0xBE, 0xEF, 0x22]);
}

#[test]
fn a_request_in_the_middle_of_an_activation_is_an_error_to_the_card() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    select(&mut driver);
    assert_eq!(driver.reqa().err(), Some(Error::Timeout));
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
}

#[test]
fn the_field_comes_back_after_the_card_was_taken_off() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 4);
    let card = emulator.remove_uid(&UID_4).unwrap();
    assert_eq!(driver.mf_read(4), Err(Error::Timeout));
    driver.stop_crypto1().unwrap();
    emulator.place(card).unwrap();
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
}
