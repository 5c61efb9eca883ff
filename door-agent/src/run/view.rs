//! How the door is: for the controller, and for whoever plays with the emulated one.

use access::door::Input;
use access::envelope::{WIRE_CURRENT, WIRE_MIN};
use access::message::{AGENT_LENGTH_MAX, STATUS_EVERY_MS, Status};

use super::DoorLoop;
use crate::control::{Contact, DoorView, ExitButton, Journal, Leds, Network, Request};
use crate::io::IoInput;

const AGENT: &str = concat!("kulku-door-agent ", env!("CARGO_PKG_VERSION"));
const _: () = assert!(AGENT.len() <= AGENT_LENGTH_MAX);

impl DoorLoop {
    /// Tells the controller now, and again in a while.
    pub(super) fn send_status(&mut self) {
        let at = self.clock.at();
        self.facts.status_due = at.mono + STATUS_EVERY_MS;
        let Some(session) = self.uplink.session() else { return };
        let panel = self.io.panel();
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
            mode: self.facts.state.mode_at(at.utc.second()),
            journal_head: self.facts.journal_head,
            journal_acknowledged: self.uplink.acknowledged(),
            reader: self.facts.reader_answers,
            lock_released: panel.released,
            contact_open: self.door.is_open(),
            messages_refused: self.facts.refused,
        };
        self.uplink.status(status, self.facts.journal_link);
    }

    pub(super) fn on_request(&mut self, request: Request) {
        let now = self.clock.at().mono;
        let Some(taps) = &mut self.taps else { return };
        // Whoever asked may have gone meanwhile; then nobody misses the answer.
        match request {
            Request::Tap { cards, hold_ms, reply } => taps.tap(cards, hold_ms, reply, now),
            Request::Cards(reply) => drop(reply.send(taps.list())),
            Request::Card { name, reply } => drop(reply.send(taps.cards().get(&name))),
            Request::PutCard { name, card, reply } => drop(reply.send(taps.cards().put(name, *card))),
            Request::State(reply) => drop(reply.send(self.view())),
            Request::Contact { open, reply } => {
                self.on_input(if open { IoInput::Opened } else { IoInput::Closed });
                let _ = reply.send(self.view());
            }
            Request::Exit(reply) => {
                self.on_input(IoInput::Exit);
                let _ = reply.send(self.view());
            }
            Request::Network { up, reply } => {
                self.facts.network_up = up;
                if !up {
                    // The socket is closed; the link's own word of it comes after this answer.
                    self.uplink.disconnected();
                }
                let _ = reply.send(self.view());
            }
        }
        self.handle(Input::Tick);
    }

    fn view(&self) -> DoorView {
        let panel = self.io.panel();
        let signal = self.facts.signal.map_or("none", |(signal, _)| signal.code());
        DoorView {
            lock: if panel.released { "released" } else { "locked" },
            signal,
            leds: Leds { green: panel.green, red: panel.red },
            buzzer: panel.buzzer,
            contact: Contact { open: self.door.is_open() },
            exit: ExitButton { presses: self.facts.exit_presses },
            network: Network {
                up: self.facts.network_up,
                connected: self.facts.network_up && self.uplink.session().is_some(),
            },
            reader: if self.facts.reader_answers { "answers" } else { "blind" },
            mode: self.facts.state.mode_at(self.clock.at().utc.second()).code(),
            whitelist_generation: self.facts.whitelist.generation.0,
            whitelist_entries: self.facts.whitelist.entries,
            journal: Journal {
                head: self.facts.journal_head,
                acknowledged: self.uplink.acknowledged(),
                unwritten: self.journal.unwritten().count(),
            },
            messages_refused: self.facts.refused,
        }
    }
}
