//! Who went where, from what doors tell; and who went in twice.
//!
//! A door may tell late, so a passage is looked at between its neighbours in time:
//!
//! ```text
//! entered ──▶ this one enters, within the rule            ──▶ alarm passback, for this one
//! this one enters ──▶ entered, within the rule, and the
//!                     one before this did not say so yet  ──▶ alarm passback, for the later one
//! ```
//!
//! A tap that a door noted raises the same alarm at once, and its passage does not raise it again.

use access::calendar::Zone;
use access::event::{Event, EventKind};
use access::local::passback::{counts, steps};
use access::passage::{AreaId, Passage, Passback, Side, Step};
use access::reason::{Reason, Reasons};
use access::time::{ClockTrust, UtcMs};
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::clones::Tap;
use crate::site::alarms::{self, Raised};
use crate::site::passages::{self, New, Told};
use crate::site::{SiteError, doors, passback, row, rules};

const KIND: &str = "passback";

/// Takes what a door noted at a tap and let pass.
pub(super) fn noted(db: &Connection, tap: &Tap<'_>, noted: Reasons) -> Result<(), SiteError> {
    if noted.contains(Reason::Passback) { raise(db, tap, (tap.event, None)) } else { Ok(()) }
}

/// Takes that somebody has gone through a door that a card had been granted at. Where it leads is told by the settings
/// that were in force there.
pub(super) fn entered(db: &Connection, tap: &Tap<'_>, event: &Event, side: Side) -> Result<(), SiteError> {
    let as_of = row::generation(event.state_generation);
    let Some(settings) = doors::settings_as_of(db, tap.door, as_of)? else { return Ok(()) };
    // A clock that nobody vouches for may say anything, and no door knows of tomorrow.
    let known = if event.trust == ClockTrust::Unknown { tap.received } else { event.utc };
    let at = known.min(tap.received);
    for (AreaId(area), step) in steps(&settings, side) {
        let area = i64::from(area);
        if step == Step::Entered
            && let Some(rule) = passback::as_of(db, as_of)?.get(&area)
        {
            entered_twice(db, tap, (area, at), rule, event.state_generation)?;
        }
        let told = Told::Event { event: tap.event, door: tap.door };
        passages::note(db, &New { uid: tap.uid, area, step, at, own: event.utc, told, received: tap.received })?;
    }
    Ok(())
}

/// A passage that is known, and the event that told it.
type Known = Option<(Passage, Option<i64>)>;

fn entered_twice(
    db: &Connection,
    tap: &Tap<'_>,
    (area, at): (i64, UtcMs),
    rule: &Passback,
    as_of: Generation,
) -> Result<(), SiteError> {
    let zone = Zone::from_name(&rules::site_calendar_as_of(db, as_of)?.zone).ok_or(SiteError::corrupt("zone"))?;
    let twice = |first: &Passage, then: UtcMs| first.step == Step::Entered && counts(rule, first, &zone, then);
    let (before, after) = neighbours(db, tap.uid, area, at)?;
    if let Some((before, event)) = &before
        && twice(before, at)
        && !was_noted(db, tap)?
    {
        raise(db, tap, (tap.event, *event))?;
    }
    let own = Passage { uid: *tap.uid, area: rule.area, step: Step::Entered, at };
    if let Some((after, Some(event))) = after
        && after.step == Step::Entered
        && twice(&own, after.at)
        && !before.is_some_and(|(before, _)| twice(&before, after.at))
    {
        raise(db, tap, (event, Some(tap.event)))?;
    }
    Ok(())
}

/// What the card did in this area last before this instant, and next after it.
fn neighbours(db: &Connection, uid: &Uid, area: i64, at: UtcMs) -> Result<(Known, Known), SiteError> {
    let find = |sql: &str| -> Result<Known, SiteError> {
        let mut statement = row::prepare(db, sql)?;
        row::first(statement.query((uid.as_bytes(), area, at.0))?, |r| {
            let step: String = r.get(0)?;
            let step = Step::from_code(&step).ok_or(SiteError::corrupt("passage"))?;
            let passage = Passage { uid: *uid, area: passback::wire_area(area)?, step, at: UtcMs(r.get(1)?) };
            Ok((passage, r.get(2)?))
        })
    };
    let before = find(
        "SELECT step, at_ms, event FROM passage WHERE uid = $1 AND area = $2 AND at_ms <= $3
         ORDER BY at_ms DESC, id DESC LIMIT 1",
    )?;
    let after = find(
        "SELECT step, at_ms, event FROM passage WHERE uid = $1 AND area = $2 AND at_ms > $3
         ORDER BY at_ms, id LIMIT 1",
    )?;
    Ok((before, after))
}

/// Whether the tap that let this card in here was noted: then the alarm is raised already.
fn was_noted(db: &Connection, tap: &Tap<'_>) -> Result<bool, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT body FROM event WHERE uid = $1 AND door = $2 AND code = 'granted' AND id < $3
         ORDER BY id DESC LIMIT 1",
    )?;
    let body: Option<Vec<u8>> =
        row::first(statement.query((tap.uid.as_bytes(), tap.door, tap.event))?, |r| Ok(r.get(0)?))?;
    let event = body.and_then(|body| Event::from_bytes(&body).ok());
    Ok(event
        .is_some_and(|event| matches!(event.kind, EventKind::Tap { noted, .. } if noted.contains(Reason::Passback))))
}

fn raise(db: &Connection, tap: &Tap<'_>, (event, other_event): (i64, Option<i64>)) -> Result<(), SiteError> {
    alarms::raise(
        db,
        &Raised {
            door: Some(tap.door),
            event: Some(event),
            other_event,
            uid: Some(tap.uid),
            ..Raised::new(KIND, tap.received)
        },
    )
}
