//! Who doors are, and who they may believe: the site's own authority and what hangs on it.
//!
//! ```text
//! folder ── authority.key, authority.pem ──▶ Identity ──▶ server's certificate ──▶ broker, enrolment
//!                                              │
//! code ── POST /enrol ── request ──────────────┴──▶ door's certificate ──▶ database ──▶ broker's gate
//! door revoke ──▶ database ──▶ crl.pem ──▶ Mosquitto
//! ```
//!
//! The key lies in a folder of its own, outside of the database and its backups, and only its owner reads it. Whoever
//! has it is any door and any broker of the site, though no message: those are sealed with the doors' own keys.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use access::enrol::EnrolCode;
use access::id::{DoorId, SiteId};
use access::time::UtcS;
use certificates::{Certificate, Request};
use db::site::{Actor, NewCertificate, Site, SiteError};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

mod authority;
pub(crate) mod code;
mod enrol;
pub(crate) mod expiry;
mod folder;
mod kept;
mod limit;
pub(crate) mod mosquitto;
pub(crate) mod refusals;
mod tls;

use authority::{Authority, Holder, Issued};
pub(crate) use enrol::{Answered, Clerk, Enrolment};
use folder::Readers;

/// User name and client identifier of the controller's own session, also the common name of its certificate. The
/// underscore keeps it apart from every door, since no door id may contain one.
pub const CONTROLLER: &str = "kulku_controller";

const KEY: &str = "authority.key";
/// The authority's certificate, in the folder.
pub(crate) const CERTIFICATE: &str = "authority.pem";
const LIST: &str = "crl.pem";

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file or the folder.
    #[error("{path} cannot be read or written: {source}; correct the key data, or the owner of the folder")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Everybody on the machine may read the key.
    #[error(
        "{path} may be read by every account of this machine: run chmod 600 on it, and consider the authority known: \
         make a new one by moving its folder away, and enrol all doors anew"
    )]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// One of the two files is there without the other.
    #[error("{missing} is missing beside {there}: bring both back from the copy of the folder")]
    Half {
        /// What is there.
        there: PathBuf,
        /// What is not.
        missing: PathBuf,
    },
    /// Doors have certificates of an authority that is not there.
    #[error(
        "there is no authority in {folder}, and {certificates} certificates of doors are of one: bring the folder back from \
         its copy. If it is lost for good: kulku-controller authority new, and enrol all doors anew"
    )]
    Gone {
        /// Where it should be.
        folder: PathBuf,
        /// How many there are whose time is not over.
        certificates: usize,
    },
    /// They are not what they should be.
    #[error("{path}: {problem}; bring the folder back from its copy")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A host that no certificate can bear.
    #[error(
        "{host:?} is no name or address that a certificate can bear: correct the key doors_connect_to, or dashboard.names"
    )]
    Host {
        /// As it was configured.
        host: String,
    },
    /// It could not be signed.
    #[error("a certificate could not be made: {0}")]
    Sign(#[from] rcgen::Error),
    /// TLS does not take it.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The site database.
    #[error(transparent)]
    Site(#[from] SiteError),
}

/// The site's authority. Clones share it.
#[derive(Clone)]
pub struct Identity {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    authority: Authority,
    /// In DER.
    certificate: Vec<u8>,
}

/// A certificate and its key, in PEM.
pub(crate) struct KeyedCertificate {
    pub(crate) certificate: String,
    pub(crate) key: Zeroizing<String>,
}

/// The certificate of a door, to be kept in the database before it is handed out.
pub struct DoorCertificate(Issued);

impl Identity {
    /// The authority of this site in this folder. A new one is made only if no door has a certificate: else no door would
    /// be let in, and nobody would know any more who was revoked.
    ///
    /// # Errors
    /// [`IdentityError`], which names the file and what to do.
    pub fn of(site: &Site, folder: &Path, now: UtcS) -> Result<Self, IdentityError> {
        if !Self::is_there(folder)? {
            let certificates = site.kept_certificates(now)?.len();
            if certificates > 0 {
                return Err(IdentityError::Gone { folder: folder.to_path_buf(), certificates });
            }
        }
        Self::open(folder, site.id(), now)
    }

    /// Whether there is an authority in this folder, or a part of one.
    ///
    /// # Errors
    /// [`IdentityError`] if it cannot be looked at.
    pub(crate) fn is_there(folder: &Path) -> Result<bool, IdentityError> {
        Ok(folder::read_secret(&folder.join(KEY))?.is_some() || folder::read(&folder.join(CERTIFICATE))?.is_some())
    }

    /// The authority in this folder; a new one if there is none.
    ///
    /// # Errors
    /// [`IdentityError`], which names the file and what to do.
    pub fn open(folder: &Path, site: &SiteId, now: UtcS) -> Result<Self, IdentityError> {
        folder::make(folder)?;
        // Two programs that begin at once must not make two authorities.
        let _lock = folder::lock(folder)?;
        let (key_path, path) = (folder.join(KEY), folder.join(CERTIFICATE));
        let (key, pem) = match (folder::read_secret(&key_path)?, folder::read(&path)?) {
            (Some(key), Some(pem)) => (key_pair(&key_path, &key)?, pem.as_str().to_owned()),
            (None, None) => {
                let (key, pem) = Authority::draw(site, now)?;
                folder::write(&key_path, &Zeroizing::new(key.serialize_pem()), Readers::Owner)?;
                folder::write(&path, &pem, Readers::Everybody)?;
                (key, pem)
            }
            (Some(_), None) => return Err(IdentityError::Half { there: key_path, missing: path }),
            (None, Some(_)) => return Err(IdentityError::Half { there: path, missing: key_path }),
        };
        let unreadable = |problem: String| IdentityError::Unreadable { path: path.clone(), problem };
        let certificate = Certificate::read(pem.as_bytes()).map_err(|fault| unreadable(fault.to_string()))?;
        let info = key.subject_public_key_info();
        if !certificate.der().windows(info.len()).any(|part| part == info) {
            return Err(unreadable(format!("it does not belong to {}", key_path.display())));
        }
        let not_after = UtcS(certificate.not_after_s());
        let authority = Authority::of(site, key, pem, not_after);
        let inner = Inner { folder: folder.to_path_buf(), authority, certificate: certificate.der().to_vec() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The authority's certificate in PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        self.inner.authority.certificate_pem()
    }

    /// What codes carry of it.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; access::enrol::AUTHORITY_LENGTH] {
        EnrolCode::fingerprint(&self.inner.certificate)
    }

    /// Draws a one-time code for a door, as `door enrol` does.
    ///
    /// # Errors
    /// [`IdentityError`], also if there is no such door.
    pub fn issue_code(&self, site: &Site, actor: &Actor<'_>, door: &DoorId) -> Result<EnrolCode, IdentityError> {
        code::issue(self, site, actor, door).map(|(code, _)| code)
    }

    /// Signs the certificate of a door that asks for it.
    ///
    /// # Errors
    /// [`IdentityError`] if it cannot be signed.
    pub fn door(
        &self,
        door: &DoorId,
        request: &Request,
        now: UtcS,
        life: Duration,
    ) -> Result<DoorCertificate, IdentityError> {
        self.inner.authority.door(door, request, now, life).map(DoorCertificate)
    }

    /// How the broker speaks to doors: TLS 1.3, and nobody without a certificate of this authority. `hosts` are the
    /// names and addresses that doors connect to.
    ///
    /// # Errors
    /// [`IdentityError`] for a host that no certificate can bear.
    pub fn broker_tls(&self, hosts: &[String]) -> Result<Arc<ServerConfig>, IdentityError> {
        tls::server(self, hosts.iter().map(String::as_str), tls::Clients::Known)
    }

    /// How the enrolment speaks to whoever comes: TLS 1.3, and doors may show a certificate.
    pub(crate) fn enrol_tls(&self) -> Result<Arc<ServerConfig>, IdentityError> {
        tls::server(self, [access::enrol::ENROL_NAME], tls::Clients::Anybody)
    }

    /// For the dashboard, reached by these names and addresses.
    pub(crate) fn dashboard(
        &self,
        hosts: &[String],
        now: UtcS,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), IdentityError> {
        let names = authority::names(hosts.iter().map(String::as_str))?;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let issued = self.inner.authority.dashboard(&key, &names, now)?;
        Ok(self.chain(issued, &key))
    }

    /// For the controller's own session at an external broker; another one each time.
    pub(crate) fn controller(&self) -> Result<KeyedCertificate, IdentityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let issued = self.inner.authority.own(CONTROLLER, &key, &Holder::Client, self.not_after())?;
        Ok(KeyedCertificate { certificate: issued.pem, key: Zeroizing::new(key.serialize_pem()) })
    }

    /// For an external broker of these names.
    pub(crate) fn external_broker(&self, hosts: &[String], now: UtcS) -> Result<KeyedCertificate, IdentityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let names = authority::names(hosts.iter().map(String::as_str))?;
        let until = UtcS(now.0.saturating_add(authority::BROKER_LIFE_S));
        let issued = self.inner.authority.own("broker", &key, &Holder::Server(&names), until)?;
        Ok(KeyedCertificate { certificate: issued.pem, key: Zeroizing::new(key.serialize_pem()) })
    }

    /// Until when the authority's own certificate is valid.
    pub(crate) fn not_after(&self) -> UtcS {
        self.inner.authority.not_after()
    }

    /// Writes down beside the authority which certificates there are, after telling the database of those that it does
    /// not know any more; then signs the list of revoked ones anew, and puts it into the folder and wherever else it is
    /// wanted.
    ///
    /// # Errors
    /// [`IdentityError`] if a file cannot be read or written.
    pub fn write_list(&self, site: &Site, now: UtcS, also: Option<&Path>) -> Result<(), IdentityError> {
        let _lock = folder::lock(&self.inner.folder)?;
        kept::agree(self, site, now)?;
        let pem = self.inner.authority.list(&site.next_revocation_list(now)?)?;
        folder::write(&self.inner.folder.join(LIST), &pem, Readers::Everybody)?;
        also.map_or(Ok(()), |path| folder::write(path, &pem, Readers::Everybody))
    }

    fn server(
        &self,
        names: &[rcgen::SanType],
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), IdentityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let issued = self.inner.authority.own("server", &key, &Holder::Server(names), self.not_after())?;
        Ok(self.chain(issued, &key))
    }

    fn chain(&self, issued: Issued, key: &KeyPair) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let chain = vec![CertificateDer::from(issued.der), CertificateDer::from(self.inner.certificate.clone())];
        (chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
    }
}

impl DoorCertificate {
    /// In PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.0.pem
    }

    /// What the database keeps of it.
    #[must_use]
    pub fn record(&self) -> NewCertificate<'_> {
        NewCertificate {
            fingerprint: self.0.fingerprint,
            serial: &self.0.serial,
            not_before: self.0.not_before,
            not_after: self.0.not_after,
        }
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({})", self.inner.folder.display())
    }
}

fn key_pair(path: &Path, pem: &str) -> Result<KeyPair, IdentityError> {
    KeyPair::from_pem(pem).map_err(|error| IdentityError::Unreadable {
        path: path.to_path_buf(),
        problem: format!("it holds no private key: {error}"),
    })
}
