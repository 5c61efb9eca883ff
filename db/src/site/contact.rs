//! Whom to turn to if a page is in somebody's way: stands on the accessibility statement, which anybody may read.

use rusqlite::Connection;

use super::open::Wakes;
use super::{Actor, Site, SiteError, change, row};

/// Longest contact, in bytes: an office, a telephone number and a mail address.
const CONTACT_LENGTH_MAX: usize = 300;

impl Site {
    /// Whom to turn to; `None` if nobody has said.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn contact(&self) -> Result<Option<String>, SiteError> {
        self.read(|db| current(db))
    }

    /// Sets whom to turn to; an empty text takes it away. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with `contact` and `too-long` or `hidden-character`.
    pub fn set_contact(&self, actor: &Actor<'_>, text: &str) -> Result<(), SiteError> {
        let wanted = Some(text.trim()).filter(|text| !text.is_empty());
        if let Some(wanted) = wanted {
            row::check_text("contact", wanted, CONTACT_LENGTH_MAX)?;
        }
        self.write(Wakes::Changes, |db| {
            if current(db)?.as_deref() == wanted {
                return Ok(());
            }
            let change = change::begin(db, actor, "contact-set", if wanted.is_some() { "on" } else { "off" })?;
            row::prepare(db, "UPDATE contact_state SET until = $1 WHERE until IS NULL")?.execute([change])?;
            if let Some(wanted) = wanted {
                row::prepare(db, "INSERT INTO contact_state (contact, since) VALUES ($1, $2)")?
                    .execute((wanted, change))?;
            }
            Ok(())
        })
    }
}

fn current(db: &Connection) -> Result<Option<String>, SiteError> {
    let mut statement = row::prepare(db, "SELECT contact FROM contact_state WHERE until IS NULL")?;
    row::first(statement.query([])?, |r| Ok(r.get(0)?))
}
