//! What an operator does with an alarm. Each act is in the alarm's history and in the operator log.

use rusqlite::Connection;

use super::kind::AlarmClass;
use super::raise::close;
use super::step::{self, Step, check_comment};
use super::types::{AlarmView, StepKind};
use super::{AlarmState, list};
use crate::site::open::Wakes;
use crate::site::{Actor, Site, SiteError, audit, change, row};

impl Site {
    /// Notes that somebody has looked at an alarm. The first to do so stays noted; one of security whose cause is
    /// gone is closed by it.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Invalid`] for the comment; [`SiteError::Refused`] `is-closed`.
    pub fn acknowledge_alarm(&self, actor: &Actor<'_>, id: i64, comment: &str) -> Result<(), SiteError> {
        check_comment(comment)?;
        self.write(Wakes::News, |db| {
            let alarm = live(db, actor, id)?;
            if alarm.state() == AlarmState::Acknowledged {
                return Ok(());
            }
            acknowledge(db, actor, &alarm, comment)?;
            if alarm.class() == AlarmClass::Security && alarm.over.is_some() {
                close(db, &Step::by_itself(id, actor.at, StepKind::Closed))?;
            }
            Ok(())
        })
    }

    /// Closes an alarm, and acknowledges it if nobody has. Whoever closes one whose cause is still there has to say
    /// why. To close one that is closed is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Invalid`] for the comment, `empty` if there has to be one.
    pub fn close_alarm(&self, actor: &Actor<'_>, id: i64, comment: &str) -> Result<(), SiteError> {
        check_comment(comment)?;
        self.write(Wakes::News, |db| {
            let alarm = list::one(db, id, actor.at)?;
            match alarm.state() {
                AlarmState::Closed => return Ok(()),
                AlarmState::Open => acknowledge(db, actor, &alarm, comment)?,
                AlarmState::Acknowledged => {}
            }
            if alarm.class() != AlarmClass::Point && alarm.over.is_none() && comment.trim().is_empty() {
                return Err(SiteError::invalid("comment", "empty"));
            }
            change::begin(db, actor, "alarm-close", &about(&alarm))?;
            close(db, &by(actor, id, StepKind::Closed, comment.trim()))
        })
    }

    /// Gives an alarm to an operator, who may be the one who acts, or to nobody.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Invalid`] `unknown-operator`; [`SiteError::Refused`] `is-closed`.
    pub fn own_alarm(&self, actor: &Actor<'_>, id: i64, owner: Option<&str>) -> Result<(), SiteError> {
        self.write(Wakes::News, |db| {
            let alarm = live(db, actor, id)?;
            if alarm.owner.as_deref() == owner {
                return Ok(());
            }
            if let Some(owner) = owner {
                let mut known = row::prepare(db, "SELECT 1 FROM operator WHERE name = $1")?;
                if !known.exists([owner])? {
                    return Err(SiteError::invalid("owner", "unknown-operator"));
                }
            }
            let change = change::begin(db, actor, "alarm-owner", &about(&alarm))?;
            audit::tell(db, change, "alarm", "owner", (alarm.owner.as_deref(), owner))?;
            row::prepare(db, "UPDATE alarm SET owner = $1 WHERE id = $2")?.execute((owner, id))?;
            step::take(db, &by(actor, id, StepKind::Owner, owner.unwrap_or_default()))
        })
    }
}

fn acknowledge(db: &Connection, actor: &Actor<'_>, alarm: &AlarmView, comment: &str) -> Result<(), SiteError> {
    change::begin(db, actor, "alarm-acknowledge", &about(alarm))?;
    row::prepare(
        db,
        "UPDATE alarm SET acknowledged_by = $1, acknowledged_ms = $2, acknowledged_comment = $3, remind_ms = NULL
         WHERE id = $4",
    )?
    .execute((actor.operator, actor.at.0, comment.trim(), alarm.id))?;
    step::take(db, &by(actor, alarm.id, StepKind::Acknowledged, comment.trim()))
}

fn live(db: &Connection, actor: &Actor<'_>, id: i64) -> Result<AlarmView, SiteError> {
    let alarm = list::one(db, id, actor.at)?;
    if alarm.state() == AlarmState::Closed { Err(SiteError::refused("alarm", "is-closed")) } else { Ok(alarm) }
}

fn by<'a>(actor: &Actor<'a>, alarm: i64, what: StepKind, comment: &'a str) -> Step<'a> {
    Step { alarm, at: actor.at, what, who: Some(actor.operator), comment }
}

/// What the operator log says of it.
fn about(alarm: &AlarmView) -> String {
    match &alarm.door {
        Some(door) => format!("{} {} {door}", alarm.id, alarm.kind),
        None => format!("{} {}", alarm.id, alarm.kind),
    }
}
