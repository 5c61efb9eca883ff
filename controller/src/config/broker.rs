//! `[mqtt]` and `[enrol]`: the broker, and where doors get the certificates that open it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use access::enrol::ENROL_PORT;
use serde::Deserialize;

use super::{Checker, Config, ConfigError, Endpoint, Login};

/// How long a door's certificate lives by default. Doors renew it after two thirds.
pub const CERTIFICATE_LIFE: Duration = Duration::from_secs(365 * DAY_S);

const DAY_S: u64 = 24 * 3_600;

/// How long it may live, in days: long enough that a door that is away for a night comes back, and no longer than a box
/// stands.
const CERTIFICATE_DAYS: std::ops::RangeInclusive<u64> = 7..=3_650;

/// Which broker.
#[derive(Debug, Clone)]
pub enum Mqtt {
    /// In this process.
    Embedded {
        /// Where it listens.
        listen: SocketAddr,
        /// Where doors find it, if that is not where it listens.
        doors_connect_to: Option<Endpoint>,
        /// Whether doors speak TLS and show certificates; else they show passwords, in the clear.
        tls: bool,
    },
    /// Elsewhere, such as Mosquitto.
    External {
        /// Where it is.
        broker: Endpoint,
        /// Where doors find it, if that is another place for them.
        doors_connect_to: Option<Endpoint>,
        /// How the controller signs in beside its certificate; open if the broker asks for nothing.
        login: Option<Login>,
        /// Whether it is spoken to by TLS, with certificates of the site's authority on both sides.
        tls: bool,
        /// The list of revoked certificates that it reads, kept up to date by the controller.
        crl_file: Option<PathBuf>,
    },
}

/// Where doors get their certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrol {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How long a door's certificate lives.
    pub certificate_life: Duration,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMqtt {
    embedded: Option<RawEmbedded>,
    external: Option<RawExternal>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawEmbedded {
    listen: Option<String>,
    doors_connect_to: Option<String>,
    tls: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExternal {
    host: String,
    port: u16,
    doors_connect_to: Option<String>,
    user: Option<String>,
    password_file: Option<PathBuf>,
    tls: Option<bool>,
    crl_file: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEnrol {
    listen: Option<String>,
    certificate_days: Option<u64>,
}

impl Mqtt {
    /// Whether doors show certificates.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        match self {
            Self::Embedded { tls, .. } | Self::External { tls, .. } => *tls,
        }
    }
}

impl Config {
    /// Where doors find the broker; `None` if nobody outside this machine could use the address that it
    /// listens on.
    #[must_use]
    pub fn doors_connect_to(&self) -> Option<Endpoint> {
        match &self.mqtt {
            Mqtt::External { broker, doors_connect_to, .. } => {
                Some(doors_connect_to.clone().unwrap_or_else(|| broker.clone()))
            }
            Mqtt::Embedded { listen, doors_connect_to, .. } => doors_connect_to.clone().or_else(|| {
                (!listen.ip().is_unspecified()).then(|| Endpoint { host: listen.ip().to_string(), port: listen.port() })
            }),
        }
    }

    /// The names and addresses that the broker's certificate bears: where doors connect to, where it listens, and this
    /// machine.
    #[must_use]
    pub fn broker_hosts(&self) -> Vec<String> {
        let mut hosts: Vec<String> = self.doors_connect_to().into_iter().map(|endpoint| endpoint.host).collect();
        match &self.mqtt {
            Mqtt::Embedded { listen, .. } if !listen.ip().is_unspecified() => hosts.push(listen.ip().to_string()),
            Mqtt::Embedded { .. } => {}
            Mqtt::External { broker, .. } => hosts.push(broker.host.clone()),
        }
        hosts.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
        hosts
    }

    /// Where an external broker reads which certificates are revoked.
    #[must_use]
    pub fn crl_file(&self) -> Option<&std::path::Path> {
        match &self.mqtt {
            Mqtt::External { crl_file, .. } => crl_file.as_deref(),
            Mqtt::Embedded { .. } => None,
        }
    }
}

impl Checker<'_> {
    pub(super) fn mqtt(&self, raw: RawMqtt) -> Result<Mqtt, ConfigError> {
        match (raw.embedded, raw.external) {
            (Some(_), Some(_)) => Err(self.key("mqtt", &"give either embedded or external, not both")),
            (None, Some(external)) => self.external(external),
            (embedded, None) => self.embedded(&embedded.unwrap_or_default()),
        }
    }

    /// Without TLS there is nothing to enrol for; with it, beside the dashboard unless that is said.
    pub(super) fn enrol(
        &self,
        raw: Option<RawEnrol>,
        mqtt: &Mqtt,
        dashboard: SocketAddr,
    ) -> Result<Option<Enrol>, ConfigError> {
        if !mqtt.is_tls() {
            return match raw {
                None => Ok(None),
                Some(_) => {
                    Err(self.key("enrol", &"gives certificates, which nobody asks for where mqtt has tls = false"))
                }
            };
        }
        let raw = raw.unwrap_or_default();
        let beside = SocketAddr::new(dashboard.ip(), ENROL_PORT).to_string();
        let days = self.within("enrol.certificate_days", raw.certificate_days, CERTIFICATE_DAYS)?;
        Ok(Some(Enrol {
            listen: self.address("enrol.listen", raw.listen.as_deref(), &beside)?,
            certificate_life: days.map_or(CERTIFICATE_LIFE, |days| Duration::from_secs(days * DAY_S)),
        }))
    }

    fn embedded(&self, raw: &RawEmbedded) -> Result<Mqtt, ConfigError> {
        let tls = raw.tls.unwrap_or(true);
        let default = if tls { "127.0.0.1:8883" } else { "127.0.0.1:1883" };
        let listen = self.address("mqtt.embedded.listen", raw.listen.as_deref(), default)?;
        let doors_connect_to = self.place("mqtt.embedded.doors_connect_to", raw.doors_connect_to.as_deref())?;
        Ok(Mqtt::Embedded { listen, doors_connect_to, tls })
    }

    fn external(&self, raw: RawExternal) -> Result<Mqtt, ConfigError> {
        const FILE: &str = "mqtt.external.password_file";
        let login = match (raw.user, raw.password_file) {
            (None, None) => None,
            (None, Some(_)) => return Err(self.key("mqtt.external.user", &"is missing beside password_file")),
            (Some(_), None) => return Err(self.key(FILE, &"is missing beside user")),
            (Some(user), Some(file)) => Some(Login { user, password: self.secret(FILE, &file)? }),
        };
        if raw.host.is_empty() || raw.port == 0 {
            return Err(self.key("mqtt.external", &"host and port must name a broker"));
        }
        let tls = raw.tls.unwrap_or(true);
        if !tls && raw.crl_file.is_some() {
            return Err(self.key("mqtt.external.crl_file", &"means nothing where tls = false"));
        }
        let broker = Endpoint { host: raw.host, port: raw.port };
        let doors_connect_to = self.place("mqtt.external.doors_connect_to", raw.doors_connect_to.as_deref())?;
        let crl_file = raw.crl_file.map(|file| self.beside(&file));
        Ok(Mqtt::External { broker, doors_connect_to, login, tls, crl_file })
    }

    fn place(&self, key: &'static str, text: Option<&str>) -> Result<Option<Endpoint>, ConfigError> {
        let parse = |text: &str| {
            text.parse().map_err(|()| self.key(key, &format!("{text:?} is not HOST:PORT, such as kulku.example:8883")))
        };
        text.map(parse).transpose()
    }
}
