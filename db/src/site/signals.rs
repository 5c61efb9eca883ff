//! How the site's doors speak to people, where that is not as built in.

use access::signal::SignalSet;
use rusqlite::Connection;

use super::open::Wakes;
use super::{Actor, Site, SiteError, change, row};

impl Site {
    /// Sets the patterns that differ from the built-in ones, all of them anew. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with `signals` and `out-of-range`.
    pub fn set_signals(&self, actor: &Actor<'_>, signals: &SignalSet) -> Result<(), SiteError> {
        signals.check().map_err(|_| SiteError::invalid("signals", "out-of-range"))?;
        let body = postcard::to_allocvec(signals).map_err(|error| SiteError::Storage(Box::new(error)))?;
        self.write(Wakes::Changes, |db| {
            if as_of(db, i64::MAX)? == *signals {
                return Ok(());
            }
            let change = change::begin(db, actor, "signals-set", &signals.0.len().to_string())?;
            row::prepare(db, "UPDATE signal_state SET until = $1 WHERE until IS NULL")?.execute([change])?;
            row::prepare(db, "INSERT INTO signal_state (body, since) VALUES ($1, $2)")?.execute((body, change))?;
            Ok(())
        })
    }

    /// The patterns that differ from the built-in ones.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn signals(&self) -> Result<SignalSet, SiteError> {
        self.read(|db| as_of(db, i64::MAX))
    }
}

/// As they were.
pub(super) fn as_of(db: &Connection, as_of: i64) -> Result<SignalSet, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT body FROM signal_state WHERE since <= $1 AND (until IS NULL OR until > $1)")?;
    let found = row::first(statement.query([as_of])?, |r| {
        let bytes = r.get_ref(0)?.as_blob().map_err(|_| SiteError::corrupt("signals"))?;
        postcard::from_bytes(bytes).map_err(|_| SiteError::corrupt("signals"))
    })?;
    Ok(found.unwrap_or_default())
}
