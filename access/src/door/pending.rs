//! Grants that wait for the journal.

use alloc::vec::Vec;

use super::lock::By;
use super::passers::Card;
use super::{JOURNAL_WAIT_MS, PENDING_MAX, Ticket};
use crate::passage::Side;
use crate::signal::Signal;
use crate::time::MonoMs;
use crate::uid::Uid;

/// A release to come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grant {
    pub(super) ticket: Ticket,
    pub(super) since: MonoMs,
    pub(super) by: By,
    /// None for a command.
    pub(super) card: Option<Card>,
    /// For somebody who needs longer.
    pub(super) long: bool,
    pub(super) signal: Signal,
}

/// Those that wait, oldest first; at most [`PENDING_MAX`].
#[derive(Debug, Default)]
pub(super) struct Pending(Vec<Grant>);

impl Pending {
    /// One more. Returns the oldest if it has to make room.
    pub(super) fn add(&mut self, grant: Grant) -> Option<Grant> {
        let first = if self.0.len() >= PENDING_MAX { Some(self.0.remove(0)) } else { None };
        self.0.push(grant);
        first
    }

    /// The one whose record this is.
    pub(super) fn take(&mut self, ticket: Ticket) -> Option<Grant> {
        let at = self.0.iter().position(|grant| grant.ticket == ticket)?;
        Some(self.0.remove(at))
    }

    /// The oldest, if it has waited long enough.
    pub(super) fn overdue(&mut self, now: MonoMs) -> Option<Grant> {
        let first = self.0.first().filter(|first| now.since(first.since) >= JOURNAL_WAIT_MS)?;
        self.take(first.ticket)
    }

    /// The oldest of a card at the reader outside.
    pub(super) fn take_outside(&mut self) -> Option<Grant> {
        let first = self.0.iter().find(|grant| grant.by == By::Card)?;
        self.take(first.ticket)
    }

    pub(super) fn waits(&self) -> bool {
        !self.0.is_empty()
    }

    pub(super) fn has(&self, uid: Uid, side: Side) -> bool {
        self.0.iter().filter_map(|grant| grant.card).any(|card| card.is(uid, side))
    }

    pub(super) fn deadline(&self) -> Option<MonoMs> {
        self.0.first().map(|first| first.since + JOURNAL_WAIT_MS)
    }
}
