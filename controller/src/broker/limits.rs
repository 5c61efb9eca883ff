//! What the broker is allowed to use, in place of the library's defaults.

use std::time::Duration;

use access::envelope::MESSAGE_LENGTH_MAX;
use mqtt5::broker::config::{AuthConfig, BrokerConfig, StorageConfig};
use mqtt5::broker::resource_monitor::{ResourceLimits, ResourceMonitor};
use mqtt5::broker::router::MessageRouter;
use mqtt5::broker::storage::QueueLimits;

/// Most connections at once: a large hospital's doors and some that connect anew before the broker has
/// noticed that their old connection is dead.
pub(super) const CONNECTIONS_MAX: usize = 4_000;

/// Most connections at once that have not said who they are. When one more comes the oldest goes: who has
/// a password shows it within milliseconds, and who holds connections open to keep others out does not.
pub(super) const HANDSHAKES_MAX: usize = 256;

/// Longest time to say who one is.
pub(super) const HANDSHAKE_WAIT: Duration = Duration::from_secs(5);

/// Longest wait for connections to end when the broker stops.
pub(super) const STOP_WAIT: Duration = Duration::from_secs(2);

/// How often memory of clients that have gone is given back.
pub(super) const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Room on the way to one slow client, in messages: what a thousand doors say at once of one change finds room on its way to
/// the controller. Beyond it the publisher waits, and hears nothing until it has been served.
const LANE_MESSAGES: usize = 1_024;

/// Messages on their way to one client without its acknowledgement. The controller acknowledges after its
/// commit, so this bounds how many reports one transaction can take together.
const WINDOW: u16 = 500;

/// What may pile up behind [`LANE_MESSAGES`] for one client that is connected.
const QUEUE_MESSAGES_MAX: usize = 1_000;
const QUEUE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A door hears eight topics, each by its name; a newer one may have some more.
const SUBSCRIPTIONS_MAX: usize = 16;

/// The library's configuration. It listens nowhere: connections come from our own acceptor.
pub(super) fn config() -> BrokerConfig {
    BrokerConfig {
        bind_addresses: Vec::new(),
        max_clients: CONNECTIONS_MAX,
        // Sessions end with their connection: an old command must not wait for a door.
        session_expiry_interval: Duration::ZERO,
        storage_config: StorageConfig { enable_persistence: false, ..StorageConfig::default() },
        max_packet_size: MESSAGE_LENGTH_MAX,
        topic_alias_maximum: 0,
        retain_available: false,
        maximum_qos: 1,
        shared_subscription_available: false,
        max_subscriptions_per_client: SUBSCRIPTIONS_MAX,
        client_channel_capacity: LANE_MESSAGES,
        max_outbound_inflight: WINDOW,
        sys_topics_enabled: false,
        auth_config: AuthConfig { allow_anonymous: false, ..AuthConfig::default() },
        ..BrokerConfig::default()
    }
}

/// The router, with nothing on disk.
pub(super) fn router() -> MessageRouter {
    MessageRouter::new()
        .with_fallback_queue_limits(QueueLimits { max_messages: QUEUE_MESSAGES_MAX, max_bytes: QUEUE_BYTES_MAX })
}

/// The library counts connections for us and limits nothing: its limit for each address would shut out a
/// building behind one router, and its limits on messages answer in a way that MQTT 3.1.1 does not know.
pub(super) fn monitor() -> ResourceMonitor {
    ResourceMonitor::new(ResourceLimits {
        max_connections: CONNECTIONS_MAX,
        max_connections_per_ip: CONNECTIONS_MAX,
        max_message_rate_per_client: 0,
        max_bandwidth_per_client: 0,
        max_connection_rate: u32::MAX,
        rate_limit_window: SWEEP_EVERY,
    })
}
