//! Names that are kept back: of people under a non-disclosure order (turvakielto), or who are hidden for another reason.
//!
//! The name leaves the table of people, where a neutral word takes its place. So every list, export and message shows
//! that word unless it asks here, with the operator who looks. What does not know of this cannot tell.

use std::collections::BTreeMap;
use std::fmt;

use access::time::UtcMs;
use rusqlite::{Connection, OptionalExtension};

use super::check_reason;
use crate::site::open::Wakes;
use crate::site::{Actor, PersonId, Site, SiteError, change, people, row};

/// Most operators who may see one name.
const READERS_MAX: usize = 20;

/// A name that is kept back, without the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretName {
    /// Whose.
    pub person: PersonId,
    /// Why.
    pub reason: String,
    /// Who said so last, and when.
    pub set: (String, UtcMs),
    /// The operators who see it, in the order of their names.
    pub readers: Vec<String>,
}

/// What stands for the name of a person whose name is kept back: it says nothing of why, and needs no language.
#[must_use]
pub fn neutral_name(person: PersonId) -> String {
    format!("#{}", person.0)
}

/// A person as they are really called.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::site) struct Known {
    pub(in crate::site) id: PersonId,
    pub(in crate::site) name: String,
}

/// Names stay out of logs.
impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({})", self.id.0)
    }
}

impl Site {
    /// Keeps a person's name back from all but these operators; for one that is kept back already, sets reason and
    /// operators anew.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the person; [`SiteError::Invalid`] with `reason`, or with `readers` and
    /// `unknown-operator` or `too-many`.
    pub fn keep_name_secret(
        &self,
        actor: &Actor<'_>,
        person: PersonId,
        reason: &str,
        readers: &[String],
    ) -> Result<(), SiteError> {
        check_reason(reason)?;
        if readers.len() > READERS_MAX {
            return Err(SiteError::invalid("readers", "too-many"));
        }
        self.write(Wakes::Changes, |db| {
            let operators = readers.iter().map(|name| operator(db, name)).collect::<Result<Vec<_>, _>>()?;
            let detail = format!("{} {}: {reason}", person.0, readers.join(" "));
            let change = change::begin(db, actor, "name-secret", &detail)?;
            if is_secret(db, person)? {
                row::prepare(db, "UPDATE secret_name SET reason = $1, since = $2 WHERE person = $3")?
                    .execute((reason, change, person.0))?;
            } else {
                take(db, person, reason, change)?;
            }
            row::prepare(db, "DELETE FROM secret_name_reader WHERE person = $1")?.execute([person.0])?;
            for operator in operators {
                let sql = "INSERT INTO secret_name_reader (person, operator) VALUES ($1, $2)
                           ON CONFLICT (person, operator) DO NOTHING";
                row::prepare(db, sql)?.execute((person.0, operator))?;
            }
            Ok(())
        })
    }

    /// Shows a person's name to everybody again.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] if it is not kept back; [`SiteError::Invalid`] with `reason`.
    pub fn show_name_again(&self, actor: &Actor<'_>, person: PersonId, reason: &str) -> Result<(), SiteError> {
        check_reason(reason)?;
        self.write(Wakes::Changes, |db| {
            row::prepare(db, "DELETE FROM secret_name_reader WHERE person = $1")?.execute([person.0])?;
            let sql = "DELETE FROM secret_name WHERE person = $1 RETURNING name, external_id";
            let (name, external_id): (String, Option<String>) = row::prepare(db, sql)?
                .query_row([person.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?
                .ok_or_else(|| SiteError::not_found("secret name", &person.0))?;
            change::begin(db, actor, "name-shown", &format!("{} {reason}", person.0))?;
            set(db, person, &name, external_id.as_deref())
        })
    }

    /// The names that are kept back, without them, by the number of the person.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn secret_names(&self, limit: u32) -> Result<Vec<SecretName>, SiteError> {
        self.read(|db| {
            let sql = "SELECT s.person, s.reason, c.operator, c.at_ms FROM secret_name s
                       JOIN change c ON c.number = s.since ORDER BY s.person LIMIT $1";
            let mut statement = row::prepare(db, sql)?;
            let found = row::all(statement.query([row::limit_of(limit)])?, view)?;
            found.into_iter().map(|one| with_readers(db, one)).collect()
        })
    }

    /// Whether and why a person's name is kept back.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn secret_name(&self, person: PersonId) -> Result<Option<SecretName>, SiteError> {
        self.read(|db| {
            let sql = "SELECT s.person, s.reason, c.operator, c.at_ms FROM secret_name s
                       JOIN change c ON c.number = s.since WHERE s.person = $1";
            let mut statement = row::prepare(db, sql)?;
            let found = row::first(statement.query([person.0])?, view)?;
            found.map(|one| with_readers(db, one)).transpose()
        })
    }

    /// The names that are kept back and that this operator is shown, by person.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn names_shown_to(&self, operator: i64) -> Result<BTreeMap<i64, String>, SiteError> {
        self.read(|db| {
            let sql = "SELECT s.person, s.name FROM secret_name_reader r JOIN secret_name s ON s.person = r.person
                       WHERE r.operator = $1";
            let mut statement = row::prepare(db, sql)?;
            let found = row::all(statement.query([operator])?, |r| Ok((r.get(0)?, r.get(1)?)))?;
            Ok(found.into_iter().collect())
        })
    }
}

/// The person that another register calls so, under the real name: a register that is imported may not be shown it, but
/// what it says must reach them.
pub(in crate::site) fn known_person(db: &Connection, external_id: &str) -> Result<Option<Known>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT id, name FROM person WHERE external_id = $1
         UNION ALL SELECT person, name FROM secret_name WHERE external_id = $1",
    )?;
    row::first(statement.query([external_id])?, |r| Ok(Known { id: PersonId(r.get(0)?), name: r.get(1)? }))
}

/// Whether a person whose name is kept back has this external id.
pub(in crate::site) fn taken(db: &Connection, external_id: &str) -> Result<bool, SiteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM secret_name WHERE external_id = $1)";
    Ok(row::prepare(db, sql)?.query_row([external_id], |row| row.get(0))?)
}

/// Renames a person whose name is kept back, which it stays. Says whether it is one.
pub(in crate::site) fn rename(db: &Connection, person: PersonId, name: &str) -> Result<bool, SiteError> {
    Ok(row::prepare(db, "UPDATE secret_name SET name = $1 WHERE person = $2")?.execute((name, person.0))? > 0)
}

/// The person whose neutral word this would be.
#[must_use]
pub fn neutral_of(name: &str) -> Option<PersonId> {
    let digits = name.trim().strip_prefix('#')?;
    digits.parse().ok().map(PersonId)
}

fn take(db: &Connection, person: PersonId, reason: &str, change: i64) -> Result<(), SiteError> {
    let sql = "INSERT INTO secret_name (person, name, external_id, reason, since)
               SELECT id, name, external_id, $1, $2 FROM person WHERE id = $3";
    if row::prepare(db, sql)?.execute((reason, change, person.0))? == 0 {
        return Err(SiteError::not_found("person", &person.0));
    }
    set(db, person, &neutral_name(person), None)
}

fn set(db: &Connection, person: PersonId, name: &str, external_id: Option<&str>) -> Result<(), SiteError> {
    let search = people::search_text(name, external_id);
    row::prepare(db, "UPDATE person SET name = $1, external_id = $2, search = $3 WHERE id = $4")?.execute((
        name,
        external_id,
        search,
        person.0,
    ))?;
    Ok(())
}

fn is_secret(db: &Connection, person: PersonId) -> Result<bool, SiteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM secret_name WHERE person = $1)";
    Ok(row::prepare(db, sql)?.query_row([person.0], |row| row.get(0))?)
}

fn operator(db: &Connection, name: &str) -> Result<i64, SiteError> {
    row::prepare(db, "SELECT id FROM operator WHERE name = $1")?
        .query_row([name], |row| row.get(0))
        .optional()?
        .ok_or(SiteError::invalid("readers", "unknown-operator"))
}

fn view(r: &rusqlite::Row<'_>) -> Result<SecretName, SiteError> {
    let set = (r.get(2)?, UtcMs(r.get(3)?));
    Ok(SecretName { person: PersonId(r.get(0)?), reason: r.get(1)?, set, readers: Vec::new() })
}

fn with_readers(db: &Connection, mut one: SecretName) -> Result<SecretName, SiteError> {
    let sql = "SELECT o.name FROM secret_name_reader r JOIN operator o ON o.id = r.operator
               WHERE r.person = $1 ORDER BY o.name";
    let mut statement = row::prepare(db, sql)?;
    one.readers = row::all(statement.query([one.person.0])?, |r| Ok(r.get(0)?))?;
    Ok(one)
}
