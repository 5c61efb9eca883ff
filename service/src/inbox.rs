//! A folder into which another account lays files, and out of which they are taken.
//!
//! Whoever can write there says what is done next, so nothing in it is believed: no link is followed, nothing but plain files is
//! read, all of it is taken by handles of the folders that were looked at first. A file is taken by its ending, which it gets once it is
//! whole: whoever writes it gives it another name, or one that begins with a full stop, and renames it. That a file has not grown
//! for a while would say nothing: a transfer that hangs does not grow either.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, Error, ErrorKind, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::fs::{flock, mkdirat, openat, renameat_with, unlinkat};

/// Longest part of a file's own name that is kept in the name that it is put away under.
const NAME_LENGTH_MAX: usize = 120;

/// Most names in a folder that are looked at. Whoever lays down more at once has lost control of something.
const NAMES_MAX: usize = 10_000;

/// A stamp begins with a year, a month and a day.
const DAY_DIGITS: usize = 8;

/// Permission to write, of everybody and of the group; and that nobody moves what others own.
const OTHERS_WRITE: u32 = 0o002;
const GROUP_WRITES: u32 = 0o020;
const STICKY: u32 = 0o1000;

/// The folder, held by nobody else.
#[derive(Debug)]
pub struct Inbox {
    folder: File,
    ending: &'static str,
}

/// A folder within it, for what has been dealt with.
#[derive(Debug)]
pub struct Shelf(OwnedFd);

/// Why a file is not read.
#[derive(Debug)]
pub enum Unread {
    /// A link, a folder, a pipe or a device.
    NotPlain,
    /// Longer than it may be.
    TooLong,
    /// Somebody wrote to it while it was read.
    Changing,
    /// What the operating system says, such as that it may not be read.
    Os(Error),
}

impl Inbox {
    /// Opens the folder for files with this ending, in small or capital letters.
    ///
    /// # Errors
    /// If it cannot be opened, if somebody else is at work in it, or if more accounts can write to it than should.
    pub fn open(path: &Path, ending: &'static str) -> io::Result<Self> {
        let folder =
            File::from(openat(CWD, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?);
        let mode = folder.metadata()?.mode();
        if mode & OTHERS_WRITE != 0 {
            return Err(Error::other("everybody on this machine may write to it; chmod o-rwx it"));
        }
        if mode & GROUP_WRITES != 0 && mode & STICKY == 0 {
            return Err(Error::other("its group may move what others own in it; chmod +t it"));
        }
        flock(&folder, FlockOperation::NonBlockingLockExclusive).map_err(|error| match Error::from(error) {
            error if error.kind() == ErrorKind::WouldBlock => Error::other("somebody else is at work in it"),
            error => error,
        })?;
        Ok(Self { folder, ending })
    }

    /// The first names in their order of what has been laid down whole.
    ///
    /// # Errors
    /// If the folder cannot be read, or has more than some ten thousand names in it.
    pub fn whole(&self, most: usize) -> io::Result<Vec<OsString>> {
        let mut names = BTreeSet::new();
        for name in self::names(self.folder.as_fd())? {
            let letters = name.as_bytes();
            let ends = letters.len().checked_sub(self.ending.len()).and_then(|at| letters.get(at..));
            if !letters.starts_with(b".") && ends.is_some_and(|ends| ends.eq_ignore_ascii_case(self.ending.as_bytes()))
            {
                names.insert(name);
            }
            if names.len() > most {
                names.pop_last();
            }
        }
        Ok(names.into_iter().collect())
    }

    /// The whole of a file, at most so many bytes.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn read(&self, name: &OsStr, most: usize) -> Result<Vec<u8>, Unread> {
        // A pipe without a writer must not make anybody wait.
        let how = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = match openat(&self.folder, name, how, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO) => return Err(Unread::NotPlain),
            Err(error) => return Err(Unread::Os(error.into())),
        };
        let before = file.metadata().map_err(Unread::Os)?;
        if !before.is_file() {
            return Err(Unread::NotPlain);
        }
        let bound = u64::try_from(most).unwrap_or(u64::MAX);
        if before.len() > bound {
            return Err(Unread::TooLong);
        }
        let mut bytes = Vec::new();
        (&file).take(bound.saturating_add(1)).read_to_end(&mut bytes).map_err(Unread::Os)?;
        let after = file.metadata().map_err(Unread::Os)?;
        if bytes.len() > most {
            return Err(Unread::TooLong);
        }
        let same = |one: &Metadata, other: &Metadata| {
            (one.len(), one.mtime(), one.mtime_nsec()) == (other.len(), other.mtime(), other.mtime_nsec())
        };
        if same(&before, &after) && u64::try_from(bytes.len()).is_ok_and(|read| read == after.len()) {
            Ok(bytes)
        } else {
            Err(Unread::Changing)
        }
    }

    /// The folder of this name within it, which is made if it is not there.
    ///
    /// # Errors
    /// If it is a link, or another account owns it or may write to it: then somebody else has laid it there.
    pub fn shelf(&self, name: &str) -> io::Result<Shelf> {
        match mkdirat(&self.folder, name, Mode::RWXU) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        let how = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let shelf = File::from(openat(&self.folder, name, how, Mode::empty())?);
        let (own, within) = (self.folder.metadata()?, shelf.metadata()?);
        if own.uid() != within.uid() || within.mode() & (OTHERS_WRITE | GROUP_WRITES) != 0 {
            return Err(Error::other(format!("{name} in it is not the folder owner's alone; move it away")));
        }
        Ok(Shelf(shelf.into()))
    }

    /// Puts a file away, with a report beside it that only the owner reads. A link, a folder or a pipe is put away as it is.
    /// Says the name that it has there: the stamp, and its own name without marks that a shell would stumble over.
    ///
    /// # Errors
    /// If either cannot be written; nothing is written over.
    pub fn put_away(&self, name: &OsStr, shelf: &Shelf, stamp: &str, report: &[u8]) -> io::Result<String> {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' };
        let own: String = name.to_string_lossy().chars().take(NAME_LENGTH_MAX).map(plain).collect();
        let put = format!("{stamp}-{own}");
        let how = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(openat(&shelf.0, format!("{put}.json"), how, Mode::RUSR | Mode::WUSR)?);
        file.write_all(report)?;
        file.sync_all()?;
        renameat_with(&self.folder, name, &shelf.0, &put, RenameFlags::NOREPLACE)?;
        Ok(put)
    }
}

impl Shelf {
    /// Whether nothing lies there.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn is_empty(&self) -> io::Result<bool> {
        Ok(names(self.0.as_fd())?.is_empty())
    }

    /// Removes what was put away under an earlier stamp, and says how many files that were. The time of a file itself would be that of
    /// whoever wrote it.
    ///
    /// # Errors
    /// If the folder cannot be read, or a file of it not be removed.
    pub fn forget(&self, before: &str) -> io::Result<usize> {
        let mut gone = 0;
        for name in names(self.0.as_fd())? {
            let stamp = name.as_bytes().get(..before.len());
            let stamp = stamp.filter(|stamp| stamp.iter().take(DAY_DIGITS).all(u8::is_ascii_digit));
            if stamp.is_none_or(|stamp| stamp >= before.as_bytes()) {
                continue;
            }
            match unlinkat(&self.0, &name, AtFlags::empty()) {
                Ok(()) => gone += 1,
                // A folder that somebody called like a file: whoever looks at it removes it.
                Err(rustix::io::Errno::ISDIR | rustix::io::Errno::PERM) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(gone)
    }
}

/// The names in a folder, but for itself and the one above.
fn names(folder: BorrowedFd<'_>) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if matches!(name, b"." | b"..") {
            continue;
        }
        if names.len() >= NAMES_MAX {
            return Err(Error::other(format!("more than {NAMES_MAX} files lie in it")));
        }
        names.push(OsString::from_vec(name.to_vec()));
    }
    Ok(names)
}

#[cfg(test)]
mod tests;
