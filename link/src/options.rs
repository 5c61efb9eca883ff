//! What a session is opened with, checked before anything is tried.

use std::fmt;
use std::time::Duration;

use crate::backoff::{Jitter, random_jitter};
use crate::credentials::Credentials;
use crate::tls::Tls;
use crate::wire::{FIELD_MAX_BYTES, TopicError, check_filter, check_topic};

/// Keep-alive by default. A dead link shows after at most twice this time, and one ping
/// in this time is what an idle door costs.
pub const KEEP_ALIVE_S: u16 = 10;

/// The client's window by default; half of it may be outstanding.
pub const INFLIGHT: u16 = 100;

/// Events that may wait for a slow receiver. Beyond it the session stops reading, and
/// the broker keeps the rest. Together with the packet limit it bounds memory.
pub const EVENT_QUEUE: usize = 64;

/// Longest wait for room among the outstanding publishes. A broker that confirms nothing
/// for so long is as good as away.
pub const PUBLISH_WAIT: Duration = Duration::from_secs(10);

/// Most subscriptions of one session, so that all fit into one packet.
pub const SUBSCRIPTIONS_MAX: usize = 64;

/// Longest wait for a connection and for each of the broker's answers, by default. On
/// loopback and in a building an answer takes milliseconds.
pub const ANSWER_WAIT_S: u16 = 5;

/// Makes the last will of each attempt from the attempt's number: a will carries a
/// message authentication code over the session, so an old one would be refused. Called
/// in the session's task, so it must not block.
pub type WillFactory = Box<dyn FnMut(u64) -> Option<Will> + Send>;

/// How sure a delivery between client and broker shall be.
///
/// Exactly once is left out on purpose: it costs two more packets and is still not
/// end-to-end, so the receiver has to recognise repetitions anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Qos {
    /// Sent once, perhaps lost.
    AtMostOnce,
    /// Confirmed by the broker, perhaps repeated.
    AtLeastOnce,
}

/// How the bytes travel.
#[derive(Debug, Clone, Default)]
pub enum Transport {
    /// Plain TCP: for loopback, and for nets that are protected otherwise.
    #[default]
    Tcp,
    /// TLS 1.3 with a certificate at both ends.
    Tls(Tls),
}

/// What the broker publishes for us when the connection breaks without a goodbye.
/// Never retained: a will is news, not state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Will {
    /// Where it is published.
    pub topic: String,
    /// At most 65,535 bytes.
    pub payload: Vec<u8>,
    /// How sure its delivery shall be.
    pub qos: Qos,
}

impl Will {
    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        check_topic(&self.topic).map_err(|error| OptionsError::Topic { topic: self.topic.clone(), error })?;
        field("the will's payload", self.payload.len())
    }
}

/// What a session is opened with. [`Options::new`] gives the defaults.
pub struct Options {
    /// Name or address of the broker.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the bytes travel.
    pub transport: Transport,
    /// Who we are to the broker. A second session with the same one ends the first.
    pub client_id: String,
    /// User name and password, if the broker wants them.
    pub credentials: Option<Credentials>,
    /// What to hear, asked for again at every connection that starts without a session.
    pub subscriptions: Vec<(String, Qos)>,
    /// Seconds between pings, at least 1; [`KEEP_ALIVE_S`].
    pub keep_alive_s: u16,
    /// Seconds for a connection with the broker's answer, and again for its answer to the
    /// subscriptions, at least 1; [`ANSWER_WAIT_S`].
    pub answer_wait_s: u16,
    /// Window of the client, at least 2; half of it may be outstanding; [`INFLIGHT`].
    pub inflight: u16,
    /// Events that may wait for the receiver, at least 1; [`EVENT_QUEUE`].
    pub event_queue: usize,
    /// Longest wait of [`crate::Handle::publish`] for room; [`PUBLISH_WAIT`].
    pub publish_wait: Duration,
    /// `true` (default): the broker forgets us at every disconnection, and so never
    /// delivers an old command.
    pub clean_session: bool,
    /// `true`: a message is confirmed by [`crate::Handle::ack`], after the caller's
    /// commit. `false` (default): as soon as it is read.
    pub manual_acks: bool,
    /// Makes the last will of each attempt.
    pub will: Option<WillFactory>,
    /// Picks each wait below its ceiling; uniform by default, replaced in tests.
    pub jitter: Jitter,
}

impl Options {
    /// Options with every default, for one broker and one client identifier.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16, client_id: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port,
            transport: Transport::default(),
            client_id: client_id.into(),
            credentials: None,
            subscriptions: Vec::new(),
            keep_alive_s: KEEP_ALIVE_S,
            answer_wait_s: ANSWER_WAIT_S,
            inflight: INFLIGHT,
            event_queue: EVENT_QUEUE,
            publish_wait: PUBLISH_WAIT,
            clean_session: true,
            manual_acks: false,
            will: None,
            jitter: random_jitter(),
        }
    }

    /// Refuses what MQTT cannot carry and what the client underneath would panic at.
    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        at_least("keep_alive_s", self.keep_alive_s.into(), 1)?;
        at_least("answer_wait_s", self.answer_wait_s.into(), 1)?;
        at_least("inflight", self.inflight.into(), 2)?;
        at_least("event_queue", self.event_queue, 1)?;
        at_least("host (length)", self.host.len(), 1)?;
        at_least("client_id (length)", self.client_id.len(), 1)?;
        field("client_id", self.client_id.len())?;
        if let Some(credentials) = &self.credentials {
            field("the user name", credentials.user().len())?;
            field("the password", credentials.password().len())?;
        }
        if self.subscriptions.len() > SUBSCRIPTIONS_MAX {
            return Err(OptionsError::TooManySubscriptions { count: self.subscriptions.len() });
        }
        self.subscriptions.iter().try_for_each(|(filter, _)| {
            check_filter(filter).map_err(|error| OptionsError::Topic { topic: filter.clone(), error })
        })
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("transport", &self.transport)
            .field("client_id", &self.client_id)
            .field("credentials", &self.credentials)
            .field("subscriptions", &self.subscriptions)
            .field("keep_alive_s", &self.keep_alive_s)
            .field("inflight", &self.inflight)
            .field("clean_session", &self.clean_session)
            .field("manual_acks", &self.manual_acks)
            .finish_non_exhaustive()
    }
}

/// What is wrong with the options, or with a will.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// A number is too small to work with.
    #[error("{name} is {value}, but must be at least {least}")]
    TooSmall {
        /// Which option.
        name: &'static str,
        /// What was given.
        value: usize,
        /// The least that works.
        least: usize,
    },
    /// A text or payload does not fit its two-byte length.
    #[error("{name} has {bytes} bytes, but MQTT carries at most 65,535")]
    FieldTooLong {
        /// Which one.
        name: &'static str,
        /// Its size.
        bytes: usize,
    },
    /// A subscription's filter or a will's topic cannot be used.
    #[error("the topic {topic:?} cannot be used: {error}")]
    Topic {
        /// As it was given.
        topic: String,
        /// What is wrong with it.
        error: TopicError,
    },
    /// More than [`SUBSCRIPTIONS_MAX`].
    #[error("{count} subscriptions are too many for one session; use wildcards")]
    TooManySubscriptions {
        /// How many were given.
        count: usize,
    },
}

fn at_least(name: &'static str, value: usize, least: usize) -> Result<(), OptionsError> {
    if value < least {
        return Err(OptionsError::TooSmall { name, value, least });
    }
    Ok(())
}

fn field(name: &'static str, bytes: usize) -> Result<(), OptionsError> {
    if bytes > FIELD_MAX_BYTES {
        return Err(OptionsError::FieldTooLong { name, bytes });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(change: impl FnOnce(&mut Options)) -> Result<(), OptionsError> {
        let mut options = Options::new("broker", 1883, "door-7");
        change(&mut options);
        options.check()
    }

    #[test]
    fn rule_8_keep_alive_is_ten_to_fifteen_seconds_and_never_below_one() {
        assert!((10..=15).contains(&Options::new("broker", 1883, "door-7").keep_alive_s));
        assert_eq!(checked(|options| options.keep_alive_s = 1), Ok(()));
        assert_eq!(
            checked(|options| options.keep_alive_s = 0),
            Err(OptionsError::TooSmall { name: "keep_alive_s", value: 0, least: 1 })
        );
    }

    #[test]
    fn what_the_client_would_panic_at_is_refused() {
        assert!(checked(|options| options.inflight = 1).is_err());
        assert!(checked(|options| options.event_queue = 0).is_err());
        assert!(checked(|options| options.client_id.clear()).is_err());
        assert!(checked(|options| options.client_id = "x".repeat(65_536)).is_err());
        assert!(checked(|options| options.host.clear()).is_err());
        assert!(checked(|options| options.answer_wait_s = 0).is_err());
    }

    #[test]
    fn a_wrong_filter_is_named() {
        let wrong = ("doors/#/up".to_owned(), Qos::AtLeastOnce);
        let error = checked(|options| options.subscriptions = vec![wrong]).unwrap_err();
        assert!(error.to_string().contains("doors/#/up"), "{error}");
    }

    #[test]
    fn subscriptions_are_bounded() {
        let one = ("a".to_owned(), Qos::AtMostOnce);
        let most = vec![one.clone(); SUBSCRIPTIONS_MAX];
        let more = vec![one; SUBSCRIPTIONS_MAX + 1];
        assert_eq!(checked(|options| options.subscriptions = most), Ok(()));
        assert!(checked(|options| options.subscriptions = more).is_err());
    }

    #[test]
    fn a_will_that_mqtt_would_cut_is_refused() {
        let will = |bytes| Will { topic: "doors/7/up/gone".to_owned(), payload: vec![0; bytes], qos: Qos::AtLeastOnce };
        assert_eq!(will(65_535).check(), Ok(()));
        assert!(will(65_536).check().is_err());
    }
}
