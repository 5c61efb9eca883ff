//! Whether a report continues what is stored, and says the same where it repeats it.

use access::chain::{Link, commitment, link_parts};
use access::event::Event;
use rusqlite::{Connection, OptionalExtension};

use super::{ChainFault, Report};
use crate::site::{SiteError, row};

/// How far the journal of a door and epoch has come in.
pub(super) struct Journal {
    /// Everything through this event is stored.
    pub(super) through: u64,
    /// The link of that event.
    pub(super) link: Link,
}

/// What is found of the events of a report that are stored already.
pub(super) struct Known {
    /// How many say the same.
    pub(super) same: u32,
    /// The link after the last of them, as the report has it.
    pub(super) link: Link,
    /// [`ChainFault::Fork`] or [`ChainFault::Broken`].
    pub(super) fault: Option<ChainFault>,
}

/// An event as the chain and the log take it.
pub(super) struct Parts {
    /// Without its subject, as on the wire.
    pub(super) body: Vec<u8>,
    /// To its subject; none if it has none.
    pub(super) commitment: Option<[u8; 32]>,
}

impl Parts {
    pub(super) fn of(event: &Event) -> Self {
        let bare = Event { subject: None, ..event.clone() };
        Self { body: bare.to_bytes(), commitment: event.subject.as_ref().map(|s| commitment(Some(s))) }
    }

    pub(super) fn link(&self, previous: Link, epoch: u64) -> Link {
        let commitment = self.commitment.unwrap_or_else(|| commitment(None));
        link_parts(previous, epoch, &self.body, &commitment)
    }
}

/// How far the door's journal has come in; not at all for a new epoch.
pub(super) fn journal(db: &Connection, door: i64, epoch: u64) -> Result<Journal, SiteError> {
    let mut statement = row::prepare(db, "SELECT through, link FROM journal WHERE door = $1 AND epoch = $2")?;
    let known = row::first(statement.query((door, epoch.cast_signed()))?, |r| {
        Ok(Journal { through: r.get::<_, i64>(0)?.cast_unsigned(), link: row::link(r, 1)? })
    })?;
    Ok(known.unwrap_or(Journal { through: 0, link: Link::START }))
}

/// Goes on with a report though events before it are missing, if the door holds nothing older any more: they were in a
/// log that a backup has taken the place of. Says whether any are missing.
pub(super) fn take_up(db: &Connection, door: i64, report: &Report, journal: &mut Journal) -> Result<bool, SiteError> {
    let Some(first) = report.events.first().filter(|first| first.sequence > journal.through.saturating_add(1)) else {
        return Ok(false);
    };
    let mut statement = row::prepare(db, "SELECT journal_oldest FROM door_status WHERE door = $1 AND epoch = $2")?;
    let oldest =
        row::first(statement.query((door, report.epoch.cast_signed()))?, |r| Ok(r.get::<_, i64>(0)?.cast_unsigned()))?;
    // A message that was lost is sent again: what a door holds is waited for.
    let gone = oldest.is_some_and(|oldest| first.sequence <= oldest);
    if gone {
        *journal = Journal { through: first.sequence - 1, link: report.previous };
    }
    Ok(gone)
}

/// Whether an event is missing, before the report or within it. Number 0 is none.
pub(super) fn gap(report: &Report, journal: &Journal) -> Option<ChainFault> {
    let next = journal.through.saturating_add(1);
    let first = report.events.first()?.sequence;
    if first == 0 || first > next {
        return Some(ChainFault::Gap { expected: next, got: first });
    }
    report.events.windows(2).find_map(|pair| {
        let [before, after] = pair else { return None };
        let expected = before.sequence.saturating_add(1);
        let got = after.sequence;
        (got != expected).then_some(ChainFault::Gap { expected, got })
    })
}

/// Link, body and commitment, as they are stored.
type KnownRow = ([u8; 32], Vec<u8>, Option<[u8; 32]>);

/// Compares the events that are stored already. The links are compared first: where they are equal, so
/// is everything else.
pub(super) fn known(db: &Connection, door: i64, report: &Report, events: &[&Event]) -> Result<Known, SiteError> {
    let mut known = Known { same: 0, link: report.previous, fault: None };
    let mut statement = row::prepare(
        db,
        "SELECT link, body, commitment FROM event
         WHERE door = $1 AND epoch = $2 AND sequence = $3",
    )?;
    for event in events {
        let (sequence, parts) = (event.sequence, Parts::of(event));
        let key = (door, report.epoch.cast_signed(), sequence.cast_signed());
        let stored: Option<KnownRow> =
            statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        known.link = parts.link(known.link, report.epoch);
        // One that was missing when the log went on comes too late to stand in its place.
        let Some((link, body, commitment)) = stored else { continue };
        if known.link != Link(link) {
            if parts.body != body || parts.commitment != commitment {
                known.fault = Some(ChainFault::Fork { sequence });
                return Ok(known);
            }
            known.fault.get_or_insert(ChainFault::Broken { sequence });
        }
        known.same += 1;
    }
    Ok(known)
}
