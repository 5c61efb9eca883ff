//! Opening a database file.

/// Why a database file cannot be opened. Every text names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file is not ours.
    #[error("{path} is not a {what}: correct the path in the configuration, or move the file away")]
    Foreign {
        /// The file.
        path: String,
        /// What it should be.
        what: &'static str,
    },
}
