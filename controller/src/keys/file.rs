//! The credential file: one line for each version, the number and 256 hexadecimal digits.
//!
//! ```text
//! # kept apart from the database and its backups
//! 1 8d51…
//! 2 07fe…
//! ```
//!
//! The digits are four masters of 32 bytes: key A, key B, static, rolling. The highest version is for new
//! encodings; earlier ones stay as long as cards bear them.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use access::credential::keys::{KeyVersion, Masters};
use access::id::SiteId;
use zeroize::Zeroizing;

use super::Keyring;
use crate::hex;

/// Bytes of one version's masters.
const MASTERS_LENGTH: usize = 128;

/// Largest file that is read, in bytes: sixteen versions take about 4 kB.
const FILE_LENGTH_MAX: u64 = 64 * 1024;

/// Permissions of everybody on the machine.
const EVERYBODY: u32 = 0o007;

/// Why masters cannot be used. No text holds any of them.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file itself.
    #[error("{path} cannot be read or written: {source}; correct the key masters_file, or the file's owner")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Everybody on the machine may read it.
    #[error("{path} may be read by every account of this machine: run chmod 600 on it, and consider its keys known")]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// A line is not what it should be.
    #[error("{path}, line {line}: {problem}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// There is no line.
    #[error("{path} holds no masters; make some with: kulku-controller keys new --out FILE")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The version is taken, or there is no room for another.
    #[error("{path}: version {version} cannot be added: versions are 0 to 15, and each is given once")]
    Version {
        /// The file.
        path: PathBuf,
        /// The version.
        version: u8,
    },
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

impl Keyring {
    /// Reads the credential file of a site.
    ///
    /// # Errors
    /// [`KeysError`], which names the file and the line.
    pub fn read(path: &Path, site: &SiteId) -> Result<Self, KeysError> {
        let masters = lines(path)?;
        let Some(newest) = masters.keys().next_back().copied() else {
            return Err(KeysError::Empty { path: path.to_path_buf() });
        };
        Ok(Self { site: site.clone(), masters, newest })
    }
}

/// Adds freshly drawn masters to a file, and makes it if there is none; without a version, the one after the
/// highest. Returns the version. Nothing that stands in the file is ever changed.
///
/// # Errors
/// [`KeysError`]; then the file is as it was, or a broken last line says so when it is read.
pub fn add(path: &Path, version: Option<u8>) -> Result<KeyVersion, KeysError> {
    let known = if path.exists() { lines(path)? } else { BTreeMap::new() };
    let next = known.keys().next_back().map_or(1, |newest| newest.number() + 1);
    let number = version.unwrap_or(next);
    let version = KeyVersion::new(number)
        .filter(|version| !known.contains_key(version))
        .ok_or_else(|| KeysError::Version { path: path.to_path_buf(), version: number })?;
    let mut secret = Zeroizing::new([0; MASTERS_LENGTH]);
    getrandom::fill(secret.as_mut_slice()).map_err(KeysError::Random)?;
    // Room for all of it at once, so that no copy is left behind by a reallocation.
    let mut line = Zeroizing::new(String::with_capacity(2 * MASTERS_LENGTH + 8));
    line.push_str(&number.to_string());
    line.push(' ');
    line.push_str(&hex::encode(secret.as_slice()));
    line.push('\n');
    // Appended to, the file keeps its owner and whoever else it was shared with.
    let written = OpenOptions::new().create(true).append(true).mode(0o600).open(path).and_then(|mut file| {
        file.write_all(line.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|source| KeysError::File { path: path.to_path_buf(), source })?;
    Ok(version)
}

fn lines(path: &Path) -> Result<BTreeMap<KeyVersion, Masters>, KeysError> {
    let text = text(path)?;
    let mut masters = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |problem| KeysError::Line { path: path.to_path_buf(), line: at + 1, problem };
        let (version, new) = parse(line).map_err(wrong)?;
        if masters.insert(version, new).is_some() {
            return Err(wrong("a version is given twice"));
        }
    }
    if text.ends_with('\n') || text.is_empty() {
        Ok(masters)
    } else {
        let line = text.lines().count();
        Err(KeysError::Line { path: path.to_path_buf(), line, problem: "the last line has no end: it may be cut off" })
    }
}

fn parse(line: &str) -> Result<(KeyVersion, Masters), &'static str> {
    let (number, digits) =
        line.split_once(char::is_whitespace).ok_or("a line is a version and 256 hexadecimal digits")?;
    let number = number.parse().ok().and_then(KeyVersion::new);
    let version = number.ok_or("the version is not a number from 0 to 15")?;
    let digits = digits.trim();
    if digits.len() != 2 * MASTERS_LENGTH {
        return Err("the masters are not 256 hexadecimal digits long");
    }
    let mut bytes = Zeroizing::new([0; MASTERS_LENGTH]);
    hex::decode(digits, bytes.as_mut_slice()).ok_or("a character is not a hexadecimal digit")?;
    Ok((version, Masters::new(&bytes)))
}

fn text(path: &Path) -> Result<Zeroizing<String>, KeysError> {
    let failed = |source| KeysError::File { path: path.to_path_buf(), source };
    let file = File::open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if meta.permissions().mode() & EVERYBODY != 0 {
        return Err(KeysError::Open { path: path.to_path_buf() });
    }
    if meta.len() > FILE_LENGTH_MAX {
        return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
    }
    // Room for all of it at once, so that no copy is left behind by a reallocation.
    let room = usize::try_from(meta.len()).unwrap_or(0).saturating_add(1);
    let mut text = Zeroizing::new(String::with_capacity(room));
    file.take(FILE_LENGTH_MAX).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}
