//! Several cards at once, both keys, long UIDs, and the chip's own helpers, at the registers.

use mfrc522::Error;
use mfrc522_emulator::{Config, Emulator, SpiCost, VirtualCard};

use crate::support::{FACTORY_KEY, Raw, UID_4, UID_7, card, open, reader, reader_and_card, select};

const KEY_B: [u8; 6] = [0xB0, 0xB1, 0xB2, 0xB3, 0xB4, 0xB5];

#[test]
fn two_cards_that_differ_in_any_one_bit_are_told_apart() {
    for bit in 0..32 {
        let first = [0x12, 0x34, 0x56, 0x78];
        let mut second = first;
        second[bit / 8] ^= 1 << (bit % 8);
        let (emulator, mut driver) = reader();
        emulator.place(card(&first)).unwrap();
        emulator.place(card(&second)).unwrap();
        let mut seen = Vec::new();
        for _ in 0..2 {
            seen.push(select(&mut driver).as_bytes().to_vec());
            driver.hlta().unwrap();
        }
        seen.sort();
        let mut both = [first.to_vec(), second.to_vec()];
        both.sort();
        assert_eq!(seen, both, "cards that differ in bit {bit}");
    }
}

#[test]
fn two_cards_with_seven_bytes_are_told_apart_in_either_level() {
    for other in [[0x05, 2, 3, 4, 5, 6, 7], [0x04, 2, 3, 4, 5, 6, 8]] {
        let (emulator, mut driver) = reader();
        emulator.place(card(&[0x04, 2, 3, 4, 5, 6, 7])).unwrap();
        emulator.place(card(&other)).unwrap();
        let first = select(&mut driver).as_bytes().to_vec();
        driver.hlta().unwrap();
        let second = select(&mut driver).as_bytes().to_vec();
        assert_ne!(first, second);
    }
}

#[test]
fn the_collision_in_bit_32_is_position_0() {
    let (emulator, mut driver) = reader();
    emulator.place(card(&[0, 0, 0, 0x01])).unwrap();
    emulator.place(card(&[0, 0, 0, 0x81])).unwrap();
    driver.reqa().unwrap();
    let collision = driver.transceive::<5>(&[0x93, 0x20], 0, 0);
    assert_eq!(collision.err(), Some(Error::Collision));
    assert_eq!(Raw(emulator.spi()).read(0x0E) & 0x3F, 0x00);
}

#[test]
fn two_clones_cannot_be_told_apart_and_do_not_authenticate() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    let mut clone = card(&UID_4);
    clone.set_block(4, [9; 16]);
    emulator.place(clone).unwrap();
    let uid = select(&mut driver);
    assert_eq!(uid.as_bytes(), UID_4);
    // Both draw the same nonces here, but their blocks differ, and so collide.
    driver.mf_authenticate(&uid, 4, &FACTORY_KEY).unwrap();
    assert_eq!(driver.mf_read(4), Err(Error::Collision));
}

/// A card with a key B that cannot be read, in the layout that doors use.
fn keyed(uid: &[u8]) -> VirtualCard {
    let mut card = card(uid);
    let mut trailer = [0xA0; 16];
    trailer[6..10].copy_from_slice(&[0x7E, 0x17, 0x88, 0x69]);
    trailer[10..].copy_from_slice(&KEY_B);
    card.set_block(7, trailer);
    card
}

#[test]
fn key_b_opens_what_key_a_may_not() {
    let (emulator, mut driver) = reader();
    emulator.place(keyed(&UID_4)).unwrap();
    let mut raw = Raw(emulator.spi());
    select(&mut driver);
    assert!(raw.authenticate(0x60, 4, [0xA0; 6], UID_4));
    assert_eq!(driver.mf_write(4, [1; 16]), Err(Error::Timeout));
    driver.stop_crypto1().unwrap();
    select(&mut driver);
    assert!(raw.authenticate(0x61, 4, KEY_B, UID_4));
    assert_eq!(driver.mf_write(4, [1; 16]), Ok(()));
    assert_eq!(driver.mf_read(4), Ok([1; 16]));
}

#[test]
fn a_readable_key_b_authenticates_and_opens_nothing() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    select(&mut driver);
    assert!(Raw(emulator.spi()).authenticate(0x61, 4, FACTORY_KEY, UID_4));
    assert_eq!(driver.mf_read(4), Err(Error::Crc));
}

#[test]
fn a_seven_byte_uid_authenticates_with_its_last_four_bytes() {
    let (emulator, mut driver) = reader_and_card(&UID_7);
    let mut raw = Raw(emulator.spi());
    select(&mut driver);
    assert!(!raw.authenticate(0x60, 4, FACTORY_KEY, [0x04, 0xA1, 0xB2, 0xC3]));
    select(&mut driver);
    assert!(raw.authenticate(0x60, 4, FACTORY_KEY, [0xC3, 0xD4, 0xE5, 0xF6]));
    assert_eq!(driver.mf_read(4), Ok([0; 16]));
}

#[test]
fn the_trailer_hides_key_a() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 4);
    let trailer = driver.mf_read(7).unwrap();
    assert_eq!(trailer[..10], [0, 0, 0, 0, 0, 0, 0xFF, 0x07, 0x80, 0x69]);
}

#[test]
fn new_keys_count_from_the_next_authentication() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    let uid = open(&mut driver, 4);
    let mut trailer = [0x11; 16];
    trailer[6..10].copy_from_slice(&[0x7E, 0x17, 0x88, 0x69]);
    driver.mf_write(7, trailer).unwrap();
    driver.stop_crypto1().unwrap();
    let uid = match driver.wupa() {
        Ok(_) => uid,
        Err(_) => select(&mut driver),
    };
    assert!(driver.mf_authenticate(&uid, 4, &FACTORY_KEY).is_err());
    let uid = select(&mut driver);
    assert!(driver.mf_authenticate(&uid, 4, &[0x11; 6]).is_ok());
}

#[test]
fn the_crc_coprocessor_agrees_with_software_for_every_length() {
    let emulator = Emulator::default();
    let mut raw = Raw(emulator.spi());
    raw.write(0x11, 0x3D);
    for length in 1..=64_u8 {
        let data: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37)).collect();
        raw.fill_fifo(&data);
        raw.write(0x05, 0x04);
        raw.write(0x01, 0x03);
        while raw.read(0x05) & 0x04 == 0 {}
        raw.write(0x01, 0x00);
        let crc = [raw.read(0x22), raw.read(0x21)];
        assert_eq!(crc, mfrc522_emulator::crc_a(&data), "{length} bytes");
    }
}

#[test]
fn the_chip_can_do_the_crc_of_frames_itself() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 4);
    let mut raw = Raw(emulator.spi());
    raw.write(0x12, 0x80);
    raw.write(0x13, 0x80);
    raw.fill_fifo(&[0x30, 0x07]);
    raw.write(0x01, 0x0C);
    raw.write(0x0D, 0x80);
    raw.wait_irq(0x20);
    assert_eq!(raw.drain_fifo().len(), 16);
    assert_eq!(raw.read(0x06), 0);
}

#[test]
fn waiting_ends_with_free_spi_even_if_two_registers_are_polled_in_turn() {
    let emulator = Emulator::new(Config { spi: SpiCost::FREE, ..Config::default() });
    emulator.set_transaction_budget(Some(1_000));
    let mut raw = Raw(emulator.spi());
    raw.write(0x2D, 0xFF);
    raw.write(0x0C, 0x40);
    while raw.read(0x05) & 0x04 == 0 && raw.read(0x04) & 0x01 == 0 {}
    assert!(emulator.now().as_micros() >= 18);
}

#[test]
fn waiting_for_nothing_with_free_spi_moves_the_clock_in_small_steps() {
    let emulator = Emulator::new(Config { spi: SpiCost::FREE, ..Config::default() });
    emulator.place_for(card(&UID_4), u64::MAX).unwrap();
    let mut raw = Raw(emulator.spi());
    for _ in 0..100 {
        raw.read(0x04);
    }
    assert_eq!(emulator.now().as_micros(), 99);
}

#[test]
fn the_register_trace_of_a_real_chip_after_an_anticollision_is_reproduced() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    driver.reqa().unwrap();
    let mut raw = Raw(emulator.spi());
    raw.fill_fifo(&[0x93, 0x20]);
    raw.write(0x01, 0x0C);
    raw.write(0x0D, 0x80);
    assert_eq!(raw.wait_irq(0x20), 0x64);
    assert_eq!(raw.read(0x0A), 5);
    assert_eq!(raw.read(0x0C), 0x10);
}
