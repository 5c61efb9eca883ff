//! `[dashboard]`: where pages and API are served, and who makes that HTTPS.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Checker, ConfigError};

/// Names that the dashboard's certificate may bear. A site has one or two.
const NAMES_MAX: usize = 16;

/// Who brings HTTPS to the browsers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Https {
    /// The controller, with a certificate of the site's own authority that bears these names and addresses.
    Own(Vec<String>),
    /// The controller, with this chain and its key, in PEM. Files that are replaced are read again.
    Given {
        /// The certificate, and those between it and its authority.
        certificate: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// A proxy in front of it.
    Proxy,
    /// Nobody: the browser runs on the same machine.
    Off,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDashboard {
    pub(super) listen: Option<String>,
    #[serde(default)]
    behind_proxy: bool,
    https: Option<bool>,
    #[serde(default)]
    names: Vec<String>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl Https {
    /// Whether browsers speak HTTPS.
    #[must_use]
    pub fn reaches_browsers(&self) -> bool {
        *self != Self::Off
    }
}

impl Https {
    /// Where a browser finds the dashboard that listens there, as far as the controller knows: what a proxy is called only
    /// the proxy knows.
    #[must_use]
    pub fn url(&self, listens: SocketAddr) -> String {
        match self {
            Self::Own(names) if listens.ip().is_unspecified() => {
                let name = names.first().map_or("localhost", String::as_str);
                format!("https://{name}:{}", listens.port())
            }
            Self::Own(_) | Self::Given { .. } => format!("https://{listens}"),
            Self::Proxy | Self::Off => format!("http://{listens}"),
        }
    }
}

impl Checker<'_> {
    pub(super) fn https(&self, raw: RawDashboard, listen: SocketAddr) -> Result<Https, ConfigError> {
        let RawDashboard { behind_proxy, https, names, certificate, key, .. } = raw;
        let wants_own = https == Some(true) || !names.is_empty() || certificate.is_some() || key.is_some();
        if (behind_proxy || https == Some(false)) && wants_own {
            let problem = "a certificate or names are of no use where HTTPS is left to a proxy (behind_proxy = true) or is off \
                           (https = false): remove one of them";
            return Err(self.key("dashboard.https", &problem));
        }
        if behind_proxy {
            return Ok(Https::Proxy);
        }
        if https == Some(false) {
            return self.in_the_clear(listen);
        }
        match (certificate, key) {
            (Some(certificate), Some(key)) => self.given(&certificate, &key),
            (None, None) => self.own(names, listen),
            _ => Err(self.key("dashboard.certificate", &"it goes with dashboard.key: give both, or none")),
        }
    }

    fn in_the_clear(&self, listen: SocketAddr) -> Result<Https, ConfigError> {
        if listen.ip().is_loopback() {
            return Ok(Https::Off);
        }
        let problem = format!(
            "{listen} can be reached from other machines, and passwords would cross the net in the clear: remove \
             https = false, listen on 127.0.0.1, or put a proxy that speaks HTTPS in front and say so with behind_proxy = true"
        );
        Err(self.key("dashboard.listen", &problem))
    }

    fn given(&self, certificate: &Path, key: &Path) -> Result<Https, ConfigError> {
        Ok(Https::Given { certificate: self.beside(certificate), key: self.beside(key) })
    }

    fn own(&self, names: Vec<String>, listen: SocketAddr) -> Result<Https, ConfigError> {
        if names.len() > NAMES_MAX {
            return Err(self.key("dashboard.names", &format!("{NAMES_MAX} names are the most")));
        }
        let given = names.len();
        let mut all = names;
        if !listen.ip().is_unspecified() {
            all.push(listen.ip().to_string());
        } else if given == 0 {
            all.extend(machine());
        }
        all.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
        Ok(Https::Own(all))
    }
}

/// What this machine is called, if it is called something that a browser could ask for.
pub(super) fn machine() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim().to_ascii_lowercase();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    (!name.is_empty() && name.bytes().all(fits)).then_some(name)
}
