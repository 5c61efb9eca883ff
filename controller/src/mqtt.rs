//! The controller's way to its broker, embedded or external: the same client over a socket for both.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use access::id::DoorId;
use access::whitelist::Generation;
use db::site::{Site, SiteError};
use link::{Credentials, Options, Pem, ServerTime, Tls, Transport};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use zeroize::Zeroizing;

use crate::broker::{Broker, Doors, Proof};
use crate::clock::utc_now;
use crate::config::{Config, Endpoint, Mqtt};
use crate::identity::refusals::Refusals;
use crate::identity::{CONTROLLER, Identity, IdentityError};
use crate::same::same;
use crate::start::StartError;

/// How often changes of another process are looked for, such as a door that was just revoked on the command line.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks after which all are checked without any change: certificates end by themselves.
const CHECK_EVERY_LOOKS: u32 = 60;

/// Starts the broker if it is embedded. Says where it is, and how to open a session there.
pub(crate) async fn connect(
    site: &Site,
    config: &Config,
    identity: Option<&Identity>,
    refusals: &Refusals,
) -> Result<(Option<Broker>, Endpoint, Options), StartError> {
    match &config.mqtt {
        Mqtt::Embedded { listen, .. } => {
            let tls = identity.map(|identity| identity.broker_tls(&config.broker_hosts())).transpose()?;
            let is_tls = tls.is_some();
            let doors = Arc::new(SiteDoors { site: site.clone(), refusals: refusals.clone() });
            let broker = Broker::start(*listen, tls, config.site.clone(), doors)
                .await
                .map_err(|source| StartError::Listen { key: "mqtt.embedded.listen", addr: *listen, source })?;
            let addr = broker.addr();
            if !is_tls {
                tracing::warn!(%addr, "the broker speaks without TLS (tls = false): keep doors on a net of their own");
            }
            let (user, password) = broker.controller_login();
            let own = broker.controller_addr();
            let mut options = Options::new(reachable(own).to_string(), own.port(), user);
            options.credentials = Some(Credentials::new(user, password));
            let mqtt = Endpoint { host: addr.ip().to_string(), port: addr.port() };
            Ok((Some(broker), mqtt, options))
        }
        Mqtt::External { broker, login, .. } => {
            if identity.is_none() {
                tracing::warn!(%broker, "the broker is spoken to without TLS (tls = false): keep doors on a net of their own");
            }
            let client_id = login.as_ref().map_or(CONTROLLER, |login| login.user.as_str());
            let mut options = Options::new(broker.host.clone(), broker.port, client_id);
            options.credentials =
                login.as_ref().map(|login| Credentials::new(login.user.clone(), login.password.as_str()));
            if let Some(identity) = identity {
                options.transport = Transport::Tls(own_tls(identity)?);
            }
            Ok((None, broker.clone(), options))
        }
    }
}

/// The controller shows a certificate of its own authority, as the broker does.
fn own_tls(identity: &Identity) -> Result<Tls, IdentityError> {
    let own = identity.controller()?;
    let pem =
        Pem { authority: identity.certificate_pem(), certificate: &own.certificate, private_key: own.key.as_str() };
    Tls::new(pem, ServerTime::Checked).map_err(|error| IdentityError::Tls(error.to_string()))
}

/// Has the broker ask again whether doors still count, whenever something has changed, until the controller stops.
pub(crate) fn watch(site: &Site, broker: &Broker, mut stop: watch::Receiver<bool>) {
    let (site, orders) = (site.clone(), broker.rechecker());
    tokio::spawn(async move {
        let mut tick = interval(LOOK_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut seen, mut looks) = (Generation(0), 0_u32);
        loop {
            tokio::select! {
                // An error means that whoever could tell is gone, which is the same.
                _ = stop.wait_for(|stop| *stop) => return,
                _ = tick.tick() => looks = looks.wrapping_add(1),
            }
            let asked = site.clone();
            // Whoever enrols or revokes a door replaces its key.
            let look = move || {
                let newest = asked.latest()?;
                Ok::<_, SiteError>((newest, !asked.keys_changed(seen, newest)?.is_empty()))
            };
            let Ok(Ok((newest, changed))) = tokio::task::spawn_blocking(look).await else { continue };
            seen = newest;
            if changed || looks.is_multiple_of(CHECK_EVERY_LOOKS) {
                orders.recheck().await;
            }
        }
    });
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
struct SiteDoors {
    site: Site,
    refusals: Refusals,
}

impl Doors for SiteDoors {
    fn holder(&self, fingerprint: &[u8; 32]) -> Option<DoorId> {
        match self.site.certificate_holder(*fingerprint, utc_now().second()) {
            Ok(Some(holder)) => {
                // Nobody is kept out because it cannot be noted.
                if let Err(error) = self.site.certificate_shown(*fingerprint, utc_now().second()) {
                    tracing::error!(door = %holder.door, %error, "it could not be noted which certificate a door shows");
                }
                Some(holder.door)
            }
            Ok(None) => {
                self.refusals.tell(self.site.certificate_door(*fingerprint).ok().flatten());
                None
            }
            Err(error) => {
                tracing::error!(%error, "certificates could not be read; the door will try again");
                None
            }
        }
    }

    fn passwords(&self, door: &DoorId) -> Vec<Zeroizing<[u8; 32]>> {
        match self.site.door_keys() {
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

    fn counts(&self, door: &DoorId, proof: &Proof) -> bool {
        let counts = match proof {
            Proof::Certificate(fingerprint) => self
                .site
                .certificate_holder(*fingerprint, utc_now().second())
                .map(|holder| holder.is_some_and(|holder| holder.door == *door)),
            Proof::Password(password) => self
                .site
                .newest_door_key(door)
                .map(|(_, key)| same(password.as_slice(), Zeroizing::new(key.broker_password()).as_slice())),
        };
        counts.unwrap_or_else(|error| {
            tracing::error!(%error, "it could not be read whether a door still counts; it stays connected");
            true
        })
    }

    fn refused(&self, door: Option<DoorId>) {
        self.refusals.tell(door);
    }
}
