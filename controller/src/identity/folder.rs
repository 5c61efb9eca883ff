//! The folder of the site's authority: files that only their owner reads, written whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::IdentityError;

/// Largest file that is read, in bytes; keys and certificates have a few hundred.
const FILE_LENGTH_MAX: u64 = 64 * 1024;

/// The name of the file that is locked.
const LOCK: &str = "lock";

/// Permissions of everybody on the machine.
const EVERYBODY: u32 = 0o007;

/// Who reads a file beside its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Nobody.
    Owner,
    /// Its group: of a folder that was made for two accounts.
    Group,
    /// Everybody on the machine.
    Everybody,
}

/// Makes a folder that only its owner enters; one that is there stays as it is.
pub(super) fn make(folder: &Path) -> Result<(), IdentityError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| IdentityError::File { path: folder.to_path_buf(), source })
}

/// Keeps every other program, and thread, that asks for it waiting until it is dropped.
pub(super) fn lock(folder: &Path) -> Result<File, IdentityError> {
    let path = folder.join(LOCK);
    let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
    locked.map_err(|source| IdentityError::File { path, source })
}

/// A text; nothing if there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, IdentityError> {
    read_long(path, FILE_LENGTH_MAX)
}

/// The same for one that may have so many bytes.
pub(super) fn read_long(path: &Path, length_max: u64) -> Result<Option<Zeroizing<String>>, IdentityError> {
    let failed = |source| IdentityError::File { path: path.to_path_buf(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let length = file.metadata().map_err(failed)?.len();
    if length > length_max {
        return Err(failed(io::ErrorKind::FileTooLarge.into()));
    }
    // Room for all of it at once, so that no copy is left behind by a reallocation.
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(length).unwrap_or(0).saturating_add(1)));
    file.take(length_max).read_to_string(&mut text).map_err(failed)?;
    Ok(Some(text))
}

/// A secret text; refused if everybody on the machine may read it.
pub(super) fn read_secret(path: &Path) -> Result<Option<Zeroizing<String>>, IdentityError> {
    match std::fs::metadata(path) {
        Ok(meta) if meta.permissions().mode() & EVERYBODY != 0 => Err(IdentityError::Open { path: path.to_path_buf() }),
        _ => read(path),
    }
}

/// Puts a text in place of whatever was there, in one step and on the disk.
pub(super) fn write(path: &Path, text: &str, readers: Readers) -> Result<(), IdentityError> {
    let failed = |source| IdentityError::File { path: path.to_path_buf(), source };
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    // One that was left by a crash may have other permissions.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Group => 0o640,
        Readers::Everybody => 0o644,
    };
    let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        // The name is on the disk once the folder is.
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    });
    written.map_err(failed)
}
