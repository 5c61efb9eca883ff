//! Files with secrets: readable by their owner only, and either there in full or not at all.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read as _, Result, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Permissions of everybody on the machine.
const EVERYBODY: u32 = 0o007;

/// The file has a few thousand bytes; one that has more is another file.
const LENGTH_MAX: u64 = 16 * 1024;

/// Reads a file whole, if it is not too long.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)?.take(LENGTH_MAX + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LENGTH_MAX) {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it has more than {LENGTH_MAX} bytes")));
    }
    Ok(bytes)
}

/// Whether every account of this machine may read it.
pub(super) fn open_to_everybody(path: &Path) -> Result<bool> {
    Ok(std::fs::metadata(path)?.mode() & EVERYBODY != 0)
}

/// A file that is to be made, tried before anything is done that cannot be done twice.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    draft: Draft,
}

impl NewFile {
    /// Makes sure that the folder can be written to and that nothing is written over.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn prepare(path: &Path) -> Result<Self> {
        if path.symlink_metadata().is_ok() {
            return Err(Error::new(ErrorKind::AlreadyExists, "it exists already, and nothing is written over"));
        }
        Ok(Self { path: path.to_path_buf(), draft: Draft::beside(path)? })
    }

    /// Puts it in its place, unless somebody else has made one in the meantime.
    ///
    /// # Errors
    /// What the operating system says; there is no file then.
    pub(super) fn write(mut self, bytes: &[u8]) -> Result<()> {
        self.draft.fill(bytes)?;
        // A link, unlike a new name, is never put over a file.
        std::fs::hard_link(&self.draft.path, &self.path)?;
        sync_folder(&self.path)
    }
}

/// Puts a file in the place of another: whoever reads sees the one or the other, after a loss of power too.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut draft = Draft::beside(path)?;
    draft.fill(bytes)?;
    std::fs::rename(&draft.path, path)?;
    sync_folder(path)
}

/// A file under a name of its own, which goes with this value.
#[derive(Debug)]
struct Draft {
    path: PathBuf,
    file: File,
}

impl Draft {
    fn beside(path: &Path) -> Result<Self> {
        let mut name = OsString::from(".");
        name.push(path.file_name().ok_or(ErrorKind::InvalidFilename)?);
        name.push(".draft");
        let path = path.with_file_name(name);
        // One that is left over from a loss of power says nothing.
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Self { path, file })
    }

    fn fill(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // It is gone already if it was given its name.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over_and_nobody_else_may_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("door.json");
        let other = NewFile::prepare(&path).unwrap();
        other.write(b"first").unwrap();
        assert!(!open_to_everybody(&path).unwrap());
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(NewFile::prepare(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
        let late = folder.path().join("late.json");
        let prepared = NewFile::prepare(&late).unwrap();
        std::fs::write(&late, b"somebody else's").unwrap();
        assert_eq!(prepared.write(b"second").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&late).unwrap(), b"somebody else's");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no draft is left");
    }

    #[test]
    fn a_draft_that_a_loss_of_power_has_left_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.json");
        std::fs::write(folder.path().join(".identity.json.draft"), b"ha").unwrap();
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(*read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_too_long_is_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("door.json");
        std::fs::write(&path, vec![b' '; 16 * 1024 + 1]).unwrap();
        assert_eq!(read(&path).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
