//! What comes over the link, and what is put in force because of it.

use access::door::Input;
use access::event::EventKind;
use access::message::Down;
use access::time::MonoMs;
use link::{Event, Incoming};

use super::{DoorLoop, REFUSED_EVERY_MS};
use crate::store::{StoreAnswer, StoreOrder};

impl DoorLoop {
    pub(super) fn on_link(&mut self, event: Event) {
        match event {
            Event::Connected { connection, .. } => {
                tracing::info!(connection, "connected to the broker");
                self.uplink.connected(connection);
                self.send_status();
                self.uplink.pump(self.facts.journal_head, self.clock.at().mono);
            }
            Event::Disconnected { reason, retry_in, .. } => {
                tracing::info!(%reason, ?retry_in, "no connection to the broker; the door goes on deciding");
                self.uplink.disconnected();
            }
            Event::Message(message) => self.on_message(&message),
        }
    }

    fn on_message(&mut self, message: &Incoming) {
        match self.downlink.open(&message.topic, message.retained, &message.payload) {
            Ok((_, Down::Whitelist(part))) => self.facts.held = Some(StoreOrder::Whitelist(part)),
            Ok((_, Down::State(state))) => self.facts.held = Some(StoreOrder::State(state)),
            Ok((_, Down::Counters(counters))) => self.facts.held = Some(StoreOrder::Counters(counters)),
            Ok((_, Down::Acknowledged { epoch, through })) => self.on_acknowledged(epoch, through),
            Ok((_, Down::Encode(job))) => self.on_job(&job),
            Ok((_, Down::Command(command))) => {
                let at = self.clock.at();
                // Session 0 is of no connection, so no command can name it.
                let session = self.uplink.session().unwrap_or(0);
                let followed = &mut self.facts.followed;
                let checked = command.check(self.boot, session, at.mono);
                let refused = checked.and_then(|()| followed.note(command.id)).err();
                self.handle(Input::Command { id: command.id, action: command.action, refused });
            }
            Err(reason) => {
                tracing::warn!(%reason, topic = message.topic, "a message was refused");
                self.refuse();
            }
        }
    }

    fn on_acknowledged(&mut self, epoch: u64, through: u64) {
        if epoch != self.epoch {
            return;
        }
        if self.uplink.acknowledge(through, self.facts.journal_head) {
            self.journal.acknowledge(epoch, through);
        }
        self.uplink.pump(self.facts.journal_head, self.clock.at().mono);
    }

    pub(super) fn on_store(&mut self, answer: StoreAnswer) {
        match answer {
            StoreAnswer::Whitelist(id) => {
                if id != self.facts.whitelist {
                    self.facts.whitelist = id;
                    tracing::info!(generation = id.generation.0, entries = id.entries, "a whitelist is in force");
                    self.handle(Input::Note(EventKind::WhitelistApplied));
                }
                self.send_status();
            }
            StoreAnswer::State(state) => {
                if state != self.facts.state {
                    tracing::info!(generation = state.generation.0, mode = state.mode.code(), "a state is in force");
                    self.door.set(state.settings);
                    self.facts.state = state;
                    self.handle(Input::Note(EventKind::StateApplied));
                }
                self.send_status();
            }
            StoreAnswer::Counters(generation) => {
                self.facts.counters = generation;
                self.send_status();
            }
            StoreAnswer::Staged | StoreAnswer::Remembered => {}
            StoreAnswer::NotWritten(error) => tracing::error!(error, "the disk does not take what the controller sent"),
            StoreAnswer::Refused(reason) => {
                tracing::warn!(reason, "what the controller sent was not put in force");
                self.refuse();
            }
        }
    }

    pub(super) fn refuse(&mut self) {
        self.facts.refused = self.facts.refused.saturating_add(1);
        self.facts.refused_untold = self.facts.refused_untold.saturating_add(1);
        self.tell_refused(self.clock.at().mono);
    }

    /// The first is told at once, those of the next minute together.
    pub(super) fn tell_refused(&mut self, now: MonoMs) {
        let early = self.facts.refused_told.is_some_and(|told| now.since(told) < REFUSED_EVERY_MS);
        if self.facts.refused_untold == 0 || early {
            return;
        }
        let count = std::mem::take(&mut self.facts.refused_untold);
        self.facts.refused_told = Some(now);
        self.handle(Input::Note(EventKind::MessagesRefused { count }));
    }
}
