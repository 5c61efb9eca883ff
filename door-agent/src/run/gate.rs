//! One reader of a door, and what the loop knows of it.

use access::passage::Side;

use super::tap::Waiting;
use crate::reader::Reader;
use crate::taps::Taps;

/// A reader.
pub(crate) struct Gate {
    /// Where it is.
    pub(crate) side: Side,
    pub(crate) reader: Reader,
    /// What is laid on it, if it is emulated.
    pub(crate) taps: Option<Taps>,
    /// Whether it answers.
    pub(super) answers: bool,
    /// Whether it has said that it does not.
    pub(super) blind: bool,
    /// A card that is being read.
    pub(super) waiting: Option<Waiting>,
}

impl Gate {
    /// A reader that has not told yet how it is.
    pub(crate) fn new(side: Side, reader: Reader, taps: Option<Taps>) -> Self {
        Self { side, reader, taps, answers: false, blind: false, waiting: None }
    }
}
