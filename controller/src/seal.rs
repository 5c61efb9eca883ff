//! The key that seals the logs, and the night's work with it.
//!
//! ```text
//! identity/seal.pem ──▶ SealKey ──▶ a seal for each day that is over ──▶ database
//!                          │                          └──▶ identity/seals.txt: that it was made
//!                          └──────▶ Trusted ◀── identity/seal-*.pem: public keys of before
//!                                      └──▶ the logs are checked, part by part ──▶ alarm log-damaged
//! ```
//!
//! The key lies outside of the database and its backups: whoever can write to the database can compute a chain anew,
//! and cannot seal it.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use access::id::SiteId;
use db::site::Seal;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use zeroize::Zeroizing;

pub(crate) mod kept;
pub(crate) mod night;
mod pem;

/// The file with the key, in the folder of the site's identity.
const FILE: &str = "seal.pem";

/// Public keys of before are beside it, in files of these names.
const OLDER: (&str, &str) = ("seal-", ".pem");

/// Most files of older keys that are read.
const OLDER_MAX: usize = 64;

/// Largest file that is read, in bytes; a key has some hundred.
const FILE_LENGTH_MAX: usize = 4_096;

/// Permissions of everybody on the machine.
const EVERYBODY: u32 = 0o007;

/// Why there is no seal key.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file or its folder.
    #[error("{path} cannot be read or written: {source}; correct the key data, or the owner of the folder")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Everybody on the machine may read the key.
    #[error(
        "{path} may be read by every account of this machine, so its seals prove nothing any more: run chmod 600 on it, \
         or take a new key: keep what `log key` prints as seal-OLD.pem beside it, and move it away"
    )]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// It is not what it should be.
    #[error("{path} is no {what}: bring it back from the copy of its folder")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    Random,
}

/// The key that seals.
pub(crate) struct SealKey {
    pair: Ed25519KeyPair,
    public: [u8; 32],
}

/// The keys whose seals are believed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trusted(BTreeSet<[u8; 32]>);

impl SealKey {
    /// Reads the key; draws a new one if there is none.
    pub(crate) fn open(folder: &Path) -> Result<Self, SealError> {
        if let Some(key) = Self::read(folder)? {
            return Ok(key);
        }
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(|_| SealError::Random)?;
        let path = folder.join(FILE);
        write(folder, &path, &pem::private(&seed)).map_err(|source| SealError::File { path: path.clone(), source })?;
        let key = Self::from_seed(&seed, &path)?;
        tracing::info!(path = %path.display(), "a key that seals the logs was made; keep what `log key` prints apart");
        Ok(key)
    }

    /// Reads the key; nothing if there is none.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, SealError> {
        let path = folder.join(FILE);
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Ok(meta) if meta.permissions().mode() & EVERYBODY != 0 => return Err(SealError::Open { path }),
            _ => {}
        }
        let text = text(&path)?;
        let unreadable = || SealError::Unreadable { path: path.clone(), what: "private Ed25519 key in PEM" };
        let seed = pem::seed(&text).ok_or_else(unreadable)?;
        Self::from_seed(&seed, &path).map(Some)
    }

    fn from_seed(seed: &[u8; 32], path: &Path) -> Result<Self, SealError> {
        let unreadable = || SealError::Unreadable { path: path.to_path_buf(), what: "private Ed25519 key in PEM" };
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| unreadable())?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| unreadable())?;
        Ok(Self { pair, public })
    }

    pub(crate) fn public(&self) -> [u8; 32] {
        self.public
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        // An Ed25519 signature has 64 bytes; other bytes would be refused by every check.
        self.pair.sign(bytes).as_ref().try_into().unwrap_or([0; 64])
    }
}

impl Trusted {
    /// The key of the folder and the older ones beside it; and those in these files.
    pub(crate) fn read(folder: &Path, more: &[PathBuf]) -> Result<Self, SealError> {
        let mut keys: BTreeSet<_> = SealKey::read(folder)?.map(|key| key.public()).into_iter().collect();
        for path in older(folder)?.iter().chain(more) {
            let text = text(path)?;
            let what = "public Ed25519 key in PEM";
            keys.insert(pem::public_key(&text).ok_or_else(|| SealError::Unreadable { path: path.clone(), what })?);
        }
        Ok(Self(keys))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of the keys has signed it, for this site.
    pub(crate) fn signed(&self, site: &SiteId, seal: &Seal) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, seal.public_key);
        self.0.contains(&seal.public_key) && key.verify(&seal.signed(site), &seal.signature).is_ok()
    }
}

/// A public key as other programs read it.
pub(crate) fn public_pem(key: &[u8; 32]) -> String {
    pem::public(key)
}

fn older(folder: &Path) -> Result<Vec<PathBuf>, SealError> {
    let failed = |source| SealError::File { path: folder.to_path_buf(), source };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let is_key =
            entry.file_name().to_str().is_some_and(|name| name.starts_with(OLDER.0) && name.ends_with(OLDER.1));
        if is_key && found.len() < OLDER_MAX {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn text(path: &Path) -> Result<Zeroizing<String>, SealError> {
    let failed = |source| SealError::File { path: path.to_path_buf(), source };
    let file = File::open(path).map_err(failed)?;
    let mut text = Zeroizing::new(String::with_capacity(FILE_LENGTH_MAX));
    file.take(FILE_LENGTH_MAX as u64).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// A file that its owner reads, whole and on the disk; never over another one.
fn write(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let new = folder.join("seal.new");
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // Unlike a rename, a link never takes the place of a file that another process has made meanwhile.
    std::fs::hard_link(&new, path)?;
    std::fs::remove_file(&new)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let key = SealKey::open(folder.path()).unwrap();
        assert_eq!(SealKey::open(folder.path()).unwrap().public(), key.public());
        let path = folder.path().join(FILE);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o604)).unwrap();
        assert!(matches!(SealKey::read(folder.path()), Err(SealError::Open { .. })));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&path, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
        assert!(matches!(SealKey::open(folder.path()), Err(SealError::Unreadable { .. })), "it is not made anew");
    }

    #[test]
    fn an_older_key_is_believed_where_its_public_half_lies_beside() {
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let older = SealKey::open(old.path()).unwrap().public();
        let newer = SealKey::open(new.path()).unwrap().public();
        let keys = |more: &[PathBuf]| Trusted::read(new.path(), more).unwrap().0;
        assert_eq!(keys(&[]), BTreeSet::from([newer]));
        std::fs::write(new.path().join("seal-2025.pem"), public_pem(&older)).unwrap();
        assert_eq!(keys(&[]), BTreeSet::from([newer, older]));
    }
}
