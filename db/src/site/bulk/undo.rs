//! Taking back what was done to many: each that nobody has changed since is as it was before.
//!
//! A change has closed versions and begun versions. Taking it back closes those that it began and begins copies of those
//! that it closed, so the log and every past generation stay what they are.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::types::{BulkDone, Undo};
use crate::site::open::Wakes;
use crate::site::{Actor, GroupId, Site, SiteError, change, row};

/// A table that acts on many write: the columns that name a thing, and the others. A membership of a group that is gone
/// is not brought back.
struct Kept {
    table: &'static str,
    keys: &'static [&'static str],
    columns: &'static str,
    allowed: &'static str,
}

const KEPT: [Kept; 2] = [
    Kept {
        table: "group_member",
        keys: &["grp", "person"],
        columns: "grp, person, from_s, until_s",
        allowed: "EXISTS (SELECT 1 FROM group_state g WHERE g.grp = t.grp AND g.until IS NULL)",
    },
    Kept { table: "card_state", keys: &["uid"], columns: "uid, life, cause, blocks, from_s, until_s", allowed: "TRUE" },
];

/// The keys of one thing.
type Key = Vec<Value>;

impl Site {
    /// What was done to many by this change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn bulk(&self, change: u64) -> Result<BulkDone, SiteError> {
        self.read(|db| {
            let number = i64::try_from(change).unwrap_or(i64::MAX);
            let mut statement = row::prepare(db, &format!("{SELECT} WHERE b.change = $1"))?;
            let done = row::first(statement.query([number])?, view)?;
            with_counts(db, done.ok_or_else(|| SiteError::not_found("bulk", &change))?)
        })
    }

    /// The newest that were done to many, newest first; without counts.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn bulks(&self, limit: u32) -> Result<Vec<BulkDone>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, &format!("{SELECT} ORDER BY b.change DESC LIMIT $1"))?;
            row::all(statement.query([row::limit_of(limit)])?, view)
        })
    }

    /// Takes back what was done to many, as one change: for each that nobody has changed since.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Refused`] with `is-undone`, or `changed-meanwhile` if there is none.
    pub fn undo_bulk(&self, actor: &Actor<'_>, change: u64) -> Result<Undo, SiteError> {
        self.write(Wakes::Changes, |db| {
            let number = i64::try_from(change).unwrap_or(i64::MAX);
            let mut statement = row::prepare(db, "SELECT undone FROM bulk WHERE change = $1")?;
            let undone: Option<Option<i64>> = row::first(statement.query([number])?, |r| Ok(r.get(0)?))?;
            if undone.ok_or_else(|| SiteError::not_found("bulk", &change))?.is_some() {
                return Err(SiteError::refused("bulk", "is-undone"));
            }
            let (all, unchanged) = reach(db, number)?;
            let count = unchanged.iter().map(|(_, keys)| keys.len()).sum();
            if count == 0 {
                return Err(SiteError::refused("bulk", "changed-meanwhile"));
            }
            let undo = change::begin(db, actor, "bulk-undo", &format!("{change} {count}"))?;
            for (kept, keys) in unchanged {
                keys.iter().try_for_each(|key| kept.bring_back(db, number, undo, key))?;
            }
            row::prepare(db, "UPDATE bulk SET undone = $1 WHERE change = $2")?.execute((undo, number))?;
            Ok(Undo { change: undo.cast_unsigned(), count, left: all.saturating_sub(count) })
        })
    }
}

const SELECT: &str = "
    SELECT b.change, h.operator, h.at_ms, b.act, b.grp,
           (SELECT g.name FROM group_state g WHERE g.grp = b.grp ORDER BY g.since DESC LIMIT 1), b.undone
    FROM bulk b JOIN change h ON h.number = b.change";

fn view(row: &Row<'_>) -> Result<BulkDone, SiteError> {
    let group = row.get::<_, Option<i64>>(4)?.map(GroupId);
    Ok(BulkDone {
        change: row.get::<_, i64>(0)?.cast_unsigned(),
        operator: row.get(1)?,
        at: access::time::UtcMs(row.get(2)?),
        act: row.get(3)?,
        group: group.zip(row.get(5)?),
        count: 0,
        unchanged: 0,
        undone: row.get::<_, Option<i64>>(6)?.map(i64::cast_unsigned),
    })
}

fn with_counts(db: &Connection, mut done: BulkDone) -> Result<BulkDone, SiteError> {
    let (all, unchanged) = reach(db, done.change.cast_signed())?;
    done.count = all;
    done.unchanged = if done.undone.is_some() { 0 } else { unchanged.iter().map(|(_, keys)| keys.len()).sum() };
    Ok(done)
}

type Reach = (usize, Vec<(&'static Kept, Vec<Key>)>);

/// How many things a change reached, and those that are still in the version that it left them in.
fn reach(db: &Connection, change: i64) -> Result<Reach, SiteError> {
    let mut all = 0;
    let mut unchanged = Vec::new();
    for kept in &KEPT {
        let keys = kept.keys.join(", ");
        let reached = format!(
            "SELECT {keys} FROM {table} WHERE since = $1 UNION SELECT {keys} FROM {table} WHERE until = $1",
            table = kept.table
        );
        let count: i64 =
            row::prepare(db, &format!("SELECT COUNT(*) FROM ({reached})"))?.query_row([change], |r| r.get(0))?;
        all += usize::try_from(count).unwrap_or(0);
        let same = kept.keys.iter().map(|key| format!("later.{key} = t.{key}")).collect::<Vec<_>>().join(" AND ");
        let sql = format!(
            "SELECT {keys} FROM ({reached}) t WHERE {allowed} AND NOT EXISTS (
                 SELECT 1 FROM {table} later WHERE {same} AND (later.since > $1 OR later.until > $1))",
            allowed = kept.allowed,
            table = kept.table
        );
        let mut statement = row::prepare(db, &sql)?;
        let found = row::all(statement.query([change])?, |r| {
            (0..kept.keys.len()).map(|at| Ok(r.get::<_, Value>(at)?)).collect::<Result<Key, SiteError>>()
        })?;
        unchanged.push((kept, found));
    }
    Ok((all, unchanged))
}

impl Kept {
    /// What `change` began ends with `undo`, and what it closed begins again.
    fn bring_back(&self, db: &Connection, change: i64, undo: i64, key: &[Value]) -> Result<(), SiteError> {
        let named = |from: usize| {
            let parts = self.keys.iter().zip(from..).map(|(key, at)| format!("{key} = ${at}"));
            parts.collect::<Vec<_>>().join(" AND ")
        };
        let values = |last: Vec<Value>| last.into_iter().chain(key.iter().cloned());
        let (undo, change) = (Value::Integer(undo), Value::Integer(change));
        let close = format!("UPDATE {} SET until = $1 WHERE since = $2 AND until IS NULL AND {}", self.table, named(3));
        row::prepare(db, &close)?.execute(params_from_iter(values(vec![undo.clone(), change.clone()])))?;
        let begin = format!(
            "INSERT INTO {table} ({columns}, since) SELECT {columns}, $1 FROM {table} WHERE until = $2 AND {named}",
            table = self.table,
            columns = self.columns,
            named = named(3)
        );
        row::prepare(db, &begin)?.execute(params_from_iter(values(vec![undo, change])))?;
        Ok(())
    }
}
