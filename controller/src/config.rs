//! What the controller is started with: a TOML file, checked before anything is tried.
//!
//! ```toml
//! site = "hospital"
//! data = "/var/lib/kulku"
//! authorities = ["/etc/kulku/authorities/*.pem"]
//!
//! [dashboard]
//! listen = "127.0.0.1:8080"
//!
//! [mqtt.embedded]
//! listen = "0.0.0.0:1883"
//! doors_connect_to = "kulku.hospital.example:1883"
//!
//! [badge]
//! sector = 15
//! application = "4811"
//! refuse_magic = true
//!
//! [[revocation_list]]
//! location = "http://proxy.fineid.fi/crl/dvvshsp3rc.crl"
//! every_s = 3600
//! stale = "go-on"
//!
//! [rights_to_practise]
//! url = "https://register.hospital.example/rights"
//! token_file = "register.token"
//!
//! [[notify.email]]
//! name = "security-desk"
//! host = "mail.hospital.example"
//! port = 587
//! tls = "starttls"
//! user = "kulku"
//! password_file = "mail.password"
//! from = "kulku@hospital.example"
//! to = ["security@hospital.example"]
//! severity = "warning"
//! language = "fi"
//!
//! [[notify.webhook]]
//! name = "incidents"
//! url = "https://incidents.hospital.example/kulku"
//! secret_file = "incidents.secret"
//! severity = "notice"
//! ```

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use access::id::SiteId;
use chrono_tz::Tz;
use serde::Deserialize;
use zeroize::Zeroizing;

mod badge;
mod lists;
mod notify;
mod register;

pub use crate::endpoint::Endpoint;
pub use badge::Badge;
use badge::RawBadge;
use lists::RawList;
pub use lists::{AUTHORITY_PATHS_MAX, LIST_SOURCES_MAX, ListSource, Location, Stale};
use notify::RawNotify;
pub use notify::{Email, Notify, Security, Webhook};
use register::RawRegister;
pub use register::Register;

/// Largest configuration or password file that is read, in bytes.
const FILE_LENGTH_MAX: u64 = 64 * 1024;

/// What the controller is started with.
#[derive(Clone)]
pub struct Config {
    /// Which site it serves.
    pub site: SiteId,
    /// The site database.
    pub database: PathBuf,
    /// Where pages and API are served.
    pub dashboard: SocketAddr,
    /// Whether a proxy in front of it brings HTTPS to the browsers.
    pub behind_proxy: bool,
    /// The broker.
    pub mqtt: Mqtt,
    /// The zone in which people read and enter times.
    pub zone: Tz,
    /// The credential file with the masters; open if the site encodes no cards.
    pub masters_file: Option<PathBuf>,
    /// How cards are encoded.
    pub badge: Badge,
    /// Certificates of the authorities that are trusted: files, folders, or `FOLDER/*.pem`.
    pub authorities: Vec<PathBuf>,
    /// Where revocation lists come from.
    pub lists: Vec<ListSource>,
    /// Who knows the rights to practise.
    pub register: Option<Register>,
    /// To whom alarms are told outside of the dashboard.
    pub notify: Notify,
    /// The demo's doors, if this is the demo.
    pub demo: Option<Arc<dyn dashboard::DemoDoors>>,
}

/// Which broker.
#[derive(Debug, Clone)]
pub enum Mqtt {
    /// In this process.
    Embedded {
        /// Where it listens.
        listen: SocketAddr,
        /// Where doors find it, if that is not where it listens.
        doors_connect_to: Option<Endpoint>,
    },
    /// Elsewhere, such as Mosquitto.
    External {
        /// Where it is.
        broker: Endpoint,
        /// How the controller signs in; open if the broker asks for nothing.
        login: Option<Login>,
    },
}

/// User name and password.
#[derive(Clone)]
pub struct Login {
    /// User name.
    pub user: String,
    /// Password.
    pub password: Zeroizing<String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file itself.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not TOML, or has a key that is unknown, missing or of the wrong kind.
    #[error("{path} is not a configuration of the controller: {problem}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, column and key, as the parser says it.
        problem: String,
    },
    /// A key has a value that cannot be used.
    #[error("{path}: {key}: {problem}")]
    Key {
        /// The file.
        path: PathBuf,
        /// The key, with its table.
        key: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    site: String,
    data: PathBuf,
    database: Option<PathBuf>,
    time_zone: Option<String>,
    #[serde(default)]
    dashboard: RawDashboard,
    #[serde(default)]
    mqtt: RawMqtt,
    masters_file: Option<PathBuf>,
    #[serde(default)]
    badge: RawBadge,
    #[serde(default)]
    authorities: Vec<String>,
    #[serde(default)]
    revocation_list: Vec<RawList>,
    rights_to_practise: Option<RawRegister>,
    #[serde(default)]
    notify: RawNotify,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawDashboard {
    listen: Option<String>,
    #[serde(default)]
    behind_proxy: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawMqtt {
    embedded: Option<RawEmbedded>,
    external: Option<RawExternal>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawEmbedded {
    listen: Option<String>,
    doors_connect_to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExternal {
    host: String,
    port: u16,
    user: Option<String>,
    password_file: Option<PathBuf>,
}

impl Config {
    /// Reads and checks a file. Relative paths in it start from the folder that it lies in.
    ///
    /// # Errors
    /// [`ConfigError`], which names the file and the key.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = read_bounded(path).map_err(|source| ConfigError::Read { path: path.to_path_buf(), source })?;
        let raw: RawConfig = toml::from_str(&text)
            .map_err(|error| ConfigError::Syntax { path: path.to_path_buf(), problem: error.to_string() })?;
        Checker(path).config(raw)
    }

    /// Where doors find the broker; `None` if nobody outside this machine could use the address that it
    /// listens on.
    #[must_use]
    pub fn doors_connect_to(&self) -> Option<Endpoint> {
        match &self.mqtt {
            Mqtt::External { broker, .. } => Some(broker.clone()),
            Mqtt::Embedded { listen, doors_connect_to } => doors_connect_to.clone().or_else(|| {
                (!listen.ip().is_unspecified()).then(|| Endpoint { host: listen.ip().to_string(), port: listen.port() })
            }),
        }
    }
}

/// Checks values, and knows which file to blame.
struct Checker<'a>(&'a Path);

impl Checker<'_> {
    fn config(&self, raw: RawConfig) -> Result<Config, ConfigError> {
        let site = raw.site.parse().map_err(|error| self.key("site", &error))?;
        let folder = self.beside(&raw.data);
        let zone = raw.time_zone.as_deref().unwrap_or("Europe/Helsinki");
        let dashboard = self.address("dashboard.listen", raw.dashboard.listen.as_deref(), "127.0.0.1:8080")?;
        if !dashboard.ip().is_loopback() && !raw.dashboard.behind_proxy {
            return Err(self.key(
                "dashboard.listen",
                &format!(
                    "{dashboard} can be reached from other machines, and passwords would cross the net in the \
                     clear: listen on 127.0.0.1, or put a proxy that speaks HTTPS in front and say so with \
                     behind_proxy = true"
                ),
            ));
        }
        let authorities = self.authorities(&raw.authorities)?;
        Ok(Config {
            site,
            database: folder.join(raw.database.unwrap_or_else(|| "site.db".into())),
            dashboard,
            behind_proxy: raw.dashboard.behind_proxy,
            mqtt: self.mqtt(raw.mqtt)?,
            zone: zone.parse().map_err(|_| {
                self.key("time_zone", &format!("{zone:?} is no zone of the IANA database, such as Europe/Helsinki"))
            })?,
            masters_file: raw.masters_file.map(|file| self.beside(&file)).or_else(badge::given_masters),
            badge: self.badge(&raw.badge)?,
            lists: self.lists(&raw.revocation_list, &authorities)?,
            authorities,
            register: raw.rights_to_practise.map(|raw| self.register(&raw)).transpose()?,
            notify: self.notify(raw.notify)?,
            demo: None,
        })
    }

    fn mqtt(&self, raw: RawMqtt) -> Result<Mqtt, ConfigError> {
        match (raw.embedded, raw.external) {
            (Some(_), Some(_)) => Err(self.key("mqtt", &"give either embedded or external, not both")),
            (None, Some(external)) => self.external(external),
            (embedded, None) => self.embedded(&embedded.unwrap_or_default()),
        }
    }

    fn embedded(&self, raw: &RawEmbedded) -> Result<Mqtt, ConfigError> {
        const KEY: &str = "mqtt.embedded.doors_connect_to";
        let listen = self.address("mqtt.embedded.listen", raw.listen.as_deref(), "127.0.0.1:1883")?;
        let doors_connect_to = raw
            .doors_connect_to
            .as_deref()
            .map(|text| {
                text.parse()
                    .map_err(|()| self.key(KEY, &format!("{text:?} is not HOST:PORT, such as kulku.example:1883")))
            })
            .transpose()?;
        Ok(Mqtt::Embedded { listen, doors_connect_to })
    }

    fn external(&self, raw: RawExternal) -> Result<Mqtt, ConfigError> {
        const FILE: &str = "mqtt.external.password_file";
        let login = match (raw.user, raw.password_file) {
            (None, None) => None,
            (None, Some(_)) => return Err(self.key("mqtt.external.user", &"is missing beside password_file")),
            (Some(_), None) => return Err(self.key(FILE, &"is missing beside user")),
            (Some(user), Some(file)) => {
                let file = self.beside(&file);
                let text = read_bounded(&file)
                    .map_err(|error| self.key(FILE, &format!("{} cannot be read: {error}", file.display())))?;
                let password = Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned());
                if password.is_empty() {
                    return Err(self.key(FILE, &format!("{} is empty", file.display())));
                }
                Some(Login { user, password })
            }
        };
        if raw.host.is_empty() || raw.port == 0 {
            return Err(self.key("mqtt.external", &"host and port must name a broker"));
        }
        let broker = Endpoint { host: raw.host, port: raw.port };
        Ok(Mqtt::External { broker, login })
    }

    fn address(&self, key: &'static str, text: Option<&str>, default: &str) -> Result<SocketAddr, ConfigError> {
        let text = text.unwrap_or(default);
        text.parse().map_err(|_| self.key(key, &format!("{text:?} is not ADDRESS:PORT, such as {default}")))
    }

    fn beside(&self, path: &Path) -> PathBuf {
        self.0.parent().map_or_else(|| path.to_path_buf(), |folder| folder.join(path))
    }

    fn key(&self, key: &'static str, problem: &dyn fmt::Display) -> ConfigError {
        ConfigError::Key { path: self.0.to_path_buf(), key, problem: problem.to_string() }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({}, hidden)", self.user)
    }
}

fn read_bounded(path: &Path) -> std::io::Result<Zeroizing<String>> {
    use std::io::{Error, ErrorKind, Read};
    let mut text = Zeroizing::new(String::new());
    std::fs::File::open(path)?.take(FILE_LENGTH_MAX + 1).read_to_string(&mut text)?;
    if u64::try_from(text.len()).is_ok_and(|length| length > FILE_LENGTH_MAX) {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it is larger than {FILE_LENGTH_MAX} bytes")));
    }
    Ok(text)
}
