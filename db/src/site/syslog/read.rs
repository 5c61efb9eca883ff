//! What waits, a bounded part at a time.

use std::fmt;

use access::chain::Link;
use access::id::DoorId;
use access::time::UtcMs;
use rusqlite::{Connection, Row};

use super::SyslogPosition;
use crate::site::events;
use crate::site::{AlarmStep, EventView, Site, SiteError, row};

/// A row of the central log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentEvent {
    /// Its number.
    pub row: u64,
    /// The chain's head after it.
    pub head: Option<Link>,
    /// What happened; none if what stands there is no event any more, which `log verify` tells more of.
    pub event: Option<Box<EventView>>,
}

/// A change in the operator log.
#[derive(Clone, PartialEq, Eq)]
pub struct SentChange {
    /// Its number.
    pub number: u64,
    /// The chain's head after it.
    pub head: Option<Link>,
    /// When.
    pub at: UtcMs,
    /// Who.
    pub operator: String,
    /// Stable code of what was done.
    pub action: String,
    /// What it was done to.
    pub detail: String,
    /// Whether what it was done to was erased when its time was over.
    pub erased: bool,
}

/// A step in the life of an alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentStep {
    /// The step.
    pub step: AlarmStep,
    /// Number of the alarm.
    pub alarm: i64,
    /// Stable code of its kind.
    pub kind: String,
    /// Where; none if it is about the site.
    pub door: Option<DoorId>,
    /// The event that raised it last.
    pub event: Option<i64>,
}

/// The time that the file was put back last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyslogRestored {
    /// The change that this was; 0 if it never was.
    pub change: u64,
    /// The newest row of the log that was in the backup: those that follow are numbered anew.
    pub last_row: u64,
    /// The newest change that was in it.
    pub last_change: u64,
}

/// A part of what waits, each in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyslogPage {
    /// Events.
    pub events: Vec<SentEvent>,
    /// Changes.
    pub changes: Vec<SentChange>,
    /// Steps of alarms.
    pub steps: Vec<SentStep>,
    /// Where the three end now.
    pub ends: SyslogPosition,
    /// The time that the file was put back last.
    pub restored: SyslogRestored,
}

/// The detail may hold a card's number, which stays out of logs.
impl fmt::Debug for SentChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentChange").field("number", &self.number).field("action", &self.action).finish_non_exhaustive()
    }
}

impl Site {
    /// What follows a position, at most `limit` of each and [`super::LIST_MAX`](crate::site::LIST_MAX).
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read. An event that is none any more is in the page without one.
    pub fn syslog_page(&self, after: &SyslogPosition, limit: u32) -> Result<SyslogPage, SiteError> {
        let limit = row::limit_of(limit);
        self.read(|db| {
            Ok(SyslogPage {
                events: events(db, after.row, limit)?,
                changes: changes(db, after.change, limit)?,
                steps: steps(db, after.step, limit)?,
                ends: ends(db)?,
                restored: restored(db)?,
            })
        })
    }
}

/// Where the three end.
pub(super) fn ends(db: &Connection) -> Result<SyslogPosition, SiteError> {
    let sql = "SELECT (SELECT COALESCE(MAX(id), 0) FROM event), (SELECT COALESCE(MAX(number), 0) FROM change),
                      (SELECT COALESCE(MAX(id), 0) FROM alarm_step)";
    Ok(row::prepare(db, sql)?.query_row([], |r| {
        Ok(SyslogPosition {
            row: r.get::<_, i64>(0)?.cast_unsigned(),
            change: r.get::<_, i64>(1)?.cast_unsigned(),
            step: r.get::<_, i64>(2)?.cast_unsigned(),
            restored: None,
        })
    })?)
}

fn restored(db: &Connection) -> Result<SyslogRestored, SiteError> {
    let sql = "SELECT change, last_row, last_change FROM restored ORDER BY change DESC LIMIT 1";
    let found = row::first(row::prepare(db, sql)?.query([])?, |r| {
        Ok(SyslogRestored {
            change: r.get::<_, i64>(0)?.cast_unsigned(),
            last_row: r.get::<_, i64>(1)?.cast_unsigned(),
            last_change: r.get::<_, i64>(2)?.cast_unsigned(),
        })
    })?;
    Ok(found.unwrap_or_default())
}

fn events(db: &Connection, after: u64, limit: u32) -> Result<Vec<SentEvent>, SiteError> {
    let mut statement = row::prepare(db, "SELECT id, head FROM event WHERE id > $1 ORDER BY id LIMIT $2")?;
    let rows = row::all(statement.query((bound(after), limit))?, |r| Ok((r.get::<_, i64>(0)?, head(r, 1)?)))?;
    rows.into_iter()
        .map(|(id, head)| {
            let event = match events::view_of(db, id) {
                Err(SiteError::Corrupt { .. }) => None,
                read => read?,
            };
            Ok(SentEvent { row: id.cast_unsigned(), head, event: event.map(Box::new) })
        })
        .collect()
}

fn changes(db: &Connection, after: u64, limit: u32) -> Result<Vec<SentChange>, SiteError> {
    let sql = "SELECT number, head, at_ms, operator, action, detail, salt IS NULL AND commitment IS NOT NULL
               FROM change WHERE number > $1 ORDER BY number LIMIT $2";
    let mut statement = row::prepare(db, sql)?;
    row::all(statement.query((bound(after), limit))?, |r| {
        Ok(SentChange {
            number: r.get::<_, i64>(0)?.cast_unsigned(),
            head: head(r, 1)?,
            at: UtcMs(r.get(2)?),
            operator: r.get(3)?,
            action: r.get(4)?,
            detail: r.get(5)?,
            erased: r.get(6)?,
        })
    })
}

fn steps(db: &Connection, after: u64, limit: u32) -> Result<Vec<SentStep>, SiteError> {
    let sql = "SELECT s.id, s.at_ms, s.what, s.who, COALESCE(s.comment, ''), s.alarm, a.kind, d.id, a.event
               FROM alarm_step s JOIN alarm a ON a.id = s.alarm LEFT JOIN door d ON d.number = a.door
               WHERE s.id > $1 ORDER BY s.id LIMIT $2";
    let mut statement = row::prepare(db, sql)?;
    row::all(statement.query((bound(after), limit))?, |r| {
        let door: Option<String> = r.get(7)?;
        Ok(SentStep {
            step: AlarmStep {
                id: r.get(0)?,
                at: UtcMs(r.get(1)?),
                what: r.get(2)?,
                who: r.get(3)?,
                comment: r.get(4)?,
            },
            alarm: r.get(5)?,
            kind: r.get(6)?,
            door: door.and_then(|door| door.parse().ok()),
            event: r.get(8)?,
        })
    })
}

/// One that has not the length of a head is none, as where rows were altered behind our back.
fn head(row: &Row<'_>, column: usize) -> Result<Option<Link>, SiteError> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    Ok(bytes.and_then(|bytes| bytes.as_slice().try_into().ok()).map(Link))
}

fn bound(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
