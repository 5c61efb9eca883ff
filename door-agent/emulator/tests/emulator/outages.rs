//! Faults of chip and wiring that come and go by themselves, and noise.

use std::time::Duration;

use mfrc522::comm::blocking::spi::SpiInterface;
use mfrc522::{Error, Mfrc522};
use mfrc522_emulator::{Emulator, Fault, Span, SpiError};

use crate::support::{Driver, Raw, UID_4, open, reader_and_card, select};

const INJECTED: Error<SpiError> = Error::Comm(SpiError::Injected);

fn recovered(emulator: &Emulator, driver: Driver) -> Driver {
    let mut driver = Mfrc522::new(SpiInterface::new(driver.release().release())).init().unwrap();
    emulator.set_transaction_budget(Some(50_000));
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
    driver
}

#[test]
fn a_bus_that_fails_for_some_transactions_recovers() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.schedule_fault(Fault::SpiError, Span::Transactions(4), Span::Transactions(3));
    assert_eq!(driver.reqa().err(), Some(INJECTED), "in the fifth transaction");
    assert_eq!([driver.version(), driver.version()], [Err(INJECTED), Err(INJECTED)]);
    assert_eq!(driver.version(), Ok(0x92));
    assert!(driver.reqa().is_ok());
}

#[test]
fn a_wire_that_is_loose_for_a_time_recovers() {
    for fault in [Fault::MisoStuckLow, Fault::MisoStuckHigh] {
        let (emulator, mut driver) = reader_and_card(&UID_4);
        let lasts = Duration::from_millis(10);
        emulator.schedule_fault(fault, Span::Transactions(0), Span::Time(lasts));
        let stuck = if fault == Fault::MisoStuckLow { 0x00 } else { 0xFF };
        let begun = emulator.now();
        assert_eq!(driver.version(), Ok(stuck));
        while driver.version() == Ok(stuck) {}
        let took = emulator.now() - begun;
        assert!((lasts..lasts + Duration::from_millis(1)).contains(&took), "{took:?}");
        recovered(&emulator, driver);
    }
}

#[test]
fn a_brown_out_takes_settings_and_field_and_ends() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    open(&mut driver, 4);
    emulator.schedule_fault(Fault::BrownOut, Span::Transactions(0), Span::Transactions(5));
    let mut raw = Raw(emulator.spi());
    raw.write(0x14, 0x83);
    assert_eq!([0; 4].map(|_| raw.read(0x37)), [0; 4], "nobody is there");
    assert_eq!((raw.read(0x37), raw.read(0x14), raw.read(0x2A)), (0x92, 0x80, 0x00), "back, and nothing was written");
    driver.stop_crypto1().unwrap();
    recovered(&emulator, driver);
}

#[test]
fn a_chip_can_reset_itself_at_any_transaction() {
    for transaction in 0..150 {
        let (emulator, mut driver) = reader_and_card(&UID_4);
        emulator.set_transaction_budget(Some(3_000));
        emulator.schedule_fault(Fault::BrownOut, Span::Transactions(transaction), Span::Transactions(0));
        let result = driver.reqa().and_then(|atqa| driver.select(&atqa));
        let spent = matches!(result, Err(Error::Comm(SpiError::BudgetSpent)));
        emulator.set_transaction_budget(Some(50_000));
        emulator.wait(Duration::from_millis(1));
        let mut driver = recovered(&emulator, driver);
        assert!(driver.version() == Ok(0x92), "{transaction}: {spent}");
    }
}

#[test]
fn setting_a_fault_forgets_the_scheduled_one() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.schedule_fault(Fault::SpiError, Span::Transactions(2), Span::Transactions(1_000));
    emulator.set_fault(None);
    assert!(driver.reqa().is_ok());
}

#[test]
fn noise_on_miso_flips_about_as_many_bytes_as_it_should_and_always_the_same() {
    let noisy = |seed| {
        let (emulator, mut driver) = reader_and_card(&UID_4);
        emulator.set_fault(Some(Fault::MisoNoise { seed, per_mille: 250 }));
        (0..1_000).map(|_| driver.version().unwrap()).collect::<Vec<_>>()
    };
    let versions = noisy(1);
    let wrong: Vec<u8> = versions.iter().copied().filter(|version| *version != 0x92).collect();
    assert!((200..300).contains(&wrong.len()), "{} of 1000", wrong.len());
    assert!(wrong.iter().all(|version| (version ^ 0x92).is_power_of_two()));
    assert_eq!(versions, noisy(1));
    assert_ne!(versions, noisy(2));
}

#[test]
fn noise_on_the_air_spoils_some_taps_and_not_all() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.set_transaction_budget(Some(1_000_000));
    emulator.set_fault(Some(Fault::AirNoise { seed: 5, per_mille: 50 }));
    let good = (0..200)
        .filter(|_| {
            let selected = driver.reqa().or_else(|_| driver.reqa()).and_then(|atqa| driver.select(&atqa));
            selected.is_ok_and(|uid| uid.as_bytes() == UID_4)
        })
        .count();
    assert!((20..190).contains(&good), "{good} of 200");
    emulator.set_fault(None);
    let _ = driver.reqa();
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
}

#[test]
fn a_wedged_chip_looks_well_and_only_the_reset_pin_frees_it() {
    let (emulator, mut driver) = reader_and_card(&UID_4);
    emulator.set_fault(Some(Fault::Wedged));
    emulator.set_transaction_budget(Some(2_000));
    assert_eq!((driver.version(), Raw(emulator.spi()).read(0x2A)), (Ok(0x92), 0x80));
    assert_eq!(driver.reqa().err(), Some(Error::Comm(SpiError::BudgetSpent)));
    emulator.set_transaction_budget(None);
    let mut raw = Raw(emulator.spi());
    raw.write(0x01, 0x0F);
    assert_eq!(raw.read(0x2A), 0x80, "a soft reset does not help");
    emulator.reset_chip();
    recovered(&emulator, driver);
}
