//! How far what is logged was handed to a receiver outside of the site, such as a SIEM.
//!
//! ```text
//! event       1 2 3 4 5 6 ┄┄┄▶  row    ─┐
//! change      1 2 3 4 ┄┄┄▶      change ─┼─ through here it was handed over; what follows waits, as long as it takes
//! alarm_step  1 2 3 4 5 ┄▶      step   ─┘
//! ```
//!
//! Nothing is queued: the logs are kept for years anyway, so all that is remembered is one row of numbers. It lies in the
//! file that the numbers are of. A backup that is put back has its own, which are none that the file does not reach, and what it
//! lost is numbered anew from there on, which the receiver is told.

use std::path::Path;

use access::time::UtcMs;
use rusqlite::Connection;

use super::open::{KIND, Wakes};
use super::{Actor, OpenError, Site, SiteError, change, row};
use crate::file;

mod read;

pub use read::{SentChange, SentEvent, SentStep, SyslogPage, SyslogRestored};

/// Longest name of a receiver, in bytes: a host name, and a port.
const SERVER_LENGTH_MAX: usize = 262;

/// What stands in the operator log when something leaves for another place than before, or with other contents.
const ACTION: &str = "syslog-set";

/// How far each of the three was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyslogPosition {
    /// Row of the central log.
    pub row: u64,
    /// Number of the change in the operator log.
    pub change: u64,
    /// Number of the step in the life of an alarm.
    pub step: u64,
    /// The time that the file was put back last, by its change, as the receiver was told; 0 is never. None while it was not told
    /// where what it gets begins.
    pub restored: Option<u64>,
}

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyslogStanding {
    /// Handed over through here.
    pub position: SyslogPosition,
    /// To whom, as the configuration last said.
    pub server: String,
    /// When it last moved.
    pub moved: UtcMs,
    /// Rows of all three that wait.
    pub behind: u64,
    /// When the oldest of them came.
    pub waiting_since: Option<UtcMs>,
}

impl Site {
    /// Where to go on. When the receiver is a new one, or is from now on told names or no names any more, that is a change in the
    /// operator log. The first time it begins with what comes from now on: what was logged before is not sent to
    /// somebody whom nobody had in mind then.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with `server` for a name that is empty or too long.
    pub fn syslog_begin(&self, actor: &Actor<'_>, server: &str, names: bool) -> Result<SyslogPosition, SiteError> {
        row::check_text("server", server, SERVER_LENGTH_MAX)?;
        let found = self.read(|db| Ok((position(db)?, is_set(db, server, names)?)))?;
        if let (Some(position), true) = found {
            return Ok(position);
        }
        self.write(Wakes::Changes, |db| {
            let ends = read::ends(db)?;
            let told = if names { "with names" } else { "without names" };
            change::begin(db, actor, ACTION, &format!("{server}, {told}"))?;
            row::prepare(
                db,
                "INSERT INTO syslog (id, server, names, row, change, step, at_ms) VALUES (1, $1, $2, $3, $4, $5, $6)
                 ON CONFLICT (id) DO UPDATE SET server = excluded.server, names = excluded.names",
            )?
            .execute((
                server,
                names,
                ends.row.cast_signed(),
                ends.change.cast_signed(),
                ends.step.cast_signed(),
                actor.at.0,
            ))?;
            position(db)?.ok_or(SiteError::corrupt("position"))
        })
    }

    /// Notes that everything through here was handed over.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn syslog_through(&self, through: &SyslogPosition, now: UtcMs) -> Result<(), SiteError> {
        self.write(Wakes::Nobody, |db| {
            let sql = "UPDATE syslog SET row = $1, change = $2, step = $3, restored = $4, at_ms = $5 WHERE id = 1";
            row::prepare(db, sql)?.execute((
                through.row.cast_signed(),
                through.change.cast_signed(),
                through.step.cast_signed(),
                through.restored.map(u64::cast_signed),
                now.0,
            ))?;
            Ok(())
        })
    }

    /// How it stands; none if nothing was ever sent.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn syslog_standing(&self) -> Result<Option<SyslogStanding>, SiteError> {
        self.read(|db| standing(db))
    }
}

/// The same of a file that is there, as it is: nothing is migrated, and one of before knows of nothing that was sent.
///
/// # Errors
/// [`OpenError`], as when it is opened.
pub fn syslog_standing_in(path: &Path) -> Result<Option<SyslogStanding>, OpenError> {
    let connection = file::connect_to(path, &KIND)?;
    let failed = |source| OpenError::Read { path: path.to_path_buf(), source };
    let knows = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'syslog')";
    let knows: bool = connection.query_row(knows, [], |row| row.get(0)).map_err(|error| failed(error.into()))?;
    if knows { standing(&connection).map_err(failed) } else { Ok(None) }
}

fn standing(db: &Connection) -> Result<Option<SyslogStanding>, SiteError> {
    let Some(at) = position(db)? else { return Ok(None) };
    let (server, moved): (String, i64) = row::prepare(db, "SELECT server, at_ms FROM syslog WHERE id = 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (mut behind, mut waiting_since) = (0, None);
    // Rows of the log have no gaps, so a year of them need not be counted; numbers of changes leave out many after a restore.
    for (table, key, time, count, through) in [
        ("event", "id", "received_ms", "MAX(MAX(id) - $1, 0)", at.row),
        ("change", "number", "at_ms", "COUNT(*)", at.change),
        ("alarm_step", "id", "at_ms", "COUNT(*)", at.step),
    ] {
        let sql = format!(
            "SELECT (SELECT {count} FROM {table} WHERE {key} > $1),
                    (SELECT {time} FROM {table} WHERE {key} > $1 ORDER BY {key} LIMIT 1)"
        );
        let (rows, oldest): (Option<i64>, Option<i64>) =
            row::prepare(db, &sql)?.query_row([through.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        behind += rows.unwrap_or_default().cast_unsigned();
        waiting_since = [waiting_since, oldest.map(UtcMs)].into_iter().flatten().min();
    }
    Ok(Some(SyslogStanding { position: at, server, moved: UtcMs(moved), behind, waiting_since }))
}

fn position(db: &Connection) -> Result<Option<SyslogPosition>, SiteError> {
    let mut statement = row::prepare(db, "SELECT row, change, step, restored FROM syslog WHERE id = 1")?;
    row::first(statement.query([])?, |r| {
        Ok(SyslogPosition {
            row: r.get::<_, i64>(0)?.cast_unsigned(),
            change: r.get::<_, i64>(1)?.cast_unsigned(),
            step: r.get::<_, i64>(2)?.cast_unsigned(),
            restored: r.get::<_, Option<i64>>(3)?.map(i64::cast_unsigned),
        })
    })
}

fn is_set(db: &Connection, server: &str, names: bool) -> Result<bool, SiteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM syslog WHERE server = $1 AND names = $2)";
    Ok(row::prepare(db, sql)?.query_row((server, names), |row| row.get(0))?)
}
