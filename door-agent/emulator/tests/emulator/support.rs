//! The driver on the emulator, and raw registers beside it.

use embedded_hal::spi::SpiDevice;
use mfrc522::comm::blocking::spi::{DummyDelay, SpiInterface};
use mfrc522::{Initialized, Mfrc522, Uid};
use mfrc522_emulator::{Config, Emulator, Spi, SpiCost, VirtualCard};
use proptest::test_runner::{Config as PropertyConfig, RngSeed};

pub(crate) type Driver = Mfrc522<SpiInterface<Spi, DummyDelay>, Initialized>;

pub(crate) const UID_4: [u8; 4] = [0xDE, 0xAD, 0xBE, 0xEF];
pub(crate) const UID_7: [u8; 7] = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];
pub(crate) const FACTORY_KEY: [u8; 6] = [0xFF; 6];

/// More transactions than any correct exchange needs; a driver that spins for ever fails by it.
const BUDGET: u64 = 50_000;

/// Properties are tried with the same cases in every run; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` try others.
pub(crate) fn seeded() -> PropertyConfig {
    let mut config = PropertyConfig { failure_persistence: None, ..PropertyConfig::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(522);
    }
    config
}

/// An emulator whose driver cannot hang, and that driver after `init`.
pub(crate) fn reader() -> (Emulator, Driver) {
    reader_with(Config::default())
}

pub(crate) fn free_of_cost() -> (Emulator, Driver) {
    reader_with(Config { spi: SpiCost::FREE, ..Config::default() })
}

pub(crate) fn reader_with(config: Config) -> (Emulator, Driver) {
    let emulator = Emulator::new(config);
    emulator.set_transaction_budget(Some(BUDGET));
    let driver = Mfrc522::new(SpiInterface::new(emulator.spi()));
    let driver = driver.init().expect("init");
    (emulator, driver)
}

/// A reader with one card on it.
pub(crate) fn reader_and_card(uid: &[u8]) -> (Emulator, Driver) {
    let (emulator, driver) = reader();
    emulator.place(card(uid)).expect("room for a card");
    (emulator, driver)
}

pub(crate) fn card(uid: &[u8]) -> VirtualCard {
    VirtualCard::classic_1k(uid).expect("a good UID")
}

/// REQA and select.
pub(crate) fn select(driver: &mut Driver) -> Uid {
    let atqa = driver.reqa().expect("REQA");
    driver.select(&atqa).expect("SELECT")
}

/// Up to an open sector, with key A.
pub(crate) fn open(driver: &mut Driver, block: u8) -> Uid {
    let uid = select(driver);
    driver.mf_authenticate(&uid, block, &FACTORY_KEY).expect("authentication");
    uid
}

/// A tap as the stock driver does it: request, select, authenticate, three reads.
pub(crate) fn tap(driver: &mut Driver) {
    open(driver, 4);
    for block in 4..7 {
        driver.mf_read(block).expect("read");
    }
}

/// Registers past the driver.
pub(crate) struct Raw(pub(crate) Spi);

impl Raw {
    pub(crate) fn write(&mut self, register: u8, value: u8) {
        SpiDevice::write(&mut self.0, &[register << 1, value]).expect("SPI");
    }

    pub(crate) fn read(&mut self, register: u8) -> u8 {
        let mut buffer = [register << 1 | 0x80, 0];
        self.0.transfer_in_place(&mut buffer).expect("SPI");
        buffer[1]
    }

    pub(crate) fn fill_fifo(&mut self, bytes: &[u8]) {
        self.write(0x01, 0x00);
        self.write(0x04, 0x7F);
        self.write(0x0A, 0x80);
        for byte in bytes {
            self.write(0x09, *byte);
        }
    }

    pub(crate) fn drain_fifo(&mut self) -> Vec<u8> {
        (0..self.read(0x0A)).map(|_| self.read(0x09)).collect()
    }

    /// Polls `ComIrqReg` for any of the bits.
    pub(crate) fn wait_irq(&mut self, bits: u8) -> u8 {
        loop {
            let irq = self.read(0x04);
            if irq & bits != 0 {
                return irq;
            }
        }
    }

    /// MFAuthent with any key type and any four bytes of the UID. Whether the cipher is on afterwards.
    pub(crate) fn authenticate(&mut self, command: u8, block: u8, key: [u8; 6], uid: [u8; 4]) -> bool {
        let mut bytes = vec![command, block];
        bytes.extend_from_slice(&key);
        bytes.extend_from_slice(&uid);
        self.fill_fifo(&bytes);
        self.write(0x01, 0x0E);
        self.wait_irq(0x13);
        let open = self.read(0x08) & 0x08 != 0;
        self.write(0x01, 0x00);
        open
    }
}
