//! TLS with a certificate at both ends: whom a session believes, and who it is.
//!
//! Only TLS 1.3, only the authority that was given, and the host's name is checked. No session is ever resumed: a
//! ticket would bring the certificate of an earlier handshake with it, and live on when that is revoked or renewed.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::version::TLS13;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::sync::watch;

/// Whether the life of the other end's certificate is compared with the clock of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerTime {
    /// It is. For machines that know the time.
    Checked,
    /// It is not. A door's board has no clock of its own, and gets the time through this very connection: a clock that
    /// stands in the wrong year must not keep it away for good.
    Ignored,
}

/// What a session shows and whom it believes, as PEM. The private key is the caller's to wipe.
#[derive(Clone, Copy)]
pub struct Pem<'a> {
    /// The authority that has signed the other end's certificate, and nobody else.
    pub authority: &'a str,
    /// Our certificate, followed by those between it and its authority, if any.
    pub certificate: &'a str,
    /// The key of our certificate: PKCS #8 or SEC 1.
    pub private_key: &'a str,
}

/// Why no TLS can be spoken with what was given. It never shows the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// Not PEM, or nothing in it.
    #[error("{what} cannot be read: {reason}")]
    Unreadable {
        /// The authority, the certificate or the private key.
        what: &'static str,
        /// What the parser says.
        reason: String,
    },
    /// It can be read and not used: the key is another certificate's, or of a kind that nobody knows.
    #[error("{what} cannot be used: {reason}")]
    Unusable {
        /// Which of the three.
        what: &'static str,
        /// What the library says.
        reason: String,
    },
}

/// TLS for a session. Clones share one identity, so that it can be renewed while the session runs.
#[derive(Clone)]
pub struct Tls {
    current: watch::Sender<Arc<ClientConfig>>,
}

impl Tls {
    /// From certificates and key.
    ///
    /// # Errors
    /// [`TlsError`] names what cannot be used.
    pub fn new(pem: Pem<'_>, time: ServerTime) -> Result<Self, TlsError> {
        Ok(Self { current: watch::Sender::new(client_config(pem, time)?) })
    }

    /// Takes a renewed identity. Sessions with this TLS say goodbye and connect with it, at once.
    ///
    /// # Errors
    /// [`TlsError`] names what cannot be used; everything stays as it was then.
    pub fn renew(&self, pem: Pem<'_>, time: ServerTime) -> Result<(), TlsError> {
        self.current.send_replace(client_config(pem, time)?);
        Ok(())
    }

    /// The same for another protocol over the same identity.
    #[must_use]
    pub fn client_config(&self) -> Arc<ClientConfig> {
        self.current.borrow().clone()
    }

    pub(crate) fn renewals(&self) -> Renewals {
        Renewals(Some(self.current.subscribe()))
    }
}

/// Tells a session that its identity was renewed; never, without TLS.
#[derive(Default)]
pub(crate) struct Renewals(Option<watch::Receiver<Arc<ClientConfig>>>);

impl Renewals {
    /// Only what comes after this moment counts.
    pub(crate) fn forget(&mut self) {
        if let Some(renewals) = &mut self.0 {
            renewals.mark_unchanged();
        }
    }

    pub(crate) async fn next(&mut self) {
        if let Some(renewals) = &mut self.0
            && renewals.changed().await.is_ok()
        {
            return;
        }
        // Without TLS, or when nobody is left who could renew it.
        std::future::pending::<()>().await;
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(redacted)")
    }
}

impl fmt::Debug for Pem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pem(redacted)")
    }
}

/// The cryptography of every connection. Named, since a process-wide choice could be anybody's.
#[must_use]
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn client_config(pem: Pem<'_>, time: ServerTime) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(pem.authority, "the authority")? {
        roots.add(authority).map_err(|error| unusable("the authority", &error))?;
    }
    let chain = certificates(pem.certificate, "the certificate")?;
    let key = PrivateKeyDer::from_pem_slice(pem.private_key.as_bytes())
        .map_err(|error| unreadable("the private key", &error))?;
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| TlsError::Unusable { what: "the authority", reason: error.to_string() })?;
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .map_err(|error| unusable("TLS 1.3", &error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier::new(inner, time)))
        .with_client_auth_cert(chain, key)
        .map_err(|error| unusable("the certificate with its private key", &error))?;
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

fn certificates(pem: &str, what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let read = read.map_err(|error| unreadable(what, &error))?;
    if read.is_empty() {
        return Err(unreadable(what, &PemError::NoItemsFound));
    }
    Ok(read)
}

fn unreadable(what: &'static str, error: &PemError) -> TlsError {
    TlsError::Unreadable { what, reason: error.to_string() }
}

fn unusable(what: &'static str, error: &Error) -> TlsError {
    TlsError::Unusable { what, reason: error.to_string() }
}

/// The library's verifier of chain, purpose and name, with our word on time.
#[derive(Debug)]
pub struct Verifier {
    inner: Arc<WebPkiServerVerifier>,
    time: ServerTime,
}

impl Verifier {
    /// Believes what `inner` believes, and asks the clock only if `time` says so.
    #[must_use]
    pub fn new(inner: Arc<WebPkiServerVerifier>, time: ServerTime) -> Self {
        Self { inner, time }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let at = |time| self.inner.verify_server_cert(end_entity, intermediates, name, stapled, time);
        match at(now) {
            Err(Error::InvalidCertificate(error)) if self.time == ServerTime::Ignored => {
                // Once more at an instant of its own life: everything else about it must still be right.
                let instant = its_own_instant(&error).ok_or(Error::InvalidCertificate(error))?;
                tracing::warn!(
                    now_s = now.as_secs(),
                    valid_s = instant.as_secs(),
                    "by the clock of this machine the server's certificate is not valid now; one of the two is wrong"
                );
                at(instant)
            }
            answer => answer,
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("only TLS 1.3 is spoken".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

fn its_own_instant(error: &CertificateError) -> Option<UnixTime> {
    match error {
        CertificateError::NotValidYetContext { not_before, .. } => Some(*not_before),
        // The last second still counts.
        CertificateError::ExpiredContext { not_after, .. } => Some(*not_after),
        _ => None,
    }
}
