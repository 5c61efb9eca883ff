//! The caller's end of a session.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::client::Outlet;
use crate::event::AckToken;
use crate::options::Qos;
use crate::session::CLOSE_WAIT;
use crate::wire::{PACKET_MAX_BYTES, TopicError, check_topic, publish_bytes};

/// Longest wait for the session's task to act on a switch. It only has to drop a socket.
const SWITCH_WAIT: Duration = Duration::from_secs(2);

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Switched off with [`Handle::set_network`].
    Off,
    /// An attempt is under way.
    Connecting,
    /// The broker accepted connection number `connection`.
    Connected {
        /// Counts attempts from 1.
        connection: u64,
    },
    /// Between two attempts.
    Waiting,
    /// Ended for good.
    Closed,
}

/// What callers ask of the session; the last word counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Switches {
    pub(crate) network_up: bool,
    pub(crate) closing: bool,
}

/// What the session shows to its handles.
pub(crate) struct Link {
    pub(crate) state: State,
    pub(crate) outlet: Option<Outlet>,
    /// The broker confirmed the subscriptions of this process, and has not forgotten
    /// the session since.
    pub(crate) subscribed: bool,
}

/// Speaks for a session; clones speak for the same one.
///
/// Whoever receives the events should use [`Handle::try_publish`], or publish from another
/// task: while events are not received nothing is confirmed, so that [`Handle::publish`]
/// could only run into its time limit.
#[derive(Clone)]
pub struct Handle {
    pub(crate) link: watch::Receiver<Link>,
    pub(crate) switches: watch::Sender<Switches>,
    pub(crate) publish_wait: Duration,
}

impl Handle {
    /// Hands a message to the current connection, waiting for room if too many are
    /// outstanding.
    ///
    /// `Ok` does not mean that anyone received it, and nothing is repeated after a
    /// disconnection.
    ///
    /// # Errors
    ///
    /// See [`PublishError`]. Nothing was sent then. [`PublishError::QueueFull`] comes
    /// after `publish_wait` of the options.
    pub async fn publish(&self, topic: &str, payload: impl Into<Vec<u8>>, qos: Qos) -> Result<(), PublishError> {
        let payload = payload.into();
        check_size(topic, payload.len())?;
        let outlet = self.outlet()?;
        let reserved = timeout(self.publish_wait, outlet.room.acquire()).await.map_err(|_| PublishError::QueueFull)?;
        reserved.map_err(|_| self.why_not())?.forget();
        outlet.publish(topic, payload, qos).map_err(|_| self.why_not())
    }

    /// The same without waiting: [`PublishError::QueueFull`] comes at once.
    ///
    /// # Errors
    ///
    /// See [`PublishError`]. Nothing was sent then.
    pub fn try_publish(&self, topic: &str, payload: impl Into<Vec<u8>>, qos: Qos) -> Result<(), PublishError> {
        use tokio::sync::TryAcquireError::{Closed, NoPermits};
        let payload = payload.into();
        check_size(topic, payload.len())?;
        let outlet = self.outlet()?;
        let reserved = outlet.room.try_acquire().map_err(|error| match error {
            NoPermits => PublishError::QueueFull,
            Closed => self.why_not(),
        })?;
        reserved.forget();
        outlet.publish(topic, payload, qos).map_err(|_| self.why_not())
    }

    /// Tells the broker that a message is safe. Never waits.
    ///
    /// A token of an earlier connection is dropped: its packet identifier may belong to
    /// another message by now. The broker delivers the message again, or another
    /// consumer has it; both are answered by inserting once.
    #[expect(clippy::needless_pass_by_value, reason = "a token is used up, so that a message is acknowledged once")]
    pub fn ack(&self, token: AckToken) -> AckOutcome {
        match self.outlet() {
            Ok(outlet) if outlet.connection == token.connection => {
                outlet.acknowledge(token.packet_id).map_or(AckOutcome::Late, |()| AckOutcome::Sent)
            }
            _ => AckOutcome::Late,
        }
    }

    /// Switches the network off or on. Off is abrupt: when this returns the socket is
    /// closed without a goodbye, so the broker publishes the will, and no attempt is
    /// made until the network is on again.
    pub async fn set_network(&self, up: bool) {
        self.switches.send_if_modified(|switches| {
            let changed = switches.network_up != up;
            switches.network_up = up;
            changed
        });
        if !up {
            let mut link = self.link.clone();
            let socket_free = |link: &Link| !matches!(link.state, State::Connecting | State::Connected { .. });
            // An error is the session's end or a task that does not run; neither leaves
            // anything to wait for.
            let _ = timeout(SWITCH_WAIT, link.wait_for(socket_free)).await;
        }
    }

    /// Where the session stands now.
    #[must_use]
    pub fn state(&self) -> State {
        self.link.borrow().state
    }

    /// Ends the session: sends what was handed over, says goodbye (so that the will is
    /// not published) and returns, after at most a little more than [`CLOSE_WAIT`].
    /// Events that were not received yet remain receivable; new ones are dropped.
    pub async fn close(&self) {
        self.switches.send_modify(|switches| switches.closing = true);
        let mut link = self.link.clone();
        let ended = link.wait_for(|link| link.state == State::Closed);
        let _ = timeout(CLOSE_WAIT + SWITCH_WAIT, ended).await;
    }

    fn outlet(&self) -> Result<Outlet, PublishError> {
        let outlet = self.link.borrow().outlet.clone();
        outlet.ok_or_else(|| self.why_not())
    }

    fn why_not(&self) -> PublishError {
        if self.state() == State::Closed { PublishError::Closed } else { PublishError::NotConnected }
    }
}

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// It will never fit: split it.
    #[error("the message for {topic} makes a packet of {bytes} bytes, more than the limit of {limit}; split it")]
    TooLarge {
        /// Where it was to go.
        topic: String,
        /// Its size as a packet, rounded up by a few bytes.
        bytes: usize,
        /// [`PACKET_MAX_BYTES`].
        limit: usize,
    },
    /// The topic cannot be used.
    #[error("the topic {topic:?} cannot be published to: {error}")]
    Topic {
        /// As it was given.
        topic: String,
        /// What is wrong with it.
        error: TopicError,
    },
    /// There is no connection; wait for [`crate::Event::Connected`].
    #[error("there is no connection to the broker; try again once it is back")]
    NotConnected,
    /// Half of the window is unconfirmed; wait for confirmations.
    #[error("too many messages wait for the broker's confirmation; try again later")]
    QueueFull,
    /// The session has ended for good.
    #[error("the session is closed")]
    Closed,
}

/// What became of an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckOutcome {
    /// Handed to the connection that brought the message.
    Sent,
    /// Dropped: that connection is over.
    Late,
}

fn check_size(topic: &str, payload_bytes: usize) -> Result<(), PublishError> {
    check_topic(topic).map_err(|error| PublishError::Topic { topic: topic.to_owned(), error })?;
    let bytes = publish_bytes(topic, payload_bytes);
    if bytes > PACKET_MAX_BYTES {
        return Err(PublishError::TooLarge { topic: topic.to_owned(), bytes, limit: PACKET_MAX_BYTES });
    }
    Ok(())
}
