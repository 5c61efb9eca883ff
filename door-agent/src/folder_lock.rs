//! One data folder belongs to one agent.
//!
//! Two agents that append to one journal give one number to two events: one of them is lost, and with it every
//! grant that waits for it. So an agent takes a file in its folder before it opens anything, and a second one ends.
//! The operating system lets go of the file however the agent ends; that the file is there means nothing.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// Name of the file in the data folder. It is empty.
pub const LOCK_FILE: &str = "agent.lock";

/// The data folder, as long as this is kept.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// Why the folder is not this agent's.
#[derive(Debug, thiserror::Error)]
pub enum FolderLockError {
    /// Somebody else has it.
    #[error(
        "another agent runs on the data folder {}: stop it first, or give each door a folder of its own",
        folder.display()
    )]
    Held {
        /// Which folder.
        folder: PathBuf,
    },
    /// The file cannot be made or locked.
    #[error("the data folder {} cannot be used: {reason}. It must exist, and the agent must be able to write there", folder.display())]
    Unusable {
        /// Which folder.
        folder: PathBuf,
        /// What the operating system says.
        reason: std::io::Error,
    },
}

impl FolderLock {
    /// Takes the folder, without waiting for it.
    ///
    /// # Errors
    /// Names the folder.
    pub fn take(folder: &Path) -> Result<Self, FolderLockError> {
        let unusable = |reason| FolderLockError::Unusable { folder: folder.to_path_buf(), reason };
        let path = folder.join(LOCK_FILE);
        // On a disk that has become read-only the door decides all the same.
        let file = File::create(&path).or_else(|error| File::open(&path).map_err(|_| error)).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(FolderLockError::Held { folder: folder.to_path_buf() }),
            Err(TryLockError::Error(reason)) => Err(unusable(reason)),
        }
    }

    /// Whether somebody has the folder now. Makes no file, and keeps nobody out.
    #[must_use]
    pub fn is_held(folder: &Path) -> bool {
        let tried = File::open(folder.join(LOCK_FILE)).map(|file| file.try_lock_shared());
        matches!(tried, Ok(Err(TryLockError::WouldBlock)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_taken_once_and_free_again_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!FolderLock::is_held(folder.path()) && !folder.path().join(LOCK_FILE).exists());
        let first = FolderLock::take(folder.path()).unwrap();
        assert!(FolderLock::is_held(folder.path()));
        assert!(matches!(FolderLock::take(folder.path()), Err(FolderLockError::Held { .. })));
        drop(first);
        assert!(!FolderLock::is_held(folder.path()));
        FolderLock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_lock_file_that_cannot_be_written_is_locked_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        // Nobody writes to a folder, whatever the rights of the user.
        std::fs::create_dir(folder.path().join(LOCK_FILE)).unwrap();
        let _first = FolderLock::take(folder.path()).unwrap();
        assert!(matches!(FolderLock::take(folder.path()), Err(FolderLockError::Held { .. })));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap().path().join("nowhere");
        let error = FolderLock::take(&folder).unwrap_err().to_string();
        assert!(error.contains("nowhere"), "{error}");
    }
}
