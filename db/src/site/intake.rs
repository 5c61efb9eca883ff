//! What doors report, into the central log.
//!
//! ```text
//! report ──▶ its events follow one another, and the last one stored? ──no──▶ gap: none stored
//!            those that are stored already say the same?              ──no──▶ fork: none stored
//!            its links lead from the last one stored?                 ──no──▶ broken: stored, marked
//!            a gap that the door has nothing left to fill with (a restored backup): taken up there, events-missing
//!            new events ──▶ log, head of the central chain, alarms, answers of commands
//! ```
//!
//! The central chain (`log`) runs over all events of all doors in the order of their ids. Its head goes back to the
//! doors with each acknowledgement, so a log that was shortened or rewritten is found out by any of them.

use access::chain::Link;
use access::confirm::LogHead;
use access::event::Event;
use access::id::DoorId;
use access::time::UtcMs;
use rusqlite::Connection;

use super::alarms::Raised;
use super::open::Wakes;
use super::{Site, SiteError, alarms, log, row};

mod check;
mod clones;
mod lives;
mod passages;
mod store;

pub(super) use store::denied_for;

/// Events of one door, as one message brought them. The caller has checked the message's MAC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Whose.
    pub door: DoorId,
    /// The epoch of its journal.
    pub epoch: u64,
    /// The door's boot, from the envelope.
    pub boot: u64,
    /// The link before the first event, from the envelope.
    pub previous: Link,
    /// Oldest first.
    pub events: Vec<Event>,
    /// When the message came.
    pub received: UtcMs,
}

/// What became of a [`Report`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whose.
    pub door: DoorId,
    /// The epoch of its journal.
    pub epoch: u64,
    /// Everything through this event is on disk.
    pub through: u64,
    /// How many were new.
    pub inserted: u32,
    /// How many were there already, and the same.
    pub duplicates: u32,
    /// What is wrong with the report.
    pub fault: Option<ChainFault>,
}

/// What is wrong with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainFault {
    /// Events are missing, so none of the report was stored.
    Gap {
        /// The event that should have come.
        expected: u64,
        /// The one that came.
        got: u64,
    },
    /// The links do not fit from this event on. What was new is stored, and marked.
    Broken {
        /// The first event that does not fit.
        sequence: u64,
    },
    /// An event of this number is there already and says something else. None of the report was stored.
    Fork {
        /// The event.
        sequence: u64,
    },
}

impl Site {
    /// Stores what doors report, in one transaction that is on disk when this returns. Reports of one
    /// door are taken in the order in which they stand. Raises `chain-broken`, `chain-fork` and the alarms of
    /// [`super::AlarmKind`] that events raise, and tells commands and encodings what became of them. A tap is taken for
    /// what it says of its card's life (`lives`) and of its counter, of which two steps that one card cannot have made
    /// block the card (`clones`); who went in is taken for where it leads (`passages`). A gap raises nothing here: it is
    /// mended when the door reports again.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for an unknown door; then nothing is stored.
    pub fn intake(&self, reports: &[Report]) -> Result<Vec<Outcome>, SiteError> {
        self.write(Wakes::News, |db| {
            let mut head = log::end(db)?;
            let mut outcomes = Vec::with_capacity(reports.len());
            for report in reports {
                outcomes.push(take(db, report, &mut head)?);
            }
            log::store_head(db, head)?;
            Ok(outcomes)
        })
    }
}

fn take(db: &Connection, report: &Report, log_head: &mut LogHead) -> Result<Outcome, SiteError> {
    let door = row::need_door(db, &report.door)?;
    let mut journal = check::journal(db, door, report.epoch)?;
    let missing = check::take_up(db, door, report, &mut journal)?;
    let mut outcome = Outcome {
        door: report.door.clone(),
        epoch: report.epoch,
        through: journal.through,
        inserted: 0,
        duplicates: 0,
        fault: check::gap(report, &journal),
    };
    if outcome.fault.is_some() {
        return Ok(outcome);
    }
    if missing {
        alarms::raise(db, &Raised { door: Some(door), ..Raised::new("events-missing", report.received) })?;
    }
    let (known, new): (Vec<&Event>, Vec<&Event>) =
        report.events.iter().partition(|event| event.sequence <= journal.through);
    let known = check::known(db, door, report, &known)?;
    outcome.fault = known.fault;
    outcome.duplicates = known.same;
    if !matches!(outcome.fault, Some(ChainFault::Fork { .. })) {
        if let Some(first) = new.first().filter(|_| known.link != journal.link) {
            let sequence = first.sequence;
            outcome.fault.get_or_insert(ChainFault::Broken { sequence });
        }
        let fits = known.link == journal.link && !missing;
        store::append(db, door, report, &new, (known.link, fits), log_head)?;
        outcome.through = new.last().map_or(journal.through, |event| event.sequence);
        outcome.inserted = u32::try_from(new.len()).unwrap_or(u32::MAX);
    }
    let alarm = match outcome.fault {
        Some(ChainFault::Broken { .. }) => "chain-broken",
        Some(ChainFault::Fork { .. }) => "chain-fork",
        Some(ChainFault::Gap { .. }) | None => return Ok(outcome),
    };
    alarms::raise(db, &Raised { door: Some(door), ..Raised::new(alarm, report.received) })?;
    Ok(outcome)
}
