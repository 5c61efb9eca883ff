//! Faults of the wiring and of the chip, so that a program's defences can be tried.
//!
//! A fault lasts until it is taken back with [`Emulator::set_fault`](crate::Emulator::set_fault), or comes and goes by
//! itself with [`Emulator::schedule_fault`](crate::Emulator::schedule_fault). Faults that hit a chosen frame are a
//! [`Plan`](crate::Plan).

use std::time::Duration;

use crate::random::Random;

/// Something that is wrong for as long as it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// MISO reads as zeros: a loose wire with a pull-down, an unpowered module.
    MisoStuckLow,
    /// MISO reads as ones: a loose wire with a pull-up, a short to 3.3 V.
    MisoStuckHigh,
    /// Every transaction fails in the bus driver and does not reach the chip.
    SpiError,
    /// Cards refuse the data phase of a write with NAK 5, as if the frame had arrived damaged.
    WriteDataRefused,
    /// The last bit of every anticollision answer arrives wrong, and with it the UID's check byte.
    CheckByteDamaged,
    /// The chip has no power: its settings are lost, it hears nothing, MISO reads as zeros. It is awake as soon as
    /// the power is back.
    BrownOut,
    /// The chip is wedged: registers are read and written, `VersionReg` looks well, and no command starts, a soft reset
    /// neither. Only the reset pin helps, which is [`Emulator::reset_chip`](crate::Emulator::reset_chip).
    Wedged,
    /// Bytes on MISO arrive with one bit wrong, so many in a thousand: a cable that is too long or too close to a
    /// motor.
    MisoNoise {
        /// Chance is repeatable.
        seed: u64,
        /// Bytes in a thousand.
        per_mille: u16,
    },
    /// Frames and answers arrive with one bit wrong, so many in a thousand: a card at the edge of the field.
    AirNoise {
        /// Chance is repeatable.
        seed: u64,
        /// Frames and answers in a thousand.
        per_mille: u16,
    },
}

/// How long something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// So many SPI transactions, failed ones included.
    Transactions(u64),
    /// So much of the emulator's time.
    Time(Duration),
}

/// What is wrong now, and what will be.
#[derive(Debug)]
pub(crate) struct Faults {
    now: Option<Fault>,
    scheduled: Option<Scheduled>,
    random: Random,
}

#[derive(Debug)]
struct Scheduled {
    fault: Fault,
    begins: Option<Moment>,
    ends: Moment,
    lasts: Span,
}

#[derive(Clone, Copy, Debug)]
enum Moment {
    /// When more than so many transactions have been begun.
    Transactions(u64),
    Ns(u64),
}

impl Faults {
    pub(crate) fn new() -> Self {
        Self { now: None, scheduled: None, random: Random::new(0) }
    }

    pub(crate) fn now(&self) -> Option<Fault> {
        self.now
    }

    /// Sets what is wrong now; nothing is scheduled any more.
    pub(crate) fn set(&mut self, fault: Option<Fault>) {
        self.scheduled = None;
        self.become_faulty(fault);
    }

    pub(crate) fn schedule(&mut self, fault: Fault, after: Span, lasts: Span, transactions: u64, now_ns: u64) {
        let begins = Moment::after(after, transactions, now_ns);
        self.scheduled = Some(Scheduled { fault, begins: Some(begins), ends: begins, lasts });
    }

    /// Takes note of the time; a fault that begins is returned, even if it is over at once.
    pub(crate) fn step(&mut self, transactions: u64, now_ns: u64) -> Option<Fault> {
        let due = self.scheduled.as_mut()?;
        let mut began = None;
        if due.begins.take_if(|begins| begins.is_reached(transactions, now_ns)).is_some() {
            // The transaction at hand is the first of the span.
            due.ends = Moment::after(due.lasts, transactions.saturating_sub(1), now_ns);
            began = Some(due.fault);
        }
        let over = due.begins.is_none() && due.ends.is_reached(transactions, now_ns);
        if over {
            self.scheduled = None;
            self.become_faulty(None);
        } else if began.is_some() {
            self.become_faulty(began);
        }
        began
    }

    /// What the host sees of a byte that the chip sent.
    pub(crate) fn on_miso(&mut self, byte: u8) -> u8 {
        match self.now {
            Some(Fault::MisoStuckLow | Fault::BrownOut) => 0x00,
            Some(Fault::MisoStuckHigh) => 0xFF,
            Some(Fault::MisoNoise { per_mille, .. }) if self.random.happens(per_mille) => {
                byte ^ 1 << (self.random.byte() & 0x07)
            }
            _ => byte,
        }
    }

    fn become_faulty(&mut self, fault: Option<Fault>) {
        self.now = fault;
        if let Some(Fault::MisoNoise { seed, .. }) = fault {
            self.random = Random::new(seed);
        }
    }
}

impl Moment {
    fn after(span: Span, transactions: u64, now_ns: u64) -> Self {
        match span {
            Span::Transactions(count) => Self::Transactions(transactions.saturating_add(count)),
            Span::Time(time) => Self::Ns(now_ns.saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))),
        }
    }

    fn is_reached(self, transactions: u64, now_ns: u64) -> bool {
        match self {
            Self::Transactions(count) => transactions > count,
            Self::Ns(at_ns) => now_ns >= at_ns,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_transactions_hits_just_so_many() {
        let mut faults = Faults::new();
        faults.schedule(Fault::SpiError, Span::Transactions(3), Span::Transactions(2), 10, 0);
        let hit: Vec<u64> = (11..20)
            .filter(|transaction| {
                faults.step(*transaction, 0);
                faults.now().is_some()
            })
            .collect();
        assert_eq!(hit, [14, 15]);
    }

    #[test]
    fn a_span_of_time_begins_and_ends_with_the_clock() {
        let mut faults = Faults::new();
        let ms = |count| Span::Time(Duration::from_millis(count));
        faults.schedule(Fault::MisoStuckLow, ms(2), ms(3), 0, 0);
        let hit: Vec<u64> = (0..10)
            .filter(|now_ms| {
                faults.step(1, now_ms * 1_000_000);
                faults.now().is_some()
            })
            .collect();
        assert_eq!(hit, [2, 3, 4]);
    }

    #[test]
    fn a_span_of_nothing_is_told_and_leaves_nothing() {
        let mut faults = Faults::new();
        faults.schedule(Fault::BrownOut, Span::Transactions(0), Span::Transactions(0), 0, 0);
        assert_eq!(faults.step(1, 0), Some(Fault::BrownOut));
        assert_eq!(faults.now(), None);
        assert_eq!(faults.step(2, 0), None);
    }
}
