//! The bytes that each call of the driver puts on the bus, which is what a chip sees of it.

use std::cell::RefCell;
use std::rc::Rc;

use embedded_hal::spi::{ErrorType, Operation, SpiDevice};
use mfrc522::comm::blocking::spi::{DummyDelay, SpiInterface};
use mfrc522::{Initialized, Mfrc522};
use mfrc522_emulator::{Emulator, Spi, SpiError};

use crate::support::{FACTORY_KEY, card};

/// Bytes from the host of each chip-select window.
type Log = Rc<RefCell<Vec<Vec<u8>>>>;

struct Recorder {
    spi: Spi,
    log: Log,
}

impl ErrorType for Recorder {
    type Error = SpiError;
}

impl SpiDevice for Recorder {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), SpiError> {
        let mut window = Vec::new();
        for operation in operations.iter() {
            match operation {
                Operation::Write(bytes) => window.extend_from_slice(bytes),
                Operation::TransferInPlace(bytes) => window.extend_from_slice(bytes),
                other => panic!("the driver does not use {other:?}"),
            }
        }
        self.log.borrow_mut().push(window);
        self.spi.transaction(operations)
    }
}

type Driver = Mfrc522<SpiInterface<Recorder, DummyDelay>, Initialized>;

fn recorded() -> (Emulator, Driver, Log) {
    let emulator = Emulator::default();
    emulator.set_transaction_budget(Some(50_000));
    emulator.place(card(&[0xDE, 0xAD, 0xBE, 0xEF])).unwrap();
    let log = Log::default();
    let recorder = Recorder { spi: emulator.spi(), log: Rc::clone(&log) };
    let driver = Mfrc522::new(SpiInterface::new(recorder)).init().unwrap();
    (emulator, driver, log)
}

/// What was recorded since the last call, repeated polls taken together.
fn taken(log: &Log) -> Vec<String> {
    let mut windows: Vec<String> = log
        .take()
        .iter()
        .map(|window| window.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" "))
        .collect();
    windows.dedup();
    windows
}

/// Transactions and bytes of a call, with one poll of each wait.
fn fixed_cost(windows: &[String]) -> (usize, usize) {
    let bytes = windows.iter().map(|window| window.split(' ').count()).sum();
    (windows.len(), bytes)
}

#[test]
fn init_is_as_documented() {
    let (_emulator, _driver, log) = recorded();
    let expected = "02 0F|82 00|24 00|26 00|48 26|54 80|56 A9|58 03|5A E8|2A 40|22 3D|A8 00|28 83";
    assert_eq!(taken(&log).join("|"), expected);
}

#[test]
fn a_request_is_as_documented() {
    let (_emulator, mut driver, log) = recorded();
    taken(&log);
    driver.reqa().unwrap();
    let expected = "02 00|08 7F|14 80|12 26|02 0C|1A 87|88 00|8C 00|94 00|92 92 00|98 00";
    assert_eq!(taken(&log).join("|"), expected);
}

#[test]
fn a_new_card_check_resets_three_registers_first() {
    let (_emulator, mut driver, log) = recorded();
    taken(&log);
    driver.new_card_present().unwrap();
    assert_eq!(taken(&log)[..3].join("|"), "24 00|26 00|48 26");
}

#[test]
fn a_select_is_as_documented() {
    let (_emulator, mut driver, log) = recorded();
    let atqa = driver.reqa().unwrap();
    taken(&log);
    driver.select(&atqa).unwrap();
    let expected = "9C 00|1C 20|02 00|08 7F|14 80|12 93 20|02 0C|1A 80|88 00|8C 00|94 00|92 92 92 92 92 00|98 00\
                    |02 00|0A 04|14 80|12 93 70 DE AD BE EF 22|02 03|8A 00|02 00|C4 00|C2 00\
                    |02 00|08 7F|14 80|12 93 70 DE AD BE EF 22 93 EE|02 0C|1A 80|88 00|8C 00|94 00|92 92 92 00|98 00\
                    |02 00|0A 04|14 80|12 08|02 03|8A 00|02 00|C4 00|C2 00";
    let windows = taken(&log);
    assert_eq!(without_crc(&windows), without_crc_text(expected));
}

#[test]
fn an_authentication_is_as_documented() {
    let (_emulator, mut driver, log) = recorded();
    let atqa = driver.reqa().unwrap();
    let uid = driver.select(&atqa).unwrap();
    taken(&log);
    driver.mf_authenticate(&uid, 4, &FACTORY_KEY).unwrap();
    let expected = "02 00|08 7F|14 80|1A 00|12 60 04 FF FF FF FF FF FF DE AD BE EF|02 0E|88 00|8C 00";
    assert_eq!(taken(&log).join("|"), expected);
    taken(&log);
    driver.stop_crypto1().unwrap();
    assert_eq!(taken(&log).join("|"), "90 00|10 00");
}

#[test]
fn a_tap_has_the_documented_number_of_transactions_and_bytes() {
    let (_emulator, mut driver, log) = recorded();
    taken(&log);
    let atqa = driver.reqa().unwrap();
    // With one poll of each wait. The documented numbers leave out the polls for answers of cards.
    assert_eq!(fixed_cost(&taken(&log)), (11, 23));
    let uid = driver.select(&atqa).unwrap();
    assert_eq!(fixed_cost(&taken(&log)), (42, 105));
    driver.mf_authenticate(&uid, 4, &FACTORY_KEY).unwrap();
    assert_eq!(fixed_cost(&taken(&log)), (8, 27));
    driver.mf_read(4).unwrap();
    assert_eq!(fixed_cost(&taken(&log)), (29, 94));
    driver.mf_write(4, [0; 16]).unwrap();
    assert_eq!(fixed_cost(&taken(&log)), (40, 116));
}

/// The CRC of the SELECT is checked by the card; its value is of no interest here.
fn without_crc(windows: &[String]) -> Vec<String> {
    windows
        .iter()
        .map(|window| match window.strip_prefix("12 93 70 DE AD BE EF 22 ") {
            Some(_) => "SELECT".to_owned(),
            None => window.clone(),
        })
        .collect()
}

fn without_crc_text(windows: &str) -> Vec<String> {
    let windows: Vec<String> = windows.split('|').map(str::to_owned).collect();
    without_crc(&windows)
}
