//! What the controller remembers of one door while it runs.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::confirm::LogHead;
use access::envelope::{DoorKey, Freshness, Header, seal_in};
use access::id::{DoorId, SiteId};
use access::message::{Down, Status};
use access::state::DoorState;
use access::time::MonoMs;
use access::whitelist::{Generation, WhitelistId};
use access::wire::Wire;
use db::site::DoorKind;
use tokio::time::Instant;

use crate::distribute::{Desired, PerStream, Reported};
use crate::figures::pending::{Change, Pending};
use crate::flight::Flight;

/// Epochs of one door that are remembered as over. A door gets a new one when its box is replaced or
/// restored, which happens a few times in its life.
const PAST_EPOCHS_MAX: usize = 16;

/// One door.
pub(crate) struct Line {
    pub(crate) door: DoorId,
    pub(crate) kind: DoorKind,
    pub(crate) keys: Keys,
    /// What it is told in, by its newest status.
    pub(crate) wire: Wire,
    /// With the freshness of the topic `up/status`.
    pub(crate) epochs: Epochs,
    /// Of the topic `up/events`. It starts anew with the controller, since the journal's own numbers keep
    /// events from being stored twice.
    pub(crate) fresh_events: Freshness,
    /// Of the topic `up/encoding`.
    pub(crate) fresh_encoding: Freshness,
    /// Of the topic `up/listed`.
    pub(crate) fresh_listed: Freshness,
    /// Of the topic of figures.
    pub(crate) fresh_figures: Freshness,
    /// Open while the door is connected.
    pub(crate) session: Option<Session>,
    /// It is left alone: a backup was put back, and it may know more than this site.
    pub(crate) held: bool,
    pub(crate) desired: Desired,
    pub(crate) state: DoorState,
    pub(crate) flight: Flight,
    /// What it does not have yet, for the figures.
    pub(crate) pending: Pending,
    /// Reports in a row that did not follow upon what is stored.
    pub(crate) gaps: u32,
    sequence: Arc<AtomicU64>,
}

/// A door's keys by their number.
pub(crate) struct Keys(pub(crate) Vec<(u32, DoorKey)>);

/// The epochs of a door's journal, each with the newest status of it that was believed. One is current: that of the box
/// which began last.
///
/// ```text
/// never heard of ──began later, or the door is away──▶ current ──another one is──▶ past
///                                                         ▲                         │
///                                                         └── the same, with what was never heard before
/// ```
///
/// What was said before a box was replaced is never news again, also if it was held back then. Whoever repeats it while the
/// door is away is contradicted by the door's next word. The same box, put back, is news: it has begun later.
#[derive(Debug, Default)]
pub(crate) struct Epochs {
    current: Option<Said>,
    past: VecDeque<Said>,
}

/// Where a status stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) epoch: u64,
    pub(crate) boot: u64,
    pub(crate) sequence: u64,
}

/// What a status is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusIs {
    /// The next one of the current epoch.
    Next,
    /// Of another epoch, which is the current one now: the box was replaced or restored, or put back.
    First,
    /// Not newer than one that came before.
    Repeated,
    /// Of an epoch that another one has come after.
    Past,
}

/// A door's connection, as its last status told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session {
    pub(crate) id: u64,
    pub(crate) boot: u64,
    /// The door's own time when it sent the status.
    pub(crate) mono: MonoMs,
    /// Our time when it came.
    pub(crate) seen: Instant,
    pub(crate) reported: Reported,
}

/// What is the same in all messages to all doors.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    pub(crate) site: SiteId,
    pub(crate) boot: u64,
    /// The head of the central log.
    pub(crate) head: LogHead,
}

/// Seals messages to one door; may be given to a task that sends on its own.
#[derive(Clone)]
pub(crate) struct Sealer {
    sender: Sender,
    door: DoorId,
    key_id: u32,
    key: DoorKey,
    wire: Wire,
    epoch: u64,
    sequence: Arc<AtomicU64>,
}

impl Line {
    pub(crate) fn new(
        door: DoorId,
        kind: DoorKind,
        keys: Vec<(u32, DoorKey)>,
        wanted: WhitelistId,
        state: DoorState,
    ) -> Self {
        Self {
            door,
            kind,
            keys: Keys(keys),
            wire: Wire::OLDEST,
            epochs: Epochs::default(),
            fresh_events: Freshness::default(),
            fresh_encoding: Freshness::default(),
            fresh_listed: Freshness::default(),
            fresh_figures: Freshness::default(),
            session: None,
            held: false,
            desired: Desired { whitelist: wanted, state: state.generation, ..Desired::default() },
            state,
            flight: Flight::default(),
            pending: Pending::default(),
            gaps: 0,
            sequence: Arc::new(AtomicU64::new(0)),
        }
    }

    /// What pages compare with what is in force; nothing of an encoder.
    pub(crate) fn wanted(&self) -> Option<(DoorId, WhitelistId, Generation)> {
        (self.kind == DoorKind::Door).then(|| (self.door.clone(), self.desired.whitelist, self.desired.state))
    }

    /// A change that was made then, on its way to the door.
    pub(crate) fn change(&self, since: Instant, takes: bool) -> Change {
        Change { since, takes, late: self.session.is_none() || self.held }
    }

    /// `None` if the door has no key, which the database does not allow.
    pub(crate) fn sealer(&self, sender: &Sender) -> Option<Sealer> {
        let (key_id, key) = self.keys.newest()?;
        Some(Sealer {
            sender: sender.clone(),
            door: self.door.clone(),
            key_id,
            key: key.clone(),
            wire: self.wire,
            epoch: self.epochs.current(),
            sequence: Arc::clone(&self.sequence),
        })
    }
}

impl Keys {
    pub(crate) fn by_id(&self, id: u32) -> Option<&DoorKey> {
        self.0.iter().find(|(this, _)| *this == id).map(|(_, key)| key)
    }

    pub(crate) fn newest(&self) -> Option<(u32, &DoorKey)> {
        self.0.iter().max_by_key(|(id, _)| *id).map(|(id, key)| (*id, key))
    }
}

impl Said {
    /// Whether it was said later, by the same box.
    fn is_after(&self, other: &Self) -> bool {
        (self.boot, self.sequence) > (other.boot, other.sequence)
    }
}

impl Epochs {
    /// Continues from what was stored: the newest status, and the journals in the log with the boot of their newest event,
    /// newest first. What else was said in that boot nobody knows any more, so only a later one is heard.
    pub(crate) fn since(newest: Option<Said>, journals: &[(u64, u64)]) -> Self {
        let mut epochs = Self::default();
        for (epoch, boot) in journals.iter().rev() {
            epochs.begin(Said { epoch: *epoch, boot: *boot, sequence: u64::MAX });
        }
        if let Some(newest) = newest {
            epochs.begin(newest);
        }
        epochs
    }

    /// 0 before anything was heard.
    pub(crate) fn current(&self) -> u64 {
        self.current.map_or(0, |current| current.epoch)
    }

    /// A status of the door. `away` says that nobody speaks for it now: then also a box is heard that began earlier, since
    /// one that has lost the time cannot know better.
    pub(crate) fn hear(&mut self, status: Said, away: bool) -> StatusIs {
        let Some(current) = self.current else {
            self.begin(status);
            return StatusIs::First;
        };
        if current.epoch == status.epoch {
            if !status.is_after(&current) {
                return StatusIs::Repeated;
            }
            self.current = Some(status);
            return StatusIs::Next;
        }
        let begins = match self.past.iter().find(|past| past.epoch == status.epoch) {
            Some(past) => status.is_after(past) && (away || status.boot > current.boot),
            // A box can begin a new epoch in the midst of a boot.
            None => away || status.boot >= current.boot,
        };
        if !begins {
            return StatusIs::Past;
        }
        self.begin(status);
        StatusIs::First
    }

    fn begin(&mut self, status: Said) {
        let over = self.current.replace(status).filter(|over| over.epoch != status.epoch);
        self.past.retain(|past| past.epoch != status.epoch);
        self.past.extend(over);
        while self.past.len() > PAST_EPOCHS_MAX {
            self.past.pop_front();
        }
    }
}

impl Session {
    pub(crate) fn new(boot: u64, status: &Status, seen: Instant) -> Self {
        Self {
            id: status.session,
            boot,
            mono: status.mono,
            seen,
            reported: Reported {
                whitelist: status.whitelist,
                state: status.state_generation,
                streams: PerStream { counters: status.counters_generation, passages: status.passages_generation },
            },
        }
    }

    /// The door's own time now, or a little less by the time that its status was on the way: a command
    /// may so expire a little early, never late.
    pub(crate) fn mono_at(&self, now: Instant) -> MonoMs {
        let elapsed = now.saturating_duration_since(self.seen).as_millis();
        self.mono + u64::try_from(elapsed).unwrap_or(u64::MAX)
    }
}

impl Sealer {
    pub(crate) fn seal(&self, message: &Down) -> Vec<u8> {
        let header = Header {
            site: self.sender.site.clone(),
            door: self.door.clone(),
            key_id: self.key_id,
            epoch: self.epoch,
            boot: self.sender.boot,
            sequence: self.sequence.fetch_add(1, Ordering::Relaxed) + 1,
            link: self.sender.head.link,
        };
        seal_in(self.wire, &self.key, &header, message)
    }

    pub(crate) fn topic(&self, message: &Down) -> String {
        access::topic::Topic::build(&self.sender.site, &self.door, access::topic::Channel::of_down(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn said(epoch: u64, boot: u64, sequence: u64) -> Said {
        Said { epoch, boot, sequence }
    }

    #[test]
    fn what_a_replaced_box_said_is_over_until_it_is_put_back_and_boots_anew() {
        let mut epochs = Epochs::since(Some(said(7, 4, 9)), &[]);
        assert_eq!(epochs.hear(said(7, 4, 9), false), StatusIs::Repeated);
        assert_eq!(epochs.hear(said(7, 4, 10), false), StatusIs::Next);
        assert_eq!(epochs.hear(said(3, 5, 1), false), StatusIs::First);
        assert_eq!(epochs.hear(said(7, 4, 11), false), StatusIs::Past);
        assert_eq!(epochs.hear(said(7, 6, 1), false), StatusIs::First);
        assert_eq!(epochs.hear(said(3, 5, 2), false), StatusIs::Past);
    }

    #[test]
    fn what_was_held_back_of_a_replaced_box_takes_the_place_of_none_that_speaks() {
        let mut epochs = Epochs::since(Some(said(7, 4, 9)), &[]);
        assert_eq!(epochs.hear(said(3, 8, 1), false), StatusIs::First);
        // Later boots of the first box, which nobody has heard of; and one of a box that nobody has heard of at all.
        assert_eq!(epochs.hear(said(7, 6, 1), false), StatusIs::Past);
        assert_eq!(epochs.hear(said(5, 7, 1), false), StatusIs::Past);
        // While the door is away nobody can know. Its next word is the last.
        assert_eq!(epochs.hear(said(7, 6, 1), true), StatusIs::First);
        assert_eq!(epochs.hear(said(3, 8, 2), false), StatusIs::First);
        assert_eq!(epochs.hear(said(7, 6, 2), false), StatusIs::Past);
    }

    #[test]
    fn a_box_that_has_lost_the_time_is_heard_once_nobody_else_speaks() {
        let mut epochs = Epochs::since(Some(said(7, 4, 9)), &[]);
        assert_eq!(epochs.hear(said(3, 1, 1), false), StatusIs::Past);
        assert_eq!(epochs.hear(said(3, 1, 2), true), StatusIs::First);
        assert_eq!(epochs.hear(said(7, 4, 9), true), StatusIs::Past, "a repetition, whoever is away");
        assert_eq!(epochs.hear(said(7, 4, 10), false), StatusIs::First);
    }

    #[test]
    fn a_new_epoch_of_the_same_box_is_heard_and_the_one_before_is_over() {
        let mut epochs = Epochs::since(Some(said(7, 4, 9)), &[]);
        assert_eq!(epochs.hear(said(8, 4, 10), false), StatusIs::First);
        assert_eq!(epochs.hear(said(7, 4, 11), false), StatusIs::Past);
    }

    #[test]
    fn journals_in_the_log_are_known_to_be_over() {
        let mut epochs = Epochs::since(Some(said(9, 2, 5)), &[(9, 1), (8, 6)]);
        assert_eq!(epochs.current(), 9);
        assert_eq!(epochs.hear(said(8, 6, 100), true), StatusIs::Past);
        assert_eq!(epochs.hear(said(9, 2, 6), true), StatusIs::Next);
    }

    #[test]
    fn past_epochs_are_bounded() {
        let mut epochs = Epochs::default();
        (0..100).for_each(|epoch| assert_eq!(epochs.hear(said(epoch, 1, 1), false), StatusIs::First));
        assert_eq!(epochs.past.len(), PAST_EPOCHS_MAX);
    }
}
