//! Tears a card off the reader at each exchange of a write, and shows what the driver says and what the card holds.
//!
//! `cargo run -p mfrc522-emulator --example faults`
//!
//! The `mfrc522` driver sees a time-out each time, whether nothing was written, half of it, or everything: that is why
//! a program must read back, and must be able to go on from any of these. The last table is worse: there the driver
//! says that all is well.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;

use mfrc522::comm::blocking::spi::{DummyDelay, SpiInterface};
use mfrc522::{Initialized, Mfrc522};
use mfrc522_emulator::{Emulator, FaultKind, Plan, Spi, SpiError, Torn, VirtualCard};

/// What a driver or a program that does not end would need too many of.
const BUDGET: u64 = 20_000;
const UID: [u8; 4] = [0xDE, 0xAD, 0xBE, 0xEF];
const OLD: [u8; 16] = *b"what was before.";
const NEW: [u8; 16] = *b"SOMETHING NEWER!";

type Driver = Mfrc522<SpiInterface<Spi, DummyDelay>, Initialized>;

fn main() -> Result<(), Box<dyn Error>> {
    let exchanges = show_the_write()?;

    println!("\nenergy lost at each exchange, after 5 of 16 bytes");
    for exchange in 0..exchanges {
        try_with(Plan::new(1).at(exchange, FaultKind::TearWrite { left: Torn::Prefix(5), away_ms: Some(0) }))?;
    }

    println!("\nwhat a torn write may leave");
    let data = exchanges - 1;
    for left in [Torn::Old, Torn::Prefix(12), Torn::Erased, Torn::Unstable, Torn::Weak] {
        try_with(Plan::new(1).at(data, FaultKind::TearWrite { left, away_ms: Some(0) }))?;
    }

    println!("\nother faults of the data phase");
    let faults = [
        FaultKind::LoseAck { away_ms: Some(0) },
        FaultKind::DropAnswer,
        FaultKind::Nak(0x5),
        FaultKind::CorruptFrame { bit: 40 },
    ];
    for fault in faults {
        try_with(Plan::new(1).at(data, fault))?;
    }
    Ok(())
}

/// Prints the frames of a write that nothing disturbs, which tells their numbers. How many exchanges it has.
fn show_the_write() -> Result<u64, Box<dyn Error>> {
    let (emulator, mut driver) = reader()?;
    emulator.place(card()?)?;
    emulator.record(100);
    write(&mut driver).map_err(failed)?;
    println!("a write without faults\n{}", emulator.transcript());
    Ok(emulator.exchanges())
}

/// One write under a plan, on a card of its own.
fn try_with(plan: Plan) -> Result<(), Box<dyn Error>> {
    let what = plan.faults().first().map(|(exchange, fault)| format!("exchange {exchange}: {fault:?}"));
    let (emulator, mut driver) = reader()?;
    let id = emulator.place(card()?)?;
    emulator.set_plan(plan);
    let result = write(&mut driver);

    let card = emulator.remove(id).ok_or("the card is still there")?;
    let block = card.block(4).ok_or("the card has a block 4")?;
    println!("{:<68} {:<12} {}", what.unwrap_or_default(), format!("{result:?}"), block.escape_ascii());
    Ok(())
}

fn write(driver: &mut Driver) -> Result<(), mfrc522::Error<SpiError>> {
    let atqa = driver.reqa()?;
    let uid = driver.select(&atqa)?;
    driver.mf_authenticate(&uid, 4, &[0xFF; 6])?;
    driver.mf_write(4, NEW)
}

fn reader() -> Result<(Emulator, Driver), Box<dyn Error>> {
    let emulator = Emulator::default();
    emulator.set_transaction_budget(Some(BUDGET));
    let driver = Mfrc522::new(SpiInterface::new(emulator.spi())).init().map_err(failed)?;
    Ok((emulator, driver))
}

fn card() -> Result<VirtualCard, Box<dyn Error>> {
    let mut card = VirtualCard::classic_1k(&UID)?;
    card.set_block(4, OLD);
    Ok(card)
}

/// The driver's error has no text of its own.
fn failed(error: impl std::fmt::Debug) -> String {
    format!("the driver failed: {error:?}")
}
