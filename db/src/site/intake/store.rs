//! New events, into the log and to whom they concern.

use access::chain::Link;
use access::event::{Event, EventKind};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::Report;
use super::check::Parts;
use super::clones::{self, Tap};
use super::{lives, passages};
use crate::site::encodings::{self, Ended};
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
    log_head: &mut Link,
) -> Result<(), SiteError> {
    let (mut link, mut fits) = before;
    let Some(last) = events.last() else {
        return Ok(());
    };
    for event in events {
        let parts = Parts::of(event);
        link = parts.link(link, report.epoch);
        let stored = Stored { door, report, event, parts: &parts, link, fits };
        let id = insert(db, &stored)?;
        consequences(db, &stored, id)?;
        *log_head = chained(*log_head, report, event.sequence, link);
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

struct Stored<'a> {
    door: i64,
    report: &'a Report,
    event: &'a Event,
    parts: &'a Parts,
    link: Link,
    fits: bool,
}

fn insert(db: &Connection, stored: &Stored<'_>) -> Result<i64, SiteError> {
    let event = stored.event;
    let reasons = match &event.kind {
        EventKind::Tap { decision, .. } if !decision.granted() => Some(decision.reasons.bits().cast_signed()),
        _ => None,
    };
    let subject = event.subject.as_ref();
    Ok(row::prepare(
        db,
        "INSERT INTO event (door, epoch, sequence, received_ms, at_ms, code, reasons, uid, salt,
                                commitment, body, link, link_ok)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
    )?
    .query_row(
        params![
            stored.door,
            stored.report.epoch.cast_signed(),
            event.sequence.cast_signed(),
            stored.report.received.0,
            event.utc.0,
            event.kind.code(),
            reasons,
            subject.map(|subject| subject.uid.as_bytes()),
            subject.map(|subject| subject.salt),
            stored.parts.commitment,
            stored.parts.body,
            stored.link.0,
            stored.fits,
        ],
        |row| row.get(0),
    )?)
}

/// What a human must look at, and what an operator waits for. Times are the controller's: a door's clock
/// may be years off.
fn consequences(db: &Connection, stored: &Stored<'_>, id: i64) -> Result<(), SiteError> {
    let Stored { door, report, event, .. } = *stored;
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

fn chained(head: Link, report: &Report, sequence: u64, link: Link) -> Link {
    let door = report.door.as_str().as_bytes();
    let mut hash = Sha256::new();
    hash.update(b"kulku/log/v1");
    hash.update(head.0);
    // A door's id has 32 bytes at most.
    hash.update([u8::try_from(door.len()).unwrap_or(u8::MAX)]);
    hash.update(door);
    hash.update(report.epoch.to_le_bytes());
    hash.update(sequence.to_le_bytes());
    hash.update(link.0);
    Link(hash.finalize().into())
}
