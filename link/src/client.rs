//! The client underneath: how it is built, spoken to, and what its errors mean.
//!
//! Together with `connection.rs` this is the only place that names its types.

use std::sync::Arc;
use std::time::Duration;

use rumqttc::mqttbytes::Error as PacketError;
use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, EventLoop, LastWill, MqttOptions, NetworkOptions, Publish, QoS,
    StateError, SubscribeFilter, TlsConfiguration, TlsError,
};
use tokio::sync::Semaphore;
#[cfg(feature = "trial")]
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::event::{Reason, Refusal};
use crate::options::{Options, Qos, Transport, Will};
#[cfg(feature = "trial")]
use crate::trial::Sent;
use crate::wire::PACKET_MAX_BYTES;

/// Acknowledgements that may wait for the socket: as many as there are packet
/// identifiers, so that one for a message in hand always finds room. It is a limit, not
/// an allocation.
const ACKS_MAX: usize = u16::MAX as usize;

/// A subscription and a goodbye, beside publishes and acknowledgements.
const OTHER_REQUESTS: usize = 2;

/// The sending side of one connection. It dies with it, so nothing that was meant for
/// one connection can reach the next.
#[derive(Clone)]
pub(crate) struct Outlet {
    pub(crate) connection: u64,
    /// One permit for every publish that may still be outstanding.
    pub(crate) room: Arc<Semaphore>,
    pub(crate) since: Instant,
    pub(crate) way: Way,
}

/// Where requests go.
#[derive(Clone)]
pub(crate) enum Way {
    Client(AsyncClient),
    #[cfg(feature = "trial")]
    Trial(mpsc::Sender<(u64, Sent)>),
}

/// The connection has ended; its requests go nowhere.
#[derive(Debug)]
pub(crate) struct Gone;

impl Outlet {
    /// Never waits: room was reserved before.
    pub(crate) fn publish(&self, topic: &str, payload: Vec<u8>, qos: Qos) -> Result<(), Gone> {
        const RETAIN: bool = false;
        match &self.way {
            Way::Client(client) => client.try_publish(topic, qos_out(qos), RETAIN, payload).map_err(|_| Gone),
            #[cfg(feature = "trial")]
            Way::Trial(way) => {
                let sent = Sent::Publish { topic: topic.to_owned(), payload, qos };
                way.try_send((self.connection, sent)).map_err(|_| Gone)
            }
        }
    }

    pub(crate) fn acknowledge(&self, packet_id: u16) -> Result<(), Gone> {
        let client = match &self.way {
            Way::Client(client) => client,
            #[cfg(feature = "trial")]
            Way::Trial(way) => {
                return way.try_send((self.connection, Sent::Acknowledged(packet_id))).map_err(|_| Gone);
            }
        };
        let mut publish = Publish::new("", QoS::AtLeastOnce, Vec::new());
        publish.pkid = packet_id;
        client.try_ack(&publish).map_err(|_| Gone)
    }

    pub(crate) fn subscribe(&self, subscriptions: &[(String, Qos)]) -> Result<(), Gone> {
        let filters = subscriptions.iter().map(|(filter, qos)| SubscribeFilter::new(filter.clone(), qos_out(*qos)));
        match &self.way {
            Way::Client(client) => client.try_subscribe_many(filters).map_err(|_| Gone),
            #[cfg(feature = "trial")]
            Way::Trial(_) => Ok(()),
        }
    }

    pub(crate) fn disconnect(&self) -> Result<(), Gone> {
        match &self.way {
            Way::Client(client) => client.try_disconnect().map_err(|_| Gone),
            #[cfg(feature = "trial")]
            Way::Trial(_) => Ok(()),
        }
    }
}

/// A new client for one attempt. A client is never used for a second connection: it
/// would carry over packets, acknowledgements and events of the first.
pub(crate) fn build(options: &Options, will: Option<Will>, connection: u64) -> (Outlet, EventLoop) {
    let mut mqtt = MqttOptions::new(&options.client_id, &options.host, options.port);
    mqtt.set_transport(transport(&options.transport))
        .set_keep_alive(Duration::from_secs(options.keep_alive_s.into()))
        .set_clean_session(options.clean_session)
        .set_max_packet_size(PACKET_MAX_BYTES, PACKET_MAX_BYTES)
        .set_inflight(options.inflight)
        .set_manual_acks(options.manual_acks);
    if let Some(credentials) = &options.credentials {
        mqtt.set_credentials(credentials.user(), credentials.password());
    }
    if let Some(will) = will {
        const RETAIN: bool = false;
        mqtt.set_last_will(LastWill::new(will.topic, will.payload, qos_out(will.qos), RETAIN));
    }
    let outstanding_max = usize::from(options.inflight / 2);
    let requests_max = ACKS_MAX + outstanding_max + OTHER_REQUESTS;
    let (client, mut event_loop) = AsyncClient::new(mqtt, requests_max);
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    network.set_connection_timeout(options.answer_wait_s.into());
    event_loop.set_network_options(network);
    let outlet = Outlet {
        connection,
        room: Arc::new(Semaphore::new(outstanding_max)),
        since: Instant::now(),
        way: Way::Client(client),
    };
    (outlet, event_loop)
}

/// What an error means to the caller. Before the broker's answer, an input or output
/// error means that nobody was there.
pub(crate) fn reason(error: ConnectionError, connected: bool) -> Reason {
    match error {
        ConnectionError::ConnectionRefused(code) => refused(code),
        ConnectionError::NetworkTimeout => Reason::Unreachable("no answer in time".to_owned()),
        ConnectionError::Io(error) | ConnectionError::Tls(TlsError::Io(error)) => broken(&error, connected),
        ConnectionError::Tls(error) => Reason::ServerRefused(error.to_string()),
        ConnectionError::MqttState(error) => state_reason(error),
        ConnectionError::NotConnAck(_) => Reason::Protocol("the first packet was no answer to our greeting".to_owned()),
        error @ (ConnectionError::FlushTimeout | ConnectionError::RequestsDone) => Reason::Lost(error.to_string()),
    }
}

fn state_reason(error: StateError) -> Reason {
    match error {
        StateError::AwaitPingResp => Reason::Silent,
        StateError::CollisionTimeout => Reason::Wedged,
        StateError::ConnectionAborted => Reason::Lost("the other end closed it".to_owned()),
        StateError::Io(error) | StateError::Deserialization(PacketError::Io(error)) => broken(&error, true),
        StateError::Deserialization(PacketError::PayloadSizeLimitExceeded(bytes)) => {
            Reason::TooLarge { bytes, limit: PACKET_MAX_BYTES }
        }
        error => Reason::Protocol(error.to_string()),
    }
}

/// A refused certificate hides in an error of input and output. Ours is refused after the handshake only, when TLS 1.3
/// has already let us write.
fn broken(error: &std::io::Error, connected: bool) -> Reason {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::AlertReceived(alert)) => Reason::IdentityRefused(format!("{alert:?}")),
        Some(inner @ rustls::Error::InvalidCertificate(_)) => Reason::ServerRefused(inner.to_string()),
        _ if connected => Reason::Lost(error.to_string()),
        _ => Reason::Unreachable(error.to_string()),
    }
}

fn refused(code: ConnectReturnCode) -> Reason {
    Reason::Refused(match code {
        ConnectReturnCode::RefusedProtocolVersion => Refusal::ProtocolVersion,
        ConnectReturnCode::BadClientId => Refusal::ClientId,
        ConnectReturnCode::ServiceUnavailable => Refusal::Unavailable,
        ConnectReturnCode::BadUserNamePassword => Refusal::BadCredentials,
        ConnectReturnCode::NotAuthorized => Refusal::NotAuthorized,
        ConnectReturnCode::Success => {
            return Reason::Protocol("it refused with the code of success".to_owned());
        }
    })
}

fn qos_out(qos: Qos) -> QoS {
    match qos {
        Qos::AtMostOnce => QoS::AtMostOnce,
        Qos::AtLeastOnce => QoS::AtLeastOnce,
    }
}

fn transport(transport: &Transport) -> rumqttc::Transport {
    match transport {
        Transport::Tcp => rumqttc::Transport::Tcp,
        // The other kind reads PEM with a library that nobody looks after any more.
        Transport::Tls(tls) => rumqttc::Transport::tls_with_config(TlsConfiguration::Rustls(tls.client_config())),
    }
}
