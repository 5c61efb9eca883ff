//! Lays a card on an emulated reader and reads it with the `mfrc522` driver.
//!
//! `cargo run -p mfrc522-emulator --example tap [DUMP]` takes a new card, or one from a dump file.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::path::Path;

use mfrc522::Mfrc522;
use mfrc522::comm::blocking::spi::SpiInterface;
use mfrc522_emulator::{Dump, Emulator, VirtualCard};

fn main() -> Result<(), Box<dyn Error>> {
    let card = match std::env::args_os().nth(1) {
        Some(path) => Dump::load(Path::new(&path), None)?.card(),
        None => VirtualCard::classic_1k(&[0xDE, 0xAD, 0xBE, 0xEF])?,
    };

    // The emulator is the hardware; the driver sees nothing but its SPI bus.
    let emulator = Emulator::default();
    let driver = Mfrc522::new(SpiInterface::new(emulator.spi()));
    let mut driver = driver.init().map_err(failed)?;
    println!("chip version {:02X}", driver.version().map_err(failed)?);

    emulator.place(card)?;
    let atqa = driver.reqa().map_err(failed)?;
    let uid = driver.select(&atqa).map_err(failed)?;
    println!("card {:02X?} after {:?}", uid.as_bytes(), emulator.now());

    match driver.mf_authenticate(&uid, 4, &[0xFF; 6]) {
        Ok(()) => println!("block 4: {:02X?}", driver.mf_read(4).map_err(failed)?),
        Err(error) => println!("sector 1 does not open with the factory key: {error:?}"),
    }
    println!("{} SPI transactions, {:?}", emulator.transactions(), emulator.now());
    Ok(())
}

/// The driver's error has no text of its own.
fn failed(error: impl std::fmt::Debug) -> String {
    format!("the driver failed: {error:?}")
}
