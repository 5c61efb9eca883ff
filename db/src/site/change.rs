//! The operator log, which is also what counts the generations.

use std::fmt;

use access::time::UtcMs;
use access::whitelist::Generation;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::audit::differences;
use super::row::{LIMIT_ALL, all, first, limit_of, prepare};
use super::{Became, Site, SiteError, Thing};

/// Longest name of an operator, in bytes.
pub(super) const OPERATOR_LENGTH_MAX: usize = 64;

/// Most operators, and most actions, that one filter may name.
const FILTER_NAMES_MAX: usize = 100;

/// Who changes something, and when. The caller reads the clock.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// The operator's name.
    pub operator: &'a str,
    /// When.
    pub at: UtcMs,
}

/// One line of the operator log.
#[derive(Clone, PartialEq)]
pub struct ChangeView {
    /// The generation that this change began.
    pub number: u64,
    /// When.
    pub at: UtcMs,
    /// Who.
    pub operator: String,
    /// Stable code of what was done, such as `card-block`.
    pub action: String,
    /// What it was done to, for people who may read the operator log.
    pub detail: String,
    /// What became another by it.
    pub differences: Vec<Became>,
    /// Rows that are not told of, since there were too many.
    pub more: u64,
}

/// Which changes to show. Everything that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeFilter {
    /// By one of these operators; by any if empty.
    pub operators: Vec<String>,
    /// One of these actions; any if empty.
    pub actions: Vec<String>,
    /// That touched this.
    pub about: Option<Thing>,
    /// From this instant on.
    pub from: Option<UtcMs>,
    /// Before this instant.
    pub until: Option<UtcMs>,
}

/// The detail may hold a card's number, which stays out of logs.
impl fmt::Debug for ChangeView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeView").field("number", &self.number).field("action", &self.action).finish_non_exhaustive()
    }
}

impl Site {
    /// The operator log, newest first; `before` continues a page.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn change_log(&self, before: Option<u64>, limit: u32) -> Result<Vec<ChangeView>, SiteError> {
        self.find_changes(&ChangeFilter::default(), before, limit)
    }

    /// The same of what is asked for.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] for a filter that names too much.
    pub fn find_changes(
        &self,
        filter: &ChangeFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<ChangeView>, SiteError> {
        self.read(|db| {
            let mut query = Query { sql: SELECT.to_owned(), values: Vec::new() };
            if let Some(thing) = &filter.about {
                let (numbers, key) = thing.touched(db, self.told())?;
                query.and(&format!("number IN ({})", numbers.replace("$1", "{}")), key);
            }
            query.one_of("operator", &filter.operators)?;
            query.one_of("action", &filter.actions)?;
            if let Some(from) = filter.from {
                query.and("at_ms >= {}", Value::Integer(from.0));
            }
            if let Some(until) = filter.until {
                query.and("at_ms < {}", Value::Integer(until.0));
            }
            if let Some(before) = before {
                query.and("number < {}", Value::Integer(i64::try_from(before).unwrap_or(LIMIT_ALL)));
            }
            query.read(db, limit_of(limit))
        })
    }

    /// The operators who are in the log, by name.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn change_operators(&self) -> Result<Vec<String>, SiteError> {
        self.read(|db| distinct(db, "operator"))
    }

    /// The codes of what has been done.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn change_actions(&self) -> Result<Vec<String>, SiteError> {
        self.read(|db| distinct(db, "action"))
    }

    /// When the first change after this one was made; none if there is none.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn changed_since(&self, after: Generation) -> Result<Option<UtcMs>, SiteError> {
        self.read(|db| {
            let sql = "SELECT at_ms FROM change WHERE number > $1 ORDER BY number LIMIT 1";
            first(prepare(db, sql)?.query([after.0.cast_signed()])?, |row| Ok(UtcMs(row.get(0)?)))
        })
    }

    /// One change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn change(&self, number: u64) -> Result<ChangeView, SiteError> {
        self.read(|db| one(db, i64::try_from(number).unwrap_or(LIMIT_ALL)))
    }

    /// The edits of a thing after this one, newest first: what somebody else did to it while a form was open.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn edits_since(&self, thing: &Thing, version: u64, limit: u32) -> Result<Vec<ChangeView>, SiteError> {
        self.read(|db| {
            let (numbers, key) = thing.edits(db)?;
            let mut query = Query { sql: SELECT.to_owned(), values: Vec::new() };
            query.and(&format!("number IN ({})", numbers.replace("$1", "{}")), key);
            query.and("number > {}", Value::Integer(i64::try_from(version).unwrap_or(LIMIT_ALL)));
            query.read(db, limit_of(limit))
        })
    }
}

/// One change, inside a transaction.
pub(super) fn one(db: &Connection, number: i64) -> Result<ChangeView, SiteError> {
    let mut statement = prepare(db, &format!("{SELECT} AND number = $1"))?;
    first(statement.query([number])?, view)?.ok_or_else(|| SiteError::not_found("change", &number))
}

/// The values of an indexed column, each found from the one before: a log of years is not read for a handful of names.
fn distinct(db: &Connection, column: &'static str) -> Result<Vec<String>, SiteError> {
    let sql = format!(
        "WITH RECURSIVE one (name) AS (
             SELECT MIN({column}) FROM change
             UNION ALL SELECT (SELECT MIN({column}) FROM change WHERE {column} > one.name) FROM one
             WHERE one.name IS NOT NULL)
         SELECT name FROM one WHERE name IS NOT NULL LIMIT $1"
    );
    all(prepare(db, &sql)?.query([limit_of(u32::MAX)])?, |row| Ok(row.get(0)?))
}

const SELECT: &str = "SELECT number, at_ms, operator, action, detail, before, after FROM change WHERE 1 = 1";

/// A statement in the making: only the conditions that are asked for stand in it.
struct Query {
    sql: String,
    values: Vec<Value>,
}

impl Query {
    /// Adds a condition; `{}` stands for the value, wherever it stands.
    fn and(&mut self, condition: &str, value: Value) {
        self.values.push(value);
        let place = format!("${}", self.values.len());
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace("{}", &place));
    }

    fn one_of(&mut self, column: &'static str, names: &[String]) -> Result<(), SiteError> {
        if names.len() > FILTER_NAMES_MAX || names.iter().any(|name| name.len() > OPERATOR_LENGTH_MAX) {
            return Err(SiteError::invalid(column, "too-many"));
        }
        if names.is_empty() {
            return Ok(());
        }
        let first = self.values.len() + 1;
        self.values.extend(names.iter().cloned().map(Value::Text));
        let places: Vec<String> = (first..first + names.len()).map(|n| format!("${n}")).collect();
        self.sql.push_str(&format!(" AND {column} IN ({})", places.join(", ")));
        Ok(())
    }

    /// Newest first.
    fn read(mut self, db: &Connection, limit: u32) -> Result<Vec<ChangeView>, SiteError> {
        self.sql.push_str(&format!(" ORDER BY number DESC LIMIT {limit}"));
        let mut statement = prepare(db, &self.sql)?;
        all(statement.query(params_from_iter(self.values))?, view)
    }
}

fn view(row: &Row<'_>) -> Result<ChangeView, SiteError> {
    let (before, after): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
    let (differences, more) = differences::between(before.as_deref(), after.as_deref());
    Ok(ChangeView {
        number: row.get::<_, i64>(0)?.cast_unsigned(),
        at: UtcMs(row.get(1)?),
        operator: row.get(2)?,
        action: row.get(3)?,
        detail: row.get(4)?,
        differences,
        more,
    })
}

/// Begins a change inside a transaction and returns its number, for `since` and `until`. Numbers have no
/// gaps but where a backup was put back, since one transaction writes at a time.
pub(super) fn begin(db: &Connection, actor: &Actor<'_>, action: &str, detail: &str) -> Result<i64, SiteError> {
    begin_from(db, actor, action, detail, 0)
}

/// The same with a number of at least `least`: after a backup was put back, doors must not see a lower one than they
/// have.
pub(super) fn begin_from(
    db: &Connection,
    actor: &Actor<'_>,
    action: &str,
    detail: &str,
    least: i64,
) -> Result<i64, SiteError> {
    if actor.operator.len() > OPERATOR_LENGTH_MAX {
        return Err(SiteError::invalid("operator", "too-long"));
    }
    let number = prepare(
        db,
        "INSERT INTO change (number, at_ms, operator, action, detail)
             VALUES (MAX((SELECT COALESCE(MAX(number), 0) + 1 FROM change), $1), $2, $3, $4, $5)
             RETURNING number",
    )?
    .query_row((least, actor.at.0, actor.operator, action, detail), |row| row.get(0))?;
    Ok(number)
}

/// Says what a change is about, when that has its number only after the change has begun.
pub(super) fn about(db: &Connection, number: i64, detail: &str) -> Result<(), SiteError> {
    prepare(db, "UPDATE change SET detail = $1 WHERE number = $2")?.execute((detail, number))?;
    Ok(())
}

/// The number of the newest change; 0 if there is none.
pub(super) fn newest(db: &Connection) -> Result<u64, SiteError> {
    let number: i64 = prepare(db, "SELECT COALESCE(MAX(number), 0) FROM change")?.query_row([], |row| row.get(0))?;
    Ok(number.cast_unsigned())
}
