//! What makes passing easier for a person, such as a lock that stays released for longer. It never admits anybody.

use access::entry::Comfort;
use rusqlite::Connection;

use super::open::Wakes;
use super::{Actor, PersonId, Site, SiteError, change, holdings, row};

impl Site {
    /// Sets what makes passing easier for a person. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the person; [`SiteError::Invalid`] with `comfort` and `out-of-range` for what this
    /// version does not know.
    pub fn set_comfort(&self, actor: &Actor<'_>, person: PersonId, comfort: Comfort) -> Result<(), SiteError> {
        if !Comfort::LONG.has(comfort) {
            return Err(SiteError::invalid("comfort", "out-of-range"));
        }
        self.write(Wakes::Changes, |db| {
            holdings::need_person(db, person).map_err(|_| SiteError::not_found("person", &person.0))?;
            if as_of(db, person.0, i64::MAX)? == comfort {
                return Ok(());
            }
            let change = change::begin(db, actor, "person-comfort", &format!("{} {}", person.0, comfort.0))?;
            row::prepare(db, "UPDATE person_comfort SET until = $1 WHERE person = $2 AND until IS NULL")?
                .execute((change, person.0))?;
            row::prepare(db, "INSERT INTO person_comfort (person, comfort, since) VALUES ($1, $2, $3)")?
                .execute((person.0, comfort.0, change))?;
            Ok(())
        })
    }
}

/// As it was.
pub(super) fn as_of(db: &Connection, person: i64, as_of: i64) -> Result<Comfort, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT comfort FROM person_comfort WHERE person = $1 AND since <= $2 AND (until IS NULL OR until > $2)",
    )?;
    Ok(row::first(statement.query((person, as_of))?, |r| Ok(Comfort(r.get(0)?)))?.unwrap_or_default())
}
