//! A sector of a selected card: opened with either key, read, written (MF1S50YYX_V1, 9).
//!
//! The driver knows key A and the first four bytes of a UID only, asks the chip for every checksum, and takes a
//! refused write for a good one. So the authentication is a raw `MFAuthent`, checksums are computed here,
//! and the four bits of an acknowledgement are looked at.

use access::credential::block::Block;
use access::uid::Uid;
use embedded_hal::spi::SpiDevice;
use zeroize::Zeroize as _;

use super::chip::{CRYPTO_1_ON, Chip, ChipError, Heard, SECTOR_TICKS, WRITE_TICKS, at};
use super::crc::crc_a;

const READ: u8 = 0x30;
const WRITE: u8 = 0xA0;
const ACK: u8 = 0xA;

/// Chip commands.
const IDLE: u8 = 0x0;
const MF_AUTHENT: u8 = 0xE;

/// `ComIrqReg`: all flags, and those that end an authentication: idle, error, timer.
const ALL_FLAGS: u8 = 0x7F;
const ENDED: u8 = 0x13;
const FLUSH: u8 = 0x80;

/// Which key opens a sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Key A.
    A,
    /// Key B.
    B,
}

/// What a card did instead of what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The chip, not the card.
    #[error(transparent)]
    Chip(#[from] ChipError),
    /// It does not answer: it is gone, or the key is wrong.
    #[error("the card does not answer")]
    Silent,
    /// Its answer has an error in it.
    #[error("the card's answer has arrived damaged")]
    Damaged,
    /// It says no; after that it must be selected again.
    #[error("the card refuses ({0:#x})")]
    Refused(u8),
}

impl<S: SpiDevice> Chip<S> {
    /// Opens a block's sector. On any failure the cipher is off.
    ///
    /// # Errors
    /// [`CardError::Silent`] for a wrong key, as for a card that is gone.
    pub fn authenticate(&mut self, kind: KeyKind, block: u8, key: &[u8; 6], uid: &Uid) -> Result<(), CardError> {
        self.limit(SECTOR_TICKS)?;
        let opened = self.try_authenticate(kind, block, key, uid);
        if opened.is_err() {
            self.stop_crypto()?;
        }
        opened
    }

    /// Reads a block of the sector that is open.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn read_block(&mut self, block: u8) -> Result<Block, CardError> {
        self.limit(SECTOR_TICKS)?;
        let [low, high] = crc_a(&[READ, block]);
        match self.exchange::<18>(&[READ, block, low, high], 0, None)? {
            Heard::Answer { bytes, count: 18, bits: 0 } => checked(&bytes).ok_or(CardError::Damaged),
            other => Err(not_an_answer(&other)),
        }
    }

    /// Writes a block of the sector that is open. Only a read-back proves that it stands there.
    ///
    /// # Errors
    /// Whether anything was changed is known by [`WriteError::sent`] alone.
    pub fn write_block(&mut self, block: u8, data: &Block) -> Result<(), WriteError> {
        self.begin_write(block).map_err(|error| WriteError { error, sent: false })?;
        self.finish_write(data).map_err(|error| WriteError { error, sent: true })
    }

    /// The first half of a write, which changes nothing.
    pub(super) fn begin_write(&mut self, block: u8) -> Result<(), CardError> {
        self.limit(SECTOR_TICKS)?;
        let [low, high] = crc_a(&[WRITE, block]);
        acknowledged(&self.exchange::<1>(&[WRITE, block, low, high], 0, None)?)
    }

    fn finish_write(&mut self, data: &Block) -> Result<(), CardError> {
        let mut frame = [0; 18];
        for (to, from) in frame.iter_mut().zip(data.iter().copied().chain(crc_a(data))) {
            *to = from;
        }
        self.limit(WRITE_TICKS)?;
        let heard = self.exchange::<1>(&frame, 0, None);
        frame.zeroize();
        acknowledged(&heard?)
    }

    fn try_authenticate(&mut self, kind: KeyKind, block: u8, key: &[u8; 6], uid: &Uid) -> Result<(), CardError> {
        let command = if kind == KeyKind::A { 0x60 } else { 0x61 };
        // Into the cipher goes the last level of the UID: for seven bytes that is UID3 to UID6.
        let level = uid.as_bytes().last_chunk::<4>().copied().unwrap_or_default();
        let mut bytes = [0; 13];
        let parameters = [at::FIFO_DATA << 1, command, block].into_iter().chain(*key).chain(level);
        for (to, from) in bytes.iter_mut().zip(parameters) {
            *to = from;
        }
        self.begin();
        self.put(at::COMMAND, IDLE)?;
        self.put(at::COM_IRQ, ALL_FLAGS)?;
        self.put(at::FIFO_LEVEL, FLUSH)?;
        self.put(at::BIT_FRAMING, 0)?;
        let sent = self.send(&bytes);
        bytes.zeroize();
        sent?;
        self.put(at::COMMAND, MF_AUTHENT)?;
        // The budget of the bus ends this loop if the chip does not.
        while self.get(at::COM_IRQ)? & ENDED == 0 {}
        if self.get(at::STATUS_2)? & CRYPTO_1_ON != 0 {
            return Ok(());
        }
        self.put(at::COMMAND, IDLE)?;
        if self.get(at::ERROR)? == 0 { Err(CardError::Silent) } else { Err(CardError::Damaged) }
    }
}

/// A write that did not end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct WriteError {
    /// What the card did.
    pub error: CardError,
    /// Whether the data were on their way: then the block holds the old, the new, or neither.
    pub sent: bool,
}

/// The data of an answer whose checksum fits.
pub(super) fn checked(bytes: &[u8; 18]) -> Option<Block> {
    let (data, crc) = bytes.split_first_chunk::<16>()?;
    (crc_a(data) == crc).then_some(*data)
}

fn acknowledged(heard: &Heard<1>) -> Result<(), CardError> {
    match heard {
        Heard::Answer { bytes: [ACK], count: 1, bits: 4 } => Ok(()),
        other => Err(not_an_answer(other)),
    }
}

fn not_an_answer<const N: usize>(heard: &Heard<N>) -> CardError {
    match heard {
        Heard::Answer { bytes, count: 1, bits: 4 } => CardError::Refused(bytes.first().copied().unwrap_or_default()),
        Heard::Silence => CardError::Silent,
        Heard::Answer { .. } | Heard::Collision | Heard::Damaged => CardError::Damaged,
    }
}
