//! The bus of a Raspberry Pi, as the driver needs it.
//!
//! rppal's own `SimpleHalSpiDevice` passes no transmit buffer for `TransferInPlace`, so that zeros go out
//! instead of the register address and every read fails. Here the buffer is cloned and passed as both
//! sides. One transaction is one system call, so chip select stays low between its operations, which
//! is what the chip's FIFO needs. A delay is slept before the call.

use std::thread::park_timeout;
use std::time::{Duration, Instant};

use embedded_hal::spi::{Error, ErrorKind, ErrorType, Operation, SpiDevice};
use rppal::spi::{Segment, Spi};

/// An SPI device on `/dev/spidevB.S`.
#[derive(Debug)]
pub struct RppalSpi(Spi);

/// Why a transaction failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RppalSpiError(rppal::spi::Error);

impl RppalSpi {
    /// Takes over an opened bus.
    #[must_use]
    pub fn new(spi: Spi) -> Self {
        Self(spi)
    }
}

impl Error for RppalSpiError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl ErrorType for RppalSpi {
    type Error = RppalSpiError;
}

impl SpiDevice for RppalSpi {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), RppalSpiError> {
        wait(operations.iter().map(delay).sum());
        let sent: Vec<Vec<u8>> = operations.iter().map(sent).collect();
        let segments: Vec<Segment<'_, '_>> =
            operations.iter_mut().zip(&sent).filter_map(|(operation, sent)| segment(operation, sent)).collect();
        if segments.is_empty() {
            return Ok(());
        }
        self.0.transfer_segments(&segments).map_err(RppalSpiError)
    }
}

/// How long to wait first.
fn delay(operation: &Operation<'_, u8>) -> Duration {
    match operation {
        Operation::DelayNs(delay_ns) => Duration::from_nanos(u64::from(*delay_ns)),
        _ => Duration::ZERO,
    }
}

/// Sleeps, and is not woken early for good by somebody who unparks the thread.
pub(crate) fn wait(duration: Duration) {
    let until = Instant::now() + duration;
    while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        park_timeout(left);
    }
}

/// What goes out on MOSI while something comes in.
fn sent(operation: &Operation<'_, u8>) -> Vec<u8> {
    match operation {
        Operation::TransferInPlace(buffer) => buffer.to_vec(),
        Operation::Transfer(read, write) => {
            let mut padded = write.to_vec();
            padded.resize(read.len(), 0);
            padded
        }
        _ => Vec::new(),
    }
}

fn segment<'a>(operation: &'a mut Operation<'_, u8>, sent: &'a [u8]) -> Option<Segment<'a, 'a>> {
    match operation {
        Operation::Read(buffer) => Some(Segment::with_read(buffer)),
        Operation::Write(bytes) => Some(Segment::with_write(bytes)),
        Operation::Transfer(read, _) => Some(Segment::new(read, sent)),
        Operation::TransferInPlace(buffer) => Some(Segment::new(buffer, sent)),
        Operation::DelayNs(_) => None,
    }
}
