//! What the controller remembers of one door while it runs.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::confirm::LogHead;
use access::envelope::{DoorKey, Freshness, Header, seal};
use access::id::{DoorId, SiteId};
use access::message::{Down, Status};
use access::state::DoorState;
use access::time::MonoMs;
use access::whitelist::{Generation, WhitelistId};
use db::site::DoorKind;
use tokio::time::Instant;

use crate::distribute::{Desired, PerStream, Reported};
use crate::flight::Flight;

/// Epochs of one door that are remembered as over. A door gets a new one when its box is replaced or
/// restored, which happens a few times in its life.
const PAST_EPOCHS_MAX: usize = 16;

/// One door.
pub(crate) struct Line {
    pub(crate) door: DoorId,
    pub(crate) kind: DoorKind,
    pub(crate) keys: Keys,
    pub(crate) epochs: Epochs,
    /// Of the topic `up/status`.
    pub(crate) fresh_status: Freshness,
    /// Of the topic `up/events`. It starts anew with the controller, since the journal's own numbers keep
    /// events from being stored twice.
    pub(crate) fresh_events: Freshness,
    /// Of the topic `up/encoding`.
    pub(crate) fresh_encoding: Freshness,
    /// Of the topic `up/listed`.
    pub(crate) fresh_listed: Freshness,
    /// Open while the door is connected.
    pub(crate) session: Option<Session>,
    /// It is left alone: a backup was put back, and it may know more than this site.
    pub(crate) held: bool,
    pub(crate) desired: Desired,
    pub(crate) state: DoorState,
    pub(crate) flight: Flight,
    /// Reports in a row that did not follow upon what is stored.
    pub(crate) gaps: u32,
    sequence: Arc<AtomicU64>,
}

/// A door's keys by their number.
pub(crate) struct Keys(pub(crate) Vec<(u32, DoorKey)>);

/// The epochs of a door's journal, each with the newest boot that has been heard of in it.
///
/// ```text
/// never heard of ──▶ Current ──another epoch is heard──▶ Past ──a later boot of it──▶ Current
/// ```
///
/// What a box said before it was replaced is never news again. The same box, put back, is: it has a new
/// boot.
#[derive(Debug, Default)]
pub(crate) struct Epochs {
    current: Option<(u64, u64)>,
    past: VecDeque<(u64, u64)>,
}

/// Where a message's epoch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EpochIs {
    Current,
    /// The box was replaced or restored, or put back.
    New,
    /// Another one came after it.
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
            epochs: Epochs::default(),
            fresh_status: Freshness::default(),
            fresh_events: Freshness::default(),
            fresh_encoding: Freshness::default(),
            fresh_listed: Freshness::default(),
            session: None,
            held: false,
            desired: Desired { whitelist: wanted, state: state.generation, ..Desired::default() },
            state,
            flight: Flight::default(),
            gaps: 0,
            sequence: Arc::new(AtomicU64::new(0)),
        }
    }

    /// What pages compare with what is in force; nothing of an encoder.
    pub(crate) fn wanted(&self) -> Option<(DoorId, WhitelistId, Generation)> {
        (self.kind == DoorKind::Door).then(|| (self.door.clone(), self.desired.whitelist, self.desired.state))
    }

    /// `None` if the door has no key, which the database does not allow.
    pub(crate) fn sealer(&self, sender: &Sender) -> Option<Sealer> {
        let (key_id, key) = self.keys.newest()?;
        Some(Sealer {
            sender: sender.clone(),
            door: self.door.clone(),
            key_id,
            key: key.clone(),
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

impl Epochs {
    /// Continues from what was stored.
    pub(crate) fn since(current: Option<(u64, u64)>, journals: &[(u64, u64)]) -> Self {
        let mut epochs = Self::default();
        for (epoch, boot) in journals.iter().rev() {
            epochs.begin(*epoch, *boot);
        }
        if let Some((epoch, boot)) = current {
            epochs.begin(epoch, boot);
        }
        epochs
    }

    /// 0 before anything was heard.
    pub(crate) fn current(&self) -> u64 {
        self.current.map_or(0, |(epoch, _)| epoch)
    }

    pub(crate) fn find(&self, epoch: u64, boot: u64) -> EpochIs {
        if self.current.is_some_and(|(current, _)| current == epoch) {
            EpochIs::Current
        } else if self.past.iter().any(|(past, newest)| *past == epoch && boot <= *newest) {
            EpochIs::Past
        } else {
            EpochIs::New
        }
    }

    /// This epoch is the current one, and this boot is the newest of it so far.
    pub(crate) fn begin(&mut self, epoch: u64, boot: u64) {
        let over = self.current.replace((epoch, boot)).filter(|(over, _)| *over != epoch);
        self.past.retain(|(past, _)| *past != epoch);
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
    fn what_a_replaced_box_said_is_over_until_it_is_put_back_and_boots_anew() {
        let mut epochs = Epochs::since(Some((7, 4)), &[]);
        assert_eq!(epochs.find(7, 4), EpochIs::Current);
        assert_eq!(epochs.find(3, 1), EpochIs::New);
        epochs.begin(3, 1);
        assert_eq!(epochs.find(3, 1), EpochIs::Current);
        assert_eq!(epochs.find(7, 4), EpochIs::Past);
        assert_eq!(epochs.find(7, 5), EpochIs::New);
        epochs.begin(7, 5);
        assert_eq!(epochs.find(3, 1), EpochIs::Past);
    }

    #[test]
    fn journals_in_the_log_are_known_to_be_over() {
        let epochs = Epochs::since(Some((9, 2)), &[(9, 1), (8, 6)]);
        assert_eq!(epochs.find(9, 2), EpochIs::Current);
        assert_eq!(epochs.find(8, 6), EpochIs::Past);
    }

    #[test]
    fn past_epochs_are_bounded() {
        let mut epochs = Epochs::default();
        (0..100).for_each(|epoch| epochs.begin(epoch, 1));
        assert_eq!(epochs.past.len(), PAST_EPOCHS_MAX);
    }
}
