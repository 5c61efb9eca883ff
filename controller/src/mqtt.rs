//! The controller's way to its broker, embedded or external: the same client over a socket for both.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use access::id::DoorId;
use db::site::Site;
use link::{Credentials, Options};
use zeroize::Zeroizing;

use crate::broker::{Broker, Doors};
use crate::config::{Config, Endpoint, Mqtt};
use crate::start::StartError;

/// Client identifier at an external broker that asks for no user name.
const CLIENT_ID: &str = "kulku_controller";

/// Starts the broker if it is embedded. Says where it is, and how to open a session there.
pub(crate) async fn connect(site: &Site, config: &Config) -> Result<(Option<Broker>, Endpoint, Options), StartError> {
    match &config.mqtt {
        Mqtt::Embedded { listen, .. } => {
            let doors = Arc::new(SiteDoors(site.clone()));
            let broker = Broker::start(*listen, config.site.clone(), doors)
                .await
                .map_err(|source| StartError::Listen { key: "mqtt.embedded.listen", addr: *listen, source })?;
            let addr = broker.addr();
            if !addr.ip().is_loopback() {
                tracing::warn!(%addr, "the broker speaks without TLS: keep doors on a net of their own");
            }
            let (user, password) = broker.controller_login();
            let mut options = Options::new(reachable(addr).to_string(), addr.port(), user);
            options.credentials = Some(Credentials::new(user, password));
            let mqtt = Endpoint { host: addr.ip().to_string(), port: addr.port() };
            Ok((Some(broker), mqtt, options))
        }
        Mqtt::External { broker, login } => {
            let client_id = login.as_ref().map_or(CLIENT_ID, |login| login.user.as_str());
            let mut options = Options::new(broker.host.clone(), broker.port, client_id);
            options.credentials =
                login.as_ref().map(|login| Credentials::new(login.user.clone(), login.password.as_str()));
            Ok((None, broker.clone(), options))
        }
    }
}

/// An address that stands for all of this machine's is reached over loopback.
fn reachable(addr: SocketAddr) -> IpAddr {
    match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

/// The broker's doors are those of the database, so that one that is added is let in at once.
struct SiteDoors(Site);

impl Doors for SiteDoors {
    fn passwords(&self, door: &DoorId) -> Vec<Zeroizing<[u8; 32]>> {
        match self.0.door_keys() {
            Ok(keys) => keys
                .into_iter()
                .filter(|(this, _, _)| this == door)
                .map(|(_, _, key)| Zeroizing::new(key.broker_password()))
                .collect(),
            Err(error) => {
                tracing::error!(%error, "door keys could not be read; the door will try again");
                Vec::new()
            }
        }
    }
}
