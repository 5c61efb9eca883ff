//! The digital self-test, as a program at start-up would run it.

use mfrc522::Mfrc522;
use mfrc522::comm::blocking::spi::SpiInterface;
use mfrc522_emulator::{Config, Emulator, Version};

use crate::support::{Raw, UID_4, card, reader, reader_with, select};

/// First and last eight bytes of the datasheet's tables.
const V1: ([u8; 8], [u8; 8]) =
    ([0x00, 0xC6, 0x37, 0xD5, 0x32, 0xB7, 0x57, 0x5C], [0xD9, 0x0F, 0xB5, 0x5E, 0x25, 0x1D, 0x29, 0x79]);
const V2: ([u8; 8], [u8; 8]) =
    ([0x00, 0xEB, 0x66, 0xBA, 0x57, 0xBF, 0x23, 0x95], [0xDC, 0x15, 0xBA, 0x3E, 0x7D, 0x95, 0x3B, 0x2F]);

/// The datasheet's procedure; what the internal buffer is filled with can be chosen to do it wrong.
fn self_test(emulator: &Emulator, filling: u8) -> Vec<u8> {
    let mut raw = Raw(emulator.spi());
    raw.write(0x01, 0x0F);
    while raw.read(0x01) & 0x10 != 0 {}
    raw.write(0x0A, 0x80);
    (0..25).for_each(|_| raw.write(0x09, filling));
    raw.write(0x01, 0x01);
    raw.write(0x36, 0x09);
    raw.write(0x09, 0x00);
    raw.write(0x01, 0x03);
    while raw.read(0x05) & 0x04 == 0 {}
    raw.write(0x01, 0x00);
    let result = raw.drain_fifo();
    raw.write(0x36, 0x00);
    result
}

#[test]
fn each_version_leaves_its_own_table() {
    for (version, (first, last)) in [(Version::V1, V1), (Version::V2, V2)] {
        let (emulator, _driver) = reader_with(Config { version, ..Config::default() });
        let result = self_test(&emulator, 0x00);
        assert_eq!(result.len(), 64);
        assert_eq!((&result[..8], &result[56..]), (&first[..], &last[..]), "{version:?}");
    }
}

#[test]
fn a_test_that_was_begun_badly_does_not_pass() {
    let (emulator, _driver) = reader();
    let result = self_test(&emulator, 0x01);
    assert_eq!(result.len(), 64);
    assert_ne!(result[..8], V2.0);
}

#[test]
fn after_the_test_the_chip_needs_to_be_initialised() {
    let (emulator, mut driver) = reader();
    emulator.place(card(&UID_4)).unwrap();
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
    self_test(&emulator, 0x00);
    assert_eq!(Raw(emulator.spi()).read(0x14) & 0x03, 0, "the antenna is off");
    let mut driver = Mfrc522::new(SpiInterface::new(emulator.spi())).init().unwrap();
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
}

#[test]
fn without_the_test_register_the_same_traffic_is_a_crc() {
    let (emulator, _driver) = reader();
    let mut raw = Raw(emulator.spi());
    raw.fill_fifo(&[0x00]);
    raw.write(0x01, 0x03);
    while raw.read(0x05) & 0x04 == 0 {}
    assert_eq!(raw.read(0x0A), 0);
}
