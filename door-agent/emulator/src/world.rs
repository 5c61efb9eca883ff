//! Chip, cards and clock together: what one transaction sees, and how time passes.

use embedded_hal::spi::Operation;

use crate::chip::Chip;
use crate::chip::registers::{CHANGED_BY_TIME, at};
use crate::clock::Clock;
use crate::emulator::Config;
use crate::fault::{Fault, Faults};
use crate::field::Field;
use crate::spi::{ChipSelect, SpiError};

/// With SPI free of cost and nothing that could happen, who waits still needs a clock that moves.
const IDLE_POLL_NS: u64 = 1_000;

/// Everything behind the handle's lock.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) chip: Chip,
    pub(crate) field: Field,
    pub(crate) faults: Faults,
    pub(crate) transactions: u64,
    /// Transactions that are still allowed, if they are counted.
    pub(crate) budget: Option<u64>,
    /// Registers that were read since the last write, as a bit set of addresses.
    polled: u64,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            clock: Clock::new(config.pace),
            chip: Chip::new(config.version.byte(), config.collision_count),
            field: Field::new(u64::from(config.card_start_us) * 1_000),
            faults: Faults::new(),
            transactions: 0,
            budget: None,
            polled: 0,
            config,
        }
    }

    /// In real time, does what happened on the wall since the last call.
    pub(crate) fn catch_up(&mut self) {
        if let Some(wall_ns) = self.clock.wall_ns() {
            self.pass_until(wall_ns);
        }
    }

    /// Lets time pass, event by event.
    pub(crate) fn pass_until(&mut self, target_ns: u64) {
        while let Some(due) = self.next_event_ns().filter(|due| *due <= target_ns) {
            self.clock.set_ns(due);
            let now_ns = self.clock.now_ns();
            for card in self.field.pass(now_ns) {
                self.chip.card_left(card, now_ns);
            }
            self.chip.pass(&mut self.field, now_ns);
        }
        self.clock.set_ns(target_ns);
    }

    /// One chip-select window.
    pub(crate) fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), SpiError> {
        self.catch_up();
        self.transactions = self.transactions.saturating_add(1);
        if let Some(budget) = &mut self.budget {
            *budget = budget.checked_sub(1).ok_or(SpiError::BudgetSpent)?;
        }
        self.pass_for(u64::from(self.config.spi.transaction_ns));
        if let Some(begun) = self.faults.step(self.transactions, self.clock.now_ns()) {
            self.fault_begins(begun);
        }
        self.field.disturbance.set_fault(self.faults.now());
        if self.faults.now() == Some(Fault::SpiError) {
            return Err(SpiError::Injected);
        }
        let mut select = ChipSelect::default();
        for operation in operations {
            match operation {
                Operation::Read(buffer) => {
                    for byte in buffer.iter_mut() {
                        *byte = self.exchange(&mut select, 0);
                    }
                }
                Operation::Write(bytes) => {
                    for byte in bytes.iter() {
                        self.exchange(&mut select, *byte);
                    }
                }
                Operation::Transfer(read, write) => self.transfer(&mut select, read, write),
                Operation::TransferInPlace(buffer) => {
                    for byte in buffer.iter_mut() {
                        *byte = self.exchange(&mut select, *byte);
                    }
                }
                Operation::DelayNs(delay_ns) => self.pass_for(u64::from(*delay_ns)),
            }
        }
        Ok(())
    }

    pub(crate) fn pass_for(&mut self, duration_ns: u64) {
        self.pass_until(self.clock.now_ns().saturating_add(duration_ns));
    }

    /// Sets or takes back a fault.
    pub(crate) fn set_fault(&mut self, fault: Option<Fault>) {
        self.faults.set(fault);
        self.field.disturbance.set_fault(fault);
        if let Some(fault) = fault {
            self.fault_begins(fault);
        }
    }

    /// Power-on reset, which is also what the reset pin does.
    pub(crate) fn reset_chip(&mut self) {
        if self.faults.now() == Some(Fault::Wedged) {
            self.set_fault(None);
        }
        let now_ns = self.clock.now_ns();
        self.chip.power_on_reset(&mut self.field, now_ns);
    }

    fn fault_begins(&mut self, fault: Fault) {
        if fault == Fault::BrownOut {
            self.reset_chip();
        }
    }

    fn next_event_ns(&self) -> Option<u64> {
        [self.chip.next_event_ns(), self.field.next_event_ns()].into_iter().flatten().min()
    }

    /// The shorter side is filled up: zeros go out, what comes in is dropped.
    fn transfer(&mut self, select: &mut ChipSelect, read: &mut [u8], write: &[u8]) {
        for index in 0..read.len().max(write.len()) {
            let mosi = write.get(index).copied().unwrap_or(0);
            let miso = self.exchange(select, mosi);
            if let Some(cell) = read.get_mut(index) {
                *cell = miso;
            }
        }
    }

    /// One byte each way.
    fn exchange(&mut self, select: &mut ChipSelect, mosi: u8) -> u8 {
        self.pass_for(self.config.spi.byte_ns());
        let meaning = select.next(mosi);
        let miso = match meaning {
            _ if self.faults.now() == Some(Fault::BrownOut) => 0,
            ChipSelect::Address => 0,
            ChipSelect::Writing(at::COMMAND) if self.faults.now() == Some(Fault::Wedged) => 0,
            ChipSelect::Writing(address) => {
                self.polled = 0;
                let now_ns = self.clock.now_ns();
                self.chip.write(address, mosi, &mut self.field, now_ns);
                0
            }
            ChipSelect::Reading(address) => {
                self.wait_if_polled(address);
                self.chip.read(address, self.clock.now_ns())
            }
        };
        self.faults.on_miso(miso)
    }

    /// Where SPI costs nothing, polling would stop the clock: see [`SpiCost::FREE`](crate::SpiCost::FREE).
    fn wait_if_polled(&mut self, address: u8) {
        let bit = 1_u64 << (address & 0x3F) & CHANGED_BY_TIME;
        if self.config.spi.is_free() && self.polled & bit != 0 {
            let idle_ns = self.clock.now_ns().saturating_add(IDLE_POLL_NS);
            self.pass_until(self.chip.next_event_ns().unwrap_or(idle_ns));
        }
        self.polled |= bit;
    }
}
