//! The second step of a tap: the card's credential is read, judged, and moved on.
//!
//! ```text
//!   open with key A ─▶ read static ──▶ not ours: Invalid
//!                          │ ours; does the door move counters?
//!                          ├── no ──▶ Verified
//!                          ▼
//!                      read A and B ─▶ judged: Damaged, Cloned
//!                          │ current
//!                          ▼
//!                      write the older slot ─▶ read it back ──▶ equal: Verified, and where it stands
//!                          │ anything else: select the card again, and look where it stands now
//!                          └──────────────────────────────────▶ still not: strict NotWritten, lenient Verified
//! ```
//!
//! A trial that fails is begun anew with the whole card. What is to be written stays the same, and goes into the same
//! slot, so the slot where the card stood is never touched.
//!
//! A lenient door opens whatever becomes of the write, and waits for it all the same: 8 ms, so that one event
//! tells where the card stood and where it stands.

use access::credential::block::{Block, Slot, Token, static_digest};
use access::credential::rolling::{self, Reading, Verdict};
use access::credential::sealed::CardKeys;
use access::decide::Credential;
use access::envelope::DoorKey;
use access::event::Rolling;
use access::uid::Uid;
use embedded_hal::spi::SpiDevice;
use zeroize::Zeroize as _;

use super::chip::{Chip, ChipError};
use super::sector::{CardError, KeyKind};

/// Times that the whole is tried on one card. A hand that is just leaving fails all of them within 0.1 s; a
/// frame that was lost costs some milliseconds.
const TRIALS: usize = 3;

/// What the loop gives for one card: what its entry says, and what the door remembers.
#[derive(Clone)]
pub struct Task {
    /// The card's keys.
    pub keys: CardKeys,
    /// How its counter is moved, if it is.
    pub rolls: Option<Rolls>,
}

/// How a card's counter is moved.
#[derive(Clone)]
pub struct Rolls {
    /// The furthest that the door has seen of this encoding.
    pub seen: Option<Token>,
    /// Whether only a write that was read back counts.
    pub strict: bool,
    /// What the next nonce is derived from.
    pub door: DoorKey,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Findings {
    /// For the decision.
    pub credential: Credential,
    /// For the event, at a door that moves counters.
    pub rolling: Option<Rolling>,
    /// The furthest that this tap has seen of the card: to be remembered.
    pub token: Option<Token>,
    /// A write was tried and could not be read back.
    pub in_doubt: bool,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("rolls", &self.rolls.is_some()).finish_non_exhaustive()
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.keys.key_a.zeroize();
    }
}

impl Findings {
    /// What is said of a card of which nothing could be read.
    pub const UNREADABLE: Self =
        Self { credential: Credential::Unreadable, rolling: None, token: None, in_doubt: false };
}

impl<S: SpiDevice> Chip<S> {
    /// Reads the credential of the card that [`Chip::look`] has just selected, and moves its counter if that is
    /// asked for. The card is not halted, and the cipher may be on: [`Chip::halt`] follows.
    ///
    /// # Errors
    /// [`ChipError`] if the chip failed; what was found until then is in the second place.
    pub fn credential(&mut self, uid: &Uid, task: &Task) -> (Findings, Result<(), ChipError>) {
        let mut tap = Tap { uid, task, judged: None, written: false, found: None };
        for trial in 0..TRIALS {
            let tried = if trial == 0 { Ok(true) } else { self.wake(uid).map_err(CardError::from) };
            match tried.and_then(|here| if here { tap.run(self) } else { Err(CardError::Silent) }) {
                Ok(credential) => return (tap.findings(credential), Ok(())),
                Err(CardError::Chip(error)) => return (tap.given_up(), Err(error)),
                Err(_) => {}
            }
        }
        (tap.given_up(), Ok(()))
    }
}

/// One card under way, over all trials.
struct Tap<'a> {
    uid: &'a Uid,
    task: &'a Task,
    judged: Option<Move>,
    written: bool,
    /// Where the card stood, judged or not.
    found: Option<Token>,
}

/// A step that the card is to make.
#[derive(Debug, Clone, Copy)]
struct Move {
    from: Token,
    to: Token,
    slot: Slot,
    steps_in: bool,
}

impl Tap<'_> {
    /// One trial. An error of the card means: try again.
    fn run<S: SpiDevice>(&mut self, chip: &mut Chip<S>) -> Result<Credential, CardError> {
        let keys = &self.task.keys;
        let first = keys.sector.first_block();
        chip.authenticate(KeyKind::A, first, &keys.key_a.0, self.uid)?;
        if static_digest(&chip.read_block(first)?) != keys.static_digest {
            return Ok(Credential::Invalid);
        }
        let Some(rolls) = &self.task.rolls else { return Ok(Credential::Verified) };
        let a = self.slot(Slot::A, &chip.read_block(first + Slot::A.block())?);
        let b = self.slot(Slot::B, &chip.read_block(first + Slot::B.block())?);
        let furthest = [a, b].into_iter().flatten().map(|reading| reading.token).max();
        self.found = self.found.or(furthest);
        let (token, slot, steps_in) = match rolling::judge(a, b, rolls.seen) {
            Verdict::Current { token, write, steps_in } => (token, write, steps_in),
            Verdict::Damaged => return Ok(Credential::Damaged),
            Verdict::Cloned => return Ok(Credential::Cloned),
        };
        // A slot that an earlier trial has torn was good before it: nobody steps in for it. And one that reads as it
        // should after a torn write may be weak and fade: it is written once more.
        let begun = |step: &Move| step.to == token || step.from == token && step.slot == slot;
        let step = self.judged.filter(begun).unwrap_or_else(|| {
            let to = rolling::next(token, &rolls.door, self.uid, keys.issue);
            Move { from: token, to, slot, steps_in }
        });
        self.judged = Some(step);
        self.step(chip, step)
    }

    fn step<S: SpiDevice>(&mut self, chip: &mut Chip<S>, step: Move) -> Result<Credential, CardError> {
        let keys = &self.task.keys;
        let address = keys.sector.first_block() + step.slot.block();
        let reading = Reading { token: step.to, stepped_in: step.steps_in };
        let block = reading.to_block(&keys.rolling, step.slot, keys.issue);
        chip.write_block(address, &block).map_err(|failed| failed.error)?;
        if chip.read_block(address)? != block {
            return Err(CardError::Damaged);
        }
        self.written = true;
        Ok(Credential::Verified)
    }

    fn slot(&self, slot: Slot, block: &Block) -> Option<Reading> {
        Reading::from_block(block, &self.task.keys.rolling, slot, self.task.keys.issue)
    }

    fn findings(&self, credential: Credential) -> Findings {
        let written = self.judged.filter(|_| self.written).map(|step| step.to);
        let rolling = self.task.rolls.as_ref().map(|_| Rolling {
            issue: self.task.keys.issue,
            found: self.judged.map(|step| step.from).or(self.found),
            written,
            stepped_in: self.judged.is_some_and(|step| step.steps_in),
        });
        let token = written.or(self.judged.map(|step| step.from));
        Findings { credential, rolling, token, in_doubt: self.judged.is_some() && !self.written }
    }

    /// All trials have failed.
    fn given_up(&self) -> Findings {
        let strict = self.task.rolls.as_ref().is_some_and(|rolls| rolls.strict);
        self.findings(match self.judged {
            None => Credential::Unreadable,
            Some(_) if strict => Credential::NotWritten,
            Some(_) => Credential::Verified,
        })
    }
}
