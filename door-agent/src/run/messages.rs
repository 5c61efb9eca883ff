//! What comes over the link, and what is put in force because of it.

use access::command::{Action, Command, Refusal};
use access::confirm::LogHead;
use access::door::Input;
use access::event::{EventKind, ModeCause};
use access::message::Down;
use access::passage::{Passage, Step};
use access::state::DoorState;
use access::whitelist::WhitelistId;
use link::{Event, Incoming, Reason};

use super::{DoorLoop, Shared, Telling};
use crate::store::{StoreAnswer, StoreOrder};

impl DoorLoop {
    pub(super) fn on_link(&mut self, event: Event, shared: &mut Shared) {
        match event {
            Event::Connected { connection, .. } => {
                tracing::info!(connection, "connected to the broker");
                self.facts.offline_since = None;
                self.facts.confirmed.begin();
                self.uplink.connected(connection);
                // Pieces of the last connection may be lost.
                self.telling = Telling::default();
                self.send_status();
                self.figures.connected(self.clock.at().mono);
            }
            Event::Disconnected { reason, retry_in, .. } => {
                tracing::info!(%reason, ?retry_in, "no connection to the broker; the door goes on deciding");
                // A broker that talks nonsense is broken, or is none.
                if matches!(reason, Reason::Protocol(_) | Reason::TooLarge { .. }) {
                    self.refuse(shared);
                }
                self.disconnected();
            }
            Event::Message(message) => self.on_message(&message, shared),
        }
    }

    /// The link is down, perhaps not for the first time in a row.
    pub(super) fn disconnected(&mut self) {
        self.uplink.disconnected();
        let now = self.clock.at().mono;
        self.facts.offline_since.get_or_insert(now);
    }

    fn on_message(&mut self, message: &Incoming, shared: &mut Shared) {
        let opened = self.downlink.open(&message.topic, message.retained, &message.payload);
        if opened.is_ok() {
            self.uplink.heard(self.downlink.wire());
        }
        match opened {
            Ok((_, Down::Whitelist(part))) => self.keep(StoreOrder::Whitelist(part)),
            Ok((_, Down::State(state))) => self.on_ordered(state, shared),
            Ok((_, Down::Counters(counters))) => self.keep(StoreOrder::Counters(counters)),
            Ok((_, Down::Passages(passages))) => self.keep(StoreOrder::Passages(passages)),
            Ok((_, Down::Acknowledged { epoch, through, log })) => self.on_acknowledged(epoch, through, log),
            Ok((_, Down::Confirmed(confirmation))) => self.on_confirmed(&confirmation, shared),
            Ok((_, Down::Encode(job))) => self.on_job(&job, shared),
            Ok((_, Down::Command(command))) => {
                let refused = self.check(&command, shared).err();
                // Somebody has kept it, unless the door has connected anew at this very moment.
                if matches!(refused, Some(Refusal::OtherBoot | Refusal::OtherSession)) {
                    self.refuse(shared);
                }
                self.handle(Input::Command { id: command.id, action: command.action, refused }, shared);
            }
            Err(reason) => {
                tracing::warn!(%reason, topic = message.topic, "a message was refused");
                self.refuse(shared);
            }
        }
    }

    fn check(&mut self, command: &Command, shared: &Shared) -> Result<(), Refusal> {
        let now = self.clock.at().mono;
        // Session 0 is of no connection, so no command can name it.
        command.check(self.boot, self.uplink.session().unwrap_or(0), now)?;
        self.facts.followed.note(command.id)?;
        let interlocked = command.action == Action::UnlockOnce && shared.interlocks(self.number);
        if interlocked {
            return Err(Refusal::Interlocked);
        }
        Ok(())
    }

    fn on_acknowledged(&mut self, epoch: u64, through: u64, log: LogHead) {
        if epoch != self.uplink.epoch() {
            return;
        }
        if log.row > self.facts.log.row {
            self.facts.log = log;
        }
        if self.uplink.acknowledge(through) {
            self.journal.acknowledge(epoch, through, log);
        }
        self.uplink.pump(self.clock.at().mono);
    }

    pub(super) fn on_store(&mut self, answer: StoreAnswer, shared: &mut Shared) {
        match &answer {
            StoreAnswer::NotWritten(_) => self.on_written(false, shared),
            // Others may have found on the disk what they were to write.
            StoreAnswer::Written => self.on_written(true, shared),
            _ => {}
        }
        match answer {
            StoreAnswer::Whitelist(id) => self.on_whitelist(id, shared),
            // The disk is behind while it has not taken what is in force already.
            StoreAnswer::State(state) if state.generation < self.facts.state.generation => self.send_status_soon(),
            StoreAnswer::State(state) => self.on_state(state, shared),
            StoreAnswer::Counters(generation) => {
                self.facts.counters = generation;
                self.send_status_soon();
            }
            StoreAnswer::Passages(taken) => {
                self.facts.passages = taken.generation;
                self.on_passages(&taken.newer, shared);
                self.send_status_soon();
            }
            StoreAnswer::Staged | StoreAnswer::Remembered | StoreAnswer::Written => {}
            StoreAnswer::Damaged(error) => self.on_damaged(&error, shared),
            StoreAnswer::Rebuilt => self.on_rebuilt(shared),
            StoreAnswer::Listed(listing) => self.on_listing(listing),
            StoreAnswer::NotListed(error) => {
                tracing::error!(error, "the list cannot be read, and is not told");
                self.on_no_listing();
            }
            StoreAnswer::NotWritten(error) => tracing::error!(error, "the disk does not take what the controller sent"),
            StoreAnswer::Refused(reason) => {
                tracing::warn!(reason, "what the controller sent was not put in force");
                self.refuse(shared);
            }
        }
    }

    fn on_whitelist(&mut self, id: WhitelistId, shared: &mut Shared) {
        if id != self.facts.whitelist {
            self.facts.whitelist = id;
            tracing::info!(generation = id.generation.0, entries = id.entries, "a whitelist is in force");
            self.handle(Input::Note(EventKind::WhitelistApplied), shared);
            match self.lookup.calendar() {
                Ok(calendar) => self.facts.calendar = calendar,
                // No schedule unlocks a door that cannot read it.
                Err(error) => {
                    tracing::error!(%error, "the schedules cannot be read; none of them unlocks the door");
                    self.facts.calendar = Default::default();
                }
            }
            self.look_at_mode(ModeCause::Ordered, shared);
        }
        self.send_status();
    }

    /// A lockdown does not wait for a disk that is full or that hangs. If the disk never takes it, a restart goes back
    /// to the state before, and the status tells the controller so, which sends it again.
    fn on_ordered(&mut self, state: DoorState, shared: &mut Shared) {
        self.figures.state_came(self.clock.at().mono);
        if state.generation < self.facts.state.generation {
            tracing::warn!(generation = state.generation.0, "an old state is not put in force again");
            self.refuse(shared);
        }
        if state.generation > self.facts.state.generation && state.check().is_ok() {
            self.on_state(state.clone(), shared);
        }
        self.keep(StoreOrder::State(state));
    }

    fn on_state(&mut self, state: DoorState, shared: &mut Shared) {
        if state != self.facts.state {
            tracing::info!(generation = state.generation.0, "a state is in force");
            self.door.set(state.settings);
            self.facts.state = state;
            self.set_patterns();
            self.handle(Input::Note(EventKind::StateApplied), shared);
            self.look_at_mode(ModeCause::Ordered, shared);
        }
        self.send_status_soon();
    }

    /// What cards did at other doors, as far as it is newer than what the disk knew.
    fn on_passages(&mut self, newer: &[Passage], shared: &mut Shared) {
        for passage in newer {
            if passage.step != Step::Forgiven {
                shared.passages.learn(*passage);
                continue;
            }
            let forgiven = shared.passages.forgive(*passage);
            // What is on its way to the disk must not come after it there.
            if forgiven.at > passage.at {
                self.keep_passage(&forgiven);
            }
            self.handle(Input::NoteCard(EventKind::Forgiven { area: passage.area }, passage.uid), shared);
        }
    }
}
