//! For tests of other crates: a session whose network is the test.
//!
//! [`Handle`]s behave as in a real session, with its bounds and its errors; what they publish comes out of [`Trial::sent`]
//! and goes no further.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use crate::client::{Outlet, Way};
use crate::event::{AckToken, Event, Reason};
use crate::handle::{Handle, Link, State, Switches};
use crate::options::{EVENT_QUEUE, INFLIGHT, PUBLISH_WAIT, Qos};

/// What a program has handed to its connection.
#[derive(Debug)]
pub enum Sent {
    /// A message.
    Publish {
        /// Where to.
        topic: String,
        /// Its bytes.
        payload: Vec<u8>,
        /// How sure its delivery shall be.
        qos: Qos,
    },
    /// That the message of this number is safe.
    Acknowledged(u16),
}

/// The network of one session.
pub struct Trial {
    link: watch::Sender<Link>,
    events: mpsc::Sender<Event>,
    sent: mpsc::Receiver<(u64, Sent)>,
    way: mpsc::Sender<(u64, Sent)>,
    connection: u64,
}

/// A session that is not connected yet.
#[must_use]
pub fn session() -> (Handle, mpsc::Receiver<Event>, Trial) {
    let (link, shown) = watch::channel(Link { state: State::Connecting, outlet: None, subscribed: false });
    let (switches, _) = watch::channel(Switches { network_up: true, closing: false });
    let (events, heard) = mpsc::channel(EVENT_QUEUE);
    // Publishes are bounded by the window, and acknowledgements by what was delivered.
    let (way, sent) = mpsc::channel(usize::from(u16::MAX));
    let handle = Handle { link: shown, switches, publish_wait: PUBLISH_WAIT };
    (handle, heard, Trial { link, events, sent, way, connection: 0 })
}

impl Trial {
    /// The number that the next connection will have.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.connection + 1
    }

    /// The broker accepts a new connection. `false` if the program does not listen any more.
    pub async fn connect(&mut self) -> bool {
        self.connection += 1;
        let connection = self.connection;
        let room = Arc::new(Semaphore::new(usize::from(INFLIGHT / 2)));
        let outlet = Outlet { connection, room, since: Instant::now(), way: Way::Trial(self.way.clone()) };
        self.link.send_modify(|link| {
            link.state = State::Connected { connection };
            link.outlet = Some(outlet);
            link.subscribed = true;
        });
        self.tell(Event::Connected { session_present: false, connection }).await
    }

    /// The connection breaks. `false` if the program does not listen any more.
    pub async fn disconnect(&mut self) -> bool {
        self.link.send_modify(|link| {
            link.state = State::Waiting;
            if let Some(outlet) = link.outlet.take() {
                outlet.room.close();
            }
        });
        let (reason, retry_in) = (Reason::Silent, Some(Duration::from_secs(1)));
        self.tell(Event::Disconnected { reason, retry_in, connection: self.connection }).await
    }

    /// The right to acknowledge the message of this number on the present connection.
    #[must_use]
    pub fn token(&self, packet_id: u16) -> AckToken {
        AckToken { connection: self.connection, packet_id }
    }

    /// Something comes to the program. `false` if it does not listen any more.
    pub async fn tell(&self, event: Event) -> bool {
        self.events.send(event).await.is_ok()
    }

    /// The next thing that the program has handed over on the present connection; the broker confirms it at once.
    pub async fn sent(&mut self) -> Option<Sent> {
        loop {
            let (connection, sent) = self.sent.recv().await?;
            if connection != self.connection {
                continue;
            }
            if matches!(sent, Sent::Publish { .. })
                && let Some(outlet) = &self.link.borrow().outlet
            {
                outlet.room.add_permits(1);
            }
            return Some(sent);
        }
    }
}
