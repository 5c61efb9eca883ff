//! For tests and benches of other crates: a file that refuses to be written, as on a full disk, without a full disk; and
//! what SQLite does by itself, as a floor.

use std::path::Path;
use std::time::{Duration, Instant};

use access::id::SiteId;
use refinery::Target;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::site::KIND;

pub mod log;

/// From now on no statement that writes `table` of this file succeeds; what is in the file stays whole.
///
/// # Errors
/// If the file or the table is not there.
pub fn refuse(path: &Path, table: &str) -> rusqlite::Result<()> {
    Connection::open(path)?.execute_batch(&format!("ALTER TABLE {table} RENAME TO away"))
}

/// Undoes [`refuse`].
///
/// # Errors
/// If the file does not refuse.
pub fn relent(path: &Path, table: &str) -> rusqlite::Result<()> {
    Connection::open(path)?.execute_batch(&format!("ALTER TABLE away RENAME TO {table}"))
}

/// The door does not know any more how new the list is that it has in force.
///
/// # Errors
/// If the file is no whitelist.
pub fn forget_generation(path: &Path) -> rusqlite::Result<()> {
    Connection::open(path)?.execute_batch("UPDATE meta SET generation = 0")
}

/// The columns of the log that are stored and not computed.
const STORED: &str =
    "id, door, epoch, sequence, received_ms, at_ms, code, reasons, uid, salt, commitment, body, link, link_ok, head";

/// Inserts the newest `count` rows of the log in `from` into the log in `to`, in transactions of `batch` that are on disk when
/// they end; the time that it takes without the reading. What any way into the log is measured against.
///
/// # Errors
/// If a file is not there, or the rows are in the second one already.
pub fn plain_inserts(from: &Path, to: &Path, count: u64, batch: usize) -> rusqlite::Result<Duration> {
    let source = Connection::open(from)?;
    let mut select = source.prepare(&format!("SELECT {STORED} FROM event ORDER BY id DESC LIMIT $1"))?;
    let width = select.column_count();
    let rows: Vec<Vec<Value>> = select
        .query_map([i64::try_from(count).unwrap_or(i64::MAX)], |row| {
            (0..width).map(|column| row.get(column)).collect()
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut target = Connection::open(to)?;
    target.pragma_update(None, "journal_mode", "WAL")?;
    target.pragma_update(None, "synchronous", "FULL")?;
    // As large as those of the site's own file.
    target.pragma_update(None, "cache_size", -64 * 1024)?;
    target.pragma_update(None, "wal_autocheckpoint", 16 * 1024)?;
    let marks = vec!["?"; width].join(", ");
    let begun = Instant::now();
    for rows in rows.rchunks(batch) {
        let transaction = target.transaction()?;
        let mut insert = transaction.prepare_cached(&format!("INSERT INTO event ({STORED}) VALUES ({marks})"))?;
        for row in rows.iter().rev() {
            insert.execute(params_from_iter(row))?;
        }
        drop(insert);
        transaction.commit()?;
    }
    Ok(begun.elapsed())
}

/// From now on `table` of this file can be read and not be changed, as on a full disk at the start of a program.
///
/// # Errors
/// If the file or the table is not there.
pub fn forbid(path: &Path, table: &str) -> rusqlite::Result<()> {
    Connection::open(path)?.execute_batch(&format!(
        "CREATE TRIGGER forbidden BEFORE UPDATE ON {table} BEGIN INSERT INTO nowhere VALUES (1); END"
    ))
}

/// Undoes [`forbid`].
///
/// # Errors
/// If the file does not forbid.
pub fn permit(path: &Path) -> rusqlite::Result<()> {
    Connection::open(path)?.execute_batch("DROP TRIGGER forbidden")
}

/// What `column` of `table` holds in this file is not what was written any more, as on a card that wears out.
///
/// # Errors
/// If the file, the table or the column is not there.
pub fn garble(path: &Path, table: &str, column: &str) -> rusqlite::Result<()> {
    Connection::open(path)?.execute_batch(&format!("UPDATE {table} SET {column} = 'garbled'"))
}

/// Makes the database of a site as the program left it that knew schemas up to this one; the log has heads since schema 7.
///
/// # Errors
/// If something is there already, or there was no such schema.
pub fn site_of_schema(path: &Path, site: &SiteId, schema: i32) -> Result<(), Box<dyn std::error::Error>> {
    let mut old = Connection::open(path)?;
    old.pragma_update(None, "application_id", KIND.application_id)?;
    old.pragma_update(None, "journal_mode", "WAL")?;
    (KIND.migrations)().set_target(Target::Version(schema)).run(&mut old)?;
    let sql = "INSERT INTO site (id, name, log_head, log_chain) VALUES (1, $1, zeroblob(32), 2)";
    old.execute(sql, [site.as_str()])?;
    Ok(())
}

/// From now on this file has a schema that no program of today knows: as a newer program leaves it.
///
/// # Errors
/// If the file is none of ours.
pub fn from_a_newer_program(path: &Path) -> rusqlite::Result<()> {
    let newer = Connection::open(path)?;
    newer.execute_batch("INSERT INTO refinery_schema_history VALUES (900, 'later', '2030-01-01T00:00:00Z', '1')")?;
    newer.close().map_err(|(_, error)| error)
}
