//! New events, into the log and to whom they concern.

use access::chain::Link;
use access::confirm::LogHead;
use access::event::{Event, EventKind};
use access::reason::Reasons;
use rusqlite::{CachedStatement, Connection, params};

use super::Report;
use super::check::Parts;
use super::clones::{self, Tap};
use super::{lives, passages};
use crate::site::encodings::{self, Ended};
use crate::site::log::chain::EventRow;
use crate::site::{SiteError, alarms, commands, row};

/// Appends events that follow the last one stored. `before` is the link before the first of them as the
/// report has it, and whether that is the link that is stored; the door's own chain is followed, so that
/// its next report fits again.
pub(super) fn append(
    db: &Connection,
    door: i64,
    report: &Report,
    events: &[&Event],
    before: (Link, bool),
    log: &mut LogHead,
) -> Result<(), SiteError> {
    let (mut link, mut fits) = before;
    let Some(last) = events.last() else {
        return Ok(());
    };
    let mut insert = row::prepare(db, INSERT)?;
    for event in events {
        let parts = Parts::of(event);
        link = parts.link(link, report.epoch);
        log.row = log.row.saturating_add(1);
        let row = EventRow {
            row: log.row,
            door: report.door.as_str(),
            epoch: report.epoch,
            sequence: event.sequence,
            received_ms: report.received.0,
            body: &parts.body,
            commitment: parts.commitment.as_ref(),
            link,
            link_ok: fits,
        };
        log.link = row.head(log.link);
        store(&mut insert, door, event, &row, log.link)?;
        consequences(db, door, report, event, log.row.cast_signed())?;
        fits = true;
    }
    row::prepare(
        db,
        "INSERT INTO journal (door, epoch, through, link) VALUES ($1, $2, $3, $4)
         ON CONFLICT (door, epoch) DO UPDATE
         SET through = excluded.through, link = excluded.link",
    )?
    .execute((door, report.epoch.cast_signed(), last.sequence.cast_signed(), link.0))?;
    Ok(())
}

const INSERT: &str = "
    INSERT INTO event (id, door, epoch, sequence, received_ms, at_ms, code, reasons, uid, salt, commitment, body,
                       link, link_ok, head)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

fn store(
    insert: &mut CachedStatement<'_>,
    door: i64,
    event: &Event,
    row: &EventRow<'_>,
    head: Link,
) -> Result<(), SiteError> {
    let subject = event.subject.as_ref();
    insert.execute(params![
        row.row.cast_signed(),
        door,
        row.epoch.cast_signed(),
        row.sequence.cast_signed(),
        row.received_ms,
        event.utc.0,
        event.kind.code(),
        denied_for(&event.kind).map(|reasons| reasons.bits().cast_signed()),
        subject.map(|subject| subject.uid.as_bytes()),
        subject.map(|subject| subject.salt),
        row.commitment,
        row.body,
        row.link.0,
        row.link_ok,
        head.0,
    ])?;
    Ok(())
}

/// What the log says of a tap that was denied, beside the event, so that it can be asked for.
pub(in crate::site) fn denied_for(kind: &EventKind) -> Option<Reasons> {
    match kind {
        EventKind::Tap { decision, .. } if !decision.granted() => Some(decision.reasons),
        _ => None,
    }
}

/// What a human must look at, and what an operator waits for. Times are the controller's: a door's clock
/// may be years off.
fn consequences(db: &Connection, door: i64, report: &Report, event: &Event, id: i64) -> Result<(), SiteError> {
    let received = report.received;
    match &event.kind {
        EventKind::Command { id, refused, .. } => commands::answered(db, door, *id, *refused, received),
        EventKind::Tap { credential, rolling, decision, noted, .. } => {
            let Some(subject) = &event.subject else { return Ok(()) };
            let tap = Tap { door, epoch: report.epoch, event: id, uid: &subject.uid, received };
            lives::tapped(db, &tap, event, decision)?;
            passages::noted(db, &tap, *noted)?;
            clones::tapped(db, &tap, *credential, rolling.as_ref())
        }
        EventKind::Entered { side } => {
            let Some(subject) = &event.subject else { return Ok(()) };
            let tap = Tap { door, epoch: report.epoch, event: id, uid: &subject.uid, received };
            passages::entered(db, &tap, event, *side)
        }
        EventKind::Encoded { job, outcome, chip } => {
            let Some(subject) = &event.subject else { return Ok(()) };
            let end = Ended { encoder: door, job: *job, uid: &subject.uid, outcome: *outcome, chip: *chip };
            encodings::ended(db, &end, received)
        }
        _ => alarms::heard(db, door, id, event, received),
    }
}
