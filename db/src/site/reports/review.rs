//! Rights that somebody has looked at and confirmed, and when they are to be looked at again.
//!
//! ```text
//! look at it ─▶ digest of what was seen ─▶ sign: is it still that? ─▶ version with who, when, note and due date
//! ```
//!
//! A confirmation decides nothing at any door. It says of a group: these members, these rules, these doors and hours;
//! and of a person: these doors with these cards. Who is in a group by employment comes and goes with the register.

use std::fmt;
use std::ops::RangeInclusive;

use access::time::{UtcMs, UtcS};
use rusqlite::{Connection, OptionalExtension, Row};

use super::digest;
use crate::site::open::Wakes;
use crate::site::{Actor, GroupId, Page, PersonId, Site, SiteError, change, row};

/// After how many days rights may be due again: a week for the keys of a pharmacy, two years at most.
pub const REVIEW_DAYS: RangeInclusive<u32> = 7..=730;

/// As long as nobody has said otherwise: twice a year.
const DAYS_USUAL: u32 = 180;

/// Longest note, in bytes.
const NOTE_LENGTH_MAX: usize = 500;

const DAY_S: i64 = 86_400;

/// Whose rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReviewOf {
    /// Those that a group gives.
    Group(GroupId),
    /// Those that one person has, from wherever.
    Person(PersonId),
}

impl ReviewOf {
    /// The number of the group or of the person.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Group(group) => group.0,
            Self::Person(person) => person.0,
        }
    }
}

/// A confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// Who confirmed.
    pub operator: String,
    /// When.
    pub at: UtcMs,
    /// What they noted; may be empty.
    pub note: String,
    /// When it is to be looked at again.
    pub due: UtcS,
    /// Whether what was confirmed has become another since.
    pub changed: bool,
}

/// How it stands with the review of a group or a person.
#[derive(Clone, PartialEq, Eq)]
pub struct ReviewView {
    /// Whose rights.
    pub of: ReviewOf,
    /// What the group or the person is called.
    pub name: String,
    /// The newest confirmation.
    pub last: Option<Reviewed>,
    /// Whether there is anything to confirm: a group that no rule names gives nothing.
    pub gives: bool,
    /// What it is now: to be handed in with a confirmation of it.
    pub digest: [u8; 32],
}

impl ReviewView {
    /// Whether it is to be looked at: nobody has, the time has come, or it is another than what was confirmed.
    #[must_use]
    pub fn is_due(&self, now: UtcS) -> bool {
        self.gives && self.last.as_ref().is_none_or(|last| last.due <= now || last.changed)
    }
}

/// Names stay out of logs.
impl fmt::Debug for ReviewView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReviewView").field("of", &self.of).field("last", &self.last).finish_non_exhaustive()
    }
}

impl Site {
    /// How it stands with one.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn review(&self, of: ReviewOf) -> Result<ReviewView, SiteError> {
        self.read(|db| view(db, of, name(db, of)?))
    }

    /// How it stands with all groups, by number.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn group_reviews(&self, page: Page) -> Result<Vec<ReviewView>, SiteError> {
        self.reviews(
            "SELECT grp, name FROM group_state WHERE until IS NULL AND grp > $1 ORDER BY grp LIMIT $2",
            page,
            |number| ReviewOf::Group(GroupId(number)),
        )
    }

    /// How it stands with the people whose rights were ever confirmed, by number.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn person_reviews(&self, page: Page) -> Result<Vec<ReviewView>, SiteError> {
        self.reviews(
            "SELECT p.id, p.name FROM review v JOIN person p ON p.id = v.person
             WHERE v.until IS NULL AND v.person > $1 ORDER BY v.person LIMIT $2",
            page,
            |number| ReviewOf::Person(PersonId(number)),
        )
    }

    /// Earlier and present confirmations, the newest first. Whether what they confirmed has changed is told of the
    /// newest only.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn review_history(&self, of: ReviewOf, limit: u32) -> Result<Vec<Reviewed>, SiteError> {
        self.read(|db| {
            name(db, of)?;
            let (column, number) = column(of);
            let sql = format!("{SIGNED} WHERE v.{column} = $1 ORDER BY v.since DESC LIMIT $2");
            let mut statement = row::prepare(db, &sql)?;
            let all = row::all(statement.query((number, row::limit_of(limit)))?, signed)?;
            Ok(all.into_iter().map(|(reviewed, _)| reviewed).collect())
        })
    }

    /// Confirms what was seen, until it is due again.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Refused`] with `review` and `changed-since` if it is not what was seen any
    /// more; [`SiteError::Invalid`] with `note` or `due`.
    pub fn sign_review(
        &self,
        actor: &Actor<'_>,
        of: ReviewOf,
        seen: [u8; 32],
        note: &str,
        due: UtcS,
    ) -> Result<(), SiteError> {
        if !note.is_empty() {
            row::check_text("note", note, NOTE_LENGTH_MAX)?;
        }
        let now = actor.at.second();
        let latest = now.0.saturating_add(i64::from(*REVIEW_DAYS.end() + 1) * DAY_S);
        if due <= now || due.0 > latest {
            return Err(SiteError::invalid("due", "out-of-range"));
        }
        self.write(Wakes::Changes, |db| {
            name(db, of)?;
            if digest_of(db, of)? != seen {
                return Err(SiteError::refused("review", "changed-since"));
            }
            let (column, number) = column(of);
            let action = match of {
                ReviewOf::Group(_) => "review-group",
                ReviewOf::Person(_) => "review-person",
            };
            let change = change::begin(db, actor, action, &number.to_string())?;
            let close = format!("UPDATE review SET until = $1 WHERE {column} = $2 AND until IS NULL");
            row::prepare(db, &close)?.execute((change, number))?;
            let insert =
                format!("INSERT INTO review ({column}, digest, note, due_s, since) VALUES ($1, $2, $3, $4, $5)");
            row::prepare(db, &insert)?.execute((number, seen, note, due.0, change))?;
            Ok(())
        })
    }

    /// After how many days rights are to be looked at again.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn review_days(&self) -> Result<u32, SiteError> {
        self.read(days)
    }

    /// Sets that, for confirmations from now on. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with `days` and `out-of-range`.
    pub fn set_review_days(&self, actor: &Actor<'_>, wanted: u32) -> Result<(), SiteError> {
        if !REVIEW_DAYS.contains(&wanted) {
            return Err(SiteError::invalid("days", "out-of-range"));
        }
        self.write(Wakes::Changes, |db| {
            if days(db)? == wanted {
                return Ok(());
            }
            let change = change::begin(db, actor, "review-days", &wanted.to_string())?;
            row::prepare(db, "UPDATE review_state SET until = $1 WHERE until IS NULL")?.execute([change])?;
            row::prepare(db, "INSERT INTO review_state (days, since) VALUES ($1, $2)")?.execute((wanted, change))?;
            Ok(())
        })
    }

    fn reviews(&self, sql: &str, page: Page, of: fn(i64) -> ReviewOf) -> Result<Vec<ReviewView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, sql)?;
            let rows = statement.query((page.after.unwrap_or(0), row::limit_of(page.limit)))?;
            let found: Vec<(i64, String)> = row::all(rows, |r| Ok((r.get(0)?, r.get(1)?)))?;
            found.into_iter().map(|(number, name)| view(db, of(number), name)).collect()
        })
    }
}

const SIGNED: &str =
    "SELECT h.operator, h.at_ms, v.note, v.due_s, v.digest FROM review v JOIN change h ON h.number = v.since";

fn signed(row: &Row<'_>) -> Result<(Reviewed, [u8; 32]), SiteError> {
    let (operator, at, note, due) = (row.get(0)?, UtcMs(row.get(1)?), row.get(2)?, UtcS(row.get(3)?));
    Ok((Reviewed { operator, at, note, due, changed: false }, row.get(4)?))
}

fn view(db: &Connection, of: ReviewOf, name: String) -> Result<ReviewView, SiteError> {
    let digest = digest_of(db, of)?;
    let (column, number) = column(of);
    let mut statement = row::prepare(db, &format!("{SIGNED} WHERE v.{column} = $1 AND v.until IS NULL"))?;
    let last = row::first(statement.query([number])?, signed)?;
    let last = last.map(|(reviewed, seen)| Reviewed { changed: seen != digest, ..reviewed });
    let gives = match of {
        ReviewOf::Group(group) => {
            let sql = "SELECT EXISTS (SELECT 1 FROM rule_state WHERE grp = $1 AND until IS NULL)";
            row::prepare(db, sql)?.query_row([group.0], |r| r.get(0))?
        }
        ReviewOf::Person(_) => true,
    };
    Ok(ReviewView { of, name, last, gives, digest })
}

fn digest_of(db: &Connection, of: ReviewOf) -> Result<[u8; 32], SiteError> {
    match of {
        ReviewOf::Group(group) => digest::of_group(db, group),
        ReviewOf::Person(person) => digest::of_person(db, person),
    }
}

fn column(of: ReviewOf) -> (&'static str, i64) {
    match of {
        ReviewOf::Group(_) => ("grp", of.number()),
        ReviewOf::Person(_) => ("person", of.number()),
    }
}

fn name(db: &Connection, of: ReviewOf) -> Result<String, SiteError> {
    let (sql, number, what) = match of {
        ReviewOf::Group(group) => ("SELECT name FROM group_state WHERE grp = $1 AND until IS NULL", group.0, "group"),
        ReviewOf::Person(person) => ("SELECT name FROM person WHERE id = $1", person.0, "person"),
    };
    let found = row::prepare(db, sql)?.query_row([number], |r| r.get(0)).optional()?;
    found.ok_or_else(|| SiteError::not_found(what, &number))
}

fn days(db: &rusqlite::Transaction<'_>) -> Result<u32, SiteError> {
    let mut statement = row::prepare(db, "SELECT days FROM review_state WHERE until IS NULL")?;
    Ok(row::first(statement.query([])?, |r| Ok(r.get(0)?))?.unwrap_or(DAYS_USUAL))
}
