//! What the controller remembers of one door while it runs.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::chain::Link;
use access::envelope::{DoorKey, Freshness, Header, seal};
use access::id::{DoorId, SiteId};
use access::message::{Down, Status};
use access::state::DoorState;
use access::time::MonoMs;
use access::whitelist::WhitelistId;
use tokio::time::Instant;

use crate::distribute::{Desired, Reported};
use crate::flight::Flight;

/// Epochs of one door that are remembered as over. A door gets a new one when its box is replaced or
/// restored, which happens a few times in its life.
const PAST_EPOCHS_MAX: usize = 16;

/// One door.
pub(crate) struct Line {
    pub(crate) door: DoorId,
    pub(crate) keys: Keys,
    pub(crate) epochs: Epochs,
    /// Of the topic `up/status`.
    pub(crate) fresh_status: Freshness,
    /// Of the topic `up/events`. It starts anew with the controller, since the journal's own numbers keep
    /// events from being stored twice.
    pub(crate) fresh_events: Freshness,
    /// Open while the door is connected.
    pub(crate) session: Option<Session>,
    pub(crate) desired: Desired,
    pub(crate) state: DoorState,
    pub(crate) flight: Flight,
    /// Reports in a row that did not follow upon what is stored.
    pub(crate) gaps: u32,
    sequence: Arc<AtomicU64>,
}

/// A door's keys by their number.
pub(crate) struct Keys(pub(crate) Vec<(u32, DoorKey)>);

/// The epochs of a door's journal.
#[derive(Debug, Default)]
pub(crate) struct Epochs {
    current: Option<u64>,
    past: VecDeque<u64>,
}

/// Where an epoch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EpochIs {
    Current,
    /// Never seen: the box was replaced or restored.
    New,
    /// Over: another one came after it.
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
    pub(crate) head: Link,
}

/// Seals messages to one door; may be given to a task that sends on its own.
#[derive(Clone)]
pub(crate) struct Sealer {
    sender: Sender,
    door: DoorId,
    key_id: u32,
    key: DoorKey,
    epoch: u64,
    sequence: Arc<AtomicU64>,
}

impl Line {
    pub(crate) fn new(door: DoorId, keys: Vec<(u32, DoorKey)>, wanted: WhitelistId, state: DoorState) -> Self {
        Self {
            door,
            keys: Keys(keys),
            epochs: Epochs::default(),
            fresh_status: Freshness::default(),
            fresh_events: Freshness::default(),
            session: None,
            desired: Desired { whitelist: wanted, state: state.generation, ..Desired::default() },
            state,
            flight: Flight::default(),
            gaps: 0,
            sequence: Arc::new(AtomicU64::new(0)),
        }
    }

    /// `None` if the door has no key, which the database does not allow.
    pub(crate) fn sealer(&self, sender: &Sender) -> Option<Sealer> {
        let (key_id, key) = self.keys.newest()?;
        Some(Sealer {
            sender: sender.clone(),
            door: self.door.clone(),
            key_id,
            key: key.clone(),
            epoch: self.epochs.current.unwrap_or(0),
            sequence: Arc::clone(&self.sequence),
        })
    }
}

impl Keys {
    pub(crate) fn by_id(&self, id: u32) -> Option<&DoorKey> {
        self.0.iter().find(|(this, _)| *this == id).map(|(_, key)| key)
    }

    fn newest(&self) -> Option<(u32, &DoorKey)> {
        self.0.iter().max_by_key(|(id, _)| *id).map(|(id, key)| (*id, key))
    }
}

impl Epochs {
    /// Continues from what was stored.
    pub(crate) fn since(current: u64) -> Self {
        Self { current: Some(current), past: VecDeque::new() }
    }

    pub(crate) fn find(&self, epoch: u64) -> EpochIs {
        if self.current == Some(epoch) {
            EpochIs::Current
        } else if self.past.contains(&epoch) {
            EpochIs::Past
        } else {
            EpochIs::New
        }
    }

    pub(crate) fn begin(&mut self, epoch: u64) {
        if let Some(over) = self.current.replace(epoch) {
            self.past.push_back(over);
        }
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
                counters: status.counters_generation,
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
            link: self.sender.head,
        };
        seal(&self.key, &header, message)
    }

    pub(crate) fn topic(&self, message: &Down) -> String {
        access::topic::Topic::build(&self.sender.site, &self.door, access::topic::Channel::of_down(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_that_another_one_followed_is_over() {
        let mut epochs = Epochs::since(7);
        assert_eq!(epochs.find(7), EpochIs::Current);
        assert_eq!(epochs.find(3), EpochIs::New);
        epochs.begin(3);
        assert_eq!(epochs.find(3), EpochIs::Current);
        assert_eq!(epochs.find(7), EpochIs::Past);
    }

    #[test]
    fn past_epochs_are_bounded() {
        let mut epochs = Epochs::default();
        (0..100).for_each(|epoch| epochs.begin(epoch));
        assert_eq!(epochs.past.len(), PAST_EPOCHS_MAX);
    }
}
