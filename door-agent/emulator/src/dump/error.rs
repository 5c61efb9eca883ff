//! What can be wrong with a dump file.

use std::fmt;

/// A dump that cannot be used: which file, where in it, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, counted from 1, if the fault lies in one.
    pub line: Option<usize>,
    /// What is wrong.
    pub fault: DumpFault,
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.fault),
            None => write!(f, "{}: {}", self.file, self.fault),
        }
    }
}

impl std::error::Error for DumpError {}

/// What is wrong with a dump.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DumpFault {
    /// The operating system did not give or take the file.
    #[error("cannot be read or written: {0}")]
    Io(String),
    /// Neither the name nor the caller says which format it is.
    #[error("of unknown format; known are .mfd, .bin, .eml, .json (proxmark) and .nfc (Flipper)")]
    UnknownFormat,
    /// Larger than any dump.
    #[error("larger than {limit} bytes, which no dump of a MIFARE Classic 1K is")]
    TooLarge {
        /// The most that is read.
        limit: usize,
    },
    /// Content is missing.
    #[error("truncated: {found} of {needed} {unit}")]
    Truncated {
        /// How many there are.
        found: usize,
        /// How many there should be.
        needed: usize,
        /// What is counted: "bytes" or "blocks".
        unit: &'static str,
    },
    /// There is more than a card holds.
    #[error("too long: {found} {unit}, a MIFARE Classic 1K has {needed}")]
    TooLong {
        /// How many there are.
        found: usize,
        /// How many there should be.
        needed: usize,
        /// What is counted: "bytes" or "blocks".
        unit: &'static str,
    },
    /// The file should be text and is not.
    #[error("not text")]
    NotText,
    /// Something that should be hexadecimal is not.
    #[error("not hexadecimal: {0:?}")]
    NotHex(String),
    /// A value has the wrong number of bytes.
    #[error("{what} has {found} bytes instead of {needed}")]
    Length {
        /// Which value.
        what: String,
        /// How many bytes it has.
        found: usize,
        /// How many it should have.
        needed: usize,
    },
    /// The check byte of a 4-byte UID is wrong.
    #[error("wrong BCC: the UID's check byte is {found:02X} and should be {expected:02X}")]
    WrongBcc {
        /// What the dump says.
        found: u8,
        /// The exclusive or of the UID's bytes.
        expected: u8,
    },
    /// Another kind of card.
    #[error("not a MIFARE Classic 1K but a {0}")]
    NotA1k(String),
    /// The file says its UID twice, and differently.
    #[error("the UID {header} does not stand in block 0, which begins with {block_0}")]
    UidMismatch {
        /// The UID beside the blocks.
        header: String,
        /// The beginning of block 0.
        block_0: String,
    },
    /// Not the JSON of a proxmark dump.
    #[error("not the JSON of a proxmark dump: {0}")]
    Json(String),
    /// A part is missing.
    #[error("{0} is missing")]
    Missing(String),
    /// A value is none of those that are known.
    #[error("{what} is {found:?}, which is not supported")]
    Unsupported {
        /// Which value.
        what: &'static str,
        /// What the file says.
        found: String,
    },
    /// A line that means nothing in this format.
    #[error("not a line of this format")]
    BadLine,
    /// A block comes twice.
    #[error("block {0} comes a second time")]
    DuplicateBlock(usize),
    /// On saving: only the Flipper format can say that a byte is not known.
    #[error("block {0} has bytes that are not known, which only the Flipper format can express")]
    UnknownBytes(usize),
    /// On saving: formats without a header can only hold what block 0 says.
    #[error("this format keeps UID, SAK and ATQA in block 0, where others stand; use .json or .nfc")]
    IdentityNotInBlock0,
}

/// A fault with the line that it lies in.
#[derive(Debug)]
pub(crate) struct At {
    pub(crate) line: Option<usize>,
    pub(crate) fault: DumpFault,
}

impl At {
    pub(crate) fn line(line: usize, fault: DumpFault) -> Self {
        Self { line: Some(line), fault }
    }
}

impl From<DumpFault> for At {
    fn from(fault: DumpFault) -> Self {
        Self { line: None, fault }
    }
}
