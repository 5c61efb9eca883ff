//! Raising an alarm, and what follows when its cause is gone.

use access::event::{Event, EventKind};
use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::{Connection, OptionalExtension};

use super::kind::{AlarmClass, AlarmKind};
use super::step::{self, Step};
use super::types::StepKind;
use super::{KIND_LENGTH_MAX, mutes, outbox};
use crate::site::open::Wakes;
use crate::site::{Site, SiteError, row};

/// How often an alarm that nobody acknowledges is told again. Whoever has not looked after that many does not read
/// them; the dashboard shows it all the same.
pub const REMINDERS_MAX: u32 = 10;

/// Most reminders that are written in one transaction; the rest is due at the next look.
const REMINDED_AT_ONCE: u32 = 100;

/// A technical cause that comes back within this time after it went away is the same alarm.
const FLUTTER_MS: i64 = 10 * 60 * 1_000;

/// Most events that are kept with an alarm: the first, and the newest.
const EVENTS_MAX: i64 = 50;

impl Site {
    /// Raises an alarm. While one of the same kind at the same door is not closed, that one is counted up, and is
    /// open again if somebody had acknowledged it.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door or the event, [`SiteError::Invalid`] for a kind that is
    /// empty or too long.
    pub fn raise_alarm(
        &self,
        kind: &str,
        door: Option<&DoorId>,
        event: Option<i64>,
        at: UtcMs,
    ) -> Result<(), SiteError> {
        row::check_text("kind", kind, KIND_LENGTH_MAX)?;
        self.write(Wakes::News, |db| {
            let door = door.map(|door| row::need_door(db, door)).transpose()?;
            if let Some(event) = event {
                row::prepare(db, "SELECT 1 FROM event WHERE id = $1")?
                    .query_row([event], |_| Ok(()))
                    .optional()?
                    .ok_or_else(|| SiteError::not_found("event", &event))?;
            }
            raise(db, &Raised { door, event, ..Raised::new(kind, at) })
        })
    }

    /// What time does to alarms: those of [`AlarmKind::quiet_s`] end, and those that nobody has acknowledged are told
    /// again, unless they are muted. Says how many were told.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn alarms_due(&self, at: UtcMs) -> Result<u32, SiteError> {
        if !self
            .read(|db| Ok(!quiet(db, at)?.is_empty() || !to_remind(db, at)?.is_empty() || outbox::is_untidy(db, at)?))?
        {
            return Ok(0);
        }
        self.write(Wakes::News, |db| {
            for (kind, door) in quiet(db, at)? {
                clear(db, &kind, door, None, at)?;
            }
            let due = to_remind(db, at)?;
            for (alarm, kind) in &due {
                remind(db, *alarm, kind, at)?;
            }
            outbox::tidy(db, at)?;
            Ok(u32::try_from(due.len()).unwrap_or(u32::MAX))
        })
    }
}

/// What raises an alarm.
pub(in crate::site) struct Raised<'a> {
    pub(in crate::site) kind: &'a str,
    pub(in crate::site) at: UtcMs,
    pub(in crate::site) door: Option<i64>,
    pub(in crate::site) event: Option<i64>,
    pub(in crate::site) other_event: Option<i64>,
    /// Alarms about different cards are different alarms.
    pub(in crate::site) uid: Option<&'a Uid>,
}

impl<'a> Raised<'a> {
    pub(in crate::site) fn new(kind: &'a str, at: UtcMs) -> Self {
        Self { kind, at, door: None, event: None, other_event: None, uid: None }
    }
}

/// Raises an alarm inside a transaction.
pub(in crate::site) fn raise(db: &Connection, raised: &Raised<'_>) -> Result<(), SiteError> {
    let live = match live(db, raised.kind, raised.door, raised.uid)? {
        Some(live) => Some(live),
        None => fluttering(db, raised)?,
    };
    let id = match live {
        None => first(db, raised)?,
        Some(live) => {
            again(db, raised, &live)?;
            live.id
        }
    };
    for event in [raised.event, raised.other_event].into_iter().flatten() {
        behind(db, id, event)?;
    }
    Ok(())
}

/// Takes an event of a door: it may raise an alarm, or say that the cause of one is gone.
pub(in crate::site) fn heard(
    db: &Connection,
    door: i64,
    id: i64,
    event: &Event,
    received: UtcMs,
) -> Result<(), SiteError> {
    if let Some(kind) = AlarmKind::raised_by(&event.kind) {
        let uid = event.subject.as_ref().map(|subject| &subject.uid);
        return raise(db, &Raised { door: Some(door), event: Some(id), uid, ..Raised::new(kind.code, received) });
    }
    for kind in AlarmKind::all() {
        if ends(kind, &event.kind) {
            clear(db, kind.code, Some(door), Some(id), received)?;
        }
    }
    Ok(())
}

/// An agent that starts remembers nothing of what was wrong, so it never says of that that it ended. What is still
/// wrong it tells again right away.
fn ends(kind: &AlarmKind, event: &EventKind) -> bool {
    match kind.cleared_by {
        Some(code) => *event == EventKind::Started || code == event.code(),
        None => false,
    }
}

/// Whether there is an alarm whose cause has not gone away.
pub(super) fn is_lasting(db: &Connection, kind: &str, door: Option<i64>) -> Result<bool, SiteError> {
    Ok(live(db, kind, door, None)?.is_some_and(|live| live.over.is_none()))
}

/// Notes inside a transaction that the cause of an alarm is gone, by this event if by one.
pub(in crate::site) fn clear(
    db: &Connection,
    kind: &str,
    door: Option<i64>,
    event: Option<i64>,
    at: UtcMs,
) -> Result<(), SiteError> {
    let Some(live) = live(db, kind, door, None)? else { return Ok(()) };
    if let Some(event) = event {
        behind(db, live.id, event)?;
    }
    if live.over.is_none() {
        row::prepare(db, "UPDATE alarm SET over_ms = $1 WHERE id = $2")?.execute((at.0, live.id))?;
        step::take(db, &Step::by_itself(live.id, at, StepKind::Over))?;
    }
    let class = AlarmKind::find(kind).map_or(AlarmClass::Point, |kind| kind.class);
    match class {
        AlarmClass::Technical => close(db, &Step::by_itself(live.id, at, StepKind::Closed)),
        AlarmClass::Security if live.acknowledged => close(db, &Step::by_itself(live.id, at, StepKind::Closed)),
        AlarmClass::Security | AlarmClass::Point => Ok(()),
    }
}

/// Closes an alarm inside a transaction.
pub(super) fn close(db: &Connection, step: &Step<'_>) -> Result<(), SiteError> {
    let comment = (!step.comment.is_empty()).then_some(step.comment);
    row::prepare(
        db,
        "UPDATE alarm SET closed_ms = $1, closed_by = $2, closed_comment = $3, remind_ms = NULL WHERE id = $4",
    )?
    .execute((step.at.0, step.who, comment, step.alarm))?;
    step::take(db, step)
}

/// An alarm that is not closed.
struct Live {
    id: i64,
    acknowledged: bool,
    over: Option<i64>,
}

fn live(db: &Connection, kind: &str, door: Option<i64>, uid: Option<&Uid>) -> Result<Option<Live>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT id, acknowledged_ms IS NOT NULL, over_ms FROM alarm
         WHERE kind = $1 AND COALESCE(door, 0) = $2 AND COALESCE(uid, x'') = $3 AND closed_ms IS NULL",
    )?;
    let uid = uid.map_or(&[][..], Uid::as_bytes);
    row::first(statement.query((kind, door.unwrap_or(0), uid))?, |row| {
        Ok(Live { id: row.get(0)?, acknowledged: row.get(1)?, over: row.get(2)? })
    })
}

/// Opens one again that closed by itself a moment ago: a supply that comes and goes is one alarm, not hundreds.
fn fluttering(db: &Connection, raised: &Raised<'_>) -> Result<Option<Live>, SiteError> {
    if AlarmKind::find(raised.kind).is_none_or(|kind| kind.class != AlarmClass::Technical) {
        return Ok(None);
    }
    let id: Option<i64> = row::prepare(
        db,
        "UPDATE alarm SET closed_ms = NULL, closed_by = NULL, closed_comment = NULL WHERE id = (
             SELECT id FROM alarm
             WHERE kind = $1 AND COALESCE(door, 0) = $2 AND COALESCE(uid, x'') = $3 AND closed_ms > $4
               AND closed_by IS NULL
             ORDER BY closed_ms DESC, id DESC LIMIT 1) RETURNING id",
    )?
    .query_row(
        (
            raised.kind,
            raised.door.unwrap_or(0),
            raised.uid.map_or(&[][..], Uid::as_bytes),
            raised.at.0.saturating_sub(FLUTTER_MS),
        ),
        |row| row.get(0),
    )
    .optional()?;
    Ok(id.map(|id| Live { id, acknowledged: true, over: None }))
}

/// One that is muted is told as soon as the mute is over, if nobody has acknowledged it by then.
fn first(db: &Connection, raised: &Raised<'_>) -> Result<i64, SiteError> {
    let id: i64 = row::prepare(
        db,
        "INSERT INTO alarm (kind, door, event, other_event, uid, first_ms, last_ms, count, remind_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $6, 1, $7) RETURNING id",
    )?
    .query_row(
        (
            raised.kind,
            raised.door,
            raised.event,
            raised.other_event,
            raised.uid.map(Uid::as_bytes),
            raised.at.0,
            next_reminder(db, raised)?,
        ),
        |row| row.get(0),
    )?;
    step::take(db, &Step::by_itself(id, raised.at, StepKind::Raised))?;
    Ok(id)
}

/// The two events of one that takes two always belong together.
fn again(db: &Connection, raised: &Raised<'_>, live: &Live) -> Result<(), SiteError> {
    row::prepare(
        db,
        "UPDATE alarm
         SET count = MIN(count + 1, 4294967295), last_ms = MAX(last_ms, $1), over_ms = NULL,
             other_event = CASE WHEN $2 IS NULL THEN other_event ELSE $3 END, event = COALESCE($2, event)
         WHERE id = $4",
    )?
    .execute((raised.at.0, raised.event, raised.other_event, live.id))?;
    if live.acknowledged {
        row::prepare(
            db,
            "UPDATE alarm SET acknowledged_ms = NULL, acknowledged_by = NULL, acknowledged_comment = NULL,
                 remind_ms = $1, reminded = 0 WHERE id = $2",
        )?
        .execute((next_reminder(db, raised)?, live.id))?;
        step::take(db, &Step::by_itself(live.id, raised.at, StepKind::Reopened))
    } else if live.over.is_some() {
        step::take(db, &Step::by_itself(live.id, raised.at, StepKind::Again))
    } else {
        Ok(())
    }
}

fn next_reminder(db: &Connection, raised: &Raised<'_>) -> Result<Option<i64>, SiteError> {
    if mutes::until(db, raised.kind, raised.door, raised.at)?.is_some() {
        return Ok(Some(raised.at.0));
    }
    Ok(interval_ms(raised.kind).map(|interval| raised.at.0.saturating_add(interval)))
}

fn interval_ms(kind: &str) -> Option<i64> {
    AlarmKind::find(kind)?.remind_s.map(|remind_s| i64::from(remind_s) * 1_000)
}

/// Keeps an event with its alarm.
fn behind(db: &Connection, alarm: i64, event: i64) -> Result<(), SiteError> {
    row::prepare(db, "INSERT INTO alarm_event (alarm, event) VALUES ($1, $2) ON CONFLICT (alarm, event) DO NOTHING")?
        .execute((alarm, event))?;
    row::prepare(
        db,
        "DELETE FROM alarm_event WHERE alarm = $1
           AND event = (SELECT event FROM alarm_event WHERE alarm = $1 ORDER BY event LIMIT 1 OFFSET 1)
           AND (SELECT COUNT(*) FROM alarm_event WHERE alarm = $1) > $2",
    )?
    .execute((alarm, EVENTS_MAX))?;
    Ok(())
}

/// Kind and door of those whose cause counts as gone, since nothing was heard of it for so long.
fn quiet(db: &Connection, at: UtcMs) -> Result<Vec<(String, Option<i64>)>, SiteError> {
    let mut all = Vec::new();
    for kind in AlarmKind::all() {
        let Some(quiet_s) = kind.quiet_s else { continue };
        let before = at.0.saturating_sub(i64::from(quiet_s) * 1_000);
        let mut statement =
            row::prepare(db, "SELECT door FROM alarm WHERE kind = $1 AND closed_ms IS NULL AND last_ms <= $2")?;
        let doors = row::all(statement.query((kind.code, before))?, |row| Ok(row.get(0)?))?;
        all.extend(doors.into_iter().map(|door| (kind.code.to_owned(), door)));
    }
    Ok(all)
}

fn to_remind(db: &Connection, at: UtcMs) -> Result<Vec<(i64, String)>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT a.id, a.kind FROM alarm a
         WHERE a.remind_ms <= $1 AND a.closed_ms IS NULL AND a.acknowledged_ms IS NULL AND NOT EXISTS (
             SELECT 1 FROM alarm_mute m
             WHERE m.kind = a.kind AND (m.door IS NULL OR m.door = a.door) AND m.ended_ms IS NULL AND m.until_ms > $1)
         ORDER BY a.remind_ms, a.id LIMIT $2",
    )?;
    row::all(statement.query((at.0, REMINDED_AT_ONCE))?, |row| Ok((row.get(0)?, row.get(1)?)))
}

fn remind(db: &Connection, alarm: i64, kind: &str, at: UtcMs) -> Result<(), SiteError> {
    let next = interval_ms(kind).map(|interval| at.0.saturating_add(interval));
    row::prepare(
        db,
        "UPDATE alarm SET reminded = reminded + 1,
             remind_ms = CASE WHEN reminded + 1 < $1 THEN $2 ELSE NULL END WHERE id = $3",
    )?
    .execute((REMINDERS_MAX, next, alarm))?;
    step::take(db, &Step::by_itself(alarm, at, StepKind::Reminded))
}
