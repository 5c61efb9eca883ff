//! What doors report, into the central log.

use access::chain::Link;
use access::event::Event;
use access::id::DoorId;
use access::time::UtcMs;

use super::{Site, SiteError};

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
    /// door are taken in the order in which they stand. Raises the alarms `chain-broken`, `chain-fork`,
    /// `journal-slow`, `messages-refused`, `reader-blind` and `opened-unreleased`, and tells commands
    /// what became of them.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for an unknown door; then nothing is stored.
    pub fn intake(&self, reports: &[Report]) -> Result<Vec<Outcome>, SiteError> {
        let _ = reports;
        Err(SiteError::Busy)
    }

    /// The head of the central chain over all events of all doors, in the order of their intake.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn log_head(&self) -> Result<Link, SiteError> {
        Err(SiteError::Busy)
    }
}
