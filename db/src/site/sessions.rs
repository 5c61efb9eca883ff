//! Sessions of signed-in browsers, for the dashboard's session store.

use access::time::UtcMs;

use super::{Site, SiteError};

impl Site {
    /// Keeps a session until it expires; one of the same id is replaced.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] if id or data are too long.
    pub fn session_save(&self, id: &str, data: &[u8], expires: UtcMs) -> Result<(), SiteError> {
        let _ = (id, data, expires);
        Err(SiteError::Busy)
    }

    /// A session that has not expired.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn session_load(&self, id: &str, at: UtcMs) -> Result<Option<Vec<u8>>, SiteError> {
        let _ = (id, at);
        Err(SiteError::Busy)
    }

    /// Forgets a session, if it is there.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn session_delete(&self, id: &str) -> Result<(), SiteError> {
        let _ = id;
        Err(SiteError::Busy)
    }

    /// Forgets all sessions that have expired. Says how many.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn sessions_purge(&self, at: UtcMs) -> Result<u64, SiteError> {
        let _ = at;
        Err(SiteError::Busy)
    }
}
