//! The MIFARE application directory, version 1 (NXP AN10787): blocks 1 and 2 of sector 0 say which application
//! uses which sector.

use super::Sector;
use super::block::Block;

/// An application id: function cluster in the high byte, application code in the low one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Aid(pub u16);

impl Aid {
    /// Nobody uses the sector.
    pub const FREE: Self = Self(0x0000);
}

/// The directory's public key A.
pub const KEY_A: [u8; 6] = [0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5];

/// A directory whose check byte fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directory {
    /// The sector of the card's publisher, 0 if there is none.
    pub info: u8,
    /// Of the sectors 1 to 15.
    pub applications: [Aid; 15],
}

/// The check byte does not fit: not a directory, or a torn one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sector 0 holds no MIFARE application directory: its check byte is {found:02X}, and should be {expected:02X}")]
pub struct DirectoryError {
    /// What stands there.
    pub found: u8,
    /// What should.
    pub expected: u8,
}

impl Directory {
    /// Reads the blocks 1 and 2 of sector 0.
    ///
    /// # Errors
    /// [`DirectoryError`] if the check byte does not fit.
    pub fn from_blocks(first: &Block, second: &Block) -> Result<Self, DirectoryError> {
        let mut bytes = first.iter().chain(second).copied();
        let found = bytes.next().unwrap_or_default();
        let expected = crc(bytes.clone());
        if found != expected {
            return Err(DirectoryError { found, expected });
        }
        let info = bytes.next().unwrap_or_default() & 0x3F;
        let mut applications = [Aid::FREE; 15];
        for aid in &mut applications {
            // The low byte, the application code, comes first.
            let (low, high) = (bytes.next().unwrap_or_default(), bytes.next().unwrap_or_default());
            *aid = Aid(u16::from_be_bytes([high, low]));
        }
        Ok(Self { info, applications })
    }

    /// The blocks 1 and 2 of sector 0.
    #[must_use]
    pub fn to_blocks(&self) -> (Block, Block) {
        let mut bytes = [0_u8; 32];
        let aids = self.applications.iter().flat_map(|aid| aid.0.to_le_bytes());
        for (to, from) in bytes.iter_mut().skip(1).zip(core::iter::once(self.info).chain(aids)) {
            *to = from;
        }
        let check = crc(bytes.iter().skip(1).copied());
        let (mut first, mut second) = ([0; 16], [0; 16]);
        for (to, from) in
            first.iter_mut().chain(second.iter_mut()).zip(core::iter::once(check).chain(bytes.into_iter().skip(1)))
        {
            *to = from;
        }
        (first, second)
    }

    /// The first sector of an application.
    #[must_use]
    pub fn sector_of(&self, application: Aid) -> Option<Sector> {
        let place = self.applications.iter().position(|aid| *aid == application)?;
        Sector::try_from(u8::try_from(place + 1).ok()?).ok()
    }
}

/// CRC-8 of AN10787 3.7: polynomial 1D, preset C7, most significant bit first, over the info byte and the ids.
fn crc(bytes: impl Iterator<Item = u8>) -> u8 {
    bytes.fold(0xC7, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc: u8, _| if crc & 0x80 != 0 { crc << 1 ^ 0x1D } else { crc << 1 })
    })
}
