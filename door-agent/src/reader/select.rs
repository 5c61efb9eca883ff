//! Who is in the field: request, anticollision, selection, rest (ISO/IEC 14443-3, 6).
//!
//! The driver's own `select` is not used: it takes several cards for one after another and hides the SAK
//! byte, which tells a MIFARE Classic 1K from other cards.

use access::decide::Presented;
use access::uid::Uid;
use embedded_hal::spi::SpiDevice;

use super::chip::{Chip, ChipError, Heard, POLL_TICKS};
use super::crc::crc_a;
use crate::spi::Pace;

const WUPA: u8 = 0x52;
const SELECT_LEVELS: [u8; 3] = [0x93, 0x95, 0x97];
const ANTICOLLISION: u8 = 0x20;
const SELECT: u8 = 0x70;
const HLTA: [u8; 2] = [0x50, 0x00];
const CASCADE_TAG: u8 = 0x88;
const SAK_CASCADE: u8 = 0x04;

/// Select acknowledge of a MIFARE Classic 1K; the second is of Infineon's.
const SAK_CLASSIC_1K: [u8; 2] = [0x08, 0x88];

/// A request and its answer take 0.35 ms on the air. If nothing has come then, nothing will but the end of the
/// time: four or five questions are enough for it.
const REQUEST_PACE: Pace = Pace { first_ns: 350_000, then_ns: 300_000 };

/// Silence is what a halted card gives, and its time is known.
const HALT_PACE: Pace = Pace { first_ns: 1_850_000, then_ns: 100_000 };

/// What was in the field when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Nothing answered.
    Empty,
    /// Something answered.
    Something(Presented, Option<Uid>),
}

impl<S: SpiDevice> Chip<S> {
    /// Wakes what is in the field, and if it is one card reads its number and kind. It is left selected, so that
    /// its sector can be read.
    ///
    /// # Errors
    /// [`ChipError`] if the chip fails, and not if the air does.
    pub fn look(&mut self) -> Result<Sight, ChipError> {
        self.limit(POLL_TICKS)?;
        match self.exchange::<2>(&[WUPA], 7, Some(REQUEST_PACE))? {
            Heard::Silence => Ok(Sight::Empty),
            // Cards of different kinds give different answers at once.
            Heard::Collision => Ok(Sight::Something(Presented::Several, None)),
            Heard::Answer { count: 2, bits: 0, .. } => self.select(),
            Heard::Answer { .. } | Heard::Damaged => self.unreadable(),
        }
    }

    /// Selects this card again, whatever it was doing. `false` if it does not come.
    ///
    /// # Errors
    /// [`ChipError`] if the chip fails, and not if the air does.
    pub fn wake(&mut self, uid: &Uid) -> Result<bool, ChipError> {
        self.stop_crypto()?;
        // A card that is under way takes the first request for an error. If the second does not help
        // either, it loses its energy for a moment.
        for attempt in 0..WAKES {
            if attempt + 1 == WAKES {
                self.check()?;
                self.cycle_field()?;
            }
            if let Sight::Something(Presented::Classic1k, Some(found)) = self.look()? {
                return Ok(found == *uid);
            }
        }
        Ok(false)
    }

    /// Sends the selected card to rest, so that the next look wakes it again, and ends the cipher.
    ///
    /// # Errors
    /// [`ChipError`] if the chip fails.
    pub fn halt(&mut self) -> Result<(), ChipError> {
        self.limit(POLL_TICKS)?;
        let [low, high] = crc_a(&HLTA);
        let [command, zero] = HLTA;
        // Whatever comes, the next look finds.
        self.exchange::<0>(&[command, zero, low, high], 0, Some(HALT_PACE))?;
        self.stop_crypto()
    }

    fn select(&mut self) -> Result<Sight, ChipError> {
        let mut uid = Vec::with_capacity(Uid::LENGTH_MAX);
        for level in SELECT_LEVELS {
            let [a, b, c, d, check] = match self.exchange::<5>(&[level, ANTICOLLISION], 0, None)? {
                Heard::Answer { bytes, count: 5, bits: 0 } => bytes,
                Heard::Collision => return Ok(Sight::Something(Presented::Several, None)),
                _ => return self.unreadable(),
            };
            if a ^ b ^ c ^ d != check {
                return self.unreadable();
            }
            let [low, high] = crc_a(&[level, SELECT, a, b, c, d, check]);
            let command = [level, SELECT, a, b, c, d, check, low, high];
            let Heard::Answer { bytes: [sak, low, high], count: 3, bits: 0 } = self.exchange::<3>(&command, 0, None)?
            else {
                return self.unreadable();
            };
            if crc_a(&[sak]) != [low, high] {
                return self.unreadable();
            }
            if sak & SAK_CASCADE == 0 {
                uid.extend([a, b, c, d]);
                return Ok(card(sak, &uid));
            }
            if a != CASCADE_TAG {
                return self.unreadable();
            }
            uid.extend([b, c, d]);
        }
        self.unreadable()
    }

    fn unreadable(&mut self) -> Result<Sight, ChipError> {
        self.still_there()?;
        Ok(Sight::Something(Presented::Unreadable, None))
    }
}

/// Requests until a card counts as gone: two, and one after its energy was off.
const WAKES: usize = 3;

fn card(sak: u8, uid: &[u8]) -> Sight {
    let presented = if SAK_CLASSIC_1K.contains(&sak) { Presented::Classic1k } else { Presented::Unsupported { sak } };
    Sight::Something(presented, Uid::new(uid).ok())
}
