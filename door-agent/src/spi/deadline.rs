//! Ends the driver's endless loops, and lets them sleep.
//!
//! The `mfrc522` driver polls the chip without a limit in its reset, in `transceive` and when it
//! authenticates. With MISO stuck, or after the chip has reset itself, such a loop never ends. This bus
//! takes so many transactions and so much time for one operation, and fails after that, and the
//! driver's loop ends with the failure.
//!
//! A loop that waits for an empty field would ask the chip some fifty times for nothing. With a [`Pace`]
//! this bus waits before it passes such a question on.

use std::time::{Duration, Instant};

use embedded_hal::spi::{Error, ErrorKind, ErrorType, Operation, SpiDevice};

/// Reading `ComIrqReg`, which is what a waiting loop does (MFRC522 datasheet, 9.3.1.5).
const READ_COM_IRQ: u8 = 0x04 << 1 | 0x80;

/// What one operation may cost.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Chip-select windows. This is what ends a loop, always at the same place.
    pub transactions: u32,
    /// Time on the wall, in case the bus itself is slow. Generous, so that a busy machine is not taken
    /// for a broken wire.
    pub time: Duration,
}

impl Budget {
    /// Waiting 25 ms for a card at 20 µs a transaction takes 1,250 of them.
    pub const OPERATION: Self = Self { transactions: 4_000, time: Duration::from_millis(1_000) };

    /// Transactions of an operation with a [`Pace`], which asks a few times only.
    const PACED: u32 = 64;
}

/// How often a loop may ask the chip whether something has happened, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Before the first question of an operation.
    pub first_ns: u32,
    /// Before each further one.
    pub then_ns: u32,
}

/// An SPI device that fails once the budget of the operation under way is spent.
#[derive(Debug)]
pub struct DeadlineSpi<S> {
    inner: S,
    budget: Budget,
    left: u32,
    until: Instant,
    pace: Option<Pace>,
    asked: bool,
}

/// Why a transaction failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError<E> {
    /// The bus says so.
    #[error("the SPI bus failed: {0:?}")]
    Bus(E),
    /// The chip did not come to an end.
    #[error("the reader chip did not answer within its budget; check its wiring and power")]
    Spent,
}

impl<S> DeadlineSpi<S> {
    /// Nothing may be done until the first [`DeadlineSpi::begin`].
    pub fn new(inner: S, budget: Budget) -> Self {
        Self { inner, budget, left: 0, until: Instant::now(), pace: None, asked: false }
    }

    /// An operation begins, with a whole budget, and without a pace.
    pub fn begin(&mut self) {
        self.begin_at(None);
    }

    /// An operation begins that waits at this pace.
    pub fn begin_at(&mut self, pace: Option<Pace>) {
        self.left = if pace.is_some() { Budget::PACED } else { self.budget.transactions };
        self.until = Instant::now() + self.budget.time;
        (self.pace, self.asked) = (pace, false);
    }
}

impl<S: SpiDevice> DeadlineSpi<S> {
    /// The bus waits. [`Operation::DelayNs`] is how it is told, so that an emulated bus waits in its own time.
    fn question(&mut self, pace: Pace, buffer: &mut [u8]) -> Result<(), S::Error> {
        let wait_ns = if self.asked { pace.then_ns } else { pace.first_ns };
        self.asked = true;
        self.inner.transaction(&mut [Operation::DelayNs(wait_ns), Operation::TransferInPlace(buffer)])
    }
}

impl<E: Error> Error for DeadlineError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Bus(error) => error.kind(),
            Self::Spent => ErrorKind::Other,
        }
    }
}

impl<S: ErrorType> ErrorType for DeadlineSpi<S> {
    type Error = DeadlineError<S::Error>;
}

impl<S: SpiDevice> SpiDevice for DeadlineSpi<S> {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Self::Error> {
        self.left = self.left.checked_sub(1).ok_or(DeadlineError::Spent)?;
        if Instant::now() >= self.until {
            return Err(DeadlineError::Spent);
        }
        let done = match (self.pace, operations) {
            (Some(pace), [Operation::TransferInPlace(buffer)]) if buffer.first() == Some(&READ_COM_IRQ) => {
                self.question(pace, buffer)
            }
            (_, operations) => self.inner.transaction(operations),
        };
        done.map_err(DeadlineError::Bus)
    }
}
