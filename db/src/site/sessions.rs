//! Sessions of signed-in browsers, for the dashboard's session store.

use access::time::UtcMs;

use rusqlite::OptionalExtension;

use super::open::Wakes;
use super::{Site, SiteError, row};

/// Longest id of a session, in bytes.
const ID_LENGTH_MAX: usize = 128;

/// Heaviest session, in bytes. It holds who signed in, and little else.
const DATA_LENGTH_MAX: usize = 16 * 1024;

impl Site {
    /// Keeps a session until it expires; one of the same id is replaced.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] if id or data are too long.
    pub fn session_save(&self, id: &str, data: &[u8], expires: UtcMs) -> Result<(), SiteError> {
        row::check_text("session", id, ID_LENGTH_MAX)?;
        if data.len() > DATA_LENGTH_MAX {
            return Err(SiteError::invalid("session", "too-long"));
        }
        self.write(Wakes::Nobody, |db| {
            row::prepare(
                db,
                "INSERT INTO session (id, data, expires_ms) VALUES ($1, $2, $3)
                 ON CONFLICT (id) DO UPDATE
                 SET data = excluded.data, expires_ms = excluded.expires_ms",
            )?
            .execute((id, data, expires.0))?;
            Ok(())
        })
    }

    /// A session that has not expired.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn session_load(&self, id: &str, at: UtcMs) -> Result<Option<Vec<u8>>, SiteError> {
        self.read(|db| {
            Ok(row::prepare(db, "SELECT data FROM session WHERE id = $1 AND expires_ms > $2")?
                .query_row((id, at.0), |row| row.get(0))
                .optional()?)
        })
    }

    /// Forgets a session, if it is there.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn session_delete(&self, id: &str) -> Result<(), SiteError> {
        self.write(Wakes::Nobody, |db| {
            row::prepare(db, "DELETE FROM session WHERE id = $1")?.execute([id])?;
            Ok(())
        })
    }

    /// Forgets all sessions that have expired. Says how many.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn sessions_purge(&self, at: UtcMs) -> Result<u64, SiteError> {
        self.write(Wakes::Nobody, |db| {
            let purged = row::prepare(db, "DELETE FROM session WHERE expires_ms <= $1")?.execute([at.0])?;
            Ok(purged as u64)
        })
    }
}
