//! The bus to the reader chip: shared, bounded in time, and right on a Raspberry Pi.

mod deadline;
pub mod rppal;
mod shared;

pub use deadline::{Budget, DeadlineError, DeadlineSpi, Pace};
pub use shared::SharedSpi;
