//! Files and folders, looked at all the time: a look costs one call of the system for each file.
//!
//! ```text
//!           another stamp            the same stamp once more
//!   read ─────────────────▶ moving ──────────────────────────▶ read
//!                            │  ▲
//!                            └──┘ another stamp
//! ```
//!
//! A file is read once two looks in a row find the same, so that one which is just being written is left alone.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::fault::Fault;

/// How files of lists are called; others in a folder are passed over.
const ENDINGS: [&str; 3] = ["crl", "pem", "der"];

/// Most lists in a folder. The whole Finnish hierarchy has fewer than 40.
const FOLDER_MAX: usize = 256;

/// Most files of any kind that are looked through for them: a look must stay cheap.
const LOOKED_THROUGH_MAX: usize = 4_096;

/// What tells one version of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: (i64, i64),
    // A file that was moved here keeps its time of modification, and may be older than the one before it.
    inode: u64,
    changed: (i64, i64),
}

/// One file: what was seen of it last, and what was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Watched {
    seen: Option<Result<Stamp, ErrorKind>>,
    read: Option<Result<Stamp, ErrorKind>>,
}

impl Watched {
    /// Takes a look. True if there is something new that has come to rest; a file that has gone is new, too.
    pub(super) fn look(&mut self, path: &Path) -> bool {
        self.saw(stamp(path).map_err(|error| error.kind()))
    }

    fn saw(&mut self, found: Result<Stamp, ErrorKind>) -> bool {
        let at_rest = self.seen == Some(found);
        self.seen = Some(found);
        let is_new = at_rest && self.read != Some(found);
        if is_new {
            self.read = Some(found);
        }
        is_new
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let found = std::fs::metadata(path)?;
    regular(&found)?;
    Ok(Stamp {
        length: found.len(),
        modified: (found.mtime(), found.mtime_nsec()),
        inode: found.ino(),
        changed: (found.ctime(), found.ctime_nsec()),
    })
}

/// Opens a file; a pipe or a device would never come to its end.
pub(super) fn open(path: &Path) -> io::Result<File> {
    regular(&std::fs::metadata(path)?)?;
    File::open(path)
}

fn regular(found: &Metadata) -> io::Result<()> {
    if found.is_file() { Ok(()) } else { Err(io::Error::new(ErrorKind::InvalidInput, "it is no file")) }
}

/// The lists of a folder, in order of their names; none if the path is no folder.
pub(super) fn of_folder(folder: &Path) -> Result<Option<Vec<PathBuf>>, Fault> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let mut files = Vec::new();
    for (count, entry) in std::fs::read_dir(folder)?.enumerate() {
        let path = entry?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)) {
            files.push(path);
        }
        if files.len() > FOLDER_MAX || count >= LOOKED_THROUGH_MAX {
            return Err(Fault::Many { bound: FOLDER_MAX });
        }
    }
    files.sort();
    Ok(Some(files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_it_has_come_to_rest_and_again_when_it_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.crl");
        let mut file = Watched::default();
        assert!(!file.look(&path), "one look is none");
        assert!(file.look(&path), "that it is not there is to be told once");
        assert!(!file.look(&path));
        std::fs::write(&path, "one").unwrap();
        assert!(!file.look(&path), "it may still be written");
        std::fs::write(&path, "one two").unwrap();
        assert!(!file.look(&path), "it was");
        assert!(file.look(&path));
        assert!(!file.look(&path));
        // Another file of the same length and time takes its place.
        let other = folder.path().join("b");
        std::fs::write(&other, "two one").unwrap();
        let time = std::fs::metadata(&path).unwrap().modified().unwrap();
        File::options().write(true).open(&other).unwrap().set_modified(time).unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert!(!file.look(&path) && file.look(&path));
    }

    #[test]
    fn a_folder_gives_its_lists_in_order_and_says_if_there_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.CRL", "a.der", "c.pem", "readme.txt", ".c.crl.part"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names = |files: Vec<PathBuf>| -> Vec<_> {
            files.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(of_folder(folder.path()).unwrap().unwrap()), ["a.der", "b.CRL", "c.pem"]);
        assert!(of_folder(&folder.path().join("a.der")).unwrap().is_none());
        for number in 0..=FOLDER_MAX {
            std::fs::write(folder.path().join(format!("{number}.crl")), "").unwrap();
        }
        assert!(matches!(of_folder(folder.path()), Err(Fault::Many { .. })));
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(open(folder.path()).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(open(Path::new("/dev/zero")).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
