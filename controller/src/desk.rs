//! All that the loop owns, and what it does when something comes in.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use access::id::DoorId;
use access::message::{Down, STATUS_EVERY_MS};
use db::site::{ChainFault, Site};
use link::{Incoming, Qos};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use crate::ask::{Answer, Looking};
use crate::clerk::Note;
use crate::clock::utc_now;
use crate::commands::Commands;
use crate::config::Badge;
use crate::confirm::Confirmations;
use crate::distribute::PerStream;
use crate::encodings::Encodings;
use crate::figures::Figures;
use crate::hold::{Holds, Piece};
use crate::intake::{Delivered, Stored, Waiting};
use crate::keys::Keyring;
use crate::line::{Line, Sealer, Sender};
use crate::stream::Following;

/// A door that says nothing for so long is away, whatever the broker thinks.
const SILENCE_MAX: Duration = Duration::from_millis(3 * STATUS_EVERY_MS);

/// Refused messages of one kind from one door raise their alarm at most so often: whoever sends a
/// thousand a second must not make a thousand writes a second.
const ALARM_EVERY: Duration = Duration::from_secs(1);

/// Reports in a row that do not follow upon what is stored before it is an alarm. One is a lost message.
const GAPS_MAX: u32 = 3;

/// Lists that are sent at once. More would only make all of them slower.
const TRANSFERS_MAX: usize = 4;

/// All that the loop owns.
pub(crate) struct Desk {
    pub(crate) site: Site,
    pub(crate) sender: Sender,
    pub(crate) lines: BTreeMap<DoorId, Line>,
    pub(crate) link: link::Handle,
    pub(crate) notes: mpsc::Sender<Note>,
    pub(crate) reports: mpsc::Sender<Delivered>,
    pub(crate) waiting: Waiting,
    pub(crate) answers: mpsc::Sender<Answer>,
    pub(crate) looking: Looking,
    pub(crate) states: Looking,
    /// Whether looks have failed for too long, as it was told last.
    pub(crate) stuck: Option<bool>,
    pub(crate) commands: Commands,
    pub(crate) encodings: Encodings,
    pub(crate) confirmations: Confirmations,
    pub(crate) streams: PerStream<Following>,
    pub(crate) secrets: Option<Arc<Keyring>>,
    pub(crate) badge: Badge,
    /// Who is left alone since a backup was put back.
    pub(crate) holds: Holds,
    pub(crate) pieces: mpsc::Sender<Piece>,
    pub(crate) transfers: Arc<Semaphore>,
    pub(crate) tickets: u64,
    pub(crate) unknown: Vec<Incoming>,
    /// How long things take.
    pub(crate) figures: Figures,
    alarms: HashMap<(Option<DoorId>, &'static str), Instant>,
    /// By the alarm that they raise.
    pub(crate) refused: BTreeMap<&'static str, u64>,
}

/// What a desk is set up with.
pub(crate) struct Parts {
    pub(crate) site: Site,
    pub(crate) sender: Sender,
    pub(crate) link: link::Handle,
    pub(crate) notes: mpsc::Sender<Note>,
    pub(crate) reports: mpsc::Sender<Delivered>,
    pub(crate) answers: mpsc::Sender<Answer>,
    pub(crate) looking: Looking,
    pub(crate) lines: BTreeMap<DoorId, Line>,
    pub(crate) streams: PerStream<Following>,
    pub(crate) secrets: Option<Arc<Keyring>>,
    pub(crate) badge: Badge,
    pub(crate) pieces: mpsc::Sender<Piece>,
}

impl Desk {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            site: parts.site,
            sender: parts.sender,
            lines: parts.lines,
            link: parts.link,
            notes: parts.notes,
            reports: parts.reports,
            waiting: Waiting::default(),
            answers: parts.answers,
            states: Looking { through: parts.looking.through, ..Looking::default() },
            looking: parts.looking,
            stuck: None,
            commands: Commands::default(),
            encodings: Encodings::default(),
            confirmations: Confirmations::default(),
            streams: parts.streams,
            secrets: parts.secrets,
            badge: parts.badge,
            holds: Holds::default(),
            pieces: parts.pieces,
            transfers: Arc::new(Semaphore::new(TRANSFERS_MAX)),
            tickets: 0,
            unknown: Vec::new(),
            figures: Figures::new(),
            alarms: HashMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// Whether one more report can be taken. If not, nothing is read, and the broker keeps the rest.
    pub(crate) fn has_room(&self) -> bool {
        self.reports.capacity() > 0
    }

    pub(crate) fn link_event(&mut self, event: link::Event) {
        match event {
            link::Event::Connected { .. } => {
                tracing::info!("connected to the broker");
                self.greet();
            }
            link::Event::Disconnected { reason, .. } => {
                tracing::warn!(%reason, "no connection to the broker; all doors count as away");
                self.all_away();
            }
            link::Event::Message(incoming) => self.message(incoming),
        }
    }

    /// Tells the doors what is on disk now, and the broker that it may forget it.
    pub(crate) fn stored(&mut self, stored: Stored) {
        self.waiting.end(&stored.doors);
        // What could not be stored is acknowledged to the broker too: the doors' journals keep it and send
        // it again, whereas a broker would hold it back until the next connection.
        for ack in stored.acks {
            self.link.ack(ack);
        }
        let (outcomes, head) = match stored.outcome {
            Ok(stored) => stored,
            Err(error) => {
                tracing::error!(%error, "reports could not be stored; the doors will send them again");
                return;
            }
        };
        self.sender.head = head;
        let mut through: BTreeMap<(DoorId, u64), u64> = BTreeMap::new();
        if outcomes.iter().any(|outcome| outcome.inserted > 0) {
            self.streams_stale();
        }
        for outcome in outcomes {
            self.fault(&outcome.door, outcome.fault);
            // What a door would forget then is not what the log has.
            if !matches!(outcome.fault, Some(ChainFault::Fork { .. })) {
                through.insert((outcome.door, outcome.epoch), outcome.through);
            }
        }
        for ((door, epoch), through) in through {
            let acknowledged = Down::Acknowledged { epoch, through, log: head };
            if let Some(sealer) = self.lines.get(&door).and_then(|line| line.sealer(&self.sender)) {
                // Lost, it is made up for: the door sends the events again, and is told again.
                publish(&self.link, &sealer, &acknowledged, Qos::AtMostOnce);
            }
        }
    }

    /// What time alone brings.
    pub(crate) fn tick(&mut self) {
        let now = Instant::now();
        let mut silent = Vec::new();
        let mut connected = Vec::new();
        for line in self.lines.values_mut() {
            let Some(session) = &line.session else { continue };
            if now.saturating_duration_since(session.seen) >= SILENCE_MAX {
                silent.push((line.door.clone(), session.id));
            } else {
                line.flight.tick(now);
                connected.push(line.door.clone());
            }
        }
        for (door, session) in silent {
            tracing::warn!(%door, "the door has been silent for too long");
            self.away(&door, session);
        }
        for door in connected {
            self.advance(&door);
        }
        self.tell_stuck(now);
        self.look_for_streams();
        self.read_receipts();
        self.expire_commands(now);
        self.expire_encodings(now);
    }

    pub(crate) fn note(&self, note: Note) {
        if self.notes.try_send(note).is_err() {
            tracing::error!("the site database does not keep up; a note is lost");
        }
    }

    /// Only the current session counts: the last will of an old connection may come after a new one.
    pub(crate) fn away(&mut self, door: &DoorId, session: u64) {
        let Some(line) = self.lines.get_mut(door) else { return };
        if line.session.take_if(|current| current.id == session).is_some() {
            tracing::info!(%door, "the door is away");
            line.flight.reset();
            line.pending.away();
            self.note(Note::Offline { door: door.clone(), session: Some(session), at: utc_now() });
            self.encoder_away(door);
        }
    }

    /// Doors that have been connected all the while do not know that the controller has heard nothing of
    /// them. Each is told its state, which it answers by saying how it is; otherwise it would do so within
    /// half a minute only. Nothing is kept for a door that is away.
    fn greet(&self) {
        for line in self.lines.values().filter(|line| !line.held) {
            if let Some(sealer) = line.sealer(&self.sender) {
                publish(&self.link, &sealer, &Down::State(line.state.clone()), Qos::AtLeastOnce);
            }
        }
    }

    fn all_away(&mut self) {
        let mut gone = Vec::new();
        for line in self.lines.values_mut() {
            if line.session.take().is_some() {
                line.flight.reset();
                line.pending.away();
                gone.push(line.door.clone());
            }
        }
        for door in gone {
            self.encoder_away(&door);
            self.note(Note::Offline { door, session: None, at: utc_now() });
        }
    }

    fn fault(&mut self, door: &DoorId, fault: Option<ChainFault>) {
        let Some(line) = self.lines.get_mut(door) else { return };
        if let Some(fault) = fault {
            tracing::warn!(%door, ?fault, "a report does not fit the door's journal");
        }
        line.gaps = match fault {
            Some(ChainFault::Gap { .. }) => line.gaps.saturating_add(1),
            _ => 0,
        };
        if line.gaps >= GAPS_MAX {
            self.alarm(Some(door.clone()), "chain-gap");
        }
    }

    /// Says whether it was raised, or only counted because the last one is not long ago.
    pub(crate) fn alarm(&mut self, door: Option<DoorId>, kind: &'static str) -> bool {
        let now = Instant::now();
        let key = (door, kind);
        let soon = |last: &Instant| now.saturating_duration_since(*last) < ALARM_EVERY;
        if self.alarms.get(&key).is_some_and(soon) {
            return false;
        }
        self.note(Note::Alarm { kind, door: key.0.clone(), at: utc_now() });
        self.alarms.insert(key, now);
        true
    }
}

/// Hands one message over, without waiting. Says whether it was taken.
pub(crate) fn publish(link: &link::Handle, sealer: &Sealer, message: &Down, qos: Qos) -> bool {
    let sent = link.try_publish(&sealer.topic(message), sealer.seal(message), qos);
    if let Err(error) = &sent {
        tracing::debug!(%error, "a message was not sent");
    }
    sent.is_ok()
}
