//! What went over the air, for golden tests and for eyes.
//!
//! ```text
//!    480.000µs     0  reader  26 (7 bits)
//!    645.412µs     0  card    04 00
//!      1.132ms     1  reader  93 20 ! DropAnswer
//! ```
//!
//! The second column is the number of the exchange, which a [`Plan`](crate::Plan) counts by.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use crate::plan::FaultKind;

/// More frames than this are never kept; at two for each exchange it is some minutes of polling.
pub const MAX_FRAMES: usize = 65_536;

/// Who sent a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The reader chip.
    Reader,
    /// A card, or several at once.
    Card,
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// When it began, in the emulator's time.
    pub begins: Duration,
    /// How long it occupied the air.
    pub lasts: Duration,
    /// Who sent it.
    pub from: Side,
    /// Number of the exchange, if a card could hear it.
    pub exchange: Option<u64>,
    /// Its bytes, the first bit lowest: what the reader sent, and what it heard. The second half of an authentication
    /// is not computed and has none.
    pub bytes: Vec<u8>,
    /// How many bits of them were sent.
    pub bits: usize,
    /// It went through the cipher; here are the bytes before that.
    pub encrypted: bool,
    /// Several cards disagreed in it.
    pub collided: bool,
    /// What a plan did to this exchange; told with the reader's frame.
    pub faults: Vec<FaultKind>,
}

impl fmt::Display for Frame {
    /// One line. The alternate form (`{:#}`) is without the time.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            write!(f, "{:>12}  ", format!("{:.3?}", self.begins))?;
        }
        match self.exchange {
            Some(exchange) => write!(f, "{exchange:>4}  ")?,
            None => write!(f, "   -  ")?,
        }
        f.write_str(match self.from {
            Side::Reader => "reader ",
            Side::Card => "card   ",
        })?;
        if self.bytes.is_empty() {
            f.write_str(" proof")?;
        }
        self.bytes.iter().try_for_each(|byte| write!(f, " {byte:02X}"))?;
        if !self.bits.is_multiple_of(8) {
            write!(f, " ({} bits)", self.bits)?;
        }
        if self.encrypted {
            f.write_str(" encrypted")?;
        }
        if self.collided {
            f.write_str(" collision")?;
        }
        self.faults.iter().try_for_each(|fault| write!(f, " ! {fault:?}"))
    }
}

/// The frames of a recording, oldest first. `{}` prints a line for each, `{:#}` the same without the times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    frames: VecDeque<Frame>,
    /// Frames to keep; 0 while nothing is recorded.
    limit: usize,
    forgotten: u64,
}

impl Transcript {
    /// The frames that were kept.
    pub fn frames(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter()
    }

    /// How many older frames there were no room for.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    pub(crate) fn new(limit: usize) -> Self {
        Self { frames: VecDeque::new(), limit: limit.min(MAX_FRAMES), forgotten: 0 }
    }

    pub(crate) fn note(&mut self, frame: impl FnOnce() -> Frame) {
        if self.limit == 0 {
            return;
        }
        if self.frames.len() >= self.limit {
            self.frames.pop_front();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.frames.push_back(frame());
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.forgotten > 0 {
            writeln!(f, "({} older frames are not kept)", self.forgotten)?;
        }
        for frame in &self.frames {
            if f.alternate() {
                writeln!(f, "{frame:#}")?;
            } else {
                writeln!(f, "{frame}")?;
            }
        }
        Ok(())
    }
}
