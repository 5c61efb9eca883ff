//! Time on the air. Virtual time is deterministic, so these are exact statements and no measurements.

use std::time::Duration;

use mfrc522_emulator::{Config, Emulator, Pace};

use crate::support::{FACTORY_KEY, card, free_of_cost, reader, reader_and_card, reader_with, tap};

/// Milliseconds of the emulator's time that `act` takes.
fn measure(emulator: &Emulator, act: impl FnOnce()) -> f64 {
    let before = emulator.now();
    act();
    (emulator.now() - before).as_secs_f64() * 1000.0
}

fn assert_near(measured: f64, expected: f64, what: &str) {
    let off = (measured / expected - 1.0).abs();
    assert!(off <= 0.01, "{what}: {measured:.3} ms, expected {expected:.2} ms ± 1 %");
}

#[test]
fn with_free_spi_a_tap_takes_the_time_on_the_air() {
    let (emulator, mut driver) = free_of_cost();
    emulator.place(card(&[0xDE, 0xAD, 0xBE, 0xEF])).unwrap();
    let begun = emulator.now();
    let since = |emulator: &Emulator| (emulator.now() - begun).as_secs_f64() * 1000.0;
    let atqa = driver.reqa().unwrap();
    assert_near(since(&emulator), 0.354, "request");
    let uid = driver.select(&atqa).unwrap();
    assert_near(since(&emulator), 2.38, "select");
    driver.mf_authenticate(&uid, 4, &FACTORY_KEY).unwrap();
    assert_near(since(&emulator), 4.49, "authenticate");
    for block in 4..7 {
        driver.mf_read(block).unwrap();
    }
    assert_near(since(&emulator), 10.71, "three reads");
}

#[test]
fn a_seven_byte_uid_takes_a_second_level() {
    let (emulator, mut driver) = free_of_cost();
    emulator.place(card(&[4, 1, 2, 3, 4, 5, 6])).unwrap();
    let took = measure(&emulator, || {
        let atqa = driver.reqa().unwrap();
        driver.select(&atqa).unwrap();
    });
    assert_near(took, 4.40, "select of seven bytes");
}

#[test]
fn a_write_takes_the_air_and_the_programming_time() {
    let (emulator, mut driver) = free_of_cost();
    emulator.place(card(&[1, 2, 3, 4])).unwrap();
    crate::support::open(&mut driver, 4);
    let took = measure(&emulator, || driver.mf_write(4, [7; 16]).unwrap());
    assert_near(took, 2.354 + 3.0, "write");
}

#[test]
fn at_4_mhz_and_20_us_a_transaction_the_bus_adds_its_share() {
    let (emulator, mut driver) = reader_and_card(&[1, 2, 3, 4]);
    let took = measure(&emulator, || tap(&mut driver));
    assert!((13.0..15.0).contains(&took), "{took:.2} ms");
}

#[test]
fn an_empty_field_costs_the_drivers_25_ms() {
    let (emulator, mut driver) = reader();
    let took = measure(&emulator, || assert!(driver.reqa().is_err()));
    assert!((25.1..25.6).contains(&took), "{took:.2} ms");
}

#[test]
fn a_card_that_starts_slowly_is_not_heard_at_first() {
    let (emulator, mut driver) = reader_with(Config { card_start_us: 5_000, ..Config::default() });
    emulator.place(card(&[1, 2, 3, 4])).unwrap();
    assert!(driver.reqa().is_err());
    assert!(driver.reqa().is_ok());
}

#[test]
fn two_runs_take_exactly_the_same_time() {
    let run = || {
        let (emulator, mut driver) = reader_and_card(&[1, 2, 3, 4]);
        tap(&mut driver);
        driver.hlta().unwrap();
        (emulator.now(), emulator.transactions())
    };
    assert_eq!(run(), run());
}

#[test]
fn real_time_follows_the_wall_and_taps_as_well() {
    let (emulator, mut driver) = reader_with(Config { pace: Pace::RealTime, ..Config::default() });
    emulator.place(card(&[1, 2, 3, 4])).unwrap();
    let wall = std::time::Instant::now();
    let begun = emulator.now();
    tap(&mut driver);
    // The emulator may be ahead of the wall only by what it does not sleep for.
    let ahead = (emulator.now() - begun).saturating_sub(wall.elapsed());
    assert!(ahead < Duration::from_millis(2), "{ahead:?} ahead of the wall");
}

#[test]
fn in_real_time_a_held_card_leaves_with_nobody_talking_to_the_chip() {
    let (emulator, _driver) = reader_with(Config { pace: Pace::RealTime, ..Config::default() });
    let id = emulator.place_for(card(&[1, 2, 3, 4]), 20).unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while emulator.is_present(id) {
        assert!(std::time::Instant::now() < deadline, "the card still lies there");
        std::thread::yield_now();
    }
    assert!(emulator.remove(id).is_some());
}
