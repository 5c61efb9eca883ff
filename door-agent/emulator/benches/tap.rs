//! One tap with the stock driver calls, in virtual time: request, select, authenticate, three reads.
//!
//! The floor is what the frames and the pauses between them take on the air at 106 kbit/s. With SPI free of cost the
//! emulator must show just that; what is more at a real bus is the bus and the driver. Virtual time is the same in
//! every run and on every machine.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::error::Error;

use mfrc522::comm::blocking::spi::SpiInterface;
use mfrc522::{Initialized, Mfrc522};
use mfrc522_emulator::{Config, Emulator, Spi, SpiCost, VirtualCard};

/// Time on the air of the whole tap.
const FLOOR_MS: f64 = 10.71;
/// How far the emulator may be from it with SPI free of cost.
const TOLERANCE: f64 = 0.01;

type Driver = Mfrc522<SpiInterface<Spi, mfrc522::comm::blocking::spi::DummyDelay>, Initialized>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("one tap: REQA, select, authenticate, three reads (stock mfrc522 driver, virtual time)");
    println!("{:>10} {:>16} {:>10} {:>14}", "SPI clock", "per transaction", "tap", "x 10.71 ms");
    let buses = [(0, 0), (10, 20), (4, 20), (4, 50), (1, 20)];
    for (clock_mhz, transaction_us) in buses {
        let tap_ms = tap_ms(SpiCost { clock_hz: clock_mhz * 1_000_000, transaction_ns: transaction_us * 1_000 })?;
        let (clock, each) = match clock_mhz {
            0 => ("free".to_owned(), "free".to_owned()),
            _ => (format!("{clock_mhz} MHz"), format!("{transaction_us} µs")),
        };
        let multiple = tap_ms / FLOOR_MS;
        println!("{clock:>10} {each:>16} {tap_ms:>7.2} ms {multiple:>14.3}");
        if clock_mhz == 0 && (multiple - 1.0).abs() > TOLERANCE {
            return Err(format!("with free SPI a tap takes {tap_ms:.3} ms, not {FLOOR_MS} ms ± 1 %").into());
        }
    }
    Ok(())
}

fn tap_ms(spi: SpiCost) -> Result<f64, Box<dyn Error>> {
    let emulator = Emulator::new(Config { spi, ..Config::default() });
    let driver = Mfrc522::new(SpiInterface::new(emulator.spi()));
    let mut driver = driver.init().map_err(failed)?;
    emulator.place(VirtualCard::classic_1k(&[0xDE, 0xAD, 0xBE, 0xEF])?)?;
    let begun = emulator.now();
    tap(&mut driver).map_err(failed)?;
    Ok((emulator.now() - begun).as_secs_f64() * 1000.0)
}

fn tap(driver: &mut Driver) -> Result<(), mfrc522::Error<mfrc522_emulator::SpiError>> {
    let atqa = driver.reqa()?;
    let uid = driver.select(&atqa)?;
    driver.mf_authenticate(&uid, 4, &[0xFF; 6])?;
    for block in 4..7 {
        driver.mf_read(block)?;
    }
    Ok(())
}

/// The driver's error has no text of its own.
fn failed(error: impl std::fmt::Debug) -> String {
    format!("the driver failed: {error:?}")
}
