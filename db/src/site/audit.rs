//! What each change found and what it left.
//!
//! Nothing is handed in for it: whatever decides is kept in versions, so what a change found are the rows that it
//! closed, and what it left are those that it began. They are written into the change when its transaction ends, and its
//! commitment covers them: whoever alters a version behind our back does not alter what the log says of it.
//!
//! | module | subject |
//! | --- | --- |
//! | `thing` | what a change can be about, and the version that a thing is in |
//! | `differences` | the two lists read again, field by field |

use std::fmt::Write as _;

use rusqlite::{Connection, ToSql};

use super::{SiteError, row};

pub(super) mod differences;
pub(super) mod thing;

/// Most rows of each list. An import touches a hundred thousand; its versions are still in their tables.
pub(super) const ROWS_MAX: usize = 200;

/// What stands in for the rows beyond [`ROWS_MAX`].
pub(super) const MORE: &str = "more";

/// The versioned tables that are told of, and the columns that say which thing a row is about.
pub(super) const TOLD: &[(&str, &[&str])] = &[
    ("card_state", &["uid"]),
    ("holding", &["uid", "person"]),
    ("card_credential", &["uid", "issue"]),
    ("card_certificate", &["uid", "serial"]),
    ("listing", &["uid", "door"]),
    ("employment", &["number"]),
    ("right_to_practise", &["number"]),
    ("person_comfort", &["person"]),
    ("group_state", &["grp"]),
    ("group_member", &["grp", "person"]),
    ("group_match", &["grp", "unit", "title", "kind"]),
    ("area_state", &["area"]),
    ("area_door", &["area", "door"]),
    ("area_passback", &["area"]),
    ("area_name", &["area", "language"]),
    ("schedule_state", &["schedule"]),
    ("calendar_state", &[]),
    ("rule_state", &["rule"]),
    ("door_setting", &["door"]),
    ("door_name", &["door", "language"]),
    ("mode_order", &["door"]),
    ("lockdown", &["door", "area"]),
    ("signal_state", &[]),
    ("inactivity_state", &[]),
    ("contact_state", &[]),
    ("review", &["grp", "person"]),
    ("review_state", &[]),
    ("retention_state", &["kind"]),
    ("legal_hold", &["person", "uid", "door"]),
    ("access_request", &["person", "grp"]),
];

/// Columns of the versions themselves; and the subject of a certificate, which is a person's name, perhaps one that is
/// kept back. Its fingerprint says which certificate it is.
const UNTOLD: [&str; 4] = ["id", "since", "until", "subject_text"];

/// The statements that read the rows of a change. They are made from the schema as it is, so that a column which is
/// added to a table is told of from then on.
pub(super) struct Told {
    closed: Statements,
    begun: Statements,
    tables: Vec<Table>,
}

struct Statements {
    rows: String,
    count: String,
}

/// A versioned table with its columns, but for those of the versions themselves.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: Vec<String>,
}

impl Told {
    /// Reads the schema.
    pub(super) fn read(db: &Connection) -> Result<Self, SiteError> {
        let mut tables = Vec::new();
        let mut selects = [String::new(), String::new()];
        for (name, _) in TOLD {
            let mut statement = db.prepare("SELECT name, type FROM pragma_table_info($1)")?;
            let all = row::all(statement.query([name])?, |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?;
            let kept: Vec<_> = all.into_iter().filter(|(name, _)| !UNTOLD.contains(&name.as_str())).collect();
            let object = kept.iter().fold(format!("'of', '{name}'"), |mut object, (column, kind)| {
                // Writing to a String cannot fail.
                let _ = write!(object, ", '{column}', {}", told_as(column, kind));
                object
            });
            for (select, bound) in selects.iter_mut().zip(["until", "since"]) {
                let union = if select.is_empty() { "" } else { " UNION ALL " };
                let _ =
                    write!(select, "{union}SELECT json_object({object}) AS told FROM {name} t WHERE t.{bound} = $1");
            }
            tables.push(Table { name, columns: kept.into_iter().map(|(name, _)| name).collect() });
        }
        let [closed, begun] = selects.map(|select| Statements {
            rows: format!("SELECT told FROM ({select}) LIMIT $2"),
            count: format!("SELECT COUNT(*) FROM ({select})"),
        });
        Ok(Self { closed, begun, tables })
    }

    /// Writes into each change after `before` what it found and what it left.
    pub(super) fn note(&self, db: &Connection, before: u64) -> Result<(), SiteError> {
        let mut changes = row::prepare(db, "SELECT number, before, after FROM change WHERE number > $1")?;
        let changes = row::all(changes.query([before.cast_signed()])?, |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        for (number, found, left) in changes {
            let found = self.closed.list(db, number, found)?;
            let left = self.begun.list(db, number, left)?;
            if found.is_some() || left.is_some() {
                row::prepare(db, "UPDATE change SET before = $1, after = $2 WHERE number = $3")?
                    .execute((found, left, number))?;
            }
        }
        Ok(())
    }

    pub(super) fn tables(&self) -> &[Table] {
        &self.tables
    }
}

impl Statements {
    /// The rows of a change behind those that are told already, as a JSON array; none if there are none.
    fn list(&self, db: &Connection, change: i64, told: Option<String>) -> Result<Option<String>, SiteError> {
        let most = i64::try_from(ROWS_MAX + 1).unwrap_or(i64::MAX);
        let mut statement = row::prepare(db, &self.rows)?;
        let mut rows = row::all(statement.query((change, most))?, |r| Ok(r.get::<_, String>(0)?))?;
        if rows.len() > ROWS_MAX {
            rows.truncate(ROWS_MAX);
            let all: i64 = row::prepare(db, &self.count)?.query_row([change], |r| r.get(0))?;
            let more = usize::try_from(all).unwrap_or(usize::MAX).saturating_sub(ROWS_MAX);
            rows.push(format!(r#"{{"of":"{MORE}","rows":{more}}}"#));
        }
        let told = told.into_iter().filter_map(|list| Some(list.strip_prefix('[')?.strip_suffix(']')?.to_owned()));
        let all: Vec<String> = told.chain(rows).collect();
        Ok((!all.is_empty()).then(|| format!("[{}]", all.join(","))))
    }
}

/// How a column stands in JSON: bytes as digits, and a door by the name that it has everywhere else.
fn told_as(column: &str, kind: &str) -> String {
    match (column, kind) {
        ("door", _) => "(SELECT d.id FROM door d WHERE d.number = t.door)".to_owned(),
        (_, "BLOB") => format!("CASE WHEN t.{column} IS NOT NULL THEN hex(t.{column}) END"),
        _ => format!("t.{column}"),
    }
}

/// Tells of what has no versions: what a field of a thing was and what it is; nothing if it was not there, or is not
/// any more. For what is no secret.
pub(super) fn tell<T: ToSql>(
    db: &Connection,
    change: i64,
    of: &str,
    field: &str,
    (before, after): (Option<T>, Option<T>),
) -> Result<(), SiteError> {
    row::prepare(
        db,
        "UPDATE change SET before = json_array(json_object('of', $1, $2, $3)),
             after = json_array(json_object('of', $1, $2, $4)) WHERE number = $5",
    )?
    .execute((of, field, before, after, change))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::site::Site;

    #[test]
    fn every_versioned_table_is_told_of_by_columns_that_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
        let versioned: Vec<String> = site
            .read(|db| {
                let sql = "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND 2 = (
                    SELECT COUNT(*) FROM pragma_table_info(m.name) c WHERE c.name IN ('since', 'until'))";
                let mut statement = row::prepare(db, sql)?;
                row::all(statement.query([])?, |r| Ok(r.get(0)?))
            })
            .unwrap();
        let told: BTreeSet<String> = TOLD.iter().map(|(table, _)| (*table).to_owned()).collect();
        assert_eq!(versioned.into_iter().collect::<BTreeSet<_>>(), told);
        for (table, (_, keys)) in site.told().tables().iter().zip(TOLD) {
            for key in *keys {
                assert!(table.columns.iter().any(|column| column == key), "{} {key}", table.name);
            }
            assert!(!table.columns.iter().any(|column| column.contains("secret")), "{}", table.name);
        }
    }
}
