//! The digest at the end of a backup, by which a byte that went bad is noticed.
//!
//! ```text
//! the database's pages │ \n kulku-backup sha256 64 hexadecimal digits \n
//! └──── what is hashed ┘ └────────────── as many bytes in every backup ──┘
//! ```
//!
//! SQLite's pages have no checksums: a name or a validity with a flipped bit is as good a name or validity to it. It
//! knows by its header how many pages it has, and looks at nothing behind them, so that a backup still is a database.
//! Whoever can write the file can write its digest too: this is against decay, not against a forger.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

const PREFIX: &[u8] = b"\nkulku-backup sha256 ";
const DIGITS: usize = 64;
const LINE_BYTES: usize = PREFIX.len() + DIGITS + 1;

/// Read at once: enough that the system's calls do not count, little enough for any machine.
const STEP_BYTES: usize = 256 * 1024;

/// What the end of a backup says about the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It is as it was made.
    Same,
    /// It is not.
    Differs,
    /// There is no digest: an older program made it, or its end is missing.
    None,
}

/// Writes the digest of what is in a file behind it. It is not on the disk yet.
pub(super) fn append(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).open(path)?;
    let digest = of(&mut file, u64::MAX)?;
    file.write_all(&line(&digest))
}

/// Holds a file against the digest at its end.
pub(super) fn check(path: &Path) -> io::Result<Found> {
    let mut file = File::open(path)?;
    let Some(pages) = file.metadata()?.len().checked_sub(LINE_BYTES as u64) else { return Ok(Found::None) };
    let mut end = [0; LINE_BYTES];
    file.seek(SeekFrom::Start(pages))?;
    file.read_exact(&mut end)?;
    if !end.starts_with(PREFIX) {
        return Ok(Found::None);
    }
    file.rewind()?;
    let digest = of(&mut file, pages)?;
    Ok(if end == line(&digest).as_slice() { Found::Same } else { Found::Differs })
}

fn of(file: &mut File, length: u64) -> io::Result<String> {
    let mut hash = Sha256::new();
    let (mut file, mut step) = (file.take(length), vec![0; STEP_BYTES]);
    loop {
        match file.read(&mut step) {
            Ok(0) => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            Ok(read) => hash.update(step.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn line(digest: &str) -> Vec<u8> {
    [PREFIX, digest.as_bytes(), b"\n"].concat()
}
