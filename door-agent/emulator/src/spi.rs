//! The SPI side of the chip, as an embedded-hal [`SpiDevice`].

use std::sync::Arc;

use embedded_hal::spi::{Error, ErrorKind, ErrorType, Operation, SpiDevice};

use crate::clock;
use crate::emulator::Shared;

/// The bus to the emulated chip. One transaction is one chip-select window.
///
/// Clones talk to the same chip, like a bus that is shared on purpose. In real time a call sleeps for as long as the
/// chip is ahead of the wall.
#[derive(Clone, Debug)]
pub struct Spi {
    shared: Arc<Shared>,
}

impl Spi {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

/// Why a transaction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpiError {
    /// [`Fault::SpiError`](crate::Fault::SpiError) is set.
    #[error("the SPI transaction failed, as it was told to")]
    Injected,
    /// More transactions than [`set_transaction_budget`](crate::Emulator::set_transaction_budget) allows.
    #[error("the budget of SPI transactions is spent: the program talks to the chip without end")]
    BudgetSpent,
}

impl Error for SpiError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl ErrorType for Spi {
    type Error = SpiError;
}

impl SpiDevice for Spi {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), SpiError> {
        let (result, ahead) = {
            let mut world = self.shared.lock();
            let result = world.transaction(operations);
            (result, world.clock.ahead())
        };
        // The lock is free while this sleeps, so that cards can come and go.
        if let Some(ahead) = ahead {
            clock::sleep(ahead);
        }
        result
    }
}

/// What the next byte of a chip-select window means (MFRC522, 8.1.2).
///
/// ```text
///   Address ── bit 7 clear ──▶ Writing: every byte goes to that register
///      └────── bit 7 set ────▶ Reading: each byte is the next address, and brings the value of the one before
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ChipSelect {
    #[default]
    Address,
    Writing(u8),
    Reading(u8),
}

impl ChipSelect {
    /// Takes a byte from the host; what the byte means is returned.
    pub(crate) fn next(&mut self, mosi: u8) -> Self {
        let address = mosi >> 1 & 0x3F;
        let meaning = *self;
        *self = match meaning {
            Self::Address if mosi & 0x80 == 0 => Self::Writing(address),
            Self::Address | Self::Reading(_) => Self::Reading(address),
            Self::Writing(address) => Self::Writing(address),
        };
        meaning
    }
}
