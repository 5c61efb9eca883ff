//! Which certificate browsers are shown: one of the site's own authority, drawn anew each month, or one that was given, read
//! again when its files are replaced.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::TLS13;

use crate::clock::utc_now;
use crate::config::Https;
use crate::identity::{Identity, IdentityError};

/// How long a certificate of the site's own is shown. It lives for more than a year, so whatever keeps a controller from
/// drawing the next one has time to be found.
const OWN_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Certificates of a chain. There are two or three.
const CHAIN_MAX: usize = 10;

/// Why the dashboard cannot speak HTTPS.
#[derive(Debug, thiserror::Error)]
pub enum HttpsError {
    /// A file is not there, or not what it should be.
    #[error("{path} cannot be used for HTTPS: {problem}; correct the key {key}")]
    File {
        /// The key of the configuration.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Each can be read, and they do not belong together, or TLS takes no such key.
    #[error("{certificate} and {key} cannot be used together for HTTPS: {problem}; bring the key of this certificate")]
    Pair {
        /// The chain.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
        /// What TLS says.
        problem: rustls::Error,
    },
    /// The site's own authority.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// Where certificates come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Own { identity: Identity, hosts: Vec<String> },
    Given { certificate: PathBuf, key: PathBuf },
}

/// The certificate that is shown.
pub(crate) struct Certificates {
    source: Option<Source>,
    current: Arc<ServerConfig>,
    since: Instant,
    /// When the files were written that it was read from.
    written: Option<Written>,
}

/// Times of both files.
type Written = (SystemTime, SystemTime);

impl Source {
    /// Nothing if the controller speaks no HTTPS itself, or has no authority of its own.
    pub(crate) fn of(https: &Https, identity: Option<&Identity>) -> Option<Self> {
        match https {
            Https::Own(hosts) => Some(Self::Own { identity: identity?.clone(), hosts: hosts.clone() }),
            Https::Given { certificate, key } => {
                Some(Self::Given { certificate: certificate.clone(), key: key.clone() })
            }
            Https::Proxy | Https::Off => None,
        }
    }
}

impl Certificates {
    /// The first one.
    pub(crate) fn open(source: Source) -> Result<Self, HttpsError> {
        // Before the files are read: what is written in between is read again.
        let written = source.written();
        Ok(Self { current: source.config()?, since: Instant::now(), written, source: Some(source) })
    }

    /// This one, for good.
    pub(crate) fn fixed(current: Arc<ServerConfig>) -> Self {
        Self { source: None, current, since: Instant::now(), written: None }
    }

    pub(crate) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current)
    }

    /// Takes a newer one if it is time or there is one. One that cannot be used changes nothing and is told of.
    pub(crate) fn look(&mut self) {
        let Some(source) = &self.source else { return };
        let written = source.written();
        let is_due = match source {
            Source::Own { .. } => self.since.elapsed() >= OWN_FOR,
            Source::Given { .. } => written != self.written,
        };
        if !is_due {
            return;
        }
        match source.config() {
            Ok(current) => {
                *self = Self { current, since: Instant::now(), written, source: self.source.take() };
                tracing::info!("the dashboard shows browsers a new certificate");
            }
            Err(error) => {
                self.written = written;
                tracing::error!(%error, "the dashboard goes on with the certificate that it has");
            }
        }
    }
}

impl Source {
    fn config(&self) -> Result<Arc<ServerConfig>, HttpsError> {
        match self {
            Self::Own { identity, hosts } => {
                let (chain, key) = identity.dashboard(hosts, utc_now().second())?;
                let config = config(chain, key).map_err(|error| IdentityError::Tls(error.to_string()))?;
                Ok(Arc::new(config))
            }
            Self::Given { certificate, key } => {
                let config = config(chain(certificate)?, private(key)?);
                let pair = |problem| HttpsError::Pair { certificate: certificate.clone(), key: key.clone(), problem };
                config.map(Arc::new).map_err(pair)
            }
        }
    }

    fn written(&self) -> Option<Written> {
        let Self::Given { certificate, key } = self else { return None };
        let modified = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
        Some((modified(certificate)?, modified(key)?))
    }
}

fn config(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, HttpsError> {
    let fault = |problem: String| HttpsError::File { key: "dashboard.certificate", path: path.to_path_buf(), problem };
    let all = CertificateDer::pem_file_iter(path).map_err(|error| fault(error.to_string()))?;
    let chain: Vec<_> = all.take(CHAIN_MAX).collect::<Result<_, _>>().map_err(|error| fault(error.to_string()))?;
    if chain.is_empty() { Err(fault("it has no certificate in PEM".to_owned())) } else { Ok(chain) }
}

fn private(path: &Path) -> Result<PrivateKeyDer<'static>, HttpsError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| HttpsError::File {
        key: "dashboard.key",
        path: path.to_path_buf(),
        problem: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    /// Writes a chain of one and its key, as of so many seconds after the epoch.
    fn write(folder: &Path, at_s: u64) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["kulku.example".to_owned()]).unwrap().self_signed(&key).unwrap();
        for (name, text) in [("chain.pem", certificate.pem()), ("key.pem", key.serialize_pem())] {
            std::fs::write(folder.join(name), text).unwrap();
            let file = File::options().write(true).open(folder.join(name)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(at_s)).unwrap();
        }
    }

    #[test]
    fn files_that_are_replaced_are_shown_and_those_that_do_not_fit_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 1);
        let (certificate, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
        let mut shown = Certificates::open(Source::Given { certificate, key: key.clone() }).unwrap();
        let first = shown.current();
        shown.look();
        assert!(Arc::ptr_eq(&first, &shown.current()), "nothing is newer");
        write(folder.path(), 2);
        shown.look();
        let second = shown.current();
        assert!(!Arc::ptr_eq(&first, &second));
        std::fs::write(&key, "broken").unwrap();
        shown.look();
        assert!(Arc::ptr_eq(&second, &shown.current()));
        write(folder.path(), 3);
        shown.look();
        assert!(!Arc::ptr_eq(&second, &shown.current()), "it goes on looking");
    }
}
