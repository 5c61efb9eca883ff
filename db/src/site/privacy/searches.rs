//! Whoever looks at the movements of one person or card says why, and that is kept.

use std::fmt;

use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::{Connection, Row};

use super::check_reason;
use super::holds::need_person;
use crate::site::open::Wakes;
use crate::site::{Actor, PersonId, Site, SiteError, change, row};

/// How long a reason counts, for the same person or card in the same session.
pub const SEARCH_COUNTS_MS: i64 = 60 * 60 * 1000;

/// Most that one reason is given for.
const SUBJECTS_MAX: usize = 20;

/// Whose movements.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Searched {
    /// Of this person.
    Person(PersonId),
    /// Of this card, whoever held it.
    Card(Uid),
}

/// Which searches to show. Everything that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchFilter {
    /// By this operator.
    pub operator: Option<String>,
    /// For this person.
    pub person: Option<PersonId>,
    /// Before this one.
    pub before: Option<i64>,
}

/// A search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchView {
    /// Its number.
    pub id: i64,
    /// Who.
    pub operator: String,
    /// For whom.
    pub searched: Searched,
    /// What that person is called; empty for a card.
    pub name: String,
    /// Why, in their words.
    pub reason: String,
    /// When they said so.
    pub at: UtcMs,
    /// How often they looked by that reason.
    pub looks: u32,
    /// When they last did.
    pub last: UtcMs,
}

/// Numbers of cards stay out of logs.
impl fmt::Debug for Searched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => write!(f, "Person({})", person.0),
            Self::Card(_) => f.write_str("Card"),
        }
    }
}

impl Site {
    /// Keeps why somebody looks for these movements: the reason counts for [`SEARCH_COUNTS_MS`] in the session or with
    /// the token of which `asker` is the digest.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with `reason`, with `person` and `unknown-person`, or with `person` and `too-many`.
    pub fn state_search(
        &self,
        actor: &Actor<'_>,
        asker: &[u8; 32],
        searched: &[Searched],
        reason: &str,
    ) -> Result<(), SiteError> {
        check_reason(reason)?;
        if searched.len() > SUBJECTS_MAX {
            return Err(SiteError::invalid("person", "too-many"));
        }
        self.write(Wakes::Changes, |db| {
            for one in searched {
                let (person, uid, named) = match one {
                    Searched::Person(person) => {
                        need_person(db, *person)?;
                        (Some(person.0), None, format!("person {}", person.0))
                    }
                    Searched::Card(uid) => (None, Some(uid.as_bytes()), format!("card {}", uid.hex())),
                };
                let change = change::begin(db, actor, "movements-search", &format!("{named}: {reason}"))?;
                let until = actor.at.0.saturating_add(SEARCH_COUNTS_MS);
                row::prepare(
                    db,
                    "INSERT INTO movement_search (asker, person, uid, reason, at_ms, until_ms, last_ms, since)
                     VALUES ($1, $2, $3, $4, $5, $6, $5, $7)",
                )?
                .execute((asker, person, uid, reason, actor.at.0, until, change))?;
            }
            Ok(())
        })
    }

    /// Whether a reason is stated that covers all of these, and if so that they were looked at once more. A reason for
    /// a person covers a card that nobody else has ever held.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read or written.
    pub fn look_at_movements(&self, asker: &[u8; 32], searched: &[Searched], at: UtcMs) -> Result<bool, SiteError> {
        let covering = |db: &Connection| {
            searched.iter().map(|one| covering(db, asker, one, at)).collect::<Result<Option<Vec<i64>>, _>>()
        };
        if self.read(|db| covering(db))?.is_none() {
            return Ok(false);
        }
        self.write(Wakes::Nobody, |db| {
            let Some(mut found) = covering(db)? else { return Ok(false) };
            found.sort_unstable();
            found.dedup();
            for id in found {
                row::prepare(db, "UPDATE movement_search SET looks = looks + 1, last_ms = $1 WHERE id = $2")?
                    .execute((at.0, id))?;
            }
            Ok(true)
        })
    }

    /// Searches, newest first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn searches(&self, filter: &SearchFilter, limit: u32) -> Result<Vec<SearchView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT m.id, c.operator, m.person, m.uid, COALESCE(p.name, ''), m.reason, m.at_ms, m.looks, m.last_ms
                 FROM movement_search m JOIN change c ON c.number = m.since LEFT JOIN person p ON p.id = m.person
                 WHERE m.id < $1 AND ($2 IS NULL OR c.operator = $2) AND ($3 IS NULL OR m.person = $3)
                 ORDER BY m.id DESC LIMIT $4",
            )?;
            let before = filter.before.unwrap_or(row::LIMIT_ALL);
            let person = filter.person.map(|person| person.0);
            row::all(statement.query((before, &filter.operator, person, row::limit_of(limit)))?, view)
        })
    }

    /// Searches for the movements of a person or of a card that they alone have held, newest first: what the person has
    /// a right to know.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn searches_about(&self, person: PersonId, limit: u32) -> Result<Vec<SearchView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT m.id, c.operator, m.person, m.uid, COALESCE(p.name, ''), m.reason, m.at_ms, m.looks, m.last_ms
                 FROM movement_search m JOIN change c ON c.number = m.since LEFT JOIN person p ON p.id = m.person
                 WHERE m.person = $1 OR m.uid IN (
                     SELECT o.uid FROM holding o WHERE o.person = $1 AND o.until IS NULL
                         AND NOT EXISTS (SELECT 1 FROM holding x WHERE x.uid = o.uid AND x.person <> $1))
                 ORDER BY m.id DESC LIMIT $2",
            )?;
            row::all(statement.query((person.0, row::limit_of(limit)))?, view)
        })
    }
}

/// The newest search whose reason covers this and counts still.
fn covering(db: &Connection, asker: &[u8; 32], searched: &Searched, at: UtcMs) -> Result<Option<i64>, SiteError> {
    let found = |r: &Row<'_>| Ok(r.get(0)?);
    match searched {
        Searched::Person(person) => {
            let sql = "SELECT MAX(id) FROM movement_search
                       WHERE asker = $1 AND until_ms > $2 AND at_ms <= $2 AND person = $3";
            let mut statement = row::prepare(db, sql)?;
            Ok(row::first(statement.query((asker, at.0, person.0))?, found)?.flatten())
        }
        Searched::Card(uid) => {
            let sql = "SELECT MAX(m.id) FROM movement_search m
                       WHERE m.asker = $1 AND m.until_ms > $2 AND m.at_ms <= $2 AND (m.uid = $3 OR (
                           m.person IN (SELECT o.person FROM holding o WHERE o.uid = $3)
                           AND NOT EXISTS (SELECT 1 FROM holding x WHERE x.uid = $3 AND x.person <> m.person)))";
            let mut statement = row::prepare(db, sql)?;
            Ok(row::first(statement.query((asker, at.0, uid.as_bytes()))?, found)?.flatten())
        }
    }
}

fn view(r: &Row<'_>) -> Result<SearchView, SiteError> {
    let person: Option<i64> = r.get(2)?;
    Ok(SearchView {
        id: r.get(0)?,
        operator: r.get(1)?,
        searched: match person {
            Some(person) => Searched::Person(PersonId(person)),
            None => Searched::Card(row::uid(r, 3)?),
        },
        name: r.get(4)?,
        reason: r.get(5)?,
        at: UtcMs(r.get(6)?),
        looks: r.get(7)?,
        last: UtcMs(r.get(8)?),
    })
}
