//! How the door is, for the controller.

use access::envelope::{WIRE_CURRENT, WIRE_MIN};
use access::event::Faults;
use access::message::{AGENT_LENGTH_MAX, Leaf, STATUS_EVERY_MS, Status};
use access::mode::Mode;

use super::DoorLoop;

const AGENT: &str = concat!("kulku-door-agent ", env!("CARGO_PKG_VERSION"));
const _: () = assert!(AGENT.len() <= AGENT_LENGTH_MAX);

/// Shortest time between a status and one that only tells of a change, in milliseconds: a contact that flutters is
/// told four times a second.
const STATUS_MIN_GAP_MS: u64 = 250;

/// Time after which a question is repeated whose answer decides whether events are sent, or whether the list is worth
/// anything, in milliseconds: nobody is to stand before a pharmacy for half a minute because one message was lost.
const ASK_EVERY_MS: u64 = 5_000;

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
            self.send_status_soon();
        }
    }

    /// Tells the controller, a little after the last time. A controller that sends much hears of it once.
    pub(super) fn send_status_soon(&mut self) {
        self.facts.status_due = self.facts.status_due.min(self.facts.status_sent + STATUS_MIN_GAP_MS);
    }

    /// Whether something waits for an answer of the controller.
    fn asks(&self) -> bool {
        self.uplink.session().is_some() && (!self.uplink.is_agreed() || self.facts.confirmed.is_list_old())
    }

    /// What waits for an answer since a moment ago does not wait for the next status in turn.
    pub(super) fn ask_soon(&mut self) {
        if self.asks() {
            self.facts.status_due = self.facts.status_due.min(self.facts.status_sent + ASK_EVERY_MS);
        }
    }

    /// Tells the controller now, and again in a while.
    pub(super) fn send_status(&mut self) {
        let at = self.clock.at();
        let Condition { leaf, faults, mode, released } = self.condition();
        self.facts.told = Some(self.condition());
        self.facts.status_sent = at.mono;
        self.facts.status_due = at.mono + if self.asks() { ASK_EVERY_MS } else { STATUS_EVERY_MS };
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
            log: self.facts.log,
            journal_oldest: self.facts.standing.before.saturating_add(1),
            probe: self.uplink.probe(),
            journal_head: self.facts.journal_head,
            journal_acknowledged: self.uplink.held().acknowledged,
            journal_percent: self.facts.standing.percent,
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
