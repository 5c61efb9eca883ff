//! What kind of chip a card has: probes that do no harm, at an encoder.
//!
//! | probe | who answers |
//! | --- | --- |
//! | `40` (7 bits) out of rest, then `43` | Gen1a both, Gen1b the first only |
//! | `30 00` without a key | Gen3 |
//! | `CF`, password of zeros, `C6` | Gen4 GTU, if its password is the factory's |
//! | `80 00` without a key | Gen4 GDM |
//! | `A0 00` with a key of sector 0 | Gen2: block 0 can be written |
//! | `64 00`, `65 00` without a key | chips with the back door of the FM11RF08 |
//! | `60 00`, three times | the same nonce each time |
//!
//! After `A0 00` the field goes off before any data could follow. A well made copy passes all of this.

use access::encode::ChipClass;
use access::uid::Uid;
use embedded_hal::spi::SpiDevice;

use super::chip::{Chip, ChipError, Heard, POLL_TICKS, SECTOR_TICKS};
use super::crc::crc_a;
use super::sector::{CardError, KeyKind};

const READ_BLOCK_0: [u8; 2] = [0x30, 0x00];
const GTU_CONFIGURATION: [u8; 6] = [0xCF, 0, 0, 0, 0, 0xC6];
const GDM_NONCE: [u8; 2] = [0x80, 0x00];
const BACK_DOORS: [[u8; 2]; 2] = [[0x64, 0x00], [0x65, 0x00]];
const AUTHENTICATE_BLOCK_0: [u8; 2] = [0x60, 0x00];
const KNOCK: [u8; 2] = [0x40, 0x43];

/// A nonce has so many bytes.
const NONCE: usize = 4;
/// The configuration of a Gen4 GTU card, with its checksum.
const GTU_ANSWER: usize = 32;
/// A block and its checksum.
const BLOCK_ANSWER: usize = 18;

/// Nonces that are compared. Two of a good chip are equal once in 65,535 times.
const NONCES: usize = 3;

/// The card did not come back between two probes.
pub(super) struct Left;

impl<S: SpiDevice> Chip<S> {
    /// Probes the card with this number. It lies still, and each probe selects it anew; `keys` may open sector 0.
    pub(super) fn probe(&mut self, uid: &Uid, keys: &[[u8; 6]]) -> Result<Result<ChipClass, Left>, ChipError> {
        let class = Prober { chip: self, uid }.class(keys);
        // Whatever a probe has left unlocked or half begun ends here.
        self.cycle_field()?;
        match class {
            Ok(class) => Ok(Ok(class)),
            Err(CardError::Chip(error)) => Err(error),
            Err(_) => Ok(Err(Left)),
        }
    }
}

struct Prober<'a, S: SpiDevice> {
    chip: &'a mut Chip<S>,
    uid: &'a Uid,
}

impl<S: SpiDevice> Prober<'_, S> {
    /// The first that fits, the worst first.
    fn class(&mut self, keys: &[[u8; 6]]) -> Result<ChipClass, CardError> {
        if let Some(class) = self.knock()? {
            return Ok(class);
        }
        if self.answers(&READ_BLOCK_0, BLOCK_ANSWER)? {
            return Ok(ChipClass::Gen3);
        }
        if self.answers(&GTU_CONFIGURATION, GTU_ANSWER)? {
            return Ok(ChipClass::Gen4Gtu);
        }
        if self.answers(&GDM_NONCE, NONCE)? {
            return Ok(ChipClass::Gen4Gdm);
        }
        if self.lets_block_0_be_written(keys)? {
            return Ok(ChipClass::Gen2);
        }
        for door in BACK_DOORS {
            if self.answers(&door, NONCE)? {
                return Ok(ChipClass::BackDoor);
            }
        }
        Ok(if self.nonce_is_static()? { ChipClass::StaticNonce } else { ChipClass::Plain })
    }

    fn wake(&mut self) -> Result<(), CardError> {
        if self.chip.wake(self.uid)? { Ok(()) } else { Err(CardError::Silent) }
    }

    /// The unlocking of the first generation, out of rest.
    fn knock(&mut self) -> Result<Option<ChipClass>, CardError> {
        self.wake()?;
        self.chip.halt()?;
        let [first, second] = KNOCK;
        self.chip.limit(POLL_TICKS)?;
        if !is_ack(&self.chip.exchange::<1>(&[first], 7, None)?) {
            return Ok(None);
        }
        let both = is_ack(&self.chip.exchange::<1>(&[second], 0, None)?);
        self.chip.cycle_field()?;
        Ok(Some(if both { ChipClass::Gen1a } else { ChipClass::Gen1b }))
    }

    /// Whether the card, freshly selected, answers this without a key and with so many bytes.
    fn answers(&mut self, command: &[u8], length: usize) -> Result<bool, CardError> {
        Ok(self.answer(command)?.is_some_and(|bytes| match length {
            NONCE => bytes.len() == NONCE,
            _ => bytes.len() >= length && bytes.split_last_chunk::<2>().is_some_and(|(data, crc)| crc_a(data) == *crc),
        }))
    }

    fn answer(&mut self, command: &[u8]) -> Result<Option<Vec<u8>>, CardError> {
        self.wake()?;
        self.chip.limit(SECTOR_TICKS)?;
        let frame: Vec<u8> = command.iter().copied().chain(crc_a(command)).collect();
        Ok(match self.chip.exchange::<64>(&frame, 0, None)? {
            Heard::Answer { bytes, count, bits: 0 } => Some(bytes.into_iter().take(count).collect()),
            _ => None,
        })
    }

    fn lets_block_0_be_written(&mut self, keys: &[[u8; 6]]) -> Result<bool, CardError> {
        for key in keys {
            self.wake()?;
            match self.chip.authenticate(KeyKind::A, 0, key, self.uid) {
                Ok(()) => {
                    let begun = self.chip.begin_write(0);
                    self.chip.cycle_field()?;
                    return match begun {
                        Err(CardError::Chip(error)) => Err(error.into()),
                        begun => Ok(begun.is_ok()),
                    };
                }
                Err(CardError::Chip(error)) => return Err(error.into()),
                Err(_) => {}
            }
        }
        Ok(false)
    }

    fn nonce_is_static(&mut self) -> Result<bool, CardError> {
        let mut nonces = Vec::with_capacity(NONCES);
        for _ in 0..NONCES {
            nonces.push(self.answer(&AUTHENTICATE_BLOCK_0)?.filter(|nonce| nonce.len() == NONCE));
        }
        Ok(nonces.iter().all(|nonce| nonce.is_some() && *nonce == nonces.first().cloned().flatten()))
    }
}

fn is_ack(heard: &Heard<1>) -> bool {
    matches!(heard, Heard::Answer { bytes: [0x0A], count: 1, bits: 4 })
}
