//! The chip at its registers, past what the driver uses of it.

use std::time::Duration;

use embedded_hal::spi::{Operation, SpiDevice};
use mfrc522_emulator::{Emulator, Version};

use crate::support::{Raw, UID_4, card};

fn chip() -> (Emulator, Raw) {
    let emulator = Emulator::default();
    emulator.set_transaction_budget(Some(50_000));
    let raw = Raw(emulator.spi());
    (emulator, raw)
}

#[test]
fn reset_values_are_those_of_the_datasheet() {
    let not_zero = [
        (0x01, 0x20),
        (0x02, 0x80),
        (0x04, 0x14),
        (0x07, 0x21),
        (0x0B, 0x08),
        (0x0C, 0x10),
        (0x0E, 0xA0),
        (0x11, 0x3F),
        (0x14, 0x80),
        (0x16, 0x10),
        (0x17, 0x84),
        (0x18, 0x84),
        (0x19, 0x4D),
        (0x1C, 0x62),
        (0x1F, 0xEB),
        (0x21, 0xFF),
        (0x22, 0xFF),
        (0x23, 0x88),
        (0x24, 0x26),
        (0x25, 0x87),
        (0x26, 0x48),
        (0x27, 0x88),
        (0x28, 0x20),
        (0x29, 0x20),
        (0x33, 0x80),
        (0x36, 0x40),
        (0x37, 0x92),
        (0x3C, 0xFF),
        (0x3E, 0x03),
    ];
    assert_eq!(Version::default(), Version::V2);
    let (_emulator, mut raw) = chip();
    for register in 0..64 {
        let expected = not_zero.iter().find(|(address, _)| *address == register).map_or(0, |(_, value)| *value);
        assert_eq!(raw.read(register), expected, "register {register:02X}");
    }
}

#[test]
fn a_read_brings_each_value_one_byte_after_its_address() {
    let (_emulator, mut raw) = chip();
    let mut buffer = [0x80 | 0x37 << 1, 0x80 | 0x1F << 1, 0x80 | 0x11 << 1, 0x00];
    raw.0.transfer_in_place(&mut buffer).unwrap();
    assert_eq!(buffer, [0x00, 0x92, 0xEB, 0x3F]);
}

#[test]
fn a_bus_that_sends_zeros_instead_of_addresses_reads_zeros() {
    let (_emulator, mut raw) = chip();
    let mut buffer = [0xFF; 2];
    raw.0.transaction(&mut [Operation::Read(&mut buffer)]).unwrap();
    assert_eq!(buffer, [0, 0]);
}

#[test]
fn a_write_goes_to_one_register_over_all_operations_of_a_transaction() {
    let (_emulator, mut raw) = chip();
    let mut operations = [Operation::Write(&[0x09 << 1, 1]), Operation::DelayNs(500), Operation::Write(&[2, 3])];
    raw.0.transaction(&mut operations).unwrap();
    assert_eq!(raw.drain_fifo(), [1, 2, 3]);
}

#[test]
fn a_full_fifo_overflows_and_a_flush_forgets_it() {
    let (_emulator, mut raw) = chip();
    raw.fill_fifo(&[0x55; 65]);
    assert_eq!((raw.read(0x0A), raw.read(0x06)), (64, 0x10));
    assert_eq!(raw.read(0x04) & 0x02, 0x02);
    assert_eq!(raw.read(0x07) & 0x03, 0x02, "HiAlert and not LoAlert");
    raw.write(0x0A, 0x80);
    assert_eq!((raw.read(0x0A), raw.read(0x06)), (0, 0x00));
}

#[test]
fn the_fifo_is_closed_while_a_card_is_authenticated() {
    let (emulator, mut raw) = chip();
    raw.fill_fifo(&[0x60; 12]);
    raw.write(0x01, 0x0E);
    raw.write(0x09, 0x00);
    assert_eq!(raw.read(0x06), 0x80);
    assert_eq!(raw.read(0x0A), 0);
    // Without a card and without a timer the command never ends.
    emulator.wait(Duration::from_secs(10));
    assert_eq!(raw.read(0x01) & 0x0F, 0x0E);
}

#[test]
fn an_authentication_with_too_few_bytes_ends_in_an_error() {
    let (_emulator, mut raw) = chip();
    raw.fill_fifo(&[0x60; 11]);
    raw.write(0x01, 0x0E);
    assert_eq!(raw.read(0x04) & 0x12, 0x12);
    assert_eq!(raw.read(0x06), 0x01);
}

#[test]
fn software_can_switch_the_cipher_off_and_not_on() {
    let (emulator, mut raw) = chip();
    raw.write(0x08, 0x08);
    assert_eq!(raw.read(0x08) & 0x08, 0);
    raw.write(0x11, 0x3D);
    raw.write(0x14, 0x83);
    emulator.place(card(&UID_4)).unwrap();
    for frame in [&[0x26_u8][..], &[0x93, 0x20], &[0x93, 0x70, 0xDE, 0xAD, 0xBE, 0xEF, 0x22]] {
        let (short, select) = (frame.len() == 1, frame.len() == 7);
        raw.write(0x12, if select { 0x80 } else { 0x00 });
        raw.fill_fifo(frame);
        raw.write(0x01, 0x0C);
        raw.write(0x0D, if short { 0x87 } else { 0x80 });
        raw.wait_irq(0x20);
    }
    assert!(raw.authenticate(0x60, 4, [0xFF; 6], UID_4));
    raw.write(0x08, 0x08);
    assert_eq!(raw.read(0x08) & 0x08, 0x08);
    raw.write(0x08, 0x00);
    assert_eq!(raw.read(0x08) & 0x08, 0);
}

#[test]
fn the_timer_is_started_read_and_stopped_by_hand() {
    let (emulator, mut raw) = chip();
    // A tick of 339 cycles is 25 µs.
    for (register, value) in [(0x2B, 0xA9), (0x2C, 0x03), (0x2D, 0xE8), (0x0C, 0x40)] {
        raw.write(register, value);
    }
    emulator.wait(Duration::from_millis(10));
    assert_eq!(raw.read(0x07) & 0x08, 0x08, "running");
    raw.write(0x0C, 0x80);
    let counter = u16::from_be_bytes([raw.read(0x2E), raw.read(0x2F)]);
    assert!((590..=600).contains(&counter), "{counter}");
    emulator.wait(Duration::from_secs(1));
    assert_eq!(raw.read(0x04) & 0x01, 0, "stopped timers do not expire");
}

#[test]
fn an_interrupt_that_was_cleared_late_does_not_come_back() {
    // Once and again: with TAutoRestart the timer goes on, and expires next after 25 ms.
    for mode in [0x00, 0x10] {
        let (emulator, mut raw) = chip();
        for (register, value) in [(0x2A, mode), (0x2B, 0xA9), (0x2C, 0x03), (0x2D, 0xE8), (0x04, 0x81), (0x0C, 0x40)] {
            raw.write(register, value);
        }
        emulator.wait(Duration::from_millis(110));
        raw.write(0x04, 0x7F);
        assert_eq!(raw.read(0x04) & 0x01, 0, "mode {mode:02X}");
        emulator.wait(Duration::from_millis(25));
        assert_eq!(raw.read(0x04) & 0x01, mode >> 4, "mode {mode:02X}");
    }
}

#[test]
fn the_internal_buffer_is_filled_kept_and_copied() {
    let (emulator, mut raw) = chip();
    let data: Vec<u8> = (1..=25).collect();
    raw.fill_fifo(&data);
    raw.write(0x01, 0x01);
    assert_eq!(raw.wait_irq(0x10) & 0x10, 0x10);
    raw.write(0x01, 0x0F);
    emulator.wait(Duration::from_micros(38));
    raw.write(0x01, 0x01);
    assert_eq!(raw.drain_fifo(), data, "a soft reset leaves it");
    raw.write(0x01, 0x02);
    raw.write(0x01, 0x01);
    let random = raw.drain_fifo();
    assert_ne!(random[..10], data[..10]);
    assert_eq!(random[10..], data[10..]);
}

#[test]
fn a_transmission_without_reception_ends_by_itself() {
    let (_emulator, mut raw) = chip();
    raw.fill_fifo(&[0x50, 0x00, 0x57, 0xCD]);
    raw.write(0x01, 0x04);
    assert_eq!(raw.wait_irq(0x10) & 0x50, 0x50);
    assert_eq!(raw.read(0x01) & 0x0F, 0x00);
}

#[test]
fn a_receiver_that_is_switched_off_hears_nothing() {
    let (emulator, mut raw) = chip();
    raw.write(0x14, 0x83);
    emulator.place(card(&UID_4)).unwrap();
    raw.fill_fifo(&[0x26]);
    raw.write(0x01, 0x2C);
    raw.write(0x0D, 0x87);
    emulator.wait(Duration::from_secs(1));
    assert_eq!(raw.read(0x04) & 0x20, 0);
}
