//! A card is encoded, or wiped: probed, written, and locked with its trailer, once and last.
//!
//! ```text
//!   lies still ─▶ probe ─▶ find the keys ─▶ data blocks ─▶ directory ─▶ trailer ─▶ look at all of it: Done
//!     │             │          │                │ read back    │           │
//!     ▼             ▼          ▼                ▼              ▼           ▼
//!  Untouched   ChipRefused  Foreign        Interrupted    Interrupted   old keys open: Interrupted
//!                                                                       none opens: InDoubt
//! ```
//!
//! Before the trailer everything can be begun anew with the keys that the sector has, so a trial that fails is simply
//! repeated for as long as the card comes back within a moment. What stands there as it shall is not written again. The
//! trailer is sent once: afterwards it is only looked at what it has become. If the card has gone by then, its
//! acknowledgement decides: with it the job is to be finished, without it the sector is in doubt.

mod directory;
mod keys;

use std::time::Duration;

use access::credential::block::Block;
use access::credential::trailer::Conditions;
use access::encode::{ChipClass, Outcome, Stage, Work};
use access::uid::Uid;
use embedded_hal::spi::SpiDevice;

use super::chip::{Chip, ChipError};
use super::probe::Left;
use super::sector::{CardError, KeyKind};
use keys::Part;

/// Times that everything before the trailer is tried.
const TRIALS: usize = 4;

/// Times that the card must answer, and the pause between them, until it counts as lying still.
const STILL_LOOKS: usize = 4;
const STILL_PAUSE: Duration = Duration::from_millis(15);

/// Times that a card is waited for which has lost its energy for a moment, and the pause between them: 0.4 s.
const RETURN_LOOKS: usize = 10;
const RETURN_PAUSE: Duration = Duration::from_millis(25);

/// The trailer within its sector.
const TRAILER: u8 = 3;

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// What the chip is.
    pub chip: ChipClass,
}

impl<S: SpiDevice> Chip<S> {
    /// Does the work on the card with this number, and tells each stage as it begins.
    ///
    /// # Errors
    /// [`ChipError`] if the chip failed; how far the card had come is in the first place.
    pub fn encode(&mut self, uid: &Uid, work: &Work, tell: &mut dyn FnMut(Stage)) -> (Ended, Result<(), ChipError>) {
        let mut encoding = Encoding {
            chip: self,
            uid,
            work,
            tell,
            class: ChipClass::Unknown,
            touched: false,
            locking: false,
            acknowledged: false,
            directory: None,
        };
        let (outcome, chip) = match encoding.run() {
            Ok(outcome) => (outcome, Ok(())),
            Err(CardError::Chip(error)) => (encoding.given_up(), Err(error)),
            Err(_) => (encoding.given_up(), Ok(())),
        };
        (Ended { outcome, chip: encoding.class }, chip)
    }
}

struct Encoding<'a, S: SpiDevice> {
    chip: &'a mut Chip<S>,
    uid: &'a Uid,
    work: &'a Work,
    tell: &'a mut dyn FnMut(Stage),
    class: ChipClass,
    /// Data were on their way to the card.
    touched: bool,
    /// The trailer was.
    locking: bool,
    /// And the card has said that it stands there.
    acknowledged: bool,
    /// The directory as it shall be, once it is known.
    directory: Option<(Block, Block)>,
}

impl<S: SpiDevice> Encoding<'_, S> {
    fn run(&mut self) -> Result<Outcome, CardError> {
        if !self.is_sound() {
            return Ok(Outcome::Refused);
        }
        self.lies_still()?;
        (self.tell)(Stage::Probing);
        let candidates: Vec<[u8; 6]> = keys::of_sector_0(self.work).collect();
        self.class = match self.chip.probe(self.uid, &candidates)? {
            Ok(class) => class,
            Err(Left) => return Ok(Outcome::Untouched),
        };
        if self.work.refuse_magic && self.class.is_suspect() {
            return Ok(Outcome::ChipRefused);
        }
        let mut last = CardError::Silent;
        for _ in 0..TRIALS {
            match self.trial() {
                Err(error @ CardError::Chip(_)) => return Err(error),
                Err(error) if !self.locking => last = error,
                // The trailer is not sent a second time.
                Err(error) => return Err(error),
                Ok(outcome) => return Ok(outcome),
            }
        }
        Err(last)
    }

    /// Everything once, with what stands there already left alone.
    fn trial(&mut self) -> Result<Outcome, CardError> {
        self.come_back()?;
        let Some(opened) = self.open(Part::Ours)? else {
            // The keys were not touched yet: if they opened before, only the air is bad.
            return if self.touched { Err(CardError::Silent) } else { Ok(Outcome::Foreign) };
        };
        (self.tell)(Stage::Writing);
        let first = self.work.sector.first_block();
        let [zero, one, two, trailer] = self.work.blocks;
        for (address, wanted) in (first..).zip([zero, one, two]) {
            self.write(address, &wanted)?;
        }
        self.enter_in_directory()?;
        if !self.trailer_is(&opened)? {
            self.reopen(&opened)?;
            (self.tell)(Stage::Locking);
            self.lock(first + TRAILER, &trailer)?;
        }
        self.settle()
    }

    /// Sends the trailer. What becomes of it is looked at by [`Encoding::settle`], whatever the card says.
    fn lock(&mut self, address: u8, trailer: &Block) -> Result<(), CardError> {
        match self.chip.write_block(address, trailer) {
            Err(failed) if !failed.sent => Err(failed.error),
            Err(failed) if matches!(failed.error, CardError::Chip(_)) => {
                (self.touched, self.locking) = (true, true);
                Err(failed.error)
            }
            answer => {
                (self.touched, self.locking, self.acknowledged) = (true, true, answer.is_ok());
                Ok(())
            }
        }
    }

    /// What the card is now.
    fn settle(&mut self) -> Result<Outcome, CardError> {
        let mut last = CardError::Silent;
        for _ in 0..TRIALS {
            match self.judge() {
                Err(error @ CardError::Chip(_)) => return Err(error),
                Err(error) => last = error,
                Ok(outcome) => return Ok(outcome),
            }
        }
        Err(last)
    }

    fn judge(&mut self) -> Result<Outcome, CardError> {
        self.come_back()?;
        let now = self.open(Part::Ours)?;
        let Some(now) = now else {
            return if self.locking { Ok(Outcome::InDoubt) } else { Err(CardError::Silent) };
        };
        if !self.trailer_is(&now)? {
            return Ok(Outcome::Interrupted);
        }
        self.reopen(&now)?;
        let first = self.work.sector.first_block();
        let mut good = true;
        for (address, wanted) in (first..).zip(self.work.blocks.iter().take(usize::from(TRAILER))) {
            good &= self.chip.read_block(address)? == *wanted;
        }
        Ok(if good { Outcome::Done } else { Outcome::Interrupted })
    }

    /// Writes a block of the sector that is open and reads it back, unless it is as it shall be.
    fn write(&mut self, address: u8, wanted: &Block) -> Result<(), CardError> {
        if self.chip.read_block(address)? == *wanted {
            return Ok(());
        }
        let written = self.chip.write_block(address, wanted);
        self.touched |= written.as_ref().map_or_else(|failed| failed.sent, |()| true);
        written.map_err(|failed| failed.error)?;
        if self.chip.read_block(address)? == *wanted { Ok(()) } else { Err(CardError::Damaged) }
    }

    /// A trailer that contradicts itself would block the sector for ever, and any but these two is no work of ours.
    fn is_sound(&self) -> bool {
        self.conditions().is_some_and(|wanted| wanted == Conditions::CREDENTIAL || wanted == Conditions::TRANSPORT)
    }

    fn conditions(&self) -> Option<Conditions> {
        let [.., trailer] = &self.work.blocks;
        keys::conditions(trailer)
    }

    fn lies_still(&mut self) -> Result<(), CardError> {
        for _ in 0..STILL_LOOKS {
            self.wake()?;
            self.chip.halt()?;
            self.chip.wait(STILL_PAUSE)?;
        }
        Ok(())
    }

    fn come_back(&mut self) -> Result<(), CardError> {
        for _ in 0..RETURN_LOOKS {
            if self.chip.wake(self.uid)? {
                return Ok(());
            }
            self.chip.wait(RETURN_PAUSE)?;
        }
        Err(CardError::Silent)
    }

    fn wake(&mut self) -> Result<(), CardError> {
        if self.chip.wake(self.uid)? { Ok(()) } else { Err(CardError::Silent) }
    }

    /// Selects the card anew and opens a sector with this key.
    fn unlock(&mut self, kind: KeyKind, block: u8, key: &[u8; 6]) -> Result<(), CardError> {
        self.wake()?;
        self.chip.authenticate(kind, block, key, self.uid)
    }

    /// What it comes to if nothing more can be done.
    fn given_up(&self) -> Outcome {
        if self.locking && !self.acknowledged {
            Outcome::InDoubt
        } else if self.touched {
            Outcome::Interrupted
        } else {
            Outcome::Untouched
        }
    }
}
