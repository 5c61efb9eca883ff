//! What the controller is started with: a TOML file, checked before anything is tried.
//!
//! ```toml
//! site = "hospital"
//! data = "/var/lib/kulku"
//! authorities = ["/etc/kulku/authorities/*.pem"]
//!
//! [dashboard]
//! listen = "0.0.0.0:9443"
//! names = ["kulku.hospital.example"]
//!
//! [mqtt.embedded]
//! listen = "0.0.0.0:8883"
//! doors_connect_to = "kulku.hospital.example:8883"
//! tls = true
//!
//! [enrol]
//! listen = "0.0.0.0:8443"
//! certificate_days = 365
//!
//! [observe]
//! listen = "127.0.0.1:9464"
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
//!
//! [syslog]
//! server = "siem.hospital.example:6514"
//! authority = "/etc/kulku/siem.pem"
//! certificate = "/etc/kulku/syslog.pem"
//! key = "/etc/credstore/kulku-syslog"
//! names = false
//! enterprise_number = 32473
//! ```

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use access::id::SiteId;
use chrono_tz::Tz;
use serde::Deserialize;
use service::credential::given;
use zeroize::Zeroizing;

mod badge;
mod broker;
mod lists;
mod notify;
mod pages;
mod register;
mod syslog;

pub use crate::endpoint::Endpoint;
pub use badge::Badge;
use badge::RawBadge;
pub use broker::{CERTIFICATE_LIFE, Enrol, Mqtt};
use broker::{RawEnrol, RawMqtt};
use lists::RawList;
pub use lists::{AUTHORITY_PATHS_MAX, LIST_SOURCES_MAX, ListSource, Location, Stale};
use notify::RawNotify;
pub use notify::{Email, Notify, Security, Webhook};
pub use pages::Https;
use pages::RawDashboard;
use register::RawRegister;
pub use register::Register;
pub(crate) use syslog::AWAY_AFTER;
use syslog::RawSyslog;
pub use syslog::{Pace, Syslog};

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
    /// Who brings HTTPS to the browsers.
    pub https: Https,
    /// Where a monitoring system on this machine finds figures; open if there is none.
    pub observe: Option<SocketAddr>,
    /// The broker.
    pub mqtt: Mqtt,
    /// The folder of the site's authority, outside of the database.
    pub identity: PathBuf,
    /// Where doors get their certificates; open where brokers are spoken to without TLS.
    pub enrol: Option<Enrol>,
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
    /// Where what is logged is sent; open if nowhere.
    pub syslog: Option<Syslog>,
    /// The demo's doors, if this is the demo.
    pub demo: Option<Arc<dyn dashboard::DemoDoors>>,
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
    enrol: Option<RawEnrol>,
    observe: Option<RawObserve>,
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
    syslog: Option<RawSyslog>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawObserve {
    listen: Option<String>,
}

impl Config {
    /// Reads and checks a file. Relative paths in it start from the folder that it lies in; what lies in systemd's store
    /// of credentials is read from where systemd has handed it over, if it has ([`service::credential`]).
    ///
    /// # Errors
    /// [`ConfigError`], which names the file and the key.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = read_bounded(path).map_err(|source| ConfigError::Read { path: path.to_path_buf(), source })?;
        let raw: RawConfig = toml::from_str(&text)
            .map_err(|error| ConfigError::Syntax { path: path.to_path_buf(), problem: error.to_string() })?;
        Checker(path).config(raw)
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
        let https = self.https(raw.dashboard, dashboard)?;
        let authorities = self.authorities(&raw.authorities)?;
        let mqtt = self.mqtt(raw.mqtt)?;
        Ok(Config {
            site,
            database: folder.join(raw.database.unwrap_or_else(|| "site.db".into())),
            dashboard,
            https,
            observe: raw.observe.map(|raw| self.observe(&raw)).transpose()?,
            enrol: self.enrol(raw.enrol, &mqtt, dashboard)?,
            mqtt,
            identity: folder.join("identity"),
            zone: zone.parse().map_err(|_| {
                self.key("time_zone", &format!("{zone:?} is no zone of the IANA database, such as Europe/Helsinki"))
            })?,
            masters_file: raw.masters_file.map(|file| self.beside(&file)),
            badge: self.badge(&raw.badge)?,
            lists: self.lists(&raw.revocation_list, &authorities)?,
            authorities,
            register: raw.rights_to_practise.map(|raw| self.register(&raw)).transpose()?,
            notify: self.notify(raw.notify)?,
            syslog: raw.syslog.map(|raw| self.syslog(&raw)).transpose()?,
            demo: None,
        })
    }

    /// Nobody signs in there, and which doors are away is of use to a thief.
    fn observe(&self, raw: &RawObserve) -> Result<SocketAddr, ConfigError> {
        const KEY: &str = "observe.listen";
        let listen = self.address(KEY, raw.listen.as_deref(), "127.0.0.1:9464")?;
        if listen.ip().is_loopback() {
            return Ok(listen);
        }
        let problem = "must be an address of loopback, since nobody signs in there: let the monitoring system's agent, or a proxy \
                       that asks who is there, run on this machine";
        Err(self.key(KEY, &problem))
    }

    fn address(&self, key: &'static str, text: Option<&str>, default: &str) -> Result<SocketAddr, ConfigError> {
        let text = text.unwrap_or(default);
        text.parse().map_err(|_| self.key(key, &format!("{text:?} is not ADDRESS:PORT, such as {default}")))
    }

    fn beside(&self, path: &Path) -> PathBuf {
        given(self.0.parent().map_or_else(|| path.to_path_buf(), |folder| folder.join(path)))
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
