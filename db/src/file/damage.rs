//! A file that is damaged: how it is told from a disk that refuses, and what is done with it.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::{FileError, beside, remove, sync_folder_of, unreadable};

/// Damaged files of one name that are kept; the newest takes the place of the last beyond it.
const DAMAGED_KEPT: u32 = 3;

/// Largest page of SQLite.
const PAGE_MAX: u64 = 65_536;

impl FileError {
    /// Whether what is in the file is wrong, and not the disk, the rights or the program that is asked.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Unreadable { .. } | Self::Newer { .. } => false,
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

/// Whether SQLite says that the content is wrong. A row that is missing and a column of another type are so as well.
#[must_use]
pub fn is_damage(error: &rusqlite::Error) -> bool {
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

/// Gives a damaged file and its write-ahead log another name beside it, which is returned.
///
/// # Errors
/// If the system does not let us.
pub fn move_aside(path: &Path) -> Result<PathBuf, FileError> {
    let names = (1..=DAMAGED_KEPT).map(|number| beside(path, &format!(".damaged-{number}")));
    let free = names.clone().find(|name| !name.exists()).or_else(|| names.last());
    let aside = free.unwrap_or_else(|| beside(path, ".damaged"));
    let work = || {
        for end in ["-wal", "-shm"] {
            remove(&beside(&aside, end))?;
        }
        // The log first: without its file it means nothing, and a new file would take it for its own.
        match fs::rename(beside(path, "-wal"), beside(&aside, "-wal")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        remove(&beside(path, "-shm"))?;
        fs::rename(path, &aside)?;
        sync_folder_of(path)
    };
    work().map_err(|source| unreadable(path, source))?;
    Ok(aside)
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
