//! A file that is damaged: how it is told from a disk that refuses, and what is done with it.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};

use super::{FileError, beside, remove, sync_folder_of, unreadable};

/// Damaged files of one name that are kept; the newest takes the place of the last beyond it.
const DAMAGED_KEPT: u32 = 3;

/// What the system says of a sector that does not read.
const EIO: i32 = 5;

/// Largest page of SQLite.
const PAGE_MAX: u64 = 65_536;

impl FileError {
    /// Whether what is in the file is wrong, and not the disk, the rights or the program that is asked.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            // A sector that does not read will not read the next time either.
            Self::Unreadable { source, .. } => source.raw_os_error() == Some(EIO),
            Self::Newer { .. } => false,
            Self::Empty { .. } | Self::Truncated { .. } | Self::Foreign { .. } => true,
            Self::Unusable { source, .. } => {
                let mut cause: Option<&(dyn Error + 'static)> = Some(source.as_ref());
                while let Some(error) = cause {
                    if let Some(error) = error.downcast_ref::<rusqlite::Error>() {
                        return is_damage(error);
                    }
                    cause = error.source();
                }
                // A history of migrations that is not ours.
                true
            }
        }
    }
}

/// Whether SQLite says that the content is wrong, or does not read at all: a sector that is worn out stays so, and a file that
/// is kept because of it never reads again. A row that is missing and a column of another type are so as well.
#[must_use]
pub fn is_damage(error: &rusqlite::Error) -> bool {
    if failed_to_read(error) {
        return true;
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => true,
        Some(_) => false,
        None => matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::QueryReturnedNoRows
        ),
    }
}

/// Whether the disk did not give what is on it. What it does not take is no damage.
fn failed_to_read(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(error, _) = error else { return false };
    let reads =
        [ffi::SQLITE_IOERR_READ, ffi::SQLITE_IOERR_SHORT_READ, ffi::SQLITE_IOERR_DATA, ffi::SQLITE_IOERR_CORRUPTFS];
    reads.contains(&error.extended_code)
}

/// Does it, and once more if the disk did not give what is on it: a loose contact is no damage.
///
/// # Errors
/// Those of the second time.
pub(crate) fn reading_twice<T>(mut act: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    act().or_else(|error| if failed_to_read(&error) { act() } else { Err(error) })
}

/// Gives a damaged file and its write-ahead log another name beside it, which is returned.
///
/// # Errors
/// If the system does not let us.
pub fn move_aside(path: &Path) -> Result<PathBuf, FileError> {
    move_aside_as(path, path)
}

/// The same with the file `from`, which was damaged under the name of `path`.
///
/// # Errors
/// If the system does not let us.
pub(crate) fn move_aside_as(path: &Path, from: &Path) -> Result<PathBuf, FileError> {
    let mut names = (1..=DAMAGED_KEPT).map(|number| beside(path, &format!(".damaged-{number}")));
    let free = names.clone().find(|name| !name.exists()).or_else(|| names.next_back());
    let aside = free.unwrap_or_else(|| beside(path, ".damaged"));
    // A log without its file was moved by an attempt that the power ended, and is of this file.
    if aside.exists() {
        remove_whole(&aside)?;
    }
    rename_whole(from, &aside)?;
    Ok(aside)
}

/// Gives a file and its write-ahead log another name. A power cut may leave the log there and the file here.
pub(crate) fn rename_whole(from: &Path, to: &Path) -> Result<(), FileError> {
    let work = || {
        // The log first: without its file it means nothing, and a new file would take it for its own.
        match fs::rename(beside(from, "-wal"), beside(to, "-wal")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => sync_folder_of(from)?,
        }
        remove(&beside(from, "-shm"))?;
        fs::rename(from, to)?;
        sync_folder_of(from)
    };
    work().map_err(|source| unreadable(from, source))
}

/// Removes a file and what SQLite has put beside it, as far as it is there.
pub(crate) fn remove_whole(path: &Path) -> Result<(), FileError> {
    for file in [path.to_path_buf(), beside(path, "-wal"), beside(path, "-shm")] {
        remove(&file).map_err(|source| unreadable(path, source))?;
    }
    Ok(())
}

/// Writes the first page of `sound` over that of `damaged`: a file of the same kind, whose tables begin at the same pages.
/// SQLite reads nothing of a file whose first page is damaged, though the others may be whole.
///
/// # Errors
/// If the system does not let us.
pub fn mend_first_page(damaged: &Path, sound: &Path) -> io::Result<()> {
    let mut head = vec![0; 100];
    let mut sound = OpenOptions::new().read(true).open(sound)?;
    sound.read_exact(&mut head)?;
    let size = head.get(16..18).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u16::from_be_bytes(*bytes));
    let size = if size == 1 { PAGE_MAX } else { u64::from(size) };
    let mut page = Vec::new();
    sound.seek(SeekFrom::Start(0))?;
    sound.take(size).read_to_end(&mut page)?;
    let mut file = OpenOptions::new().write(true).open(damaged)?;
    let pages = u32::try_from(file.metadata()?.len().checked_div(size).unwrap_or(0)).unwrap_or(u32::MAX);
    // The number of pages, and no free ones: SQLite file format, section 1.3.
    for (at, value) in [(28, pages), (32, 0), (36, 0)] {
        if let Some(bytes) = page.get_mut(at..at + 4) {
            bytes.copy_from_slice(&value.to_be_bytes());
        }
    }
    file.write_all(&page)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn a_sector_that_does_not_read_is_damage_and_a_disk_that_takes_nothing_is_not() {
        assert!(is_damage(&failure(ffi::SQLITE_IOERR_READ)));
        let eio = io::Error::from_raw_os_error(EIO);
        assert!(unreadable(Path::new("journal.db"), eio).is_damage());
        for code in [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_FULL, ffi::SQLITE_READONLY] {
            assert!(!is_damage(&failure(code)), "{code}");
        }
        assert!(!unreadable(Path::new("journal.db"), io::ErrorKind::PermissionDenied.into()).is_damage());
    }

    #[test]
    fn what_does_not_read_once_is_tried_once_more() {
        let (mut reads, mut writes) = (0, 0);
        let read = reading_twice(|| {
            reads += 1;
            if reads == 1 { Err(failure(ffi::SQLITE_IOERR_READ)) } else { Ok(()) }
        });
        assert!(read.is_ok());
        let _ = reading_twice(|| -> rusqlite::Result<()> {
            writes += 1;
            Err(failure(ffi::SQLITE_IOERR_WRITE))
        });
        assert_eq!((reads, writes), (2, 1));
    }
}
