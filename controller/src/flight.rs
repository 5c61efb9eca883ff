//! What is on its way to one door.
//!
//! ```text
//!              nothing due            delta read, or whole sent
//!   Idle ◀──────────────── due? ─────────▶ Busy ──────────▶ Sent
//!    ▲                      ▲                                │
//!    └── door reports it ───┼────────────────────────────────┤
//!                           └─── not reported in time ───────┘
//! ```
//!
//! What was sent is taken for reached, so that the next change follows at once as a delta upon it. If the
//! door still reports the old list some seconds later, all starts over from what it reports.

use std::time::Duration;

use access::message::STATUS_EVERY_MS;
use access::whitelist::{Generation, WhitelistId};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::distribute::{Desired, Due, PerStream, Reported, Stream, chunk_count, due};

/// Time for a door to report that something is in force. Its disk needs a fraction of a second.
const ANSWER_WAIT: Duration = Duration::from_secs(3);

/// Longest time between two tries. A door that refuses a list must not be flooded with it.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(60);

/// Time for a door to report a stream. It need not do so at once: streams move at every tap, and its next
/// status tells.
const STREAM_WAIT: Duration = Duration::from_millis(2 * STATUS_EVERY_MS);

/// More time for each chunk, which a door writes to its disk.
const CHUNK_WAIT: Duration = Duration::from_millis(50);

/// Deltas that may fail in a row before the whole list is sent.
const DELTA_FAILURES_MAX: u32 = 2;

/// What is on its way to one door.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    whitelist: Stage,
    state: Option<(Generation, Instant)>,
    streams: PerStream<Option<(Generation, Instant)>>,
    /// Somebody reads what to send of it.
    pub(crate) asked: PerStream<bool>,
    failures: u32,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Idle,
    /// A task reads what to send, or sends it.
    Busy { ticket: u64, task: AbortHandle },
    /// All of it is with the broker.
    Sent { to: WhitelistId, until: Instant },
}

impl Flight {
    /// What is due, counting what is on its way as reached.
    pub(crate) fn due(&self, desired: &Desired, reported: &Reported) -> Due {
        let reached = Reported {
            whitelist: match self.whitelist {
                Stage::Sent { to, .. } => to,
                // Nothing starts beside a running task; what came meanwhile follows when it has ended.
                Stage::Busy { .. } => desired.whitelist,
                Stage::Idle => reported.whitelist,
            },
            state: self.state.map_or(reported.state, |(generation, _)| generation),
            streams: PerStream::each(|stream| self.stream_reached(stream, reported)),
        };
        due(desired, &reached, self.failures > DELTA_FAILURES_MAX)
    }

    /// The list that the door has once everything has arrived; `None` while a task is at it.
    pub(crate) fn reached(&self, reported: &Reported) -> Option<WhitelistId> {
        match self.whitelist {
            Stage::Sent { to, .. } => Some(to),
            Stage::Busy { .. } => None,
            Stage::Idle => Some(reported.whitelist),
        }
    }

    /// What the door has of a stream once everything has arrived.
    pub(crate) fn stream_reached(&self, stream: Stream, reported: &Reported) -> Generation {
        let reported = *reported.streams.of(stream);
        self.streams.of(stream).map_or(reported, |(sent, _)| sent.max(reported))
    }

    pub(crate) fn busy(&mut self, ticket: u64, task: AbortHandle) {
        self.whitelist = Stage::Busy { ticket, task };
    }

    /// Whether this is the task that is at it, and not one that was given up.
    pub(crate) fn awaits(&self, ticket: u64) -> bool {
        matches!(self.whitelist, Stage::Busy { ticket: current, .. } if current == ticket)
    }

    /// The task has ended without sending.
    pub(crate) fn idle(&mut self) {
        self.whitelist = Stage::Idle;
    }

    /// The history does not lead from the door's list: the whole is the way.
    pub(crate) fn no_delta(&mut self) {
        self.whitelist = Stage::Idle;
        self.failures = DELTA_FAILURES_MAX + 1;
    }

    pub(crate) fn sent_whitelist(&mut self, to: WhitelistId, whole: bool, now: Instant) {
        let chunks = if whole { chunk_count(to.entries) } else { 0 };
        let until = now + self.wait() + CHUNK_WAIT * chunks;
        self.whitelist = Stage::Sent { to, until };
    }

    pub(crate) fn sent_state(&mut self, generation: Generation, now: Instant) {
        self.state = Some((generation, now + self.wait()));
    }

    pub(crate) fn sent_stream(&mut self, stream: Stream, generation: Generation, now: Instant) {
        *self.streams.of_mut(stream) = Some((generation, now + STREAM_WAIT));
    }

    /// The door has told what it has.
    pub(crate) fn reported(&mut self, desired: &Desired, reported: &Reported) {
        if matches!(self.whitelist, Stage::Sent { to, .. } if to == reported.whitelist) {
            self.whitelist = Stage::Idle;
        }
        if self.state.is_some_and(|(sent, _)| sent == reported.state) {
            self.state = None;
        }
        for stream in Stream::ALL {
            self.streams.of_mut(stream).take_if(|(sent, _)| *sent <= *reported.streams.of(stream));
        }
        if desired.whitelist == reported.whitelist && desired.state == reported.state {
            self.failures = 0;
        }
    }

    /// What the door has not reported in time is taken for lost.
    pub(crate) fn tick(&mut self, now: Instant) {
        let list_late = matches!(self.whitelist, Stage::Sent { until, .. } if now >= until);
        let state_late = self.state.is_some_and(|(_, until)| now >= until);
        if list_late {
            self.whitelist = Stage::Idle;
        }
        if state_late {
            self.state = None;
        }
        for stream in Stream::ALL {
            self.streams.of_mut(stream).take_if(|(_, until)| now >= *until);
        }
        if list_late || state_late {
            self.failures = self.failures.saturating_add(1);
        }
    }

    /// The door has connected anew or is away: nothing of the old connection arrives any more.
    pub(crate) fn reset(&mut self) {
        if let Stage::Busy { task, .. } = &self.whitelist {
            task.abort();
        }
        *self = Self::default();
    }

    fn wait(&self) -> Duration {
        ANSWER_WAIT.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX)).min(ANSWER_WAIT_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribute::Way;

    fn id(generation: u64) -> WhitelistId {
        WhitelistId { generation: Generation(generation), ..WhitelistId::default() }
    }

    fn desired(generation: u64) -> Desired {
        Desired { whitelist: id(generation), ..Desired::default() }
    }

    fn reported(generation: u64) -> Reported {
        Reported { whitelist: id(generation), ..Reported::default() }
    }

    #[test]
    fn the_next_change_follows_upon_what_is_on_its_way() {
        let mut flight = Flight::default();
        flight.sent_whitelist(id(5), false, Instant::now());
        assert_eq!(flight.due(&desired(5), &reported(4)).whitelist, Way::Nothing);
        let way = flight.due(&desired(6), &reported(4)).whitelist;
        assert_eq!(way, Way::Delta { from: id(5) });
    }

    #[test]
    fn what_the_door_does_not_report_in_time_starts_over_from_what_it_reports() {
        let mut flight = Flight::default();
        let now = Instant::now();
        flight.sent_whitelist(id(5), false, now);
        flight.tick(now + ANSWER_WAIT - Duration::from_millis(1));
        assert_eq!(flight.due(&desired(5), &reported(4)).whitelist, Way::Nothing);
        flight.tick(now + ANSWER_WAIT);
        assert_eq!(flight.due(&desired(5), &reported(4)).whitelist, Way::Delta { from: id(4) });
    }

    #[test]
    fn a_stream_that_was_sent_is_due_again_only_if_the_door_never_tells_that_it_has_it() {
        for stream in Stream::ALL {
            let only = |generation| PerStream::each(|this| Generation(if this == stream { generation } else { 0 }));
            let mut flight = Flight::default();
            let desired = Desired { streams: only(7), ..Desired::default() };
            let reported = |generation| Reported { streams: only(generation), ..Reported::default() };
            let is_due = |flight: &Flight, generation| {
                let due = flight.due(&desired, &reported(generation)).streams;
                assert!(Stream::ALL.into_iter().all(|other| other == stream || !due.of(other)), "another stream");
                *due.of(stream)
            };
            assert!(is_due(&flight, 5));
            let now = Instant::now();
            flight.sent_stream(stream, Generation(7), now);
            assert!(!is_due(&flight, 5));
            flight.tick(now + STREAM_WAIT);
            assert!(is_due(&flight, 5));
            assert!(!is_due(&flight, 7));
            assert!(!is_due(&flight, 9), "a restored site goes on from where doors are");
        }
    }

    #[test]
    fn deltas_that_keep_failing_give_way_to_the_whole_and_tries_become_rare() {
        let mut flight = Flight::default();
        let mut now = Instant::now();
        for _ in 0..=DELTA_FAILURES_MAX {
            flight.sent_whitelist(id(5), false, now);
            now += ANSWER_WAIT_MAX;
            flight.tick(now);
        }
        assert_eq!(flight.due(&desired(5), &reported(4)).whitelist, Way::Whole);
        for _ in 0..100 {
            flight.sent_whitelist(id(5), false, now);
            now += ANSWER_WAIT_MAX;
            flight.tick(now);
        }
        assert_eq!(flight.wait(), ANSWER_WAIT_MAX);
        flight.reported(&desired(5), &reported(5));
        assert_eq!(flight.wait(), ANSWER_WAIT);
    }
}
