//! How the door is, for the controller.

use access::envelope::{WIRE_CURRENT, WIRE_MIN};
use access::event::Faults;
use access::message::{AGENT_LENGTH_MAX, JOURNAL_EVENTS_MAX, Leaf, STATUS_EVERY_MS, Status};
use access::mode::Mode;

use super::DoorLoop;

const AGENT: &str = concat!("kulku-door-agent ", env!("CARGO_PKG_VERSION"));
const _: () = assert!(AGENT.len() <= AGENT_LENGTH_MAX);

/// Shortest time between a status and one that only tells of a change, in milliseconds: a contact that flutters is
/// told four times a second.
const STATUS_MIN_GAP_MS: u64 = 250;

/// What is told at once when it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Condition {
    leaf: Leaf,
    faults: Faults,
    mode: Mode,
    released: bool,
}

impl DoorLoop {
    /// After each message: what has changed is shown, and told.
    pub(super) fn settle(&mut self) {
        let now = self.clock.at().mono;
        self.light(now);
        if self.facts.told != Some(self.condition()) {
            self.facts.status_due = self.facts.status_due.min(self.facts.status_sent + STATUS_MIN_GAP_MS);
        }
    }

    /// Tells the controller now, and again in a while.
    pub(super) fn send_status(&mut self) {
        let at = self.clock.at();
        let Condition { leaf, faults, mode, released } = self.condition();
        self.facts.told = Some(self.condition());
        self.facts.status_sent = at.mono;
        self.facts.status_due = at.mono + STATUS_EVERY_MS;
        let Some(session) = self.uplink.session() else { return };
        let nonce = self.facts.confirmed.ask(at.mono);
        let status = Status {
            session,
            mono: at.mono,
            utc: at.utc,
            trust: at.trust,
            wire_min: WIRE_MIN,
            wire_max: WIRE_CURRENT,
            agent: AGENT.to_owned(),
            whitelist: self.facts.whitelist,
            state_generation: self.facts.state.generation,
            counters_generation: self.facts.counters,
            passages_generation: self.facts.passages,
            mode,
            nonce,
            confirmed_age_s: self.confirmed_age_s(at),
            log: access::confirm::LogHead::default(),
            journal_oldest: 1,
            probe: 0,
            journal_head: self.facts.journal_head,
            journal_acknowledged: self.uplink.acknowledged(),
            journal_percent: percent(self.facts.journal_head.saturating_sub(self.uplink.acknowledged())),
            reader: self.readers_answer(),
            lock_released: released,
            leaf,
            faults,
            messages_refused: self.facts.refused,
        };
        self.uplink.status(status, self.facts.journal_link);
    }

    /// Whether all of them do.
    pub(super) fn readers_answer(&self) -> bool {
        self.gates.iter().all(|gate| gate.answers)
    }

    fn condition(&self) -> Condition {
        Condition {
            leaf: self.door.leaf(),
            faults: self.door.faults(),
            mode: self.facts.mode,
            released: self.io.panel().released,
        }
    }
}

/// How full a journal is with so many events that are not acknowledged.
fn percent(waiting: u64) -> u8 {
    let percent = waiting.saturating_mul(100) / JOURNAL_EVENTS_MAX;
    u8::try_from(percent).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_full_at_a_hundred_and_never_sooner() {
        let of = |hundredths: u64| JOURNAL_EVENTS_MAX / 100 * hundredths;
        assert_eq!([0, 1, of(1), of(80) - 1, of(80)].map(percent), [0, 0, 1, 79, 80]);
        assert_eq!([of(100) - 1, of(100), u64::MAX / 100].map(percent), [99, 100, u8::MAX]);
    }
}
