//! What somebody asks of an emulated door, and what it shows them.

use access::door::Input;
use access::passage::Side;
use tokio::sync::oneshot;

use super::{DoorLoop, Shared};
use crate::control::{Contact, DoorView, ExitButton, Journal, LampsView, Network, Request};
use crate::taps::{TapAnswer, TapRefused, view};

impl DoorLoop {
    pub(super) fn on_request(&mut self, request: Request, shared: &mut Shared) {
        // Whoever asked may have gone meanwhile; then nobody misses the answer.
        match request {
            Request::Tap { cards, hold_ms, side, reply } => self.tap(cards, hold_ms, side, reply),
            Request::Cards(reply) => drop(reply.send(self.cards.list(view))),
            Request::Card { name, reply } => drop(reply.send(self.cards.get(&name))),
            Request::PutCard { name, card, reply } => drop(reply.send(self.cards.put(name, *card))),
            Request::State(reply) => drop(reply.send(self.view(shared))),
            Request::Input { inputs, reply } => {
                for input in inputs {
                    self.on_input(input, shared);
                }
                let _ = reply.send(self.view(shared));
            }
            Request::Network { up, reply } => {
                self.facts.network_up = up;
                if !up {
                    // The socket is closed; the link's own word of it comes after this answer.
                    self.disconnected();
                }
                let _ = reply.send(self.view(shared));
            }
        }
        self.handle(Input::Tick, shared);
    }

    fn tap(
        &mut self,
        cards: Vec<String>,
        hold_ms: u64,
        side: Side,
        reply: oneshot::Sender<Result<TapAnswer, TapRefused>>,
    ) {
        let now = self.clock.at().mono;
        let gate = self.gates.iter_mut().find(|gate| gate.side == side);
        match gate.and_then(|gate| gate.taps.as_mut()) {
            Some(taps) => taps.tap(cards, hold_ms, reply, now),
            None => drop(reply.send(Err(TapRefused::NoReader))),
        }
    }

    fn view(&mut self, shared: &Shared) -> DoorView {
        let now = self.clock.at().mono;
        self.light(now);
        let panel = self.io.panel();
        DoorView {
            lock: if panel.released { "released" } else { "locked" },
            signal: self.shown(now),
            lamps: LampsView::from(panel.lamps),
            contact: Contact { open: self.door.is_open() },
            leaf: self.door.leaf().code(),
            faults: self.door.faults().iter().map(access::event::Watched::code).collect(),
            exit: ExitButton { presses: self.facts.exit_presses },
            network: Network {
                up: self.facts.network_up,
                connected: self.facts.network_up && self.uplink.session().is_some(),
            },
            reader: if self.readers_answer() { "answers" } else { "blind" },
            sides: self.gates.iter().map(|gate| gate.side.code()).collect(),
            mode: self.facts.mode.code(),
            whitelist_generation: self.facts.whitelist.generation.0,
            whitelist_entries: self.facts.whitelist.entries,
            state_generation: self.facts.state.generation.0,
            passages: shared.passages.count(),
            journal: Journal {
                head: self.facts.journal_head,
                acknowledged: self.uplink.held().acknowledged,
                unwritten: self.journal.unwritten().count(),
            },
            messages_refused: self.facts.refused,
        }
    }
}
