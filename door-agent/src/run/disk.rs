//! A disk that refuses, hangs or has lost what was on it.
//!
//! ```text
//!   refused ──▶ a fault of the door, told at once ── the state is tried again, all else comes from the controller ──▶ taken
//!   hangs ────▶ after a while messages are heard all the same: of those that find no room only states are kept
//!   damaged ──▶ a fault; what reads goes on deciding ── the controller has answered ──▶ a new file, filled by it
//! ```

use access::confirm::Confirmation;
use access::door::Input;
use access::event::{DoorFile, EventKind, ModeCause, Watched};
use access::time::MonoMs;
use access::whitelist::Generation;

use super::{DoorLoop, Shared};
use crate::store::StoreOrder;

/// From one attempt to write what a disk has refused to the next, in milliseconds.
const TRY_EVERY_MS: u64 = 5_000;

/// How long a disk may take before messages are heard all the same, in milliseconds. Much longer than the largest piece
/// of a list takes on a slow card.
pub(super) const HANGS_AFTER_MS: u64 = 10_000;

/// What is known of the file of the whitelist.
#[derive(Debug, Default)]
pub(crate) struct StoreDisk {
    /// The disk has refused since it last took something.
    pub(super) refuses: bool,
    /// What is in the file cannot be trusted, or not be read.
    pub(super) damaged: bool,
    /// A new file is ordered, or not yet given to the disk.
    rebuilding: bool,
    /// When the next attempt is due, while it refuses.
    due: Option<MonoMs>,
    /// Since when an order finds no room.
    pub(super) full_since: Option<MonoMs>,
}

impl StoreDisk {
    /// As the start has left it.
    pub(super) fn found(damaged: bool) -> Self {
        Self { damaged, ..Self::default() }
    }
}

impl DoorLoop {
    /// What is wrong with the disk is wrong with the door.
    pub(super) fn look_at_disk(&mut self, shared: &mut Shared) {
        let wrong = self.facts.journal_refuses || self.facts.disk.refuses || self.facts.disk.damaged;
        if self.door.faults().has(Watched::Disk) != wrong {
            self.handle(Input::Watched(Watched::Disk, wrong), shared);
        }
    }

    /// The disk has taken what the controller sent, or has not.
    pub(super) fn on_written(&mut self, taken: bool, shared: &mut Shared) {
        self.facts.disk.refuses = !taken;
        self.facts.disk.due = (!taken).then(|| self.clock.at().mono + TRY_EVERY_MS);
        // A new file that was ordered may be what the disk did not take.
        self.facts.disk.rebuilding &= taken;
        self.look_at_disk(shared);
    }

    pub(super) fn on_damaged(&mut self, error: &str, shared: &mut Shared) {
        tracing::error!(error, "the whitelist is damaged; it is made anew as soon as the controller can fill it");
        (self.facts.disk.damaged, self.facts.disk.rebuilding) = (true, false);
        self.look_at_disk(shared);
    }

    /// The controller is there and will fill a new file: a damaged one can go. One that holds back, or has no list for the
    /// door, fills nothing, and what reads of the old one is better than that.
    pub(super) fn rebuild_if_damaged(&mut self, confirmation: &Confirmation) {
        let fills = !confirmation.hold && confirmation.whitelist.generation != Generation(0);
        let ordered = self.facts.held.iter().any(|held| matches!(held, StoreOrder::Rebuild(_)));
        let disk = &mut self.facts.disk;
        if fills && !ordered && disk.damaged && !std::mem::replace(&mut disk.rebuilding, true) {
            self.facts.held.push_back(StoreOrder::Rebuild(self.facts.state.clone()));
        }
    }

    pub(super) fn on_rebuilt(&mut self, shared: &mut Shared) {
        if let Err(error) = self.lookup.reopen() {
            return self.on_damaged(&error.to_string(), shared);
        }
        (self.facts.disk.damaged, self.facts.disk.rebuilding) = (false, false);
        self.facts.held.retain(|held| !matches!(held, StoreOrder::Rebuild(_)));
        self.facts.whitelist = Default::default();
        self.facts.calendar = Default::default();
        (self.facts.counters, self.facts.passages) = Default::default();
        self.handle(Input::Note(EventKind::Rebuilt { file: DoorFile::Whitelist }), shared);
        self.on_written(true, shared);
        // If the disk did not take it with the file, it is tried until it does.
        self.keep(StoreOrder::State(self.facts.state.clone()));
        self.keep_time();
        self.look_at_mode(ModeCause::Ordered, shared);
        self.send_status();
    }

    pub(super) fn disk_deadline(&self) -> Option<MonoMs> {
        let hangs = self.facts.disk.full_since.map(|since| since + HANGS_AFTER_MS);
        self.facts.disk.due.into_iter().chain(hangs.filter(|at| *at > self.clock.at().mono)).min()
    }

    /// Tries again what the disk has refused: of what was sent the state alone, since nobody else keeps it.
    pub(super) fn try_disk(&mut self, now: MonoMs) {
        if self.facts.disk.due.take_if(|due| now >= *due).is_some() {
            self.facts.disk.due = Some(now + TRY_EVERY_MS);
            if !self.facts.held.iter().any(|held| matches!(held, StoreOrder::Try(_))) {
                self.facts.held.push_back(StoreOrder::Try(self.facts.state.clone()));
            }
        }
    }

    /// Whether the disk has not taken anything for so long that it must not keep the door from hearing.
    pub(super) fn disk_hangs(&self) -> bool {
        let now = self.clock.at().mono;
        self.facts.disk.full_since.is_some_and(|since| now.since(since) >= HANGS_AFTER_MS)
    }

    /// Keeps something for the store. While the disk hangs only the newest state is kept, and what the controller sends
    /// again anyway is not.
    pub(super) fn keep(&mut self, order: StoreOrder) {
        if matches!(order, StoreOrder::State(_)) {
            self.facts.held.retain(|held| !matches!(held, StoreOrder::State(_)));
        } else if self.facts.held.len() >= super::door::HELD_MAX {
            tracing::warn!("the disk hangs, and what the controller sent is left; it sends it again");
            return;
        }
        self.facts.held.push_back(order);
    }
}
