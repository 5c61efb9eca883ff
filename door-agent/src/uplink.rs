//! Messages from the door: how it is, and what happened, oldest first.
//!
//! After each connection nothing of what happened is sent before [`Reconcile`] says that the controller knows this journal.
//!
//! ```text
//!                 agreed, and events wait
//!    Nothing out ────────────────────────────▶ One report out ──┐ 3 s without acknowledgement:
//!        ▲                                        │        ▲     │ send it again
//!        └────────── acknowledged through it ─────┘        └─────┘
//! ```
//!
//! The sequence of a message begins with the number of its connection. The last will of a connection
//! has the highest sequence in it, since the broker publishes it after everything else of that
//! connection and perhaps after the next one's first message.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use access::chain::Link;
use access::confirm::Receipt;
use access::encode::Stage;
use access::envelope::{Header, seal_in};
use access::event::Event;
use access::message::{Figures, Listed, REPORT_EVENTS_MAX, Status, Up};
use access::reconcile::{Held, Reconcile, Verdict};
use access::time::MonoMs;
use access::topic::{Channel, Topic};
use access::wire::{Spoken, Wire};
use db::door::{Batch, DoorDbError, Pending};
use link::{Handle, Qos, Will, WillFactory};

use crate::provisioning::Provisioning;

/// Time until a report without acknowledgement is sent again, in milliseconds.
const RESEND_MS: u64 = 3_000;

/// Sessions that may wait to be looked at; each is looked at when its connection is made or fails.
const SESSIONS_MAX: usize = 16;

const CONNECTION_SHIFT: u32 = 32;
const LAST_OF_CONNECTION: u64 = u32::MAX as u64;

/// Speaks for the door.
pub struct Uplink {
    seal: Sealer,
    handle: Handle,
    sessions: Receiver<(u64, u64)>,
    pending: Pending,
    connected: Option<Connection>,
    spoken: Spoken,
    held: Held,
    reconcile: Reconcile,
    out: Option<Out>,
    damaged: bool,
}

/// What every message of this boot has in common.
#[derive(Debug, Clone)]
pub struct Sealer {
    /// Who the door is.
    pub identity: Provisioning,
    /// Its journal's epoch.
    pub epoch: u64,
    /// Its boot.
    pub boot: u64,
}

/// The connection that is up.
#[derive(Debug, Clone, Copy)]
struct Connection {
    session: u64,
    number: u64,
    sent: u64,
}

/// A report that waits for its acknowledgement.
#[derive(Debug, Clone, Copy)]
struct Out {
    through: u64,
    since: MonoMs,
}

/// Makes the last wills, and tells the uplink the session of each connection.
#[must_use]
pub fn wills(seal: Sealer) -> (WillFactory, Receiver<(u64, u64)>) {
    let (sessions, receiver): (SyncSender<(u64, u64)>, _) = sync_channel(SESSIONS_MAX);
    let factory = move |connection: u64| {
        let session = getrandom::u64().ok()?;
        // If nobody has looked for so long, the connection starts without a session and takes no commands.
        let _ = sessions.try_send((connection, session));
        let sequence = connection << CONNECTION_SHIFT | LAST_OF_CONNECTION;
        // Nobody knows who will hear it.
        let (topic, payload) = seal.seal(Wire::OLDEST, sequence, Link::START, &Up::Offline { session });
        Some(Will { topic, payload, qos: Qos::AtLeastOnce })
    };
    (Box::new(factory), receiver)
}

impl Sealer {
    fn seal(&self, wire: Wire, sequence: u64, link: Link, message: &Up) -> (String, Vec<u8>) {
        let Provisioning { site, door, key_id, key, .. } = &self.identity;
        let header = Header {
            site: site.clone(),
            door: door.clone(),
            key_id: *key_id,
            epoch: self.epoch,
            boot: self.boot,
            sequence,
            link,
        };
        (Topic::build(site, door, Channel::of_up(message)), seal_in(wire, key, &header, message))
    }
}

impl Uplink {
    /// Nothing has been sent of what the journal holds. `beginning` if a new epoch of it had been ordered and is not in
    /// force.
    #[must_use]
    pub fn new(
        seal: Sealer,
        handle: Handle,
        sessions: Receiver<(u64, u64)>,
        pending: Pending,
        (held, beginning): (Held, bool),
    ) -> Self {
        Self {
            seal,
            handle,
            sessions,
            pending,
            connected: None,
            spoken: Spoken::default(),
            held,
            reconcile: Reconcile::new(beginning),
            out: None,
            damaged: false,
        }
    }

    /// The link has made this connection.
    pub fn connected(&mut self, number: u64) {
        let session = self.sessions.try_iter().filter(|(connection, _)| *connection == number).last();
        self.connected = Some(Connection { session: session.map_or(0, |(_, session)| session), number, sent: 0 });
        self.spoken = Spoken::default();
        // What was under way on the last connection may be lost.
        self.out = None;
        self.reconcile.connected(&self.held);
    }

    /// A message of the controller was believed, which was said in this version.
    pub fn heard(&mut self, wire: Wire) {
        self.spoken.heard(wire);
    }

    /// The link is down.
    pub fn disconnected(&mut self) {
        self.connected = None;
        self.out = None;
        // Sessions of attempts that came to nothing.
        self.sessions.try_iter().for_each(drop);
    }

    /// The session of the connection that is up.
    #[must_use]
    pub fn session(&self) -> Option<u64> {
        self.connected.map(|connection| connection.session)
    }

    /// What there is of the journal, and how far the controller has it.
    #[must_use]
    pub fn held(&self) -> Held {
        self.held
    }

    /// The epoch of the journal.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.seal.epoch
    }

    /// What the next status asks about.
    #[must_use]
    pub fn probe(&self) -> u64 {
        self.reconcile.probe(&self.held)
    }

    /// Whether what happened is sent. If not, the answer to a status decides what becomes of it.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.reconcile.is_agreed()
    }

    /// This event is the newest in the journal now.
    pub fn recorded(&mut self, head: u64) {
        self.held.head = head;
    }

    /// Everything through this event has been forgotten.
    pub fn forgotten(&mut self, before: u64) {
        self.held.before = before;
    }

    /// The controller has answered one of the door's own statuses. Whatever the verdict says about sending, the uplink does
    /// by itself.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn answer(&mut self, receipt: &Receipt) -> Result<Verdict, DoorDbError> {
        if receipt.epoch != self.seal.epoch {
            return Ok(Verdict::Nothing);
        }
        let own = self.pending.link(receipt.probe)?;
        let verdict = self.reconcile.answer(receipt, &self.held, own);
        match verdict {
            Verdict::Agreed { through } => {
                self.held.acknowledged = through.max(self.held.before);
                self.out = None;
            }
            Verdict::Ask | Verdict::Begin { .. } => self.out = None,
            Verdict::Nothing => {}
        }
        Ok(verdict)
    }

    /// A new epoch is in force, in the same file or in another of that name.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn begun(&mut self, epoch: u64, before: u64, head: u64) -> Result<(), DoorDbError> {
        self.seal.epoch = epoch;
        self.held = Held { before, acknowledged: 0, head };
        self.out = None;
        self.reconcile.begun(&self.held);
        // It was the former file.
        self.damaged = false;
        self.pending.reopen()
    }

    /// The new epoch that [`Uplink::answer`] has spoken of could not be ordered; the next status asks anew.
    pub fn not_begun(&mut self) {
        self.reconcile.not_begun(&self.held);
    }

    /// The controller has everything through this event; whether that was news. Before the two agree it is not believed: it
    /// may speak of what another copy of this journal has sent.
    pub fn acknowledge(&mut self, through: u64) -> bool {
        let Held { acknowledged, head, .. } = self.held;
        let news = self.is_agreed() && through > acknowledged && through <= head;
        if news {
            self.held.acknowledged = through;
        }
        if self.out.is_some_and(|out| out.through <= self.held.acknowledged) {
            self.out = None;
        }
        news
    }

    /// Sends the next report if there is one and none is out; a few hundred rows are read for it, within a
    /// millisecond.
    pub fn pump(&mut self, now: MonoMs) {
        if self.out.is_some_and(|out| now.since(out.since) < RESEND_MS) {
            return;
        }
        self.out = None;
        if self.connected.is_none() || !self.is_agreed() || self.held.head <= self.held.acknowledged {
            return;
        }
        match self.pending.pending(self.held.acknowledged, REPORT_EVENTS_MAX) {
            // Of what the disk holds beyond that the loop has not heard yet, and an answer to it would be news to nobody.
            Ok(Batch { previous, mut events }) => {
                events.retain(|event| event.sequence <= self.held.head);
                self.report(previous, events, now);
            }
            Err(error) => {
                self.unreadable(&error);
                self.out = Some(Out { through: u64::MAX, since: now });
            }
        }
    }

    /// The journal could not be read.
    pub fn unreadable(&mut self, error: &DoorDbError) {
        tracing::error!(%error, "the journal cannot be read");
        self.damaged |= error.is_damage();
    }

    /// Whether the journal has been found damaged since this was last asked.
    pub fn take_damaged(&mut self) -> bool {
        std::mem::take(&mut self.damaged)
    }

    /// When [`Uplink::pump`] is due again, if nothing happens before.
    #[must_use]
    pub fn deadline(&self) -> Option<MonoMs> {
        self.out.map(|out| out.since + RESEND_MS)
    }

    /// Tells how the door is. `link` is of the newest event.
    pub fn status(&mut self, status: Status, link: Link) {
        self.spoken.asks();
        self.send(link, &Up::Status(status));
    }

    /// Tells where a job stands. Only how it ends is an event.
    pub fn encoding(&mut self, job: u64, stage: Stage, link: Link) {
        self.send(link, &Up::Encoding { job, stage });
    }

    /// Tells a piece of the list in force; whether it is on its way.
    pub fn listed(&mut self, listed: Listed, link: Link) -> bool {
        self.send(link, &Up::Listed(listed))
    }

    /// Tells how long taps took. Lost, it is made up for by the next one.
    pub fn figures(&mut self, figures: Figures, link: Link) {
        self.send_with(link, &Up::Figures(figures), Qos::AtMostOnce);
    }

    fn report(&mut self, previous: Link, events: Vec<Event>, now: MonoMs) {
        let Some(newest) = events.last() else { return };
        // Also if it could not be sent: the deadline tries again.
        self.out = Some(Out { through: newest.sequence, since: now });
        self.send(previous, &Up::Events(events));
    }

    /// The broker may be slow and the link full; whatever is lost here is sent again later.
    fn send(&mut self, link: Link, message: &Up) -> bool {
        self.send_with(link, message, Qos::AtLeastOnce)
    }

    fn send_with(&mut self, link: Link, message: &Up, qos: Qos) -> bool {
        let Some(connection) = &mut self.connected else { return false };
        connection.sent += 1;
        let sequence = connection.number << CONNECTION_SHIFT | connection.sent;
        let (topic, payload) = self.seal.seal(self.spoken.now(), sequence, link, message);
        let sent = self.handle.try_publish(&topic, payload, qos);
        if let Err(error) = &sent {
            tracing::debug!(%error, "a message could not be sent");
        }
        sent.is_ok()
    }
}
