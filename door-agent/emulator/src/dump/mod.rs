//! Dump files of MIFARE Classic 1K cards.
//!
//! | extension | what it is | says |
//! | --- | --- | --- |
//! | `.mfd`, `.bin` | the 1024 bytes | UID, SAK and ATQA only as block 0 has them |
//! | `.eml` | a line of hexadecimal for each block | the same |
//! | `.json` | proxmark client | UID, SAK and ATQA beside the blocks |
//! | `.nfc` | Flipper | the same, and which bytes are not known |
//!
//! A file that is not good is refused with its name, the line and the fault; nothing is repaired.

mod eml;
mod error;
mod flipper;
mod identity;
mod mfd;
mod proxmark;
mod text;

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::str::FromStr;

use crate::card::{BLOCKS_1K, Identity, KeyType, VirtualCard};
use error::At;
pub use error::{DumpError, DumpFault};

/// No dump of a 1K card is larger: the wordiest is proxmark's, with about 12,000 bytes.
pub const MAX_DUMP_BYTES: usize = 64 * 1024;

type Blocks = [[u8; 16]; BLOCKS_1K];

/// A format of dump files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.mfd`, `.bin`.
    Mfd,
    /// `.eml`.
    Eml,
    /// `.json` of the proxmark client.
    Proxmark,
    /// `.nfc` of the Flipper.
    Flipper,
}

impl Format {
    /// The format that a file's extension names.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        path.extension()?.to_str()?.parse().ok()
    }
}

impl FromStr for Format {
    type Err = DumpFault;

    /// Takes an extension without its dot, in either case.
    fn from_str(name: &str) -> Result<Self, DumpFault> {
        match name.to_ascii_lowercase().as_str() {
            "mfd" | "bin" => Ok(Self::Mfd),
            "eml" => Ok(Self::Eml),
            "json" => Ok(Self::Proxmark),
            "nfc" => Ok(Self::Flipper),
            _ => Err(DumpFault::UnknownFormat),
        }
    }
}

/// The content of a MIFARE Classic 1K, with what it says of itself, and which bytes are not known.
#[derive(Clone, PartialEq, Eq)]
pub struct Dump {
    identity: Identity,
    blocks: Blocks,
    /// Bit n of a block is set if its byte n is not known; that byte is zero then.
    unknown: [u16; BLOCKS_1K],
}

impl Dump {
    /// Reads a file; its extension tells the format unless the caller does.
    ///
    /// # Errors
    /// Names the file, the line if there is one, and what is wrong.
    pub fn load(path: &Path, format: Option<Format>) -> Result<Self, DumpError> {
        let name = path.display().to_string();
        let fail = |fault| DumpError { file: name.clone(), line: None, fault };
        let format = format.or_else(|| Format::of_path(path)).ok_or_else(|| fail(DumpFault::UnknownFormat))?;
        let io = |error: std::io::Error| fail(DumpFault::Io(error.to_string()));
        let mut bytes = Vec::new();
        let limit = u64::try_from(MAX_DUMP_BYTES).unwrap_or(u64::MAX);
        let file = File::open(path).map_err(io)?;
        file.take(limit + 1).read_to_end(&mut bytes).map_err(io)?;
        Self::parse(&name, format, &bytes)
    }

    /// Reads the content of a file; `name` is for errors.
    ///
    /// # Errors
    /// Names the file, the line if there is one, and what is wrong.
    pub fn parse(name: &str, format: Format, bytes: &[u8]) -> Result<Self, DumpError> {
        let parsed = match format {
            _ if bytes.len() > MAX_DUMP_BYTES => Err(DumpFault::TooLarge { limit: MAX_DUMP_BYTES }.into()),
            Format::Mfd => mfd::parse(bytes),
            Format::Eml => eml::parse(bytes),
            Format::Proxmark => proxmark::parse(bytes),
            Format::Flipper => flipper::parse(bytes),
        };
        parsed.map_err(|At { line, fault }| DumpError { file: name.to_owned(), line, fault })
    }

    /// The content of a file in this format.
    ///
    /// # Errors
    /// Not every format can express everything: bytes that are not known, or an identity that block 0 does not show.
    pub fn encode(&self, format: Format) -> Result<Vec<u8>, DumpFault> {
        match format {
            Format::Mfd => mfd::encode(self),
            Format::Eml => eml::encode(self),
            Format::Proxmark => proxmark::encode(self),
            Format::Flipper => Ok(flipper::encode(self)),
        }
    }

    /// Writes a file; its extension tells the format unless the caller does.
    ///
    /// # Errors
    /// As [`Dump::encode`], or the file cannot be written.
    pub fn save(&self, path: &Path, format: Option<Format>) -> Result<(), DumpError> {
        let saved = format.or_else(|| Format::of_path(path)).ok_or(DumpFault::UnknownFormat).and_then(|format| {
            let bytes = self.encode(format)?;
            std::fs::write(path, bytes).map_err(|error| DumpFault::Io(error.to_string()))
        });
        saved.map_err(|fault| DumpError { file: path.display().to_string(), line: None, fault })
    }

    /// The content of a virtual card. `None` if it is no 1K.
    #[must_use]
    pub fn of_card(card: &VirtualCard) -> Option<Self> {
        let blocks = Blocks::try_from(card.blocks()).ok()?;
        Some(Self::known(card.identity.clone(), blocks))
    }

    /// A virtual card with this content. Bytes that are not known are zero, and a key with such a byte opens nothing.
    #[must_use]
    pub fn card(&self) -> VirtualCard {
        let mut card = VirtualCard::from_identity(self.identity.clone(), &self.blocks);
        for (block, unknown) in self.unknown.iter().enumerate().filter(|(block, _)| block % 4 == 3) {
            if unknown & 0x003F != 0 {
                card.lose_key(block / 4, KeyType::A);
            }
            if unknown & 0xFC00 != 0 {
                card.lose_key(block / 4, KeyType::B);
            }
        }
        card
    }

    /// The UID: 4, 7 or 10 bytes.
    #[must_use]
    pub fn uid(&self) -> &[u8] {
        &self.identity.uid
    }

    /// Answer to a request, in the order of the air.
    #[must_use]
    pub fn atqa(&self) -> [u8; 2] {
        self.identity.atqa
    }

    /// Select acknowledge.
    #[must_use]
    pub fn sak(&self) -> u8 {
        self.identity.sak
    }

    /// The 64 blocks; a byte that is not known is zero.
    #[must_use]
    pub fn blocks(&self) -> &[[u8; 16]; BLOCKS_1K] {
        &self.blocks
    }

    /// Whether a byte is known.
    #[must_use]
    pub fn is_known(&self, block: usize, byte: usize) -> bool {
        self.unknown.get(block).is_some_and(|unknown| byte < 16 && unknown >> byte & 1 == 0)
    }

    fn known(identity: Identity, blocks: Blocks) -> Self {
        Self { identity, blocks, unknown: [0; BLOCKS_1K] }
    }

    fn partly_known(identity: Identity, data: impl Iterator<Item = Vec<Option<u8>>>) -> Self {
        let mut dump = Self::known(identity, [[0; 16]; BLOCKS_1K]);
        let cells = dump.blocks.iter_mut().zip(&mut dump.unknown);
        for ((block, unknown), data) in cells.zip(data) {
            for (bit, (cell, byte)) in block.iter_mut().zip(data).enumerate() {
                *cell = byte.unwrap_or(0);
                *unknown |= u16::from(byte.is_none()) << bit;
            }
        }
        dump
    }

    fn cells(&self, block: usize) -> impl Iterator<Item = Option<u8>> {
        let bytes = self.blocks.get(block).copied().unwrap_or_default();
        let known = move |(byte, value)| self.is_known(block, byte).then_some(value);
        bytes.into_iter().enumerate().map(known)
    }

    /// For formats that cannot leave a byte open.
    fn known_blocks(&self) -> Result<&Blocks, DumpFault> {
        match self.unknown.iter().position(|unknown| *unknown != 0) {
            Some(block) => Err(DumpFault::UnknownBytes(block)),
            None => Ok(&self.blocks),
        }
    }

    /// For formats that have no header: what block 0 says must be who the card is.
    fn check_block_0(&self) -> Result<(), DumpFault> {
        match identity::of_block_0(&self.blocks[0]) {
            Ok(shown) if shown == self.identity => Ok(()),
            _ => Err(DumpFault::IdentityNotInBlock0),
        }
    }
}

impl fmt::Debug for Dump {
    /// Without the blocks, which hold keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dump").field("identity", &self.identity).finish_non_exhaustive()
    }
}
