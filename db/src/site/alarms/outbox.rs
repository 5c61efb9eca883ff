//! What is to be told outside, and what became of it.
//!
//! ```text
//! step of an alarm ──▶ waiting ──told──▶ delivered ──▶ (forgotten after a month)
//!                       ▲  │ failed: waits twice as long each time; the channel is down: only waits
//!                       │  └── failed so often ──▶ dead ──dropped by an operator──▶ dropped
//!                       └──tried again by an operator──┘
//! ```
//!
//! A notification is written in the transaction of its step and sent after it, so it is told at least once: whoever
//! is told twice knows it by the step's number. Of one alarm a channel is told the steps in their order.

use access::time::UtcMs;
use rusqlite::Connection;

use super::kind::Severity;
use super::list;
use super::raise::{Raised, clear, is_lasting, raise};
use super::step::Step;
use super::types::{Channel, Notification, StepKind};
use crate::site::open::Wakes;
use crate::site::{Actor, Site, SiteError, change, row};

/// Most channels. Whoever needs more has a system that spreads alarms, which is one channel.
pub const CHANNELS_MAX: usize = 8;

/// Longest name of a channel, in bytes.
pub const CHANNEL_NAME_LENGTH_MAX: usize = 32;

/// Most notifications that wait on one channel, so that one that is down takes no room from the others. A site of 200
/// doors that all come and go is told 6 times an hour of each, which is ten hours and more.
pub const NOTIFICATIONS_WAITING_MAX: i64 = 20_000;

/// Attempts before a notification is given up: with the waits below, after about ten hours.
pub const NOTIFICATION_ATTEMPTS_MAX: u32 = 15;

/// The wait after the first attempt; each later one is twice as long.
const FIRST_RETRY_MS: i64 = 30_000;

/// Longest wait between two attempts.
const RETRY_MAX_MS: i64 = 3_600_000;

/// Most notifications of one alarm on one channel within an hour, before it is no longer told that it is open again.
/// Reminders do not count. A supply that flutters must not fill a mailbox.
const TOLD_PER_HOUR_MAX: i64 = 6;

/// Longest text of what went wrong, in bytes.
const ERROR_LENGTH_MAX: usize = 300;

/// How long it is known that something was delivered.
const KEPT_MS: i64 = 30 * 24 * 3_600 * 1_000;

/// Most rows that are forgotten at once.
const FORGOTTEN_AT_ONCE: u32 = 1_000;

const FAILED: &str = "notify-failed";
const FULL: &str = "notify-full";

impl Site {
    /// Sets to whom alarms are told from now on. What waits for a channel that is gone is dropped.
    ///
    /// # Errors
    /// [`SiteError::Invalid`]: too many, or a name that is empty, too long or there twice.
    pub fn set_channels(&self, channels: &[Channel], at: UtcMs) -> Result<(), SiteError> {
        if channels.len() > CHANNELS_MAX {
            return Err(SiteError::invalid("channel", "too-many"));
        }
        self.write(Wakes::News, |db| {
            row::prepare(db, "DELETE FROM notify_channel")?.execute([])?;
            for channel in channels {
                row::check_text("channel", &channel.name, CHANNEL_NAME_LENGTH_MAX)?;
                let inserted = row::prepare(
                    db,
                    "INSERT INTO notify_channel (name, severity) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
                )?
                .execute((&channel.name, rank(channel.severity)))?;
                if inserted == 0 {
                    return Err(SiteError::invalid("channel", "duplicate"));
                }
            }
            row::prepare(
                db,
                "UPDATE notification SET state = 'dropped', error = 'channel-gone', changed_ms = $1
                 WHERE state IN ('waiting', 'dead') AND channel NOT IN (SELECT name FROM notify_channel)",
            )?
            .execute([at.0])?;
            none_dead(db, at)
        })
    }

    /// What is due on a channel now, in the order in which it is to be told: what was tried least comes first, so
    /// that one that is never taken stands before no other.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn notifications_due(&self, channel: &str, now: UtcMs, limit: u32) -> Result<Vec<Notification>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT n.id FROM notification n
                 WHERE n.state = 'waiting' AND n.due_ms <= $1 AND n.channel = $2 AND NOT EXISTS (
                     SELECT 1 FROM notification before
                     WHERE before.alarm = n.alarm AND before.channel = n.channel AND before.state = 'waiting'
                       AND before.id < n.id)
                 ORDER BY n.attempts, n.due_ms, n.id LIMIT $3",
            )?;
            let ids = row::all(statement.query((now.0, channel, row::limit_of(limit)))?, |row| Ok(row.get(0)?))?;
            ids.into_iter().map(|id| one(db, id, now)).collect()
        })
    }

    /// Notes that a notification was taken. Says whether it waited until now.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn notification_delivered(&self, id: i64, at: UtcMs) -> Result<bool, SiteError> {
        self.write(Wakes::Nobody, |db| {
            let updated = row::prepare(
                db,
                "UPDATE notification SET state = 'delivered', attempts = attempts + 1, error = NULL, changed_ms = $1
                 WHERE id = $2 AND state = 'waiting'",
            )?
            .execute((at.0, id))?;
            Ok(updated > 0)
        })
    }

    /// Notes that these notifications could not be told, and when they are tried again. Those that were tried often
    /// enough are given up, which is an alarm. Says how many were.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn notifications_failed(&self, ids: &[i64], error: &str, at: UtcMs) -> Result<u32, SiteError> {
        let error = short(error);
        self.write(Wakes::News, |db| {
            let mut dead = 0;
            for id in ids {
                dead += failed(db, *id, error, at)?;
            }
            if dead > 0 {
                raise(db, &Raised::new(FAILED, at))?;
            }
            Ok(dead)
        })
    }

    /// Notes that a channel is down: what waits for it is not tried before the time of a first retry, and no attempt
    /// of it is used up.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn channel_away(&self, channel: &str, at: UtcMs) -> Result<(), SiteError> {
        let due = at.0.saturating_add(FIRST_RETRY_MS);
        self.write(Wakes::Nobody, |db| {
            row::prepare(
                db,
                "UPDATE notification SET due_ms = $1 WHERE channel = $2 AND state = 'waiting' AND due_ms < $1",
            )?
            .execute((due, channel))?;
            Ok(())
        })
    }

    /// Notifications that were given up, the newest first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn dead_letters(&self, now: UtcMs, limit: u32) -> Result<Vec<Notification>, SiteError> {
        self.read(|db| {
            let mut statement =
                row::prepare(db, "SELECT id FROM notification WHERE state = 'dead' ORDER BY id DESC LIMIT $1")?;
            let ids = row::all(statement.query([row::limit_of(limit)])?, |row| Ok(row.get(0)?))?;
            ids.into_iter().map(|id| one(db, id, now)).collect()
        })
    }

    /// Has a notification that was given up tried again, now and as often as a new one.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] unless it was given up.
    pub fn retry_notification(&self, actor: &Actor<'_>, id: i64) -> Result<(), SiteError> {
        self.write(Wakes::News, |db| {
            let updated = row::prepare(
                db,
                "UPDATE notification SET state = 'waiting', attempts = 0, due_ms = $1, changed_ms = $1
                 WHERE id = $2 AND state = 'dead'",
            )?
            .execute((actor.at.0, id))?;
            done(db, actor, "notification-retry", id, updated)
        })
    }

    /// Drops a notification that was given up.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] unless it was given up.
    pub fn drop_notification(&self, actor: &Actor<'_>, id: i64) -> Result<(), SiteError> {
        self.write(Wakes::News, |db| {
            let updated = row::prepare(
                db,
                "UPDATE notification SET state = 'dropped', changed_ms = $1 WHERE id = $2 AND state = 'dead'",
            )?
            .execute((actor.at.0, id))?;
            done(db, actor, "notification-drop", id, updated)
        })
    }
}

/// Queues what is to be told of a step. That an alarm is closed is told where the last word was that it is open, and
/// there always: whoever was called must not be left waiting.
pub(super) fn queue(db: &Connection, step: &Step<'_>, id: i64) -> Result<(), SiteError> {
    let alarm = list::one(db, step.alarm, step.at)?;
    if step.what != StepKind::Closed && alarm.muted_until.is_some() {
        return Ok(());
    }
    let severity = rank(alarm.severity());
    row::prepare(
        db,
        "INSERT INTO notification (alarm, step, channel, made_ms, due_ms, attempts, state, changed_ms)
         SELECT $1, $2, c.name, $3, $3, 0, 'waiting', $3 FROM notify_channel c
         WHERE c.severity <= $4
           AND c.name NOT IN (
               SELECT channel FROM notification WHERE state = 'waiting' GROUP BY channel HAVING COUNT(*) >= $5)
           AND CASE $6
             WHEN 'reminded' THEN TRUE
             WHEN 'closed' THEN COALESCE((
                 SELECT s.what <> 'closed' FROM notification o JOIN alarm_step s ON s.id = o.step
                 WHERE o.alarm = $1 AND o.channel = c.name ORDER BY o.id DESC LIMIT 1), FALSE)
             ELSE (
                 SELECT COUNT(*) FROM notification o JOIN alarm_step s ON s.id = o.step
                 WHERE o.alarm = $1 AND o.channel = c.name AND o.made_ms > $7 AND s.what <> 'reminded') < $8
             END
         ON CONFLICT (step, channel) DO NOTHING",
    )?
    .execute((
        step.alarm,
        id,
        step.at.0,
        severity,
        NOTIFICATIONS_WAITING_MAX,
        step.what.code(),
        step.at.0.saturating_sub(HOUR_MS),
        TOLD_PER_HOUR_MAX,
    ))?;
    if alarm.kind == FULL || most_waiting(db, severity)? < NOTIFICATIONS_WAITING_MAX {
        return Ok(());
    }
    tracing::error!(alarm = alarm.id, kind = alarm.kind, "a channel is full, and will not be told of any more");
    raise(db, &Raised::new(FULL, step.at))
}

const HOUR_MS: i64 = 3_600_000;

/// Whether [`tidy`] has anything to do.
pub(super) fn is_untidy(db: &Connection, at: UtcMs) -> Result<bool, SiteError> {
    let old = "SELECT 1 FROM notification WHERE state IN ('delivered', 'dropped') AND changed_ms < $1 LIMIT 1";
    Ok(row::prepare(db, old)?.exists([at.0.saturating_sub(KEPT_MS)])? || is_lasting(db, FULL, None)?)
}

/// Forgets what was delivered long ago, and notes when there is room again.
pub(super) fn tidy(db: &Connection, at: UtcMs) -> Result<(), SiteError> {
    row::prepare(
        db,
        "DELETE FROM notification WHERE id IN (
             SELECT id FROM notification WHERE state IN ('delivered', 'dropped') AND changed_ms < $1 LIMIT $2)",
    )?
    .execute((at.0.saturating_sub(KEPT_MS), FORGOTTEN_AT_ONCE))?;
    if most_waiting(db, rank(Severity::Urgent))? < NOTIFICATIONS_WAITING_MAX / 2 {
        clear(db, FULL, None, None, at)?;
    }
    Ok(())
}

fn failed(db: &Connection, id: i64, error: &str, at: UtcMs) -> Result<u32, SiteError> {
    let mut statement = row::prepare(db, "SELECT attempts FROM notification WHERE id = $1 AND state = 'waiting'")?;
    let Some(before) = row::first(statement.query([id])?, |row| Ok(row.get::<_, u32>(0)?))? else { return Ok(0) };
    let attempts = before.saturating_add(1);
    let dead = attempts >= NOTIFICATION_ATTEMPTS_MAX;
    row::prepare(
        db,
        "UPDATE notification SET attempts = $1, state = $2, error = $3, due_ms = $4, changed_ms = $5 WHERE id = $6",
    )?
    .execute((
        attempts,
        if dead { "dead" } else { "waiting" },
        error,
        at.0.saturating_add(wait_ms(before)),
        at.0,
        id,
    ))?;
    Ok(u32::from(dead))
}

/// The wait after so many attempts that failed before this one.
fn wait_ms(before: u32) -> i64 {
    FIRST_RETRY_MS.saturating_mul(1_i64.checked_shl(before.min(30)).unwrap_or(i64::MAX)).min(RETRY_MAX_MS)
}

fn done(db: &Connection, actor: &Actor<'_>, action: &str, id: i64, updated: usize) -> Result<(), SiteError> {
    if updated == 0 {
        return Err(SiteError::not_found("notification", &id));
    }
    let notification = one(db, id, actor.at)?;
    change::begin(db, actor, action, &format!("{id} {} {}", notification.channel, notification.alarm.kind))?;
    none_dead(db, actor.at)
}

/// The alarm of what was given up is over when nothing is left of it.
fn none_dead(db: &Connection, at: UtcMs) -> Result<(), SiteError> {
    let any = row::prepare(db, "SELECT 1 FROM notification WHERE state = 'dead' LIMIT 1")?.exists([])?;
    if any { Ok(()) } else { clear(db, FAILED, None, None, at) }
}

/// How many wait on the fullest of the channels that are told of this severity.
fn most_waiting(db: &Connection, severity: i64) -> Result<i64, SiteError> {
    Ok(row::prepare(
        db,
        "SELECT COALESCE(MAX(w.waiting), 0) FROM notify_channel c JOIN (
             SELECT channel, COUNT(*) AS waiting FROM notification WHERE state = 'waiting' GROUP BY channel) w
             ON w.channel = c.name
         WHERE c.severity <= $1",
    )?
    .query_row([severity], |row| row.get(0))?)
}

fn one(db: &Connection, id: i64, now: UtcMs) -> Result<Notification, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT n.alarm, n.channel, s.what, n.step, s.at_ms, n.attempts, n.due_ms, n.error
         FROM notification n JOIN alarm_step s ON s.id = n.step WHERE n.id = $1",
    )?;
    let found = row::first(statement.query([id])?, |row| {
        Ok(Notification {
            id,
            channel: row.get(1)?,
            what: row.get(2)?,
            step: row.get(3)?,
            at: UtcMs(row.get(4)?),
            attempts: row.get(5)?,
            due: UtcMs(row.get(6)?),
            error: row.get(7)?,
            alarm: list::one(db, row.get(0)?, now)?,
        })
    })?;
    found.ok_or_else(|| SiteError::not_found("notification", &id))
}

fn rank(severity: Severity) -> i64 {
    match severity {
        Severity::Notice => 1,
        Severity::Warning => 2,
        Severity::Urgent => 3,
    }
}

/// At most so many bytes of it, in whole characters.
fn short(error: &str) -> &str {
    let end = (0..=error.len().min(ERROR_LENGTH_MAX)).rev().find(|end| error.is_char_boundary(*end)).unwrap_or(0);
    error.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits: Vec<i64> = (0..9).map(|before| wait_ms(before) / 1_000).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(wait_ms(u32::MAX), RETRY_MAX_MS);
    }

    #[test]
    fn an_error_is_cut_between_characters() {
        assert_eq!(short("away"), "away");
        let long = "ä".repeat(ERROR_LENGTH_MAX);
        assert_eq!(short(&long).len(), ERROR_LENGTH_MAX);
        assert_eq!(short(&format!("x{long}")).len(), ERROR_LENGTH_MAX - 1);
    }
}
