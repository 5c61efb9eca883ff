//! The certificates of authorities that the configuration names.

use std::io;
use std::path::{Path, PathBuf};

use certificates::{Authorities, AuthorityFault, MAX_AUTHORITIES};

/// How files of certificates are called; others in a folder are passed over.
const ENDINGS: [&str; 4] = ["pem", "crt", "cer", "der"];

/// Why the authorities cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    /// A folder cannot be read.
    #[error("authorities: the folder {path} cannot be read: {source}; correct the key authorities")]
    Folder {
        /// The folder.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// There is nothing there.
    #[error("authorities: {path} names no file of certificates; correct the key authorities")]
    Nothing {
        /// What was configured.
        path: String,
    },
    /// A file of it.
    #[error("authorities: {0}")]
    File(#[from] AuthorityFault),
}

/// Reads all of them: files, folders, and folders with `*.ENDING`.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Authorities, AuthoritiesError> {
    let mut authorities = Authorities::new();
    for path in paths {
        let files = files(path)?;
        if files.is_empty() {
            return Err(AuthoritiesError::Nothing { path: path.display().to_string() });
        }
        authorities.load(files)?;
    }
    Ok(authorities)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, AuthoritiesError> {
    let pattern = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix("*."));
    match (pattern, path.parent()) {
        (Some(ending), Some(folder)) => with_endings(folder, &[ending]),
        _ if path.is_dir() => with_endings(path, &ENDINGS),
        _ => Ok(vec![path.to_path_buf()]),
    }
}

/// The files of a folder with one of these endings, in order of their names. One more than there may be
/// authorities is enough to have it refused.
fn with_endings(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, AuthoritiesError> {
    let fault = |source| AuthoritiesError::Folder { path: folder.display().to_string(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if endings.iter().any(|known| known.eq_ignore_ascii_case(ending)) && files.len() <= MAX_AUTHORITIES {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
