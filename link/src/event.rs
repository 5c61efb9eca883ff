//! What a session tells its caller.

use std::time::Duration;

use crate::options::OptionsError;

/// One thing that happened, in the order in which it happened.
#[derive(Debug)]
pub enum Event {
    /// The broker accepted connection number `connection`, and the subscriptions were
    /// sent ahead of anything that is published from now on.
    ///
    /// Whatever an earlier connection left unconfirmed has to be published again.
    Connected {
        /// The broker still knew this client (only with `clean_session: false`).
        session_present: bool,
        /// Counts attempts from 1, the same number that the will's factory was given.
        connection: u64,
    },
    /// Attempt number `connection` failed, or the connection that it made is over.
    Disconnected {
        /// What ended it.
        reason: Reason,
        /// Time until the next attempt; `None` while the network is switched off.
        retry_in: Option<Duration>,
        /// The number of the attempt.
        connection: u64,
    },
    /// A message from the broker.
    Message(Incoming),
}

/// A message that was received.
#[derive(Debug)]
pub struct Incoming {
    /// Where it was published.
    pub topic: String,
    /// Its bytes, at most [`crate::PACKET_MAX_BYTES`].
    pub payload: Vec<u8>,
    /// The broker kept it from earlier: a hint, never an instruction.
    pub retained: bool,
    /// The broker says that it may have sent it before.
    pub duplicate: bool,
    /// What [`crate::Handle::ack`] takes once the message is safe. `None` if the message
    /// needs no acknowledgement, or if `manual_acks` is off.
    pub ack: Option<AckToken>,
}

/// The right to acknowledge one message, once, on the connection that brought it.
///
/// It knows its connection, because a broker may use the same packet identifier for
/// another message on the next one.
#[derive(Debug, PartialEq, Eq)]
pub struct AckToken {
    pub(crate) connection: u64,
    pub(crate) packet_id: u16,
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The broker answered and said no.
    #[error("the broker refused the connection: {0}")]
    Refused(Refusal),
    /// Nobody answered: no address, port closed, or no answer in time.
    #[error("the broker cannot be reached: {0}")]
    Unreachable(String),
    /// We do not believe the broker's certificate: another authority's, another name, not valid now.
    #[error("the broker's certificate is not believed: {0}")]
    ServerRefused(String),
    /// The broker does not believe our certificate, or misses it: revoked, run out, another authority's.
    #[error("the broker does not accept our certificate: {0}")]
    IdentityRefused(String),
    /// Our identity was renewed, and the next connection shows it.
    #[error("the identity was renewed")]
    Renewed,
    /// An established connection broke.
    #[error("the connection broke: {0}")]
    Lost(String),
    /// The broker did not answer a ping within the keep-alive time.
    #[error("the broker fell silent: it did not answer a ping within the keep-alive time")]
    Silent,
    /// The broker left a message unacknowledged while it acknowledged a whole window of
    /// later ones. The client underneath can never recover from it and was thrown away.
    #[error("the client was stuck on a message that the broker never acknowledged; it was rebuilt")]
    Wedged,
    /// A packet beyond [`crate::PACKET_MAX_BYTES`] arrived. It will come again if it is
    /// retained or queued at the broker: make both limits equal.
    #[error(
        "the broker sent a packet of {bytes} bytes, more than the limit of {limit} bytes; \
         make the broker's limit equal"
    )]
    TooLarge {
        /// Size of the packet.
        bytes: usize,
        /// [`crate::PACKET_MAX_BYTES`].
        limit: usize,
    },
    /// The other end broke the rules of MQTT 3.1.1.
    #[error("the other end does not speak MQTT 3.1.1 correctly: {0}")]
    Protocol(String),
    /// The broker refused to deliver what `filter` asks for: check its access list.
    #[error("the broker refused the subscription to {filter}; check its access list")]
    SubscriptionRefused {
        /// The filter as it was given in the options.
        filter: String,
    },
    /// The broker did not answer the subscription.
    #[error("the broker did not answer the subscription")]
    SubscriptionUnanswered,
    /// The will's factory made a will that MQTT cannot carry.
    #[error("the last will cannot be sent: {0}")]
    Will(OptionsError),
    /// [`crate::Handle::set_network`] switched it off.
    #[error("the network is switched off")]
    NetworkOff,
}

impl Reason {
    /// True if the broker knows us not, or believes neither password nor certificate.
    ///
    /// For a wrong password some brokers answer "bad user name or password", others (and
    /// Mosquitto among them) "not authorised". Trying again cannot help before someone
    /// has acted.
    #[must_use]
    pub fn is_credentials_refused(&self) -> bool {
        matches!(self, Self::Refused(Refusal::BadCredentials | Refusal::NotAuthorized) | Self::IdentityRefused(_))
    }
}

/// The broker's return code, MQTT 3.1.1 table 3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Code 1.
    #[error("it does not speak MQTT 3.1.1")]
    ProtocolVersion,
    /// Code 2.
    #[error("it does not accept the client identifier")]
    ClientId,
    /// Code 3.
    #[error("its service is unavailable")]
    Unavailable,
    /// Code 4.
    #[error("bad user name or password")]
    BadCredentials,
    /// Code 5.
    #[error("not authorised")]
    NotAuthorized,
}
