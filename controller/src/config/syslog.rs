//! `[syslog]`: a receiver of what is logged, such as a SIEM.

use std::path::PathBuf;
use std::time::Duration;

use rustls::pki_types::ServerName;
use serde::Deserialize;

use super::{Checker, ConfigError, Endpoint, pages};

/// The number in the name of the structured data, `kulku@NUMBER`: 32473 is kept free for examples (RFC 5612). Kulku has none of
/// its own, so a site that has one may say so; the names within are Kulku's whatever stands behind the @.
const ENTERPRISE: u32 = 32_473;

/// Where what is logged is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syslog {
    /// The receiver. Its certificate has to bear this name or address.
    pub server: Endpoint,
    /// Whose certificates are believed, in PEM. Files are read when a connection is opened.
    pub authority: PathBuf,
    /// What the controller shows, if the receiver asks: chain and key, in PEM.
    pub client: Option<(PathBuf, PathBuf)>,
    /// Whether names of people and numbers of cards are sent.
    pub names: bool,
    /// In the name of the structured data.
    pub enterprise: u32,
    /// What this machine is called, if it is called something.
    pub host: Option<String>,
    /// When what.
    pub pace: Pace,
}

/// When what is done. There are no keys for it; tests have no time to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// A connection on which nothing was sent for so long is closed, since only a close that is answered says that everything
    /// has arrived. Receivers end connections that are idle, and this is sooner.
    pub idle: Duration,
    /// How long a connection may last until it is closed to hear whether everything has arrived: what is sent again at most.
    pub window: Duration,
    /// Nothing is sent for so long before a close, in which a receiver that is gone would show itself.
    pub settle: Duration,
    /// How long nothing is tried after a failure, at first and at most: it doubles.
    pub pause: (Duration, Duration),
    /// A receiver that has taken nothing for so long is a matter for somebody: an alarm is raised.
    pub away: Duration,
}

/// A restart of the receiver's machine is over by then.
pub(crate) const AWAY_AFTER: Duration = Duration::from_secs(15 * 60);

impl Default for Pace {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(5),
            window: Duration::from_secs(60),
            settle: Duration::from_secs(1),
            pause: (Duration::from_secs(1), Duration::from_secs(60)),
            away: AWAY_AFTER,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSyslog {
    server: String,
    authority: PathBuf,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    #[serde(default)]
    names: bool,
    enterprise_number: Option<u32>,
}

impl Checker<'_> {
    /// Files are looked at by `doctor`, and whenever a connection is opened: a receiver's certificate that is gone must not keep the
    /// controller from starting, on which the doors depend.
    pub(super) fn syslog(&self, raw: &RawSyslog) -> Result<Syslog, ConfigError> {
        const SERVER: &str = "syslog.server";
        let no_server =
            || self.key(SERVER, &format!("{:?} is not HOST:PORT, such as \"siem.example:6514\"", raw.server));
        let server: Endpoint = raw.server.parse().map_err(|()| no_server())?;
        ServerName::try_from(server.host.as_str()).map_err(|_| no_server())?;
        let client = match (&raw.certificate, &raw.key) {
            (Some(certificate), Some(key)) => Some((self.beside(certificate), self.beside(key))),
            (None, None) => None,
            _ => return Err(self.key("syslog.certificate", &"it goes with syslog.key: give both, or none")),
        };
        Ok(Syslog {
            authority: self.beside(&raw.authority),
            client,
            names: raw.names,
            enterprise: raw.enterprise_number.unwrap_or(ENTERPRISE),
            host: pages::machine(),
            pace: Pace::default(),
            server,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn read(syslog: &str) -> Result<Option<Syslog>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("controller.toml");
        std::fs::write(&path, format!("site = \"hospital\"\ndata = \".\"\n{syslog}")).unwrap();
        Config::read(&path).map(|config| config.syslog).map_err(|error| error.to_string())
    }

    #[test]
    fn it_is_off_and_where_it_is_on_it_names_nobody_unless_it_is_told_to() {
        assert_eq!(read("").unwrap(), None);
        let table = "[syslog]\nserver = \"siem.example:6514\"\nauthority = \"siem.pem\"\n";
        let syslog = read(table).unwrap().unwrap();
        assert_eq!((syslog.server.to_string().as_str(), syslog.names), ("siem.example:6514", false));
        assert_eq!((syslog.enterprise, syslog.client), (32_473, None));
        let all = format!("{table}certificate = \"own.pem\"\nkey = \"own.key\"\nnames = true\nenterprise_number = 9\n");
        let syslog = read(&all).unwrap().unwrap();
        assert!(syslog.names && syslog.client.is_some() && syslog.enterprise == 9);
    }

    #[test]
    fn what_cannot_work_is_refused_by_its_key() {
        for (text, key) in [
            ("server = \"siem.example\"\nauthority = \"a\"", "syslog.server"),
            ("server = \"siem example:6514\"\nauthority = \"a\"", "syslog.server"),
            ("server = \"siem.example:6514\"", "authority"),
            ("server = \"siem.example:6514\"\nauthority = \"a\"\nkey = \"k\"", "syslog.certificate"),
            ("server = \"siem.example:6514\"\nauthority = \"a\"\nname = true", "name"),
        ] {
            let problem = read(&format!("[syslog]\n{text}\n")).unwrap_err();
            assert!(problem.contains(key), "{key}: {problem}");
        }
    }
}
