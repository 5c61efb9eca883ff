//! For tests of other crates: a file that refuses to be written, as on a full disk, without a full disk.

use std::path::Path;

use rusqlite::Connection;

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
