//! Faults on the air, each at a chosen exchange.
//!
//! An exchange is one frame of the reader and what comes back. Counted are those that a card on the field could
//! hear, from 0 when the plan is set: a tap has the same numbers no matter how long the reader polled before.
//! [`Transcript`](crate::Transcript) shows the numbers.

use crate::air::Downlink;
use crate::field::Answer;
use crate::random::Random;

/// What goes wrong in one exchange.
///
/// Where a card goes away, `away_ms` says for how long: 0 is a moment without energy, `None` is for good. It keeps
/// its [`CardId`](crate::CardId) and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// No card hears the frame.
    DropFrame,
    /// The cards hear the frame and do what it says, and the reader does not hear them.
    DropAnswer,
    /// One bit of the frame arrives wrong; counted from the first, round and round.
    CorruptFrame {
        /// Which bit.
        bit: u16,
    },
    /// One bit of the answer arrives wrong; counted from the first, round and round.
    CorruptAnswer {
        /// Which bit.
        bit: u16,
        /// Whether the chip sees it by the parity bit and reports `ParityErr`. A second wrong bit in the same byte
        /// would hide it.
        parity: bool,
    },
    /// The cards refuse the frame with these four bits and do nothing of what it says.
    Nak(u8),
    /// The answer comes so many microseconds late.
    DelayAnswer {
        /// Microseconds.
        us: u32,
    },
    /// The cards are taken off the reader.
    Remove {
        /// Microseconds after the end of the frame; with 0 they have not heard it.
        after_us: u32,
        /// How long they stay away.
        away_ms: Option<u32>,
    },
    /// The cards lose their energy in the midst of what the frame told them. If that is the programming of a block,
    /// it is left as said; any other exchange just ends in silence.
    TearWrite {
        /// What becomes of the block.
        left: Torn,
        /// How long they stay away.
        away_ms: Option<u32>,
    },
    /// The cards do what the frame told them, programming included, and lose their energy before they answer.
    LoseAck {
        /// How long they stay away.
        away_ms: Option<u32>,
    },
    /// A second card comes as the frame ends: a new MIFARE Classic 1K with this UID, which stays. Where there is no
    /// room it does not come.
    SecondCard {
        /// Its UID.
        uid: [u8; 4],
    },
    /// The reader chip resets itself as the frame ends: settings lost, field off.
    ResetChip,
}

/// What a block holds after its programming was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Torn {
    /// So many new bytes from the beginning, weakly written, and the old ones behind them.
    Prefix(u8),
    /// Of the bits that should have changed some have, some have not, and at least one reads by chance each time.
    Unstable,
    /// The new bytes, so weakly written that they may [fade](crate::VirtualCard::fade).
    Weak,
    /// What it held before.
    Old,
    /// Zeros: erased, and not yet programmed. That an erased bit reads as 0 is an assumption.
    Erased,
}

/// Which exchanges go wrong, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    faults: Vec<(u64, FaultKind)>,
    seed: u64,
}

impl Plan {
    /// A plan in which nothing goes wrong. The seed decides what is left to chance: unstable bits.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { faults: Vec::new(), seed }
    }

    /// The same plan with one fault more. Several may hit the same exchange.
    #[must_use]
    pub fn at(mut self, exchange: u64, kind: FaultKind) -> Self {
        self.faults.push((exchange, kind));
        self
    }

    /// One to three faults among the first exchanges, of any kind but [`FaultKind::ResetChip`] and
    /// [`FaultKind::SecondCard`]: what a program must survive without help, since only the air is at fault.
    #[must_use]
    pub fn random(seed: u64, exchanges: u64) -> Self {
        let mut random = Random::new(seed);
        let count = 1 + random.below(3);
        (0..count).fold(Self::new(random.next()), |plan, _| {
            let exchange = random.below(exchanges);
            plan.at(exchange, FaultKind::random(&mut random))
        })
    }

    /// The faults, in the order in which they were added.
    #[must_use]
    pub fn faults(&self) -> &[(u64, FaultKind)] {
        &self.faults
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn due(&self, exchange: u64) -> Vec<FaultKind> {
        let due = self.faults.iter().filter(|(at, _)| *at == exchange);
        due.map(|(_, kind)| *kind).collect()
    }
}

impl FaultKind {
    fn random(random: &mut Random) -> Self {
        let bit = u16::from(random.byte());
        let away_ms = match random.below(3) {
            0 => None,
            1 => Some(0),
            _ => Some(random.below_u32(50)),
        };
        match random.below(9) {
            0 => Self::DropFrame,
            1 => Self::DropAnswer,
            2 => Self::CorruptFrame { bit },
            3 => Self::CorruptAnswer { bit, parity: random.happens(500) },
            4 => Self::Nak(random.byte() & 0x05),
            5 => Self::DelayAnswer { us: random.below_u32(30_000) },
            6 => Self::Remove { after_us: random.below_u32(6_000), away_ms },
            7 => Self::TearWrite { left: Torn::random(random), away_ms },
            _ => Self::LoseAck { away_ms },
        }
    }
}

impl Torn {
    fn random(random: &mut Random) -> Self {
        match random.below(5) {
            0 => Self::Prefix(random.byte() & 0x0F),
            1 => Self::Unstable,
            2 => Self::Weak,
            3 => Self::Old,
            _ => Self::Erased,
        }
    }
}

/// The frame with one bit wrong, as the cards hear it.
pub(crate) fn corrupted(frame: &Downlink, bit: u16) -> Downlink {
    let mut frame = frame.clone();
    let bits = frame.bits();
    let at = usize::from(bit).checked_rem(bits).unwrap_or(0);
    match &mut frame {
        Downlink::Frame { bytes, .. } => {
            if let Some(byte) = bytes.get_mut(at / 8) {
                *byte ^= 1 << (at % 8);
            }
        }
        // The proof is not computed; a wrong one is one with a wrong key.
        Downlink::Proof { key: [first, ..], .. } => *first ^= 1,
    }
    frame
}

/// The answer with one bit wrong, as the reader hears it.
pub(crate) fn corrupt(answer: &mut Answer, bit: u16, parity: bool) {
    let at = usize::from(bit).checked_rem(answer.bits.len()).unwrap_or(0);
    if let Some(bit) = answer.bits.get_mut(at) {
        *bit = !*bit;
        answer.damaged = true;
        // An acknowledgement is no byte and has no parity bit.
        answer.parity_error |= parity && answer.bits.len() >= 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_plans_are_repeatable_and_stay_within_their_exchanges() {
        for seed in 0..500 {
            let plan = Plan::random(seed, 20);
            assert_eq!(plan, Plan::random(seed, 20));
            assert!((1..=3).contains(&plan.faults().len()));
            assert!(plan.faults().iter().all(|(at, kind)| *at < 20 && *kind != FaultKind::ResetChip));
        }
    }

    #[test]
    fn a_corrupted_frame_differs_in_one_bit() {
        let frame = Downlink::Frame { bytes: vec![0x30, 0x04, 0x26, 0xEE], last_bits: 0, encrypted: false };
        let Downlink::Frame { bytes, .. } = corrupted(&frame, 33) else { panic!("still a frame") };
        assert_eq!(bytes, [0x32, 0x04, 0x26, 0xEE]);
    }
}
