//! Before the database of an older program is migrated a copy is put beside it: whoever has to go back to that program puts
//! the copy back.
//!
//! ```text
//! site.db, schema 19 ──room?──▶ copy, checked, on disk ──▶ site.db.before-schema-24 ──▶ migrated, in one transaction
//!                        └─▶ refused, and nothing is changed
//! ```
//!
//! A copy remembers what the site forgets of people. So there are few of them, and each ends.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::time::UtcMs;
use rustix::fs::statvfs;

use super::open::KIND;
use super::{BackupError, OpenError, back_up};
use crate::file::{self, FileError, beside, sync_folder_of};

/// Copies beside a database, with the newest: of the program before, and of the one before that.
pub const COPIES_MAX: usize = 2;

/// How long a copy is kept, in days: as long as the backups of the page about running a site.
pub const COPY_DAYS: u64 = 30;

/// Sizes of the database that must be free: the copy has one, and the write-ahead log of a migration that touches each row
/// another.
const ROOM_SIZES: u64 = 2;

/// What a copy has behind the name of the database, before the schema that it is from before of.
const ENDING: &str = ".before-schema-";

/// What a database that a backup was put in the place of has there, before the number of that change.
pub(super) const REPLACED: &str = ".before-";

const MEGABYTE: u64 = 1024 * 1024;
const DAY_S: u64 = 24 * 3_600;

/// A database that is migrated when it is opened for writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Older {
    /// Its schema.
    pub found: i64,
    /// The schema of this program.
    pub known: i64,
    /// Where it is kept as it is.
    pub copy: PathBuf,
    /// What must be free for that, in bytes.
    pub needs: u64,
    /// What is free, in bytes.
    pub free: u64,
}

/// A database from before a migration, or from before a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// What it is from before of: a schema, or the change that the restore is.
    pub number: i64,
    /// When it was last written to.
    pub made: SystemTime,
}

impl Kept {
    /// Whether it has been kept for long enough. One from the future is of a clock that was wrong, and has not.
    #[must_use]
    pub fn is_over(&self, at: UtcMs) -> bool {
        let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap_or(0));
        now.duration_since(self.made).is_ok_and(|age| age >= Duration::from_secs(COPY_DAYS * DAY_S))
    }
}

/// Whether this database is of an older program, and so migrated by whoever opens it for writing. Nothing is changed, and a
/// file that is not there is none.
///
/// # Errors
/// [`OpenError`], also if a newer program has written it.
pub fn older(path: &Path) -> Result<Option<Older>, OpenError> {
    if !path.exists() {
        return Ok(None);
    }
    let (found, known) = file::schemas(path, &KIND)?;
    // Without a schema there is nothing in it yet.
    if found == 0 || found == known {
        return Ok(None);
    }
    let copy = beside(path, &format!("{ENDING}{known}"));
    let (needs, free) = room(path).map_err(|source| not_kept(path, BackupError::Io { path: copy.clone(), source }))?;
    Ok(Some(Older { found, known, copy, needs, free }))
}

/// Makes the copy, if there is anything to be kept.
pub(super) fn keep(path: &Path) -> Result<(), OpenError> {
    older(path)?.map_or(Ok(()), |older| make(path, &older))
}

fn make(path: &Path, older: &Older) -> Result<(), OpenError> {
    let Older { found, known, copy, needs, free } = older;
    if free < needs {
        let path = path.to_path_buf();
        return Err(OpenError::NoRoom { path, needs: needs.div_ceil(MEGABYTE), free: free / MEGABYTE });
    }
    tracing::info!(path = %path.display(), from = found, to = known, "the database is of an older program; a copy is made first");
    let failed = |source| not_kept(path, source);
    let io = |source| failed(BackupError::Io { path: copy.clone(), source });
    // What is under the name already is of an attempt before, or of a program that was gone back to: this one has all of it.
    let new = beside(copy, ".new");
    remove(&new).map_err(io)?;
    back_up(path, &new, env!("CARGO_PKG_VERSION"), now(), &mut progress()).map_err(failed)?;
    fs::rename(&new, copy).and_then(|()| sync_folder_of(copy)).map_err(io)?;
    tracing::info!(copy = %copy.display(), "the database as it was is kept there, and is migrated now");
    let others = copies(path).map_err(io)?.into_iter().filter(|kept| kept.path != *copy);
    let others: Vec<Kept> = others.collect();
    let over = others.len().saturating_sub(COPIES_MAX - 1);
    others.iter().take(over).try_for_each(|kept| remove(&kept.path)).map_err(io)
}

/// The copies beside a database, oldest first.
///
/// # Errors
/// If its folder cannot be read.
pub fn copies(database: &Path) -> io::Result<Vec<Kept>> {
    kept_beside(database, ENDING)
}

/// What backups were put in the place of, oldest first. Changes of after the backup may be there and nowhere else, so nothing
/// removes them but a person.
///
/// # Errors
/// If its folder cannot be read.
pub fn replaced(database: &Path) -> io::Result<Vec<Kept>> {
    kept_beside(database, REPLACED)
}

fn kept_beside(database: &Path, ending: &str) -> io::Result<Vec<Kept>> {
    let name = database.file_name().unwrap_or_default();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder_of(database))? {
        let entry = entry?;
        if let Some(number) = number_of(&entry.file_name(), name, ending) {
            found.push(Kept { path: entry.path(), number, made: entry.metadata()?.modified()? });
        }
    }
    found.sort_by_key(|kept| (kept.made, kept.number));
    Ok(found)
}

/// Removes the copies that have been kept for long enough; says how many.
///
/// # Errors
/// If one cannot be removed.
pub fn end_copies(database: &Path, at: UtcMs) -> io::Result<usize> {
    let over: Vec<Kept> = copies(database)?.into_iter().filter(|kept| kept.is_over(at)).collect();
    over.iter().try_for_each(|kept| remove(&kept.path))?;
    Ok(over.len())
}

/// The number in the name of what is kept of the database of this name.
fn number_of(name: &OsStr, database: &OsStr, ending: &str) -> Option<i64> {
    let digits = name.to_str()?.strip_prefix(database.to_str()?)?.strip_prefix(ending)?;
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// What must be free beside a database for it to be migrated, and what is, in bytes.
fn room(path: &Path) -> io::Result<(u64, u64)> {
    let length = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let size = length(path).saturating_add(length(&beside(path, "-wal")));
    let disk = statvfs(folder_of(path))?;
    Ok((size.saturating_mul(ROOM_SIZES), disk.f_bavail.saturating_mul(disk.f_frsize)))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn not_kept(path: &Path, source: BackupError) -> OpenError {
    match source {
        BackupError::File(file @ FileError::Newer { .. }) => file.into(),
        source => OpenError::NoCopy { path: path.to_path_buf(), source: Box::new(source) },
    }
}

/// The machine's time: nothing is decided by it, it is only told when the copy was made.
fn now() -> UtcMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Says how far it is, once for each tenth.
fn progress() -> impl FnMut(u64, u64) {
    let mut told = 0;
    move |left, pages| {
        let tenths = pages.saturating_sub(left).saturating_mul(10).checked_div(pages).unwrap_or(10);
        if tenths > told {
            told = tenths;
            tracing::info!(percent = tenths * 10, "the copy is being made");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_for_the_copy_is_named_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.db");
        let copy = beside(&path, ".before-schema-24");
        let older = Older { found: 19, known: 24, copy, needs: 30 * MEGABYTE, free: 30 * MEGABYTE - 1 };
        let text = make(&path, &older).unwrap_err().to_string();
        for part in ["site.db", "30 MB must be free", "29 MB are", "make room", "it is as it was"] {
            assert!(text.contains(part), "{part:?} is not in: {text}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn only_copies_of_this_database_are_taken_for_copies_and_what_was_replaced_for_that() {
        let numbers = |name: &str| {
            let number = |ending| number_of(OsStr::new(name), OsStr::new("site.db"), ending);
            (number(ENDING), number(REPLACED))
        };
        assert_eq!(numbers("site.db.before-schema-24"), (Some(24), None));
        assert_eq!(numbers("site.db.before-24"), (None, Some(24)));
        for other in [
            "site.db.before-",
            "site.db.before-24-wal",
            "site.db.before-schema-",
            "site.db.before-schema-24.new",
            "x.db.before-schema-1",
            "x.db.before-1",
            "site.db",
        ] {
            assert_eq!(numbers(other), (None, None), "{other}");
        }
    }

    #[test]
    fn the_room_that_is_asked_for_counts_what_is_not_in_the_file_yet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.db");
        fs::write(&path, [0; 1_000]).unwrap();
        fs::write(beside(&path, "-wal"), [0; 500]).unwrap();
        let (needs, free) = room(&path).unwrap();
        assert_eq!(needs, 3_000);
        assert!(free > 0);
    }
}
