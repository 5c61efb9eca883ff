//! A second hand on the bus.
//!
//! The driver keeps its register access to itself, and some registers must be reached past it: the
//! timer, the version, the antenna. Both hands belong to the reader's one thread.

use std::cell::RefCell;
use std::rc::Rc;

use embedded_hal::spi::{ErrorType, Operation, SpiDevice};

/// A handle of an SPI device; clones are handles of the same one.
#[derive(Debug)]
pub struct SharedSpi<S>(Rc<RefCell<S>>);

impl<S> SharedSpi<S> {
    /// Shares a device.
    pub fn new(device: S) -> Self {
        Self(Rc::new(RefCell::new(device)))
    }

    /// Does something to the device between two transactions.
    pub fn with<T>(&self, act: impl FnOnce(&mut S) -> T) -> T {
        act(&mut self.0.borrow_mut())
    }
}

impl<S> Clone for SharedSpi<S> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<S: ErrorType> ErrorType for SharedSpi<S> {
    type Error = S::Error;
}

impl<S: SpiDevice> SpiDevice for SharedSpi<S> {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Self::Error> {
        self.0.borrow_mut().transaction(operations)
    }
}
